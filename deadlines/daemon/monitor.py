"""The ping to a monitor outside. It goes only while all is well, so that its absence is the alarm."""

import logging
from collections.abc import Callable
from datetime import datetime

import msgspec

from deadlines.docket import monitor
from deadlines.errors import ConfigError, SendError
from deadlines.notify.outbound import Outbound, judge
from deadlines.notify.posting import JSON
from deadlines.store.database import Database

log = logging.getLogger(__name__)


class Monitor:
    """One monitor outside. `address` reads a secret: whoever has it can say that all is well. Where it raises
    ConfigError nothing is told."""

    def __init__(self, database: Database, outbound: Outbound, address: Callable[[], str]) -> None:
        self._database, self._outbound, self._address = database, outbound, address

    def ping(self, now: datetime) -> str:
        """Tell the monitor that all is well, if it is; why it was not told, or an empty text.

        Raises what the database raises: then nothing is told either.
        """
        with self._database.read() as session:
            why = monitor.why_not(session, now)
            body = b"" if why else msgspec.json.encode(monitor.wellness(session, now))
        why = why or self._told(body, now)
        if why:
            level = logging.INFO if why == monitor.UNDER_WAY else logging.ERROR
            log.log(level, "the monitor outside is not told that all is well: %s", why)
        with self._database.write() as session:
            monitor.note_ping(session, why, now)
        return why

    def _told(self, body: bytes, now: datetime) -> str:
        try:
            judge(self._outbound.post(self._address(), body, JSON, now=now), "The monitor")
        except (SendError, ConfigError) as error:
            return error.sentence
        return ""
