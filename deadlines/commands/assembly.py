"""Puts the scheduler and the web server together from the parts that `wiring` builds."""

from datetime import timedelta
from typing import TYPE_CHECKING

from deadlines import wiring
from deadlines.errors import ConfigError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from deadlines.config import Settings
    from deadlines.daemon import Scheduler, Sweeps
    from deadlines.store.database import Database


def build_sweeps(settings: "Settings", database: "Database", web: "Starlette | None" = None) -> "Sweeps":
    """The sweeps over a database, with the configured channel, the packaged law and the web's notes."""
    from deadlines.daemon import Sweeps
    from deadlines.law import load_law

    return Sweeps(
        database,
        wiring.build_channels(settings),
        zone=settings.firm.timezone,
        lease=timedelta(seconds=settings.daemon.lease_seconds),
        batch=settings.daemon.batch,
        compute=wiring.build_compute(),
        edition=load_law().edition,
        flush=web.state.flush if web is not None else None,
    )


def build_scheduler(
    settings: "Settings", database: "Database", web: "Starlette | None" = None
) -> "Scheduler":
    """The scheduler, not yet started. With `web` it also writes down which feeds were fetched."""
    from deadlines.daemon import Scheduler

    return Scheduler(build_sweeps(settings, database, web), tick=float(settings.daemon.tick_seconds))


def build_web(settings: "Settings", database: "Database") -> "Starlette":
    """The web application; raises ConfigError where its folder cannot be used."""
    from deadlines.web.app import create_app

    kept = wiring.feeds_folder(settings)
    try:
        return create_app(database, zone=settings.firm.timezone, name=settings.firm.name, kept=kept)
    except OSError as error:
        raise ConfigError(
            f"{kept}: the folder for calendars cannot be used ({error.strerror}); correct web.feeds_folder."
        ) from None
