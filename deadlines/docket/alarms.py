"""What the people who keep the docket must hear of the program itself, by mail, once each: kept until it is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.findings import Finding
from deadlines.docket.roles import ADMINISTRATOR, ATTORNEYS, DOCKET_ROLE
from deadlines.store.holding import HELD
from deadlines.store.seal import seal_in
from deadlines.store.tables import DeadlineRow, Entry, Heartbeat, Matter, Person

ROW = "alarms"
"""The heartbeat under which the alarms are kept."""
KEPT = timedelta(days=60)
"""After that an alarm may be raised again under the same key."""
AGAIN = timedelta(hours=1)
"""How long after a refusal an alarm is tried again."""
SHOWN = 5


class Alarm(Struct):
    """One thing to tell. `told` holds the ids of the people who have been, `also` those of whom to tell beside the
    people who keep the docket, `refused` when no way to somebody took it last."""

    subject: str
    text: str
    raised_at: datetime
    told: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    refused: dict[str, datetime] = field(default_factory=dict)

    def waits_for(self, person_id: str, now: datetime | None) -> bool:
        """Whether somebody is to hear it, and at `now`: not again within the hour in which nothing took it."""
        refused = self.refused.get(person_id)
        rests = refused is not None and now is not None and timedelta() <= now - refused < AGAIN
        return person_id not in self.told and not rests


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
    _make_row(session, now)
    alarms = {name: alarm for name, alarm in _read(session).items() if now - alarm.raised_at < KEPT}
    if key in alarms:
        return False
    _write(session, alarms | {key: Alarm(subject, text, now, also=list(also))}, now)
    return True


def alarm_of_date(session: Session, entry: Entry, now: datetime) -> bool:
    """Note, once a day, that the stored dates of an entry were altered outside the program: once more where somebody
    has signed for them since."""
    matter = session.scalar(select(Matter.reference).where(Matter.id == entry.matter_id)) or "unknown"
    return raise_alarm(
        session,
        f"date/{entry.id}/{now:%Y-%m-%d}/{_signature(session, entry)}",
        subject=f"INTEGRITY ALARM: a stored date of matter {matter} was altered",
        text=(
            f"The dates of entry {entry.id[:8]} in matter {matter} are not as the program wrote them:\n"
            "somebody or something changed the database from outside.\n\n"
            "Do not rely on the dates that are shown or sent for it. Check the notice and the cited law now, then see\n"
            f"`deadlines explain {entry.id[:8]}` and the chapter Keeping of docs/operations.md.\n"
        ),
        now=now,
    )


def alarm_of_key(session: Session, now: datetime) -> bool:
    """Note, once a day, that the stored dates are sealed with another key, so that each of them reads as altered."""
    return raise_alarm(
        session,
        f"key/{seal_in(session).fingerprint}/{now:%Y-%m-%d}",
        subject="INTEGRITY ALARM: the stored dates are sealed with another key than the present one",
        text=(
            "No date that was stored under that key can be checked: each reads as altered. Most likely the file that\n"
            "keeping.key_file names is another one, or none is named any more.\n\n"
            "Put the right file back. Until then do not rely on the dates that are shown or sent: check them against\n"
            "their notices. The chapter Keeping of docs/operations.md (`sealed-dates`) tells of a key that is lost.\n"
        ),
        now=now,
    )


def _signature(session: Session, entry: Entry) -> str:
    """What tells the seal of the dates in force from an earlier one; whatever stands there makes a plain key."""
    version = DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version
    sealed = session.scalars(select(DeadlineRow.digest).where(*version)).one_or_none()
    return sha256((sealed or "").encode()).hexdigest()[:8]


def tell_broken(session: Session, sentence: str, now: datetime) -> bool:
    """Note, once a day, that sending ends before all is sent, for a reason that nobody foresaw."""
    return raise_alarm(
        session,
        f"sending/{now:%Y-%m-%d}",
        subject="Reminders do not go out as they should: sending stops in an unforeseen way",
        text=(
            f"{sentence}\nWhat is due stays due and is tried every half minute, but reminders may be late.\n\n"
            "Until that is mended go by your second calendar. See `deadlines doctor` and the log on that machine.\n"
        ),
        now=now,
    )


def untold(session: Session, now: datetime | None = None) -> list[Untold]:
    """Who has still to hear what, the oldest first. Where all who should hear it are refused, others do.

    `now` leaves out who was tried within the hour.
    """
    alarms = _read(session)
    people = _people(session) if alarms else []
    named = _named(session, alarms.values())
    found: list[Untold] = []
    for key, alarm in alarms.items():
        first = {each.id: each for each in (*people, *(named[who] for who in alarm.also if who in named))}
        if first and all(who in alarm.refused and who not in alarm.told for who in first):
            first |= {each.id: each for each in _others(session)}
        found += [Untold(key, alarm, person) for who, person in first.items() if alarm.waits_for(who, now)]
    return found


def mark_told(session: Session, key: str, person_id: str, now: datetime) -> None:
    """A person has heard an alarm."""
    alarms = _read(session)
    if key in alarms and person_id not in alarms[key].told:
        alarms[key].told.append(person_id)
        alarms[key].refused.pop(person_id, None)
        _write(session, alarms, now)


def mark_refused(session: Session, key: str, person_id: str, now: datetime) -> None:
    """No way to a person took an alarm: it is tried again in an hour, and others hear it."""
    alarms = _read(session)
    if key in alarms:
        alarms[key].refused[person_id] = now
        _write(session, alarms, now)


def check_alarms(session: Session) -> Finding:
    """Whether every alarm reached whom it was for."""
    alarms = _read(session)
    active = set(session.scalars(select(Person.id).where(Person.active.is_(True))))
    refused = {key: alarm for key, alarm in alarms.items() if active & alarm.refused.keys()}
    if not refused:
        return Finding("alarms-refused", "well", "No alarm of the program was refused.")
    unheard = [key for key, alarm in refused.items() if not alarm.told]
    people = {who for alarm in refused.values() for who in active & alarm.refused.keys()}
    named = session.scalars(select(Person.email).where(Person.id.in_(people)).order_by(Person.email))
    hint = "Correct the address with `deadlines person amend`, or mend the mail server; it is tried again every hour."
    words = f"Alarms are refused by {', '.join(named)}: {', '.join(list(refused)[:SHOWN])}"
    nobody = f"; nobody has heard {len(unheard)} of them" if unheard else ""
    return Finding("alarms-refused", "ill", f"{words}{nobody}.", hint)


def _people(session: Session) -> Sequence[Person]:
    """The people of the docket role; where there is none, everybody."""
    active = select(Person).where(Person.active.is_(True)).order_by(Person.created_at, Person.id)
    return session.scalars(active.where(Person.role == DOCKET_ROLE)).all() or session.scalars(active).all()


def _others(session: Session) -> Sequence[Person]:
    """Who hears what does not reach whom it is for: attorneys, partners, administrators."""
    query = select(Person).where(Person.active.is_(True), Person.role.in_((*ATTORNEYS, ADMINISTRATOR)))
    return session.scalars(query.order_by(Person.created_at, Person.id)).all()


def _named(session: Session, alarms: Iterable[Alarm]) -> dict[str, Person]:
    """The people who are told beside the others, as far as they are here."""
    ids = {who for alarm in alarms for who in alarm.also}
    query = select(Person).where(Person.id.in_(ids), Person.active.is_(True))
    return {person.id: person for person in session.scalars(query)} if ids else {}


def _make_row(session: Session, now: datetime) -> None:
    """So that it can be held: two sweeps may meet the first alarms of a docket at the same moment."""
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"sweep": ROW, "at": now, "detail": "{}"}
    session.execute(kind.insert(Heartbeat).values(row).on_conflict_do_nothing())


def _read(session: Session) -> dict[str, Alarm]:
    row = session.scalars(select(Heartbeat).where(Heartbeat.sweep == ROW).with_for_update(**HELD)).one_or_none()
    try:
        return decoding.decode(row.detail, dict[str, Alarm]) if row is not None else {}
    except msgspec.MsgspecError:
        return {}


def _write(session: Session, alarms: dict[str, Alarm], now: datetime) -> None:
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(alarms).decode()))
    session.flush()
