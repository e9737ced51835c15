"""What a person looks for among the open dates: the one set of conditions behind docket, calendar and print."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from deadlines.docket.scopes import of_remedy
from deadlines.docket.visible import counted, keeps_all, visible
from deadlines.law import Law
from deadlines.store.spelling import holds
from deadlines.store.tables import DeadlineRow, Entry, Matter, Person

WEEK = timedelta(days=7)
When = Literal["all", "overdue", "today", "week"]
WHENS: tuple[When, ...] = ("all", "overdue", "today", "week")
Only = Literal["discrepant", "unanswered"]
"""What a docket may be narrowed to beside a time: read differently by two people; near and taken on by nobody."""
DATES = (Entry.protective_by, Entry.safe_by, Entry.last_day)


class Wanted(Struct, frozen=True, kw_only=True):
    """What a person looks for: whose dates, of which kind of remedy and forum, words in matter, client or title, when.

    `rules`: the ids of the forum's rules, see `rules_of`. `on`: a day on which one of an entry's dates falls. `until`:
    the last day on which the date that comes next may fall; one that cannot be read is always there. `only`: what one
    of the docket's counts counts, see `Only`.
    """

    attorney: str | None = None
    remedy: str | None = None
    forum: str | None = None
    rules: frozenset[str] = frozenset()
    words: str = ""
    when: When = "all"
    only: Only | None = None
    on: date | None = None
    until: date | None = None
    page: int = 1


def rules_of(law: Law, forum: str | None) -> frozenset[str]:
    """The ids of the rules whose remedy that forum decides. An entry whose rule the law no longer has is in none."""
    return frozenset(rule.id for rule in law.rules.values() if rule.forum == forum)


def forums_of(law: Law) -> list[str]:
    """The forums that decide the law's remedies, by their ids."""
    return sorted({rule.forum for rule in law.rules.values()})


def remedies_of(law: Law) -> list[str]:
    """The kinds of remedy that the law knows; those on the docket would tell of restricted matters."""
    return sorted({rule.remedy for rule in law.rules.values()})


def open_dates(person: Person | None, *columns: Any) -> Select[Any]:
    """These columns of every open entry whose dates stand on somebody's docket (nobody's: the firm's), with the dates
    in force."""
    return (
        select(*columns)
        .select_from(Entry)
        .join(DeadlineRow, and_(DeadlineRow.entry_id == Entry.id, DeadlineRow.version == Entry.version))
        .join(Matter, Matter.id == Entry.matter_id)
        .join(Person, Person.id == Matter.attorney_id)
        .where(Entry.status == "open", counted(person))
    )


def open_entries(person: Person | None, *columns: Any) -> Select[Any]:
    """The same of the entries alone: what is counted and sorted needs no other table."""
    query = select(*columns).select_from(Entry).where(Entry.status == "open")
    return query if keeps_all(person) else query.where(~among(~counted(person)))


def among(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an entry's matter is one of those. They are looked up once, not for each entry."""
    return Entry.matter_id.in_(select(Matter.id).where(condition).correlate(None))


def chosen(person: Person | None, wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    """The conditions on entries. What is asked for by the case is looked for in what the person may see only, or the
    answer would tell."""
    if wanted.when != "all":
        yield when_is(wanted.when, today, person)
    if wanted.on is not None:
        yield or_(*(day == wanted.on for day in DATES))
    if wanted.until is not None:
        yield or_(next_on(today) <= wanted.until, next_on(today).is_(None))
    if wanted.attorney is not None:
        yield among(Matter.attorney_id == wanted.attorney)
    if wanted.remedy is not None:
        yield of_remedy(wanted.remedy)
    if wanted.forum is not None:
        yield Entry.rule.in_(sorted(wanted.rules))
    for word in wanted.words.split():
        named = or_(holds(Matter.reference, word), holds(Matter.client, word))
        yield or_(holds(Entry.title, word), among(named))
    if wanted.remedy is not None or wanted.forum is not None or wanted.words.split():
        yield ~among(~visible(person))


def next_on(today: date) -> ColumnElement[date]:
    """The date that comes next, as `coming.next_date` tells it, for sorting and counting in the database."""
    protective = and_(Entry.protective_by >= today, Entry.protective_by < Entry.safe_by)
    return case((protective, Entry.protective_by), (Entry.safe_by >= today, Entry.safe_by), else_=Entry.last_day)


def when_is(when: When, today: date, person: Person | None) -> ColumnElement[bool]:
    """Whether the date that comes next is overdue, of today, or of the next seven days.

    Of today is also what a courier must have today and nobody has sent, as far as the person may see its matter.
    """
    on = next_on(today)
    return {
        "all": Entry.id.is_not(None),
        "overdue": on < today,
        "today": or_(on == today, and_(courier_is(today), ~among(~visible(person)))),
        "week": and_(on >= today, on <= today + WEEK),
    }[when]


def courier_day() -> ColumnElement[date | None]:
    """The day on which a courier must have the filing, of what was not sent yet; for a query that holds Entry."""
    return case((Entry.dispatched.is_(None), Entry.dispatch_by))


def courier_is(today: date) -> ColumnElement[bool]:
    """Whether a courier's day is today, and stands beside the date that comes next (see `coming.courier_for`)."""
    return and_(courier_day() == today, next_on(today) >= today)
