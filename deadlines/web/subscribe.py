"""The page behind a one-time link: `GET|HEAD /subscribe/<code>` tells of a calendar, `POST` shows its address, once.

Mail scanners and link previews read every link, so that only the form uses one up. Used, expired and unknown links
get the same page.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deadlines.docket.feeds import calendar_name
from deadlines.docket.subscriptions import claim, find_claim
from deadlines.errors import NotFound
from deadlines.store.database import Database
from deadlines.web.asking import THREADS
from deadlines.web.clients import feed_address
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.fetches import plain_agent
from deadlines.web.invited import calendar_of, code_for, programs_for
from deadlines.web.origins import is_foreign
from deadlines.web.pages import Pages
from deadlines.web.strangers import Strangers, place_of

log = logging.getLogger(__name__)
access = logging.getLogger("deadlines.access")

PREFIX = "/subscribe/"
UNKNOWN = (
    "This link opens nothing",
    "It works once and for one day: it has been used, is too old, or was not copied whole.",
    "Ask whoever keeps the docket for a new link.",
    "If you have not opened it yourself, say so: somebody else may have your calendar address, and it can be closed.",
)
TOO_MANY = ("Too many tries", "Wait a minute, then open the link again.")
FOREIGN = (
    "That did not come from our page",
    "Open the link itself, and press the button there. The link has not been used up.",
)
FAILED = (
    "The docket cannot be reached just now",
    "Open the link again in a few minutes. If it then opens nothing, ask whoever keeps the docket for a new one.",
)
NOT_ALLOWED = ("This page is only read", "Open the link in a browser.")


class SubscribeRoute:
    """Answers everything under `/subscribe/`.

    `address` is the one under which people reach the server, `firm` is named in calendars, `now` tells the time and
    `zone` in which place.
    """

    def __init__(
        self,
        database: Database,
        pages: Pages,
        *,
        address: str,
        firm: str,
        zone: ZoneInfo,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._pages = database, pages
        self._address, self._firm, self._zone, self._now = address, firm, zone, now
        self._strangers = Strangers()
        self._limiter = CapacityLimiter(THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by the ASGI protocol."""
        request = Request(scope)
        page = await self._answer(request)
        access.info("%s subscribe %s %s", plain_agent(request.method), page.status_code, len(page.body))
        if request.method == "HEAD":
            page.body = b""  # its length stays in the headers
        await page(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            return self._refused()
        if request.method == "POST" and is_foreign(request.headers, self._address, by_secret=True):
            return self._pages.notice(403, *FOREIGN)
        make, code = self._open if request.method == "POST" else self._show, request.scope["path"].removeprefix(PREFIX)
        try:
            return await run_sync(make, code, limiter=self._limiter)
        except NotFound:
            return self._unknown(request)
        except DATABASE_FAULTS as fault:
            log.error("a one-time link cannot be opened (%s)", type(fault).__name__)
            return self._pages.notice(503, *FAILED)

    def _show(self, code: str) -> Response:
        """What the link would open, in a thread."""
        with self._database.read() as session:
            found = find_claim(session, code, now=self._now())
            return self._pages.make("invitation.html", calendar=calendar_of(found, self._zone))

    def _open(self, code: str) -> Response:
        """Use the link up, in a thread. The page is made before the end of the transaction: without it, nothing is."""
        with self._database.write() as session:
            subscription, token = claim(session, code, now=self._now())
            address = feed_address(self._address, token)
            return self._pages.make(
                "address.html",
                calendar=calendar_of(subscription, self._zone),
                address=address,
                programs=programs_for(address, calendar_name(subscription, self._firm)),
                code=code_for(address),
            )

    def _refused(self) -> Response:
        page = self._pages.notice(405, *NOT_ALLOWED)
        page.headers["Allow"] = "GET, HEAD, POST"
        return page

    def _unknown(self, request: Request) -> Response:
        peer = request.client.host if request.client else ""
        place = place_of(peer, request.headers.get("x-forwarded-for", ""))
        if not self._strangers.too_many(place):
            return self._pages.notice(404, *UNKNOWN)
        page = self._pages.notice(429, *TOO_MANY)
        page.headers["Retry-After"] = "60"
        return page
