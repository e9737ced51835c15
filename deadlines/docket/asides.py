"""What becomes of an entry's dates where the deadline that its notice prints is left aside, or holds after all."""

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
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
    return _window(desk, entry, msgspec.structs.replace(notice_of(entry.notice), printed_deadline=None))


def as_printed(desk: Desk, entry: Entry) -> Window | None:
    """The window of an entry by the law and the printed deadline."""
    return _window(desk, entry, notice_of(entry.notice))


def of_now(desk: Desk, entry: Entry) -> Window | None:
    """The window of an entry by law and notice of now, as it was decided about the printed deadline; without more time
    that was granted. None where the law gives it no more."""
    return (law_alone if (entry.resolution or {}).get("use") == "computed" else as_printed)(desk, entry)


def aside_of(session: Session, desk: Desk, entry: Entry) -> Aside:
    """What a decision for the computed date would do: the same comparison by which the dates then move."""
    return _aside(session, entry, law_alone(desk, entry))


def printed_again(session: Session, desk: Desk, entry: Entry) -> Aside:
    """What it would do to decide for the printed date after all, where it was left aside."""
    return _aside(session, entry, as_printed(desk, entry))


def _aside(session: Session, entry: Entry, window: Window | None) -> Aside:
    if window is None:
        return Aside("gone", None, extended=False)
    found = extended(window, granted(session, [entry.id]).get(entry.id))
    return Aside(classify(dates_of(current(session, entry)), dates_of(found)), found, extended=found is not window)


def _window(desk: Desk, entry: Entry, notice: Notice) -> Window | None:
    return next((one for one in computed(desk, notice).windows if one.rule == entry.rule), None)
