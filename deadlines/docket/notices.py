"""Finding a notice, and whether it is the one in force and still stands."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.prefixes import find_by_id
from deadlines.docket.visible import visible
from deadlines.errors import Conflict
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, Matter, NoticeRow, Person

CALLED = ("notice", "deadlines show NUMBER")


def find_notice(session: Session, name: str) -> NoticeRow:
    """The notice of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, NoticeRow, name, *CALLED)


def find_seen_notice(session: Session, name: str, person: Person) -> NoticeRow:
    """The same of a matter that the person sees; every other one is as unknown as one that there is not."""
    seen = NoticeRow.matter_id.in_(select(Matter.id).where(visible(person)))
    return find_by_id(session, NoticeRow, name, *CALLED, seen)


def standing_notices(session: Session, matter_id: str) -> Sequence[NoticeRow]:
    """The notices of a matter that are in force and were not struck, the latest entered first."""
    later = aliased(NoticeRow)
    in_force = ~select(later.id).where(later.amends_id == NoticeRow.id).exists()
    query = select(NoticeRow).where(NoticeRow.matter_id == matter_id, in_force, _stands())
    return session.scalars(query.order_by(NoticeRow.entered_at.desc(), NoticeRow.id)).all()


def hold_standing(session: Session, notice: NoticeRow) -> None:
    """Hold the notice until the end of the transaction; raises Conflict for one that was amended or struck."""
    hold_in_force(session, notice)
    if session.scalar(select(NoticeRow.id).where(NoticeRow.id == notice.id, _stands())) is None:
        raise Conflict(f"Notice {notice.id[:8]} was struck: it is not on the docket any more.")


def _stands() -> ColumnElement[bool]:
    """Whether a notice has a window that was not struck; one that opens none stands as well."""
    its = select(Entry.id).where(Entry.notice_id == NoticeRow.id)
    return or_(~its.exists(), its.where(Entry.status != "struck").exists())


def hold_in_force(session: Session, notice: NoticeRow) -> None:
    """Hold the notice until the end of the transaction; raises Conflict for one that was amended."""
    hold(session, notice.id)
    later = session.scalars(select(NoticeRow).where(NoticeRow.amends_id == notice.id)).first()
    if later is not None:
        raise Conflict(f"Notice {notice.id[:8]} has been amended; the one in force is {later.id[:8]}.")


def hold(session: Session, notice_id: str) -> None:
    """Hold a notice until the end of the transaction, before any of its entries, so that two changes follow
    each other."""
    session.execute(select(NoticeRow.id).where(NoticeRow.id == notice_id).with_for_update(**HELD))


def ancestors(session: Session, notice: NoticeRow) -> list[str]:
    """The ids of a notice and of those that it amends, back to the one that was recorded first."""
    found, before = [notice.id], notice.amends_id
    while before is not None:
        found.append(before)
        before = session.scalar(select(NoticeRow.amends_id).where(NoticeRow.id == before))
    return found
