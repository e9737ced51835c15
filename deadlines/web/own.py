"""Pages on which people see to their own sign-in: each change is a form of ours, and asks for the password again."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deadlines.docket import logins
from deadlines.errors import DeadlinesError, InputError
from deadlines.store.database import Database
from deadlines.store.tables import Person, SignedIn
from deadlines.web.asking import THREADS
from deadlines.web.cookies import Cookie
from deadlines.web.desk.menu import frame_of
from deadlines.web.entrance import Entrance
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.forms import TooLong, read_form
from deadlines.web.origins import is_foreign
from deadlines.web.pages import HEADERS, Pages
from deadlines.web.plain import sentence
from deadlines.web.signed_out import to_door
from deadlines.web.signing import FAILED, HASHES, NOT_OURS, TOO_LONG, TOO_MANY
from deadlines.web.strangers import Strangers, place_of

log = logging.getLogger(__name__)

WRONG_PASSWORD = "That is not your password."  # noqa: S105
ELSEWHERE = ("Your identity provider sees to that", "You signed in there, and a second factor is set up there too.")
Make = Callable[[Session, SignedIn, dict[str, str]], Response]
"""Makes a page for a browser, with the fields of the form. `knows` is among them, and not empty where the password was
typed again and is right; then `kept` is what is kept of a new one, or `weak` says what is wrong with it."""


class OwnPages:
    """`firm` is named in authenticators, `zone` is the firm's, `address` is the one under which people come."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        cookie: Cookie,
        entrance: Entrance,
        *,
        address: str,
        firm: str,
        zone: ZoneInfo,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._pages, self._cookie, self._entrance = database, pages, cookie, entrance
        self._address, self._firm, self._zone, self._now = address, firm, zone, now
        self._root = urlsplit(address).path.rstrip("/")
        self._strangers = Strangers()
        self._limiter, self._hashes = CapacityLimiter(THREADS), CapacityLimiter(HASHES)

    async def _form(self, request: Request, make: Make) -> Response:
        try:
            form = await read_form(request)
        except TooLong as refusal:
            return self._pages.notice(refusal.http_status, TOO_LONG, sentence(refusal))
        if form is None or is_foreign(request.headers, self._address):
            return self._pages.notice(403, *NOT_OURS)
        answer = await self._run(request, form, make)
        if answer.status_code != 422:
            return answer
        peer = request.client.host if request.client else ""
        if not self._strangers.too_many(place_of(peer, request.headers.get("x-forwarded-for", ""))):
            return answer
        page = self._pages.notice(429, *TOO_MANY)
        page.headers["Retry-After"] = "60"
        return page

    async def _run(self, request: Request, form: dict[str, str], make: Make) -> Response:
        token = self._cookie.read(request)
        try:
            known = await to_thread.run_sync(self._known, token, form, limiter=self._hashes)
            posted = request.method == "POST"
            return await to_thread.run_sync(self._made, token, {**form, **known}, make, posted, limiter=self._limiter)
        except DATABASE_FAULTS as fault:
            log.error("the second factor cannot be asked for (%s)", type(fault).__name__)
            return self._pages.notice(503, *FAILED)
        except DeadlinesError as error:
            return self._pages.notice(error.http_status, "That cannot be done", sentence(error))

    def _frame(self, person: Person, path: str = "", *, waits: bool = False) -> dict[str, Any]:
        """The menu, for who is in: who `waits` for the second factor has none."""
        return {"root": self._root} if waits else frame_of(person, self._root, path)

    # -- in a thread ---------------------------------------------------------------------------------------

    def _known(self, token: str, form: dict[str, str]) -> dict[str, str]:
        """Whether the password that was typed again is right, and what is kept of a new one; hashing takes long by
        design, and so happens in no transaction."""
        if "password" not in form or not token:
            return {"knows": ""}
        with self._database.read() as session:
            found = logins.find_signed_in(session, token, now=self._now())
            kept = logins.look_up(session, found.person.email, now=self._now()) if found else logins.Kept()
            person = found.person if found else None
        if not logins.fits(kept, form["password"]) or person is None:
            return {"knows": ""}
        try:
            return {"knows": "yes", "kept": logins.hashed(form["new"], person) if "new" in form else ""}
        except InputError as error:
            return {"knows": "yes", "weak": sentence(error)}

    def _made(self, token: str, form: dict[str, str], make: Make, posted: bool) -> Response:
        now = self._now()
        with self._database.write() as session:
            found = logins.find_waiting(session, token, now=now) or logins.find_signed_in(session, token, now=now)
            if not token or found is None:
                return to_door(session, token, self._root, posted=posted, now=now)
            if found.way != "password":
                return self._pages.notice(200, *ELSEWHERE, **self._frame(found.person))
            return make(session, found, form)

    def _go(self, path: str) -> Response:
        return RedirectResponse(f"{self._root}{path}", 303, HEADERS)
