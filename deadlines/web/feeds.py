"""The feed route: `GET|HEAD /f/<token>/<name>.ics`.

A live token gets 200 or 304 and nothing else, because calendar programs stop polling or empty the calendar
at anything else: while the database fails or a calendar cannot be made, the last good one is served, and when
nobody keeps it any more, or it cannot be made for long, an entry in it says so. An address that ended says so for
a while, then 410. Every address that never was gets the same 404 (429 to who tries many), every other method 405
before anything is looked up.
"""

import hmac
import logging
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta, tzinfo

from anyio import to_thread
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from deadlines.docket.endings import (
    condition,
    end_body,
    expired,
    live_subscriptions,
    next_change,
    sight,
    sights,
    waiting_body,
)
from deadlines.docket.feeds import feed_body, feed_state
from deadlines.docket.scopes import restricted_matters
from deadlines.docket.subscriptions import PREFIX, find_by_hash, hash_token
from deadlines.docket.trail_watch import doubted_since
from deadlines.docket.unmade import note_unmade
from deadlines.errors import StoreError
from deadlines.store import audit
from deadlines.store.changes import Changes, Mark
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Instance, Subscription
from deadlines.web.asking import Asking
from deadlines.web.conditional import matches, takes_gzip
from deadlines.web.failures import Failures, NotMade
from deadlines.web.fetches import FetchLog, plain_agent
from deadlines.web.shelf import Kept, Shelf, pack, packed_tag, tag_of
from deadlines.web.stale import is_stale, with_doubt_note, with_frozen_note, with_stale_note
from deadlines.web.strangers import Strangers
from deadlines.web.wire import (
    CALENDAR,
    COMMON,
    GONE,
    NOT_ALLOWED,
    NOT_FOUND,
    TOO_MANY,
    Answer,
    Asked,
    asked_of,
    is_name,
    length_of,
    plain_answer,
    send_answer,
)

log = logging.getLogger(__name__)
access = logging.getLogger("deadlines.access")

DATABASE_FAULTS = (StoreError, SQLAlchemyError, TimeoutError)
MARK_SECONDS = 1.0
"""How long the question whether anything was committed may take; the look after it has time of its own."""


class FeedRoute:
    """Answers everything under `/f/`.

    `firm` is named in the calendars, `now` and `today` in `zone` tell the time, `heartbeat` is the sweep whose silence
    for longer than `patience` makes calendars stale.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        fetches: FetchLog,
        *,
        firm: str,
        now: Callable[[], datetime],
        today: Callable[[], date],
        zone: tzinfo,
        heartbeat: str,
        patience: timedelta,
    ) -> None:
        self._database, self._shelf, self._fetches = database, shelf, fetches
        self._heartbeat, self._patience, self._started_at = heartbeat, patience, now()
        self._strangers, self._failing = Strangers(), False
        self._failures, self._told = Failures(), True
        self._changes = Changes(database.engine)
        self._firm, self._now, self._today, self._zone = firm, now, today, zone
        self._ask, self._ask_mark = Asking(), Asking(seconds=MARK_SECONDS)
        self.answered: Counter[int] = Counter()
        """How many requests were answered with each status."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by the ASGI protocol."""
        asked = asked_of(scope)
        hint = "-"
        if asked.method not in ("GET", "HEAD"):
            answer = plain_answer(405, NOT_ALLOWED, (b"allow", b"GET, HEAD"))
        else:
            kept = await self._find(scope["path"], asked)
            if kept is None:
                answer = self._unknown(asked)
            else:
                hint = f"{PREFIX}{kept.hint}…"
                answer = plain_answer(410, GONE) if kept.gone else await self._calendar(kept, asked)
        self.answered[answer.status] += 1
        await send_answer(send, answer, asked.method)
        # Nearly all answers are 304s: they stand in the subscription's last fetch, and not in the log.
        level = logging.DEBUG if answer.status == 304 else logging.INFO
        access.log(level, "%s %s %s %s", plain_agent(asked.method), hint, answer.status, len(answer.body))

    def flush(self, session: Session, now: datetime) -> None:
        """Write down the fetches, and which calendars cannot be made; now and then, from any thread."""
        self._fetches.flush(session, now)
        if (since := self._failures.told()) or self._told:
            note_unmade(session, since, now=now)
            self._told = bool(since)

    def watch(self, session: Session, now: datetime) -> None:
        """Forget the addresses that have ended and copies that show too much; learn of those without a copy.

        Copies that were taken away on the disk are saved again, and calendars that could not be made tried again.
        """
        live = live_subscriptions(session, now=now)
        unread = {row.token_hash: self._waiting(row, now) for row in live if not self._shelf.has(row.token_hash)}
        now_seen = sights(session, now=now)
        self._shelf.keep_only(now_seen, unread)
        for kept in self._shelf.outdated(now_seen):
            self._renew(session, kept, now)
        self._shelf.save_lost()
        for token_hash in self._failures.due(now):
            self._try_again(session, token_hash, now_seen, now)

    def _waiting(self, subscription: Subscription, now: datetime) -> Kept:
        """What an address without a copy would show; made once a day, for there may be hundreds."""
        made = self._shelf.unread(subscription.token_hash)
        return made if made is not None and made.today == self._today() else _unread(subscription, now, self._zone)

    def _renew(self, session: Session, kept: Kept, now: datetime) -> None:
        """Make a copy anew that may show what must be seen no more; one that cannot be made is not kept either."""
        try:
            found = self._look_at(session, kept.token_hash, self._today(), structs.replace(kept, docket=""), now)
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("calendar %s cannot be made; a copy that may show too much is not kept", kept.subscription)
            found = None
        if found is None or found.gone:
            self._shelf.drop(kept.token_hash)
        else:
            self._shelf.put(structs.replace(found, today=self._today(), looked_at=now))

    def _try_again(self, session: Session, token_hash: str, live: Collection[str], now: datetime) -> None:
        """Make a calendar that could not be made; nobody may be asking for it."""
        known, today = self._shelf.get(token_hash), self._today()
        try:
            found = self._look_at(session, token_hash, today, known, now) if token_hash in live else None
        except DATABASE_FAULTS:
            raise
        except Exception as fault:
            self._failures.again(token_hash, now)
            log.debug("a calendar cannot be made again", exc_info=fault)
            return
        self._failures.forget(token_hash)
        if found is not None and not found.gone:
            self._shelf.put(structs.replace(found, today=today, looked_at=now))

    # -- finding -----------------------------------------------------------------------------------------

    async def _find(self, path: str, asked: Asked) -> Kept | None:
        """The address, up to date if that is possible, or None for every address that never was."""
        token, _, name = path.partition("/f/")[2].partition("/")
        kept = await self._current(hash_token(token), asked)
        return kept if is_name(name) else None

    async def _current(self, token_hash: str, asked: Asked) -> Kept | None:
        known = self._shelf.get(token_hash)
        # First the mark, then the look: what is committed in between changes the mark for the next request.
        mark, today = await self._mark(), self._today()
        if known is not None and not self._is_steady(known, token_hash, today, asked):
            known = structs.replace(known, mark=None, docket="")
        if known is not None and mark is not None and known.mark == mark:
            return known
        try:
            found = await self._ask(self._look, token_hash, today, known)
        except NotMade as fault:
            self._failing = False
            return self._last_good(token_hash, known, fault.__cause__ or fault, fault.beat_at)
        except Exception as fault:  # noqa: BLE001 - whatever it is, a live address gets no error
            self._failing = True
            return self._last_good(token_hash, known, fault)
        self._failing = False
        self._failures.forget(token_hash)
        if found is None:
            self._shelf.drop(token_hash)
            return None
        if found.gone:
            self._shelf.drop(token_hash)
            return found
        found = structs.replace(found, mark=mark, today=today)
        self._shelf.put(found)
        return found

    async def _mark(self) -> Mark | None:
        if not self._changes.waits:
            return self._changes.mark()
        try:
            return await self._ask_mark(self._changes.mark)
        except TimeoutError:
            return None

    def _is_steady(self, known: Kept, token_hash: str, today: date, asked: Asked) -> bool:
        """Whether what is known still answers this request, unless something is committed."""
        same = hmac.compare_digest(known.token_hash, token_hash) and known.today == today
        now = self._now()
        # A clock that was set back makes what it decided doubtful: whether an address has ended, for example.
        steady = known.looked_at <= now and (known.changes_at is None or now < known.changes_at)
        return same and steady and (known.body is not None or _unchanged(known, asked))

    def _look(self, token_hash: str, today: date, known: Kept | None) -> Kept | None:
        """Ask the database, in a thread.

        Every change of what a calendar shows stands in the audit trail: so where nothing was added to that, no
        entry is looked at. Otherwise the bytes are made only if the feed's state has changed.
        """
        now = self._now()
        with self._database.read() as session:
            docket, beat_at, doubted = audit.head(session), self._beat(session), doubted_since(session)
            if known is not None and known.docket == docket:
                return structs.replace(known, beat_at=beat_at, doubted_since=doubted)
            try:
                found = self._look_at(session, token_hash, today, known, now)
            except DATABASE_FAULTS:
                raise
            except Exception as fault:
                raise NotMade(beat_at) from fault
            now_known = {"beat_at": beat_at, "doubted_since": doubted, "docket": docket, "looked_at": now}
            return structs.replace(found, **now_known) if found is not None else None

    def _look_at(
        self, session: Session, token_hash: str, today: date, known: Kept | None, now: datetime
    ) -> Kept | None:
        subscription = find_by_hash(session, token_hash)
        if subscription is None:
            return None
        changes_at = next_change(subscription, now)
        if (is_now := condition(subscription, now)) == "gone":
            return Kept(token_hash, subscription.id, subscription.hint, "gone", "", gone=True)
        if is_now == "live" and not self._shelf.has(token_hash):
            self._shelf.expect(self._waiting(subscription, now))
        state = is_now if is_now == "ended" else self._state(session, subscription, today)
        seen = sight(session, subscription, restricted_matters(session), now)
        expires_at = subscription.expires_at if is_now == "live" else None
        if known is not None and (known.state, known.sight) == (state, seen) and known.body is not None:
            return structs.replace(known, changes_at=changes_at, expires_at=expires_at)
        body = (
            end_body(subscription, now, self._zone) if is_now == "ended" else self._body(session, subscription, today)
        )
        found = Kept(token_hash, subscription.id, subscription.hint, state, tag_of(body), body, sight=seen)
        found = structs.replace(found, changes_at=changes_at, expires_at=expires_at)
        if known is None or (known.etag, known.sight) != (found.etag, found.sight):
            self._shelf.save(found)
        return found

    def _state(self, session: Session, subscription: Subscription, today: date) -> str:
        return feed_state(session, subscription, today=today, firm=self._firm)

    def _body(self, session: Session, subscription: Subscription, today: date) -> bytes:
        return feed_body(session, subscription, today=today, firm=self._firm, zone=self._zone)

    def _beat(self, session: Session) -> datetime | None:
        """The daemon's last sign of life; before the first one, when the docket was made."""
        beat = session.get(Heartbeat, self._heartbeat)
        return beat.at if beat is not None else session.scalars(select(Instance.created_at)).first()

    def _last_good(
        self, token_hash: str, known: Kept | None, fault: BaseException, beat_at: datetime | None = None
    ) -> Kept | None:
        """What is served while something fails; the log says what, and never holds the token."""
        known = _ended_meanwhile(known or self._shelf.unread(token_hash), self._now(), self._zone)
        if known is not None and known.gone:
            return known
        body = self._shelf.load(known) if known is not None else None
        if body is None and (unread := self._shelf.unread(token_hash)) is not None:
            known, body = unread, unread.body
        log.error(
            "calendar %s cannot be made (%s); %s",
            known.subscription if known is not None else "of an address not seen before",
            type(fault).__name__,
            "the last good one is served" if body is not None else "there is no earlier one",
            exc_info=None if isinstance(fault, DATABASE_FAULTS) else fault,
        )
        if known is None:
            return None
        of_database = isinstance(fault, DATABASE_FAULTS)
        self._failures.note(token_hash, known.subscription, self._now(), of_database=of_database)
        if body is None:
            return None
        # Its own tag: another process may have written the copy.
        return structs.replace(known, body=body, etag=tag_of(body), beat_at=beat_at or known.beat_at)

    # -- answering ---------------------------------------------------------------------------------------

    def _unknown(self, asked: Asked) -> Answer:
        # While the database fails nobody can tell a stranger from a subscriber.
        if not self._failing and self._strangers.too_many(asked.place):
            return plain_answer(429, TOO_MANY, (b"retry-after", b"60"))
        return plain_answer(404, NOT_FOUND)

    async def _calendar(self, kept: Kept, asked: Asked) -> Answer:
        self._fetches.note(kept.subscription, self._now(), asked.agent)
        kept = self._honest(kept)
        packs = takes_gzip(asked.accept_encoding, asked.agent)
        tag = (b"etag", (packed_tag(kept.etag) if packs else kept.etag).encode())
        if _unchanged(kept, asked):
            return Answer(304, [tag, *COMMON])
        if kept.body is None:  # an empty calendar would empty the reader's; a 404 leaves it as it is
            return plain_answer(404, NOT_FOUND)
        if not packs:
            return Answer(200, [*CALENDAR, tag, length_of(kept.body)], kept.body)
        packed = kept.packed or await self._pack(kept, kept.body)
        return Answer(200, [*CALENDAR, tag, (b"content-encoding", b"gzip"), length_of(packed)], packed)

    def _honest(self, kept: Kept) -> Kept:
        """The calendar as it is to be served now: with a loud entry where nobody keeps it any more, and with one where
        every date is in doubt."""
        silent_since, fails_since = kept.beat_at or self._started_at, self._failures.since(kept.token_hash)
        is_silent = is_stale(silent_since, self._now(), self._patience)
        is_frozen = is_stale(fails_since, self._now(), self._patience)
        body = self._shelf.load(kept) if is_silent or is_frozen or kept.doubted_since else None
        if body is None:
            return kept
        if kept.doubted_since is not None:
            body = with_doubt_note(body, kept.subscription, kept.doubted_since, self._today())
        if is_silent:
            body = with_stale_note(body, kept.subscription, silent_since, self._today())
        elif is_frozen and fails_since is not None:
            body = with_frozen_note(body, kept.subscription, fails_since, self._today())
        return structs.replace(kept, body=body, packed=None, etag=tag_of(body))

    async def _pack(self, kept: Kept, body: bytes) -> bytes:
        packed = await to_thread.run_sync(pack, body)
        if self._shelf.get(kept.token_hash) is kept:
            self._shelf.put(structs.replace(kept, packed=packed))
        return packed


def _ended_meanwhile(kept: Kept | None, now: datetime, zone: tzinfo) -> Kept | None:
    """A copy as it is to be served without the database: an address whose last day has passed shows no date."""
    if kept is None or kept.expires_at is None or now < kept.expires_at:
        return kept
    body = expired(kept.subscription, kept.expires_at, now, zone)
    return structs.replace(kept, body=body, packed=None, gone=body is None)


def _unread(subscription: Subscription, now: datetime, zone: tzinfo) -> Kept:
    """What a calendar without a last good copy shows while it cannot be made: it is not silently empty."""
    body = waiting_body(subscription, now, zone)
    kept = Kept(subscription.token_hash, subscription.id, subscription.hint, "unread", tag_of(body), body)
    return structs.replace(kept, expires_at=subscription.expires_at, today=now.astimezone(zone).date())


def _unchanged(kept: Kept, asked: Asked) -> bool:
    named = asked.if_none_match
    return named != "" and (matches(named, kept.etag) or matches(named, packed_tag(kept.etag)))
