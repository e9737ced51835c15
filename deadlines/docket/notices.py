"""Finding a notice, and whether it is the one in force."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.prefixes import find_by_id
from deadlines.errors import Conflict
from deadlines.store.holding import HELD
from deadlines.store.tables import NoticeRow


def find_notice(session: Session, name: str) -> NoticeRow:
    """The notice of that id, or of a beginning of it; raises as `find_by_id`."""
    return find_by_id(session, NoticeRow, name, "notice", "deadlines show NUMBER")


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
