"""Puts the scheduler and the web server together from the parts that `wiring` builds."""

from datetime import timedelta
from typing import TYPE_CHECKING

from deadlines import wiring

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from deadlines.config import Settings
    from deadlines.daemon import Scheduler, Sweeps
    from deadlines.store.database import Database


def build_sweeps(settings: "Settings", database: "Database") -> "Sweeps":
    """The sweeps over a database, with the configured channel and the packaged law."""
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
    )


def build_scheduler(settings: "Settings", database: "Database") -> "Scheduler":
    """The scheduler, not yet started."""
    from deadlines.daemon import Scheduler

    return Scheduler(build_sweeps(settings, database), tick=float(settings.daemon.tick_seconds))


def build_web(settings: "Settings", database: "Database") -> "Starlette":
    """The web application."""
    from deadlines.web.app import create_app

    return create_app(database, zone=settings.firm.timezone, name=settings.firm.name)
