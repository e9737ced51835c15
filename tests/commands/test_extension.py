"""`deadlines extension` through the real program."""

from datetime import date, timedelta

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

LATE = (date.today() + timedelta(days=200)).isoformat()  # noqa: DTZ011  (after every last day)


def recorded(firm: Firm, kind: str, *more: str) -> str:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.add("Dora Dee", "dora@firm.test", "docket")
    firm.good(
        "add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", "ana@firm.test",
        "--kind", kind, "--decided-on", RECENT, "--by", "ana@firm.test", *more,
    )  # fmt: skip
    entry: str = firm.data("list")[0]["entry"]
    return entry[:8]


def test_more_time_is_asked_for_granted_and_accepted(firm: Firm) -> None:
    entry = recorded(firm, "uscis.denial", "--form", "I-140", "--service", "mail")
    by = ("--by", "ana@firm.test")
    asked = firm.good("extension", "request", entry, "--to", LATE, "--requested-on", RECENT, "--proof", "7020", *by)
    assert "provisional, not granted" in asked
    assert "check that it can" in asked
    assert "NOT GRANTED" in firm.good("list")
    assert "PROVISIONAL, NOT GRANTED" in firm.good("explain", entry)
    assert [view["state"] for view in firm.data("extension", "list")] == ["requested"]
    moved = firm.data("extension", "grant", entry, "--to", LATE, "--proof", "letter", *by)
    assert moved["outcome"] == "waiting"
    firm.good("proposal", "accept", moved["proposal"], "--by", "dora@firm.test")
    [view] = [line for line in firm.data("list") if line["entry"].startswith(entry)]
    assert view["last_day"] == LATE
    assert "Extended by the authority" in firm.good("explain", entry)


def test_a_refusal_is_recorded_and_the_dates_hold(firm: Firm) -> None:
    entry = recorded(firm, "uscis.denial", "--form", "I-140", "--service", "mail")
    by = ("--by", "ana@firm.test")
    firm.good("extension", "request", entry, "--to", LATE, "--requested-on", RECENT, "--proof", "7020", *by)
    assert firm.data("extension", "refuse", entry, "--reason", "denied", *by)["state"] == "refused"
    assert "NOT GRANTED" not in firm.good("list")


def test_a_request_for_evidence_cannot_be_extended(firm: Firm) -> None:
    entry = recorded(firm, "uscis.rfe", "--form", "I-140", "--service", "mail")
    refused = firm.run(
        "extension", "request", entry, "--to", LATE, "--requested-on", RECENT, "--proof", "x", "--by", "ana@firm.test"
    )
    assert refused.returncode == 8
    assert "8 CFR 103.2(b)(8)(iv)" in refused.stderr
