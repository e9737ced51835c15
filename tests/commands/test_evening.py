"""`deadlines evening` through the real program."""

import json
from datetime import date, timedelta

from tests.commands.conftest import Firm

DECIDED = (date.today() - timedelta(days=33)).isoformat()  # noqa: DTZ011  (its safe date has passed, its last day hardly)


def test_a_day_is_looked_at_and_signed(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.add("Dora Dee", "dora@firm.test", "docket")
    firm.run(
        "add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", "ana@firm.test",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED, "--service", "in-person",
    )  # fmt: skip
    sheet = firm.data("evening", "--by", "dora@firm.test")
    assert len(sheet["open"]) == 3
    shown = firm.good("evening")
    assert "To be done by then, and still open" in shown
    assert "Canary" not in shown
    refused = firm.run("evening", "--sign", "--by", "dora@firm.test", "--json")
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["error"]["code"] == "left-open"
    words = [part for item in sheet["open"] for part in ("--left", item["entry"][:8], "goes by courier")]
    signed = firm.data("evening", "--sign", "--by", "dora@firm.test", *words)
    assert (signed["person"], signed["late"], signed["left"]) == ("dora@firm.test", False, 3)
    assert firm.run("evening", "--sign", "--by", "dora@firm.test", *words).returncode == 8
    [day] = firm.data("evening", "list", "--days", "1")
    assert [(s["person"], s["left"], s["whole"]) for s in day["signatures"]] == [("dora@firm.test", 3, True)]
    assert "signed" in firm.good("evening", "list")


def test_what_belongs_together_is_asked_together(firm: Firm) -> None:
    assert firm.run("evening", "--sign").returncode == 2
    assert firm.run("evening", "--note", "quiet").returncode == 2


def test_the_doctor_tells_of_it(firm: Firm) -> None:
    with firm.config.open("a") as file:
        file.write('\n[evening]\nby = "19:00"\n')
    checks = json.loads(firm.run("doctor", "--json").stdout)["checks"]
    assert [check["state"] for check in checks if check["id"] == "evening-signed"] == ["well"]
