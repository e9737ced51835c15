"""Signing in and out, and the one-time link on which a password is chosen."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deadlines.docket import logins
from deadlines.errors import InputError, NotFound
from deadlines.store.database import Database
from deadlines.web.asking import Asking
from deadlines.web.cookies import Cookie
from deadlines.web.entrance import Entrance
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.forms import TooLong, read_form
from deadlines.web.origins import is_foreign
from deadlines.web.pages import HEADERS, Pages
from deadlines.web.plain import sentence
from deadlines.web.signed_out import said
from deadlines.web.strangers import Strangers, place_of

log = logging.getLogger(__name__)

Make = Callable[[], Response]
LONGEST_ADDRESS = 254
HASHES = 2
"""Passwords that are looked at in one moment: each takes 64 MiB and a tenth of a second."""
UNKNOWN = (
    "This link opens nothing",
    "It works once and for one day: it has been used, is too old, or was not copied whole.",
    "Ask whoever keeps the docket for a new link.",
)
TOO_LONG = "That is too long"
TOO_MANY = ("Too many tries", "Wait a minute, then try again.")
NOT_OURS = ("That did not come from our page", "Go back, load the page again and try once more.")
FAILED = ("The docket cannot be reached just now", "Try again in a few minutes.")


class Signing:
    """`address` is the one under which people reach the server, `now` tells the time."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        cookie: Cookie,
        entrance: Entrance,
        *,
        address: str,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._pages, self._cookie, self._entrance = database, pages, cookie, entrance
        self._address, self._now = address, now
        self._root = urlsplit(address).path.rstrip("/")
        self._strangers = Strangers()
        self._ask = Asking()
        self._hash = Asking(threads=HASHES)
        self._limiter = CapacityLimiter(HASHES)

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/sign-in", self.door, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/welcome/{code}", self.welcome, methods=["GET"]),
            Route("/welcome/{code}", self.choose, methods=["POST"]),
        ]

    async def door(self, request: Request) -> Response:
        """Where people sign in; a browser in which the password fitted goes on to the second factor."""
        token = self._cookie.read(request)
        try:
            waits = await self._ask(self._waits, token)
            if waits:
                return RedirectResponse(f"{self._root}/second-factor", 303, HEADERS)
        except DATABASE_FAULTS as fault:
            return self._failed(fault)
        return self._sign_in_page(chosen="chosen" in request.query_params, told=said(request.query_params))

    async def sign_in(self, request: Request) -> Response:
        """Address and password: signed in, or refused in the same words whatever was wrong."""
        try:
            form = await read_form(request)
        except TooLong as refusal:
            email = refusal.fields.get("email", "")[:LONGEST_ADDRESS]
            return self._sign_in_page(refusal.http_status, refused=sentence(refusal), email=email)
        if form is None or is_foreign(request.headers, self._address):
            return self._pages.notice(403, *NOT_OURS)
        email, password = form.get("email", "").strip()[:LONGEST_ADDRESS], form.get("password", "")
        try:
            kept = await self._ask(self._look_up, email)
            right = await self._hash(logins.fits, kept, password)
            entered = await self._ask(self._finish, kept, right=right)
        except DATABASE_FAULTS as fault:
            return self._failed(fault)
        if entered is None:
            return self._refused(request, email)
        path = "/second-factor" if entered.awaits_code else "/"
        answer = RedirectResponse(f"{self._root}{path}", 303, HEADERS)
        self._cookie.give(answer, entered.token)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """The browser is signed in no more."""
        if is_foreign(request.headers, self._address):
            return self._pages.notice(403, *NOT_OURS)
        try:
            await self._ask(self._end, self._cookie.read(request))
        except DATABASE_FAULTS as fault:
            return self._failed(fault)
        answer = RedirectResponse(f"{self._root}/sign-in", 303, {**HEADERS, "Clear-Site-Data": '"cache", "storage"'})
        self._cookie.take(answer)
        return answer

    async def welcome(self, request: Request) -> Response:
        """Whose link it is. Scanners of mails open links, so that looking uses nothing up."""
        return await self._with_link(request, self._ask, lambda: self._invited(request.path_params["code"]))

    async def choose(self, request: Request) -> Response:
        """The password that somebody has chosen; the link is used up then."""
        try:
            form = await read_form(request)
        except TooLong as refusal:
            return self._pages.notice(refusal.http_status, TOO_LONG, sentence(refusal))
        if form is None or is_foreign(request.headers, self._address, by_secret=True):
            return self._pages.notice(403, *NOT_OURS)
        code, password, again = request.path_params["code"], form.get("password", ""), form.get("again", "")
        return await self._with_link(request, self._wait, lambda: self._choose(code, password, again))

    async def _wait(self, make: Callable[[], Response]) -> Response:
        """However long it takes: nobody is told that it failed while the link is being used up."""
        return await to_thread.run_sync(make, limiter=self._limiter)

    async def _with_link(
        self,
        request: Request,
        ask: Callable[[Callable[[], Response]], Awaitable[Response]],
        make: Callable[[], Response],
    ) -> Response:
        try:
            return await ask(make)
        except NotFound:
            return self._too_many(request) or self._pages.notice(404, *UNKNOWN)
        except DATABASE_FAULTS as fault:
            return self._failed(fault)

    # -- in a thread ---------------------------------------------------------------------------------------

    def _look_up(self, email: str) -> logins.Kept:
        with self._database.read() as session:
            return logins.look_up(session, email, now=self._now())

    def _waits(self, token: str) -> bool:
        with self._database.read() as session:
            return logins.find_waiting(session, token, now=self._now()) is not None

    def _finish(self, kept: logins.Kept, *, right: bool) -> logins.Entered | None:
        if kept.person is None:
            return None
        with self._database.write() as session:
            return logins.sign_in(session, kept, right=right, now=self._now(), required=self._entrance.required)

    def _end(self, token: str) -> None:
        with self._database.write() as session:
            logins.sign_out(session, token)
            logins.forget_old(session, self._now())

    def _invited(self, code: str, problem: str = "") -> Response:
        with self._database.read() as session:
            person = logins.find_invited(session, code, now=self._now()).person
            status = 422 if problem else 200
            return self._pages.make("welcome.html", status=status, person=person, problem=problem, root=self._root)

    def _choose(self, code: str, password: str, again: str) -> Response:
        if password != again:
            return self._invited(code, "The two passwords differ: type the same twice.")
        with self._database.read() as session:
            person = logins.find_invited(session, code, now=self._now()).person
        try:
            kept = logins.hashed(password, person)
        except InputError as error:
            return self._invited(code, sentence(error))
        with self._database.write() as session:
            logins.choose_password(session, code, kept, now=self._now())
        return RedirectResponse(f"{self._root}/sign-in?chosen=yes", 303, HEADERS)

    # -- answers -------------------------------------------------------------------------------------------

    def _refused(self, request: Request, email: str) -> Response:
        log.warning("somebody was refused at the door")
        return self._too_many(request) or self._sign_in_page(403, refused=logins.REFUSED, email=email)

    def _sign_in_page(
        self, status: int = 200, *, refused: str = "", email: str = "", chosen: bool = False, told: Sequence[str] = ()
    ) -> Response:
        provider = self._entrance.provider
        name = provider.name if provider is not None else ""
        return self._pages.make(
            "sign_in.html",
            status=status,
            refused=refused,
            email=email,
            chosen=chosen,
            told=told,
            root=self._root,
            provider=name,
        )

    def _too_many(self, request: Request) -> Response | None:
        peer = request.client.host if request.client else ""
        if not self._strangers.too_many(place_of(peer, request.headers.get("x-forwarded-for", ""))):
            return None
        page = self._pages.notice(429, *TOO_MANY)
        page.headers["Retry-After"] = "60"
        return page

    def _failed(self, fault: Exception) -> Response:
        log.error("nobody can sign in (%s)", type(fault).__name__)
        return self._pages.notice(503, *FAILED)
