"""The pages of a firm with 40,000 matters and 120,000 open dates: docket, filters, search, a month, a matter."""

import gc
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from bench.feed import NOW, desk
from bench.measure import percentile
from bench.recompute import postgres
from deadlines.compute import Notice, Service
from deadlines.docket import logins
from deadlines.docket.intake import open_matter, record_notice
from deadlines.docket.people import add_person
from deadlines.docket.sealing import seal_stored
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Entry, Heartbeat, Login, Matter, NoticeRow, Person
from deadlines.store.tables.base import new_id
from deadlines.web.app import create_app
from deadlines.web.cookies import NAME

MATTERS = 40_000
"""With three open dates each: 120,000."""
SAMPLES, RUNS, AT_ONCE = 400, 40, 1_000
PAGES = {
    "the docket": "/",
    "page 40 of it": "/?page=40",
    "this week": "/?when=week",
    "one attorney, motions": "/?attorney={attorney}&remedy=motion",
    "a search that finds one matter": "/?words=B-17017",
    "a search for a client and a remedy": "/?words=Garcia+reconsider",
    "a month": "/month?month=2026-12",
    "a matter": "/matter/{matter}",
}


def rows() -> list[tuple[str, str, str]]:
    """p99 of each page on SQLite and on PostgreSQL."""
    with TemporaryDirectory() as folder, postgres() as url:
        return [*_on("SQLite", f"sqlite:///{Path(folder) / 'p.sqlite3'}"), *_on("PostgreSQL", url)]


def _on(kind: str, url: str) -> list[tuple[str, str, str]]:
    database = Database.create(url, now=NOW, version="bench")
    try:
        return list(_measured(kind, database))
    finally:
        database.dispose()


def _measured(kind: str, database: Database) -> Iterator[tuple[str, str, str]]:
    token, known = fill(database)
    with database.write() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))  # as the server does by itself within a minute
    app = create_app(database, zone="America/New_York", now=lambda: NOW, desk=lambda _: desk())
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(NAME, token)
    client.get("/")
    gc.collect()
    gc.freeze()  # as the server does before its first answer
    for what, path in PAGES.items():
        client.get(path.format(**known))
        taken = [_seconds(client, path.format(**known)) for _ in range(RUNS)]
        yield _row(kind, what, taken, known)
    yield _row(kind, "the docket just after a change", [_changed(database, client) for _ in range(RUNS)], known)


def _seconds(client: TestClient, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    taken = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return taken


def _changed(database: Database, client: TestClient) -> float:
    """The same when somebody has recorded something since: the figures above the docket are counted anew."""
    with database.write() as session:
        audit.record(session, actor="bench", action="docket.shown", subject="bench", detail={}, at=NOW)
    return _seconds(client, "/")


def _row(kind: str, what: str, taken: list[float], known: dict[str, str]) -> tuple[str, str, str]:
    half, most = percentile(taken, 50), percentile(taken, 99)
    figure = f"p50 {half * 1000:.0f} ms, p99 {most * 1000:.0f} ms"
    return f"page, {known['matters']} matters, {known['open']} open dates, {kind}: {what}", figure, "p99 300 ms"


def fill(database: Database) -> tuple[str, dict[str, str]]:
    """The docket, made of copies of some hundred notices; the secret of a browser, and what the addresses name."""
    with database.write() as session:
        people = [
            add_person(session, name=f"Attorney {n}", email=f"a{n}@firm.test", role="attorney", actor="bench", now=NOW)
            for n in range(12)
        ]
        clerk = add_person(session, name="Dora", email="dora@firm.test", role="paralegal", actor="bench", now=NOW)
        for number in range(SAMPLES):
            matter = open_matter(
                session, f"S-{number}", client="Garcia", attorney=people[number % 12], actor="bench", now=NOW
            )
            on = date(2026, 10, 26) + timedelta(days=number % 25)
            record_notice(session, desk(), matter, _notice(on), now=NOW)
        for start in range(0, MATTERS - SAMPLES, SAMPLES):
            _copy(session, start)
        session.execute(update(DeadlineRow).values(digest=None))
        seal_stored(session, actor="bench", now=NOW)
        session.merge(Heartbeat(sweep="daemon", at=NOW))
        kept = logins.hashed("a quite plain phrase", clerk)
        session.add(Login(person_id=clerk.id, password=kept, chosen_at=NOW))
        session.flush()
        entered = logins.sign_in(session, logins.look_up(session, clerk.email, now=NOW), right=True, now=NOW)
    if entered is None:
        raise RuntimeError("nobody is signed in")
    with database.read() as session:
        matters = session.scalar(select(func.count()).select_from(Matter)) or 0
        opened = session.scalar(select(func.count()).select_from(Entry).where(Entry.status == "open")) or 0
        first = session.scalars(select(Matter.id).where(Matter.reference == "B-17017")).one()
        attorney = session.scalars(select(Person.id).where(Person.email == "a3@firm.test")).one()
    known = {"matter": first, "attorney": attorney, "matters": f"{matters:,}", "open": f"{opened:,}"}
    return entered.token, known


def _notice(on: date) -> Notice:
    return Notice(kind="uscis.denial", decided_on=on, form="I-140", service=Service("mail"))


def _copy(session: Session, start: int) -> None:
    """The sample matters once more under other numbers, with their notices, entries and dates."""
    ids: dict[str, str] = {}

    def again(row: dict[str, Any], *names: str) -> dict[str, Any]:
        return {**row, **{name: ids.setdefault(row[name], new_id()) for name in names}}

    for table, names in (
        (Matter, ("id",)),
        (NoticeRow, ("id", "matter_id")),
        (Entry, ("id", "notice_id", "matter_id")),
        (DeadlineRow, ("id", "entry_id")),
    ):
        found = session.execute(select(table.__table__).where(_sample(table))).mappings()
        made = [again({**row, **_later(row, timedelta(days=start // SAMPLES * 7))}, *names) for row in found]
        if table is Matter:
            for row in made:
                row["reference"] = f"B-{start + int(row['reference'].removeprefix('S-')):05}"
                row["client"] = f"{('Garcia', 'Okafor', 'Nguyen', 'Ivanova')[start // SAMPLES % 4]} {row['reference']}"
        for at in range(0, len(made), AT_ONCE):
            session.execute(insert(table), made[at : at + AT_ONCE])


def _later(row: Any, by: timedelta) -> dict[str, date]:
    """The days of an entry or of its dates so much later: a docket reaches eighteen months ahead."""
    days = ("opens_on", "protective_by", "safe_by", "last_day", "latest")
    return {name: row[name] + by for name in days if row.get(name) is not None}


def _sample(table: Any) -> Any:
    matters = select(Matter.id).where(Matter.reference.startswith("S-"))
    if table is Matter:
        return Matter.reference.startswith("S-")
    if table is DeadlineRow:
        return DeadlineRow.entry_id.in_(select(Entry.id).where(Entry.matter_id.in_(matters)))
    return table.matter_id.in_(matters)
