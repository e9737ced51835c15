"""Reads a firm's practice file. Anything doubtful stops here, with file, table, key and what to do."""

import tomllib
from collections.abc import Sequence
from datetime import time
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from deadlines import decoding
from deadlines.compute.ladders import LADDERS, Ladder, Reach
from deadlines.compute.milestones import DISPATCHES, Dispatch, Template
from deadlines.errors import ConfigError
from deadlines.law import Law, table_words, toml_words
from deadlines.practice import checks
from deadlines.practice.checks import FirmsDay
from deadlines.practice.files import DispatchTable, LadderTable, MilestoneTable, PracticeFile, ReachTable
from deadlines.practice.model import Practice

T = TypeVar("T", Ladder, Dispatch)
FIXED = {
    "protective": "the reminders of a protective date are fixed",
    "last_day": "the reminders of the last day are fixed",
}


def load_practice(file: Traversable, law: Law, day: FirmsDay) -> Practice:
    """The firm's practice: what the file says, and the default for each kind of table that it says nothing of.
    `day`: the firm's own zone and time of reminders, by which those of the file are judged.

    Raises ConfigError with file, table, key and fault.
    """
    table = _converted(file, _tables(file))
    read = Practice(
        ladders=_with_default([_ladder(item) for item in table.ladder], LADDERS),
        dispatches=_with_default([_dispatch(item) for item in table.dispatch], DISPATCHES),
        milestones=tuple(_template(item) for item in table.milestone),
        not_fatal=tuple(table.fatal.excepted),
    )
    checks.check(file.name, table, law, day)
    checks.check_ties(file.name, read, law)
    return read


def example() -> str:
    """The text of a practice file to begin with: the default ladders and a template of milestones."""
    return (files("deadlines.practice") / "practice.toml").read_text(encoding="utf-8")


def _tables(file: Traversable) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as wrong:
        raise ConfigError(f"{file.name}: {toml_words.unreadable(wrong)}") from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise ConfigError(f"{file.name}: {toml_words.misread(text, wrong)}") from None


def _converted(file: Traversable, data: dict[str, Any]) -> PracticeFile:
    try:
        return decoding.convert(data, PracticeFile, strict=True)
    except msgspec.ValidationError as wrong:
        _refuse_fixed(file.name, data)
        said = table_words.wrong_table(wrong, data, PracticeFile, [file.name])
        raise ConfigError(f"{said}. {checks.CORRECT}") from None


def _refuse_fixed(name: str, data: dict[str, Any]) -> None:
    ladders = data.get("ladder")
    for number, item in enumerate(ladders if isinstance(ladders, list) else [], start=1):
        for key, why in FIXED.items():
            if isinstance(item, dict) and key in item:
                raise ConfigError(f"{name}, ladder number {number}: key '{key}': {why}. Take the key out.")


def _with_default(own: Sequence[T], shipped: Sequence[T]) -> tuple[T, ...]:
    """The firm's tables; those for every window replace the default ones, where there are any."""
    general = any(item.reach == Reach() for item in own)
    return tuple(own) + (() if general else tuple(shipped))


def _reach(item: ReachTable) -> Reach:
    named = {"rules": tuple(item.rules), "remedies": tuple(item.remedies), "forums": tuple(item.forums)}
    return Reach(**named, fatal=item.fatal, filed=item.filed)


def _ladder(item: LadderTable) -> Ladder:
    days = tuple(sorted(item.days, reverse=True))
    at = time.fromisoformat(item.at) if item.at is not None and checks.is_time(item.at) else None
    return Ladder(item.at_least, days, _reach(item), item.count, at, item.zone)


def _dispatch(item: DispatchTable) -> Dispatch:
    return Dispatch(item.days, _reach(item), item.remind)


def _template(item: MilestoneTable) -> Template:
    return Template(
        id=item.id,
        title=" ".join(item.title.split()),
        owner=item.owner.strip().lower(),
        after_notice=item.after_notice,
        before_safe_by=item.before_safe_by,
        before_dispatch=item.before_dispatch,
        count=item.count,
        once=item.once,
        remind=tuple(sorted(set(item.remind), reverse=True)),
        reach=_reach(item),
    )
