"""Real decided cases: what a court, the Board or the AAO counted must come out of the engine."""

import tomllib
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest

from deadlines.compute import Notice, Service, compute
from deadlines.compute.engine import engine_for
from deadlines.law import load_law

CASES: list[dict[str, Any]] = tomllib.loads((files("deadlines.samples") / "decided-cases.toml").read_text())["case"]


def notice(case: dict[str, Any], filed: date | None = None) -> Notice:
    return Notice(
        kind=case["kind"],
        form=case.get("form"),
        decided_on=case["decided_on"],
        service=Service(case.get("service", "unknown")),
        facts=case.get("facts", {}),
        filed_on=filed,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["ref"])
def test_the_due_date_of_the_decision_is_the_last_day(case: dict[str, Any]) -> None:
    windows = {w.rule: w for w in compute(notice(case)).windows}
    assert windows[case["rule"]].last_day == case["due"], case["source"]


FILED = [case for case in CASES if "filed" in case]


@pytest.mark.parametrize("case", FILED, ids=lambda case: case["ref"])
def test_the_outcome_of_the_decision_is_the_timeliness(case: dict[str, Any]) -> None:
    windows = {w.rule: w for w in compute(notice(case, case["filed"])).windows}
    expected = "late" if case["outcome"].startswith("untimely") else "timely"
    assert windows[case["rule"]].timeliness == expected, case["source"]


def test_frap_26_committee_note_of_2009_skips_a_weekend_and_labor_day() -> None:
    """Ten days after Wednesday 22 August 2007: Saturday, Sunday and Labor Day are passed over."""
    days = engine_for(load_law()).days("frap")
    assert days.forward(date(2007, 8, 22) + timedelta(days=10)).day == date(2007, 9, 4)


def test_independence_day_2026_kept_on_friday_rolls_to_monday() -> None:
    """Federal court closing calendar of 2026: a filing due on Friday 3 July is due on Monday 6 July."""
    assert engine_for(load_law()).days("frap").forward(date(2026, 7, 3)).day == date(2026, 7, 6)
