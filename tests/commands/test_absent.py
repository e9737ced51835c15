"""`deadlines person absent` and `person back` through the real program."""

from datetime import date, timedelta

from tests.commands.conftest import Firm

UNTIL = (date.today() + timedelta(days=9)).isoformat()  # noqa: DTZ011  (any day to come)
LATER = (date.today() + timedelta(days=4)).isoformat()  # noqa: DTZ011


def test_an_absence_is_noted_shown_and_ended(firm: Firm) -> None:
    for name in ("ana", "ben"):
        firm.add(name.title(), f"{name}@firm.example")
    given = ("person", "absent", "ana@firm.example", "--until", UNTIL)
    refused = firm.run(*given)
    assert (refused.returncode, "--deputy" in refused.stderr) == (3, True)
    noted = firm.data(*given, "--from", LATER, "--deputy", "ben@firm.example")
    assert (noted["from"], noted["until"], noted["deputy"]) == (LATER, UNTIL, "ben@firm.example")
    people = {person["email"]: person["away"] for person in firm.data("person", "list")}
    away = {"from": LATER, "until": UNTIL, "deputy": "ben@firm.example"}
    assert people == {"ana@firm.example": away, "ben@firm.example": None}
    assert firm.run("person", "absent", "ana@firm.example", "--until", "02/03/2027").returncode == 3
    assert firm.data("person", "back", "ana@firm.example")["ended"] == 1
    assert {person["away"] for person in firm.data("person", "list")} == {None}
