"""What is kept from who may still verify a notice blind: one rule for every answer that is made for one person.

To whom a second look is open, nothing is told that they are to read off the paper: the kind of notice, the form that it
decides, its days, its service, its printed deadline, the facts beside them, and the working and the disputes, which
name those days. The dates that the docket holds stay: somebody has to act on them. Who entered a notice, who may not
verify it, who has signed for one of its dates, and everybody once it is verified, is told all of it.

A notice that was struck is mostly the same paper, recorded anew but for what was wrong. So those of a matter are kept
from who may still verify another of its notices, but for who entered or verified them.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from deadlines.compute.result import Relation, Window
from deadlines.docket.chains import Chain, chains_of
from deadlines.docket.roles import may
from deadlines.docket.signable import knows_it, refusal_of, unresolved_dispute
from deadlines.docket.trust import window_of
from deadlines.errors import Conflict
from deadlines.store.tables import DeadlineRow, Entry, NoticeRow, Person

if TYPE_CHECKING:
    from deadlines.docket.views import EntryView


UNREAD = "this notice, or another of its matter"
"""What somebody may still verify who is not shown a notice: with what was struck it is another one."""
CLOSES = "Filing this closes or ends another remedy: read the notice before you file."


def blind_to(session: Session, person: Person | None, notices: Collection[str]) -> frozenset[str]:
    """The ids, of these notices, of which somebody is not told what was entered. None: nobody in particular asks, who
    reads the database anyway; see `unverified_of` for what is handed around.

    What a notice amends says nearly the same, and is kept from the same people; so is what was struck beside it.
    """
    if person is None or not may(person, "verify") or not notices:
        return frozenset()
    matters = select(NoticeRow.matter_id).where(NoticeRow.id.in_(notices))
    query = select(NoticeRow, _struck_unread(person)).where(NoticeRow.matter_id.in_(matters))
    rows = session.execute(query).all()
    found = chains_of([row for row, _ in rows])
    struck = {row.id: row.matter_id for row, hidden in rows if hidden}
    heads = {each: found[each].current.id for each in notices if _entered(found[each], each) != person.email}
    asked = set(heads.values())
    beside = {matter for head, matter in struck.items() if head in asked}
    asked |= {chain.current.id for chain in found.values() if chain.current.matter_id in beside}
    waiting = _signable(session, asked, person)
    blind = {head for head, entries in waiting.items() if _is_open_to(session, found[head].current, entries, person)}
    waits = {found[head].current.matter_id for head in blind}
    return frozenset(each for each, head in heads.items() if head in blind or struck.get(head) in waits)


def waiting_of(session: Session, notices: Collection[str]) -> frozenset[str]:
    """The ids, of these notices in force, of which an open date waits to be verified."""
    waits = Entry.status == "open", Entry.verified_at.is_(None)
    return frozenset(session.scalars(select(Entry.notice_id).where(Entry.notice_id.in_(notices), *waits).distinct()))


def unverified_of(session: Session, notices: Collection[str]) -> frozenset[str]:
    """The ids, of these notices in force, of which an open date waits to be verified, or that were struck in a matter
    with such a date: what is made for nobody in particular and handed around tells of them what the strictest reader is
    told."""
    other, beside = aliased(Entry), aliased(Entry)
    waiting = select(other.matter_id).where(other.status == "open", other.verified_at.is_(None))
    waits = and_(Entry.status == "open", Entry.verified_at.is_(None))
    again = select(beside.id).where(beside.notice_id == Entry.notice_id, beside.status == "open").exists()
    struck = and_(Entry.status == "struck", ~again, Entry.matter_id.in_(waiting))
    query = select(Entry.notice_id).where(Entry.notice_id.in_(notices), or_(waits, struck))
    return frozenset(session.scalars(query.distinct()))


def blinded(view: "EntryView") -> "EntryView":
    """The entry without what was entered of its notice, and without what tells it."""
    made = view.resolution
    decided = msgspec.structs.replace(made, dispute="", printed=None) if made is not None else None
    closing = msgspec.structs.replace(view.closing, past_printed=None) if view.closing is not None else None
    return msgspec.structs.replace(
        view,
        kind=None,
        decided_on=None,
        entered=None,
        window=plain(view.window),
        dispute=None,
        resolution=decided,
        closing=closing,
        follow_ons=[],
        blind=True,
    )


def plain(window: Window) -> Window:
    """The window with the dates to act on, and without the working, the readings, the dispute and the day on which it
    opens, which tell the days and the service of the notice, and without what its kind, form and facts choose: why the
    remedy fits, what to watch, and fees. Which other remedy a filing closes or ends stays, in no words of the case:
    somebody may file."""
    grave = (relation for relation in window.relations if relation.kind in ("alternative", "ends"))
    relations = [Relation(each.kind, each.on, each.rule, None, {}, CLOSES, []) for each in grave]
    opens_on = window.opens_on if window.last_day is None else None
    return msgspec.structs.replace(
        window,
        opens_on=opens_on,
        dispute=None,
        working=[],
        readings=[],
        fits=[],
        notes=[],
        relations=relations,
        fees=[],
    )


def reads_first(session: Session, person: Person, row: NoticeRow) -> bool:
    """Whether somebody would be shown what they may still read blind, and has not read it once, otherwise than it was
    entered; what was struck nobody has who may still verify what was recorded in its place."""
    if row.id not in blind_to(session, person, [row.id]):
        return False
    looked = any(look.get("by") == person.id for look in _looks(session, row))
    return not looked or row.id not in waiting_of(session, [row.id])


def require_seen(
    session: Session, person: Person, row: NoticeRow, because: str = "Who corrects it sees what was entered."
) -> None:
    """Raises Conflict, with the reason, for who reads it off the paper first; who has read it once, otherwise than it
    was entered, may correct it."""
    if reads_first(session, person, row):
        raise Conflict(f"You may still verify {UNREAD}: read it off the paper first. {because}")


def _looks(session: Session, row: NoticeRow) -> list[dict[str, object]]:
    kept = session.scalars(select(Entry.discrepancy).where(Entry.notice_id == row.id, Entry.discrepancy.is_not(None)))
    return [look for one in kept if one is not None for look in one.get("looks", [])]


def _struck_unread(person: Person) -> ColumnElement[bool]:
    """Whether a notice was struck and is not in force again, and this person has signed for none of it."""
    its = select(Entry.id).where(Entry.notice_id == NoticeRow.id)
    told = or_(Entry.status == "open", Entry.verified_by == person.id)
    return and_(its.where(Entry.status == "struck").exists(), ~its.where(told).exists())


def _entered(chain: Chain, notice: str) -> str:
    """Who entered one row of a notice."""
    return next(row.entered_by for row in chain.rows if row.id == notice)


def _signable(session: Session, notices: Collection[str], person: Person) -> dict[str, list[Entry]]:
    """By notice, the open entries that somebody could sign for now; none where a dispute waits, because who decides
    it must see both dates, and none where this person has signed for another date of the notice."""
    other = aliased(Entry)
    signed = select(other.notice_id).where(
        other.notice_id.in_(notices), other.verified_by == person.id, other.status == "open"
    )
    query = (
        select(Entry, DeadlineRow)
        .join(DeadlineRow, (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version))
        .where(Entry.notice_id.in_(notices), Entry.status == "open", Entry.verified_at.is_(None))
        .where(Entry.notice_id.not_in(signed))
        .order_by(Entry.id)
    )
    rows = session.execute(query).all()
    undecided = {entry.notice_id for entry, row in rows if unresolved_dispute(entry, window_of(entry, row)) is not None}
    found: dict[str, list[Entry]] = {}
    for entry, row in rows:
        if entry.notice_id not in undecided and refusal_of(entry, row, person) is None:
            found.setdefault(entry.notice_id, []).append(entry)
    return found


def _is_open_to(session: Session, row: NoticeRow, entries: list[Entry], person: Person) -> bool:
    return row.entered_by != person.email and knows_it(session, row, entries, person) is None
