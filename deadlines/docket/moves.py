"""The one mechanism by which a stored date changes.

Earlier dates take effect at once and are told with an urgent message. Later ones wait until two people have
agreed. Where some come earlier and some later, the earlier of each pair holds meanwhile. Nothing moves
without a row that says why, by which authority and by whom.
"""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.ladder import Severity
from deadlines.compute.result import Window
from deadlines.docket.direction import Dates, classify, dates_of, earlier_of, merged, withdrawn
from deadlines.docket.entries import enter, is_followed, new_version, reminded
from deadlines.docket.finishing import wake
from deadlines.docket.granted import extended, granted
from deadlines.docket.intake import Desk
from deadlines.docket.milestones import lay_notice
from deadlines.docket.proposals import (
    propose,
    stored_dates,
    waiting_for,
    was_ignored,
)
from deadlines.docket.records import is_to_be_left_aside
from deadlines.docket.versions import current, locked, supersede_waiting
from deadlines.docket.waited import Waited, adopt_grants
from deadlines.store import audit
from deadlines.store.tables import Entry, Extension, Matter, NoticeRow, Person, Proposal

Kind = Literal["same", "earlier", "later", "mixed", "gone", "new"]
Outcome = Literal["applied", "waiting", "known", "noted", "withdrawn"]
URGENT: Severity = "urgent"


class Because(Struct, frozen=True):
    """Why dates are computed anew: the notice they come from, the reason, and the person who brought it about, if one
    did.

    `wanted`: the person wants the dates, whatever they are, and so is the first of two for later ones. Not so of who
    only reopens an entry. `grant`: more time that is granted just now and waits with what it brings.
    """

    notice: NoticeRow
    reason: str
    by: Person | None = None
    wanted: bool = True
    grant: Extension | None = None


class Move(Struct, frozen=True, kw_only=True):
    """What a newly computed window did to an entry.

    `outcome`: `applied` at once; `waiting` for two people; `known`, because the same waits already or was
    decided against; `noted` on an entry that nobody is reminded of; `withdrawn`, where only what waited is taken back.
    """

    entry: str
    matter: str
    title: str
    kind: Kind
    outcome: Outcome
    old: Dates
    new: Dates
    proposal: str | None
    reason: str
    authority: list[str]


def move(
    session: Session, desk: Desk, entry: Entry, window: Window | None, because: Because, *, now: datetime
) -> Move | None:
    """Bring an open entry, or one kept as information, to a newly computed window; None where nothing changes.

    `window` is None where the law data gives it no more. More time that was granted is laid over it.
    """
    held = locked(session, entry)
    if window is None:
        return Mover(session, desk, held, because, now).move(None)
    more = granted(session, [entry.id]).get(entry.id)
    if more is not None:
        adopt_grants(session, entry)
    agreed = granted(session, [entry.id], holding=True, beside=because.grant) if more is not None else {}
    meanwhile = extended(window, agreed.get(entry.id))
    # Where nobody is reminded of an entry nothing waits for two people: what one recorded is not laid over it.
    target = extended(window, more) if held.status == "open" else meanwhile
    mover = Mover(session, desk, held, because, now, meanwhile=dates_of(meanwhile), day=target.last_day)
    return mover.move(target)


def enter_new(session: Session, desk: Desk, window: Window, because: Because, *, now: datetime) -> Move:
    """Enter a window that the notice did not have: followed and told at once, unless it has passed."""
    matter = session.get_one(Matter, because.notice.matter_id)
    followed = is_followed(desk, matter, window) and not passed(desk, window, now)
    entry = enter(
        session,
        desk,
        because.notice,
        window,
        people=[person for person in reminded(session, matter) if person.active],
        followed=followed,
        now=now,
        reason=because.reason,
        actor=because.by.email if because.by is not None else desk.actor,
        moved=URGENT,
    )
    lay_notice(session, desk, [entry], now=now)
    mover = Mover(session, desk, entry, because, now)
    if followed:
        wake(session, matter, why="another window of a notice opened", actor=desk.actor, now=now, pages=desk.pages)
        return mover.applied(window, "new", Dates(), base=0)
    return mover.told(window, "new", "noted", Dates())


def passed(desk: Desk, window: Window, now: datetime) -> bool:
    """Whether the last day of a window has gone by in the firm's time zone."""
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    return window.last_day is not None and window.last_day < today


class Mover:
    """One entry, held, and why it is computed anew. `meanwhile`: its new dates without an undecided grant; `day`: their
    last day with it."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        entry: Entry,
        because: Because,
        now: datetime,
        meanwhile: Dates | None = None,
        day: date | None = None,
    ) -> None:
        self.session, self.desk, self.entry, self.because, self.now = session, desk, entry, because, now
        self.meanwhile = meanwhile
        self.waited = Waited(session, entry, because.grant, day)
        self.wanted = because.by is not None and because.wanted

    def move(self, window: Window | None) -> Move | None:
        """See `move`."""
        row = current(self.session, self.entry)
        old, stored = dates_of(row), decoding.convert(row.window, Window)
        target = window if window is not None else withdrawn(stored, self.desk.law.edition)
        kind = classify(old, dates_of(target))
        if self.entry.status != "open":
            unchanged = kind == "same" and row.state == target.state
            return None if unchanged else self._information(target, kind, old)
        if kind == "same":
            return self._same(stored, target)
        if not self._sooner(old) and self._known(dates_of(target), kind):
            return self._told(target, kind, "known", old, waiting_for(self.session, self.entry))
        self._supersede("newer dates were computed")
        return self._earlier(target, old) if kind == "earlier" else self._later(target, kind, old)

    def _earlier(self, target: Window, old: Dates) -> Move:
        base = self.entry.version
        self._version(target)
        return self.applied(target, "earlier", old, base=base)

    def _later(self, target: Window, kind: Kind, old: Dates) -> Move:
        """Wait for two people; of a mixed change, the earlier of each pair holds at once, and so does what comes
        earlier while a grant waits."""
        base = self.entry.version
        kind = "mixed" if self._sooner(old) else kind
        if kind == "mixed":
            held = self._held(target, earlier_of(old, self.meanwhile or old))
            self._version(held)
            if not self.wanted and self._was_ignored(dates_of(target)):
                return self.applied(held, "earlier", old, base=base)
        now = dates_of(current(self.session, self.entry))
        proposal = self._propose(target, kind, now, base=self.entry.version, applied=False)
        return self.told(target, kind, "waiting", old, proposal)

    def _sooner(self, old: Dates) -> bool:
        """Whether a date comes earlier as long as nobody has decided the grant."""
        return self.meanwhile is not None and classify(old, self.meanwhile) in ("earlier", "mixed")

    def _held(self, target: Window, old: Dates) -> Window:
        """The earlier of each pair. What is printed and to be left aside stays in dispute until all has moved."""
        dispute = decoding.convert(current(self.session, self.entry).window, Window).dispute
        held = merged(target, old)
        return msgspec.structs.replace(held, dispute=dispute) if is_to_be_left_aside(self.entry, dispute) else held

    def _known(self, new: Dates, kind: Kind) -> bool:
        """Whether a program has nothing to add: the same waits already, or people decided against it."""
        if self.wanted or kind == "earlier":
            return False
        waiting = waiting_for(self.session, self.entry)
        if waiting is not None and waiting.base_version == self.entry.version and stored_dates(waiting.window) == new:
            return kind != "mixed"
        if kind == "mixed" or not self._was_ignored(new):
            return False
        if new.last_day is not None or not self.waited.undecided:  # dates that go say nothing of a grant that waits
            self._supersede("newer dates were computed, and decided against before")
        return True

    def _same(self, stored: Window, target: Window) -> Move | None:
        """The dates stay. What waits is out of date; a dispute that came or went is a version of its own."""
        gone = self._supersede("the computed dates are the stored ones again")
        # Only a person takes a dispute away: a program may not unmake what waits to be resolved.
        decided = self.because.by is not None or is_to_be_left_aside(self.entry, stored.dispute)
        wanted = target.dispute is not None or decided
        if target.dispute == stored.dispute or not wanted:
            return self.told(target, "same", "withdrawn", dates_of(target)) if gone else None
        self._version(target, moved="warning")
        return self.told(target, "same", "applied", dates_of(target))

    def _information(self, target: Window, kind: Kind, old: Dates) -> Move:
        """Nobody was reminded of the entry: followed from now on if it has become the client's to act on."""
        followed = is_followed(self.desk, self.entry.matter, target) and not passed(self.desk, target, self.now)
        base = self.entry.version
        self._version(target, followed=followed)
        if followed:
            return self.applied(target, "new", old, base=base)
        return self.told(target, kind, "noted", old)

    def _was_ignored(self, new: Dates) -> bool:
        """Whether people decided against these dates. What somebody decided since is no part of that, but of dates that
        go it never is."""
        before = was_ignored(self.session, self.entry, new, self.desk.law.edition)
        return before and (new.last_day is None or not self.waited.undecided)

    def _supersede(self, why: str) -> int:
        who = self.because.by.id if self.because.by is not None else self.desk.actor
        return supersede_waiting(self.session, self.entry, why, who=who, now=self.now)

    def _version(self, window: Window, *, followed: bool = True, moved: Severity = URGENT) -> None:
        by = self.because.by
        new_version(
            self.session,
            self.desk,
            self.entry,
            window,
            followed=followed,
            reason=self.because.reason,
            now=self.now,
            actor=by.email if by is not None else self.desk.actor,
            moved=moved,
        )

    def _propose(self, window: Window, kind: Kind, old: Dates, *, base: int, applied: bool) -> Proposal:
        """Write a proposal. One that waits takes over what was undecided before it: the grant, and the words of why."""
        made = propose(
            self.session,
            self.desk,
            self.entry,
            window,
            old,
            kind=kind,
            applied=applied,
            notice=self.because.notice,
            reason=self.because.reason if applied else self.waited.reason(self.because.reason),
            base_version=base,
            by=self.because.by,
            agrees=self.wanted and not self.waited.is_of_another(self.because.by),
            now=self.now,
        )
        if not applied:
            self.waited.waits_in(made)
        return made

    def applied(self, window: Window, kind: Kind, old: Dates, *, base: int) -> Move:
        """Keep the record of what took effect at once."""
        return self.told(window, kind, "applied", old, self._propose(window, kind, old, base=base, applied=True))

    def told(self, window: Window, kind: Kind, outcome: Outcome, old: Dates, proposal: Proposal | None = None) -> Move:
        """Write the audit row and answer what happened."""
        found = self._told(window, kind, outcome, old, proposal)
        detail = {
            "kind": kind,
            "outcome": outcome,
            "version": self.entry.version,
            "old": old,
            "new": found.new,
            "edition": self.desk.law.edition,
            "notice": self.because.notice.id,
            "proposal": found.proposal,
            "person": self.because.by.id if self.because.by is not None else None,
        }
        self.session.flush()
        audit.record(
            self.session,
            at=self.now,
            actor=self.desk.actor,
            action="deadline.move",
            subject=self.entry.id,
            detail=detail,
        )
        return found

    def _told(self, window: Window, kind: Kind, outcome: Outcome, old: Dates, proposal: Proposal | None) -> Move:
        return Move(
            entry=self.entry.id,
            matter=self.entry.matter.reference,
            title=window.title,
            kind=kind,
            outcome=outcome,
            old=old,
            new=dates_of(window),
            proposal=proposal.id if proposal is not None else None,
            reason=proposal.reason if proposal is not None else self.because.reason,
            authority=list(window.cite),
        )
