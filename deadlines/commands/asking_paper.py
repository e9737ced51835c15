"""`deadlines add --from`: what a PDF says, line by line, and a person who takes each thing or leaves it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from deadlines.commands.context import App
from deadlines.commands.read import place, read_paper
from deadlines.errors import InputError

if TYPE_CHECKING:
    from deadlines.papers import Found

NOT_ALONE = (
    "--from needs a person at a terminal who takes or leaves each line. `deadlines read {0}` prints what is found."
)
FOR_THE_EYES = ("receipt_number", "a_number", "deadline_words")


def confirmed(app: App, path: str, given: dict[str, Any]) -> dict[str, Any]:
    """The options with what the person took of the paper; an option that was typed stays as it is."""
    _, found = read_paper(Path(path), app)
    return take(found, given)


def take(found: "Found", given: dict[str, Any]) -> dict[str, Any]:
    """Ask about each field that has a candidate and no option yet. Enter leaves it open; it is asked for later."""
    from deadlines.papers.model import FIELDS, LABELS

    for field in FOR_THE_EYES:
        for candidate in found.of(field):
            click.echo(f"{LABELS[field]}: {place(candidate)}")
    filled = dict(given)
    for field in FIELDS:
        if found.of(field):
            click.echo(f"\n{LABELS[field][0].upper()}{LABELS[field][1:]}")
            filled[field] = filled[field] or _chosen(found, field)
    return filled


def refuse_alone(path: str) -> NoReturn:
    """Raises InputError: nobody is there to confirm."""
    raise InputError(NOT_ALONE.format(path))


def _chosen(found: "Found", field: str) -> str | None:
    """The value that the person took; None for none."""
    candidates = found.of(field)
    for number, candidate in enumerate(candidates, start=1):
        click.echo(f"  {number}  {candidate.value}  {place(candidate)}")
    if len(candidates) == 1:
        return candidates[0].value if click.confirm(f"Take {candidates[0].value}?", default=False) else None
    choices = [str(number) for number in range(1, len(candidates) + 1)]
    while True:
        answer: str = click.prompt("Which number [Enter: none of them]", default="", show_default=False).strip()
        if not answer:
            return None
        if answer in choices:
            return candidates[int(answer) - 1].value
        click.echo(f"It is one of {', '.join(choices)}, or Enter.")
