"""What every command is handed: the configuration and the database, opened when first needed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

import click

from deadlines.errors import DamagedRow, DeadlinesError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.config import Settings
    from deadlines.store.database import Database

DEBUG = "DEADLINES_DEBUG"
"""The variable under which a fault that nobody foresaw is shown with the way to it."""
FORESEEN = (DeadlinesError, click.ClickException, click.Abort, click.exceptions.Exit, OSError)
"""What ends a command with words of its own."""
SHOWN = 5
MEND = (
    "Put them right or restore a backup: docs/operations.md says how, under the checks `unreadable-rows` and "
    "`missing-rows` of `deadlines doctor`."
)
Function = TypeVar("Function", bound=Callable[..., Any])


class App:
    """The program as one command sees it. `config` is what `--config` said."""

    def __init__(self, config: str | None) -> None:
        self.config = config

    @cached_property
    def settings(self) -> "Settings":
        """The configuration; raises ConfigError."""
        from deadlines.config import load_settings

        return load_settings(self.config)

    @contextmanager
    def database(self, *, patient: bool = False) -> Iterator["Database"]:
        """The database, closed at the end; raises StoreError. `patient`: not for a server that does not answer."""
        from deadlines.wiring import open_database

        database = open_database(self.settings, patient=patient)
        try:
            yield database
        except FORESEEN:
            raise
        except Exception as fault:
            damaged = _damage(database, fault)
            if damaged is None:
                raise
            raise damaged from fault
        finally:
            database.dispose()

    @contextmanager
    def reading(self) -> Iterator["Session"]:
        """A session that only reads. While every date is in doubt that is said first, beside the output."""
        with self.database() as database, database.read() as session:
            tell_doubt(session)
            yield session

    @contextmanager
    def writing(self) -> Iterator["Session"]:
        """One transaction: committed at the end, undone by any error."""
        with self.database() as database, database.write() as session:
            yield session

    @contextmanager
    def withdrawing(self) -> Iterator["Session"]:
        """One transaction that takes something out of calendars: copies that still show it go at once."""
        from deadlines.upkeep import forget_copies

        with self.database() as database:
            with database.write() as session:
                yield session
            forget_copies(self.settings, database)


def _damage(database: "Database", fault: Exception) -> DamagedRow | None:
    """The damaged rows over which a command may have ended that met what nobody foresaw; None where there are none, or
    where somebody wants to see the fault itself."""
    from sqlalchemy.exc import SQLAlchemyError

    from deadlines.docket.dangling import dangling
    from deadlines.docket.unreadable import unreadable

    if os.environ.get(DEBUG) == "1":
        return None
    try:
        with database.read() as session:
            rows = [*unreadable(session), *dangling(session)]
    except (DeadlinesError, SQLAlchemyError):
        return None
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    sentence = f"The command ended ({type(fault).__name__}) over rows of the database that are damaged: "
    return DamagedRow(f"{sentence}{'; '.join(rows[:SHOWN])}{more}.", advice=MEND) if rows else None


def tell_doubt(session: "Session") -> None:
    """Say beside the output that every date is in doubt, while the audit trail does not hold."""
    from deadlines.commands.output import style
    from deadlines.docket.trail_watch import doubt

    sentence = doubt(session)
    if sentence is not None:
        click.echo(style(f"{sentence} `deadlines db trail` says more.", fg="red", bold=True), err=True)


def firm_day(at: datetime) -> date:
    """The firm's calendar day of a moment, in the command that runs."""
    from deadlines.clock import day_of

    app = cast("App", click.get_current_context().find_object(App))
    return day_of(at, ZoneInfo(app.settings.firm.timezone))


pass_app = click.make_pass_decorator(App)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def actor() -> str:
    """Who types, for the audit: the account's name on this machine."""
    import pwd

    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"cli:{os.getuid()}"
