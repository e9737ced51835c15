"""What was missed is frozen: only the partner may change what is recorded of it."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.roles import PARTNER_ROLE
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, Matter, NoticeRow, Person

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk


def is_partner(desk: "Desk", matter: Matter, person: Person) -> bool:
    """Whether a person is a partner, the one of the weekly follow-up, or supervises the attorney of the matter."""
    named = person.email == desk.partner or person.id == matter.attorney.supervisor_id
    return named or person.role == PARTNER_ROLE


def require_partner(desk: "Desk", matter: Matter, person: Person) -> None:
    """Raises Conflict for anybody but the partner."""
    if not is_partner(desk, matter, person):
        raise Conflict(
            "The record of a missed date is kept as it is: only a partner, or the supervisor of the matter's attorney, "
            "may change it.",
            code="frozen",
        )


def refuse_frozen(session: Session, desk: "Desk", notice: NoticeRow, person: Person) -> None:
    """Raises Conflict where a date of the notice was missed, unless the person is the partner."""
    missed = select(Entry.id).where(Entry.notice_id == notice.id, Entry.status == "missed").limit(1)
    if session.scalar(missed) is not None:
        require_partner(desk, notice.matter, person)
