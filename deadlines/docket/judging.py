"""What the auditor judges by: the firm's statement, one entry with all that belongs to it, and what is found."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from deadlines.compute.ladder import SEVERITIES, moment
from deadlines.compute.result import Window
from deadlines.docket.lanes import ESCALATED
from deadlines.docket.reminders import Way
from deadlines.docket.roles import ADMINISTRATOR, DOCKET_ROLE, PARTNER_ROLE

PATIENCE = timedelta(hours=1)
"""How long after its moment a reminder may leave without being late."""
MEANWHILE = timedelta(minutes=10)
"""The auditor goes by the moment at which its turn began. What was claimed and given back untried since is due at the
moment of that, a little later: while a mail server is away this happens at every turn."""
LOOK_BACK = timedelta(days=7)
"""What cannot be mended any more is told of for so long."""
AT_ONCE = ("now", "past", "moved")
WITHDRAWN = ("superseded", "cancelled")
MOST_URGENT = len(SEVERITIES) - 1
ON_ITS_WAY = ("planned", "leased", "uncertain")
Record = Any
"""A row of one of the queries below, by the names of its columns."""


class Statement(Struct, frozen=True):
    """What the firm lays down about reminders: zone and time of day, the channel for mail, its working days.

    `way` says by which ladder those of a window are laid, where a courier must have it on a day; by default by that of
    a firm that has laid down nothing. `practice` names the practice that it follows. `steps`: for each of its
    milestones how many business days before its day the owner is told; `not_fatal`: rules and kinds of remedy of which
    it says that their last day ends nothing; `wait`: how long an urgent reminder may stay unanswered before the
    deputy is asked; None: that is not judged.
    """

    zone: str
    at: time
    channel: str
    is_working_day: Callable[[date], bool]
    way: Callable[[Window, date | None], Way] | None = None
    practice: str = ""
    steps: Mapping[str, Sequence[int]] = {}
    not_fatal: tuple[str, ...] = ()
    wait: timedelta | None = None

    def way_of(self, window: Window, dispatch_by: date | None) -> Way:
        """How the reminders of a window are laid."""
        if self.way is not None:
            return self.way(window, dispatch_by)
        return Way(zone=self.zone, at=self.at, is_working_day=self.is_working_day)


class Must(Struct, frozen=True):
    """A reminder that the dates call for: its rung, its day in the firm's zone, and its moment.

    `fatal`: whether it speaks of a fatal date so late that the attorney's deputy is told as well. `severity`: how
    urgent it is, by its place in the list of severities.
    """

    rung: str
    on: date
    due_at: datetime
    fatal: bool = False
    severity: int = MOST_URGENT


class Found(Struct, frozen=True):
    """One difference. `reminder` is the row's id, None where there is no row; `severity` that of one that is missing.
    `gaps.WORDS` holds the kinds."""

    kind: str
    entry: str
    deadline: str
    rung: str
    person: str
    due_at: datetime
    reminder: int | None = None
    severity: int = MOST_URGENT

    @property
    def key(self) -> str:
        """The same for the same difference, however often it is found."""
        return f"{self.kind}/{self.deadline}/{self.rung}/{self.person}"


class Case(Struct):
    """One entry with everything that is judged: its versions by number, its reminders by the version's id, its open
    milestones; `deputy`: who stands in for its attorney, and since when."""

    entry: Record
    versions: dict[int, Record]
    reminders: dict[str, list[Record]]
    people: dict[str, Record]
    steps: list[Record] = []
    deputy: tuple[str, datetime] | None = None
    adrift: bool = False
    """Whether the entry's matter, attorney or notice is not there."""
    since: datetime | None = None
    """From when on reminders are laid as they are today: what fell due before was laid in another way, rightly."""
    answered: dict[int, datetime] = {}
    """By version, until when somebody had taken its dates on."""
    attorney_away: bool = False
    here_since: datetime | None = None
    """Since when the program is here, where it was away."""
    former: Collection[str] = ()
    """Whose matter it was before it was handed over."""
    covering: Collection[str] = ()
    """Who covers for somebody about now."""
    working: Collection[str] = ()
    """Who works on the matter besides its attorney, where it is restricted: nobody else may be told of its steps."""

    def is_here(self, person_id: str) -> bool:
        """Whether a person works for the firm; one whose row is gone does not."""
        person = self.people.get(person_id)
        return person is not None and bool(person.active)

    def may_own(self, person_id: str) -> bool:
        """Whether somebody is here and may be told of the steps of the matter."""
        sees = not self.entry.restricted or person_id == self.entry.attorney_id or person_id in self.working
        return sees and self.is_here(person_id)

    def concerns(self, row: Record) -> bool:
        """Whether a reminder may still be its person's to be told of: not of who has left, nor of a former attorney who
        has no place there any more. Who was asked because an attorney did not answer stays asked."""
        person_id = row.person_id
        if not self.is_here(person_id) or person_id not in self.former:
            return self.is_here(person_id)
        return row.rung.startswith(ESCALATED) or person_id in self.covering or self._has_a_place(person_id)

    def _has_a_place(self, person_id: str) -> bool:
        """Whether somebody is told as attorney or in an attorney's place, keeps the docket, or has an open step that is
        theirs to know."""
        attorney = self.people.get(self.entry.attorney_id)
        owners = (step.owner_id for step in self.steps if self.may_own(step.owner_id))
        places = [self.entry.attorney_id, *owners]
        if attorney is not None:
            places += [attorney.deputy_id, attorney.supervisor_id, *self._seconds(attorney)]
        return person_id in places or self.people[person_id].role == DOCKET_ROLE

    def _seconds(self, attorney: Record) -> list[str]:
        """Who is told beside an attorney that has neither deputy nor anybody who keeps the docket, nor a supervisor:
        the partners, or else the administrators."""
        here = [person for person in self.people.values() if person.active and person.id != attorney.id]
        if any(each.id in (attorney.deputy_id, attorney.supervisor_id) or each.role == DOCKET_ROLE for each in here):
            return []
        partners = [each.id for each in here if each.role == PARTNER_ROLE]
        return partners or [each.id for each in here if each.role == ADMINISTRATOR]


def is_too_late(row: Record, must: Must, statement: Statement, now: datetime) -> bool:
    """Whether a reminder that nobody tried to send yet waits for a later day than its own."""
    waits_until: datetime = row.next_at if row.attempts == 0 else row.due_at
    latest = must.due_at + PATIENCE
    if must.rung not in AT_ONCE:
        # The time of day may have been set anew since; the day may not.
        latest = max(latest, moment(must.on + timedelta(days=1), time(), statement.zone) - timedelta(seconds=1))
    due_at: datetime = row.due_at
    return max(waits_until, due_at) > max(latest, now + MEANWHILE)


def found_of(kind: str, case: Case, version: Record, row: Record) -> Found:
    """What is wrong with a reminder that is there."""
    return Found(kind, case.entry.id, version.id, row.rung, row.person_id, row.due_at.astimezone(UTC), row.id)


def found_without(
    kind: str, case: Case, version: Record, rung: str, person_id: str, due_at: datetime, severity: int = MOST_URGENT
) -> Found:
    """What is wrong where no reminder is there, and how urgent it would be."""
    return Found(kind, case.entry.id, version.id, rung, person_id, due_at, severity=severity)
