"""One line of the table that leaves the docket: an entry with its dates in force, its names those of `list --json`."""

from collections.abc import Collection
from datetime import date, tzinfo
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.clock import day_of
from deadlines.docket.coming import next_date
from deadlines.docket.extension_views import wanted_days
from deadlines.docket.records import WAITING, is_disputed, is_held_to_print
from deadlines.docket.trust import is_altered
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person, Proposal


class TableLine(Struct, frozen=True, kw_only=True):
    """One entry. `client` is not there at all unless names were asked for, and null for a restricted matter.

    `next_on`, `next_is` and `days_left` are an open entry's, as in `views.Line`. `decided_form` is the form that the
    notice decides, `form` the one to file. `extension_to`: until when more time is asked for and not granted. `blind`:
    what was entered of the notice is left out, because whoever takes the copy may still verify it, or another of the
    matter where it was struck.
    """

    entry: str
    matter: str
    client: str | UnsetType | None = UNSET
    attorney: str
    title: str
    form: str | None
    status: str
    kind: str | None
    decided_form: str | None
    decided_on: date | None
    next_on: date | None = None
    next_is: str | None = None
    days_left: int | None = None
    opens_on: date | None
    protective_by: date | None
    safe_by: date | None
    last_day: date | None
    latest: date | None
    dispatch_by: date | None
    verified_by: str | None
    verified_on: date | None
    closed_on: date | None
    matter_closed_on: date | None
    edition: str
    altered: bool
    discrepant: bool
    disputed: bool
    held_to_print: bool
    waits: bool
    extension_to: date | None
    blind: bool = False


class Lines:
    """Makes the lines of a copy. `clients`: with their names; `zone`: the firm's, for the days of what was done."""

    def __init__(self, session: Session, *, clients: bool, zone: tzinfo, today: date) -> None:
        self._clients, self._zone, self._today = clients, zone, today
        self._people = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
        self._wanted = wanted_days(session)
        self._waiting = set(session.scalars(select(Proposal.entry_id).where(Proposal.state.in_(WAITING))))

    def line(self, row: Any, blind: Collection[str]) -> TableLine:
        """The line of a row as `views.current` finds it; `blind` are the notices whose content is left out."""
        made = self._line(row.Entry, row.DeadlineRow, row.NoticeRow, row.Matter, row.Person)
        return _blinded(made) if row.NoticeRow.id in blind else made

    def _line(
        self, entry: Entry, deadline: DeadlineRow, notice: NoticeRow, matter: Matter, attorney: Person
    ) -> TableLine:
        dispute = deadline.window.get("dispute")
        return TableLine(
            entry=entry.id,
            matter=matter.reference,
            client=(None if matter.restricted else matter.client) if self._clients else UNSET,
            attorney=attorney.email,
            title=entry.title,
            form=entry.form,
            status=entry.status,
            kind=notice.kind,
            decided_form=notice.form,
            decided_on=notice.decided_on,
            **self._next(entry, deadline),
            opens_on=deadline.opens_on,
            protective_by=deadline.protective_by,
            safe_by=deadline.safe_by,
            last_day=deadline.last_day,
            latest=deadline.latest,
            dispatch_by=entry.dispatch_by if entry.status == "open" else None,
            verified_by=self._people.get(entry.verified_by or "", entry.verified_by),
            verified_on=day_of(entry.verified_at, self._zone) if entry.verified_at else None,
            closed_on=entry.closed_on,
            matter_closed_on=day_of(matter.closed_at, self._zone) if matter.closed_at is not None else None,
            edition=deadline.edition,
            altered=is_altered(entry, deadline),
            discrepant=entry.discrepancy is not None,
            disputed=is_disputed(entry, dispute),
            held_to_print=is_held_to_print(entry, dispute),
            waits=entry.id in self._waiting,
            extension_to=self._wanted.get(entry.id),
        )

    def _next(self, entry: Entry, deadline: DeadlineRow) -> dict[str, Any]:
        if entry.status != "open" or deadline.safe_by is None or deadline.last_day is None:
            return {}
        next_on, next_is = next_date(deadline.protective_by, deadline.safe_by, deadline.last_day, self._today)
        told = "altered" if is_altered(entry, deadline) else next_is
        return {"next_on": next_on, "next_is": told, "days_left": (next_on - self._today).days}


def _blinded(line: TableLine) -> TableLine:
    """As `blind.blinded` does it with an entry: without what was entered, and the day on which a window opens."""
    opens_on = line.opens_on if line.last_day is None else None
    return replace(line, kind=None, decided_form=None, decided_on=None, opens_on=opens_on, blind=True)
