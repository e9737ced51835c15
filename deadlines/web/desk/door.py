"""The door of the desk: lets in who is signed in, opens the transaction, and answers faults with a sentence."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deadlines.clock import day_of
from deadlines.docket import logins
from deadlines.docket.logins import find_signed_in
from deadlines.docket.naming import Names
from deadlines.errors import Conflict, DeadlinesError, Forbidden, InputError, NotFound
from deadlines.law import Law, load_law
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Person
from deadlines.web.asking import Asking
from deadlines.web.cookies import Cookie
from deadlines.web.desk.menu import frame_of
from deadlines.web.feeds import DATABASE_FAULTS, MARK_SECONDS
from deadlines.web.forms import FIELDS, LARGEST, read_form
from deadlines.web.origins import is_foreign
from deadlines.web.pages import HEADERS, Pages, moment_text
from deadlines.web.plain import sentence
from deadlines.web.stale import is_stale
from deadlines.web.uploads import FarTooLarge, Sent, read_upload
from deadlines.web.wanted import Wanted

if TYPE_CHECKING:
    from deadlines.docket.house import House
    from deadlines.docket.intake import Desk
    from deadlines.docket.mailroom import MailRoom

log = logging.getLogger(__name__)

MINUTES = timedelta(minutes=3)
"""How long what somebody asks much for may take."""
Refusal = InputError | Conflict
"""What somebody is told beside what they typed: nothing was changed."""
NOT_OURS = ("That did not come from our page", "Nothing was changed. Go back, load the page again and try once more.")
TOO_LARGE = ("That file is too large", "Nothing was changed. Give a smaller scan, or none and another proof.")
FAILED = ("The docket cannot be reached just now", "Nothing was changed. Try again in a few minutes.")
UNKNOWN = ("There is no such page", "It does not exist, or it is not yours to see.")


class Office(Struct, frozen=True, kw_only=True):
    """What the pages need to know of the firm: its address and zone, how long an answer holds, and the time.

    `heartbeat` is the sweep whose silence for longer than `patience` the pages tell of. `desk` makes the law,
    policy and practice by which somebody changes the docket (given who: a mail address); without it they only show.
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


class Visit:
    """One request of somebody who is signed in, inside its transaction."""

    def __init__(self, door: "Door", session: Session, person: Person, now: datetime, path: str) -> None:
        self.session, self.person, self.now, self.path = session, person, now, path
        self.office, self._door = door.office, door

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

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of the docket, under a banner while nobody keeps it up to date."""
        office = self.office
        beat = self.session.get(Heartbeat, office.heartbeat)
        silent = beat is None or is_stale(beat.at, self.now, office.patience)
        since = self.moment(beat.at) if beat is not None else ""
        common = {
            **frame_of(self.person, self._door.root, self.path),
            "today": self.today,
            "moment": self.moment,
            "day_of": self.day_of,
            "who": self.who,
        }
        return self._door.pages.make(template, status=status, silent=silent, silent_since=since, **{**common, **values})

    def notice(self, status: int, heading: str, *sentences: str) -> Response:
        """A page that only says something."""
        return self._door.pages.notice(status, heading, *sentences, **frame_of(self.person, self._door.root))

    def go(self, path: str) -> Response:
        """On to another page of ours, after a change; `path` begins with a slash."""
        return RedirectResponse(f"{self._door.root}{path}", 303, HEADERS)


Change = Callable[[Visit, dict[str, str]], Response]
Again = Callable[[Visit, dict[str, str], Refusal], Response]
"""Makes a form anew from what was typed and the refusal."""


class Door:
    """Behind it every page is made. `root` is what stands before every path in the address."""

    def __init__(self, database: Database, pages: Pages, cookie: Cookie, office: Office) -> None:
        self.pages, self.office = pages, office
        self.root = urlsplit(office.address).path.rstrip("/")
        self._database, self._cookie = database, cookie
        self._wanted = Wanted(secure=office.address.startswith("https://"), root=self.root)
        self._ask, self._ask_mark = Asking(), Asking(threads=1, seconds=MARK_SECONDS)
        self._due: set[str] = set()
        """Browsers whose use is to be written down."""
        self._ask_for_much = Asking(threads=1, seconds=MINUTES.total_seconds())

    async def show(self, request: Request, make: Callable[[Visit], Response]) -> Response:
        """A page that changes nothing, made in a thread."""
        return await self._answer(request, make, writes=False)

    async def look(
        self, request: Request, make: Callable[[Visit, dict[str, str]], Response], *, fields: int = FIELDS
    ) -> Response:
        """A page by a form of ours (POST) that changes nothing; what was typed stays out of addresses and logs."""
        form = await read_form(request, fields) if self._is_ours(request) else None
        if form is None:
            return await self.refuse(request, 403, *NOT_OURS)
        return await self._answer(request, lambda visit: make(visit, form), writes=False)

    async def ask(self, request: Request, make: Callable[[Visit, dict[str, str]], Response]) -> Response:
        """What a form of ours (POST) asks for and changes nothing; one at a time, and it may take some minutes."""
        form = await read_form(request) if self._is_ours(request) else None
        if form is None:
            return await self.refuse(request, 403, *NOT_OURS)
        return await self._answer(request, lambda visit: make(visit, form), writes=False, patience=self._ask_for_much)

    async def again(self, request: Request, make: Callable[[Visit], Response], *, patient: bool = False) -> Response:
        """The second half of a change whose form `change`, `ask` or `upload` has taken already; a `patient` one may
        take some minutes."""
        return await self._answer(request, make, writes=True, patience=self._ask_for_much if patient else None)

    async def change(
        self, request: Request, make: Change, again: Again | None = None, *, fields: int = FIELDS
    ) -> Response:
        """A change by a form of ours (POST), made in one transaction; another site's form changes nothing.

        Where it is refused nothing has been changed, and `again` makes the form anew with what was typed.
        """
        form = await read_form(request, fields) if self._is_ours(request) else None
        return await self._changed(request, form, make, again)

    async def change_with_file(
        self, request: Request, make: Callable[[Visit, Sent], Response], again: Again
    ) -> Response:
        """The same by a form that may bring a file."""
        sent = await self.upload(request)
        if isinstance(sent, Response):
            return sent
        return await self._changed(request, sent.fields, lambda visit, _: make(visit, sent), again)

    async def upload(self, request: Request, *, keeps: int = 0, text: int = LARGEST) -> Sent | Response:
        """A form of ours with a file, for a page that is made of it later, or the answer to what is none.

        `keeps`: the file's content is wanted, of so many bytes at most; `text`: how many all fields may have.
        """
        try:
            sent = await read_upload(request, keeps=keeps, text=text) if self._is_ours(request) else None
        except FarTooLarge:
            return await self.refuse(request, 413, *TOO_LARGE)
        return await self.refuse(request, 403, *NOT_OURS) if sent is None else sent

    async def unknown(self, request: Request, _: Exception) -> Response:
        """An address at which nothing stands."""
        return await self.refuse(request, 404, *UNKNOWN)

    async def refuse(self, request: Request, status: int, heading: str, *sentences: str) -> Response:
        """A page that says why not, with the menu of who is signed in; whoever else it is has a way to the docket."""
        frame: dict[str, Any] = {}
        if token := self._cookie.read(request):
            with suppress(*DATABASE_FAULTS):
                frame = await self._ask(self._frame, token)
        return self.pages.notice(status, heading, *sentences, **frame)

    def _frame(self, token: str) -> dict[str, Any]:
        """In a thread: the menu of who is signed in, and nothing for anybody else."""
        with self._database.read() as session:
            found = find_signed_in(session, token, now=self.office.now())
            return frame_of(found.person, self.root) if found is not None else {}

    def _is_ours(self, request: Request) -> bool:
        return not is_foreign(request.headers, self.office.address)

    async def _changed(
        self, request: Request, form: dict[str, str] | None, make: Change, again: Again | None
    ) -> Response:
        if form is None:
            return await self.refuse(request, 403, *NOT_OURS)
        return await self._answer(
            request,
            lambda visit: make(visit, form),
            writes=True,
            again=again and (lambda refusal: lambda visit: again(visit, form, refusal)),
        )

    async def _answer(
        self,
        request: Request,
        make: Callable[[Visit], Response],
        *,
        writes: bool,
        again: Callable[[Refusal], Callable[[Visit], Response]] | None = None,
        patience: Asking | None = None,
    ) -> Response:
        path, token, ask = request.url.path.removeprefix(self.root), self._cookie.read(request), patience or self._ask
        try:
            if "\0" in request.scope["path"] or "%00" in request.url.query:
                raise NotFound("No address of ours has such a character.")
            try:
                page = await ask(self._made, token, path, make, writes=writes)
                await self._note_use(token)
                return self._wanted.lead(request, page)
            except (InputError, Conflict) as refusal:
                if again is None:
                    raise
                return await self._ask(self._made, token, path, again(refusal), writes=False)
        except NotFound:
            return await self.refuse(request, 404, *UNKNOWN)
        except DATABASE_FAULTS as fault:
            log.error("a page cannot be made (%s)", type(fault).__name__)
            return self.pages.notice(503, *FAILED)
        except DeadlinesError as error:
            if isinstance(error, Forbidden):
                log.warning("somebody tried what their role may not do: %s", request.method)
            return await self.refuse(request, error.http_status, "That cannot be done", sentence(error))

    def _made(self, token: str, path: str, make: Callable[[Visit], Response], *, writes: bool) -> Response:
        """In a thread: who asks, and the page for them; nobody signed in is sent to the door."""
        now = self.office.now()
        with self._database.read() as session:
            found = find_signed_in(session, token, now=now) if token else None
            if found is None:
                return RedirectResponse(f"{self.root}/sign-in", 303, HEADERS)
            if not writes:
                if logins.is_due(found, now):
                    self._due.add(token)
                return make(Visit(self, session, found.person, now, path))
        with self._database.write() as session:
            found = find_signed_in(session, token, now=now)
            if found is None:
                return RedirectResponse(f"{self.root}/sign-in", 303, HEADERS)
            found.seen_at = now
            return make(Visit(self, session, found.person, now, path))

    async def _note_use(self, token: str) -> None:
        """Write down that a browser is used. While another program writes for long, that waits for the next page."""
        if token in self._due:
            self._due.discard(token)
            with suppress(*DATABASE_FAULTS):
                await self._ask_mark(self._seen, token)

    def _seen(self, token: str) -> None:
        now = self.office.now()
        with self._database.write() as session:
            found = find_signed_in(session, token, now=now)
            if found is not None:
                found.seen_at = now
