"""Papers of the matter that wait to be docketed, while a notice is added to it: is the notice one of them?"""

from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from deadlines.docket.incoming import WaitingPaper
    from deadlines.store.tables import Person


def ask_which(app: App, given: dict[str, Any], by: "Person | None") -> dict[str, Any]:
    """The options with the paper that the notice is, where papers of its matter wait and none was named."""
    if given["incoming"]:
        return given
    with app.reading() as session:
        found = papers_of(session, given["matter"], by)
    if not found:
        return given
    click.echo(f"\nPapers of matter {given['matter']} that are not docketed yet:")
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}  {_came(one)}")
    return {**given, "incoming": _chosen(found)}


def _chosen(found: "Sequence[WaitingPaper]") -> str | None:
    while True:
        said: str = click.prompt("Is the notice one of them? Its number [Enter: none]", default="", show_default=False)
        if not said.strip():
            return None
        if said.strip().isdecimal() and 1 <= int(said) <= len(found):
            return found[int(said) - 1].id
        click.echo(f"It is a number from 1 to {len(found)}, or nothing.")


def papers_of(session: "Session", reference: str, by: "Person | None") -> "list[WaitingPaper]":
    """The papers of a matter that wait, as far as somebody sees the matter; none for a number that is new."""
    from sqlalchemy import select

    from deadlines.docket.incoming import waiting_papers
    from deadlines.docket.visible import visible
    from deadlines.store.spelling import as_kept
    from deadlines.store.tables import Matter

    number = Matter.reference == as_kept(reference)
    found = session.scalars(select(Matter).where(number, visible(by))).one_or_none()
    return waiting_papers(session, found) if found is not None else []


def still_waits(found: "Sequence[WaitingPaper]", notice: str) -> list[str]:
    """What is said after a notice was recorded, of each paper of its matter that goes on waiting."""
    return [
        f"{_came(one)}, still waits to be docketed. If notice {notice[:8]} is that paper: "
        f"`deadlines incoming docketed {one.id[:8]} --notice {notice[:8]} --by ADDRESS`."
        for one in found
    ]


def _came(one: "WaitingPaper") -> str:
    from deadlines.commands.output import clean
    from deadlines.ical.wording import day_text

    return f"{clean(one.title)}, which came in on {day_text(one.received_on)}"
