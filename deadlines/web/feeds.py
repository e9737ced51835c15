"""The feed route: `GET|HEAD /f/<token>/<name>.ics`.

A live token gets 200 or 304 and nothing else, because calendar programs stop polling or empty the calendar
at anything else: while the database fails or a calendar cannot be made, the last good one is served. Every
other address gets the same 404, every other method 405 before anything is looked up.
"""

import hmac
import logging
import re
from collections.abc import Callable
from datetime import date, datetime

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from msgspec import Struct, structs
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from deadlines.docket import feeds
from deadlines.docket.subscriptions import PREFIX
from deadlines.errors import StoreError
from deadlines.store.changes import Changes, Mark
from deadlines.store.database import Database
from deadlines.web.conditional import matches, takes_gzip
from deadlines.web.fetches import FetchLog, plain_agent
from deadlines.web.shelf import Kept, Shelf, pack, tag_of

log = logging.getLogger(__name__)
access = logging.getLogger("deadlines.access")

DATABASE_FAULTS = (StoreError, SQLAlchemyError)
THREADS = 4
"""How many requests may wait for the database at a time. The others are answered from memory meanwhile."""
WANTED = (b"if-none-match", b"accept-encoding", b"user-agent")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}\.ics")

Headers = list[tuple[bytes, bytes]]
COMMON: Headers = [
    (b"cache-control", b"private, max-age=0, must-revalidate"),
    (b"vary", b"Accept-Encoding"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
CALENDAR: Headers = [
    (b"content-type", b"text/calendar; charset=utf-8"),
    (b"content-disposition", b'inline; filename="deadlines.ics"'),
    *COMMON,
]
PLAIN: Headers = [(b"content-type", b"text/plain; charset=utf-8"), *COMMON]
NOT_FOUND = b"Not found.\n"
NOT_ALLOWED = b"A calendar is read with GET or HEAD.\n"


class Asked(Struct, frozen=True):
    """What of a request matters. Authorization, cookies, Accept and dates are ignored."""

    method: str
    if_none_match: str
    accept_encoding: str
    agent: str


class Answer(Struct, frozen=True):
    """A whole answer, built before its first byte is sent."""

    status: int
    headers: Headers
    body: bytes = b""


class FeedRoute:
    """Answers everything under `/f/`. `firm` is named in the calendars, `now` and `today` tell the time."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        fetches: FetchLog,
        *,
        firm: str,
        now: Callable[[], datetime],
        today: Callable[[], date],
    ) -> None:
        self._database, self._shelf, self._fetches = database, shelf, fetches
        self._changes = Changes(database.engine)
        self._firm, self._now, self._today = firm, now, today
        self._limiter = CapacityLimiter(THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by the ASGI protocol."""
        asked = _asked(scope)
        hint = "-"
        if asked.method not in ("GET", "HEAD"):
            answer = _plain(405, NOT_ALLOWED, (b"allow", b"GET, HEAD"))
        else:
            kept = await self._find(scope["path"], asked)
            answer = _plain(404, NOT_FOUND)
            if kept is not None:
                hint = f"{PREFIX}{kept.hint}…"
                answer = await self._calendar(kept, asked)
        await _send(send, answer, asked.method)
        # Nearly all answers are 304s: they stand in the subscription's last fetch, and not in the log.
        level = logging.DEBUG if answer.status == 304 else logging.INFO
        access.log(level, "%s %s %s %s", plain_agent(asked.method), hint, answer.status, len(answer.body))

    def flush(self, session: Session, now: datetime) -> None:
        """Write down the fetches, and forget the addresses that have ended; now and then, from any thread."""
        self._fetches.flush(session, now)
        self._shelf.keep_only(feeds.live_hashes(session))

    # -- finding -----------------------------------------------------------------------------------------

    async def _find(self, path: str, asked: Asked) -> Kept | None:
        """The address, up to date if that is possible, or None for every address that is not live.

        The place for a limit on unknown tokens is here, after the look-up: a live one is never limited.
        """
        token, _, name = path.partition("/f/")[2].partition("/")
        kept = await self._current(feeds.hash_token(token), asked)
        return kept if _NAME.fullmatch(name) else None

    async def _current(self, token_hash: str, asked: Asked) -> Kept | None:
        known = self._shelf.get(token_hash)
        # First the mark, then the look: what is committed in between changes the mark for the next request.
        mark, today = await self._mark(), self._today()
        if known is not None and mark is not None and (known.mark, known.today) == (mark, today):
            same = hmac.compare_digest(known.token_hash, token_hash)
            if same and (known.body is not None or _unchanged(known, asked)):
                return known
        try:
            found = await run_sync(self._look, token_hash, today, known, limiter=self._limiter)
        except Exception as fault:  # noqa: BLE001 - whatever it is, a live address gets no error
            return self._last_good(known, fault)
        if found is None:
            self._shelf.drop(token_hash)
            return None
        found = structs.replace(found, mark=mark, today=today)
        self._shelf.put(found)
        return found

    async def _mark(self) -> Mark | None:
        if self._changes.waits:
            return await run_sync(self._changes.mark, limiter=self._limiter)
        return self._changes.mark()

    def _look(self, token_hash: str, today: date, known: Kept | None) -> Kept | None:
        """Ask the database, in a thread. The bytes are made only if the feed's state has changed."""
        with self._database.read() as session:
            subscription = feeds.find_by_hash(session, token_hash)
            if subscription is None:
                return None
            state = feeds.feed_state(session, subscription, today=today, firm=self._firm)
            if known is not None and known.state == state and known.body is not None:
                return known
            body = feeds.feed_body(session, subscription, today=today, firm=self._firm)
            found = Kept(token_hash, subscription.id, subscription.hint, state, tag_of(body), body)
        if known is None or known.etag != found.etag:
            self._shelf.save(found)
        return found

    def _last_good(self, known: Kept | None, fault: Exception) -> Kept | None:
        """What is served while something fails; the log says what, and never holds the token."""
        body = self._shelf.load(known) if known is not None else None
        log.error(
            "calendar %s cannot be made (%s); %s",
            known.subscription if known is not None else "of an address not seen before",
            type(fault).__name__,
            "the last good one is served" if body is not None else "there is no earlier one",
            exc_info=None if isinstance(fault, DATABASE_FAULTS) else fault,
        )
        return structs.replace(known, body=body) if known is not None and body is not None else None

    # -- answering ---------------------------------------------------------------------------------------

    async def _calendar(self, kept: Kept, asked: Asked) -> Answer:
        self._fetches.note(kept.subscription, self._now(), asked.agent)
        tag = (b"etag", kept.etag.encode())
        if _unchanged(kept, asked):
            return Answer(304, [tag, *COMMON])
        if kept.body is None:  # an empty calendar would empty the reader's; a 404 leaves it as it is
            return _plain(404, NOT_FOUND)
        if not takes_gzip(asked.accept_encoding, asked.agent):
            return Answer(200, [*CALENDAR, tag, _length(kept.body)], kept.body)
        packed = kept.packed or await self._pack(kept, kept.body)
        return Answer(200, [*CALENDAR, tag, (b"content-encoding", b"gzip"), _length(packed)], packed)

    async def _pack(self, kept: Kept, body: bytes) -> bytes:
        packed = await run_sync(pack, body, limiter=self._limiter)
        if self._shelf.get(kept.token_hash) is kept:
            self._shelf.put(structs.replace(kept, packed=packed))
        return packed


def _asked(scope: Scope) -> Asked:
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in WANTED:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    agent = plain_agent(found.get(b"user-agent", ""))
    return Asked(scope["method"], found.get(b"if-none-match", ""), found.get(b"accept-encoding", ""), agent)


def _unchanged(kept: Kept, asked: Asked) -> bool:
    return asked.if_none_match != "" and matches(asked.if_none_match, kept.etag)


def _length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(body)).encode()


def _plain(status: int, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    return Answer(status, [*PLAIN, _length(body), *more], body)


async def _send(send: Send, answer: Answer, method: str) -> None:
    body = b"" if method == "HEAD" else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": body})
