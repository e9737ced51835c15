"""What every command is handed: the configuration and the database, opened when first needed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.config import Settings
    from deadlines.store.database import Database

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
