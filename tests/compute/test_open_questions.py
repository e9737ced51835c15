"""What a firm decides moves its safe date to the day counted by hand, is told in the working, and moves nothing else.

And what the notice prints: where it is not the computed day, somebody has to resolve it.
"""

from typing import Any

import pytest

from deadlines.compute import Notice, Service, Window, compute
from deadlines.compute.dates import parse_day
from tests.compute.support import ask, window

POLICIES: list[tuple[str, str, tuple[str, str, str], dict[str, Any], str, str, str]] = [
    # ambiguity, choice, notice, more, rule, careful safe date, the firm's safe date (all counted by hand)
    ("notice-or-postmark", "service", ("uscis.denial", "2026-10-23", "mail"), {"form": "I-140", "on": "2026-10-28"},
     "uscis.appeal.aao", "2026-11-20", "2026-11-27"),
    ("n336-start", "service", ("uscis.denial", "2026-12-01", "mail"), {"form": "N-400", "on": "2026-12-07"},
     "uscis.hearing.n336", "2026-12-31", "2027-01-08"),  # 33 days end on Sat 01-09
    ("noir-start", "text", ("uscis.noir", "2026-11-17", "mail"),
     {"form": "I-129", "received": "2026-11-20", "facts": {"nonimmigrant_class": "H"}},
     "uscis.response.noir", "2026-12-17", "2026-12-18"),
    ("anniversaries", "anniversary", ("status.arrival", "2025-12-01", "unknown"), {},
     "status.asylum-one-year", "2026-11-30", "2026-12-01"),
    ("presence-start", "service", ("uscis.denial", "2026-06-10", "mail"), {"form": "I-485", "on": "2026-06-15"},
     "status.unlawful-presence-180", "2026-12-04", "2026-12-11"),
    ("presence-margin", "day-181", ("status.unlawful-presence", "2026-06-11", "unknown"), {},
     "status.unlawful-presence-180", "2026-12-04", "2026-12-08"),
    ("legalization-mail-days", "day-33", ("uscis.denial", "2026-11-16", "mail"), {"form": "I-698"},
     "uscis.appeal.legalization", "2026-12-16", "2026-12-18"),
    ("ten-day-text", "protective", ("ij.order", "2026-03-12", "oral"), {"facts": {"asylum": "none"}},
     "eoir.appeal.bia", "2026-04-10", "2026-03-23"),
    ("board-decision-start", "mailing", ("bia.decision", "2026-06-01", "mail"), {"on": "2026-06-03"},
     "bia.motion.reconsider", "2026-07-01", "2026-07-02"),
    ("final-without-appeal", "expiry", ("ij.order", "2026-05-04", "oral"), {"facts": {"appeal": "none-filed"}},
     "eoir.motion.reconsider", "2026-06-03", "2026-07-02"),
    ("vawa-year", "anniversary", ("bia.decision", "2027-06-01", "unknown"), {},
     "bia.motion.reopen.vawa", "2028-05-31", "2028-06-01"),
]  # fmt: skip


def notice_of(notice: tuple[str, str, str], more: dict[str, Any]) -> Notice:
    kind, on, method = notice
    served = parse_day(more["on"]) if "on" in more else None
    return Notice(
        kind=kind,
        form=more.get("form"),
        decided_on=parse_day(on),
        service=Service(method, served),  # type: ignore[arg-type]
        received_on=parse_day(more["received"]) if "received" in more else None,
        facts=more.get("facts", {}),
    )


@pytest.mark.parametrize(("doubt", "choice", "notice", "more", "rule", "careful", "firm"), POLICIES, ids=str)
def test_the_firms_choice_moves_its_safe_date(
    doubt: str, choice: str, notice: tuple[str, str, str], more: dict[str, Any], rule: str, careful: str, firm: str
) -> None:
    asked = notice_of(notice, more)
    before = window(compute(asked), rule)
    after = window(compute(asked, policy={doubt: choice}), rule)
    assert (str(before.safe_by), str(after.safe_by)) == (careful, firm)
    assert (before.last_day, before.latest, before.protective_by) == (after.last_day, after.latest, after.protective_by)
    assert told(before, "the careful answer")
    assert told(after, "the firm's policy")


def told(found: Window, whose: str) -> bool:
    """Whether the working names an open question and whose answer it follows."""
    return any(step.text.startswith("Open question") and whose in step.text and step.cite for step in found.working)


@pytest.mark.parametrize("doubt", ["certified-mail-days", "eoir29-mail-days"])
def test_where_the_text_itself_gives_no_mail_days_the_choice_is_told_and_the_date_stays(doubt: str) -> None:
    """Day 30 from Fri 2026-10-23 is a Sunday: the safe date is Friday 20 November with either choice."""
    method, form, rule = {
        "certified-mail-days": ("certified-mail", "I-140", "uscis.appeal.aao"),
        "eoir29-mail-days": ("mail", "I-130", "uscis.appeal.bia"),
    }[doubt]
    asked = notice_of(("uscis.denial", "2026-10-23", method), {"form": form})
    assert told(window(compute(asked), rule), "the careful answer")
    firm = window(compute(asked, policy={doubt: "three"}), rule)
    assert str(firm.safe_by) == "2026-11-20"
    assert told(firm, "the firm's policy")


def test_a_question_that_could_not_move_the_date_is_not_told() -> None:
    """Served electronically on the day it bears: no mail days and one start."""
    found = window(ask("uscis.denial", "2026-11-02", "electronic", form="I-140"), "uscis.motion.reopen")
    assert not any(step.text.startswith("Open question") for step in found.working)


PRINTED = [
    # printed, agrees, order, safe date; I-140 mailed Fri 2026-10-23: last day Wed 11-25, safe Fri 11-20
    ("2026-11-25", True, "", "2026-11-20"),
    ("2026-11-22", False, "earlier than", "2026-11-20"),
    ("2026-11-13", False, "earlier than", "2026-11-13"),
    ("2026-11-30", False, "later than", "2026-11-20"),
]


@pytest.mark.parametrize(("printed", "agrees", "order", "safe"), PRINTED)
def test_a_printed_deadline_that_is_not_the_computed_one_is_disputed(
    printed: str, agrees: bool, order: str, safe: str
) -> None:
    """The earlier of the two controls what is calendared (8 CFR 103.2(b)(8)(iv) for what USCIS will do)."""
    found = ask("uscis.denial", "2026-10-23", "mail", form="I-140", printed_deadline=printed)
    appeal = window(found, "uscis.appeal.aao")
    assert (appeal.dispute is None) is agrees
    assert order in (appeal.dispute or "")
    assert str(appeal.safe_by) == safe
    assert str(appeal.last_day) == "2026-11-25"
    assert any("The notice prints" in text for text in found.warnings) is not agrees


@pytest.mark.parametrize(
    ("printed", "agrees"),
    [("2026-12-12", True), ("2027-02-08", True), ("2027-02-04", True), ("2027-03-01", False)],
)
def test_a_printed_response_date_is_disputed_only_past_the_maximum(printed: str, agrees: bool) -> None:
    """Request mailed Thu 2026-11-12: 84 and 3 days end on Sun 2027-02-07, moved to Mon 02-08."""
    found = window(ask("uscis.rfe", "2026-11-12", "mail", printed_deadline=printed), "uscis.response.rfe")
    assert (found.dispute is None) is agrees
    if not agrees:
        assert found.dispute is not None
        assert "later than the computed last day Monday 8 February 2027" in found.dispute


def test_the_latest_argument_is_told_only_where_it_is_later() -> None:
    later = window(ask("uscis.denial", "2026-11-04", "mail", form="I-130"), "uscis.appeal.bia")
    same = window(ask("uscis.denial", "2026-11-02", "electronic", form="I-140"), "uscis.appeal.aao")
    assert any(step.text.startswith("Latest day") and str(step.date) == "2026-12-07" for step in later.working)
    assert not any(step.text.startswith("Latest day") for step in same.working)
