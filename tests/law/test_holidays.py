"""Federal legal holidays against the published lists of the Office of Personnel Management (weekdays only)."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import convert, structs

from deadlines.law import load_law
from deadlines.law.days_off import Holiday, HolidayCalendar
from deadlines.law.holidays import DayOff, Holidays

OPM: dict[int, str] = {
    2000: "01-17 02-21 05-29 07-04 09-04 10-09 11-10 11-23 12-25",
    2004: "01-01 01-19 02-16 05-31 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2010: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2016: "01-01 01-18 02-15 05-30 07-04 09-05 10-10 11-11 11-24 12-26",
    2020: "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25",
    2021: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
}


@pytest.mark.parametrize("year", OPM)
def test_weekdays_off_are_those_published(year: int) -> None:
    federal = Holidays(load_law().calendars["us-federal"])
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    off = [f"{d:%m-%d}" for d in days if d.year == year and d.weekday() < 5 and federal.get(d)]
    assert off == OPM[year].split()


def test_juneteenth_is_no_holiday_before_its_law() -> None:
    federal = Holidays(load_law().calendars["us-federal"])
    assert federal.get(date(2020, 6, 19)) is None
    found = federal.get(date(2021, 6, 18))
    assert found is not None
    assert found.in_lieu


@pytest.mark.parametrize(
    ("calendar", "day", "off"),
    [
        ("us-ma", date(2025, 4, 21), True),  # Patriots' Day, third Monday of April
        ("us-ma", date(2025, 4, 22), False),
        ("us-ny", date(2026, 2, 12), True),  # Lincoln's Birthday
        ("us-la", date(2026, 2, 17), True),  # Mardi Gras
        ("us-la", date(2026, 4, 3), True),  # Good Friday
        ("us-mo", date(2026, 5, 8), True),  # Truman Day
        ("us-ca", date(2026, 3, 31), True),  # Cesar Chavez Day, Farmworkers Day from 2026
        ("us-co", date(2026, 10, 5), True),  # Cabrini Day, first Monday of October
        ("us-co", date(2019, 10, 7), False),  # before its law
        ("us-va", date(2019, 1, 18), True),  # Lee-Jackson Day, until 2020
        ("us-va", date(2021, 1, 15), False),
        ("us-va", date(2020, 11, 3), True),  # Election Day, from 2020
        ("us-dc", date(2026, 4, 16), True),  # Emancipation Day
        ("us-ga", date(2026, 4, 20), False),
        ("us-oh", date(2026, 11, 3), False),
    ],
)
def test_state_holidays_of_the_clerks(calendar: str, day: date, off: bool) -> None:
    assert (Holidays(load_law().calendars[calendar]).get(day) is not None) is off


# A calendar of one day, so that a single rule can be held against a date known otherwise.
def off(day: date, definition: dict[str, Any], saturday: str = "none", sunday: str = "none") -> DayOff | None:
    """What a calendar of this one holiday says of a day."""
    row = {"id": "one", "name": "One Day", "cite": ["sec. 1", "sec. 2"], "confidence": "secondary"} | definition
    calendar = {
        "id": "us-one",
        "name": "one holiday",
        "reviewed": {"on": date(2026, 11, 1), "confidence": "memory"},
        "observance": {"saturday": saturday, "sunday": sunday, "cite": ["sec. 9", "sec. 10"]},
        "cite": ["sec. 1"],
        "holiday": [row],
    }
    return Holidays(convert(calendar, HolidayCalendar)).get(day)


# Easter Sundays by the tables of the United States Naval Observatory and the Book of Common Prayer.
@pytest.mark.parametrize(
    "sunday", ["2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"]
)
def test_good_friday_and_mardi_gras_follow_easter(sunday: str) -> None:
    easter = date.fromisoformat(sunday)
    louisiana = Holidays(load_law().calendars["us-la"])
    names = {n: found.name for n in range(-50, 1) if (found := louisiana.get(easter + timedelta(days=n)))}
    assert names == {-47: "Mardi Gras", -2: "Good Friday"}


def test_a_holiday_names_its_first_citation_and_a_day_in_lieu_that_of_the_weekend_rule() -> None:
    fixed = {"month": 2, "day": 12}
    assert off(date(2026, 2, 12), fixed) == DayOff("One Day", "sec. 1", "secondary")
    assert off(date(2023, 2, 13), fixed, sunday="monday") == DayOff(
        "One Day (kept in lieu of Sunday 12 February)", "sec. 9", "secondary", in_lieu=True
    )


def test_an_answer_is_worked_out_once_and_cannot_be_changed() -> None:
    """Whoever asks gets the same answer, so nobody may alter it."""
    federal = Holidays(load_law().calendars["us-federal"])
    found = federal.get(date(2026, 12, 25))
    assert found is not None
    assert federal.get(date(2026, 12, 25)) is found
    with pytest.raises(AttributeError):
        found.name = "Boxing Day"  # type: ignore[misc]


def test_a_day_off_without_a_source_to_doubt_is_as_sure_as_can_be() -> None:
    assert DayOff("Saturday", "") == DayOff("Saturday", "", "primary", in_lieu=False)


@pytest.mark.parametrize(
    ("saturday", "sunday", "kept"),
    [
        # 12 February: a Saturday in 2022, a Sunday in 2023.
        ("friday", "monday", ["2022-02-11", "2022-02-12", "2023-02-12", "2023-02-13"]),
        ("monday", "none", ["2022-02-12", "2022-02-14", "2023-02-12"]),
        ("none", "monday", ["2022-02-12", "2023-02-12", "2023-02-13"]),
        ("none", "none", ["2022-02-12", "2023-02-12"]),
    ],
)
def test_a_weekend_holiday_moves_only_as_its_calendar_says(saturday: str, sunday: str, kept: list[str]) -> None:
    near = [date(year, 2, day) for year in (2022, 2023) for day in range(8, 17)]
    found = [day.isoformat() for day in near if off(day, {"month": 2, "day": 12}, saturday, sunday)]
    assert found == kept
    never = [day for day in near if off(day, {"month": 2, "day": 12, "observed": "never"}, saturday, sunday)]
    assert never == [date(2022, 2, 12), date(2023, 2, 12)]


def test_a_holiday_holds_from_its_first_day_until_the_day_before_its_end() -> None:
    span = {"month": 5, "day": 8, "from": date(2020, 5, 8), "until": date(2023, 5, 8)}
    assert [year for year in range(2018, 2026) if off(date(year, 5, 8), span)] == [2020, 2021, 2022]


def test_new_years_day_on_a_weekend_is_kept_in_the_year_beside_it() -> None:
    federal = Holidays(load_law().calendars["us-federal"])
    for day, name in [
        (date(2021, 12, 31), "New Year's Day (kept in lieu of Saturday 1 January)"),
        (date(2023, 1, 2), "New Year's Day (kept in lieu of Sunday 1 January)"),
    ]:
        found = federal.get(day)
        assert found is not None
        assert (found.name, found.in_lieu) == (name, True)


def test_a_true_holiday_comes_before_a_day_in_lieu() -> None:
    """20 January 2013 was a Sunday, and the Monday the birthday of Dr. King."""
    calendar = load_law().calendars["us-federal"]
    inauguration = convert(
        {"id": "i", "name": "Inauguration Day", "month": 1, "day": 20, "cite": ["x"], "confidence": "primary"}, Holiday
    )
    both = structs.replace(calendar, holiday=[inauguration, *calendar.holiday])
    found = Holidays(both).get(date(2013, 1, 21))
    assert found is not None
    assert found.name == "Birthday of Martin Luther King, Jr."


def test_inauguration_day_comes_every_fourth_year() -> None:
    washington = Holidays(load_law().calendars["us-dc"])
    assert [year for year in range(2000, 2041) if washington.get(date(year, 1, 20))] == list(range(2001, 2041, 4))


def test_listed_days_are_kept_as_listed() -> None:
    listed = {"dates": [date(2025, 4, 18), date(2026, 4, 3)], "plus": 1}
    days = [date(year, 1, 1) + timedelta(days=n) for year in (2025, 2026) for n in range(365)]
    assert [day for day in days if off(day, listed)] == listed["dates"]


def test_days_are_counted_from_any_definition_and_over_new_year() -> None:
    assert off(date(2026, 3, 1), {"month": 2, "day": 28, "plus": 1})
    assert not off(date(2026, 2, 28), {"month": 2, "day": 28, "plus": 1})
    assert off(date(2026, 4, 6), {"easter": 0, "plus": 1})
    assert off(date(2025, 12, 31), {"month": 1, "day": 1, "plus": -1})
    assert off(date(2027, 1, 1), {"month": 12, "day": 31, "plus": 1})


@pytest.mark.parametrize(
    "definition",
    [
        {"month": 2, "day": 30},
        {"month": 2, "weekday": "monday", "nth": 5},
        {"month": 2, "weekday": "monday"},
        {"month": 2, "weekday": "monday", "nth": 0},
        {"month": 2, "nth": 1},
        {"weekday": "monday", "nth": 1},
        {"day": 1},
    ],
)
def test_a_definition_that_names_no_day_gives_none(definition: dict[str, Any]) -> None:
    """Never a day that the law does not name: a last day must not move for it."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert not [day for day in days if off(day, definition, saturday="friday", sunday="monday")]


def test_leap_day_is_kept_in_leap_years_only() -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for year in range(2020, 2026) for n in range(366)]
    assert {day for day in days if off(day, {"month": 2, "day": 29})} == {date(2020, 2, 29), date(2024, 2, 29)}
