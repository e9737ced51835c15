"""Which kind of notice it is, asked in two steps: who it comes from, then which of theirs. Part of a name will do."""

from collections.abc import Mapping

import click

GROUPS = {
    "uscis": ("USCIS and its Administrative Appeals Office", ("uscis", "aao")),
    "judge": ("Immigration judge", ("ij",)),
    "board": ("Board of Immigration Appeals", ("bia",)),
    "eoir": ("EOIR itself: a fee waiver, discipline of a practitioner", ("eoir",)),
    "dhs": ("ICE, CBP and other offices of DHS", ("dhs", "sevp")),
    "court": ("Federal court", ("circuit", "district")),
    "consulate": ("Consulate and Department of State", ("consular",)),
    "status": ("No decision: an arrival, a departure, a change of status", ("status",)),
}
"""Who a notice comes from: what is typed, what is shown, and how the ids of its kinds begin."""
OTHER = "other"
"""The group of kinds that a firm added under a beginning of its own."""


def choose_kind(kinds: Mapping[str, str]) -> str:
    """The id of a kind, from ids and titles. A group narrows the list, and so does a part of an id or title."""
    groups = _grouped(kinds)
    for name, within in groups.items():
        click.echo(f"  {name:<12} {_title(name)} ({len(within)})")
    left = kinds
    while True:
        label = "Who is it from, or part of the kind" if left is kinds else "Kind of notice, or part of it"
        found = _fitting(click.prompt(label).strip(), left, groups, kinds)
        if len(found) == 1:
            [kind] = found
            click.echo(f"  {kind:<34} {kinds[kind]}")
            return kind
        left = found or left
        for kind, title in found.items():
            click.echo(f"  {kind:<34} {title}")


def _fitting(
    answer: str, left: Mapping[str, str], groups: Mapping[str, Mapping[str, str]], kinds: Mapping[str, str]
) -> Mapping[str, str]:
    """The kinds that an answer leaves: the one of that id, those of a group, or those with every word in them.

    Of what was narrowed already first; where nothing of that fits, of all, so that nobody is caught in a group.
    """
    word = answer.casefold()
    if word in kinds:
        return {word: kinds[word]}
    if word in groups:
        return groups[word]
    for among in (left, kinds):
        found = {kind: title for kind, title in among.items() if _has(word, f"{kind} {title}".casefold())}
        if found:
            return found
    click.echo(f"No kind of notice has '{answer}' in its name. Type one of {', '.join(groups)}, or another part.")
    return {}


def _has(words: str, text: str) -> bool:
    return bool(words.split()) and all(word in text for word in words.split())


def _grouped(kinds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The kinds of each group that has any."""
    begin = {beginning: name for name, (_, beginnings) in GROUPS.items() for beginning in beginnings}
    found: dict[str, dict[str, str]] = {name: {} for name in (*GROUPS, OTHER)}
    for kind, title in kinds.items():
        found[begin.get(kind.partition(".")[0], OTHER)][kind] = title
    return {name: within for name, within in found.items() if within}


def _title(group: str) -> str:
    return GROUPS[group][0] if group in GROUPS else "Kinds that the firm added"
