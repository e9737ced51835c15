"""Every tenable answer stands beside the prevailing one, with its day counted by hand; exactly one prevails."""

from typing import Any

import pytest

from tests.compute.support import ask, dates, window

READINGS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, list[tuple[str, str, bool]]]] = [
    # Mailed Fri 2026-10-23: day 30 Sun 11-22 -> Mon 11-23; day 33 Wed 11-25; rolled first Mon 11-23 + 3 = Thanksgiving.
    (
        "mail",
        ("uscis.denial", "2026-10-23", "mail"),
        {"form": "I-485"},
        "uscis.motion.reopen",
        [
            ("30 days and 3 for mail", "2026-11-25", True),
            ("30 days, no mail days", "2026-11-23", False),
            ("roll first, then add mail days", "2026-11-27", False),
        ],
    ),
    # Mon 2026-11-02: day 30 Wed 12-02, day 33 Sat 12-05 -> Mon 12-07 (8 CFR 103.8(a)(2)(iv) against (b)).
    (
        "certified",
        ("uscis.denial", "2026-11-02", "certified-mail"),
        {"form": "I-140"},
        "uscis.appeal.aao",
        [("30 days", "2026-12-02", True), ("30 days and 3 for mail", "2026-12-07", False)],
    ),
    # Day 30 is Fri 2026-07-03, kept for Independence Day (5 USC 6103(b)(1)).
    (
        "in lieu",
        ("ij.order", "2026-06-03", "oral"),
        {"facts": {"asylum": "granted"}},
        "eoir.appeal.bia",
        [
            ("a day kept in lieu of a weekend holiday is not a legal holiday", "2026-07-03", False),
            ("30 days", "2026-07-06", True),
        ],
    ),
    # Day 30 is Tue 2024-12-24, closed by order: the day after Christmas for somebody who counts it as off.
    (
        "closure",
        ("uscis.denial", "2024-11-24", "electronic"),
        {"form": "I-140"},
        "uscis.appeal.aao",
        [("30 days", "2024-12-24", True), ("the closure by order counts as a day off", "2024-12-26", False)],
    ),
    # Mailed Thu 2026-11-12, online: day 87 Sun 2027-02-07 stays; day 84 Thu 02-04.
    (
        "online",
        ("uscis.rfe", "2026-11-12", "mail"),
        {"facts": {"filing": "online"}},
        "uscis.response.rfe",
        [
            ("84 days and 3 for mail", "2027-02-07", True),
            ("84 days, no mail days", "2027-02-04", False),
            ("the roll applies online too", "2027-02-08", False),
        ],
    ),
    # Printed Sat 2026-12-12 -> Mon 12-14; the maximum as above.
    (
        "printed",
        ("uscis.rfe", "2026-11-12", "mail"),
        {"printed_deadline": "2026-12-12"},
        "uscis.response.rfe",
        [
            ("the date printed on the notice", "2026-12-14", True),
            ("the maximum of 84 days and 3 for mail", "2027-02-08", False),
        ],
    ),
    # In absentia Mon 2026-07-06: day 180 Sat 2027-01-02 -> Mon 01-04; day 90 Sun 10-04 -> Mon 10-05.
    (
        "option",
        ("ij.in-absentia", "2026-07-06"),
        {},
        "eoir.motion.rescind-in-absentia",
        [("180 days", "2027-01-04", True), ("90 days", "2026-10-05", False)],
    ),
]


@pytest.mark.parametrize(("name", "notice", "more", "rule", "expected"), READINGS, ids=[row[0] for row in READINGS])
def test_the_readings_of_a_window(
    name: str, notice: tuple[Any, ...], more: dict[str, Any], rule: str, expected: list[tuple[str, str, bool]]
) -> None:
    found = window(ask(*notice, **more), rule)
    assert [(r.name, str(r.last_day), r.prevails) for r in found.readings] == expected
    assert all(r.why and r.cite for r in found.readings)


@pytest.mark.parametrize(
    ("decided_on", "last_day"),
    [("2013-08-30", "2013-09-30"), ("2013-08-31", "2013-09-30"), ("2013-09-01", "2013-11-01"),
     ("2013-09-15", "2013-11-01"),
     ("2013-10-01", "2013-11-01"), ("2013-10-02", "2013-11-01"), ("2013-10-03", "2013-11-04")],
)  # fmt: skip
def test_the_grace_of_2013_reaches_what_was_due_in_october_and_nothing_else(decided_on: str, last_day: str) -> None:
    """EOIR notice of 2013-10-25: Board filings due in October 2013 were timely until Friday 1 November."""
    found = window(ask("ij.order", decided_on, "oral", facts={"asylum": "granted"}), "eoir.appeal.bia")
    assert str(found.last_day) == last_day
    extended = [r for r in found.readings if r.name == "extended by notice"]
    assert bool(extended) is ("2013-09-01" <= decided_on <= "2013-10-01")
    assert all(r.prevails for r in extended)
    assert any(str(step.date) == last_day for step in found.working)


def test_an_online_filing_stays_on_a_sunday_and_the_working_says_why() -> None:
    """Weekend policy of 2023-03-29, for paper only: 15 days from Sat 2023-03-25 end on Sun 2023-04-09."""
    online = ask("uscis.n400.reopen", "2023-03-25", "electronic", facts={"filing": "online"})
    paper = ask("uscis.n400.reopen", "2023-03-25", "electronic", facts={"filing": "paper"})
    rule = "uscis.response.n400-reopen"
    assert (dates(online, rule)[1], dates(paper, rule)[1]) == ("2023-04-09", "2023-04-10")
    assert any("stays there" in step.text for step in window(online, rule).working)


def test_a_clock_that_no_text_moves_stays_on_its_day_and_says_so() -> None:
    """22 CFR 42.81(e): one year from Fri 2026-03-20 ends on Sat 2027-03-20; the safe date is the Friday before."""
    found = window(ask("consular.refusal.221g", "2026-03-20"), "consular.cure-221g")
    assert (str(found.safe_by), str(found.last_day)) == ("2027-03-19", "2027-03-20")
    assert any("no text moves the last day" in step.text for step in found.working)


def test_an_event_that_comes_sooner_ends_the_window() -> None:
    """9 FAM 302.11-3(B)(1): nothing later than what ends it can be relied on; a minor's days do not count."""
    adult = dates(ask("status.unlawful-presence", "2026-06-11"), "status.unlawful-presence-180")
    minor = dates(
        ask("status.unlawful-presence", "2026-06-11", facts={"born_on": "2008-07-01"}), "status.unlawful-presence-180"
    )
    assert adult[1] == "2026-12-08"
    # Eighteen on Wed 2026-07-01: that day is day 1, day 181 is Mon 2026-12-28.
    assert minor[1] == "2026-12-28"
