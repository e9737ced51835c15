"""What stands on a shipped rule that a firm's own has replaced: it says so, wherever it shows.

Another rule may count from the replaced one, name it as what makes it urgent, or relate to it. Only a rule of the same
id can take the place of one that is named elsewhere (the checks refuse another), so that fees and reasons hold for it.
"""

from collections.abc import Set as AbstractSet

from msgspec import structs

from deadlines.law.model import Note, Relation, Rule


def with_marks(rules: dict[str, Rule]) -> dict[str, Rule]:
    """The rules, in which all that rests on a replaced one is marked. Where none is replaced nothing is touched."""
    replaced = {rule.replaces for rule in rules.values() if rule.replaces is not None}
    return {key: _marked(rule, replaced) for key, rule in rules.items()} if replaced else rules


def _marked(rule: Rule, replaced: AbstractSet[str]) -> Rule:
    counts = [name for name in (rule.after, rule.finality) if name is not None and name in replaced]
    urgent = [name for name in rule.urgent if name in replaced]
    notes = [Note(text=f"It rests on another window, which is counted by {_words(name)}.") for name in counts + urgent]
    return structs.replace(
        rule,
        trigger_words=rule.trigger_words + "".join(f" (counted by {_words(name)})" for name in counts),
        relation=[_related(item, replaced) for item in rule.relation],
        note=[*notes, *rule.note],
    )


def _related(item: Relation, replaced: AbstractSet[str]) -> Relation:
    if item.rule is None or item.rule not in replaced:
        return item
    return structs.replace(item, text=f"{item.text} (The other clock is {_words(item.rule)}.)")


def _words(name: str) -> str:
    """Whose rule it is, and what it stands in place of."""
    return f"the firm's own rule in place of {name}"
