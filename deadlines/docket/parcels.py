"""From claimed reminders to the messages that carry them: what belongs together, what is no longer wanted."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Table, and_, bindparam, select, update
from sqlalchemy.orm import Session, aliased, defer
from sqlalchemy.orm.attributes import set_committed_value

from deadlines.docket.absences import SOMEBODY_IS_AWAY, in_the_place_of
from deadlines.docket.acknowledging import CONCERNED
from deadlines.docket.alarms import alarm_of_date
from deadlines.docket.claiming import MATTERS, Claimed, is_late
from deadlines.docket.compose import Item, compose, compose_plain
from deadlines.docket.compose_chat import compose_chat
from deadlines.docket.covering import SPEAKS_FOR_OTHERS, cover
from deadlines.docket.escalation import not_reached
from deadlines.docket.extension_views import WANTED_ON
from deadlines.docket.lanes import UNDELIVERED, Lanes
from deadlines.docket.milestones import milestone_of
from deadlines.docket.outages import why_down
from deadlines.docket.outbox import FROM_THE_ROWS, Held, extend_lease, mark_failed
from deadlines.docket.second_person import is_unverified
from deadlines.docket.trail_watch import doubt
from deadlines.docket.trust import is_altered
from deadlines.docket.visible import visible_to
from deadlines.errors import SendError
from deadlines.notify.channel import CHATS, MAIL
from deadlines.notify.message import Hidden, Message
from deadlines.store.tables import Absence, Attempt, Contact, DeadlineRow, Entry, Matter, Milestone, Person, Reminder

log = logging.getLogger(__name__)

BEFORE = aliased(DeadlineRow)
ITEMS = (
    select(Reminder, Entry, DeadlineRow, Matter, Person, BEFORE, visible_to(Person.id), CONCERNED)
    .add_columns(WANTED_ON.label("wanted"), SPEAKS_FOR_OTHERS.label("silenced"), SOMEBODY_IS_AWAY.label("away"))
    .join(Entry, Entry.id == Reminder.entry_id)
    .join(DeadlineRow, DeadlineRow.id == Reminder.deadline_id)
    .join(Matter, Matter.id == Entry.matter_id)
    .join(Person, Person.id == Reminder.person_id)
    .outerjoin(BEFORE, and_(BEFORE.entry_id == Entry.id, BEFORE.version == DeadlineRow.version - 1))
    .where(Reminder.id.in_(bindparam("ids", expanding=True)))
    .options(defer(BEFORE.window))
)
TABLE = cast(Table, Reminder.__table__)
CANCEL = (
    update(TABLE)
    .where(TABLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="cancelled", next_at=bindparam("now"), owner=None, lease_until=None)
)
LEAD = update(TABLE).where(TABLE.c.id.in_(bindparam("ids", expanding=True))).values(lead_id=bindparam("by"))


class Parcel(Struct, frozen=True):
    """A message and the reminders that it carries. `fresh`: none of them has been in a message before."""

    ids: list[int]
    message: Message
    fresh: bool


def group(session: Session, claimed: Sequence[Claimed], now: datetime) -> list[list[int]]:
    """The ids that belong in one message each, in the order of the most urgent of each.

    Same person, channel and matter; but what has been in a message before stays in that message, and what is late and
    not urgent goes to a person in one mail, whatever the matter.
    """
    found = session.execute(select(Entry.id, Entry.matter_id).where(Entry.id.in_({row.entry_id for row in claimed})))
    matters = {row.id: row.matter_id for row in found}
    groups: dict[tuple[str, ...], list[Claimed]] = {}
    for row in claimed:
        before = (
            ("again", str(row.lead_id))
            if row.lead_id is not None
            else ("first", matters.get(row.entry_id, row.entry_id))
        )
        groups.setdefault((row.person_id, row.channel, *before), []).append(row)
    mails: dict[tuple[str, ...], list[list[Claimed]]] = {}
    for key, rows in groups.items():
        mails.setdefault((*key[:2], "late") if is_late(rows, now) else key, []).append(rows)
    chunks = [of[start : start + MATTERS] for of in mails.values() for start in range(0, len(of), MATTERS)]
    return [[row.id for rows in of for row in rows] for of in chunks]


def prepare(
    session: Session,
    ids: Sequence[int],
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    zone: str,
    lanes: Lanes = Lanes(),  # noqa: B008  (it never changes)
    pages: str = "",
    alone: bool = False,
) -> Parcel | None:
    """Make the message of a group just before it is sent, or None when nothing of it is to be sent.

    Holds the lease on, cancels what belongs to closed entries or may not go by its channel, and covers older
    reminders of an entry by its newest. Where a stored date was altered, the docket is told besides. Notes under
    whose Message-ID the reminders go out, so that a repeat carries the same. `alone`: it goes without those that it was
    in a message with, and so under a Message-ID of its own.
    """
    held = extend_lease(session, ids, owner=owner, now=now, lease=lease)
    if not held:
        return None
    if _closed(session, held[0], lanes):
        session.execute(CANCEL, {"ids": [row.id for row in held], "now": now})
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    left = cover(session, held, now)
    found = _items(session, left, today)
    if len(found) < len(left):
        # Else what is about to be sent would stay leased, and nobody would hear of it.
        raise LookupError(f"Of reminders {sorted(left)} an entry, dates, a matter or a person is not there.")
    items = [item for item in found if not _unwanted(item, now)]
    if not items:
        return None
    person = items[0].person
    if not person.active:
        error = SendError("The person is no longer active; nobody was written to.", permanent=True)
        mark_failed(session, [item.reminder.id for item in items], error, owner=owner, now=now)
        return None
    for item in items:
        if item.altered:
            alarm_of_date(session, item.entry, now)
    return _parcel(session, items, now, zone, pages, alone=alone)


def _parcel(session: Session, items: list[Item], now: datetime, zone: str, pages: str, *, alone: bool) -> Parcel:
    rows = [item.reminder for item in items]
    earlier = next(
        (row.lead_id for row in rows if row.lead_id is not None and not (alone and row.lead_id != row.id)), None
    )
    lead_id = min(row.id for row in rows) if earlier is None else earlier
    message_id = session.get_one(Reminder, lead_id).message_id
    # Not by the objects: to find out what changed in them takes longer than to write it.
    session.connection().execute(LEAD, {"ids": [row.id for row in rows], "by": lead_id})
    for row in rows:
        set_committed_value(row, "lead_id", lead_id)
    message = _message(session, items, now, zone, message_id, pages=pages, repeat=earlier is not None)
    return Parcel([row.id for row in rows], message, fresh=earlier is None)


def _message(
    session: Session,
    items: list[Item],
    now: datetime,
    zone: str,
    message_id: str,
    *,
    pages: str,
    repeat: bool,
) -> Message:
    told = _undelivered(session, items)
    channel = items[0].reminder.channel
    if channel not in MAIL:
        contact = session.get(Contact, (items[0].person.id, channel))
        address = Hidden(contact.address) if contact else None
        return compose_chat(
            items, now=now, zone=zone, message_id=message_id, repeat=repeat, undelivered=told, address=address
        )
    try:
        return compose(items, now=now, zone=zone, message_id=message_id, repeat=repeat, undelivered=told, pages=pages)
    except Exception:  # a reminder with fewer words is better than none
        log.exception("reminder %s cannot be written in full; a plain one goes out", items[0].reminder.id)
        return compose_plain(items, now=now, message_id=message_id, repeat=repeat)


def _items(session: Session, ids: Collection[int], today: date) -> list[Item]:
    """The reminders with what they speak of, the most urgent first, steps last."""
    rows = session.execute(ITEMS, {"ids": list(ids), "today": today}, execution_options=FROM_THE_ROWS).all()
    if not rows:
        return []
    steps = _milestones(session, [row[0].rung for row in rows])
    away = in_the_place_of(session, [row[0] for row in rows], today) if rows[0].away else {}
    unreached = not_reached(session, [row[0] for row in rows])
    doubted = doubt(session)
    items = [_item(row, steps, away, unreached, doubted) for row in rows]
    return sorted(items, key=lambda item: _order(item, today))


def _item(
    row: Any,
    steps: Mapping[str, Milestone],
    away: Mapping[int, Absence],
    unreached: Collection[int],
    doubted: str | None,
) -> Item:
    reminder, entry, deadline, matter, person, before, sees, concerned, wanted, silenced, _ = row
    return Item(
        reminder,
        entry,
        deadline,
        matter,
        person,
        before,
        sees=sees,
        concerned=concerned,
        altered=is_altered(entry, deadline),
        doubt=doubted,
        unverified=is_unverified(entry),
        milestone=steps.get(milestone_of(reminder.rung) or ""),
        wanted=wanted,
        covers=away.get(reminder.id),
        silenced=silenced,
        unreached=reminder.id in unreached,
    )


def _order(item: Item, today: date) -> tuple[bool, int, tuple[bool, date], int]:
    """Dates before the steps that lead to them, whatever is nearer: the subject speaks of the first."""
    row = item.reminder
    return item.milestone is not None, -row.severity, _nearest(item, today), row.id


def _milestones(session: Session, rungs: Sequence[str]) -> dict[str, Milestone]:
    ids = [found for found in map(milestone_of, rungs) if found is not None]
    query = select(Milestone).where(Milestone.id.in_(ids)).execution_options(**FROM_THE_ROWS)
    return {found.id: found for found in session.scalars(query)} if ids else {}


def _nearest(item: Item, today: date) -> tuple[bool, date]:
    """Whether every date of an item has passed, and the next one, or else the last that was."""
    row = item.deadline
    days = [item.milestone.due_on] if item.milestone else [row.protective_by, row.safe_by, row.last_day]
    dated = [day for day in days if day is not None]
    ahead = [day for day in dated if day >= today]
    return not ahead, min(ahead) if ahead else max(dated, default=date.max)


def _unwanted(item: Item, now: datetime) -> bool:
    """Whether the entry has been closed or has other dates by now, normally withdrawn with that change."""
    if item.entry.status != "open" or _done(item):
        _settle(item.reminder, "cancelled", now)
    elif item.deadline.version < item.entry.version or item.deadline.superseded:
        _settle(item.reminder, "superseded", now)
    else:
        return False
    return True


def _done(item: Item) -> bool:
    """Whether a milestone is no longer to be done, or no longer by this person, nor by somebody they cover for; or they
    may not see the matter any more, and another owner is about to be found."""
    step = item.milestone
    if step is None:
        return milestone_of(item.reminder.rung) is not None
    is_theirs = step.owner_id == item.reminder.person_id and item.sees
    return step.state != "open" or (not is_theirs and item.covers is None)


def _closed(session: Session, held: Held, lanes: Lanes) -> bool:
    """Whether the channel may not or cannot carry reminders of this matter to this person any more."""
    if held.channel in MAIL:
        return False
    restricted = select(Matter.restricted).join(Entry, Entry.matter_id == Matter.id).where(Entry.id == held.entry_id)
    if not lanes.restricted and session.scalar(restricted):
        return True
    return held.channel in CHATS and session.get(Contact, (held.person_id, held.channel)) is None


def _settle(row: Reminder, state: str, now: datetime) -> None:
    row.state, row.next_at = state, now
    row.owner = row.lease_until = None


def _undelivered(session: Session, items: list[Item]) -> dict[int, str]:
    """For each alarm among the items, which reminder did not arrive and why."""
    told: dict[int, str] = {}
    for item in items:
        if not item.reminder.rung.startswith(UNDELIVERED):
            continue
        lost = session.get_one(Reminder, int(item.reminder.rung.removeprefix(UNDELIVERED)))
        person = session.get_one(Person, lost.person_id)
        last = select(Attempt.detail).where(Attempt.reminder_id == lost.id).order_by(Attempt.id.desc())
        why = session.scalars(last.limit(1)).first() or why_down(session, lost.channel) or "The reason is not known."
        told[item.reminder.id] = f"{_lost(lost, person)} {why}"
    return told


def _lost(reminder: Reminder, person: Person) -> str:
    if reminder.channel in MAIL:
        return f"A reminder to {person.name} does not arrive."
    to = f"to {person.name} by {reminder.channel}" if reminder.channel in CHATS else "to the webhook"
    return f"A reminder {to} does not arrive; it goes by mail all the same."
