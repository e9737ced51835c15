"""Commands that a named person answers for: who it is, why, and one transaction with everything at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from deadlines.commands.context import App, actor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from deadlines.compute.result import Window
    from deadlines.docket.intake import Desk
    from deadlines.docket.records import FollowOn, Nexts
    from deadlines.docket.roles import Act
    from deadlines.store.tables import Entry, Matter, NoticeRow, Person, Proposal

Found = TypeVar("Found", "Entry", "NoticeRow")

by_option = click.option(
    "--by", required=True, metavar="ADDRESS", help="Mail address of the person who answers for it; must be active."
)
looking_option = click.option(
    "--by",
    metavar="ADDRESS",
    help="Who looks: what they may not see, or may still verify blind, is not shown. Without it: all of it.",
)
reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept for ever.")


@dataclass(frozen=True)
class Signed:
    """One transaction, the firm's desk, the person who answers, and the moment."""

    session: "Session"
    desk: "Desk"
    by: "Person"
    now: "datetime"

    def entry(self, name: str) -> "Entry":
        """The entry of that id, of a matter that the person may see. Raises NotFound and Conflict."""
        from deadlines.docket.views import find_entry

        return self._seen(find_entry(self.session, name))

    def notice(self, name: str) -> "NoticeRow":
        """The notice of that id, likewise."""
        from deadlines.docket.notices import find_notice

        return self._seen(find_notice(self.session, name))

    def matter(self, reference: str) -> "Matter":
        """The matter with that number, likewise."""
        from deadlines.docket.teams import find_matter
        from deadlines.docket.visible import require_visible

        found = find_matter(self.session, reference)
        require_visible(self.session, found.id, self.by)
        return found

    def proposal(self, name: str) -> "Proposal":
        """The proposal of that id, likewise."""
        from deadlines.docket.proposals import find_proposal

        found = find_proposal(self.session, name)
        self._seen(found.entry)
        return found

    def _seen(self, found: "Found") -> "Found":
        from deadlines.docket.visible import require_visible

        require_visible(self.session, found.matter_id, self.by)
        return found


def reader_of(session: "Session", by: str | None) -> "Person | None":
    """Who looks; nobody in particular where none is named. Raises NotFound and Conflict."""
    from deadlines.docket.people import active_person

    return active_person(session, by) if by is not None else None


@contextmanager
def signed(app: App, by: str, act: "Act") -> Iterator[Signed]:
    """Open the transaction: committed at the end, undone by any error.

    Raises NotFound and Conflict for `by`, and Forbidden where their role may not do that.
    """
    from deadlines import clock
    from deadlines.docket.people import active_person
    from deadlines.docket.roles import require
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor(), "command")
    with app.writing() as session:
        person = active_person(session, by)
        require(person, act)
        yield Signed(session, desk, person, clock.now())


def nexts_of(app: App) -> "Nexts":
    """Answers what comes next for an entry; the law is loaded only for one that has something to say."""
    made: list[Desk] = []

    def nexts(entry: "Entry", window: "Window") -> "list[FollowOn]":
        from deadlines.docket.followups import follow_ons
        from deadlines.wiring import build_desk

        if not window.relations:
            return []
        made[:] = made or [build_desk(app.settings, actor())]
        return follow_ons(made[0], entry, window)

    return nexts
