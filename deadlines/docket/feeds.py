"""A calendar as bytes, and the key that tells whether it is another.

A feed reaches from 30 days ago to 18 months ahead; cancelled entries stay 30 days, so that programs which do
not notice a removal see the cancellation. Unless it was asked for whole, it ends where calendar programs would
drop entries without a word, and says so on the first day that it does not show.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, tzinfo

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.leaving import removed
from deadlines.docket.renderings import renderer_of
from deadlines.docket.scopes import shown
from deadlines.docket.sequences import DEFAULT_REDACTION, sequence_at
from deadlines.docket.variants import STAND, Stand, bodies, goodbyes, kinds_of, sound
from deadlines.ical import CalendarItem, join_calendar, render_event
from deadlines.store.tables import Matter, Rendering, Subscription

LARGEST, MOST = 1_000_000, 1_000
"""Bytes and entries that every calendar program takes: Google drops entries beyond about 1 MB, Outlook beyond 1,000."""
HEAD_ROOM = 4_000
"""Bytes kept free for the head and the notes."""
ABOUT = (
    "From 30 days ago to 18 months ahead, {words}. {restricted} "
    "Calendar programs refresh in their own time; the docket is the record."
)
NO_RESTRICTED = "Restricted matters are not shown."
SOME_RESTRICTED = "Your restricted matters are shown too: keep this calendar to yourself."
WORDS = {"full": "with clients' names", "matter": "without clients' names", "busy": "without a word of any case"}
"""Two calendars of one docket in other words are never the same bytes, not even where no client has a name."""
CONNECTED = "Deadlines: this calendar is connected"
NOTHING = "No deadline is shown between 30 days back and 18 months ahead. New ones appear by themselves. {restricted}"
ENDS = "CALENDAR ENDS HERE: later deadlines are on the docket"
ENDS_WHY = (
    "From this day on deadlines may be missing here. Calendar programs drop entries of a larger calendar without a "
    "word, so this one is kept small; later deadlines come in as earlier ones pass. The docket has all of them. A "
    "calendar with fewer matters or kinds of remedy reaches further."
)


ENDS_REMINDERS = "Reminders of deadlines from this day on are not shown, also where they fall before it."


class Piece(Struct, frozen=True):
    """One rendering that a feed shows, by what decides its place."""

    stand: Stand
    entry: str
    size: int


def feed_state(session: Session, subscription: Subscription, *, today: date, firm: str = "") -> str:
    """A key that changes whenever the feed's bytes do, from one query that reads no bytes.

    Id and sequence of a rendering stand for its bytes, together with whether its matter is restricted, which
    decides about words too.
    """
    query = shown(subscription, today, Rendering.id, Rendering.sequence, Matter.restricted)
    rows = sorted(tuple(row) for row in session.execute(query))
    # Which days lie ahead decides what a feed that is cut short shows.
    gone = [(one.rendering, one.sequence) for one in removed(session, subscription, today)]
    parts = [
        renderer_of(session),
        str(today),
        subscription.id,
        calendar_name(subscription, firm),
        firm,
        repr(rows),
        repr(gone),
    ]
    if subscription.redaction == "full":
        clients = shown(subscription, today, Matter.id, Matter.client).distinct()
        parts += sorted(f"{identifier}={client}" for identifier, client in session.execute(clients))
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def feed_body(
    session: Session, subscription: Subscription, *, today: date, firm: str = "", zone: tzinfo = UTC
) -> bytes:
    """The whole calendar: the same bytes for the same docket and day. Its notes and reminders go by days of that zone.

    RFC 5545 wants at least one component, and a new subscriber wants to see that the address works: a feed
    with nothing to show holds one note, on the day that the address was made.

    Raises CalendarError where a stored entry is damaged and cannot be made anew.
    """
    gone = goodbyes(session, subscription, removed(session, subscription, today), zone)
    events, cut_on = _events(session, subscription, today, gone, zone)
    if cut_on is not None:
        why = f"{ENDS_WHY} {ENDS_REMINDERS}" if subscription.reminders else ENDS_WHY
        events.append(_note(subscription, "ends", cut_on, ENDS, why, at=_last_change(session, subscription, today)))
    restricted = SOME_RESTRICTED if subscription.restricted else NO_RESTRICTED
    about = ABOUT.format(words=WORDS[subscription.redaction], restricted=restricted)
    about = f"Filing deadlines of {firm or 'the firm'}. {about}"
    made_on, nothing = subscription.created_at.astimezone(zone).date(), NOTHING.format(restricted=restricted)
    connected = _note(subscription, "note", made_on, CONNECTED, nothing)
    return join_calendar(calendar_name(subscription, firm), about, events or [connected])


def ends_early(session: Session, subscription: Subscription, *, today: date) -> date | None:
    """The first day that the calendar does not show because it would be too large; None where it shows all."""
    if subscription.whole:
        return None
    gone = goodbyes(session, subscription, removed(session, subscription, today))
    if _has_other_words(subscription):
        return _events(session, subscription, today, gone, UTC)[1]
    return _fitting(_pieces(session, subscription, today), today, gone)[1]


def _pieces(session: Session, subscription: Subscription, today: date) -> list[Piece]:
    query = shown(subscription, today, Rendering.entry_id, func.length(Rendering.body), *STAND)
    return [Piece(Stand(*row[2:]), row[0], row[1]) for row in session.execute(query)]


def _events(
    session: Session, subscription: Subscription, today: date, gone: Sequence[bytes], zone: tzinfo
) -> tuple[list[bytes], date | None]:
    """The entries in the order of their days, at the end what is `gone`, and the first day that is left out."""
    if subscription.whole and not _has_other_words(subscription):
        return [*_all_stored(session, subscription, today), *gone], None
    pieces = _pieces(session, subscription, today)
    if subscription.whole:
        return [*(body for _, body in _bodies(session, subscription, pieces, zone)), *gone], None
    if _has_other_words(subscription):
        # How long other words are is known when they are made: so at first only their number counts.
        chosen, cut_on = _fitting(pieces, today, gone, sizes={piece.stand.id: 0 for piece in pieces})
    else:
        chosen, cut_on = _fitting(pieces, today, gone)
    made = _bodies(session, subscription, chosen, zone)
    # Other words than the default's have another length: what was measured before is measured again.
    sizes = {piece.stand.id: len(body) for piece, body in made}
    counts = {piece.stand.id: body.count(b"BEGIN:VEVENT") for piece, body in made}
    again, second = _fitting(chosen, today, gone, sizes, counts)
    kept = {piece.stand.id for piece in again}
    return [*(body for piece, body in made if piece.stand.id in kept), *gone], second or cut_on


def _has_other_words(subscription: Subscription) -> bool:
    return subscription.redaction != DEFAULT_REDACTION or subscription.reminders


def _all_stored(session: Session, subscription: Subscription, today: date) -> list[bytes]:
    columns = Rendering.on, Rendering.entry_id, Rendering.slot, Rendering.id, Rendering.body
    # Sorted here, because databases order text by their own rules.
    rows = sorted(tuple(row) for row in session.execute(shown(subscription, today, *columns)))
    return list(sound(session, {identifier: body for *_, identifier, body in rows}).values())


def _fitting(
    pieces: Sequence[Piece],
    today: date,
    gone: Sequence[bytes],
    sizes: dict[int, int] | None = None,
    counts: dict[int, int] | None = None,
) -> tuple[list[Piece], date | None]:
    """What has room: the days ahead first, the nearest first and none by half; then the days past, the latest first."""
    ahead = sorted((piece for piece in pieces if piece.stand.on >= today), key=lambda piece: piece.stand.on)
    past = sorted((piece for piece in pieces if piece.stand.on < today), key=lambda piece: -piece.stand.on.toordinal())
    room = _Room(gone, sizes or {}, counts or {})
    kept: list[Piece] = []
    cut_on: date | None = None
    for piece in [*ahead, *past]:
        if not room.takes(piece):
            cut_on = piece.stand.on if piece.stand.on >= today else None
            break
        kept.append(piece)
    whole_days = [piece for piece in kept if piece.stand.on != cut_on]
    # A first day that is too large by itself is shown as far as it goes: better than nothing.
    return whole_days or kept, cut_on


class _Room:
    """What is left of a feed's size beside what is `gone`."""

    def __init__(self, gone: Sequence[bytes], sizes: dict[int, int], counts: dict[int, int]) -> None:
        self._sizes, self._counts = sizes, counts
        self._bytes, self._entries = LARGEST - HEAD_ROOM - sum(map(len, gone)), MOST - 2 - len(gone)

    def takes(self, piece: Piece) -> bool:
        """Whether there is room for it; then it is taken up."""
        self._bytes -= self._sizes.get(piece.stand.id, piece.size)
        self._entries -= self._counts.get(piece.stand.id, 1)
        return self._bytes >= 0 and self._entries >= 0


def _bodies(
    session: Session, subscription: Subscription, pieces: Sequence[Piece], zone: tzinfo
) -> list[tuple[Piece, bytes]]:
    """The bytes of each, in an order that does not depend on how a database sorts text."""
    kinds = {piece.stand.id: kinds_of(subscription, piece.stand) for piece in pieces}
    plain = _stored(session, [piece for piece in pieces if _is_plain(kinds[piece.stand.id])])
    other = bodies(session, [(piece.stand, kind) for piece in pieces for kind in kinds[piece.stand.id]], zone)
    ordered = sorted(pieces, key=lambda piece: (piece.stand.on, piece.entry, piece.stand.slot))
    return [
        (piece, b"".join([plain.get(piece.stand.id, b""), *(other[piece.stand.id, k] for k in kinds[piece.stand.id])]))
        for piece in ordered
    ]


def _is_plain(kinds: list[str]) -> bool:
    return all(kind.startswith(f"{DEFAULT_REDACTION}+") for kind in kinds)


def _stored(session: Session, pieces: Sequence[Piece]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    ids = [piece.stand.id for piece in pieces]
    for start in range(0, len(ids), 500):
        query = select(Rendering.id, Rendering.body).where(Rendering.id.in_(ids[start : start + 500]))
        found.update({row.id: row.body for row in session.execute(query)})
    return sound(session, found)


def calendar_name(subscription: Subscription, firm: str) -> str:
    """What programs that show a calendar's own name call it."""
    whose = {
        "firm": firm or "whole firm",
        "team": subscription.team.name if subscription.team else "",
        "matter": subscription.matter.reference if subscription.matter else "",
    }
    name = whose.get(subscription.scope, subscription.person.name)
    return f"Deadlines – {'one matter' if _veiled(subscription) else name}"


def _veiled(subscription: Subscription) -> bool:
    """Whether the number of its matter must not stand in the calendar's name."""
    matter = subscription.matter
    hidden = matter is not None and matter.restricted and not subscription.restricted
    return hidden or (subscription.scope == "matter" and subscription.redaction == "busy")


def _last_change(session: Session, subscription: Subscription, today: date) -> datetime:
    """When the calendar became what it is: with its day, with an entry's last change, or when one left it."""
    day = datetime.combine(today, time(), UTC)
    changed: datetime | None = session.scalar(shown(subscription, today, func.max(Rendering.changed_at)))
    left = [one.at for one in removed(session, subscription, today)]
    return max([day, subscription.created_at, *([changed] if changed is not None else []), *left])


def _note(
    subscription: Subscription, name: str, on: date, summary: str, text: str, *, at: datetime | None = None
) -> bytes:
    """One entry of the calendar's own. `at`: when it last changed, if it does."""
    return render_event(
        CalendarItem(
            uid=f"{subscription.id}-{name}@deadlines",
            on=on,
            summary=summary,
            description=text,
            sequence=sequence_at(at) if at is not None else 0,
            changed_at=at or subscription.created_at,
            created_at=subscription.created_at,
            cancelled=False,
            category="Note",
        )
    )
