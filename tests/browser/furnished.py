"""A docket with something on every page: made-up matters of an autumn, and everything that may wait for somebody."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.house import ANA, DORA, PAULA, House

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/New_York"))
"""A Monday."""
Added = dict[str, Any]


def furnish(house: House) -> None:
    """Fill the docket of a house whose clock stands at NOW. Nobody in it exists."""
    first = _add(house, 1, "uscis.denial", 28, form="I-140")
    _add(house, 2, "uscis.denial", 14, form="I-485", facts={"basis": "245"}, by=DORA)
    _add(house, 3, "ij.order", 20, service="oral", facts={"asylum": "none", "appeal": "reserved"})
    _add(house, 4, "bia.decision", 18, facts={"circuit": "9", "proceeding": "removal"})
    _add(house, 5, "uscis.denial", 21, form="N-400")
    _add(house, 6, "uscis.rfe", 20, form="I-765")
    _add(house, 7, "uscis.denial", 10, form="I-130", printed_deadline="2026-12-10")
    _add(house, 8, "uscis.revocation", 5, form="I-140")
    moved = _add(house, 9, "uscis.denial", 12, form="I-129")
    old = _add(house, 10, "uscis.denial", 75, form="I-129")
    done = _add(house, 11, "uscis.denial", 26, form="I-140")
    _add(house, 12, "uscis.denial", 6, form="I-360", restricted=True)
    paper = "--kind", "uscis.denial", "--form", "I-129", "--decided-on", _day(12), "--service", "mail"
    house.data("amend", moved["notice"], "--service-on", "2026-11-17", "--reason", "postmark", "--by", PAULA)
    notice = house.data("show", "DEMO-009")["entries"][0]["notice"]
    house.data("verify", "--notice", notice, *paper, "--service-on", "2026-11-17", "--by", DORA)
    house.data(
        "missed", "record", _entry(old), "--by", ANA, "--found-on", "2026-11-20", "--how", "filed under another client"
    )
    house.data("file", _entry(done), "--on", "2026-11-20", "--receipt", "IOE0912345678", "--by", ANA)
    house.data("waive", _entry(done, 1), "--reason", "the appeal was filed", "--by", ANA)
    house.data("incoming", "add", "USCIS denial I-140", "--received-on", "2026-11-19", "--by", PAULA)
    house.data("matter", "open", "DEMO-021", "--attorney", ANA, "--none-until", "2027-01-11", "--by", PAULA)
    house.data("incoming", "add", "Biometrics appointment", "--at", "portal", "--by", PAULA)
    house.data(
        "verify", "--notice", first["notice"], "--kind", "uscis.denial", "--form", "I-140",
        "--decided-on", _day(28), "--service", "mail", "--by", DORA,
    )  # fmt: skip
    house.data("ack", _entry(first), "--by", ANA)


def _day(days_ago: int) -> str:
    day: date = NOW.date() - timedelta(days=days_ago)
    return day.isoformat()


def _add(
    house: House,
    number: int,
    kind: str,
    days_ago: int,
    *,
    form: str = "",
    service: str = "mail",
    facts: dict[str, str] | None = None,
    printed_deadline: str = "",
    restricted: bool = False,
    by: str = PAULA,
) -> Added:
    words = ["--matter", f"DEMO-{number:03}", "--client", f"Sample Client {number}", "--attorney", ANA, "--kind", kind]
    words += ["--decided-on", _day(days_ago), "--service", service, "--by", by]
    words += ["--form", form] if form else []
    words += ["--printed-deadline", printed_deadline] if printed_deadline else []
    words += ["--restricted"] if restricted else []
    for name, value in (facts or {}).items():
        words += ["--fact", f"{name}={value}"]
    found: Added = house.data("add", *words)
    return found


def _entry(added: Added, number: int = 0) -> str:
    due: list[str] = [one["entry"] for one in added["entries"] if one["state"] == "due"]
    return due[number]
