"""Two editions compared by meaning: what differs is told by its key, what only looks different is not."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines.commands.law_effect import effects, kinds_touched, samples, year_touched
from deadlines.law import load_law
from deadlines.law.diff import Change, compare
from deadlines.law.load import read_law
from tests.law.editing import APPEAL, change, copy

MOTION = "rules/uscis-motion-reopen.toml"
THIRTY = 'id     = "thirty-days"\nfrom   = 1996-07-01\nlength = { days = 30 }'


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return copy(tmp_path, "2026.12", "2026-12-10")


def found(new: Path) -> list[Change]:
    return compare(load_law(), read_law(new))


def test_comments_spaces_order_of_files_and_the_name_are_no_difference(new: Path) -> None:
    change(new, APPEAL, "title         = ", "# said otherwise\ntitle = ")
    (new / APPEAL).rename(new / "rules" / "zz.toml")
    assert found(new) == []


CHANGES = [
    (
        APPEAL,
        THIRTY,
        THIRTY.replace("30", "31"),
        ("rule", "eoir.appeal.bia", "period.thirty-days.length", "30 days", "31 days"),
    ),
    (
        APPEAL,
        'remedy        = "appeal"',
        'remedy        = "appeal to the Board"',
        ("rule", "eoir.appeal.bia", "remedy", "appeal", "appeal to the Board"),
    ),
    (
        APPEAL,
        'cite          = ["8 CFR 1003.38(b)", "8 CFR 1001.1(h)"]',
        'cite          = ["8 CFR 1003.38(b)"]',
        ("rule", "eoir.appeal.bia", "cite", "8 CFR 1003.38(b), 8 CFR 1001.1(h)", "8 CFR 1003.38(b)"),
    ),
    (
        "fees.toml",
        '"1060"',
        '"1100"',
        ("fee", "EOIR-26 from 2026-10-01", "amount", "1060", "1100"),
    ),
    (
        "computation/uscis.toml",
        "[[service]]\nmethods = [\"mail\"]\nadd     = { days = 3 }",
        "[[service]]\nmethods = [\"mail\"]\nadd     = { days = 2 }",
        ("computation", "uscis", "service.mail.add", "3 days", "2 days"),
    ),
    (
        "decisions/general.toml",
        'motion      = "reopen-only"',
        'motion      = "standard"',
        ("decision", "D40 (*)", "motion", "reopen-only", "standard"),
    ),
    (
        "closures.toml",
        'confidence = "secondary"\ncite       = ["5 USC 6103(b)", "Executive order for 2024-12-24"]',
        'confidence = "primary"\ncite       = ["5 USC 6103(b)", "Executive order for 2024-12-24"]',
        ("closure", "2024-12-24", "confidence", "secondary", "primary"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("file, old, text, told", CHANGES, ids=[f"{row[0]} {row[2][:20]}" for row in CHANGES])
def test_one_changed_value_is_one_difference(new: Path, file: str, old: str, text: str, told: tuple[str, ...]) -> None:
    change(new, file, old, text)
    assert found(new) == [Change(*told)]


def test_what_was_added_or_taken_away_is_told_whole(new: Path) -> None:
    change(new, "closures.toml", "on         = 2025-12-26", "on         = 2025-12-27")
    name = "federal offices closed by Executive order (day after Christmas)"
    assert found(new) == [
        Change("closure", "2025-12-26", "", name, None),
        Change("closure", "2025-12-27", "", None, name),
    ]


def test_only_the_kinds_that_may_move_are_computed(new: Path) -> None:
    change(new, MOTION, "length = { days = 30 }", "length = { days = 33 }")
    old, law = load_law(), read_law(new)
    assert kinds_touched(old, law, compare(old, law)) == sorted(old.rules["uscis.motion.reopen"].kinds)
    every = {kind for rule in old.rules.values() for kind in rule.kinds}
    assert kinds_touched(old, law, [Change("closure", "2026-12-24", "", None, "x")]) == sorted(every)
    assert kinds_touched(old, law, [Change("fee", "EOIR-26", "amount", "1", "2")]) == []


def test_the_year_of_the_sample_is_the_latest_that_a_change_of_dates_names() -> None:
    closed = Change("closure", "2025-12-27", "", None, "closed")
    seen = Change("rule", "x", "reviewed.on", "2026-11-23", "2028-01-02")
    paid = Change("fee", "EOIR-26 from 2029-10-01", "", None, "there")
    assert year_touched([closed, seen, paid]) == 2025
    assert year_touched([seen, paid]) is None


HOLIDAYS = {
    date(year, month, day)
    for year, month, day in (
        (2027, 1, 1), (2027, 1, 18), (2027, 2, 15), (2027, 5, 31), (2027, 6, 18), (2027, 7, 5), (2027, 9, 6),
        (2027, 10, 11), (2027, 11, 11), (2027, 11, 25), (2027, 12, 24), (2027, 12, 31), (2028, 1, 17), (2028, 2, 21),
    )
}  # fmt: skip
"""Weekdays off by 5 USC 6103, with those kept in lieu of 19 June, 4 July, 25 December and 1 January on a weekend."""


def last(start: date, count: int) -> date:
    day = start + timedelta(days=count)
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    return day


def test_the_effect_of_three_more_days_is_counted_as_on_the_calendar(new: Path) -> None:
    """33 days instead of 30 after electronic notice, on every day of 2027."""
    change(new, MOTION, "length = { days = 30 }", "length = { days = 33 }")
    old, law = load_law(), read_law(new)
    runs = [run for run in samples(old, law, ["aao.dismissal"], 2027) if run[0].service.method == "electronic"]
    effect = next(e for e in effects(old, law, runs) if e.rule == "uscis.motion.reopen")
    assert effect.sampled == 365 * len(runs) > 0
    year = [date(2027, 1, 1) + timedelta(days=at) for at in range(365)]
    later = sum(last(day, 33) > last(day, 30) for day in year)
    assert 0 < later < 365
    assert (effect.moves["last_day"].later, effect.moves["last_day"].earlier) == (later * len(runs), 0)
    assert all(e.moved == 0 for e in effects(old, law, runs) if e.rule == "uscis.motion.reconsider")
