"""The docket as one person sees it on a day: the open dates, the next first, a page at a time, and what to look at."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import standing
from deadlines.docket.coming import courier_for, next_date, protective_passed
from deadlines.docket.extension_views import WANTED_ON
from deadlines.docket.naming import shown_name
from deadlines.docket.quiet import count_quiet
from deadlines.docket.records import is_disputed, is_held_to_print
from deadlines.docket.trust import altered_now, is_altered
from deadlines.docket.undocketed import undocketed_count
from deadlines.docket.visible import visible
from deadlines.docket.wanted import WEEK, WHENS, Wanted, chosen, courier_is, next_on, open_dates, open_entries, when_is
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

PAGE = 100
VEILED = "Deadline of a restricted matter: ask its attorney"


class BoardLine(Struct, frozen=True, kw_only=True):
    """One open date. Of a `veiled` one nothing is told but its days and its attorney, not even which matter it is of.

    `next_is`: `protective`, `file-by`, `last-day`, `past`, or `altered` for a date that the program did not write.
    `discrepant`: two people read the notice differently. `disputed`: the notice prints another deadline, and nobody
    has decided which holds; `held_to_print`: somebody decided that the printed one does. `dispatch_by`: the day on
    which a courier must have the filing, until it has passed or the filing was sent. `extension_to`: until when more
    time is asked for and not granted. `protective_passed`: the protective date, once it lies behind: it may still
    matter.
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
    dispatch_by: date | None = None
    disputed: bool = False
    held_to_print: bool = False
    extension_to: date | None = None
    protective_passed: date | None = None


class Counts(Struct, frozen=True):
    """How many open dates there are, by what they call for, and how many papers wait to be docketed.

    `uninitialed`: the responsible attorney has not initialed them; `discrepant`: a second reading of the notice
    differs from the first. `quiet`: matters without a date to come.
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
    quiet: int = 0


class Board(Struct, frozen=True):
    """One page of lines, how many lines there are in all, and the counts of everything the person sees."""

    lines: list[BoardLine]
    total: int
    counts: Counts


def board(
    session: Session, person: Person, wanted: Wanted, known: Counts | None = None, *, today: date, now: datetime
) -> Board:
    """The docket for a person. Altered dates come first, as far as the last check of all seals found them.

    `known`: the counts, where they are known already.
    """
    known = known or counts(session, person, today=today, now=now)
    found = open_entries(person, Entry.id).where(*narrowed(person, wanted, today, now))
    first = case((Entry.id.in_(altered_now(session)), 0), else_=1)
    ordered = found.order_by(first, next_on(today).nulls_first(), Entry.id)
    ids, total = _page(session, ordered, wanted, known)
    return Board(_lines(session, person, ids, today=today, now=now), total, known)


def narrowed(person: Person, wanted: Wanted, today: date, now: datetime) -> Iterator[ColumnElement[bool]]:
    """The conditions of the lines that somebody looks for; also of what a count counts, so that its link shows just
    these."""
    yield from chosen(person, wanted, today)
    if wanted.only == "discrepant":
        yield Entry.discrepancy.is_not(None)
    elif wanted.only == "unanswered":
        yield _near_by(today)
        yield ~standing(now)


def _near_by(today: date) -> ColumnElement[bool]:
    return next_on(today) <= today + WEEK


def _page(session: Session, ordered: Select[Any], wanted: Wanted, known: Counts) -> tuple[list[str], int]:
    """The entries of one page, and how many there are in all: counted already, where no more is asked for than a
    time; otherwise by the same pass over the docket, unless the page is past the last."""
    cut = ordered.limit(PAGE).offset(PAGE * (wanted.page - 1))
    if wanted == Wanted(when=wanted.when, page=wanted.page):
        return list(session.scalars(cut)), getattr(known, wanted.when)
    rows = session.execute(cut.add_columns(func.count().over())).all()
    if rows or wanted.page == 1:
        return [identifier for identifier, _ in rows], rows[0][1] if rows else 0
    return [], session.scalar(select(func.count()).select_from(ordered.order_by(None).subquery())) or 0


def _lines(session: Session, person: Person, ids: Sequence[str], *, today: date, now: datetime) -> list[BoardLine]:
    """The lines of entries, in that order. Only these are read whole: a window is long."""
    rows = session.execute(open_dates(person, *columns(person, now)).where(Entry.id.in_(ids)))
    lines = {row.Entry.id: line_of(row, today) for row in rows}
    return [lines[identifier] for identifier in ids if identifier in lines]


def lines_after(
    session: Session,
    person: Person,
    wanted: Wanted,
    after: tuple[str, str] | None,
    *,
    limit: int,
    today: date,
    now: datetime,
) -> list[tuple[str, BoardLine]]:
    """The lines that follow one, the next date first, each with its place; `after` is a place and an entry.

    A list that is read on like this shows nothing twice while other lines come and go. The place is the day as the
    database holds it, so that a line whose day cannot be read has one too.
    """
    place = func.coalesce(cast(next_on(today), String), "")
    query = open_entries(person, Entry.id, place.label("place")).where(*chosen(person, wanted, today))
    if after is not None:
        on, entry = after
        query = query.where(or_(place > on, and_(place == on, Entry.id > entry)))
    places = {row.id: row.place for row in session.execute(query.order_by(place, Entry.id).limit(limit))}
    lines = _lines(session, person, list(places), today=today, now=now)
    return [(places[line.entry], line) for line in lines]


def counts(session: Session, person: Person, *, today: date, now: datetime) -> Counts:
    """The figures above the docket."""
    named = [
        func.count(),
        *(func.count(column) for column in (Entry.verified_at, Entry.initialed_at, Entry.discrepancy)),
    ]
    every, verified, initialed, discrepant = session.execute(open_entries(person, *named)).one()
    near = _near(session, person, today=today, now=now)
    return Counts(
        all=every,
        **near,
        unverified=every - verified,
        uninitialed=every - initialed,
        discrepant=discrepant,
        undocketed=undocketed_count(session, person),
        quiet=count_quiet(session, person, today=today),
    )


def _near(session: Session, person: Person, *, today: date, now: datetime) -> dict[str, int]:
    """The figures that concern a near day: the few dates of it are looked at once more only."""
    conditions: dict[str, ColumnElement[bool]] = {w: when_is(w, today, person) for w in WHENS if w != "all"}
    conditions["unanswered"] = and_(_near_by(today), ~standing(now))
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions.values()]
    found = session.execute(open_entries(person, *sums).where(or_(_near_by(today), courier_is(today)))).one()
    return dict(zip(conditions, found, strict=True))


def columns(person: Person | None, now: datetime) -> tuple[Any, ...]:
    """What `line_of` reads of an open entry."""
    return (
        Entry,
        DeadlineRow,
        Matter.reference,
        Matter.client,
        shown_name().label("attorney"),
        Person.email.label("attorney_email"),
        visible(person).label("seen"),
        standing(now).label("taken_on"),
        WANTED_ON.label("wanted"),
    )


def line_of(row: Any, today: date) -> BoardLine:
    """The line of an open entry as `columns` found it."""
    entry, deadline, veiled = row.Entry, row.DeadlineRow, not row.seen
    altered = is_altered(entry, deadline)
    dispute = None if veiled else deadline.window.get("dispute")
    safe_by = deadline.safe_by or deadline.last_day or today  # both are there, unless the row was altered
    next_on, next_is = next_date(deadline.protective_by, safe_by, deadline.last_day or safe_by, today)
    return BoardLine(
        entry=entry.id,
        matter_id="" if veiled else entry.matter_id,
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
        dispatch_by=courier_for(entry, next_on, today) if not (veiled or altered) else None,
        disputed=is_disputed(entry, dispute),
        held_to_print=is_held_to_print(entry, dispute),
        extension_to=None if veiled else row.wanted,
        protective_passed=None if altered else protective_passed(deadline.protective_by, today),
    )
