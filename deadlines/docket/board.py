"""The docket as one person sees it on a day: the open dates, the next first, a page at a time, and what to look at."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import standing
from deadlines.docket.coming import next_date
from deadlines.docket.trust import is_altered
from deadlines.docket.undocketed import undocketed_count
from deadlines.docket.visible import counted, visible
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

PAGE = 100
WEEK = timedelta(days=7)
When = Literal["all", "overdue", "today", "week"]
VEILED = "Deadline of a restricted matter: ask its attorney"


class Wanted(Struct, frozen=True, kw_only=True):
    """What a person looks for: whose dates, of which kind of remedy, words in matter, client or title, and when."""

    attorney: str | None = None
    remedy: str | None = None
    words: str = ""
    when: When = "all"
    page: int = 1


class BoardLine(Struct, frozen=True, kw_only=True):
    """One open date. Of a `veiled` one nothing is told but its days and its attorney.

    `next_is`: `protective`, `file-by`, `last-day`, `past`, or `altered` for a date that the program did not write.
    `discrepant`: two people read the notice differently.
    """

    entry: str
    matter_id: str
    matter: str
    client: str | None
    attorney: str
    attorney_email: str
    title: str
    form: str | None
    safe_by: date | None
    last_day: date | None
    next_on: date
    next_is: str
    days_left: int
    verified: bool
    initialed: bool
    discrepant: bool
    taken_on: bool
    veiled: bool


class Counts(Struct, frozen=True):
    """How many open dates there are, by what they call for, and how many papers wait to be docketed.

    `uninitialed`: the responsible attorney has not initialed them; `discrepant`: a second reading of the notice
    differs from the first.
    """

    all: int
    overdue: int
    today: int
    week: int
    unverified: int
    unanswered: int
    uninitialed: int
    discrepant: int
    undocketed: int


class Board(Struct, frozen=True):
    """One page of lines, how many lines there are in all, and the counts of everything the person sees."""

    lines: list[BoardLine]
    total: int
    counts: Counts


def board(session: Session, person: Person, wanted: Wanted, *, today: date, now: datetime) -> Board:
    """The docket for a person."""
    query = _open(person, *_columns(person, today, now)).where(*_chosen(person, wanted, today))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(_next_on(today), Entry.id).limit(PAGE).offset(PAGE * (wanted.page - 1)))
    return Board([_line(row, today) for row in rows], total, counts(session, person, today=today, now=now))


def lines_after(
    session: Session,
    person: Person,
    wanted: Wanted,
    after: tuple[date, str] | None,
    *,
    limit: int,
    today: date,
    now: datetime,
) -> list[BoardLine]:
    """The lines that follow one, known by its `next_on` and entry, in the order of the board, whatever `wanted.page`.

    A list that is read on like this shows nothing twice while other lines come and go.
    """
    query = _open(person, *_columns(person, today, now)).where(*_chosen(person, wanted, today))
    if after is not None:
        on, entry = after
        query = query.where(or_(_next_on(today) > on, and_(_next_on(today) == on, Entry.id > entry)))
    rows = session.execute(query.order_by(_next_on(today), Entry.id).limit(limit))
    return [_line(row, today) for row in rows]


def counts(session: Session, person: Person, *, today: date, now: datetime) -> Counts:
    """The figures above the docket."""
    conditions = (
        *(_when(when, today) for when in ("all", "overdue", "today", "week")),
        Entry.verified_at.is_(None),
        and_(_next_on(today) <= today + WEEK, ~standing(now)),
        Entry.initialed_at.is_(None),
        Entry.discrepancy.is_not(None),
    )
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]
    return Counts(*[*session.execute(_open(person, *sums)).one(), undocketed_count(session, person)])


def _open(person: Person, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Entry)
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status == "open", counted(person))
    )


def _columns(person: Person, today: date, now: datetime) -> tuple[Any, ...]:
    return (
        Entry,
        DeadlineRow,
        Matter.reference,
        Matter.client,
        Person.name.label("attorney"),
        Person.email.label("attorney_email"),
        visible(person).label("seen"),
        standing(now).label("taken_on"),
    )


def _next_on(today: date) -> ColumnElement[date]:
    """The date that comes next, as `coming.next_date` tells it, for sorting and counting in the database."""
    protective = and_(DeadlineRow.protective_by >= today, DeadlineRow.protective_by < DeadlineRow.safe_by)
    return case(
        (protective, DeadlineRow.protective_by),
        (DeadlineRow.safe_by >= today, DeadlineRow.safe_by),
        else_=DeadlineRow.last_day,
    )


def _when(when: str, today: date) -> ColumnElement[bool]:
    on = _next_on(today)
    return {
        "all": Entry.id.is_not(None),
        "overdue": on < today,
        "today": on == today,
        "week": and_(on >= today, on <= today + WEEK),
    }[when]


def _chosen(person: Person, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    """What is asked for by the case is looked for in what the person may see only, or the answer would tell."""
    chosen = [_when(wanted.when, today)]
    if wanted.attorney is not None:
        chosen.append(Person.id == wanted.attorney)
    if wanted.remedy is not None:
        chosen += [Entry.remedy == wanted.remedy, visible(person)]
    for word in wanted.words.split():
        found = (column.icontains(word, autoescape=True) for column in (Matter.reference, Matter.client, Entry.title))
        chosen += [or_(*found), visible(person)]
    return chosen


def _line(row: Any, today: date) -> BoardLine:
    entry, deadline, veiled = row.Entry, row.DeadlineRow, not row.seen
    altered = is_altered(entry, deadline)
    safe_by = deadline.safe_by or deadline.last_day or today  # both are there, unless the row was altered
    next_on, next_is = next_date(deadline.protective_by, safe_by, deadline.last_day or safe_by, today)
    return BoardLine(
        entry=entry.id,
        matter_id=entry.matter_id,
        matter="" if veiled else row.reference,
        client=None if veiled else row.client,
        attorney=row.attorney,
        attorney_email=row.attorney_email,
        title=VEILED if veiled else entry.title,
        form=None if veiled else entry.form,
        safe_by=deadline.safe_by,
        last_day=deadline.last_day,
        next_on=next_on,
        next_is="altered" if altered else next_is,
        days_left=(next_on - today).days,
        verified=entry.verified_at is not None,
        initialed=entry.initialed_at is not None,
        discrepant=entry.discrepancy is not None,
        taken_on=bool(row.taken_on),
        veiled=veiled,
    )
