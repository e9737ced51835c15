"""What an operation of the API is handed, and what it answers."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy.orm import Session

from deadlines.docket.intake import Desk
from deadlines.law.news import News
from deadlines.store.tables import Person
from deadlines.web.desk.visit import Office


class Firm(Struct, frozen=True):
    """What the API needs of the firm. `desk` makes its desk for whoever acts, `news` tells of its law."""

    office: Office
    desk: Callable[[str], Desk]
    news: Callable[[], list[News]]


class Asked(Struct, frozen=True, kw_only=True):
    """One request, decoded, within its transaction. `by` is the person of the token, `ids` what the path names."""

    session: Session
    by: Person
    firm: Firm
    now: datetime
    today: date
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None

    def desk(self) -> Desk:
        """The firm's desk, at which the person of the token acts."""
        return replace(self.firm.desk(self.by.email), door="program")


class Reply(Struct, frozen=True):
    """What is answered: `body` becomes JSON; `location` is the address of what was made."""

    body: Any
    location: str | None = None
