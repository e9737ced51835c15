"""The judge on mails made by hand: each kind of fault is seen, and what is right is not taken for one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chaos.judge import Unclear, judge_mail, leaked, listed_wrong
from chaos.ledger import FIRST, LAST, ONE_DAY, Ledger, Notice
from chaos.post import Accepted, PostOffice
from chaos.tally import Tally
from deadlines import Notice as Facts
from deadlines import Service, compute, load_law
from deadlines.compute.ladder import ladder_for

DECIDED = date(2026, 8, 24)
"""A Monday: day 30 is Wed 23 September, day 33 Sat 26, so Mon 28 September."""
FRIDAY = datetime(2026, 9, 25, 21, 0, tzinfo=UTC)
DUE = datetime(2026, 9, 28, 13, 0, tzinfo=UTC)
NOTICE = Notice("2026-1", DECIDED, ("ana@firm.test",))
MAIL = Accepted(
    clock=100.0,
    message_id="<1@x>",
    to="ana@firm.test",
    at=DUE,
    matter="2026-1",
    reminders=("1", "2", "3"),
    dates=frozenset({(date(2026, 9, 23), date(2026, 9, 28))}),
    subject="[TODAY] motion",
    raw="Matter 2026-1",
    unclear=False,
)
AGAIN = replace(MAIL, clock=120.0)


def judged(*mails: Accepted, unclear: tuple[float, ...] = ()) -> tuple[int, int, int, int]:
    tally = Tally()
    judge_mail(tally, Ledger([NOTICE]), list(mails), Unclear(list(unclear)), FRIDAY, DUE + timedelta(hours=1))
    return tally.lost, tally.wrong, tally.duplicates, tally.explained


def test_one_mail_for_what_is_due_is_right() -> None:
    assert judged(MAIL) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "mails",
    [
        (),
        (replace(MAIL, to="ben@firm.test"),),
        (replace(MAIL, matter="2026-2"),),
        (replace(MAIL, at=DUE - timedelta(minutes=1)),),
        (replace(MAIL, reminders=()),),
        (replace(MAIL, subject="[NOT DELIVERED] motion"),),
    ],
    ids=["nothing", "somebody else", "another matter", "before it was due", "no reminder", "an alarm about another"],
)
def test_what_does_not_reach_its_person_is_lost(mails: tuple[Accepted, ...]) -> None:
    assert judged(*mails)[0] == 1


@pytest.mark.parametrize("dates", [frozenset(), frozenset({(date(2026, 9, 23), date(2026, 9, 29))})])
def test_other_dates_are_wrong(dates: frozenset[tuple[date, date]]) -> None:
    assert judged(replace(MAIL, dates=dates))[1] == 1
    assert judged(replace(MAIL, dates=dates, subject="[INTEGRITY ALARM] motion"))[1] == 0


def test_of_a_mail_about_several_matters_each_is_looked_at() -> None:
    other = replace(MAIL, matter="2026-0")
    assert judged(replace(other, more=((MAIL.matter, MAIL.dates),)))[:2] == (0, 1)
    assert judged(replace(MAIL, more=((MAIL.matter, frozenset()),)))[:2] == (0, 1)
    text = (
        "Late.\n\nMatter 2026-1\n\n   File by: Wed 23 Sep 2026\n   Last day: Mon 28 Sep 2026\n\n"
        "Matter 2026-2\n\n   File by: Thu 24 Sep 2026\n   Last day: Tue 29 Sep 2026\n"
    )
    office = PostOffice()
    headers = "To: ana@firm.test\nDate: Mon, 28 Sep 2026 13:00:00 +0000\nMessage-ID: <1@x>\n\n"
    office.take((headers + text).encode())
    office.close()
    [mail] = office.accepted
    assert mail.said == (
        ("2026-1", frozenset({(date(2026, 9, 23), date(2026, 9, 28))})),
        ("2026-2", frozenset({(date(2026, 9, 24), date(2026, 9, 29))})),
    )


def test_a_repeat_needs_a_reason_and_the_same_id() -> None:
    assert judged(MAIL, AGAIN)[2:] == (1, 0)
    assert judged(MAIL, AGAIN, unclear=(110.0,))[2:] == (1, 1)
    assert judged(MAIL, AGAIN, unclear=(130.0,))[2:] == (1, 0)
    assert judged(MAIL, AGAIN, unclear=(50.0,))[2:] == (1, 0)
    assert judged(replace(MAIL, unclear=True), AGAIN)[2:] == (1, 1)
    assert judged(MAIL, replace(AGAIN, message_id="<2@x>"), unclear=(110.0,))[2:] == (1, 0)


def test_a_listed_date_and_a_secret_are_seen() -> None:
    line = {"matter": "2026-1", "safe_by": "2026-09-23", "last_day": "2026-09-28", "altered": False}
    dates = Ledger([NOTICE]).dates()
    assert listed_wrong(dates, [line]) == []
    assert len(listed_wrong(dates, [{**line, "last_day": "2026-09-29"}])) == 1
    assert len(listed_wrong(dates, [{**line, "last_day": None}])) == 1
    assert listed_wrong(dates, [{**line, "last_day": None, "altered": True}]) == []
    assert leaked({"Canary-"}, {"the log": "all is well"}) == []
    assert leaked({"Canary-"}, {"the log": "of Canary-Garcia"}) == ["Canary… in the log"]


def test_what_counts_as_passed() -> None:
    assert Tally().status == 0
    assert Tally(not_run=["disk"]).status == 2
    for bad in (Tally(lost=1), Tally(wrong=1), Tally(leaked=1), Tally(broken=["x"]), Tally(duplicates=1)):
        assert bad.status == 1
    assert Tally(duplicates=2, explained=2).status == 0
    counted = Tally(faults=3, lost=1, notes=["n"])
    counted.fault("kill", 2)
    assert Tally.from_json(counted.to_json()) == counted
    assert counted.figures() == "faults 5 lost 1 wrong 0 leaked 0 duplicates 0 (explained 0)"


@pytest.mark.parametrize("number", range((LAST - FIRST).days + 1))
def test_the_ledgers_own_count_and_the_law_agree(number: int) -> None:
    """Two counts made apart: if they ever differ, one of them is wrong, and the chaos means nothing until it is known
    which."""
    notice = Notice("x", FIRST + number * ONE_DAY, ())
    facts = Facts(kind="uscis.denial", form="I-140", decided_on=notice.decided_on, service=Service("mail"))
    windows = [window for window in compute(facts, load_law()).windows if window.state == "due"]
    assert {(window.safe_by, window.last_day) for window in windows} == {(notice.file_by, notice.last_day)}
    rungs = ladder_for(windows[0], notice.entered_at.date(), lambda day: day.weekday() < 5 and day != date(2026, 9, 7))
    assert [rung.on for rung in rungs] == [moment.date() for moment in notice.moments()]
