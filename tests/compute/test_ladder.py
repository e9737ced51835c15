from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.compute.ladder import SEVERITIES, Severity, ladder_for, moment
from deadlines.compute.ladders import ladder_of
from deadlines.compute.result import Window

THANKSGIVING = date(2026, 11, 26)
CHRISTMAS = date(2026, 12, 25)


def open_day(day: date) -> bool:
    return day.weekday() < 5 and day not in {THANKSGIVING, CHRISTMAS}


def window(
    safe_by: date | None,
    last_day: date | None = None,
    *,
    opens_on: date | None = None,
    protective_by: date | None = None,
) -> Window:
    return Window(
        rule="test.rule",
        title="Motion to reopen",
        remedy="motion",
        form="I-290B",
        file_with="USCIS",
        filed_when="received",
        state="due" if safe_by else "no-limit",
        opens_on=opens_on,
        protective_by=protective_by,
        safe_by=safe_by,
        last_day=last_day or safe_by,
        latest=last_day or safe_by,
        confidence="primary",
        reviewed_on=date(2026, 11, 23),
    )


def told(rungs: object) -> list[tuple[str, str]]:
    assert isinstance(rungs, list)
    return [(rung.id, rung.on.isoformat()) for rung in rungs]


@pytest.mark.parametrize(
    ("length", "days"),
    [
        (400, (180, 90, 60, 30, 14, 7, 3, 1, 0)),
        (240, (180, 90, 60, 30, 14, 7, 3, 1, 0)),
        (239, (90, 60, 30, 14, 7, 3, 1, 0)),
        (120, (90, 60, 30, 14, 7, 3, 1, 0)),
        (119, (30, 14, 7, 3, 1, 0)),
        (45, (30, 14, 7, 3, 1, 0)),
        (44, (14, 7, 3, 1, 0)),
        (20, (14, 7, 3, 1, 0)),
        (19, (7, 3, 1, 0)),
        (8, (7, 3, 1, 0)),
        (7, (3, 1, 0)),
        (0, (3, 1, 0)),
    ],
)
def test_the_ladder_depends_on_the_length(length: int, days: tuple[int, ...]) -> None:
    assert ladder_of(length).days == days


def test_a_thirty_day_motion_with_mail_days() -> None:
    # Decided and mailed Fri 23 Oct 2026: day 30 is Sun 22 Nov, back to Fri 20; day 33 is Wed 25 Nov.
    rungs = ladder_for(
        window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23)),
        date(2026, 10, 27),
        open_day,
    )
    assert told(rungs) == [
        ("safe-14", "2026-11-06"),
        ("safe-7", "2026-11-13"),
        ("safe-3", "2026-11-17"),
        ("safe-1", "2026-11-19"),
        ("safe-0", "2026-11-20"),
        ("last-1", "2026-11-24"),
        ("last-0", "2026-11-25"),
    ]
    assert [rung.severity for rung in rungs] == ["notice", "warning", "warning", *["urgent"] * 4]


def test_days_off_move_a_reminder_back_and_a_shared_day_speaks_once() -> None:
    # Safe on Mon 30 Nov 2026: 3 days before is Friday; 1 day before is Sunday, back to the same Friday.
    rungs = ladder_for(window(date(2026, 11, 30), opens_on=date(2026, 11, 16)), date(2026, 11, 16), open_day)
    assert told(rungs) == [("safe-7", "2026-11-23"), ("safe-1", "2026-11-27"), ("safe-0", "2026-11-30")]
    # Christmas 2026 is a Friday: the day before Monday 28 December goes back to Thursday 24.
    rungs = ladder_for(window(date(2026, 12, 28), opens_on=date(2026, 12, 14)), date(2026, 12, 14), open_day)
    assert told(rungs) == [("safe-7", "2026-12-21"), ("safe-1", "2026-12-24"), ("safe-0", "2026-12-28")]


def test_the_day_to_calendar_speaks_before_the_last_day_on_one_day() -> None:
    # Safe Fri 10 Apr, last day Mon 13 Apr 2026: the day before the last is Sunday, back to Friday 10.
    rungs = ladder_for(window(date(2026, 4, 10), date(2026, 4, 13), opens_on=date(2026, 3, 12)), date(2026, 3, 12))
    assert told(rungs)[-2:] == [("safe-0", "2026-04-10"), ("last-0", "2026-04-13")]


def test_a_protective_date_has_rungs_that_never_outshout_the_real_one() -> None:
    rungs = ladder_for(
        window(
            date(2026, 4, 10),
            date(2026, 4, 13),
            opens_on=date(2026, 3, 12),
            protective_by=date(2026, 3, 23),
        ),
        date(2026, 3, 12),
    )
    protective = [rung for rung in rungs if rung.about == "protective_by"]
    assert told(protective) == [
        ("protective-7", "2026-03-16"),
        ("protective-3", "2026-03-20"),
        ("protective-0", "2026-03-23"),
    ]
    assert "urgent" not in {rung.severity for rung in protective}


def test_what_has_passed_at_entry_becomes_one_rung() -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    rungs = ladder_for(asked, date(2026, 11, 18), open_day)
    assert told(rungs) == [
        ("now", "2026-11-18"),
        ("safe-1", "2026-11-19"),
        ("safe-0", "2026-11-20"),
        ("last-1", "2026-11-24"),
        ("last-0", "2026-11-25"),
    ]
    assert (rungs[0].about, rungs[0].about_on, rungs[0].severity) == (
        "safe_by",
        date(2026, 11, 20),
        "warning",
    )


def test_a_rung_of_the_day_of_entry_is_in_the_one_that_is_sent_at_once() -> None:
    asked = window(date(2026, 11, 20), opens_on=date(2026, 10, 23))
    assert told(ladder_for(asked, date(2026, 11, 19), open_day)) == [
        ("now", "2026-11-19"),
        ("safe-0", "2026-11-20"),
    ]
    assert told(ladder_for(asked, date(2026, 11, 6), open_day))[0] == ("safe-14", "2026-11-06")


def test_after_the_safe_day_the_last_day_is_spoken_of() -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    rungs = ladder_for(asked, date(2026, 11, 24), open_day)
    assert told(rungs) == [("now", "2026-11-24"), ("last-0", "2026-11-25")]
    assert (rungs[0].about, rungs[0].about_on, rungs[0].severity) == (
        "last_day",
        date(2026, 11, 25),
        "urgent",
    )


def test_a_window_that_has_passed_gives_one_rung() -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    rungs = ladder_for(asked, date(2026, 11, 26), open_day)
    assert told(rungs) == [("past", "2026-11-26")]
    assert rungs[0].severity == "urgent"


def test_a_window_that_opens_later_is_announced() -> None:
    asked = window(date(2027, 6, 1), opens_on=date(2027, 3, 3))
    assert told(ladder_for(asked, date(2026, 11, 23)))[0] == ("opens-0", "2027-03-03")


def test_a_window_without_dates_has_no_rungs() -> None:
    assert ladder_for(window(None), date(2026, 11, 23)) == []


DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@given(DAYS, st.integers(0, 400), st.integers(0, 6), st.integers(-10, 420))
def test_every_window_with_a_future_has_a_reminder_in_time(
    opens_on: date, length: int, grace: int, entered_after: int
) -> None:
    safe_by = opens_on + timedelta(days=length)
    last_day = safe_by + timedelta(days=grace)
    entered_on = opens_on + timedelta(days=entered_after)
    rungs = ladder_for(window(safe_by, last_day, opens_on=opens_on), entered_on)
    assert rungs
    days = [rung.on for rung in rungs]
    assert days == sorted(set(days))
    assert all(day >= entered_on for day in days)
    assert len({rung.id for rung in rungs}) == len(rungs)
    for rung in rungs:
        if rung.id not in {"now", "past"}:
            assert rung.on.weekday() < 5
            assert rung.on <= rung.about_on
    if entered_on <= safe_by:
        assert rungs[0].on <= safe_by
        assert rungs[0].severity in SEVERITIES


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Clocks go from 02:00 to 03:00 on 14 March 2027: 02:30 does not exist and becomes 03:30 EDT.
        ("America/New_York", date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        # 01:30 happens twice on 1 November 2026: the first, EDT.
        ("America/New_York", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        # Nine o'clock stays nine o'clock on both sides of the change.
        ("America/New_York", date(2026, 10, 30), time(9), datetime(2026, 10, 30, 13, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 2), time(9), datetime(2026, 11, 2, 14, tzinfo=UTC)),
        ("Pacific/Honolulu", date(2026, 11, 23), time(9), datetime(2026, 11, 23, 19, tzinfo=UTC)),
        ("Pacific/Guam", date(2026, 11, 23), time(9), datetime(2026, 11, 22, 23, tzinfo=UTC)),
    ],
)
def test_wall_clock_moments(zone: str, day: date, at: time, expected: datetime) -> None:
    assert moment(day, at, zone) == expected


@given(st.integers(-30, 60), st.integers(0, 10), st.sampled_from(SEVERITIES))
def test_a_change_of_dates_is_told_first_and_takes_the_place_of_what_had_passed(
    left: int, more: int, severity: Severity
) -> None:
    today = date(2026, 11, 2)
    asked = window(today + timedelta(days=left), today + timedelta(days=left + more))
    rungs = ladder_for(asked, today, moved=severity)
    assert [rung.id for rung in rungs].count("moved") == 1
    assert (rungs[0].id, rungs[0].on) == ("moved", today)
    assert SEVERITIES.index(rungs[0].severity) >= SEVERITIES.index(severity)
    assert all(rung.on > today for rung in rungs[1:])
    plain = {rung.id for rung in ladder_for(asked, today) if rung.on > today}
    assert {rung.id for rung in rungs[1:]} == plain


def test_a_change_of_a_window_without_dates_reminds_nobody() -> None:
    assert ladder_for(window(None), date(2026, 11, 2), moved="urgent") == []


def test_on_the_last_day_itself_the_window_has_not_passed() -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    rungs = ladder_for(asked, date(2026, 11, 25), open_day)
    assert told(rungs) == [("now", "2026-11-25")]
    assert (rungs[0].about, rungs[0].about_on) == ("last_day", date(2026, 11, 25))


def test_on_the_safe_day_itself_it_is_still_the_safe_day_that_is_spoken_of() -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    first = ladder_for(asked, date(2026, 11, 20), open_day)[0]
    assert (first.id, first.about, first.about_on) == ("now", "safe_by", date(2026, 11, 20))


def test_where_safe_day_and_last_day_are_one_it_is_told_once() -> None:
    rungs = ladder_for(window(date(2026, 11, 20), opens_on=date(2026, 10, 23)), date(2026, 10, 23), open_day)
    assert {rung.about for rung in rungs} == {"safe_by"}


def test_a_protective_date_is_noticed_a_week_before_and_warned_of_from_three_days_before() -> None:
    # Thursday 19 March 2026: a week before, Monday 16 (three days), Wednesday 18, and the day.
    asked = window(date(2026, 5, 29), opens_on=date(2026, 3, 9), protective_by=date(2026, 3, 19))
    rungs = [r for r in ladder_for(asked, date(2026, 3, 9), open_day) if r.about == "protective_by"]
    assert [(rung.id, rung.on.day, rung.severity) for rung in rungs] == [
        ("protective-7", 12, "notice"),
        ("protective-3", 16, "warning"),
        ("protective-1", 18, "warning"),
        ("protective-0", 19, "warning"),
    ]


@pytest.mark.parametrize(
    ("today", "about", "severity"),
    [
        (date(2026, 11, 17), "safe_by", "warning"),  # the three-day warning falls on that day
        (date(2026, 11, 2), "safe_by", "notice"),  # nothing does, and nothing has passed
        (date(2026, 11, 18), "safe_by", "warning"),  # the warning of the day before has passed
        (date(2026, 11, 20), "safe_by", "urgent"),  # the safe day itself
        (date(2026, 11, 23), "last_day", "urgent"),  # the safe day has passed
    ],
)
def test_a_change_speaks_of_the_next_day_as_gravely_as_what_has_come(today: date, about: str, severity: str) -> None:
    asked = window(date(2026, 11, 20), date(2026, 11, 25), opens_on=date(2026, 10, 23))
    first = ladder_for(asked, today, open_day, moved="notice")[0]
    assert (first.id, first.about, first.severity) == ("moved", about, severity)
    assert first.about_on == (date(2026, 11, 20) if about == "safe_by" else date(2026, 11, 25))
