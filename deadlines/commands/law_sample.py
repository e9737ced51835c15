"""The sample of notices on which two editions of the law are compared.

Every day of a year is a decision date, for each kind of notice that may be touched and each way to bring about a
window of it: a form for each remedy of the table of decisions, each row of that table that changed, the facts on
which a text or a rule depends, and each circuit where days off changed.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

from msgspec import structs

from deadlines.commands.law_effect import Dates, dates_of
from deadlines.compute import Notice, Service
from deadlines.law import Law
from deadlines.law.base import When
from deadlines.law.counting import Method
from deadlines.law.diff import Change
from deadlines.law.matrix import Decision
from deadlines.law.model import Rule

METHODS: tuple[Method, ...] = ("mail", "electronic", "oral")
PROBE_DAYS = 14
"""So many days in a row tell whether the method of service matters: a roll cannot hide it on all of them."""
OF_DATES = ("rule", "computation", "closure", "extension", "holidays", "decision", "ambiguity", "fact", "clerk")
"""The parts of an edition from which dates come; fees, titles and reasons move none."""
OF_DAYS_OFF = ("calendars", "closures", "clerks", "computations")
DAY = re.compile(r"\b(20\d\d)-\d\d-\d\d\b")
SOME_DAYS = "10"
"""Stands for a number of days where any will do."""
Way = tuple[str | None, When]
"""A form and the conditions that make its answer the one wanted."""


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


def _templates(old: Law, new: Law, kind: str, on: date) -> list[Notice]:
    """The notices of a kind that between them bring about every rule and every text of either edition."""
    found: dict[str, Notice] = {}
    for law in (old, new):
        ways = [*_changed_rows(old, new, kind), *_circuits(old, new, kind)]
        for rule in law.rules.values():
            if kind in rule.kinds:
                ways += [(form, {**rule.when, **facts}) for form, facts in _ways(law, rule, kind)]
                ways += [(form, {**rule.when, **facts}) for form, facts in _changed_rows(old, new, kind)]
        for form, when in ways:
            notice = Notice(kind=kind, decided_on=on, form=form, facts=_facts(law, kind, when, on))
            found.setdefault(f"{form} {sorted(notice.facts.items())}", notice)
    return list(found.values())


def _ways(law: Law, rule: Rule, kind: str) -> Iterator[Way]:
    """A rule by itself, and where each of its conditions holds; without a form, and with one that has the remedy."""
    whens: list[When] = [{}, *(unless.when for period in rule.period for unless in period.unless)]
    whens += [item.when for part in (rule.recount, rule.alternative, rule.answer) for item in part]
    forum = law.computations[rule.computation].forum
    whens += [extension.when for extension in law.closures.extension if extension.forum == forum]
    asked = [
        rule.counted_before,
        *(item.start_fact for item in rule.alternative),
        *(floor.fact for floor in rule.floor),
    ]
    whens += [{fact: [SOME_DAYS]} for fact in asked if fact is not None]
    for (form, facts), when in product(_forms(law, rule, kind), whens):
        yield form, {**facts, **when}


def _forms(law: Law, rule: Rule, kind: str) -> list[Way]:
    """No form, and one form with its class on which the rule gives its remedy, as far as the matrix knows one."""
    named = [*rule.when.get("form", ()), *rule.forms.get(kind, ())]
    for row in law.decisions if rule.route is not None else ():
        has = row.appeal == rule.route or ((rule.route or "").startswith("motion") and row.motion == "standard")
        forms = [form for form in row.forms if form != "*" and (not named or form in named)]
        if has and kind in row.kinds and forms:
            return [(None, {}), (forms[0], _basis(row))]
    rows = law.matrix.get(kind)
    known = [form for form in named if rows is None or form in rows or "*" in rows]
    none: When = {}
    return [(None, none), *((form, none) for form in known[:1])]


def _basis(row: Decision) -> When:
    return {"basis": row.basis[:1]} if row.basis else {}


def _changed_rows(old: Law, new: Law, kind: str) -> Iterator[Way]:
    """The forms and classes of the rows of decisions that one edition has and the other has not."""
    for law, other in ((old, new), (new, old)):
        for row in law.decisions:
            if kind in row.kinds and row not in other.decisions:
                for form, when in product(row.forms, ({}, row.appeal_unless)):
                    yield None if form == "*" else form, {**_basis(row), **when}


def _circuits(old: Law, new: Law, kind: str) -> Iterator[Way]:
    """Each circuit, where days off changed and those of a circuit count for this kind."""
    rules = [(law, rule) for law in (old, new) for rule in law.rules.values() if kind in rule.kinds]
    if any(law.computations[rule.computation].state_holidays for law, rule in rules) and any(
        getattr(old, part) != getattr(new, part) for part in OF_DAYS_OFF
    ):
        yield from ((None, {"circuit": [circuit]}) for circuit in new.clerks)


def _facts(law: Law, kind: str, when: When, on: date) -> dict[str, str]:
    """Facts that fulfil conditions, and the days without which a rule of the kind gives none: the day itself."""
    starts = [rule.trigger_fact for rule in law.rules.values() if kind in rule.kinds]
    wanted = {**when, **{fact: [SOME_DAYS] for fact in starts if fact is not None}}
    return {name: _value(law, name, values, on) for name, values in wanted.items() if name in law.facts}


def _value(law: Law, name: str, values: list[str], on: date) -> str:
    """The first value; of a range of numbers the first number; for a date the day itself."""
    kind = law.facts[name].type
    if kind == "date":
        return on.isoformat()
    return values[0].partition("-")[0] if kind == "number" else values[0]


def _methods(old: Law, new: Law, notice: Notice) -> list[Method]:
    """The methods of service that give other dates than those before them."""
    order = sorted(METHODS, key=lambda method: method != "oral") if notice.kind.startswith("ij.") else METHODS
    seen: list[tuple[list[Dates], list[Dates]]] = []
    found: list[Method] = []
    for method in order:
        days = [_on(structs.replace(notice, service=Service(method)), notice.decided_on + timedelta(days=at))
                for at in range(PROBE_DAYS)]  # fmt: skip
        dates = ([dates_of(old, day) for day in days], [dates_of(new, day) for day in days])
        if dates not in seen:
            seen.append(dates)
            found.append(method)
    return found


def _on(notice: Notice, day: date) -> Notice:
    """The notice on another day; a date among its facts moves along."""
    was, now = notice.decided_on.isoformat(), day.isoformat()
    facts = {name: now if value == was else value for name, value in notice.facts.items()}
    return structs.replace(notice, decided_on=day, facts=facts)
