"""The ten-day text of 2026 comes back to life, or dies: a change of three lines of data, and what it does.

Expected days are counted on the calendar from the texts: day 0 is the day of the oral decision; a tenth or
thirtieth day on a weekend or legal holiday moves to the next open day (8 CFR 1003.38(b)).
"""

import difflib
import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines.commands.law_effect import Effect, Move, effects
from deadlines.commands.law_sample import kinds_touched, samples
from deadlines.compute import Notice, Service, Window, compute
from deadlines.law import Law, load_law
from deadlines.law.diff import Change, compare
from deadlines.law.editions import load_edition
from deadlines.law.seal import seal
from tests.commands import program
from tests.law.editing import APPEAL, DATA, change, copy

LIVE = "live    = true"
REVIVAL = date(2026, 6, 1)
RULE = "eoir.appeal.bia"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with two further editions: in 2026.12 the text is back from 1 June 2026, in 2027.01 the case is over."""
    folder = tmp_path / "editions"
    change(copy(folder, "2026.12", "2026-12-10"), APPEAL, LIVE, f"{LIVE}\nuntil   = {REVIVAL}")
    change(copy(folder, "2027.01", "2027-01-10"), APPEAL, LIVE, "live    = false")
    for name in ("2026.12", "2027.01"):
        seal(folder / name)
    return folder


def lines_changed(place: Path) -> int:
    """Lines added or replaced against the packaged data; the seal is made, not written."""
    count = 0
    for file in sorted(DATA.rglob("*.toml")):
        if file.name == "seal.toml":
            continue
        theirs = (place / file.relative_to(DATA)).read_text().splitlines()
        marks = [line[0] for line in difflib.ndiff(file.read_text().splitlines(), theirs)]
        count += max(marks.count("+"), marks.count("-"))
    return count


@pytest.mark.parametrize("name", ["2026.12", "2027.01"])
def test_it_takes_three_lines(installed: Path, name: str) -> None:
    assert lines_changed(installed / name) == 3
    files = {str(file.relative_to(DATA)) for file in DATA.rglob("*.toml")}
    assert {str(file.relative_to(installed / name)) for file in (installed / name).rglob("*.toml")} == files


def window(
    law: Law, decided_on: str, *, asylum: str = "none", kind: str = "ij.order", as_of: str | None = None
) -> Window:
    notice = Notice(
        kind=kind,
        decided_on=date.fromisoformat(decided_on),
        service=Service("oral"),
        facts={"asylum": asylum} if kind == "ij.order" else {},
        as_of=date.fromisoformat(as_of) if as_of else None,
    )
    return next(found for found in compute(notice, law).windows if found.rule == RULE)


def days(law: Law, decided_on: str, **more: str) -> tuple[str | None, ...]:
    """Protective, safe and last day."""
    found = window(law, decided_on, **more)
    return tuple(day.isoformat() if day else None for day in (found.protective_by, found.safe_by, found.last_day))


VACATED = {
    # Friday 29 May: day 10 is Monday 8 June, day 30 is Sunday 28 June.
    "2026-05-29": ("2026-06-08", "2026-06-26", "2026-06-29"),
    # Monday 8 June: day 10 is Thursday 18 June, day 30 is Wednesday 8 July.
    "2026-06-08": ("2026-06-18", "2026-07-08", "2026-07-08"),
    # Tuesday 9 June: day 10 is Friday 19 June, Juneteenth; day 30 is Thursday 9 July.
    "2026-06-09": ("2026-06-22", "2026-07-09", "2026-07-09"),
}


@pytest.mark.parametrize("decided_on", VACATED)
def test_today_the_thirtieth_day_holds_and_the_tenth_protects(decided_on: str) -> None:
    assert days(load_law(), decided_on) == VACATED[decided_on]


def test_back_to_life_the_tenth_day_is_the_last_one_for_decisions_from_then_on(installed: Path) -> None:
    law = load_edition("2026.12", [installed])
    assert days(law, "2026-05-29") == VACATED["2026-05-29"]
    assert days(law, "2026-05-31") == ("2026-06-10", "2026-06-30", "2026-06-30")
    assert days(law, "2026-06-01") == (None, "2026-06-11", "2026-06-11")
    assert days(law, "2026-06-08") == (None, "2026-06-18", "2026-06-18")
    assert days(law, "2026-06-09") == (None, "2026-06-18", "2026-06-22")


def test_back_to_life_the_statute_keeps_thirty_days_for_asylum_decided_on_the_merits(installed: Path) -> None:
    law = load_edition("2026.12", [installed])
    assert days(law, "2026-06-08", asylum="denied-merits") == (None, "2026-07-08", "2026-07-08")
    assert days(law, "2026-06-08", asylum="denied-bar") == (None, "2026-06-18", "2026-06-18")
    assert days(law, "2026-06-08", kind="ij.bond") == (None, "2026-06-18", "2026-06-18")


@pytest.mark.parametrize("decided_on", VACATED)
def test_dead_the_thirtieth_day_stands_and_nothing_protects(installed: Path, decided_on: str) -> None:
    law = load_edition("2027.01", [installed])
    assert days(law, decided_on) == (None, *VACATED[decided_on][1:])


def notes(law: Law, decided_on: str, **more: str) -> str:
    return " ".join(window(law, decided_on, **more).notes)


@pytest.mark.parametrize("decided_on", VACATED)
def test_what_is_said_of_the_vacated_text_follows_its_fate(installed: Path, decided_on: str) -> None:
    later = "2026-10-05"
    vacated, dead = notes(load_law(), decided_on), notes(load_edition("2027.01", [installed]), decided_on)
    assert "vacated" in vacated
    assert "vacated" in dead
    assert "protective date" in vacated
    assert "protective date" not in dead
    assert "look at the docket of the case" in notes(load_law(), later)
    assert "look at the docket of the case" not in notes(load_edition("2027.01", [installed]), later)


@pytest.mark.parametrize(
    ("decided_on", "asylum"), [("2026-06-01", "none"), ("2026-06-08", "denied-bar"), ("2026-10-05", "none")]
)
def test_back_to_life_nothing_says_that_the_text_is_vacated(installed: Path, decided_on: str, asylum: str) -> None:
    found = window(load_edition("2026.12", [installed]), decided_on, asylum=asylum)
    said = " ".join(
        [*found.notes, *(step.text for step in found.working), *(reading.why for reading in found.readings)]
    )
    for words in ("vacated", "protective date", "comes back", "look at the docket of the case"):
        assert words not in said


def test_as_of_an_earlier_day_the_new_edition_answers_what_was_known_then(installed: Path) -> None:
    law = load_edition("2026.12", [installed])
    assert days(law, "2026-06-08", as_of="2026-05-31") == VACATED["2026-06-08"]
    assert days(law, "2026-06-08", as_of="2026-06-01") == (None, "2026-06-18", "2026-06-18")
    # Published on 6 February 2026 and vacated on 8 March: for a month ten days were the text.
    assert days(law, "2026-06-08", as_of="2026-03-07") == (None, "2026-06-18", "2026-06-18")
    assert days(law, "2026-06-08", as_of="2026-02-05") == (None, "2026-07-08", "2026-07-08")


def appealable(old: Law, new: Law) -> list[list[Notice]]:
    """The sample of bond decisions of 2026 without those in which appeal was waived."""
    found = [run for run in samples(old, new, ["ij.bond"], 2026) if run[0].facts.get("appeal") != "waived"]
    assert found
    return found


def test_the_difference_is_told_by_its_meaning_and_by_its_dates(installed: Path) -> None:
    old, new = load_law(), load_edition("2026.12", [installed])
    changes = compare(old, new)
    assert changes == [Change("rule", RULE, "court_action.ten-days.until", None, "2026-06-01")]
    kinds = kinds_touched(old, new, changes)
    assert kinds == sorted(old.rules[RULE].kinds)
    runs = appealable(old, new)
    found = {(effect.rule, effect.kind): effect for effect in effects(old, new, runs)}
    bond = found[RULE, "ij.bond"]
    from_then_on = (date(2026, 12, 31) - REVIVAL).days + 1
    times = len(runs)
    assert (bond.moved, bond.sampled) == (times * from_then_on, times * 365)
    earlier = Move(earlier=times * from_then_on)
    assert bond.moves["last_day"] == earlier
    assert bond.moves["protective_by"] == Move(vanishes=times * from_then_on)
    assert bond.example is not None
    assert (bond.example.decided_on, bond.example.field) == (REVIVAL, "last_day")
    assert (bond.example.old, bond.example.new) == ("2026-07-01", "2026-06-11")


def test_when_the_case_ends_only_protective_dates_vanish(installed: Path) -> None:
    old, new = load_law(), load_edition("2027.01", [installed])
    assert compare(old, new) == [Change("rule", RULE, "court_action.ten-days.live", "yes", "no")]
    runs = appealable(old, new)
    found: list[Effect] = [effect for effect in effects(old, new, runs) if effect.moved]
    assert [(effect.rule, list(effect.moves)) for effect in found] == [(RULE, ["protective_by"])]
    printed_days = (date(2026, 12, 31) - date(2026, 3, 9)).days + 1
    assert found[0].moves["protective_by"] == Move(vanishes=len(runs) * printed_days)


def batch() -> str:
    """Notices of every kind that opens the appeal, in 2026, plain and as of three days."""
    lines = []
    for at in range(0, 365, 7):
        day = (date(2026, 1, 1) + timedelta(days=at)).isoformat()
        for kind in ("ij.order", "ij.bond", "ij.motion.denial", "bia.decision"):
            for as_of in (None, "2026-12-31") if kind != "ij.order" else (None, "2026-04-01", "2026-12-31"):
                lines.append(json.dumps({"ref": f"{kind} {day}", "kind": kind, "decided_on": day, "as_of": as_of}))
    return "\n".join(lines) + "\n"


def answers(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [*program.PROGRAM, "--config", "deadlines.toml", "compute", "--jsonl", *words],
        cwd=folder, input=batch(), env=program.environment(), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def test_the_old_edition_gives_the_same_bytes_after_a_new_one_is_installed(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "deadlines.toml").write_text("# nothing installed\n")
    before = answers(tmp_path)
    assert before.count('"edition":"2026.11"') == before.count("\n") == batch().count("\n")
    (tmp_path / "deadlines.toml").write_text('[law]\neditions = "editions"\n')
    assert answers(tmp_path, "--edition", "2026.11") == before
    now = answers(tmp_path, "--edition", "2026.12")
    assert now.count('"edition":"2026.12"') == now.count("\n")
    assert now.replace('"2026.12"', '"2026.11"') != before
    assert answers(tmp_path) == answers(tmp_path, "--edition", "2027.01")
