"""What leaves the docket as a file to be printed, built from the settings."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.config import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from deadlines.store.database import Database


def build_sheet(settings: Settings, edition: str) -> "Callable[[Database, datetime], Path]":
    """Leaves the docket as a file to be printed in the configured folder, and says which; `edition` is the law's."""
    from deadlines.web.printing import Printer, leave

    printer = Printer(settings.firm.name, settings.firm.timezone, edition)
    folder, days = Path(settings.print.folder), settings.print.days

    def left(database: "Database", now: "datetime") -> Path:
        with database.read() as session:
            return leave(folder, printer.whole(session, None, now=now, days=days), printer.today(now))

    return left
