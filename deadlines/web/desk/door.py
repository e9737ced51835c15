"""The door of the desk: lets in who is signed in, opens the transaction, and answers faults with a sentence."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from deadlines.docket import logins, repeats
from deadlines.docket.logins import find_signed_in
from deadlines.errors import Conflict, DeadlinesError, Forbidden, InputError, NotFound
from deadlines.store.database import Database
from deadlines.web.asking import Asking
from deadlines.web.cookies import Cookie
from deadlines.web.desk.menu import frame_of
from deadlines.web.desk.visit import At, Office, Visit
from deadlines.web.feeds import DATABASE_FAULTS, MARK_SECONDS
from deadlines.web.forms import FIELDS, LARGEST, TooLong, read_form
from deadlines.web.once import press_of
from deadlines.web.origins import is_foreign
from deadlines.web.pages import HEADERS, Pages
from deadlines.web.plain import sentence
from deadlines.web.signed_out import to_door
from deadlines.web.uploads import FarTooLarge, Sent, read_upload
from deadlines.web.wanted import Wanted

log = logging.getLogger(__name__)

MINUTES = timedelta(minutes=3)
"""How long what somebody asks much for may take."""
Refusal = InputError | Conflict
"""What somebody is told beside what they typed: nothing was changed."""
NOT_OURS = ("That did not come from our page", "Nothing was changed. Go back, load the page again and try once more.")
TOO_LONG = ("That is too long", "Nothing was changed. Go back, shorten it, and try once more.")
TOO_LARGE = ("That file is too large", "Nothing was changed. Give a smaller scan, or none and another proof.")
FAILED = ("The docket cannot be reached just now", "Nothing was changed. Try again in a few minutes.")
ONLY_SENT = (
    "Here is nothing to look at",
    "This address only takes what a form sends. Nothing was changed now.",
    "Go back to the page with the form, or choose another one.",
)
UNKNOWN = ("There is no such page", "It does not exist, or it is not yours to see.")


def methods_of(request: Request) -> set[str]:
    """In which ways the address of a request answers: a page and its form are two routes."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    there = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in there for method in route.methods or ()}


Change = Callable[[Visit, dict[str, str]], Response]
Again = Callable[[Visit, dict[str, str], Refusal], Response]
"""Makes a form anew from what was typed and the refusal."""


class Door:
    """Behind it every page is made. `root` is what stands before every path in the address."""

    def __init__(self, database: Database, pages: Pages, cookie: Cookie, office: Office) -> None:
        self.pages, self.office = pages, office
        self.root = urlsplit(office.address).path.rstrip("/")
        self._at = At(office, pages, self.root)
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
        form = await self._form(request, fields)
        if isinstance(form, Response):
            return form
        return await self._answer(request, lambda visit: make(visit, form), writes=False)

    async def ask(self, request: Request, make: Change, again: Again) -> Response:
        """What a form of ours (POST) asks for and changes nothing; one at a time, and it may take some minutes. Where
        it is refused, `again` makes the form anew with what was typed."""
        form = await self._form(request, again=again)
        if isinstance(form, Response):
            return form
        return await self._answer(
            request,
            lambda visit: make(visit, form),
            writes=False,
            again=lambda refusal: lambda visit: again(visit, form, refusal),
            patience=self._ask_for_much,
        )

    async def again(
        self, request: Request, make: Callable[[Visit], Response], *, sent: Sent | None = None, patient: bool = False
    ) -> Response:
        """The second half of a change whose form `change`, `ask` or `upload` has taken already: what was `sent` is
        recorded once. A `patient` one may take some minutes."""
        patience = self._ask_for_much if patient else None
        return await self._answer(request, make, writes=True, sent=sent, patience=patience)

    async def change(
        self, request: Request, make: Change, again: Again | None = None, *, fields: int = FIELDS
    ) -> Response:
        """A change by a form of ours (POST), made in one transaction; another site's form changes nothing.

        Where it is refused nothing has been changed, and `again` makes the form anew with what was typed.
        """
        form = await self._form(request, fields, again)
        if isinstance(form, Response):
            return form
        return await self._changed(request, Sent(form), make, again)

    async def change_with_file(
        self, request: Request, make: Callable[[Visit, Sent], Response], again: Again
    ) -> Response:
        """The same by a form that may bring a file."""
        sent = await self.upload(request, again=again)
        if isinstance(sent, Response):
            return sent
        return await self._changed(request, sent, lambda visit, _: make(visit, sent), again)

    async def upload(
        self, request: Request, *, keeps: int = 0, text: int = LARGEST, again: Again | None = None
    ) -> Sent | Response:
        """A form of ours with a file, for a page that is made of it later, or the answer to what is none.

        `keeps`: the file's content is wanted, of so many bytes at most; `text`: how many characters all fields may
        have; `again` makes the form anew where they have more.
        """
        try:
            sent = await read_upload(request, keeps=keeps, text=text) if self._is_ours(request) else None
        except FarTooLarge:
            return await self.refuse(request, 413, *TOO_LARGE)
        except TooLong as refusal:
            return await self._too_long(request, refusal, again)
        return await self.refuse(request, 403, *NOT_OURS) if sent is None else sent

    async def unknown(self, request: Request, _: Exception) -> Response:
        """An address at which nothing stands."""
        return await self.refuse(request, 404, *UNKNOWN)

    async def only_sent(self, request: Request, _: Exception) -> Response:
        """An address that is asked in another way than it answers, as by Enter in the address bar after a form."""
        page = await self.refuse(request, 405, *ONLY_SENT)
        page.headers["Allow"] = ", ".join(sorted(methods_of(request)))
        return page

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

    async def _form(
        self, request: Request, fields: int = FIELDS, again: Again | None = None
    ) -> dict[str, str] | Response:
        """The fields of a form of ours, or the answer to what is none, or is too long."""
        try:
            form = await read_form(request, fields) if self._is_ours(request) else None
        except TooLong as refusal:
            return await self._too_long(request, refusal, again)
        return await self.refuse(request, 403, *NOT_OURS) if form is None else form

    async def _too_long(self, request: Request, refusal: TooLong, again: Again | None) -> Response:
        """What was typed once more, where a form can be made anew and all was read; else a page that says it."""
        if again is None or not refusal.fields:
            return await self.refuse(request, refusal.http_status, *TOO_LONG, sentence(refusal))
        return await self._answer(request, lambda visit: again(visit, refusal.fields, refusal), writes=False)

    def _is_ours(self, request: Request) -> bool:
        return not is_foreign(request.headers, self.office.address)

    async def _changed(self, request: Request, sent: Sent, make: Change, again: Again | None) -> Response:
        return await self._answer(
            request,
            lambda visit: make(visit, sent.fields),
            writes=True,
            sent=sent,
            again=again and (lambda refusal: lambda visit: again(visit, sent.fields, refusal)),
        )

    async def _answer(
        self,
        request: Request,
        make: Callable[[Visit], Response],
        *,
        writes: bool,
        sent: Sent | None = None,
        again: Callable[[Refusal], Callable[[Visit], Response]] | None = None,
        patience: Asking | None = None,
    ) -> Response:
        path, token, ask = request.url.path.removeprefix(self.root), self._cookie.read(request), patience or self._ask
        try:
            if "\0" in request.scope["path"] or "%00" in request.url.query:
                raise NotFound("No address of ours has such a character.")
            try:
                posted = request.method == "POST"
                press = press_of(token, path, sent.fields, sent.file) if sent is not None else None
                page = await ask(self._made, token, path, make, writes=writes, press=press, posted=posted)
                await self._note_use(token)
                return self._wanted.lead(request, page)
            except (InputError, Conflict) as refusal:
                if again is None:
                    raise
                return await self._ask(self._made, token, path, again(refusal), writes=False, posted=posted)
        except NotFound:
            return await self.refuse(request, 404, *UNKNOWN)
        except DATABASE_FAULTS as fault:
            log.error("a page cannot be made (%s)", type(fault).__name__)
            return self.pages.notice(503, *FAILED)
        except DeadlinesError as error:
            if isinstance(error, Forbidden):
                log.warning("somebody tried what their role may not do: %s", request.method)
            return await self.refuse(request, error.http_status, "That cannot be done", sentence(error))

    def _made(
        self,
        token: str,
        path: str,
        make: Callable[[Visit], Response],
        *,
        writes: bool,
        posted: bool,
        press: str | None = None,
    ) -> Response:
        """In a thread: who asks, and the page for them; nobody signed in is sent to the door."""
        now = self.office.now()
        with self._database.read() as session:
            found = find_signed_in(session, token, now=now) if token else None
            if found is None:
                return to_door(session, token, self.root, posted=posted, now=now)
            if not writes:
                if logins.is_due(found, now):
                    self._due.add(token)
                return make(Visit(self._at, session, found.person, now, path))
        with self._database.write() as session:
            found = find_signed_in(session, token, now=now)
            if found is None:
                return to_door(session, token, self.root, posted=posted, now=now)
            found.seen_at = now
            visit = Visit(self._at, session, found.person, now, path)
            return make(visit) if press is None else self._once(visit, press, make)

    def _once(self, visit: Visit, press: str, make: Callable[[Visit], Response]) -> Response:
        """The answer to one press of a button. Pressed twice it changes nothing more, and leads where the first did."""
        session, person = visit.session, visit.person
        led_to = repeats.find_or_begin_press(session, person, press, now=visit.now)
        if led_to is not None:
            return RedirectResponse(led_to, 303, HEADERS)
        page = make(visit)
        led_to = page.headers["location"] if page.status_code == 303 else None
        repeats.keep_press(session, person, press, visit.again or led_to)
        return page

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
