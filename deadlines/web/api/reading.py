"""The operations that only read. Everything goes through `docket.visible`: what is not seen does not exist."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import structs
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from deadlines.docket.blind import blind_to
from deadlines.docket.board import counts, lines_after
from deadlines.docket.incoming import waiting_papers
from deadlines.docket.legible import entered_of
from deadlines.docket.people import find_person
from deadlines.docket.trail_watch import doubt
from deadlines.docket.views import EntryView, entry_view, matter_view
from deadlines.docket.visible import visible
from deadlines.docket.wanted import Wanted, forums_of, rules_of
from deadlines.errors import NotFound
from deadlines.store.spelling import as_kept, holds
from deadlines.store.tables import Entry, Heartbeat, Incoming, Matter, NoticeRow, Person
from deadlines.version import VERSION
from deadlines.web.api.asked import Asked, Reply
from deadlines.web.api.cursors import cursor, position
from deadlines.web.api.shapes import (
    DocketPage,
    DocketQuery,
    EntryAnswer,
    Health,
    LawAnswer,
    MatterAnswer,
    MatterLine,
    MattersPage,
    MattersQuery,
    NoticeAnswer,
    NoticesPage,
    NoticesQuery,
)
from deadlines.web.stale import is_stale

UNKNOWN = "There is no {} with this id, or it is not this person's to see."


def docket(asked: Asked) -> Reply:
    """The open dates that the person sees, the next first."""
    query: DocketQuery = asked.query
    session, now, today = asked.session, asked.now, asked.today
    after = _plain(position(query.cursor, tuple[str, str]))
    found = lines_after(session, asked.by, _wanted(asked, query), after, limit=query.limit + 1, today=today, now=now)
    page = found[: query.limit]
    more = cursor(page[-1][0], page[-1][1].entry) if len(found) > len(page) else None
    seen = counts(session, asked.by, today=today, now=now)
    return Reply(DocketPage(items=[line for _, line in page], counts=seen, next=more, in_doubt=doubt(session)))


def _wanted(asked: Asked, query: DocketQuery) -> Wanted:
    """What is looked for. Raises NotFound for an unknown attorney or forum: it must not read as if all were done."""
    law = asked.desk().law
    if query.forum is not None and query.forum not in forums_of(law):
        raise NotFound(f"There is no such forum; there are {', '.join(forums_of(law))}.")
    return Wanted(
        attorney=find_person(asked.session, query.attorney).id if query.attorney is not None else None,
        remedy=query.remedy,
        forum=query.forum,
        rules=rules_of(law, query.forum) if query.forum is not None else frozenset(),
        words=query.words,
        when=query.when,
        on=query.on,
        until=query.until,
    )


def matters(asked: Asked) -> Reply:
    """The matters that the person sees, by the firm's number."""
    query: MattersQuery = asked.query
    chosen: list[ColumnElement[bool]] = [visible(asked.by)]
    if query.reference is not None:
        chosen.append(Matter.reference == as_kept(query.reference))
    for word in query.words.split():
        chosen.append(or_(holds(Matter.reference, word), holds(Matter.client, word)))
    after = _plain(position(query.cursor, tuple[str, str]))
    if after is not None:
        chosen.append(Matter.reference > after[0])
    opened = select(func.count()).where(Entry.matter_id == Matter.id, Entry.status == "open").scalar_subquery()
    rows = asked.session.execute(
        select(Matter, Person.email, opened.label("opened"))
        .join(Person, Person.id == Matter.attorney_id)
        .where(*chosen)
        .order_by(Matter.reference)
        .limit(query.limit + 1)
    ).all()
    lines = [_matter_line(row.Matter, row.email, row.opened) for row in rows[: query.limit]]
    return Reply(
        MattersPage(items=lines, next=cursor(lines[-1].reference, lines[-1].id) if len(rows) > len(lines) else None)
    )


def matter(asked: Asked) -> Reply:
    """One matter with its notices, entries and windows."""
    return Reply(matter_answer(asked, seen_matter(asked.session, asked.by, asked.ids["matter"])))


def notices(asked: Asked) -> Reply:
    """The notices of the matters that the person sees, the latest entered first."""
    query: NoticesQuery = asked.query
    chosen: list[ColumnElement[bool]] = [visible(asked.by)]
    if query.matter is not None:
        chosen.append(NoticeRow.matter_id == seen_matter(asked.session, asked.by, query.matter).id)
    after = position(query.cursor, tuple[datetime, str])
    if after is not None:
        at, identifier = after[0], after[1].replace("\0", "")
        earlier = and_(NoticeRow.entered_at == at, NoticeRow.id > identifier)
        chosen.append(or_(NoticeRow.entered_at < at, earlier))
    rows = asked.session.scalars(
        select(NoticeRow)
        .join(Matter, Matter.id == NoticeRow.matter_id)
        .where(*chosen)
        .order_by(NoticeRow.entered_at.desc(), NoticeRow.id)
        .limit(query.limit + 1)
    ).all()
    page = rows[: query.limit]
    more = cursor(page[-1].entered_at, page[-1].id) if len(rows) > len(page) else None
    return Reply(NoticesPage(items=_notices(asked, page), next=more))


def notice(asked: Asked) -> Reply:
    """One notice as it was entered."""
    return Reply(_notices(asked, [seen_notice(asked.session, asked.by, asked.ids["notice"])])[0])


def seen_notice(session: Session, person: Person, identifier: str) -> NoticeRow:
    """The notice of that id, if the person may see its matter; raises NotFound as if there were none."""
    query = select(NoticeRow).join(Matter, Matter.id == NoticeRow.matter_id)
    found = session.scalar(query.where(NoticeRow.id == identifier, visible(person)))
    if found is None:
        raise NotFound(UNKNOWN.format("notice"))
    return found


def entry(asked: Asked) -> Reply:
    """One entry with its window and working."""
    return Reply(entry_answer(asked, seen_entry(asked.session, asked.by, asked.ids["entry"])))


def law(asked: Asked) -> Reply:
    """The edition of the law that the firm works by, and what each edition changed."""
    held = asked.desk().law
    return Reply(LawAnswer(edition=held.edition, digest=held.digest, kinds=list(held.kinds), news=asked.firm.news()))


def health(asked: Asked) -> Reply:
    """Whether the docket is kept up to date, and whether its dates may be relied on."""
    office = asked.firm.office
    beat = asked.session.get(Heartbeat, office.heartbeat)
    fresh = beat is not None and not is_stale(beat.at, asked.now, office.patience)
    in_doubt = doubt(asked.session)
    answer = Health(
        state="well" if fresh and in_doubt is None else "ill",
        in_doubt=in_doubt,
        scheduler="ok" if fresh else "never ran" if beat is None else "silent",
        seen_at=beat.at if beat is not None else None,
        edition=asked.desk().law.edition,
        version=VERSION,
        at=asked.now,
    )
    return Reply(answer)


def seen_matter(session: Session, person: Person, identifier: str) -> Matter:
    """The matter of that id, if the person may see it; raises NotFound as if there were none."""
    found = session.scalar(select(Matter).where(Matter.id == identifier, visible(person)))
    if found is None:
        raise NotFound(UNKNOWN.format("matter"))
    return found


def seen_paper(session: Session, person: Person, identifier: str) -> Incoming:
    """The paper of that id, if it has no matter yet or the person may see its matter; raises NotFound likewise."""
    query = select(Incoming).outerjoin(Matter, Matter.id == Incoming.matter_id)
    seen = or_(Incoming.matter_id.is_(None), visible(person))
    found = session.scalar(query.where(Incoming.id == identifier, seen))
    if found is None:
        raise NotFound(UNKNOWN.format("paper"))
    return found


def seen_entry(session: Session, person: Person, identifier: str) -> Entry:
    """The entry of that id, if the person may see its matter; raises NotFound as if there were none."""
    query = select(Entry).join(Matter, Matter.id == Entry.matter_id)
    found = session.scalar(query.where(Entry.id == identifier, visible(person)))
    if found is None:
        raise NotFound(UNKNOWN.format("entry"))
    return found


def matter_answer(asked: Asked, found: Matter) -> MatterAnswer:
    """One matter in full, but for what the token's person may still read blind."""
    view = matter_view(asked.session, found.reference, reader=asked.by)
    query = select(NoticeRow).where(NoticeRow.matter_id == found.id)
    rows = asked.session.scalars(query.order_by(NoticeRow.entered_at.desc(), NoticeRow.id)).all()
    return MatterAnswer(
        id=found.id,
        reference=found.reference,
        client=found.client,
        restricted=found.restricted,
        attorney=view.attorney,
        closed_at=found.closed_at,
        notices=_notices(asked, rows),
        entries=[_entry_answer(asked, entry, found.id) for entry in view.entries],
        waiting=waiting_papers(asked.session, found),
    )


def entry_answer(asked: Asked, found: Entry) -> EntryAnswer:
    """One entry in full, but for what the token's person may still read blind."""
    asked.session.flush()
    return _entry_answer(asked, entry_view(asked.session, found, reader=asked.by), found.matter_id)


def _entry_answer(asked: Asked, view: EntryView, matter_id: str) -> EntryAnswer:
    shown = structs.asdict(view)
    doubted = doubt(asked.session)
    return EntryAnswer(**shown, matter_id=matter_id, discrepant=bool(view.discrepancy), in_doubt=doubted)


def _notices(asked: Asked, rows: Sequence[NoticeRow]) -> list[NoticeAnswer]:
    query = select(Entry.notice_id, Entry.id).where(Entry.notice_id.in_([row.id for row in rows]))
    entries: dict[str, list[str]] = {}
    for notice_id, identifier in asked.session.execute(query.order_by(Entry.created_at, Entry.rule)):
        entries.setdefault(notice_id, []).append(identifier)
    blind = blind_to(asked.session, asked.by, [row.id for row in rows])
    return [_notice_answer(row, entries.get(row.id, []), blind=row.id in blind) for row in rows]


def _notice_answer(row: NoticeRow, entries: list[str], *, blind: bool) -> NoticeAnswer:
    return NoticeAnswer(
        id=row.id,
        matter=row.matter_id,
        kind=None if blind else row.kind,
        form=None if blind else row.form,
        decided_on=None if blind else row.decided_on,
        entered=None if blind else entered_of(row),
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        amends=row.amends_id,
        entries=entries,
        blind=blind,
    )


def _matter_line(found: Matter, attorney: str, opened: int) -> MatterLine:
    return MatterLine(
        id=found.id,
        reference=found.reference,
        client=found.client,
        restricted=found.restricted,
        attorney=attorney,
        open=opened,
        closed_at=found.closed_at,
    )


def _plain(after: tuple[str, str] | None) -> tuple[str, str] | None:
    """What a cursor holds may have been made up: a database takes no NUL."""
    return None if after is None else (after[0].replace("\0", ""), after[1].replace("\0", ""))
