from datetime import date, timedelta

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

UNTIL = (date.today() + timedelta(days=5)).isoformat()  # noqa: DTZ011  (any day to come)


def test_people_are_added_and_listed(firm: Firm) -> None:
    added = firm.add("Ana  Ruiz", "Ana@Firm.example")
    assert added["name"] == "Ana Ruiz"
    assert added["email"] == "ana@firm.example"
    firm.add("ben Ode", "ben@firm.example", "docket")
    assert [person["name"] for person in firm.data("person", "list")] == ["Ana Ruiz", "ben Ode"]
    assert firm.good("person", "list").splitlines()[1].split() == [
        "Ana",
        "Ruiz",
        "ana@firm.example",
        "attorney",
        "mail",
    ]


def test_an_address_belongs_to_one_person(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    done = firm.run("person", "add", "Other", "--email", "ANA@firm.example")
    assert done.returncode == 8
    assert "already" in done.stderr


@pytest.mark.parametrize("email", ["ana", "ana@", "@firm", "a b@firm.example", "ana@firm.example\nBcc: x@y", "ä@x.y"])
def test_what_is_no_address_is_refused(firm: Firm, email: str) -> None:
    assert firm.run("person", "add", "Ana", "--email", email).returncode == 3
    assert firm.data("person", "list") == []


@pytest.mark.parametrize("name", ["", "  ", "A\x1b[31m", "x" * 201])
def test_what_is_no_name_is_refused(firm: Firm, name: str) -> None:
    assert firm.run("person", "add", name, "--email", "ana@firm.example").returncode == 3


def test_who_leaves_is_listed_no_more_and_their_feeds_end(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.data("feed", "add", "--person", "ana@firm.example", "--label", "Phone")
    firm.good("person", "deactivate", "ana@firm.example")
    assert firm.data("person", "list") == []
    assert [person["active"] for person in firm.data("person", "list", "--all")] == [False]
    assert firm.data("feed", "list") == []
    assert firm.run("person", "deactivate", "ana@firm.example").returncode == 8


def test_nobody_known_is_a_sentence(firm: Firm) -> None:
    done = firm.run("person", "deactivate", "nobody@firm.example")
    assert done.returncode == 7
    assert "Nobody has the address nobody@firm.example" in done.stderr


def test_open_windows_need_a_successor(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.add("Ben", "ben@firm.example")
    firm.data(
        "add", "--matter", "2026-0143", "--client", "Garcia", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail",
        "--by", "ana@firm.example",
    )  # fmt: skip
    refused = firm.run("person", "deactivate", "ana@firm.example")
    assert refused.returncode == 8
    assert "--successor" in refused.stderr
    done = firm.data("person", "deactivate", "ana@firm.example", "--successor", "ben@firm.example")
    assert done["matters_handed_over"] == 1
    assert {window["attorney"] for window in firm.data("list")} == {"ben@firm.example"}


def test_that_a_successor_is_away_is_said(firm: Firm) -> None:
    for name in ("Ana", "Ben", "Carla"):
        firm.add(name, f"{name.lower()}@firm.example")
    firm.data("person", "absent", "ben@firm.example", "--until", UNTIL, "--deputy", "carla@firm.example")
    away = f"ben@firm.example is away until {UNTIL}, and carla@firm.example covers."
    notice = ("--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail")
    firm.data(
        "add",
        "--matter",
        "M-1",
        "--client",
        "Garcia",
        "--attorney",
        "ana@firm.example",
        *notice,
        "--by",
        "ana@firm.example",
    )
    assert away in firm.good("matter", "hand-over", "M-1", "ben@firm.example")
    firm.good("matter", "hand-over", "M-1", "ana@firm.example")
    amended = firm.data(
        "person", "amend", "ana@firm.example", "--role", "administrator", "--successor", "ben@firm.example"
    )
    assert amended["away"] == away
    assert away in firm.good("person", "deactivate", "ana@firm.example", "--successor", "ben@firm.example")
    refused = firm.run("person", "deactivate", "carla@firm.example", "--successor", "ben@firm.example")
    assert (refused.returncode, "cannot cover for themselves" in refused.stderr) == (8, True)


def test_a_role_and_a_name_are_amended(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.add("Audrey", "audrey@firm.example", "auditor")
    assert firm.run("person", "amend", "ana@firm.example").returncode == 3
    amended = firm.data("person", "amend", "ana@firm.example", "--role", "partner", "--name", "Ana Ruiz")
    assert (amended["role"], amended["name"], amended["email"]) == ("partner", "Ana Ruiz", "ana@firm.example")
    notice = ("--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail")
    unfit = firm.run("add", "--matter", "M-1", "--attorney", "audrey@firm.example", *notice, "--by", "ana@firm.example")
    assert (unfit.returncode, "cannot be the attorney of a matter" in unfit.stderr) == (3, True)
    firm.data("add", "--matter", "M-1", "--attorney", "ana@firm.example", *notice, "--by", "ana@firm.example")
    refused = firm.run("person", "amend", "ana@firm.example", "--role", "auditor", "--name", "Nobody")
    assert (refused.returncode, "is the attorney of matter M-1 and answers for" in refused.stderr) == (8, True)
    assert firm.data("person", "list")[0]["name"] == "Ana Ruiz"  # nothing of it was done
    firm.add("Ben", "ben@firm.example")
    assert firm.run("person", "amend", "ana@firm.example", "--successor", "ben@firm.example").returncode == 3
    given = ("person", "amend", "ana@firm.example", "--role", "auditor", "--successor", "ben@firm.example")
    assert firm.data(*given)["role"] == "auditor"
    assert {window["attorney"] for window in firm.data("list")} == {"ben@firm.example"}
    for words in (("deputy", "ben@firm.example", "--deputy"), ("deactivate", "ben@firm.example", "--successor")):
        assert firm.run("person", *words, "audrey@firm.example").returncode == 3


def test_invitations_need_mail_that_can_leave(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    done = firm.run("person", "invitations", "ana@firm.example", "on")
    assert done.returncode == 5
    assert "set mail.host and mail.sender" in done.stderr
    assert firm.data("person", "list")[0]["invitations"] is None


def test_invitations_are_switched_on_and_off(firm: Firm) -> None:
    mail = {"DEADLINES_MAIL_CHANNEL": "folder", "DEADLINES_MAIL_SENDER": "Docket <docket@firm.example>"}
    firm.add("Ana", "ana@firm.example")
    firm.data(
        "add", "--matter", "2026-0143", "--client", "Garcia", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail",
    )  # fmt: skip
    on = firm.data("person", "invitations", "ana@firm.example", "on", "--redaction", "busy", **mail)
    assert (on["invitations"], on["cancels"], on["per_hour"]) == ("busy", 0, 30)
    assert on["requests"] > 2
    said = firm.good("person", "invitations", "ana@firm.example", "on", **mail)
    assert f"Dates to be sent: {on['requests']}, the nearest first, at most 30 an hour." in said
    off = firm.data("person", "invitations", "ana@firm.example", "off")
    assert (off["invitations"], off["requests"], off["cancels"]) == (None, 0, 0)
    assert firm.run("person", "invitations", "ana@firm.example", "perhaps").returncode == 2
    assert firm.run("person", "invitations", "nobody@firm.example", "off").returncode == 7
