"""In the evening it is tomorrow already in UTC: no page or mail tells of the day's acts as of tomorrow's."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import deadlines.web
from deadlines.commands.context import App, firm_day
from deadlines.commands.windows import Marks, checked_words
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.closed import recheck_entry
from deadlines.docket.closing import waive_entry
from deadlines.docket.finishing import close_matter
from deadlines.docket.incoming import register
from deadlines.docket.initials import initial_entry
from deadlines.docket.intake import open_matter, record_notice
from deadlines.docket.moves import Because, move
from deadlines.docket.reviews import none_known, tell_reviews
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Letter, Matter, Person, Proposal
from tests.docket.desks import DENIAL, changed, desk, verify
from tests.docket.samples import ZONE
from tests.web.office import ROOM, Office

NOW = datetime(2026, 11, 7, 2, 0, tzinfo=UTC)
"""Nine in the evening of Friday 6 November 2026 in New York; no date of these matters falls on the days around."""
TODAY, TOMORROW = "Fri 6 Nov 2026", ("Sat 7 Nov 2026", " 7 November 2026", "2026-11-07")
WORDS = ("Re-checked", "Proposed", "initialed by", "Closed on", "Take in hand", "Said last on", "Took the date on")
TEMPLATES = sorted((Path(deadlines.web.__file__).parent / "templates").glob("*.html"))


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(database, NOW)
    with database.write() as session:
        _acts(session, {one.name: one for one in session.scalars(select(Person))})
    return office


def _acts(session: Session, people: dict[str, Person]) -> None:
    """Whatever leaves a day behind, done this evening."""
    ana, ben, dora, pat = (people[name] for name in ("Ana", "Ben", "Dora", "Pat"))
    entries = session.scalars(
        select(Entry).join(Matter).where(Matter.reference == "A-1", Entry.status == "open").order_by(Entry.rule)
    ).all()
    here = desk(actor=ben.email)
    verify(session, entries[0], pat, now=NOW)
    initial_entry(session, here, entries[0], by=ana, now=NOW)
    acknowledge(session, entries[0], ana, now=NOW, lasts=timedelta(days=3), zone=ZONE)
    waive_entry(session, here, entries[1], reason="not used", by=ana, now=NOW)
    recheck_entry(session, here, entries[1], by=dora, now=NOW)
    later = changed(session, entries[2], safe_by=date(2026, 11, 27), last_day=date(2026, 11, 30))
    move(session, here, entries[2], later, Because(entries[2].notice, "a holiday", ben), now=NOW)
    for reference in ("Q-1", "C-1", "R-9"):
        matter = open_matter(session, reference, client=None, attorney=ana, actor="t", now=NOW)
        if reference == "Q-1":
            none_known(session, ROOM, matter, again_on=date(2026, 12, 1), by=ana, now=NOW, actor="t")
        if reference == "C-1":
            close_matter(session, matter, reason="approved", by=ana, now=NOW, actor="t")
        if reference == "R-9":
            record_notice(session, here, matter, DENIAL, now=NOW)
    register(session, ROOM, "a letter", matter=None, received_on=None, at="mail", by=ben, now=NOW, actor="t")


def _text(page: str) -> str:
    """What people read: a moment for programs may be in UTC."""
    return re.sub(r'datetime="[^"]*T[^"]*"', "", page)


def _pages(office: Office) -> list[str]:
    matters = {one: office.matter(one) for one in ("A-1", "Q-1", "C-1", "R-9")}
    with office.database.read() as session:
        entries = session.scalars(select(Entry.id).where(Entry.matter_id == matters["A-1"])).all()
        [proposal] = session.scalars(select(Proposal.id)).all()
    paths = [
        "/",
        "/proposals",
        f"/proposal/{proposal}/accept",
        "/quiet",
        "/verify",
        f"/notice/{office.notice('R-9')}/verify",
    ]
    paths += ["/daybook", "/evening", "/evening/history", "/incoming", "/audit", "/follow-up", "/workload", "/people"]
    paths += ["/me", "/feeds", "/print", f"/matter/{matters['Q-1']}/look", f"/matter/{matters['C-1']}/reopen"]
    paths += [f"/matter/{one}{more}" for one in matters.values() for more in ("", "/history")]
    return paths + [f"/entry/{entry}/{act}" for entry in entries for act in ("slip", "reopen", "file", "waive")]


def test_no_page_shows_the_day_of_utc(office: Office) -> None:
    browsers, read = [office.browser(name) for name in ("Ana", "Dora", "Audrey")], ""
    for path in _pages(office):
        found = [browser.get(path) for browser in browsers]
        assert any(page.status_code == 200 for page in found) or path.endswith("reopen"), path
        for page in found:
            assert not [word for word in TOMORROW if word in _text(page.text)], path
            read += page.text
    for words in WORDS:
        assert words in read, words
    assert f'<dd>by Dora on <time datetime="2026-11-06">{TODAY}</time></dd>' in read


def test_the_preview_tells_the_firms_day(office: Office) -> None:
    browser = office.browser("Ben")
    typed = {
        "kind": DENIAL.kind, "form": DENIAL.form or "", "decided_on": str(DENIAL.decided_on), "service": "mail",
        "facts": "1", "show": "1",
    }  # fmt: skip
    for matter, words in (("R-9", "Twice?"), ("C-1", "Closed matter:")):
        page = browser.post("/add", data={**typed, "matter": matter}).text
        assert words in page
        assert not [word for word in TOMORROW if word in _text(page)]


def test_no_mail_tells_the_day_of_utc(office: Office) -> None:
    with office.database.write() as session:
        assert tell_reviews(session, ROOM, now=datetime(2026, 12, 1, 15, 0, tzinfo=UTC)) == 1
        letters = [(one.subject, one.text) for one in session.scalars(select(Letter))]
    assert any(TODAY in text for _, text in letters)
    assert not [subject for subject, text in letters for word in TOMORROW if word in subject + text]


def test_a_command_tells_the_firms_day() -> None:
    app = App(None)
    app.__dict__["settings"] = SimpleNamespace(firm=SimpleNamespace(timezone=ZONE))
    with click.Context(click.Command("show"), obj=app):
        assert firm_day(NOW) == date(2026, 11, 6)
        assert checked_words("pat@firm.test", NOW, Marks()).startswith(f"verified by pat@firm.test on {TODAY}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_takes_the_day_of_a_moment_by_the_firms_clock(path: Path) -> None:
    """`day_of` and `moment` know the zone."""
    assert not re.search(r"\.date\(\)|_at\.strftime|_at \| day|\bat\.strftime", path.read_text(encoding="utf-8"))
