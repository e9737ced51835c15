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
        "--by", "ana@firm.test",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED, "--service", "in-person",
        "--by", "ana@firm.test",
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
    assert "NOT SIGNED FOR" not in firm.good("evening")
    [day] = firm.data("evening", "list", "--days", "1")
    assert [(s["person"], s["left"], s["whole"]) for s in day["signatures"]] == [("dora@firm.test", 3, True)]
    assert {word["word"] for word in day["signatures"][0]["words"]} == {"goes by courier"}
    assert "signed" in firm.good("evening", "list")
    [kept] = firm.data("evening")["signatures"]
    assert {(word["id"], word["matter"], word["word"]) for word in kept["words"]} == {
        (item["entry"], "2026-0143", "goes by courier") for item in sheet["open"]
    }
    shown = firm.good("evening")
    assert "Signed by dora@firm.test" in shown
    assert "Motion to reopen, matter 2026-0143: goes by courier" in shown
    firm.run(
        "add", "--matter", "2026-0144", "--attorney", "ana@firm.test", "--by", "ana@firm.test",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED, "--service", "in-person",
    )  # fmt: skip
    later = firm.data("evening")
    assert len(later["open"]) == 6
    assert set(later["after"]) == {item["entry"] for item in later["open"]} - {item["entry"] for item in sheet["open"]}
    assert firm.good("evening").count("NOT SIGNED FOR") == 3
    words = [part for name in later["after"] for part in ("--left", name[:8], "came late")]
    assert firm.data("evening", "--sign", "--by", "dora@firm.test", *words)["left"] == 6
    [day] = firm.data("evening", "list", "--days", "1")
    assert [one["left"] for one in day["signatures"]] == [3, 6]


def test_who_does_not_see_a_restricted_date_is_not_told_that_all_is_closed(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.add("Ben Ode", "ben@firm.test", "paralegal")
    assert "Nothing: all that was to be done is closed." in firm.good("evening", "--by", "ben@firm.test")
    firm.run(
        "add", "--matter", "S-1", "--attorney", "ana@firm.test", "--by", "ana@firm.test", "--restricted",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED, "--service", "in-person",
    )  # fmt: skip
    shown = firm.good("evening", "--by", "ben@firm.test")
    assert "Nothing that you see. You do not see everything of this day: more may be open." in shown
    assert shown.count("Nothing that you see.") == 3
    assert "all that was to be done is closed" not in shown


def test_what_belongs_together_is_asked_together(firm: Firm) -> None:
    assert firm.run("evening", "--sign").returncode == 2
    assert firm.run("evening", "--note", "quiet").returncode == 2


def test_the_doctor_tells_of_it(firm: Firm) -> None:
    with firm.config.open("a") as file:
        file.write('\n[evening]\nby = "19:00"\n')
    checks = json.loads(firm.run("doctor", "--json").stdout)["checks"]
    assert [check["state"] for check in checks if check["id"] == "evening-signed"] == ["well"]


def test_the_daybook_tells_what_was_entered_and_the_slip_all_of_one_entry(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.add("Paula Po", "paula@firm.test", "paralegal")
    made = firm.data(
        "add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", "ana@firm.test", "--by",
        "paula@firm.test", "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED,
        "--service", "in-person",
    )  # fmt: skip
    entry = next(one["entry"] for one in made["entries"] if one["rule"] == "uscis.motion.reopen")
    [line] = firm.data("daybook", "--by", "paula@firm.test")["lines"]
    assert (line["who"], line["source"], line["unverified"]) == ("Paula Po", "on the command line", 3)
    plain = firm.good("daybook", "--by", "paula@firm.test")
    assert "Motion to reopen" in plain
    assert "NOT VERIFIED" in plain
    for words in (("daybook",), ("daybook", "--by", "ana@firm.test"), ("daybook", "--by", "ana@firm.test", "--json")):
        blind = firm.good(*words)
        assert ("Motion" in blind, "I-140" in blind, DECIDED in blind) == (False, False, False)
    refused = firm.run("slip", entry, "--by", "ana@firm.test")
    assert (refused.returncode, "I-140" in refused.stderr) == (8, False)
    slip = firm.good("slip", entry[:8], "--by", "paula@firm.test")
    assert "by Paula Po" in slip
    assert "uscis.motion.reopen, 8 CFR" in slip
    assert "Verified    by nobody yet" in slip
    assert firm.data("slip", entry, "--by", "paula@firm.test")["view"]["entered"]["form"] == "I-140"
