"""Whatever ladders a firm may set, a fatal date is told of long before, on the day before, and on the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.compute.ladder import ladder_for
from deadlines.compute.ladders import LADDERS, Count, Ladder, Reach, WindowClass, ladder_of
from deadlines.compute.milestones import Dispatch, Template, dispatch_by, due_on, must_be_received
from deadlines.law import load_law
from deadlines.practice.checks import FirmsDay, check
from deadlines.practice.files import LadderTable, PracticeFile
from tests.compute.test_ladder import open_day, window

OPENS = date(2026, 3, 2)
APPEAL = WindowClass("eoir.appeal.bia", "appeal", "bia")
LAW = load_law()
LENGTHS = st.integers(0, 400)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def allowed_ladders(draw: st.DrawFn) -> tuple[Ladder, ...]:
    """Ladders for every window that the check lets through: any days beside those that must be there."""
    ladders = [LadderTable(at_least=0, days=sorted({*draw(st.sets(st.integers(2, 200))), 30, 1, 0}))]
    for at_least in draw(st.sets(st.integers(1, 300), max_size=3)):
        days = {*draw(st.sets(st.integers(2, 200), max_size=5)), 45, 1, 0}
        ladders.append(LadderTable(at_least=at_least, days=sorted(days)))
    check("practice.toml", PracticeFile(ladder=ladders), LAW, FirmsDay("America/New_York"))
    counts: tuple[Count, ...] = ("calendar", "business")
    count = draw(st.sampled_from(counts))
    return tuple(Ladder(item.at_least, tuple(sorted(item.days, reverse=True)), Reach(), count) for item in ladders)


@given(LENGTHS, DAYS, allowed_ladders())
def test_a_fatal_window_has_two_reminders_one_on_its_last_working_day_before_and_none_after(
    length: int, opens_on: date, ladders: tuple[Ladder, ...]
) -> None:
    safe_by = opens_on + timedelta(days=length)
    while not open_day(safe_by):
        safe_by -= timedelta(days=1)
    rungs = ladder_for(window(safe_by, opens_on=opens_on), opens_on, open_day, ladders=ladders, of=APPEAL)
    days = [rung.on for rung in rungs]
    assert max(days) == max(safe_by, opens_on)
    assert all(day <= max(safe_by, opens_on) for day in days)
    assert all(open_day(rung.on) or rung.id in ("now", "past") for rung in rungs)
    before = safe_by - timedelta(days=1)
    while not open_day(before):
        before -= timedelta(days=1)
    if before > opens_on:
        assert before in days
        assert len(days) >= 2
    if (safe_by - opens_on).days >= 50:
        assert min(days) <= safe_by - timedelta(days=30)


def test_business_days_are_counted_without_days_off() -> None:
    # Three business days before Wed 25 Nov 2026 is Fri 20; over Thanksgiving, two before Mon 30 is Wed 25.
    ladders = (Ladder(0, (3, 1, 0), Reach(), "business"),)
    days = {date(2026, 11, 25): ["2026-11-20", "2026-11-24", "2026-11-25"]}
    days[date(2026, 11, 30)] = ["2026-11-24", "2026-11-27", "2026-11-30"]
    for safe_by, expected in days.items():
        rungs = ladder_for(
            window(safe_by, opens_on=date(2026, 11, 2)), date(2026, 11, 2), open_day, ladders=ladders, of=APPEAL
        )
        assert [rung.on.isoformat() for rung in rungs] == expected


@given(LENGTHS)
def test_without_a_file_the_default_holds_for_every_class(length: int) -> None:
    assert ladder_of(length, LADDERS, APPEAL) == ladder_of(length)


def test_the_courier_s_day_is_told_of_once_and_never_outshouts_the_date() -> None:
    # Safe Fri 20 Nov 2026, two business days before is Wed 18.
    asked = window(date(2026, 11, 20), opens_on=date(2026, 10, 23))
    rungs = ladder_for(asked, date(2026, 10, 23), open_day, dispatch_by=date(2026, 11, 18))
    assert [(rung.id, rung.about_on, rung.severity) for rung in rungs if rung.on == date(2026, 11, 18)] == [
        ("dispatch-0", date(2026, 11, 18), "warning")
    ]
    rungs = ladder_for(asked, date(2026, 10, 23), open_day, dispatch_by=date(2026, 11, 19))
    assert [rung.id for rung in rungs if rung.on == date(2026, 11, 19)] == ["safe-1"]


def test_a_courier_s_day_counts_open_days_back_from_the_safe_date() -> None:
    # Monday 30 November 2026: Friday 27, then over Thanksgiving Wednesday 25.
    asked = window(date(2026, 11, 30), opens_on=date(2026, 11, 2))
    assert dispatch_by(asked, Dispatch(2), open_day) == date(2026, 11, 25)
    assert dispatch_by(asked, None, open_day) is None
    assert dispatch_by(window(None), Dispatch(2), open_day) is None


@pytest.mark.parametrize(
    ("filed_when", "must"),
    [
        ("received", True),
        ("received with its fee", True),
        ("received before the scheduled date and time", True),
        ("received, or mailed with clear and convincing proof of the mailing date", False),
        ("received seven days before, or postmarked ten days before", False),
        ("the person has left", False),
        ("posted", False),
    ],
)
def test_only_what_must_be_received_has_a_courier_s_day(filed_when: str, must: bool) -> None:
    asked = window(date(2026, 11, 30))
    changed = type(asked)(**{**{f: getattr(asked, f) for f in asked.__struct_fields__}, "filed_when": filed_when})
    assert must_be_received(changed) is must


def template(**how: object) -> Template:
    return Template(id="step", title="Step", **how)  # type: ignore[arg-type]


def test_milestones_count_forward_from_the_notice_and_back_from_the_dates() -> None:
    # Noted Mon 23 Nov 2026: three business days after are Tue 24, Wed 25, Fri 27 (Thanksgiving is off).
    asked = window(date(2026, 12, 22), opens_on=date(2026, 11, 23))
    noted, courier = date(2026, 11, 23), date(2026, 12, 18)
    counted = [
        (template(after_notice=3), date(2026, 11, 27)),
        (template(after_notice=3, count="calendar"), date(2026, 11, 25)),
        (template(before_safe_by=10), date(2026, 12, 8)),
        (template(before_safe_by=10, count="calendar"), date(2026, 12, 11)),
        (template(before_dispatch=0), courier),
        (template(before_dispatch=1), date(2026, 12, 17)),
    ]
    for step, expected in counted:
        assert due_on(step, asked, courier, noted, open_day) == expected
    assert due_on(template(before_dispatch=0), asked, None, noted, open_day) is None
    assert due_on(template(after_notice=3), window(None), None, noted, open_day) is None


@given(DAYS, st.integers(-20, 300), st.integers(0, 10), st.integers(0, 60), st.booleans())
def test_a_milestone_is_never_due_before_the_notice_came_nor_after_the_date(
    noted: date, length: int, grace: int, days: int, forward: bool
) -> None:
    safe_by = noted + timedelta(days=length)
    last_day = safe_by + timedelta(days=grace)
    step = template(after_notice=days) if forward else template(before_safe_by=days)
    found = due_on(step, window(safe_by, last_day), None, noted, open_day)
    assert found is not None
    assert noted <= found <= max(safe_by if safe_by >= noted else last_day, noted)
