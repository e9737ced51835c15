"""What the evidence is made of: parts, each with figures and a table."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.house import House
from deadlines.docket.intake import Desk
from deadlines.errors import InputError
from deadlines.store.tables import Matter, Person

Cell = str | int | float | date | datetime | None
LONGEST = timedelta(days=366 * 11)


class Wanted(Struct, frozen=True, kw_only=True):
    """From which day to which, both included, and whether clients are named. Raises InputError for no such time."""

    from_on: date
    until_on: date
    names: bool = False

    def __post_init__(self) -> None:
        if self.until_on < self.from_on:
            raise InputError(f"{self.until_on} lies before {self.from_on}: give the earlier day first.")
        if self.until_on - self.from_on > LONGEST:
            raise InputError("The evidence covers eleven years at most: give days that lie nearer to each other.")


class Part(Struct, frozen=True, kw_only=True):
    """One part; `name` names its file. `withheld`: how many rows of restricted matters are left out."""

    name: str
    title: str
    about: str
    figures: list[tuple[str, Cell]] = []
    columns: list[str] = []
    rows: list[list[Cell]] = []
    withheld: int = 0


class Evidence(Struct, frozen=True, kw_only=True):
    """How a docket was kept from one day to another. `head` is the last digest of the audit trail."""

    firm: str
    from_on: date
    until_on: date
    made_at: datetime
    made_by: str
    zone: str
    program: str
    edition: str
    names: bool
    head: str
    parts: list[Part]


class Row(Struct, frozen=True):
    """One row that tells of a matter, or of what belongs to none yet."""

    matter: Matter | None
    cells: list[Cell]


class Asked:
    """What is asked, of which docket, and for which days: `start` belongs to them, `end` no more."""

    def __init__(self, session: Session, desk: Desk, house: House, wanted: Wanted, now: datetime) -> None:
        self.session, self.desk, self.house, self.wanted, self.now = session, desk, house, wanted, now
        self.zone = ZoneInfo(desk.zone)
        self.today = now.astimezone(self.zone).date()
        self.start = self._midnight(wanted.from_on)
        self.end = min(self._midnight(wanted.until_on + timedelta(days=1)), now)
        self._people = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}

    def within(self, column: Any) -> Any:
        """Whether a moment lies in the time that is asked for."""
        return (column >= self.start) & (column < self.end)

    def who(self, name: object) -> str:
        """A person's mail address by the id; whatever is no person's id stays as it is."""
        return self._people.get(str(name), str(name)) if name else ""

    def day(self, at: datetime) -> date:
        """The firm's calendar day of a moment."""
        return at.astimezone(self.zone).date()

    def table(self, columns: Sequence[str], rows: Iterable[Row]) -> dict[str, Any]:
        """Columns, rows and what is withheld, with the matter first, and its client where clients are named."""
        every = list(rows)
        shown = [row for row in every if row.matter is None or not row.matter.restricted]
        client = ["client"] if self.wanted.names else []
        return {
            "columns": ["matter", *client, *columns],
            "rows": [[*_named(row.matter, names=bool(client)), *row.cells] for row in shown],
            "withheld": len(every) - len(shown),
        }

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def _named(matter: Matter | None, *, names: bool) -> list[Cell]:
    reference, client = (matter.reference, matter.client) if matter is not None else ("", "")
    return [reference, client] if names else [reference]


def hours(span: timedelta) -> float:
    """A span in hours, to one decimal."""
    return round(span.total_seconds() / 3600, 1)
