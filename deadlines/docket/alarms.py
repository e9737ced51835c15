"""What the people who keep the docket must hear of the program itself, by mail, once each: kept until it is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.roles import DOCKET_ROLE
from deadlines.store.tables import Entry, Heartbeat, Person

ROW = "alarms"
"""The heartbeat under which the alarms are kept."""
KEPT = timedelta(days=60)
"""After that an alarm may be raised again under the same key."""


class Alarm(Struct):
    """One thing to tell. `told` holds the ids of the people who have been, `also` those of whom to tell beside the
    people who keep the docket."""

    subject: str
    text: str
    raised_at: datetime
    told: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)


class Untold(Struct, frozen=True):
    """An alarm that one person has not heard yet."""

    key: str
    alarm: Alarm
    person: Person


def raise_alarm(
    session: Session, key: str, *, subject: str, text: str, now: datetime, also: Iterable[str] = ()
) -> bool:
    """Note what is to be told; False where the key was raised before. No client's name may stand in it.

    `also`: the ids of people to tell beside those who keep the docket.
    """
    alarms = {name: alarm for name, alarm in _read(session).items() if now - alarm.raised_at < KEPT}
    if key in alarms:
        return False
    _write(session, alarms | {key: Alarm(subject, text, now, also=list(also))}, now)
    return True


def alarm_of_date(session: Session, entry: Entry, now: datetime) -> bool:
    """Note, once a day, that the stored dates of an entry were altered outside the program."""
    return raise_alarm(
        session,
        f"date/{entry.id}/{now:%Y-%m-%d}",
        subject=f"INTEGRITY ALARM: a stored date of matter {entry.matter.reference} was altered",
        text=(
            f"The dates of entry {entry.id[:8]} in matter {entry.matter.reference} are not as the program wrote them:\n"
            "somebody or something changed the database from outside.\n\n"
            "Do not rely on the dates that are shown or sent for it. Check the notice and the cited law now, then see\n"
            f"`deadlines explain {entry.id[:8]}` and the chapter Keeping of docs/operations.md.\n"
        ),
        now=now,
    )


def untold(session: Session) -> list[Untold]:
    """Who has still to hear what, the oldest first."""
    alarms = _read(session)
    people = _people(session) if alarms else []
    named = _named(session, alarms.values())
    return [
        Untold(key, alarm, person)
        for key, alarm in alarms.items()
        for person in {
            each.id: each for each in (*people, *(named[who] for who in alarm.also if who in named))
        }.values()
        if person.id not in alarm.told
    ]


def mark_told(session: Session, key: str, person_id: str, now: datetime) -> None:
    """A person has heard an alarm, or cannot be reached for good."""
    alarms = _read(session)
    if key in alarms and person_id not in alarms[key].told:
        alarms[key].told.append(person_id)
        _write(session, alarms, now)


def _people(session: Session) -> Sequence[Person]:
    """The people of the docket role; where there is none, everybody."""
    active = select(Person).where(Person.active.is_(True)).order_by(Person.created_at, Person.id)
    return session.scalars(active.where(Person.role == DOCKET_ROLE)).all() or session.scalars(active).all()


def _named(session: Session, alarms: Iterable[Alarm]) -> dict[str, Person]:
    """The people who are told beside the others, as far as they are here."""
    ids = {who for alarm in alarms for who in alarm.also}
    query = select(Person).where(Person.id.in_(ids), Person.active.is_(True))
    return {person.id: person for person in session.scalars(query)} if ids else {}


def _read(session: Session) -> dict[str, Alarm]:
    row = session.scalars(select(Heartbeat).where(Heartbeat.sweep == ROW).with_for_update()).one_or_none()
    try:
        return msgspec.json.decode(row.detail, type=dict[str, Alarm]) if row is not None else {}
    except msgspec.MsgspecError:
        return {}


def _write(session: Session, alarms: dict[str, Alarm], now: datetime) -> None:
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(alarms).decode()))
    session.flush()
