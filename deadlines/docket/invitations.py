"""Invitations by mail: dates of the docket entered into a person's own calendar, for people who asked for them.

A date is told when its rendering has another sequence than the one told last; it is cancelled when it is no
longer the person's to see: closed, struck, restricted, another's matter, or no invitations wanted any more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, union, update
from sqlalchemy.orm import Session, contains_eager, defer

from deadlines.docket.inviting import KEY, Told, hide, write
from deadlines.docket.scopes import works_on
from deadlines.docket.sequences import DEFAULT_REDACTION
from deadlines.errors import Conflict, InputError
from deadlines.ical import REDACTIONS, Party
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import DeadlineRow, Entry, Invitation, Letter, Matter, MatterMember, Person, Rendering

PER_HOUR = 30
"""Letters to one person in an hour: who asks for invitations with 500 dates open does not get 500 mails at once."""
HOUR = timedelta(hours=1)
NEVER = -1
"""A sequence that no rendering has: the date is told anew."""


class Waiting(Struct, frozen=True):
    """How many dates one person is still to be invited to, and how many are still to be cancelled."""

    requests: int
    cancels: int


def choose_invitations(session: Session, person: Person, redaction: str | None, *, actor: str, now: datetime) -> None:
    """Send a person invitations in these words from now on, or none any more; the daemon does the rest.

    Other words than before are sent for every date anew. Raises InputError for an unknown redaction, Conflict
    for a person who has left.
    """
    if redaction is not None and redaction not in REDACTIONS:
        raise InputError(f'"{redaction}" is not a redaction; choose {", ".join(REDACTIONS)}.')
    if not person.active:
        raise Conflict(f"{person.email} has left; invitations need an active person.")
    if redaction == person.invitations:
        return
    if redaction is not None:
        tell_anew(session, person, now)
    person.invitations = redaction
    detail = {"redaction": redaction}
    audit.record(session, at=now, actor=actor, action="person.invitations", subject=person.id, detail=detail)


def tell_anew(session: Session, person: Person, now: datetime) -> None:
    """Have every coming date that a person was told of told again: in other words, or at another address."""
    coming = Invitation.person_id == person.id, Invitation.cancelled.is_(False), Invitation.on >= _before(now)
    session.execute(update(Invitation).where(*coming).values(rendered=NEVER))


def waiting(session: Session, person: Person, today: date) -> Waiting:
    """What the daemon will tell a person."""
    requests, cancels = (
        session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        for query in (_requests(person, today, Rendering.id), _cancels(person, today, Invitation.slot))
    )
    return Waiting(requests, cancels)


def people_to_tell(session: Session, today: date) -> list[str]:
    """The ids of the people of whom something may wait: who wants invitations, and who no longer does."""
    held = exists().where(Invitation.person_id == Person.id, Invitation.cancelled.is_(False), Invitation.on >= today)
    query = select(Person).where(Person.active.is_(True), or_(Person.invitations.is_not(None), held))
    return [person.id for person in session.scalars(query.order_by(Person.id)) if _any(session, person, today)]


def invite(session: Session, person_id: str, *, organizer: Party, today: date, now: datetime) -> int:
    """Write the next letters to a person, as many as the hour still allows; how many dates were told.

    First what is taken back, all of it: nobody waits with what somebody is no longer to see. Then what changed, then
    what is new, each the nearest first. `organizer` is the firm, by its own address.
    """
    # The lock keeps a second daemon from telling the same dates.
    person = session.get_one(Person, person_id, with_for_update=HELD, populate_existing=True)
    limit = max(0, PER_HOUR - _told_lately(session, person, now))
    found = _due(session, person, today, limit) if person.active else []
    for told in found:
        write(session, told, organizer=organizer, today=today, now=now)
    session.flush()
    return len(found)


def overtaken(session: Session, letter: Letter) -> bool:
    """Whether a claimed letter invites to a date that is not its reader's to see any more: it must not be sent.

    Where the calendar may have heard of the date, a letter that takes it out follows.
    """
    told = _spoken_of(session, letter)
    if told is None or letter.method == "CANCEL":
        return False
    if letter.method is None and told.cancelled:  # the plain words for a date that is taken out
        return False
    if session.scalar(_seen(session.get_one(Person, told.person_id), told.entry_id, told.slot)) is not None:
        return False
    if told.sequence == 0 and letter.attempts <= 1:  # this is the first try of the first letter: nobody knows the date
        told.cancelled = True
    return True


def hidden(session: Session, letter: Letter, *, organizer: Party, now: datetime) -> tuple[str, str] | None:
    """The words of a claimed letter that takes a date out, where its reader may by now see nothing but the day.

    None for any other letter: it goes as it was written.
    """
    row = _spoken_of(session, letter)
    if row is None or not row.cancelled:
        return None
    query = _whole(_of_invitation(row, Rendering, Entry, DeadlineRow, Invitation))
    found = session.execute(query).first()
    told = _told(session, session.get_one(Person, row.person_id), found, True) if found is not None else None
    return hide(session, told, letter, organizer=organizer, now=now) if told is not None and told.hidden else None


def _spoken_of(session: Session, letter: Letter) -> Invitation | None:
    """The date that a letter tells of, or None for a letter about something else."""
    if not letter.key.startswith(KEY):
        return None
    entry_id, slot, person_id, _ = letter.key.removeprefix(KEY).split("/")
    return session.get_one(Invitation, (entry_id, slot, person_id))


def _told_lately(session: Session, person: Person, now: datetime) -> int:
    # Not what lies ahead: after the clock was set back it would stop everything.
    lately = Invitation.person_id == person.id, Invitation.told_at > now - HOUR, Invitation.told_at <= now
    return session.scalar(select(func.count()).select_from(Invitation).where(*lately)) or 0


def _any(session: Session, person: Person, today: date) -> bool:
    queries = _requests(person, today, Rendering.id), _cancels(person, today, Invitation.slot)
    return any(session.execute(query.order_by(None).limit(1)).first() for query in queries)


def _due(session: Session, person: Person, today: date, limit: int) -> list[Told]:
    columns = Entry, DeadlineRow, Invitation
    cancels = session.execute(_whole(_cancels(person, today, Rendering, *columns))).all()
    requests: Sequence[Any] = []
    if len(cancels) < limit:
        query = _whole(_requests(person, today, Rendering, *columns)).limit(limit - len(cancels))
        requests = session.execute(query).all()
    gone = [_told(session, person, row, True) for row in cancels]
    return gone + [_told(session, person, row, False) for row in requests]


def _told(session: Session, person: Person, row: Any, gone: bool) -> Told:
    theirs = select(Matter.id).where(Matter.id == row.Entry.matter_id, works_on(person.id))
    known = session.scalar(theirs) is not None
    return Told(person, row.Rendering, row.Entry, row.DeadlineRow, row.Invitation, gone, known)


def _whole(query: Select[Any]) -> Select[Any]:
    """With the dates in force, and the entry with its matter; the rendering without its bytes."""
    dates = and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version)
    return query.join(DeadlineRow, dates).options(contains_eager(Entry.matter), defer(Rendering.body))


def _requests(person: Person, today: date, *columns: Any) -> Select[Any]:
    """These columns of every date that the person is to see and was not told of as it is now."""
    told = and_(_same_date(), Invitation.person_id == person.id)
    # A date that moved into the past is told, or the calendar would go on showing the other day.
    still_shown = and_(Invitation.on >= today, Invitation.cancelled.is_(False))
    return (
        select(*columns)
        .select_from(Rendering)
        .join(Entry, Entry.id == Rendering.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .outerjoin(Invitation, told)
        .where(Rendering.redaction == DEFAULT_REDACTION, _to_see(person))
        .where(or_(Rendering.on >= today, still_shown))
        .where(
            or_(
                Invitation.entry_id.is_(None),
                Invitation.cancelled.is_(True),
                Invitation.rendered != Rendering.sequence,
            )
        )
        .order_by(Invitation.entry_id.is_(None), Rendering.on, Rendering.entry_id, Rendering.slot)
    )


def _cancels(person: Person, today: date, *columns: Any) -> Select[Any]:
    """These columns of every coming date that the person was told of and is no longer to see."""
    base = and_(_same_date(), Rendering.redaction == DEFAULT_REDACTION)
    return (
        select(*columns)
        .select_from(Invitation)
        .join(Entry, Entry.id == Invitation.entry_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Rendering, base)
        .where(Invitation.person_id == person.id, Invitation.cancelled.is_(False), Invitation.on >= today)
        .where(~_to_see(person))
        .order_by(Invitation.on, Invitation.entry_id, Invitation.slot)
    )


def _of_invitation(row: Invitation, *columns: Any) -> Select[Any]:
    """These columns of the one date that somebody was told of."""
    one = Invitation.entry_id == row.entry_id, Invitation.slot == row.slot, Invitation.person_id == row.person_id
    base = and_(_same_date(), Rendering.redaction == DEFAULT_REDACTION)
    joined = select(*columns).select_from(Invitation).join(Entry, Entry.id == Invitation.entry_id)
    return joined.join(Matter, Matter.id == Entry.matter_id).join(Rendering, base).where(*one)


def _seen(person: Person, entry_id: str, slot: str) -> Select[Any]:
    base = Rendering.entry_id == entry_id, Rendering.slot == slot, Rendering.redaction == DEFAULT_REDACTION
    joined = select(Rendering.id).join(Entry, Entry.id == Rendering.entry_id).join(Matter, Matter.id == Entry.matter_id)
    return joined.where(*base, _to_see(person))


def _same_date() -> ColumnElement[bool]:
    return and_(Invitation.entry_id == Rendering.entry_id, Invitation.slot == Rendering.slot)


def _to_see(person: Person) -> ColumnElement[bool]:
    """Whether a date is the person's to see: in force, of a matter that they work on and that is not restricted."""
    # A union and no OR: with one PostgreSQL goes through the whole docket.
    theirs = union(
        select(Matter.id).where(Matter.attorney_id == person.id),
        select(MatterMember.matter_id).where(MatterMember.person_id == person.id),
    )
    return and_(
        true() if person.invitations is not None else false(),
        Rendering.cancelled.is_(False),
        Matter.restricted.is_(False),
        Entry.matter_id.in_(theirs),
    )


def _before(now: datetime) -> date:
    """A day that has passed in every time zone."""
    return now.date() - timedelta(days=1)
