"""What the docket said of a matter at an earlier moment, and why: from what was stored by then, and nothing later.

Notices as they were entered then, the dates in force with their edition and working, who had entered, verified and
taken them on, what had been sent. Each date is computed anew by the edition of that time, and compared.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.clock import day_of, end_of
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.docket.attorneys import Attorneys
from deadlines.docket.believed_anew import NOT_YET, Laws, Recomputed, computed_anew
from deadlines.docket.believed_looks import LooksThen
from deadlines.docket.believed_more import (
    AskedThen,
    DecidedThen,
    DeclinedThen,
    asked_by,
    declined_by,
    declined_of,
    granted_by,
    in_force,
    until_then,
)
from deadlines.docket.blind import blind_to, plain
from deadlines.docket.corrections import corrections_of
from deadlines.docket.granted import Granted
from deadlines.docket.legible import entered_of, notice_of
from deadlines.docket.records import Differing
from deadlines.docket.standings import Standing, events_of, standing_at
from deadlines.docket.trust import is_altered, window_of
from deadlines.errors import DamagedRow, InputError
from deadlines.store.tables import (
    Acknowledgement,
    Audit,
    DeadlineRow,
    Entry,
    Matter,
    NoticeRow,
    Person,
    Proposal,
    Reminder,
)

TAKEN = ("sent", "covered")


class Taken(Struct, frozen=True):
    """Somebody had taken the dates on, until a moment; `stood`: it held still."""

    by: str
    at: datetime
    until: datetime
    stood: bool


class Sent(Struct, frozen=True):
    """A reminder that had gone out by then."""

    rung: str
    to: str
    channel: str
    sent_at: datetime


class BelievedEntry(Struct, frozen=True, kw_only=True):
    """One entry as it stood: its status, the version of its dates in force, and who had done what with it.

    `now_version` is the version in force today; `waited`: other dates waited for two people then. `asked`: more time
    that had been asked for. `discrepancy`: second looks at the notice that differed from it then. `dispute`: of the
    printed deadline, undecided then; `decided`: what was decided of one. `declined`: who had decided against the dates
    that computing anew gives.
    """

    entry: str
    title: str
    form: str | None
    status: str
    closed_at: datetime | None
    closed_by: str | None
    proof: str | None
    version: int
    now_version: int
    edition: str
    window: Window
    reason: str
    recorded_at: datetime
    recorded_by: str
    altered: bool
    verified_at: datetime | None
    verified_by: str | None
    taken: list[Taken]
    sent: list[Sent]
    waited: bool
    recomputed: Recomputed
    asked: list[AskedThen] = []
    discrepancy: list[Differing] = []
    dispute: str | None = None
    decided: DecidedThen | None = None
    declined: DeclinedThen | None = None


class BelievedNotice(Struct, frozen=True, kw_only=True):
    """A notice as it was entered by then. `amended_later`: what was entered was corrected afterwards. `entered` is None
    where the reader may still verify it blind."""

    notice: str
    entered: Notice | None
    entered_at: datetime
    entered_by: str
    amended_later: bool
    entries: list[BelievedEntry]


class Believed(Struct, frozen=True, kw_only=True):
    """A matter as the docket held it at a moment: the end of the day `on` in the firm's zone.

    `closed_at`: since when it was closed then.
    """

    matter: str
    on: date
    at: datetime
    attorney: str
    opened_at: datetime
    restricted_now: bool
    closed_at: datetime | None
    notices: list[BelievedNotice]


def believed(session: Session, matter: Matter, laws: Laws, *, on: date, at: datetime, now: datetime) -> Believed:
    """A matter as it stood at `at`, the end of the day `on`. Raises InputError for a moment that has not come, or
    before the matter was opened."""
    if at > now:
        raise InputError(f"{on} has not ended yet: ask for an earlier day.", code="bad-date")
    if matter.created_at > at:
        raise InputError(f"Matter {matter.reference} was opened after {on}.", code="bad-date")
    return _Look(session, matter, laws, at).answer(on)


def kept_blind(session: Session, found: Believed, reader: Person) -> Believed:
    """The same without what the reader may still verify blind; see `docket.blind`."""
    blind = blind_to(session, reader, [notice.notice for notice in found.notices])
    notices = [_unread(notice) if notice.notice in blind else notice for notice in found.notices]
    return msgspec.structs.replace(found, notices=notices)


def _unread(notice: BelievedNotice) -> BelievedNotice:
    entries = [
        msgspec.structs.replace(
            entry,
            window=plain(entry.window),
            recomputed=msgspec.structs.replace(entry.recomputed, dates=None),
            dispute=None,
            declined=msgspec.structs.replace(entry.declined, reason="") if entry.declined is not None else None,
        )
        for entry in notice.entries
    ]
    return msgspec.structs.replace(notice, entered=None, entries=entries)


def end_of_day(on: date, zone: str, now: datetime) -> datetime:
    """The last moment of a day in the firm's zone; of today the present one."""
    place = ZoneInfo(zone)
    return now if day_of(now, place) == on else end_of(on, place) - timedelta(microseconds=1)


class _Look:
    """One matter, looked at from a moment."""

    def __init__(self, session: Session, matter: Matter, laws: Laws, at: datetime) -> None:
        self.session, self.matter, self.laws, self.at = session, matter, laws, at
        self.people: dict[str, str] = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
        self.entries = session.scalars(
            select(Entry).where(Entry.matter_id == matter.id, Entry.created_at <= at).order_by(Entry.created_at)
        ).all()
        self.ids = [entry.id for entry in self.entries]
        self.events = events_of(session, matter, self.ids)
        self.corrections = corrections_of(session, self.entries, matter)
        self.looks = LooksThen(session, matter.id, self.entries, self.events, self.corrections, at)
        self.declined = declined_by(session, self.ids, at)
        notices = select(NoticeRow).where(NoticeRow.matter_id == matter.id)
        ordered = notices.order_by(NoticeRow.decided_on, NoticeRow.entered_at, NoticeRow.id)
        self.every = {row.id: row for row in session.scalars(ordered)}

    def answer(self, on: date) -> Believed:
        groups: dict[str, list[BelievedEntry]] = {row.id: [] for row in self._standing()}
        rows, acks, sent, waited = self._versions(), self._acknowledged(), self._sent(), self._waited()
        asked = asked_by(self.session, self.ids, self.at)
        for entry in self.entries:
            row, notice = rows[entry.id], self._then(entry.notice_id)
            if notice is None:
                continue
            events, corrected = self.events.get(entry.id, ()), self.corrections.get(entry.id, ())
            standing = standing_at(entry, events, corrected, row.version, self.at)
            found = self._entry(entry, row, standing, acks[entry.id], sent[entry.id], waited=entry.id in waited)
            groups.setdefault(notice.id, []).append(self._reasons(found, entry, row, notice, standing, asked[entry.id]))
        return Believed(
            matter=self.matter.reference,
            on=on,
            at=self.at,
            attorney=self._attorney(),
            opened_at=self.matter.created_at,
            restricted_now=self.matter.restricted,
            closed_at=self._closed_at(),
            notices=[self._notice(self.every[identifier], entries) for identifier, entries in groups.items()],
        )

    # -- what was stored by then ---------------------------------------------------------------------------

    def _standing(self) -> list[NoticeRow]:
        """The notices of then that no amendment of then had replaced."""
        known = [row for row in self.every.values() if row.entered_at <= self.at]
        replaced = {row.amends_id for row in known}
        return [row for row in known if row.id not in replaced]

    def _then(self, identifier: str) -> NoticeRow | None:
        """The notice of an entry as it was entered then: amendments that came later are left out."""
        row: NoticeRow | None = self.every.get(identifier)
        while row is not None and row.entered_at > self.at:
            row = self.every.get(row.amends_id) if row.amends_id else None
        return row

    def _versions(self) -> Mapping[str, DeadlineRow]:
        query = select(DeadlineRow).where(DeadlineRow.entry_id.in_(self.ids), DeadlineRow.created_at <= self.at)
        return {row.entry_id: row for row in self.session.scalars(query.order_by(DeadlineRow.version))}

    def _acknowledged(self) -> Mapping[str, list[Acknowledgement]]:
        query = select(Acknowledgement).where(Acknowledgement.entry_id.in_(self.ids), Acknowledgement.at <= self.at)
        found: dict[str, list[Acknowledgement]] = defaultdict(list)
        for row in self.session.scalars(query.order_by(Acknowledgement.at)):
            found[row.entry_id].append(row)
        return found

    def _sent(self) -> Mapping[str, list[Sent]]:
        query = select(Reminder).where(Reminder.entry_id.in_(self.ids), Reminder.sent_at <= self.at)
        found: dict[str, list[Sent]] = defaultdict(list)
        for row in self.session.scalars(query.order_by(Reminder.sent_at, Reminder.id)):
            if row.sent_at is not None and row.state in TAKEN:
                found[row.entry_id].append(Sent(row.rung, self._who(row.person_id), row.channel, row.sent_at))
        return found

    def _waited(self) -> set[str]:
        query = select(Proposal).where(
            Proposal.entry_id.in_(self.ids), Proposal.proposed_at <= self.at, Proposal.state != "applied"
        )
        return {
            row.entry_id for row in self.session.scalars(query) if row.decided_at is None or row.decided_at > self.at
        }

    def _attorney(self) -> str:
        """Whose matter it was."""
        return self._who(Attorneys(self.session, self.at, [self.matter.id]).of(self.matter, self.at))

    def _closed_at(self) -> datetime | None:
        """Since when it was closed, if the last of its closings and openings by then was a closing."""
        acts = Audit.subject == self.matter.id, Audit.action.in_(("matter.close", "matter.reopen"))
        query = select(Audit).where(*acts, Audit.at <= self.at).order_by(Audit.id.desc())
        last = self.session.scalars(query.limit(1)).first()
        return last.at if last is not None and last.action == "matter.close" else None

    def _who(self, name: object) -> str:
        return self.people.get(str(name), str(name))

    # -- put together --------------------------------------------------------------------------------------

    def _notice(self, row: NoticeRow, entries: Sequence[BelievedEntry]) -> BelievedNotice:
        later = any(other.amends_id == row.id for other in self.every.values())
        return BelievedNotice(
            notice=row.id,
            entered=entered_of(row),
            entered_at=row.entered_at,
            entered_by=row.entered_by,
            amended_later=later,
            entries=list(entries),
        )

    def _entry(
        self,
        entry: Entry,
        row: DeadlineRow,
        standing: Standing,
        acks: Sequence[Acknowledgement],
        sent: list[Sent],
        *,
        waited: bool,
    ) -> BelievedEntry:
        window, verified, events = window_of(entry, row), standing.verified, self.events.get(entry.id, ())
        closing = standing.closing or {}
        return BelievedEntry(
            entry=entry.id,
            title=window.title,
            form=window.form,
            status=standing.status,
            closed_at=standing.closed_at,
            closed_by=self._who(standing.closed_by) if standing.closed_by else None,
            proof=closing.get("proof") or closing.get("reason"),
            version=row.version,
            now_version=entry.version,
            edition=row.edition,
            window=window,
            reason=row.reason,
            recorded_at=row.created_at,
            recorded_by=self._who(row.created_by),
            altered=is_altered(entry, row),
            verified_at=verified.at if verified is not None else None,
            verified_by=self._who(verified.detail.get("person")) if verified is not None else None,
            taken=[
                Taken(self._who(ack.person_id), ack.at, until_then(ack, events, self.at), ack.until > self.at)
                for ack in acks
                if ack.version == row.version
            ],
            sent=sent,
            waited=waited,
            recomputed=NOT_YET,
        )

    def _reasons(
        self,
        found: BelievedEntry,
        entry: Entry,
        row: DeadlineRow,
        notice: NoticeRow,
        standing: Standing,
        asked: list[AskedThen],
    ) -> BelievedEntry:
        """The same with why the dates were what they were: the law, more time, and what was decided of a dispute."""
        dispute = found.window.dispute
        made = in_force(standing.resolution, dispute)
        aside = made is not None and made.detail.get("use") == "computed" and dispute is None  # else it waited still
        anew = self._recomputed(entry, row, notice, granted_by(asked), aside=aside)
        return msgspec.structs.replace(
            found,
            recomputed=anew,
            declined=declined_of(self.declined.get(entry.id, ()), anew, self._who),
            asked=asked,
            discrepancy=self.looks.of(entry, self._who) if found.status == "open" else [],
            dispute=dispute if made is None else None,
            decided=self._decided(made) if made is not None else None,
        )

    def _decided(self, made: Audit) -> DecidedThen:
        told = made.detail
        return DecidedThen(str(told.get("use")), str(told.get("reason")), self._who(told.get("person")), made.at)

    def _recomputed(
        self, entry: Entry, row: DeadlineRow, notice: NoticeRow, more: Granted | None, *, aside: bool
    ) -> Recomputed:
        """By the notice of then; one that is damaged cannot be computed."""
        try:
            facts = notice_of(notice)
        except DamagedRow as fault:
            return Recomputed("cannot", fault.sentence)
        facts = msgspec.structs.replace(facts, printed_deadline=None) if aside else facts
        return computed_anew(self.laws, row, entry.rule, facts, more)
