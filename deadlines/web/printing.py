"""The docket as a page to print: one table that A4 and Letter take, in one file that needs no server and no network."""

import os
import re
import tempfile
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from deadlines.docket.sheet import sheet
from deadlines.docket.trail_watch import doubt
from deadlines.store.tables import Person
from deadlines.web.assets import Assets
from deadlines.web.pages import Pages

KEPT = 14
NAME = re.compile(r"docket-\d{4}-\d{2}-\d{2}\.html")


class Printer:
    """Makes the file for a firm, in its zone, by its edition of the law."""

    def __init__(self, firm: str, zone: str, edition: str) -> None:
        self._zone, self._edition = ZoneInfo(zone), edition
        self._assets = Assets()
        self._pages = Pages(self._assets, address="", firm=firm)

    def today(self, now: datetime) -> date:
        """The firm's calendar day."""
        return now.astimezone(self._zone).date()

    def whole(self, session: Session, person: Person | None, *, now: datetime, days: int) -> str:
        """The file: all that a person may see; for nobody in particular every date, restricted matters veiled."""
        return self._pages.text(
            "print_file.html",
            style=self._assets.text("sheet.css"),
            sheet=sheet(session, person, today=self.today(now), now=now, days=days),
            whose=person.name if person is not None else "the whole firm",
            printed_at=stamp(now, self._zone),
            edition=self._edition,
            today=self.today(now),
            doubt=doubt(session),
        )


def stamp(now: datetime, zone: ZoneInfo) -> str:
    """`2026-11-27 10:15 EST`."""
    return f"{now.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def leave(folder: Path, text: str, today: date) -> Path:
    """Leave the file of a day, whole or not at all, readable by its owner only; the newest fourteen are kept.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"docket-{today}.html"
    put(path, text)
    left = sorted((each for each in folder.iterdir() if NAME.fullmatch(each.name)), reverse=True)
    for old in left[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def put(path: Path, text: str) -> None:
    """Write a file beside, then give it its name, so that nobody ever reads half of it. Raises OSError."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".docket-")  # 0600 by mkstemp
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
