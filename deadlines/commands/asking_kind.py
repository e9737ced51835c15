"""Which kind of notice it is, asked in two steps: who it comes from, then which of theirs. Part of a name will do."""

from collections.abc import Mapping

import click

from deadlines.compute.kinds import group_words, grouped


def choose_kind(kinds: Mapping[str, str]) -> str:
    """The id of a kind, from ids and titles. A group narrows the list, and so does a part of an id or title."""
    groups = grouped(kinds)
    for name, within in groups.items():
        click.echo(f"  {name:<12} {group_words(name)} ({len(within)})")
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
