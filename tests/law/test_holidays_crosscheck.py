"""Our holidays against an independent library, day by day from 2000 to 2040.

The library lives in a virtual environment of its own, made once for each machine with plain pip and kept in the
folder for temporary files; the project never imports it. Where it cannot be made, these tests end with an error.
Every difference stands in holiday-exceptions.toml with its reason. State calendars are compared outside the federal
list, whose days count in every circuit (FRAP 26(a)(6)(A)) and are left out of the state files.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock

from deadlines.law import load_law
from deadlines.law.holidays import DayOff, Holidays

pytestmark = pytest.mark.slow

PACKAGES = ("holidays==0.109", "python-dateutil==2.9.0.post0", "six==1.17.0")
INSTALL_SECONDS, RUN_SECONDS = 240, 60
FIRST, LAST = date(2000, 1, 1), date(2040, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
FEDERAL = "us-federal"
STATES = ("ma", "ny", "pa", "va", "la", "oh", "il", "mo", "ca", "co", "ga", "dc")
EXCEPTIONS = Path(__file__).with_name("holiday-exceptions.toml")

# Runs inside the other environment: what the federal government keeps, and what each state keeps, as JSON rows.
ASK = """
import json, sys
from holidays import country_holidays
first, last, *states = sys.argv[1:]
years, rows = range(int(first), int(last) + 1), []
for state in [None, *states]:
    category = "public" if state else "government"
    found = country_holidays("US", subdiv=state, years=years, categories=category, language="en_US")
    for day in sorted(found):
        for name in found.get_list(day):
            plain = name.removesuffix(" (observed)")
            rows.append([f"us-{(state or 'federal').lower()}", day.isoformat(), plain, plain != name])
json.dump(rows, sys.stdout)
"""


class LibraryError(Exception):
    """The library could not be installed, or ended with an error."""


class Kept(NamedTuple):
    """One holiday on one day, as either side has it. `in_lieu`: kept for a day on a weekend."""

    on: date
    name: str
    in_lieu: bool


class Difference(NamedTuple):
    """Days that only one side has: which side, under which name, true days or days in lieu."""

    calendar: str
    only: str
    name: str
    in_lieu: bool


def environment() -> Path:
    """The interpreter that has the library; made on first use, by one process at a time."""
    key = hashlib.sha256(" ".join((*PACKAGES, sys.version)).encode()).hexdigest()[:12]
    base = Path(tempfile.gettempdir()) / f"deadlines-holiday-library-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise LibraryError(f"{base} belongs to somebody else.")
    place, ready = base / key, base / key / "ready"
    python = place / "bin" / "python"
    with FileLock(base / f"{key}.lock", timeout=INSTALL_SECONDS):
        if not ready.exists():
            shutil.rmtree(place, ignore_errors=True)
            run([sys.executable, "-m", "venv", str(place)], INSTALL_SECONDS)
            pip = [str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            run([*pip, *PACKAGES], INSTALL_SECONDS)
            ready.touch()
    return python


def run(command: list[str], seconds: float) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise LibraryError(f"{' '.join(command)[:200]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


@pytest.fixture(scope="module")
def library() -> dict[str, set[Kept]]:
    """What the library says, by calendar."""
    asked = [str(FIRST.year), str(LAST.year), *(state.upper() for state in STATES)]
    said: dict[str, set[Kept]] = defaultdict(set)
    for calendar, on, name, in_lieu in json.loads(run([str(environment()), "-I", "-c", ASK, *asked], RUN_SECONDS)):
        said[calendar].add(Kept(date.fromisoformat(on), name, in_lieu))
    return said


def ours(calendar: str) -> dict[Kept, DayOff]:
    """What our data says of a calendar."""
    holidays = Holidays(load_law().calendars[calendar])
    found = ((day, holidays.get(day)) for day in DAYS)
    return {Kept(day, off.name.split(" (kept in lieu")[0], off.in_lieu): off for day, off in found if off}


def table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))[name]
    return rows


def key_of(row: dict[str, Any]) -> Difference:
    return Difference(row["calendar"], row["only"], row["name"], row.get("in_lieu", False))


def federal_days() -> set[date]:
    return {kept.on for kept in ours(FEDERAL)}


def one_sided(calendar: str, library: dict[str, set[Kept]]) -> Iterator[tuple[Difference, date]]:
    """The days one side has and the other has not, outside the federal list for a state."""
    apart = federal_days() if calendar != FEDERAL else set()
    sides = {"ours": set(ours(calendar)), "library": library[calendar]}
    for only, other in (("ours", "library"), ("library", "ours")):
        there = {(kept.on, kept.in_lieu) for kept in sides[other]}
        for kept in sides[only]:
            if kept.on not in apart and (kept.on, kept.in_lieu) not in there:
                yield Difference(calendar, only, kept.name, kept.in_lieu), kept.on


@pytest.mark.parametrize("calendar", [FEDERAL, *(f"us-{state}" for state in STATES)])
def test_every_difference_is_one_that_is_explained(calendar: str, library: dict[str, set[Kept]]) -> None:
    found = defaultdict(list)
    for difference, on in one_sided(calendar, library):
        found[difference].append(on)
    explained = {
        key_of(row): (row["first"], row["last"], row["days"])
        for row in table("exception")
        if row["calendar"] == calendar
    }
    assert {key: (min(days), max(days), len(days)) for key, days in found.items()} == explained


def test_both_sides_name_the_same_federal_holiday_on_every_day(library: dict[str, set[Kept]]) -> None:
    closings = {row["name"] for row in table("exception") if row["calendar"] == FEDERAL}
    assert set(ours(FEDERAL)) == {kept for kept in library[FEDERAL] if kept.name not in closings}


@pytest.mark.parametrize("state", STATES)
def test_a_day_that_both_sides_keep_is_the_same_holiday(state: str, library: dict[str, set[Kept]]) -> None:
    calendar = f"us-{state}"
    named = {(kept.on, kept.in_lieu): kept.name for kept in library[calendar]}
    apart = federal_days()
    pairs = {
        (kept.name, named[kept.on, kept.in_lieu])
        for kept in ours(calendar)
        if kept.on not in apart and (kept.on, kept.in_lieu) in named
    }
    assert pairs == {(row["ours"], row["library"]) for row in table("same") if row["calendar"] == calendar}


def test_closings_by_executive_order_are_closures_of_ours(library: dict[str, set[Kept]]) -> None:
    closures = {closure.on for closure in load_law().closures.closure}
    closings = {kept.on for kept in library[FEDERAL] - set(ours(FEDERAL)) if "half-day" not in kept.name}
    assert closings
    assert closings <= closures


def test_no_exception_stands_twice_and_each_has_its_authority() -> None:
    rows = table("exception")
    assert len({key_of(row) for row in rows}) == len(rows)
    assert all(row["why"].strip() and row["cite"] for row in rows)


def test_what_we_keep_beyond_the_library_rests_on_the_statute_in_our_own_data() -> None:
    """Wider than the library never without a citation, and never from memory."""
    for row in table("exception"):
        if row["only"] == "ours":
            definitions = load_law().calendars[row["calendar"]].holiday
            [definition] = [holiday for holiday in definitions if holiday.name == row["name"]]
            assert set(row["cite"]) <= set(definition.cite), row["name"]
            assert definition.confidence != "memory"
