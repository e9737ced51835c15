"""Which way dates move: no change that is later in anything ever counts as earlier."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.docket.direction import DATES, DEADLINES, Dates, classify, earlier_of, merged, withdrawn
from tests.docket.samples import window

DAY = date(2026, 11, 20)
days = st.one_of(st.none(), st.integers(0, 40).map(lambda n: DAY + timedelta(days=n)))
sets = st.builds(Dates, days, days, days, days, days)


def dates(safe: int, last: int, **more: date | None) -> Dates:
    day = {"safe_by": DAY + timedelta(days=safe), "last_day": DAY + timedelta(days=last), **more}
    return Dates(opens_on=DAY - timedelta(days=28), latest=day["last_day"], **day)


@pytest.mark.parametrize(
    "old, new, kind",
    [
        (dates(0, 5), dates(0, 5), "same"),
        (dates(0, 5), dates(-3, 5), "earlier"),
        (dates(0, 5), dates(0, 5, protective_by=DAY), "earlier"),
        (dates(0, 5), dates(0, 6), "later"),
        (dates(0, 5, protective_by=DAY), dates(0, 5), "later"),
        (dates(0, 5), dates(-1, 6), "mixed"),
        (dates(0, 5, protective_by=DAY), dates(-1, 5), "mixed"),
        (dates(0, 5), Dates(), "gone"),
        (Dates(), dates(0, 5), "earlier"),
        (Dates(opens_on=DAY), Dates(), "later"),
        (Dates(opens_on=DAY), Dates(opens_on=DAY - timedelta(days=1)), "earlier"),
    ],
)
def test_directions(old: Dates, new: Dates, kind: str) -> None:
    assert classify(old, new) == kind


@given(sets, sets)
def test_what_takes_effect_at_once_is_never_later_in_anything(old: Dates, new: Dates) -> None:
    if classify(old, new) != "earlier":
        return
    for name in DEADLINES:
        was, now = getattr(old, name), getattr(new, name)
        assert was is None or (now is not None and now <= was)


@given(sets, sets)
def test_what_holds_meanwhile_is_never_later_than_either(old: Dates, new: Dates) -> None:
    held = earlier_of(old, new)
    for name in DATES:
        pair = [day for day in (getattr(old, name), getattr(new, name)) if day is not None]
        found = getattr(held, name)
        assert (found is None) == (pair == [])
        assert found is None or (found in pair and all(found <= day for day in pair))
    assert classify(old, held) in ("same", "earlier")
    assert classify(new, held) in ("same", "earlier")


@given(sets, sets)
def test_the_way_back_is_the_other_way(old: Dates, new: Dates) -> None:
    there, back = classify(old, new), classify(new, old)
    assert back in {"same": ["same"], "mixed": ["mixed"], "gone": ["earlier"]}.get(there, ["earlier", "later", "gone"])
    assert there == "same" or {there, back} != {"earlier"}


def test_the_last_step_says_what_waits() -> None:
    stored = dates(0, 5)
    made = merged(window(safe_by=DAY - timedelta(days=1), last_day=DAY + timedelta(days=10)), stored)
    assert (made.safe_by, made.last_day) == (DAY - timedelta(days=1), DAY + timedelta(days=5))
    assert made.working[-1].text == (
        "Until two people have agreed to the later dates: last day Monday 30 November 2026 waits, "
        "Wednesday 25 November 2026 holds."
    )
    assert made.working[:-1] == window().working


def test_a_window_that_is_gone_has_no_date_left_and_says_why() -> None:
    left = withdrawn(window(dispute="printed"), "2026.12")
    assert (left.state, left.safe_by, left.last_day, left.opens_on, left.dispute) == ("not-available", *[None] * 4)
    assert "2026.12" in left.working[0].text
