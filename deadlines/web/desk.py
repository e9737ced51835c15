"""The pages of the firm: the docket, and one matter. A person sees what `docket.visible` allows.

Each page is one question or one change in the database, in a thread. A change needs a form sent from our own pages
by somebody who is signed in; no link changes anything.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deadlines.docket import logins
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.board import PAGE, Board, Wanted, When, board
from deadlines.docket.logins import find_signed_in
from deadlines.docket.roles import ATTORNEYS, require
from deadlines.docket.views import MatterView, find_entry, matter_view
from deadlines.docket.visible import visible
from deadlines.errors import DeadlinesError, NotFound
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Matter, Person
from deadlines.web.asking import Asking
from deadlines.web.cookies import Cookie
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.forms import read_form
from deadlines.web.origins import is_foreign
from deadlines.web.pages import HEADERS, Pages
from deadlines.web.stale import is_stale
from deadlines.web.window_map import draw

log = logging.getLogger(__name__)

WHEN: dict[When, str] = {"all": "all open", "overdue": "overdue", "today": "today", "week": "the next seven days"}
NOT_OURS = ("That did not come from our page", "Nothing was changed. Go back, load the page again and try once more.")
FAILED = ("The docket cannot be reached just now", "Nothing was changed. Try again in a few minutes.")
UNKNOWN = ("There is no such page", "The matter does not exist, or it is not yours to see.")


class Office(Struct, frozen=True, kw_only=True):
    """What the pages need to know of the firm: its address and zone, how long an answer holds, and the time.

    `heartbeat` is the sweep whose silence for longer than `patience` the pages tell of.
    """

    address: str
    zone: ZoneInfo
    ack_lasts: timedelta
    heartbeat: str
    patience: timedelta
    now: Callable[[], datetime]

    def today(self) -> date:
        """The firm's calendar day."""
        return self.now().astimezone(self.zone).date()


class Desk:
    """The pages for who is signed in."""

    def __init__(self, database: Database, pages: Pages, cookie: Cookie, office: Office) -> None:
        self._database, self._pages, self._cookie, self._office = database, pages, cookie, office
        self._ask = Asking()
        self._root = urlsplit(office.address).path.rstrip("/")

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/", self.docket, methods=["GET"]),
            Route("/matter/{matter}", self.matter, methods=["GET"]),
            Route("/entry/{entry}/ack", self.take_on, methods=["POST"]),
        ]

    async def docket(self, request: Request) -> Response:
        """The open dates that the person may see, a page at a time."""
        wanted = wanted_of(dict(request.query_params))
        return await self._answer(request, lambda session, person: self._docket(session, person, wanted))

    async def matter(self, request: Request) -> Response:
        """One matter with the window map of each notice."""
        identifier = request.path_params["matter"]
        return await self._answer(request, lambda session, person: self._matter(session, person, identifier))

    async def take_on(self, request: Request) -> Response:
        """Somebody takes a date on (POST only), and is back where they were."""
        form = await read_form(request)
        if form is None or is_foreign(request.headers, self._office.address):
            return self._pages.notice(403, *NOT_OURS)
        identifier = request.path_params["entry"]
        return await self._answer(
            request, lambda session, person: self._take_on(session, person, identifier), writes=True
        )

    async def _answer(
        self, request: Request, make: Callable[[Session, Person], Response], *, writes: bool = False
    ) -> Response:
        try:
            return await self._ask(self._made, self._cookie.read(request), make, writes=writes)
        except NotFound:
            return self._pages.notice(404, *UNKNOWN)
        except DATABASE_FAULTS as fault:
            log.error("a page cannot be made (%s)", type(fault).__name__)
            return self._pages.notice(503, *FAILED)
        except DeadlinesError as error:
            return self._pages.notice(error.http_status, "That cannot be done", error.sentence)

    def _made(self, token: str, make: Callable[[Session, Person], Response], *, writes: bool) -> Response:
        """In a thread: who asks, and the page for them; nobody signed in is sent to the door."""
        now = self._office.now()
        with self._database.read() as session:
            found = find_signed_in(session, token, now=now) if token else None
            if found is None:
                return RedirectResponse(f"{self._root}/sign-in", 303, HEADERS)
            if not writes and not logins.is_due(found, now):
                return make(session, found.person)
        with self._database.write() as session:
            found = find_signed_in(session, token, now=now)
            if found is None:
                return RedirectResponse(f"{self._root}/sign-in", 303, HEADERS)
            found.seen_at = now
            return make(session, found.person)

    def _docket(self, session: Session, person: Person, wanted: Wanted) -> Response:
        today = self._office.today()
        found = board(session, person, wanted, today=today, now=self._office.now())
        people = session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.name)).all()
        return self._page(
            session,
            "docket.html",
            reader=person,
            board=found,
            wanted=wanted,
            when=WHEN,
            attorneys=[one for one in people if one.role in ATTORNEYS],
            today=today,
            paging=_paging(found, wanted, self._root),
        )

    def _matter(self, session: Session, person: Person, identifier: str) -> Response:
        query = select(Matter.reference).where(Matter.id == identifier, visible(person))
        reference = session.scalar(query)
        if reference is None:
            raise NotFound(UNKNOWN[1])
        found = matter_view(session, reference)
        today = self._office.today()
        return self._page(
            session, "matter.html", reader=person, matter=found, notices=_notices(found, today), today=today
        )

    def _page(self, session: Session, template: str, **values: Any) -> Response:
        """A page of the docket, under a banner while nobody keeps it up to date."""
        office = self._office
        beat = session.get(Heartbeat, office.heartbeat)
        silent = beat is None or is_stale(beat.at, office.now(), office.patience)
        since = f"{beat.at.astimezone(office.zone):%Y-%m-%d %H:%M}" if beat is not None else ""
        return self._pages.make(template, silent=silent, silent_since=since, root=self._root, **values)

    def _take_on(self, session: Session, person: Person, identifier: str) -> Response:
        entry = find_entry(session, identifier)
        if session.scalar(select(Matter.id).where(Matter.id == entry.matter_id, visible(person))) is None:
            raise NotFound(UNKNOWN[1])
        require(person, "acknowledge")
        office = self._office
        acknowledge(session, entry, person, now=office.now(), lasts=office.ack_lasts, zone=str(office.zone))
        return RedirectResponse(f"{self._root}/matter/{entry.matter_id}#{entry.id}", 303, HEADERS)


def wanted_of(query: dict[str, str]) -> Wanted:
    """What a person looks for, by the address of the page; what makes no sense is left out."""
    page = query.get("page", "1")
    when: When = next((known for known in WHEN if known == query.get("when")), "all")
    return Wanted(
        attorney=_plain(query, "attorney"),
        remedy=_plain(query, "remedy"),
        words=_plain(query, "words") or "",
        when=when,
        page=min(int(page), 10_000) if page.isascii() and page.isdigit() and int(page[:6]) > 0 else 1,
    )


def _plain(query: dict[str, str], name: str) -> str | None:
    """What was asked for, as text that a database takes."""
    return "".join(c for c in query.get(name, "")[:100] if c.isprintable()) or None


class Paging(Struct, frozen=True):
    """Which lines a page shows, and the addresses of the pages beside it."""

    first: int
    last: int
    before: str | None
    after: str | None


def _paging(found: Board, wanted: Wanted, root: str) -> Paging:
    first = PAGE * (wanted.page - 1) + 1
    last = first + len(found.lines) - 1

    def address(page: int) -> str:
        asked = {"when": wanted.when, "attorney": wanted.attorney, "remedy": wanted.remedy, "words": wanted.words}
        return f"{root}/?" + urlencode({name: word for name, word in {**asked, "page": page}.items() if word})

    return Paging(
        first,
        last,
        before=address(wanted.page - 1) if wanted.page > 1 else None,
        after=address(wanted.page + 1) if last < found.total else None,
    )


def _notices(matter: MatterView, today: date) -> list[dict[str, object]]:
    """The entries of a matter by notice, the latest notice first, each with its map."""
    ids = list(dict.fromkeys(entry.notice for entry in matter.entries))
    groups = [[entry for entry in matter.entries if entry.notice == identifier] for identifier in ids]
    latest_first = sorted(groups, key=lambda entries: entries[0].decided_on, reverse=True)
    return [{"head": entries[0], "entries": entries, "map": draw(entries, today)} for entries in latest_first]
