"""A subscriber sees each entry on its day, after a move and a removal too: real server, real programs."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from deadlines.docket import renderings
from deadlines.docket.restricting import restrict_matter
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry
from deadlines.web.app import create_app
from tests.docket import samples
from tests.e2e.calendar_clients import Subscriber
from tests.web.serving import NOW, ZONE, serving, subscribe

SAFE, LAST = "FILE BY: ", "LAST DAY: "
MOTION = "I-290B motion to reopen – 2026-0143 (must be received)"
FIRST, DAYS = date(2026, 10, 1), 900


def change(database: Database, what: str) -> None:
    """Move the last day, strike the entry, or restrict its matter."""
    with database.write() as session:
        entry = session.scalars(select(Entry)).one()
        if what == "restrict":
            restrict_matter(session, entry.matter, actor="t", now=NOW)
            return
        if what == "move":
            entry.version = 2
            samples.version(session, entry, samples.window(last_day=date(2026, 11, 27)), 2)
        else:
            entry.status = "struck"
        deadline = session.scalars(select(DeadlineRow).where(DeadlineRow.version == entry.version)).one()
        renderings.render_entry(session, entry, deadline, now=NOW)
        samples.told(session)


def days_and_titles(subscriber: Subscriber, zone: str = ZONE) -> list[tuple[date, str]]:
    return [(shown.on, shown.title) for shown in subscriber.entries(FIRST, DAYS, zone=zone)]


@pytest.mark.slow
def test_khal_shows_every_entry_on_its_day_as_the_docket_changes(database: Database, tmp_path: Path) -> None:
    feed = subscribe(database)
    with serving(create_app(database, zone=ZONE, now=lambda: NOW)) as port:
        subscriber = Subscriber(tmp_path / "client", f"http://127.0.0.1:{port}{feed.path}")
        subscriber.sync()
        before = [(date(2026, 11, 20), SAFE + MOTION), (date(2026, 11, 25), LAST + MOTION)]
        for zone in (ZONE, "America/Los_Angeles", "Pacific/Auckland"):
            assert days_and_titles(subscriber, zone) == before

        change(database, "move")
        subscriber.sync()
        assert days_and_titles(subscriber) == [before[0], (date(2026, 11, 27), LAST + MOTION)]

        change(database, "strike")
        subscriber.sync()
        cancelled = [(date(2026, 11, 20), "CANCELLED: " + SAFE + MOTION)]
        assert days_and_titles(subscriber) == [
            *cancelled,
            (date(2026, 11, 27), "CANCELLED: " + LAST + MOTION),
        ]

        change(database, "restrict")
        subscriber.sync()
        shown = days_and_titles(subscriber)
        assert shown == [(samples.ENTERED.date(), "Deadlines: this calendar is connected")]


@pytest.mark.slow
def test_khal_shows_the_odd_days_of_the_calendar(tmp_path: Path, database: Database) -> None:
    feed = subscribe(database)
    odd = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2028, 2, 29)]
    with database.write() as session:
        matter = session.scalars(select(Entry)).one().matter
        for number, day in enumerate(odd):
            asked = samples.window(rule=f"odd.{number}", safe_by=day, last_day=day + timedelta(days=1))
            entry, deadline = samples.entry(session, matter, asked)
            renderings.render_entry(session, entry, deadline, now=NOW)
    with serving(create_app(database, zone=ZONE, now=lambda: NOW)) as port:
        subscriber = Subscriber(tmp_path / "client", f"http://127.0.0.1:{port}{feed.path}")
        subscriber.sync()
        for zone in (ZONE, "Pacific/Auckland"):
            shown = {day for day, title in days_and_titles(subscriber, zone) if title == SAFE + MOTION}
            assert shown == {date(2026, 11, 20), *odd}
