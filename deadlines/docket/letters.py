"""Letters: mails that are not reminders. Written once for each key, then claimed, sent and marked as reminders are.

A letter is sent at least once, and every repeat carries the Message-ID that follows from its key.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deadlines.docket import leases
from deadlines.docket.leases import held, settle
from deadlines.docket.outbox import ALARM_TRIES, pause, tries_without_this
from deadlines.docket.reminders import NAMESPACE
from deadlines.docket.roles import ADMINISTRATOR, DOCKET_ROLE, PARTNER_ROLE, Role
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.message import Message
from deadlines.store import audit
from deadlines.store.tables import Letter, Person

UNDELIVERED = "undelivered/"
"""Begins the key of a letter that says that others do not arrive; about such a letter there is none."""
SUBJECT_LENGTH = 300
OVERTAKEN = "What it was to tell had been overtaken by then; nothing was sent."
Renew = Callable[[Session, Letter, datetime], tuple[str, str] | None]
"""Subject and text of a letter just before it is sent; None for one that is overtaken."""
TOLD_OF_OTHERS: tuple[Role, ...] = (DOCKET_ROLE, PARTNER_ROLE, ADMINISTRATOR, "attorney")
"""Who is told of a person who cannot be reached: of these roles the first that somebody else has."""
LEFT = "The person is no longer active; nobody was written to."
ALARM = """\
{what} to {name} does not arrive.

{why}

Tell {name} by other means. `deadlines doctor` says how many letters were refused, and
`deadlines person amend` corrects a mail address; what was refused then goes out anew. If the address is right,
`deadlines person invitations` off and on again sends invitations anew.
"""


def queue(
    session: Session,
    *,
    key: str,
    person: Person,
    subject: str,
    text: str,
    now: datetime,
    calendar: bytes | None = None,
    method: str | None = None,
) -> bool:
    """Write a letter to a person, due at once; False where there is one with that key already.

    `calendar` is an iTIP object of that `method`, for the recipient's own calendar program (RFC 6047).
    """
    row = {
        "key": key,
        "person_id": person.id,
        "subject": subject[:SUBJECT_LENGTH],
        "text": text,
        "calendar": calendar,
        "method": method,
        "next_at": now,
        "created_at": now,
        "message_id": f"<{uuid5(NAMESPACE, f'letter/{key}').hex}@deadlines.invalid>",
    }
    of_dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = of_dialect.insert(Letter).values(row).on_conflict_do_nothing()
    return session.scalar(insert.returning(Letter.id)) is not None


def withdraw(session: Session, key: str, now: datetime) -> bool:
    """Take back a letter that waits to be sent; whether it is certain that nobody has seen it."""
    waits = Letter.key == key, Letter.state.in_(("planned", "uncertain"))
    taken = update(Letter).where(*waits).values(state="cancelled", next_at=now).returning(Letter.attempts)
    return session.scalar(taken.execution_options(synchronize_session=False)) == 0


def withdraw_all(session: Session, prefix: str, now: datetime) -> int:
    """Take back every waiting letter whose key begins so, because what it tells of is settled; how many."""
    waits = Letter.key.startswith(prefix, autoescape=True), Letter.state.in_(("planned", "uncertain"))
    taken = update(Letter).where(*waits).values(state="cancelled", next_at=now).returning(Letter.id)
    return len(session.scalars(taken.execution_options(synchronize_session=False)).all())


def claim(session: Session, *, now: datetime, owner: str, lease: timedelta, limit: int) -> list[int]:
    """Take due letters for `owner` until `now + lease`, the oldest first; what another holds is passed over."""
    return leases.claim(session, Letter, now=now, owner=owner, lease=lease, limit=limit)


def as_written(_session: Session, row: Letter, _now: datetime) -> tuple[str, str] | None:
    """The words that the letter was written with."""
    return row.subject, row.text


def prepare(
    session: Session,
    letter_id: int,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    renew: Renew = as_written,
) -> Message | None:
    """The message of a claimed letter just before it is sent, its lease held on; None when it is not to be sent.

    It goes to the person's address of today. To somebody who has left nothing is sent, nor what `renew` finds
    overtaken.
    """
    rows = [row for row in held(session, Letter, [letter_id], owner) if row.lease_until and row.lease_until > now]
    for row in rows:
        person = session.get_one(Person, row.person_id)
        words = renew(session, row, now) if person.active else None
        if words is not None:
            row.subject, row.text = words[0][:SUBJECT_LENGTH], words[1]
            row.lease_until = row.next_at = now + lease
            return _message(row, person, now)
        settle(row, "cancelled", now, OVERTAKEN if person.active else LEFT)
    return None


def _message(row: Letter, person: Person, now: datetime) -> Message:
    return Message(
        to_name=person.name,
        to_email=person.email,
        subject=row.subject,
        text=row.text,
        message_id=row.message_id,
        at=now,
        headers={"X-Deadlines-Letter": str(row.id)},
        calendar=row.calendar,
        method=row.method,
    )


def release(session: Session, ids: Collection[int], *, owner: str, now: datetime) -> None:
    """Give back what was claimed and not tried, due at once for whoever claims next."""
    leases.release(session, Letter, ids, owner=owner, now=now)


def mark_sent(session: Session, letter_id: int, *, owner: str, now: datetime) -> None:
    """The channel took the letter."""
    for row in held(session, Letter, [letter_id], owner):
        row.sent_at = now
        settle(row, "sent", now, "")


def mark_failed(session: Session, letter_id: int, error: SendError, *, owner: str, now: datetime) -> None:
    """The channel did not take the letter, or nobody can tell.

    Tried again after a pause, for ever; a permanent refusal makes it dead. Then, and after many tries, others are told.
    """
    for row in held(session, Letter, [letter_id], owner):
        if error.permanent:
            settle(row, "dead", now, error.sentence)
            told = raise_alarm(session, row, error, now)
            _record(session, row, told, error, now)
            continue
        settle(row, "uncertain" if error.uncertain else "planned", now, error.sentence)
        row.next_at = now + max(pause(row.id, row.attempts), timedelta(seconds=error.wait or 0))
        if isinstance(error, ChannelDown):
            row.attempts = tries_without_this(row.attempts)
        if error.code == SendError.code and row.attempts >= ALARM_TRIES:
            raise_alarm(session, row, error, now)


def raise_alarm(session: Session, row: Letter, error: SendError, now: datetime) -> list[str]:
    """Tell the people of the docket role, or who is told in their place, that letters to a person do not arrive, once a
    day; the ids of those told.

    Nobody is told about a letter that says such a thing itself.
    """
    if row.key.startswith(UNDELIVERED):
        return []
    person = session.get_one(Person, row.person_id)
    what = "An invitation to a date" if row.method else "A letter"
    words = ALARM.format(what=what, name=person.name, why=error.sentence)
    about = f"{UNDELIVERED}{person.id}/{now.date().isoformat()}"
    others = _others(session, person)
    for other in others:
        subject = f"Mail to {person.name} does not arrive"
        queue(session, key=f"{about}/{other.id}", person=other, subject=subject, text=words, now=now)
    return [other.id for other in others]


def _others(session: Session, person: Person) -> list[Person]:
    """Who is told of somebody who cannot be reached: the docket role, else the partners, the administrators, or the
    attorneys. Nobody of them is that person."""
    others = select(Person).where(Person.active.is_(True), Person.id != person.id).order_by(Person.id)
    found = session.scalars(others.where(Person.role.in_(TOLD_OF_OTHERS))).all()
    first = next((role for role in TOLD_OF_OTHERS if any(each.role == role for each in found)), None)
    return [each for each in found if each.role == first]


def docket_people(session: Session) -> Sequence[Person]:
    """The active people of the docket role, who are told of what goes wrong."""
    keepers = select(Person).where(Person.active.is_(True), Person.role == DOCKET_ROLE)
    return session.scalars(keepers.order_by(Person.id)).all()


def revive(session: Session, person: Person, now: datetime) -> int:
    """Give a person's refused letters another chance, because their address was corrected; how many.

    Not those with a calendar object, which names the old address.
    """
    refused = Letter.person_id == person.id, Letter.state == "dead", Letter.method.is_(None)
    again = update(Letter).where(*refused).values(state="planned", next_at=now).returning(Letter.id)
    return len(session.scalars(again.execution_options(synchronize_session=False)).all())


def forget_future(session: Session, *, now: datetime, lease: timedelta) -> int:
    """After the clock was set back: make due what waits for a moment that cannot be real."""
    return leases.forget_future(session, Letter, now=now, lease=lease)


def _record(session: Session, row: Letter, told: list[str], error: SendError, now: datetime) -> None:
    detail = {"letter": row.id, "key": row.key, "told": told, "why": error.sentence}
    audit.record(session, at=now, actor="daemon", action="letter.dead", subject=row.person_id, detail=detail)
