"""Federal legal holidays against the published lists of the Office of Personnel Management (weekdays only)."""

from datetime import date, timedelta

import pytest

from deadlines.law import load_law
from deadlines.law.holidays import Holidays

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
