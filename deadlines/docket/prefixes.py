"""Things that people name by their ids: whole, or by a beginning that only one of them has."""

from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from deadlines.errors import InputError, NotFound
from deadlines.store.tables import AccessToken, Entry, Incoming, Milestone, NoticeRow, Proposal, Webhook

SHORTEST = 4
Named = TypeVar("Named", AccessToken, Entry, Incoming, Milestone, NoticeRow, Proposal, Webhook)


def find_by_id(
    session: Session, kind: type[Named], name: str, noun: str, shown_by: str, *among: ColumnElement[bool]
) -> Named:
    """The one whose id is or begins with `name`. `noun` is what people call it, `shown_by` the command that lists it.
    What is not `among` those is as unknown as what there is not.

    Raises InputError for a beginning that is too short or fits several, NotFound for none.
    """
    word = name.strip().lower()
    if len(word) < SHORTEST or not word.isalnum():
        raise InputError(
            f"'{name}' is no {noun} id. Give at least {SHORTEST} characters.", advice=f"`{shown_by}` shows them."
        )
    found = session.scalars(select(kind).where(kind.id.startswith(word, autoescape=True), *among).limit(2)).all()
    if not found:
        raise NotFound(f"No {noun} begins with '{name}'.", advice=f"`{shown_by}` shows them.")
    if len(found) > 1:
        raise InputError(f"More than one {noun} begins with '{name}': give more of the id.")
    return found[0]
