"""One visit of somebody who is signed in: who it is, the time, the firm's office, and the pages that answer them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from deadlines.clock import day_of
from deadlines.docket.naming import Names
from deadlines.docket.telling import told
from deadlines.errors import NotFound
from deadlines.law import Law, load_law
from deadlines.store.tables import Person
from deadlines.web.banners import banners
from deadlines.web.desk.menu import frame_of
from deadlines.web.pages import HEADERS, Pages, moment_text

if TYPE_CHECKING:
    from deadlines.docket.house import House
    from deadlines.docket.intake import Desk
    from deadlines.docket.mailroom import MailRoom


class Office(Struct, frozen=True, kw_only=True):
    """What the pages need to know of the firm: its address and zone, how long an answer holds, and the time.

    `heartbeat` is the sweep whose silence the pages tell of, and calendars where it is longer than `patience`. `desk`
    makes the law, policy and practice by which somebody changes the docket (given who: a mail address); without it they
    only show.
    `room`: the firm's hours, by which papers that came in grow old.
    `house` tells what the firm has laid down, for the pages that show it.
    """

    address: str
    zone: ZoneInfo
    ack_lasts: timedelta
    heartbeat: str
    patience: timedelta
    now: Callable[[], datetime]
    desk: "Callable[[str], Desk] | None" = None
    room: "MailRoom | None" = None
    house: "Callable[[], House] | None" = None

    def today(self) -> date:
        """The firm's calendar day."""
        return day_of(self.now(), self.zone)


class At(Struct, frozen=True):
    """Where somebody is: the firm's office, its templates, and what stands before every path in the address."""

    office: Office
    pages: Pages
    root: str


class Visit:
    """One request of somebody who is signed in, inside its transaction."""

    def __init__(self, at: At, session: Session, person: Person, now: datetime, path: str) -> None:
        self.session, self.person, self.now, self.path = session, person, now, path
        self.office, self._at = at.office, at
        self.again: str | None = None
        """Where the same press of a button leads the second time, if not to where the first led; see `shown_once`."""

    @property
    def today(self) -> date:
        """The firm's calendar day."""
        return self.day_of(self.now)

    @property
    def desk(self) -> "Desk":
        """By what this person changes the docket. Raises NotFound where the server only shows it."""
        if self.office.desk is None:
            raise NotFound("This server only shows the docket; use the command line to change it.")
        return replace(self.office.desk(self.person.email), door="page")

    @property
    def law(self) -> Law:
        """The law that the firm works by; the packaged one where the server only shows the docket."""
        return load_law() if self.office.desk is None else self.desk.law

    @property
    def house(self) -> "House":
        """What the firm has laid down. Raises NotFound where the server was not told."""
        if self.office.house is None:
            raise NotFound("This server does not know what the firm has laid down; use the command line.")
        return self.office.house()

    def day_of(self, at: datetime) -> date:
        """The firm's calendar day of a moment."""
        return day_of(at, self.office.zone)

    def moment(self, at: datetime | None) -> str:
        """A moment as the firm's clock on the wall shows it; a dash for none."""
        return moment_text(at, self.office.zone)

    @cached_property
    def names(self) -> Names:
        """What people are called."""
        return Names(self.session)

    def who(self, who: object) -> str:
        """A person by id or mail address as people read it."""
        return self.names.of(who)

    def told(self, whom: str, verb: str = "are") -> str:
        """That people are told of what the program writes to them, or that somebody has to tell them."""
        return told("mail" if self.office.desk is None else self.desk.leaves, whom, verb)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of the docket, under a banner while nobody keeps it up to date, or while every date is in doubt."""
        common = {
            **frame_of(self.person, self._at.root, self.path),
            **banners(self.session, self.office.heartbeat, self.office.patience, self.now),
            "today": self.today,
            "moment": self.moment,
            "day_of": self.day_of,
            "who": self.who,
            "told": self.told,
        }
        return self._at.pages.make(template, status=status, **{**common, **values})

    def notice(self, status: int, heading: str, *sentences: str) -> Response:
        """A page that only says something."""
        return self._at.pages.notice(status, heading, *sentences, **frame_of(self.person, self._at.root))

    def shown_once(self, path: str) -> None:
        """What this change answers is a secret that is kept nowhere: whoever sends the same form again is led to
        another page of ours, which says so."""
        self.again = f"{self._at.root}{path}"

    def go(self, path: str) -> Response:
        """On to another page of ours, after a change; `path` begins with a slash."""
        return RedirectResponse(f"{self._at.root}{path}", 303, HEADERS)
