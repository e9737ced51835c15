"""What a change of the law does to dates: a sample of notices, computed under two editions and counted."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from deadlines.compute import Notice, Result
from deadlines.compute.engine import engine_for
from deadlines.errors import DeadlinesError
from deadlines.law import Law

FIELDS = ("opens_on", "protective_by", "safe_by", "last_day", "latest")
Dates = dict[str, tuple[str, tuple[date | None, ...]]]
"""For each rule of a result its state and its dates."""


class Example(Struct, frozen=True):
    """The first notice of a sample whose date moves."""

    decided_on: date
    method: str
    form: str | None
    facts: dict[str, str]
    field: str
    old: str | None
    new: str | None


class Move(Struct):
    """How often one date of a window moves, and which way."""

    earlier: int = 0
    later: int = 0
    appears: int = 0
    vanishes: int = 0


class Effect(Struct):
    """What a change does to one rule after one kind of notice: `moved` of `sampled` notices."""

    rule: str
    kind: str
    sampled: int = 0
    moved: int = 0
    moves: dict[str, Move] = {}
    example: Example | None = None


def effects(old: Law, new: Law, runs: Iterable[list[Notice]]) -> list[Effect]:
    """Every rule and kind of the samples, with what moves. `runs` may be wrapped to show the progress."""
    found: dict[tuple[str, str], Effect] = {}
    for run in runs:
        for notice in run:
            before, after = dates_of(old, notice), dates_of(new, notice)
            for rule in sorted(before.keys() | after.keys()):
                effect = found.setdefault((rule, notice.kind), Effect(rule, notice.kind))
                _count(effect, notice, before.get(rule), after.get(rule))
    return [found[key] for key in sorted(found)]


def _count(
    effect: Effect,
    notice: Notice,
    before: tuple[str, tuple[date | None, ...]] | None,
    after: tuple[str, tuple[date | None, ...]] | None,
) -> None:
    effect.sampled += 1
    if before == after:
        return
    effect.moved += 1
    none = ("none", (None,) * len(FIELDS))
    (old_state, old), (new_state, new) = before or none, after or none
    if old_state != new_state:
        _example(effect, notice, "state", old_state, new_state)
    for field, was, now in zip(FIELDS, old, new, strict=True):
        if was != now:
            _note(effect.moves.setdefault(field, Move()), was, now)
            _example(effect, notice, field, _text(was), _text(now))


def _note(move: Move, was: date | None, now: date | None) -> None:
    if was is None:
        move.appears += 1
    elif now is None:
        move.vanishes += 1
    elif now < was:
        move.earlier += 1
    else:
        move.later += 1


def _example(effect: Effect, notice: Notice, field: str, old: str | None, new: str | None) -> None:
    """The first one; of one notice, the last day tells most."""
    known = effect.example
    same = known is not None and known.decided_on == notice.decided_on and effect.moved == 1
    if known is None or (same and field == "last_day"):
        effect.example = Example(
            notice.decided_on, notice.service.method, notice.form, dict(notice.facts), field, old, new
        )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def dates_of(law: Law, notice: Notice) -> Dates:
    """What an edition gives for a notice; nothing where it refuses it."""
    result = _compute(law, notice)
    if result is None:
        return {}
    return {w.rule: (w.state, tuple(getattr(w, field) for field in FIELDS)) for w in result.windows}


def _compute(law: Law, notice: Notice) -> Result | None:
    """The result, or None where this edition refuses the notice: that is no window, and shows as one."""
    try:
        return engine_for(law).compute(notice)
    except DeadlinesError:
        return None
