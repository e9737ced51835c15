"""`/healthz`: the process answers. `/readyz`: the database can be read and the scheduler lives."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from deadlines.errors import StoreError
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from deadlines.web.asking import Asking

log = logging.getLogger(__name__)

BEATS_MISSED = 3
NO_STORE = {"Cache-Control": "no-store"}


async def healthz(_request: Request) -> Response:
    """200 as long as the process answers at all."""
    return PlainTextResponse("ok\n", headers=NO_STORE)


class Readyz:
    """200 if all is well, else 503. `sweep` is the heartbeat looked at, `interval` how often it comes."""

    def __init__(self, database: Database, *, sweep: str, interval: timedelta, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._ask = Asking()
        self._sweep, self._patience = sweep, BEATS_MISSED * interval

    async def answer(self, _request: Request) -> Response:
        """`{"database": …, "scheduler": …}`, each "ok" or what is wrong."""
        try:
            found = await self._ask(self._look)
        except TimeoutError:
            found = {"database": "silent", "scheduler": "unknown"}
        status = 200 if set(found.values()) == {"ok"} else 503
        return Response(msgspec.json.encode(found), status, NO_STORE, "application/json")

    def _look(self) -> dict[str, str]:
        try:
            with self._database.read() as session:
                beat = session.get(Heartbeat, self._sweep)
                seen_at = beat.at if beat is not None else None
        except (StoreError, SQLAlchemyError):
            return {"database": "unreadable", "scheduler": "unknown"}
        except Exception:  # what nobody foresaw is an answer too: who asks must not take it for a fault of the web
            log.exception("the scheduler's sign of life cannot be read")
            return {"database": "unreadable", "scheduler": "unknown"}
        return {"database": "ok", "scheduler": self._scheduler(seen_at)}

    def _scheduler(self, seen_at: datetime | None) -> str:
        if seen_at is None:
            return "never ran"
        return "silent" if abs(self._now() - seen_at) > self._patience else "ok"
