"""A process that migrates a database by one revision and is ended at every single statement. Never of the product.

`python -m tests.store.migrating URL REVISION`: for each statement a child is forked that is killed there, and one
in which it raises; after each the database must be as before. Prints how many statements there were.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event, inspect, text

from deadlines.store import migrate
from deadlines.store.engine import build_engine, parse_url


def snapshot(engine: Engine) -> dict[str, Any]:
    """The revision, every table with its columns, and every row."""
    with engine.connect() as connection:
        look = inspect(connection)
        found: dict[str, Any] = {"revision": migrate.revision_of(connection)}
        for name in sorted(look.get_table_names()):
            columns = [(column["name"], str(column["type"])) for column in look.get_columns(name)]
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()
            indexes = sorted((str(index["name"]), index["column_names"]) for index in look.get_indexes(name))
            found[name] = (columns, indexes, sorted(map(str, rows)))
        return found


def migrated(url: str, revision: str, at: int, *, kill: bool) -> None:
    engine = build_engine(parse_url(url))
    seen = 0

    @event.listens_for(engine, "before_cursor_execute")
    def _end(*_words: object) -> None:
        nonlocal seen
        seen += 1
        if seen == at and kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if seen == at:
            raise RuntimeError("the disk is full")

    migrate.upgrade(engine, revision)
    engine.dispose()


def attempt(url: str, revision: str, at: int, *, kill: bool) -> int:
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with suppress(RuntimeError):
            migrated(url, revision, at, kill=kill)
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(url: str) -> dict[str, Any]:
    engine = build_engine(parse_url(url))
    try:
        return snapshot(engine)
    finally:
        engine.dispose()


def main(url: str, revision: str) -> None:
    before, at = state(url), 0
    while True:
        at += 1
        status = attempt(url, revision, at, kill=True)
        if status == 0:
            break
        for ended in (status, attempt(url, revision, at, kill=False)):
            if ended not in (-signal.SIGKILL, 1) or state(url) != before:
                sys.exit(f"statement {at} of {revision} left something behind")
    if state(url)["revision"] != revision:
        sys.exit("the last try did not succeed")
    print(at - 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
