"""Which facts can matter for a kind of notice: what its rules, the matrix and the closures name."""

from collections.abc import Collection, Iterator

from msgspec import structs

from deadlines.compute.notice import Notice
from deadlines.law import Law
from deadlines.law.faults import whens
from deadlines.law.model import Rule

ALWAYS = ("reason", "basis", "filing", "circuit", "case_party")
"""Asked by the engine itself, or used beside the rules."""


def used_facts(law: Law, kind: str) -> frozenset[str]:
    """The names of facts on which something of this kind can depend."""
    rules = [rule for rule in law.rules.values() if kind in rule.kinds]
    rows = [row for table in law.matrix.get(kind, {}).values() for row in table]
    found = set(ALWAYS)
    for rule in rules:
        found.update(_of_rule(rule))
    for item in (*rows, *law.fees, *law.closures.extension):
        found.update(name for _, when in whens(item) for name in when)
    return frozenset(found)


def foreign_facts(law: Law, notice: Notice) -> list[str]:
    """Facts that say nothing of the notice's form: the class of a petition moves no date of a work permit."""
    return [name for name in notice.facts if is_foreign(law, name, notice.form)]


def is_foreign(law: Law, name: str, form: str | None) -> bool:
    """Whether a fact says something of other forms only."""
    fact = law.facts.get(name)
    return form is not None and fact is not None and bool(fact.forms) and form not in fact.forms


def without(notice: Notice, names: Collection[str]) -> Notice:
    """The notice as if these facts had not been given."""
    if not names:
        return notice
    return structs.replace(notice, facts={name: value for name, value in notice.facts.items() if name not in names})


def _of_rule(rule: Rule) -> Iterator[str]:
    for _, when in whens(rule):
        yield from when
    names = [rule.trigger_fact, rule.printed_fact, rule.counted_before]
    names += [floor.fact for floor in rule.floor]
    names += [item.without for item in rule.recount]
    names += [item.start_fact for item in rule.alternative]
    for relation in rule.relation:
        yield from relation.facts
    yield from (name for name in names if name is not None)
