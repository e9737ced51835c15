"""Two editions compared by meaning: what differs is told by its key, what only looks different is not."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines.commands.law_effect import Effect, Move, effects
from deadlines.commands.law_sample import kinds_touched, samples, year_touched
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


def test_a_changed_fee_is_told_by_what_is_paid_for_and_its_day(new: Path) -> None:
    fee = next(fee for fee in load_law().fees if fee.amount.isdigit())
    change(new, "fees.toml", f'"{fee.amount}"', '"77"')
    assert found(new) == [Change("fee", f"{fee.filing} from {fee.from_}", "amount", fee.amount, "77")]


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


def moved(new: Path, *kinds: str) -> dict[tuple[str, str], Effect]:
    """What moves in 2027 after notices of some of the kinds that are touched."""
    old, law = load_law(), read_law(new)
    assert set(kinds) <= set(kinds_touched(old, law, compare(old, law)))
    found = effects(old, law, samples(old, law, kinds, 2027))
    return {(effect.rule, effect.kind): effect for effect in found if effect.moved}


def test_a_changed_row_of_decisions_is_sampled_with_its_form(new: Path) -> None:
    path = new / "decisions" / "humanitarian.toml"
    before, row, after = path.read_text().partition('row         = "D59c"')
    assert row
    path.write_text(before + row + after.replace('= "aao"', '= "none"', 1))
    found = moved(new, "uscis.motion.denial", "uscis.noid")
    assert set(found) == {("uscis.appeal.aao", "uscis.motion.denial")}
    example = found["uscis.appeal.aao", "uscis.motion.denial"].example
    assert example is not None
    assert (example.form, example.decided_on) == ("I-918", date(2027, 1, 1))


@pytest.mark.long
def test_a_changed_holiday_of_a_state_is_sampled_in_its_circuit(new: Path) -> None:
    """Day 30 after 13 January 2027 is Friday 12 February, Lincoln's Birthday in New York, before a long weekend."""
    change(new, "holidays/us-ny.toml", 'id         = "lincoln"', 'id         = "lincoln"\nuntil      = 2026-01-01')
    petition = moved(new, "bia.decision")["court.petition-for-review", "bia.decision"]
    assert (petition.moved, petition.moves["last_day"]) == (1, Move(earlier=1))
    example = petition.example
    assert example is not None
    assert (example.facts["circuit"], example.decided_on) == ("2", date(2027, 1, 13))
    assert (example.old, example.new) == ("2027-02-16", "2027-02-12")


@pytest.mark.long
def test_the_sample_of_a_full_comparison_reaches_every_rule_after_every_kind() -> None:
    law = load_law()
    pairs = {(rule.id, kind) for rule in law.rules.values() for kind in rule.kinds}
    runs = samples(law, law, sorted({kind for _, kind in pairs}), 2026)
    reached = {(effect.rule, effect.kind) for effect in effects(law, law, [[run[0] for run in runs]])}
    assert reached == pairs
    assert {len(run) for run in runs} == {365}
