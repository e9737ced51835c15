"""Finding a notice, and whether it is the one in force."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.tables import NoticeRow

SHORTEST_PREFIX = 4


def find_notice(session: Session, name: str) -> NoticeRow:
    """The notice of that id or of a beginning of it; raises NotFound, and InputError where it is unclear."""
    word = name.strip().lower()
    if len(word) < SHORTEST_PREFIX or not word.isalnum():
        raise InputError(f"'{name}' is no notice id; `deadlines show` names the notice of each entry.")
    query = select(NoticeRow).where(NoticeRow.id.startswith(word, autoescape=True)).limit(2)
    found = session.scalars(query).all()
    if not found:
        raise NotFound(f"No notice begins with '{name}'; `deadlines show` names the notice of each entry.")
    if len(found) > 1:
        raise InputError(f"More than one notice begins with '{name}': give more of the id.")
    return found[0]


def hold_in_force(session: Session, notice: NoticeRow) -> None:
    """Hold the notice until the end of the transaction; raises Conflict for one that was amended."""
    hold(session, notice.id)
    later = session.scalars(select(NoticeRow).where(NoticeRow.amends_id == notice.id)).first()
    if later is not None:
        raise Conflict(f"Notice {notice.id[:8]} has been amended; the one in force is {later.id[:8]}.")


def hold(session: Session, notice_id: str) -> None:
    """Hold a notice until the end of the transaction, before any of its entries, so that two changes follow
    each other."""
    session.execute(select(NoticeRow.id).where(NoticeRow.id == notice_id).with_for_update())
