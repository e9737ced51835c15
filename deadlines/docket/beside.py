"""How the entries of a matter stand to each other, as the law data relates their remedies."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct, ValidationError, structs
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deadlines import decoding
from deadlines.compute.conditions import match
from deadlines.compute.result import Relation, Window
from deadlines.docket.legible import entered_of
from deadlines.law import Law, model
from deadlines.store.tables import DeadlineRow, Entry

ENDABLE = ("open", "waived", "missed")
"""Entries whose clock a filing may have ended: who left in time, or was entered by mistake, is not concerned."""


class Beside(Struct, frozen=True):
    """Another entry with its window, and what the law says of the two."""

    entry: Entry
    window: Window
    relation: Relation


def filed_alternatives(session: Session, entry: Entry, window: Window) -> list[Beside]:
    """The entries of the same notice that were filed, where the law allows one of the two and not both."""
    query = (
        select(Entry, DeadlineRow.window)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.notice_id == entry.notice_id, Entry.id != entry.id, Entry.status == "satisfied")
        .order_by(Entry.closed_on, Entry.id)
    )
    found = ((other, decoding.convert(stored, Window)) for other, stored in session.execute(query))
    return [
        Beside(other, theirs, relation)
        for other, theirs in found
        if (relation := exclusion(window, theirs)) is not None
    ]


def exclusion(mine: Window, theirs: Window) -> Relation | None:
    """What makes two windows of one notice alternatives; either of the two may say it. None where nothing does."""
    return next(_alternatives(mine, theirs), None) or next(_alternatives(theirs, mine), None)


def _alternatives(mine: Window, theirs: Window) -> Iterator[Relation]:
    return (item for item in mine.relations if item.kind == "alternative" and item.rule == theirs.rule)


class Alternative(Struct, frozen=True):
    """An entry of the same notice that the law allows instead, not as well; `filed_on` where it was filed."""

    entry: str
    title: str
    filed_on: date | None


def alternatives(session: Session, shown: Iterable[tuple[Entry, dict[str, Any]]]) -> dict[str, list[Alternative]]:
    """By entry, its alternatives among the entries shown and among those of their notices that were filed."""
    by_notice: dict[str, list[tuple[Entry, set[str]]]] = {}
    for entry, window in (*shown, *_filed(session)):
        by_notice.setdefault(entry.notice_id, []).append((entry, _named(window)))
    return {
        mine.id: [
            Alternative(other.id, other.title, other.closed_on if other.status == "satisfied" else None)
            for other, theirs in entries
            if other.rule in named or mine.rule in theirs
        ]
        for entries in by_notice.values()
        for mine, named in entries
    }


def _named(window: dict[str, Any]) -> set[str]:
    """The rules that a stored window names as alternatives. Damage hides no other line: its seal tells of it."""
    try:
        relations = decoding.convert(window, Window).relations
    except ValidationError:
        return set()
    return {item.rule for item in relations if item.kind == "alternative" and item.rule is not None}


def _filed(session: Session) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """The filed entries of notices that have open ones."""
    query = (
        select(Entry, DeadlineRow.window)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.status == "satisfied", Entry.notice_id.in_(select(Entry.notice_id).where(Entry.status == "open")))
        .order_by(Entry.id)
    )
    return ((entry, window) for entry, window in session.execute(query))


def beside_words(found: Beside) -> str:
    """`Motion to reopen, entry k3v7qp2m, was filed on 2026-11-02. One of the two, not both [8 CFR …].`"""
    cite = f" [{'; '.join(found.relation.cite)}]" if found.relation.cite else ""
    return (
        f"{found.entry.title}, entry {found.entry.id[:8]}, was filed on {found.entry.closed_on} after the same "
        f"notice. {found.relation.text}{cite}"
    )


class Ending(Struct, frozen=True):
    """A filing that ended a clock: the filed entry, the day, the entry of the clock, and the law that says so."""

    filed: Entry
    ended: Entry
    text: str
    cite: list[str]


def endings_by(law: Law, filed: Entry) -> list[Ending]:
    """The clocks of the matter that were running when an entry was filed, and that the filing ended."""
    others = [(other, day) for other, day in _others(filed) if other.status in ENDABLE]
    return [
        Ending(filed, other, item.text, item.cite)
        for item in _endings(law, filed)
        for other, last_day in others
        if other.rule == item.rule and _ran(filed, last_day) and _holds(item, filed, other)
    ]


def endings_of(law: Law, ended: Entry, last_day: date | None) -> list[Ending]:
    """The filings of the matter that ended this clock while it ran."""
    return [
        Ending(other, ended, item.text, item.cite)
        for other, _ in (_others(ended) if ended.status in ENDABLE else ())
        for item in _endings(law, other)
        if item.rule == ended.rule and _ran(other, last_day) and _holds(item, other, ended)
    ]


def _others(entry: Entry) -> Iterator[tuple[Entry, date | None]]:
    """The other entries of the matter with their last days."""
    query = (
        select(Entry, DeadlineRow.last_day)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.matter_id == entry.matter_id, Entry.id != entry.id)
        .order_by(Entry.created_at, Entry.id)
    )
    session = object_session(entry)
    return ((other, last_day) for other, last_day in (session.execute(query) if session is not None else ()))


def _endings(law: Law, filed: Entry) -> Iterator[model.Relation]:
    rule = law.rules.get(filed.rule) if filed.status == "satisfied" else None
    return (item for item in rule.relation if item.kind == "ends" and item.on == "filed") if rule else iter(())


def _ran(filed: Entry, last_day: date | None) -> bool:
    return filed.closed_on is not None and last_day is not None and filed.closed_on <= last_day


def _holds(item: model.Relation, filed: Entry, ended: Entry) -> bool:
    """Whether the condition holds for the notice that was answered, by what it and the notice of the clock say:
    a grant of voluntary departure may be typed in with the judge's order only."""
    notice, other = (entered_of(entry.notice) for entry in (filed, ended))
    return match(item.when, structs.replace(notice, facts={**other.facts, **notice.facts})).holds is True
