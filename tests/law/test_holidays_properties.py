"""What must hold of every holiday calendar, shipped or invented: found by hypothesis, not by examples."""

import calendar as months
from datetime import date, timedelta
from typing import Any, Literal, get_args

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deadlines.law import load_law
from deadlines.law.base import Reviewed
from deadlines.law.days_off import Holiday, HolidayCalendar, Observance
from deadlines.law.holidays import Holidays, days_of

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
YEARS = st.integers(1990, 2100)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
SHIPPED = st.sampled_from(sorted(load_law().calendars))
CALENDAR_CITE, LIEU_CITE = "the section", "the section on weekends"
MONTHS, NTHS = st.integers(1, 12), st.sampled_from([1, 2, 3, 4, 5, -1])
SHAPES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"month": MONTHS, "day": st.integers(1, 31)}),
    st.fixed_dictionaries({"month": MONTHS, "weekday": st.sampled_from(WEEKDAYS), "nth": NTHS}),
    st.fixed_dictionaries({"easter": st.integers(-60, 60)}),
    st.fixed_dictionaries({"dates": st.lists(DAYS, min_size=1, max_size=4, unique=True)}),
)


@st.composite
def holidays(draw: st.DrawFn, number: int = 0) -> Holiday:
    """One invented definition of any of the four shapes."""
    shape = draw(SHAPES)
    from_ = draw(st.none() | DAYS)
    until = draw(st.none() | DAYS)
    assume(from_ is None or until is None or from_ < until)
    return Holiday(
        id=f"h{number}",
        name=f"Holiday {number}",
        plus=draw(st.integers(-4, 4)),
        year_cycle=draw(st.sampled_from([1, 1, 2, 4])),
        from_=from_,
        until=until,
        observed=draw(st.sampled_from(["as-calendar", "as-calendar", "never"])),
        cite=[f"sec. {number}"],
        confidence=draw(st.sampled_from(["primary", "primary-old", "secondary", "memory"])),
        **shape,
    )


@st.composite
def calendars(draw: st.DrawFn) -> HolidayCalendar:
    """An invented calendar of up to four holidays."""
    return HolidayCalendar(
        id="us-xx",
        name="invented holiday",
        reviewed=Reviewed(on=date(2026, 11, 1), confidence="memory"),
        observance=Observance(
            saturday=draw(st.sampled_from(["friday", "monday", "none"])),
            sunday=draw(st.sampled_from(["monday", "none"])),
            cite=[LIEU_CITE],
        ),
        cite=[CALENDAR_CITE],
        holiday=[draw(holidays(number)) for number in range(draw(st.integers(1, 4)))],
    )


def true_days(calendar: HolidayCalendar, year: int) -> dict[date, list[Holiday]]:
    """The days of a year and its neighbours on which definitions hold, with those that do."""
    found: dict[date, list[Holiday]] = {}
    for holiday in calendar.holiday:
        for on in (on for source in range(year - 2, year + 3) for on in days_of(holiday, source)):
            if (holiday.from_ is None or holiday.from_ <= on) and (holiday.until is None or on < holiday.until):
                found.setdefault(on, []).append(holiday)
    return found


def year_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(366 if months.isleap(year) else 365)]


def test_no_shipped_holiday_stands_twice() -> None:
    for calendar in load_law().calendars.values():
        ids = [holiday.id for holiday in calendar.holiday]
        names = [holiday.name for holiday in calendar.holiday]
        assert len(set(ids)) == len(ids)
        assert len(set(names)) == len(names)


@given(SHIPPED, YEARS)
@settings(max_examples=100, deadline=None)
def test_a_shipped_definition_gives_at_most_one_day_and_inside_its_year(name: str, year: int) -> None:
    for holiday in load_law().calendars[name].holiday:
        days = days_of(holiday, year)
        assert len(days) <= 1
        assert all(day.year == year for day in days)


@given(SHIPPED, YEARS)
@settings(max_examples=100, deadline=None)
def test_no_state_repeats_a_true_day_of_the_federal_list_but_inauguration_day(name: str, year: int) -> None:
    """A state file holds what the federal list lacks: a double day would hide a mistake in either."""
    assume(name != "us-federal")
    federal = true_days(load_law().calendars["us-federal"], year)
    for on, found in true_days(load_law().calendars[name], year).items():
        assert on not in federal or {holiday.id for holiday in found} == {"inauguration"}


@given(calendars(), YEARS)
@settings(max_examples=300, deadline=None)
def test_a_true_day_is_off_under_a_definition_that_names_it_and_no_other_day(
    calendar: HolidayCalendar, year: int
) -> None:
    holidays, true = Holidays(calendar), true_days(calendar, year)
    for day in year_of(year):
        off = holidays.get(day)
        if day in true:
            assert off is not None
            assert not off.in_lieu
            assert (off.name, off.cite, off.confidence) in {(h.name, h.cite[0], h.confidence) for h in true[day]}
        else:
            assert off is None or off.in_lieu


@given(calendars(), YEARS)
@settings(max_examples=300, deadline=None)
def test_a_day_in_lieu_is_a_weekday_beside_a_weekend_holiday(calendar: HolidayCalendar, year: int) -> None:
    holidays, true, rule = Holidays(calendar), true_days(calendar, year), calendar.observance
    for day in year_of(year):
        off = holidays.get(day)
        if off is None or not off.in_lieu:
            continue
        assert day.weekday() in (0, 4)
        beside = {"friday": [1], "monday": [-2], "none": []}[rule.saturday] if day.weekday() == 4 else [-1, -2]
        origins = [
            (on, holiday)
            for on in (day + timedelta(days=n) for n in beside)
            for holiday in true.get(on, [])
            if on.weekday() >= 5 and holiday.observed == "as-calendar"
        ]
        said = {
            f"{h.name} (kept in lieu of {months.day_name[o.weekday()]} {o.day} {months.month_name[o.month]})"
            for o, h in origins
        }
        assert off.name in said
        assert off.cite == LIEU_CITE
        assert off.confidence in {holiday.confidence for _, holiday in origins}


@given(calendars(), YEARS)
@settings(max_examples=300, deadline=None)
def test_every_weekend_holiday_that_moves_has_its_day_in_lieu(calendar: HolidayCalendar, year: int) -> None:
    holidays, true, rule = Holidays(calendar), true_days(calendar, year), calendar.observance
    steps = {5: {"friday": -1, "monday": 2, "none": None}[rule.saturday], 6: {"monday": 1, "none": None}[rule.sunday]}
    for on, found in true.items():
        step = steps.get(on.weekday())
        if abs(on.year - year) <= 1 and step is not None and any(h.observed == "as-calendar" for h in found):
            assert holidays.get(on + timedelta(days=step)) is not None


@given(calendars(), st.lists(DAYS, min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_the_answer_does_not_depend_on_what_was_asked_before(calendar: HolidayCalendar, days: list[date]) -> None:
    one = Holidays(calendar)
    asked = {day: one.get(day) for day in days}
    assert {day: one.get(day) for day in reversed(days)} == asked
    assert {day: Holidays(calendar).get(day) for day in days} == asked


@given(holidays(), YEARS)
@settings(max_examples=300, deadline=None)
def test_a_definition_leads_to_few_days_and_near_its_year(holiday: Holiday, year: int) -> None:
    days = days_of(holiday, year)
    assert len(days) == len(set(days))
    if holiday.dates:
        assert set(days) == {on for on in holiday.dates if on.year == year}
        return
    assert len(days) <= 1
    assert all((day - timedelta(days=holiday.plus)).year == year for day in days)
    assert not days or year % holiday.year_cycle == 0


@given(YEARS, MONTHS, st.sampled_from(WEEKDAYS), NTHS, st.integers(-4, 4))
@settings(max_examples=300, deadline=None)
def test_the_nth_weekday_is_the_one_on_the_wall_calendar(
    year: int, month: int, weekday: Weekday, nth: int, plus: int
) -> None:
    column = [week[WEEKDAYS.index(weekday)] for week in months.monthcalendar(year, month)]
    on_the_wall = [date(year, month, day) for day in column if day]
    wanted = on_the_wall[-1:] if nth == -1 else on_the_wall[nth - 1 : nth]
    holiday = Holiday(
        id="x", name="X", month=month, weekday=weekday, nth=nth, plus=plus, cite=["sec. 1"], confidence="memory"
    )
    assert days_of(holiday, year) == [day + timedelta(days=plus) for day in wanted]
