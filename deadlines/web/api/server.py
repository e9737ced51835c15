"""Answers requests to the API: who asks, what for, one transaction, one answer or one problem.

Who has no live token gets the same 401 for every path and method, before anything else is looked at. A change is one
write transaction in the name of the token's person. An answer to GET carries the hash of its bytes as its ETag.
"""

import hashlib
import logging
from contextlib import suppress

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deadlines.docket import repeats, tokens
from deadlines.docket.roles import require
from deadlines.errors import DeadlinesError, StoreError
from deadlines.store.database import Database
from deadlines.store.tables import AccessToken
from deadlines.web.api import wire
from deadlines.web.api.again import require_seen, seen_at, was_unseen
from deadlines.web.api.asked import Asked, Firm
from deadlines.web.api.openapi import document
from deadlines.web.api.operations import Operation, Route, find_route
from deadlines.web.api.problems import TYPE, Problem, Refused, of_error, problem
from deadlines.web.api.writing import ROOT
from deadlines.web.asking import Asking
from deadlines.web.conditional import matches
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.strangers import Strangers, place_of

log = logging.getLogger(__name__)
access = logging.getLogger("deadlines.access")

SECONDS = 20.0
"""How long one request may take in all."""
COMMON = {"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex", "Vary": "Accept, Authorization"}
FRESH = {"Cache-Control": "private, no-cache"}
NOT_KEPT = {"Cache-Control": "no-store"}
CHALLENGE = {"WWW_Authenticate": 'Bearer realm="deadlines"'}
NO_TOKEN = problem(
    401,
    "no-token",
    "Give a live token in the header `Authorization: Bearer …`; whoever looks after the program makes one.",
)
TOO_MANY = problem(429, "too-many-tries", "Too many requests without a live token: wait a minute.")
READ_ONLY = problem(403, "read-only", "This token only reads: a change needs one that may write.")
UNKNOWN = problem(404, "not-found", f"Nothing stands at this address; {ROOT}/openapi.json lists what does.")
UNABLE = problem(503, "unavailable", "The docket cannot be reached just now. Try again, with the same Idempotency-Key.")
UNFORESEEN = problem(500, "unforeseen", "The server failed in an unforeseen way; its log says where.")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read whole: the operation, what the path names, the query, the decoded body, the key."""

    operation: Operation
    ids: dict[str, str]
    query: msgspec.Struct | None
    body: object
    key: str | None
    digest: str
    token: str


class Finished(msgspec.Struct, frozen=True):
    """What a request was answered."""

    status: int
    body: bytes
    location: str | None = None


class Api:
    """The application beneath `/api/`. `firm` is what it needs of the firm, `tries` how often a stranger may ask."""

    def __init__(self, database: Database, firm: Firm, *, strangers: Strangers | None = None) -> None:
        self._database, self._firm, self._office = database, firm, firm.office
        self._strangers = strangers or Strangers()
        self._ask = Asking(seconds=SECONDS)
        self._openapi = msgspec.json.encode(document())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refused as refused:
            answer = _problem(refused.problem, refused.headers)
        except DATABASE_FAULTS as fault:
            log.error("a request to the API cannot be answered (%s)", type(fault).__name__)
            answer = _problem(UNABLE, {"Retry-After": "5"})
        except Exception:
            log.exception("a request to the API failed in an unforeseen way")
            answer = _problem(UNFORESEEN)
        if request.method == "HEAD":
            answer.body = b""
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path, method = request.scope["path"], request.method
        if path == f"{ROOT}/openapi.json" and method in ("GET", "HEAD"):
            return _conditional(request, self._openapi, {"Cache-Control": "public, max-age=3600"})
        token = wire.bearer_of(request.headers) or ""
        if not token or not await self._ask(self._is_live, token):
            raise self._refusal(request)
        route, operation = _routed(path, method)
        wire.require_json_wanted(request.headers)
        wish = await _wish(request, route, operation, token)
        finished = await self._ask(self._do, wish)
        access.info("%s %s %s", method, operation.name, finished.status)
        if operation.method == "GET":
            return _conditional(request, finished.body, FRESH)
        location = {"Location": finished.location} if finished.location else {}
        return Response(finished.body, finished.status, {**COMMON, **NOT_KEPT, **location}, wire.JSON)

    def _refusal(self, request: Request) -> Refused:
        """The same for whoever has no live token, whatever the request; who tries many is slowed down."""
        peer = request.client.host if request.client else ""
        if self._strangers.too_many(place_of(peer, request.headers.get("x-forwarded-for", ""))):
            return Refused(TOO_MANY, Retry_After="60")
        return Refused(NO_TOKEN, **CHALLENGE)

    # -- in a thread ---------------------------------------------------------------------------------------

    def _is_live(self, secret: str) -> bool:
        now = self._office.now()
        with self._database.read() as session:
            token = tokens.find_live(session, secret, now=now)
            if token is None:
                return False
            due, token_id = tokens.is_due(token, now), token.id
        if due:
            # Nobody is kept from reading because this cannot be written.
            with suppress(StoreError, SQLAlchemyError), self._database.write() as session:
                tokens.note_use(session, token_id, now)
        return True

    def _do(self, wish: Wish) -> Finished:
        """Answer in one transaction, which is undone by any refusal."""
        opened = self._database.write if wish.operation.changing else self._database.read
        with opened() as session:
            token = tokens.find_live(session, wish.token, now=self._office.now())
            if token is None:
                raise Refused(NO_TOKEN, **CHALLENGE)
            if wish.operation.changing and token.scope != "write":
                raise Refused(READ_ONLY)
            try:
                require(token.person, wish.operation.act)
                return self._once(session, token, wish)
            except (StoreError, SQLAlchemyError, Refused):
                raise
            except DeadlinesError as error:
                raise Refused(of_error(error, wish.operation.keys)) from None

    def _once(self, session: Session, token: AccessToken, wish: Wish) -> Finished:
        """Do it, or answer again what was answered to the same key, to who may still see it."""
        asked, key = self._asked(session, token, wish), wish.key if wish.operation.changing else None
        if key is not None:
            kept = repeats.find_or_begin(session, token, key, wish.digest, now=asked.now)
            if kept is not None:
                if not was_unseen(kept):
                    require_seen(asked, kept.location)
                return Finished(kept.status, kept.body, kept.location)
        reply = wish.operation.run(asked)
        body = msgspec.json.encode(reply.body)
        if key is not None:
            location = seen_at(asked, reply.location)
            repeats.keep(session, token, key, status=wish.operation.status, body=body, location=location)
        return Finished(wish.operation.status, body, reply.location)

    def _asked(self, session: Session, token: AccessToken, wish: Wish) -> Asked:
        return Asked(
            session=session,
            by=token.person,
            firm=self._firm,
            now=self._office.now(),
            today=self._office.today(),
            ids=wish.ids,
            query=wish.query,
            body=wish.body,
        )


def _routed(path: str, method: str) -> tuple[Route, Operation]:
    route = find_route(path)
    if route is None:
        raise Refused(UNKNOWN)
    operation = route.operation(method)
    if operation is None:
        sentence = f"This address answers {route.allowed}."
        raise Refused(problem(405, "method-not-allowed", sentence), Allow=route.allowed)
    return route, operation


async def _wish(request: Request, route: Route, operation: Operation, token: str) -> Wish:
    text, body = b"", None
    if operation.body is not None:
        wire.require_json_given(request.headers)
        text = await wire.read_body(request, operation.largest)
        body = operation.decode(text)
    return Wish(
        operation=operation,
        ids=route.ids,
        query=wire.read_query(request.scope["query_string"], operation.query),
        body=body,
        key=wire.read_key(request.headers),
        digest=repeats.digest_of(operation.name.encode(), repr(route.ids).encode(), _canonical(body, text)),
        token=token,
    )


def _canonical(body: object, text: bytes) -> bytes:
    """What was asked, in one spelling: the order of keys and blanks make no other request."""
    return msgspec.json.encode(body, order="sorted") if isinstance(body, msgspec.Struct) else text


def _problem(found: Problem, headers: dict[str, str] | None = None) -> Response:
    body = msgspec.json.encode(found)
    return Response(body, found.status, {**COMMON, **NOT_KEPT, **(headers or {})}, TYPE)


def _conditional(request: Request, body: bytes, caching: dict[str, str]) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**COMMON, **caching, "ETag": etag}
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, wire.JSON)
