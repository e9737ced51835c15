"""Which facts can matter for a kind of notice: what its rules, the matrix and the closures name."""

from collections.abc import Iterator

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


def _of_rule(rule: Rule) -> Iterator[str]:
    for _, when in whens(rule):
        yield from when
    names = [rule.trigger_fact, rule.printed_fact, rule.counted_before]
    names += [floor.fact for floor in rule.floor]
    names += [item.start_fact for item in rule.alternative]
    for relation in rule.relation:
        yield from relation.facts
    yield from (name for name in names if name is not None)
