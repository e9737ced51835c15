"""What people look at: open windows, one matter, one entry. Plain reads, nothing is changed."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.compute.result import Window
from deadlines.docket.beside import Alternative, alternatives
from deadlines.docket.blind import blind_to, blinded
from deadlines.docket.coming import next_date
from deadlines.docket.extension_views import ExtensionView, extension_views, wanted_days
from deadlines.docket.legible import closing_of, entered_of, kept
from deadlines.docket.looks import looks_of
from deadlines.docket.prefixes import find_by_id
from deadlines.docket.records import (
    WAITING,
    Closing,
    Differing,
    Dispatched,
    FollowOn,
    Nexts,
    Resolution,
    is_disputed,
    is_held_to_print,
)
from deadlines.docket.teams import find_matter
from deadlines.docket.ticking import MilestoneView, milestones
from deadlines.docket.trust import is_altered, window_of
from deadlines.errors import NotFound
from deadlines.store.spelling import as_kept
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Proposal, Reminder


class Line(Struct, frozen=True, kw_only=True):
    """One open window in a list. `days_left` counts to `next_on`, below zero when it has passed.

    `next_on` is the date that comes next, and `next_is` what it is: `protective`, `file-by`, `last-day`, or
    `past` when even the last day has gone. `disputed`: the notice prints another deadline, and nobody has
    resolved it; `held_to_print`: somebody decided that the printed one holds. `waits`: other dates wait to be
    agreed to. `altered`: the stored date is not as the program wrote it; such an entry comes first, and its `next_is`
    is `altered`. `discrepant`: two people read the notice differently. `dispatched_on`: the day on which it was sent,
    while its receipt is not proved. `alternatives`: entries of the same notice of which the law allows one, not both.
    `extension_to`: until when more time is asked for and not granted.
    """

    entry: str
    matter: str
    attorney: str
    title: str
    form: str | None
    status: str
    protective_by: date | None
    safe_by: date | None
    last_day: date | None
    days_left: int
    next_on: date
    next_is: str
    edition: str
    verified_by: str | None
    verified_at: datetime | None
    disputed: bool
    waits: bool
    altered: bool = False
    discrepant: bool = False
    initialed_by: str | None = None
    dispatched_on: date | None = None
    alternatives: list[Alternative] = []
    extension_to: date | None = None
    held_to_print: bool = False


class EntryView(Struct, frozen=True, kw_only=True):
    """One entry with its dates and everything that explains them.

    `dispute` is the one that nobody has resolved, `resolution` what was decided about one, and `held_to_print` that it
    was for the printed deadline; `closing` tells
    how the entry was closed, `waits` names the proposal of other dates that waits to be agreed to, `entered`
    is the notice as it was typed in, `dispatch_by` the day on which a courier must have the filing. `altered`: the
    stored date is not as the program wrote it. `discrepancy`: the second looks at the notice that differ from it.
    `initialed_source` is what the attorney saw who initialed the dates; `dispatched`: it was sent, by a mail address.
    `extensions`: more time that was asked for, whatever became of it. `blind`: the reader may still verify the notice,
    or another of the matter where it was struck, so that they are told the dates and not what was entered (see
    `docket.blind`).
    """

    entry: str
    notice: str
    matter: str
    attorney: str
    status: str
    version: int
    edition: str
    kind: str | None
    decided_on: date | None
    entered: Notice | None
    recorded_at: datetime
    recorded_by: str
    reason: str
    verified_by: str | None
    verified_at: datetime | None
    dispute: str | None
    resolution: Resolution | None
    resolved_by: str | None
    closed_on: date | None
    closed_by: str | None
    closing: Closing | None
    waits: str | None
    window: Window
    dispatch_by: date | None = None
    altered: bool = False
    discrepancy: list[Differing] = []
    initialed_by: str | None = None
    initialed_at: datetime | None = None
    initialed_source: str | None = None
    dispatched: Dispatched | None = None
    closed_at: datetime | None = None
    rechecked_by: str | None = None
    rechecked_at: datetime | None = None
    follow_ons: list[FollowOn] = []
    held_to_print: bool = False
    milestones: list[MilestoneView] = []
    extensions: list[ExtensionView] = []
    blind: bool = False


class MatterView(Struct, frozen=True, kw_only=True):
    """One matter with its notices and their entries. `closed_by` is a mail address."""

    matter: str
    client: str | None
    restricted: bool
    attorney: str
    entries: list[EntryView]
    reminders: list["ReminderView"]
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_reason: str | None = None


class ReminderView(Struct, frozen=True, kw_only=True):
    """One reminder of an entry: when, to whom, and what became of it."""

    entry: str
    rung: str
    due_at: datetime
    to: str
    channel: str
    state: str
    sent_at: datetime | None


def open_windows(
    session: Session, today: date, *, attorney: str | None = None, matter: str | None = None
) -> list[Line]:
    """Open windows by their next date: the protective date while it lies ahead, then the safe date, then
    the last day."""
    query = current().where(Entry.status == "open")
    refuse_unknown(session, attorney, matter)
    if attorney is not None:
        query = query.where(Person.email == attorney.strip().lower())
    if matter is not None:
        query = query.where(Matter.reference == as_kept(matter))
    known = _Known(session)
    rows = session.execute(query).all()
    others = alternatives(session, [(row.Entry, row.DeadlineRow.window) for row in rows])
    wanted = wanted_days(session)
    lines = [
        msgspec.structs.replace(_line(known, today, others[row.Entry.id], *row), extension_to=wanted.get(row.Entry.id))
        for row in rows
    ]
    return sorted(lines, key=lambda line: (not line.altered, line.next_on, line.matter, line.title))


def refuse_unknown(session: Session, attorney: str | None, matter: str | None) -> None:
    """A misspelt name must not read as if nothing were open."""
    if attorney is not None:
        email = attorney.strip().lower()
        if session.scalar(select(Person.id).where(Person.email == email)) is None:
            raise NotFound(f"Nobody has the address {attorney}.", advice="`deadlines person list` shows everybody.")
    if matter is not None:
        find_matter(session, matter)


def find_entry(session: Session, name: str) -> Entry:
    """The entry of that id, or of a beginning of it that only one entry has; raises as `find_by_id`."""
    return find_by_id(session, Entry, name, "entry", "deadlines list")


def entry_view(
    session: Session, entry: Entry, nexts: Nexts | None = None, *, reader: Person | None = None
) -> EntryView:
    """One entry in full, at its current version; with `nexts`, also what comes next. `reader`: who asks, and is kept
    from what they may still read blind."""
    row = session.execute(current().where(Entry.id == entry.id)).one()
    view = _entry_view(_Known(session), nexts, *row)
    return blinded(view) if blind_to(session, reader, [view.notice]) else view


def matter_view(
    session: Session,
    reference: str,
    nexts: Nexts | None = None,
    *,
    notice: str | None = None,
    reader: Person | None = None,
) -> MatterView:
    """One matter in full, or what belongs to one notice, and with `nexts` what comes next; raises NotFound.

    `reader`: who asks, as in `entry_view`.
    """
    matter = find_matter(session, reference)
    query = current().where(Entry.matter_id == matter.id)
    if notice is not None:
        query = query.where(Entry.notice_id == notice)
    rows = session.execute(query.order_by(NoticeRow.decided_on, Entry.created_at, Entry.rule)).all()
    known = _Known(session)
    views = [_entry_view(known, nexts, *row) for row in rows]
    blind = blind_to(session, reader, {view.notice for view in views})
    return MatterView(
        matter=matter.reference,
        client=matter.client,
        restricted=matter.restricted,
        attorney=matter.attorney.email,
        entries=[blinded(view) if view.notice in blind else view for view in views],
        reminders=_reminders(session, [row.Entry.id for row in rows]),
        closed_at=matter.closed_at,
        closed_by=known.email(matter.closed_by),
        closed_reason=matter.closed_reason,
    )


def _reminders(session: Session, entries: list[str]) -> list[ReminderView]:
    rows = session.execute(
        select(Reminder, Person.email)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.entry_id.in_(entries))
        .order_by(Reminder.due_at, Reminder.id)
    )
    return [
        ReminderView(
            entry=row.entry_id,
            rung=row.rung,
            due_at=row.due_at,
            to=email,
            channel=row.channel,
            state=row.state,
            sent_at=row.sent_at,
        )
        for row, email in rows
    ]


def current() -> Any:
    """Entries with the version in force, their notice, matter and attorney."""
    return (
        select(Entry, DeadlineRow, NoticeRow, Matter, Person)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .join(NoticeRow, NoticeRow.id == Entry.notice_id)
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
    )


class _Known:
    """Who people are by their ids, and which entries have other dates waiting; asked for once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
        waiting = select(Proposal.entry_id, Proposal.id).where(Proposal.state.in_(WAITING))
        self.waiting = {row.entry_id: row.id for row in session.execute(waiting)}

    def milestones(self, entry: Entry) -> list[MilestoneView]:
        """The milestones of an entry, whatever became of them."""
        return milestones(self.session, entry=entry, everything=True)

    def email(self, who: str | None) -> str | None:
        """The mail address of a person; whatever is no person's id stays as it is."""
        return None if who is None else self.people.get(who, who)


def _line(
    known: _Known,
    today: date,
    others: list[Alternative],
    entry: Entry,
    deadline: DeadlineRow,
    notice: NoticeRow,
    matter: Matter,
    person: Person,
) -> Line:
    altered = _is_damaged(entry, deadline, notice)
    next_on, next_is = _next_of(entry, deadline, today, altered=altered)
    return Line(
        entry=entry.id,
        matter=matter.reference,
        attorney=person.email,
        title=entry.title,
        form=entry.form,
        status=entry.status,
        protective_by=deadline.protective_by,
        safe_by=deadline.safe_by,
        last_day=deadline.last_day,
        days_left=(next_on - today).days,
        next_on=next_on,
        next_is=next_is,
        edition=deadline.edition,
        verified_by=known.email(entry.verified_by),
        verified_at=entry.verified_at,
        disputed=is_disputed(entry, deadline.window.get("dispute")),
        held_to_print=is_held_to_print(entry, deadline.window.get("dispute")),
        waits=entry.id in known.waiting,
        altered=altered,
        discrepant=entry.discrepancy is not None,
        initialed_by=known.email(entry.initialed_by),
        dispatched_on=dispatched.on if (dispatched := _dispatched(known, entry)) is not None else None,
        alternatives=others,
    )


def _entry_view(
    known: _Known,
    nexts: Nexts | None,
    entry: Entry,
    deadline: DeadlineRow,
    notice: NoticeRow,
    matter: Matter,
    person: Person,
) -> EntryView:
    window = window_of(entry, deadline)
    return EntryView(
        entry=entry.id,
        notice=notice.id,
        matter=matter.reference,
        attorney=person.email,
        status=entry.status,
        version=deadline.version,
        edition=deadline.edition,
        kind=notice.kind,
        decided_on=notice.decided_on,
        entered=entered_of(notice),
        recorded_at=deadline.created_at,
        recorded_by=deadline.created_by,
        reason=deadline.reason,
        verified_by=known.email(entry.verified_by),
        verified_at=entry.verified_at,
        dispute=window.dispute if is_disputed(entry, window.dispute) else None,
        resolution=kept(entry.resolution, Resolution),
        held_to_print=is_held_to_print(entry, window.dispute),
        resolved_by=known.email(entry.resolved_by),
        closed_on=entry.closed_on,
        closed_by=known.email(entry.closed_by),
        closing=closing_of(entry) if entry.closing is not None else None,
        waits=known.waiting.get(entry.id),
        window=window,
        dispatch_by=entry.dispatch_by if entry.status == "open" else None,
        altered=_is_damaged(entry, deadline, notice),
        discrepancy=[
            Differing(by=known.email(look.by) or "", at=look.at, fields=look.differs) for look in looks_of(entry)
        ],
        initialed_by=known.email(entry.initialed_by),
        initialed_at=entry.initialed_at,
        initialed_source=entry.initialed_source,
        dispatched=_dispatched(known, entry),
        closed_at=entry.closed_at,
        rechecked_by=known.email(entry.rechecked_by),
        rechecked_at=entry.rechecked_at,
        follow_ons=nexts(entry, window) if nexts is not None else [],
        milestones=known.milestones(entry),
        extensions=extension_views(known.session, entry=entry, everything=True),
    )


def _is_damaged(entry: Entry, deadline: DeadlineRow, notice: NoticeRow) -> bool:
    """Whether the dates, what stands beside them, or the notice are not as the program wrote them."""
    return is_altered(entry, deadline) or kept(notice.facts, Notice) is None


def _dispatched(known: _Known, entry: Entry) -> Dispatched | None:
    found = kept(entry.dispatched, Dispatched)
    return None if found is None else msgspec.structs.replace(found, by=known.email(found.by) or found.by)


def _next_of(entry: Entry, deadline: DeadlineRow, today: date, *, altered: bool) -> tuple[date, str]:
    safe_by, last_day = deadline.safe_by, deadline.last_day
    if altered:
        return safe_by or last_day or today, "altered"
    if safe_by is None or last_day is None:
        raise NotFound(f"Entry {entry.id} is open and has no date: the docket is damaged. Restore a backup.")
    return next_date(deadline.protective_by, safe_by, last_day, today)
