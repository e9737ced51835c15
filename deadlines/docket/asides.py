"""What becomes of an entry's dates where the deadline that its notice prints is left aside."""

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines.compute.result import Window
from deadlines.docket.direction import Direction, classify, dates_of
from deadlines.docket.entries import computed
from deadlines.docket.granted import extended, granted
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.versions import current
from deadlines.store.tables import Entry


class Aside(Struct, frozen=True):
    """The `window` that the entry would have, None where the law gives it none, and which way its dates would move.

    `extended`: by more time that was granted, beyond what the law gives.
    """

    kind: Direction
    window: Window | None
    extended: bool


def law_alone(desk: Desk, entry: Entry) -> Window | None:
    """The window of an entry as the law gives it, the printed deadline left aside."""
    notice = msgspec.structs.replace(notice_of(entry.notice), printed_deadline=None)
    return next((one for one in computed(desk, notice).windows if one.rule == entry.rule), None)


def aside_of(session: Session, desk: Desk, entry: Entry) -> Aside:
    """What a decision for the computed date would do: the same comparison by which the dates then move."""
    by_law = law_alone(desk, entry)
    if by_law is None:
        return Aside("gone", None, extended=False)
    found = extended(by_law, granted(session, [entry.id]).get(entry.id))
    return Aside(classify(dates_of(current(session, entry)), dates_of(found)), found, extended=found is not by_law)
