"""Who is away and who covers: reminders of an absent person go at once to the deputy as well.

Days are the firm's calendar days, both ends included. Being covered hands nothing over, and opens no restricted
matter: whoever must see one is put on it.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.answerable import require_able
from deadlines.docket.lanes import add_rows, row_of
from deadlines.docket.reminders import PENDING
from deadlines.docket.scopes import works_on
from deadlines.errors import Conflict, InputError
from deadlines.notify.channel import MAIL
from deadlines.store import audit
from deadlines.store.tables import Absence, Entry, Matter, Person, Reminder

LONGEST = timedelta(days=366)
COMING = (
    select(Absence)
    .where(Absence.until_on >= bindparam("today"), Absence.from_on <= Absence.until_on)
    .order_by(Absence.from_on, Absence.id)
)
SOMEBODY_IS_AWAY = (
    select(Absence.id)
    .where(Absence.from_on <= bindparam("today"), Absence.until_on >= bindparam("today"))
    .where(Absence.from_on <= Absence.until_on)
    .exists()
)
"""Whether anybody at all is away: most days nobody is, and no mail has to ask for whom somebody covers."""


def note_absence(
    session: Session,
    person: Person,
    *,
    from_on: date,
    until_on: date,
    deputy: Person | None,
    today: date,
    actor: str,
    now: datetime,
) -> Absence:
    """Somebody will be away; without a deputy for these days the person's own one covers.

    Raises InputError for days that make no sense, where nobody covers, or who may take no date on; Conflict for who has
    left, for days on which the person is away already, and for a deputy who is away then.
    """
    cover = deputy or (session.get(Person, person.deputy_id) if person.deputy_id else None)
    if not person.active or (cover is not None and not cover.active):
        raise Conflict("Somebody who has left the firm is neither away nor covers for anybody.")
    if cover is None or cover is person:
        raise InputError(
            f"Say who covers for {person.email}: another person.", advice="Name them with --deputy.", code="no-cover"
        )
    require_able(cover, "cover")
    if not today <= until_on or not from_on <= until_on <= from_on + LONGEST:
        raise InputError("An absence begins before it ends, ends today or later, and lasts a year at most.")
    for who, words in ((person, "is away already"), (cover, "is away then and cannot cover")):
        clash = _overlapping(session, who, from_on, until_on)
        if clash is not None:
            raise Conflict(f"{who.email} {words}: from {clash.from_on} until {clash.until_on}.")
    row = Absence(person_id=person.id, deputy_id=cover.id, from_on=from_on, until_on=until_on, noted_at=now)
    session.add(row)
    session.flush()
    detail = {"deputy": cover.id, "from": from_on.isoformat(), "until": until_on.isoformat()}
    audit.record(session, at=now, actor=actor, action="person.absent", subject=person.id, detail=detail)
    return row


def require_cover(session: Session, leaving: Person, to: Person, today: date) -> None:
    """Raises Conflict where somebody would come to cover, in the place of who leaves, for days on which they are away:
    nobody would be there."""
    for row in coming(session, today):
        clash = _overlapping(session, to, row.from_on, row.until_on) if row.deputy_id == leaving.id else None
        if clash is not None:
            whom = "themselves" if row.person_id == to.id else row.person.email
            back = f"`deadlines person back {row.person.email}` takes it back"
            raise Conflict(
                f"{to.email} is away from {clash.from_on} until {clash.until_on} and cannot cover for {whom} in the "
                f"place of {leaving.email}: note another cover for that absence first.",
                advice=f"{back}, `deadlines person absent` notes it anew.",
                code="successor-away",
            )


def away_words(session: Session, person: Person, today: date) -> str:
    """That somebody who takes something over is away, and who covers; nothing of who is here."""
    row = away_now(session, person, today)
    return f"{person.email} is away until {row.until_on}, and {row.deputy.email} covers." if row is not None else ""


def come_back(session: Session, person: Person, *, today: date, actor: str, now: datetime) -> int:
    """Somebody is here again from today, whatever was noted; how many absences ended or do not come about."""
    ended = end_absences(session, person, today)
    audit.record(session, at=now, actor=actor, action="person.back", subject=person.id, detail={"ended": ended})
    return ended


def end_absences(session: Session, person: Person, today: date) -> int:
    """Nobody covers for somebody from today on, because they are here or have left; how many absences that ends."""
    query = select(Absence).where(Absence.person_id == person.id, Absence.until_on >= today)
    found = session.scalars(query).all()
    for row in found:
        row.until_on = min(row.from_on, today) - timedelta(days=1)
    session.flush()
    return len(found)


def coming(session: Session, today: date) -> Sequence[Absence]:
    """Every absence that goes on or is still to come, the next first."""
    return session.scalars(COMING, {"today": today}).all()


def covers(session: Session, today: date) -> dict[str, str]:
    """From everybody who is away today to who covers for them: a deputy who is away is covered in turn.

    Somebody for whom nobody is left is not in it: then the others of each matter and the docket people are told.
    """
    return _covers(session, _away(session, today))


def _away(session: Session, today: date) -> list[Absence]:
    return [row for row in coming(session, today) if row.from_on <= today]


def _covers(session: Session, rows: Sequence[Absence]) -> dict[str, str]:
    away = {row.person_id: row.deputy_id for row in rows}
    if not away:
        return {}
    here = set(session.scalars(select(Person.id).where(Person.id.in_(away.values()), Person.active.is_(True))))
    found = {person: _present(person, away) for person in away}
    return {person: cover for person, cover in found.items() if cover in here}


def covered_by(session: Session, person: Person, today: date) -> list[Absence]:
    """Of whom somebody covers today, the longest absence first."""
    rows = _away(session, today)
    theirs = {absent for absent, cover in _covers(session, rows).items() if cover == person.id}
    found = [row for row in rows if row.person_id in theirs]
    return sorted(found, key=lambda row: (row.until_on, row.id), reverse=True)


def away_now(session: Session, person: Person, today: date) -> Absence | None:
    """The absence of somebody who is away today."""
    return next((row for row in coming(session, today) if row.person_id == person.id and row.from_on <= today), None)


def tell_covers(session: Session, *, now: datetime, zone: str) -> int:
    """Add the like of every due mail to an absent person for who covers; how many.

    Called in the transaction that claims, before it does, so that both leave together.
    """
    covering = covers(session, now.astimezone(ZoneInfo(zone)).date())
    if not covering:
        return 0
    due = select(Reminder).where(
        PENDING, Reminder.next_at <= now, Reminder.channel.in_(MAIL), Reminder.person_id.in_(covering)
    )
    rows = {}
    for like in session.scalars(due.order_by(Reminder.id)):
        cover = covering[like.person_id]
        rows[like.deadline_id, like.rung, cover] = row_of(
            like, cover, like.channel, like.rung, like.severity, like.due_at
        )
    return add_rows(session, [rows[key] for key in sorted(rows)])


def in_the_place_of(session: Session, reminders: Collection[Reminder], today: date) -> dict[int, Absence]:
    """For reminders of one person, those that came to them because they cover: whose place they take."""
    person = session.get_one(Person, next(iter(reminders)).person_id)
    theirs = {row.person_id: row for row in covered_by(session, person, today)}
    if not theirs:
        return {}
    own, other = aliased(Reminder), aliased(Reminder)
    query = (
        select(own.id, other.person_id)
        .join(other, (other.deadline_id == own.deadline_id) & (other.rung == own.rung))
        .where(own.id.in_([row.id for row in reminders]), other.channel.in_(MAIL), other.person_id.in_(theirs))
        .order_by(other.id.desc())
    )
    return {own_id: theirs[absent] for own_id, absent in session.execute(query)}


def closed_to(session: Session, cover: Person, absent: Person) -> list[str]:
    """The numbers of restricted matters with open dates that an absent person works on and who covers does not see."""
    query = (
        select(Matter.reference)
        .join(Entry, Entry.matter_id == Matter.id)
        .where(Matter.restricted.is_(True), Entry.status == "open", works_on(absent.id), ~works_on(cover.id))
        .distinct()
        .order_by(Matter.reference)
    )
    return list(session.scalars(query))


def _present(person: str, away: dict[str, str]) -> str | None:
    """Who covers in the end; None where they cover for each other."""
    passed, cover = {person}, away[person]
    while cover in away:
        if cover in passed:
            return None
        passed.add(cover)
        cover = away[cover]
    return cover


def _overlapping(session: Session, person: Person, from_on: date, until_on: date) -> Absence | None:
    query = select(Absence).where(
        Absence.person_id == person.id,
        Absence.from_on <= Absence.until_on,
        Absence.from_on <= until_on,
        Absence.until_on >= from_on,
    )
    return session.scalars(query.order_by(Absence.from_on).limit(1)).first()
