from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.compute.dates import MONTHS, long_day, parse_day
from deadlines.errors import InputError

THIRD = date(2026, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03",
        " 2026-02-03 ",
        "3 Feb 2026",
        "03 Feb 2026",
        "3 February 2026",
        "3 FEBRUARY 2026",
        "3 feb. 2026",
        "Feb 3, 2026",
        "Feb. 3, 2026",
        "February 3, 2026",
        "February 03, 2026",
        "February 3,2026",
    ],
)
def test_what_is_read(text: str) -> None:
    assert parse_day(text) == THIRD


def test_september_has_two_short_forms() -> None:
    assert parse_day("1 Sep 2026") == parse_day("Sept. 1, 2026") == date(2026, 9, 1)


@pytest.mark.parametrize("text", ["02/03/2026", "2/3/2026", "02.03.2026", "2-3-2026", "2/3/26", "02-03-26"])
def test_two_readings_are_shown(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_day(text)
    shown = "could be 3 February 2026 or 2 March 2026; write 2026-02-03 or 2026-03-02"
    assert refused.value.sentence == f'"{text}" {shown}'


@pytest.mark.parametrize(
    "text, part",
    [
        ("02/13/2026", "for 13 February 2026 write 2026-02-13"),
        ("13/02/2026", "for 13 February 2026 write 2026-02-13"),
        ("05/05/2026", "for 5 May 2026 write 2026-05-05"),
        ("31/31/2026", "not a date in either order"),
        ("2026-02-30", "February 2026 has 28 days"),
        ("30 February 2024", "February 2024 has 29 days"),
        ("2026-13-01", "there is no month 13"),
        ("2026-00-10", "there is no month 0"),
        ("2026-04-31", "April 2026 has 30 days"),
        ("2026-12-32", "December 2026 has 31 days"),
        ("0000-01-01", "there is no year 0"),
        ("2026-01-00", "January has no day 0"),
        ("3 Foo 2026", '"Foo" is not a month'),
        ("3 J 2026", '"J" is not a month'),
        ("3 Jun", "without guessing"),
        ("Feb 3", "without guessing"),
        ("Feb 3 2026", "without guessing"),
        ("3 Feb 26", "without guessing"),
        ("2026/02/03", "without guessing"),
        ("20260203", "without guessing"),
        ("2026-2-3", "without guessing"),
        ("2026-02-03T00:00", "without guessing"),
        ("tomorrow", "without guessing"),
        ("3rd of May 2026", "without guessing"),
        ("", "empty"),
        ("\uff12\uff10\uff12\uff16-\uff10\uff12-\uff10\uff13", "plain letters and the digits 0 to 9"),
        ("٢٠٢٦-٠٢-٠٣", "plain letters and the digits 0 to 9"),
        ("2026–02–03", "plain letters and the digits 0 to 9"),
        ("3\u00a0Feb 2026", "plain letters and the digits 0 to 9"),
    ],
)
def test_what_is_refused_and_why(text: str, part: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_day(text)
    assert part in refused.value.sentence


def test_the_sentence_never_carries_control_characters() -> None:
    with pytest.raises(InputError) as refused:
        parse_day("\x1b[31m2026\n")
    assert refused.value.sentence.isprintable()


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_reads_back_in_each_form(day: date) -> None:
    year = f"{day.year:04d}"
    month = MONTHS[day.month - 1]
    for text in (
        day.isoformat(),
        f"{day.day} {month} {year}",
        f"{day.day} {month[:3]} {year}",
        f"{month} {day.day}, {year}",
        f"{month[:3]} {day.day}, {year}",
    ):
        assert parse_day(text) == day


@given(st.text(alphabet="0123456789/-., FebMarch", max_size=14))
def test_nothing_but_input_errors_ever_comes_out(text: str) -> None:
    try:
        found = parse_day(text)
    except InputError as refused:
        assert refused.sentence.isprintable()  # noqa: PT017
    else:
        assert f"{found.year:04d}" in text


def test_a_day_in_words() -> None:
    assert long_day(THIRD) == "3 February 2026"


@pytest.mark.parametrize(
    "text, way", [("0001-01-01", "back"), ("31 Dec 1899", "back"), ("2101-01-01", "ahead"), ("Dec 31, 9999", "ahead")]
)
def test_a_year_of_another_age_is_a_slip(text: str, way: str) -> None:
    with pytest.raises(InputError, match=f"too far {way} to be real. Check the year."):
        parse_day(text)
