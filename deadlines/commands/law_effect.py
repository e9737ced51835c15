"""What a change of the law does to dates: a fixed sample of notices, computed under two editions.

The sample is every day of a year as decision date, for each kind of notice and each way to bring about a window
of it: a form for each remedy of the table of decisions, and the facts on which a text or a rule depends.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

from msgspec import Struct, structs

from deadlines.compute import Notice, Result, Service
from deadlines.compute.engine import engine_for
from deadlines.errors import DeadlinesError
from deadlines.law import Law
from deadlines.law.base import When
from deadlines.law.counting import Method
from deadlines.law.diff import Change
from deadlines.law.model import Rule

FIELDS = ("opens_on", "protective_by", "safe_by", "last_day", "latest")
METHODS: tuple[Method, ...] = ("mail", "electronic", "oral")
PROBE_DAYS = 14
"""So many days in a row tell whether the method of service matters: a roll cannot hide it on all of them."""
OF_DATES = ("rule", "computation", "closure", "extension", "holidays", "decision", "ambiguity", "fact", "clerk")
"""The parts of an edition from which dates come; fees, titles and reasons move none."""
DAY = re.compile(r"\b(20\d\d)-\d\d-\d\d\b")
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


def kinds_touched(old: Law, new: Law, changes: Iterable[Change]) -> list[str]:
    """The kinds of notice whose dates may move. Where only rules changed, those that open them."""
    touched = [change for change in changes if change.part in OF_DATES]
    every = {kind for law in (old, new) for rule in law.rules.values() for kind in rule.kinds}
    if any(change.part != "rule" for change in touched):
        return sorted(every)
    rules = {change.id for change in touched}
    return sorted({kind for law in (old, new) for key in rules & set(law.rules) for kind in law.rules[key].kinds})


def year_touched(changes: Iterable[Change]) -> int | None:
    """The latest year that a change of dates itself names; None where it names none. A review is no change of dates."""
    said = (
        text
        for change in changes
        if change.part in OF_DATES and not change.key.startswith("reviewed")
        for text in (change.id, change.old or "", change.new or "")
    )
    return max((int(year) for text in said for year in DAY.findall(text)), default=None)


def samples(old: Law, new: Law, kinds: Iterable[str], year: int) -> list[list[Notice]]:
    """For each kind and way to bring a window about, the notices of a whole year."""
    first = date(year, 1, 1)
    found = []
    for kind in kinds:
        for notice in _templates(old, new, kind, first):
            for method in _methods(old, new, notice):
                served = structs.replace(notice, service=Service(method))
                found.append(
                    [_on(served, first + timedelta(days=at)) for at in range((date(year + 1, 1, 1) - first).days)]
                )
    return found


def effects(old: Law, new: Law, runs: Iterable[list[Notice]]) -> list[Effect]:
    """Every rule and kind of the samples, with what moves. `runs` may be wrapped to show the progress."""
    found: dict[tuple[str, str], Effect] = {}
    for run in runs:
        for notice in run:
            before, after = _dates(old, notice), _dates(new, notice)
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


def _dates(law: Law, notice: Notice) -> Dates:
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


def _templates(old: Law, new: Law, kind: str, on: date) -> list[Notice]:
    """The notices of a kind that between them bring about every rule and every text of either edition."""
    found: dict[str, Notice] = {}
    for law in (old, new):
        for rule in law.rules.values():
            if kind in rule.kinds:
                for notice in _for_rule(law, rule, kind, on):
                    found.setdefault(f"{notice.form} {sorted(notice.facts.items())}", notice)
    return list(found.values())


def _for_rule(law: Law, rule: Rule, kind: str, on: date) -> Iterator[Notice]:
    forms = _forms(law, rule, kind)
    whens = [{}, *(unless.when for period in rule.period for unless in period.unless)]
    whens += [recount.when for recount in rule.recount]
    for (form, facts), when in product(forms, whens):
        wanted = {**facts, **_facts(law, rule.when), **_facts(law, when)}
        dated = [rule.trigger_fact] if rule.trigger_fact is not None else []
        yield Notice(kind=kind, decided_on=on, form=form, facts={**wanted, **dict.fromkeys(dated, on.isoformat())})


def _forms(law: Law, rule: Rule, kind: str) -> list[tuple[str | None, dict[str, str]]]:
    """No form, and one form with its class that has the rule's remedy by the table of decisions."""
    found: list[tuple[str | None, dict[str, str]]] = [(None, {})]
    for row in law.decisions if rule.route is not None else ():
        has = row.appeal == rule.route or ((rule.route or "").startswith("motion") and row.motion == "standard")
        if has and kind in row.kinds and row.forms[0] != "*":
            return [*found, (row.forms[0], {"basis": row.basis[0]} if row.basis else {})]
    return found


def _facts(law: Law, when: When) -> dict[str, str]:
    """Facts that fulfil a condition: the first value of each, the first number of a range."""
    return {name: values[0].partition("-")[0] if law.facts[name].type == "number" else values[0]
            for name, values in when.items() if name in law.facts}  # fmt: skip


def _methods(old: Law, new: Law, notice: Notice) -> list[Method]:
    """The methods of service that give other dates than those before them."""
    order = sorted(METHODS, key=lambda method: method != "oral") if notice.kind.startswith("ij.") else METHODS
    seen: list[tuple[list[Dates], list[Dates]]] = []
    found: list[Method] = []
    for method in order:
        days = [_on(structs.replace(notice, service=Service(method)), notice.decided_on + timedelta(days=at))
                for at in range(PROBE_DAYS)]  # fmt: skip
        dates = ([_dates(old, day) for day in days], [_dates(new, day) for day in days])
        if dates not in seen:
            seen.append(dates)
            found.append(method)
    return found


def _on(notice: Notice, day: date) -> Notice:
    """The notice on another day; a date among its facts moves along."""
    was, now = notice.decided_on.isoformat(), day.isoformat()
    facts = {name: now if value == was else value for name, value in notice.facts.items()}
    return structs.replace(notice, decided_on=day, facts=facts)
