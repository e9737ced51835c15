"""A restricted matter carries canaries, and every output there is is searched for them, as every role in turn.

What may be told to whom: its attorney everything; who keeps the docket that there is a date, and its number by mail;
everybody else nothing at all. Nobody is told by mail, chat, log or figure what the case is.
"""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import Route
from starlette.testclient import TestClient

from deadlines.daemon import Sweeps
from deadlines.docket import logins, tokens
from deadlines.docket.absences import note_absence
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.agendas import Rhythm
from deadlines.docket.export import matter_calendar
from deadlines.docket.feeds import feed_body
from deadlines.docket.figures import figures
from deadlines.docket.health import check_docket
from deadlines.docket.invitations import choose_invitations
from deadlines.docket.lanes import Lanes
from deadlines.docket.people import deactivate_person, find_person
from deadlines.docket.renderings import render_entry
from deadlines.docket.restricting import restrict_matter
from deadlines.docket.roles import ROLES
from deadlines.docket.subscriptions import Choice
from deadlines.docket.table import Choice as TableChoice
from deadlines.docket.table import docket_table
from deadlines.docket.teams import add_team, find_team, join_team
from deadlines.docket.visible import visible
from deadlines.errors import DeadlinesError
from deadlines.ical import Party
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Contact, Entry, Heartbeat, Letter, Matter, Person
from deadlines.web.app import create_app
from tests.daemon.parts import Collector
from tests.docket import desks, samples
from tests.web.serving import ZONE
from tests.web.test_desk import KEPT
from tests.web.test_signing import FORM, PASSWORD

CASE = ("canaryclient", "canaryremedy", "q-9187")
"""What the case is. It leaves by no way but the pages of who works on it."""
NUMBER = "canarynumber"
MORNING = datetime(2026, 11, 16, 12, 35, tzinfo=UTC)
"""A Monday on which agendas and the weekly docket go, four days before the date to file by."""
RHYTHM = Rhythm(at=time(7, 30), days=frozenset(range(5)), weekly=0, zone=ZONE)


@pytest.fixture
def kind_of_database() -> str:
    """What is told does not depend on it."""
    return "sqlite"


@pytest.fixture
def firm(database: Database) -> Database:
    """Ana with two matters, one restricted, and a person of every role; all of one team, Pat supervises and covers."""
    with database.write() as session:
        ana = samples.person(session, "Ana")
        people = [samples.person(session, f"{role.title()} Person", role=role) for role in ROLES]
        ana.supervisor_id = next(person.id for person in people if person.role == "partner")
        plain, secret = samples.matter(session, ana, "A-1"), samples.matter(session, ana, NUMBER)
        plain.client, secret.client = "Garcia", "Canaryclient"
        case = {"title": "Motion to canaryremedy", "remedy": "motion canaryremedy", "form": "Q-9187"}
        for matter, changes in ((plain, {}), (secret, case)):
            asked = samples.window(**changes)
            entry, deadline = samples.entry(session, matter, asked)
            render_entry(session, entry, deadline, now=samples.ENTERED)
            samples.plan(session, entry, deadline, asked, [ana, *(one for one in people if one.role == "docket")])
        restrict_matter(session, secret, actor="t", now=samples.ENTERED)
        team = add_team(session, "All", actor="t", now=samples.ENTERED)
        for person in (ana, *people):
            join_team(session, team, person, actor="t", now=samples.ENTERED)
            choose_invitations(session, person, "full", actor="t", now=samples.ENTERED)
            code = logins.invite(session, person, actor="t", now=samples.ENTERED)
            logins.choose_password(session, code, KEPT, now=samples.ENTERED)
            session.add(Contact(person_id=person.id, channel="slack", address="https://x", added_at=samples.ENTERED))
        session.merge(Heartbeat(sweep="daemon", at=MORNING, detail=""))
    return database


def told(text: str, words: tuple[str, ...] = (*CASE, NUMBER)) -> list[str]:
    return [word for word in words if word in text.lower()]


def person_of(session: Session, role: str) -> Person:
    return session.scalars(select(Person).where(Person.role == role, Person.name != "Ana")).one()


def secret_ids(database: Database) -> tuple[str, str]:
    with database.read() as session:
        matter = session.scalars(select(Matter).where(Matter.reference == NUMBER)).one()
        return matter.id, session.scalars(select(Entry.id).where(Entry.matter_id == matter.id)).one()


def browser_of(database: Database, email: str) -> TestClient:
    app = create_app(database, zone=ZONE, now=lambda: MORNING, desk=lambda who: desks.desk(actor=who))
    browser = TestClient(app, follow_redirects=True, headers=FORM)
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 200
    return browser


def pages(browser: TestClient, matter: str, entry: str) -> Iterator[tuple[str, str]]:
    """Every page that is there, also those that nobody has thought of here, and the pages of searches."""
    routes = [route for route in browser.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    plain = {route.path for route in routes if "GET" in (route.methods or ())}
    filled = {path.replace("{matter}", matter).replace("{entry}", entry) for path in plain}
    searches = [f"/?{query}" for query in ("words=", "when=all", "when=week", "remedy=motion", "page=2")]
    for path in sorted({path for path in filled if "{" not in path} | set(searches)):
        yield path, browser.get(path).text
    for word in (*CASE, NUMBER):
        page = browser.get("/", params={"words": word})
        yield f"/?words={word}", page.text.replace(f'value="{word}"', "").replace(f"words={word}", "")


@pytest.mark.parametrize("role", ROLES)
def test_pages_searches_and_counts(firm: Database, role: str) -> None:
    matter, entry = secret_ids(firm)
    with firm.read() as session:
        email = person_of(session, role).email
    browser = browser_of(firm, email)
    found = dict(pages(browser, matter, entry))
    assert len(found) > 10
    assert {path: told(text) for path, text in found.items() if told(text)} == {}
    assert not [path for path, text in found.items() if entry in text or matter in text.replace(path, "")]
    counted = found["/?when=all"].split("all open")[0].rpartition("<strong>")[2].partition("<")[0]
    assert counted == ("2" if role == "docket" else "1")
    for word in CASE:
        assert "No open date" in found[f"/?words={word}"]
    for method in ("GET", "POST"):
        for path in (f"/matter/{matter}", f"/entry/{entry}/ack"):
            answer = browser.request(method, path, data={"a": "b"} if method == "POST" else None)
            assert (answer.status_code in (403, 404, 405), told(answer.text)) == (True, []), path


def test_the_attorney_sees_it_so_that_the_canaries_can_sing(firm: Database) -> None:
    matter, entry = secret_ids(firm)
    found = "".join(text for _, text in pages(browser_of(firm, "ana@firm.test"), matter, entry))
    assert told(found) == [*CASE, NUMBER]


@pytest.mark.parametrize("role", ROLES)
def test_the_api(firm: Database, role: str) -> None:
    matter, entry = secret_ids(firm)
    app = create_app(firm, zone=ZONE, now=lambda: MORNING, desk=lambda who: desks.desk(actor=who))
    with firm.write() as session:
        token = tokens.add_token(session, person_of(session, role), "x", "read", until=None, actor="t", now=MORNING)[1]
    program = TestClient(app, headers={"Authorization": f"Bearer {token}"})
    lists = ("docket", "matters", "notices", "health", f"notices?matter={matter}", "docket?remedy=motion")
    searches = (f"docket?words={CASE[0]}", f"matters?reference={NUMBER}")
    for path in (*lists, *searches, f"matters/{matter}", f"entries/{entry}"):
        answer = program.get(f"/api/v1/{path}")
        assert answer.status_code < 500
        assert told(answer.text.replace(path.partition("=")[2] or "-", "")) == [], path


@pytest.mark.parametrize("role", ROLES)
def test_calendars(firm: Database, role: str) -> None:
    with firm.write() as session:
        person, team = person_of(session, role), find_team(session, "All")
        choices = [
            Choice(scope="firm"),
            Choice(scope="team", team=team),
            Choice(scope="own"),
            Choice(scope="own", restricted=True),
        ]
        for choice, redaction, whole in product(choices, ("matter", "full", "busy"), (False, True)):
            wanted = structs.replace(choice, redaction=redaction, whole=whole, reminders=True)
            made = samples.subscribe(session, person, **structs.asdict(wanted))
            body = feed_body(session, made, today=MORNING.date()).decode()
            assert told(body) == [], (choice.scope, redaction)
            assert body.count("BEGIN:VEVENT") >= 1
        with firm.read() as other:
            secret = other.scalars(select(Matter).where(Matter.reference == NUMBER)).one()
            for redaction in ("matter", "full", "busy"):
                copy = matter_calendar(other, secret, day="2026-11-16", redaction=redaction).decode()  # type: ignore[arg-type]
                assert told(copy, CASE[:1]) == [], "who exports it by name and says so still names no client"


@pytest.mark.parametrize("role", ROLES)
def test_tables(firm: Database, role: str) -> None:
    with firm.read() as session:
        person = person_of(session, role)
        for clients, everything in product((False, True), (False, True)):
            choice = TableChoice(clients=clients, everything=everything)
            copy = docket_table(session, choice, visible(person), zone=UTC, today=MORNING.date())
            assert told(str(copy.lines)) == []
            assert (len(copy.lines), copy.left_out) == (1, 1)


def test_mail_chats_and_invitations(firm: Database) -> None:
    with firm.write() as session:
        ana, today = find_person(session, "ana@firm.test"), MORNING.date()
        days = {"from_on": today, "until_on": today + timedelta(2), "today": today}
        note_absence(session, ana, deputy=person_of(session, "paralegal"), actor="t", now=MORNING, **days)
    mail, chat = Collector(), Collector()
    program = Sweeps(
        firm, {"smtp": mail, "slack": chat}, zone=ZONE, rhythm=RHYTHM, desk=desks.desk(),
        organizer=Party("Docket", "docket@firm.test"), lanes=Lanes(also=0, restricted=True),
    )  # fmt: skip
    program.write_agendas(MORNING)
    for hours in (0, 1, 24, 96, 100):
        program.invite_due(MORNING + timedelta(hours=hours))
        program.send_due(MORNING + timedelta(hours=hours))
    texts = {message.to_email: "" for message in mail.messages}
    for message in (*mail.messages, *chat.messages):
        whole = f"{message.subject}\n{message.text}\n{getattr(message, 'calendar', '')}"
        assert told(whole, CASE) == [], message.subject
        if message in mail.messages:
            texts[message.to_email] += whole
    assert {email for email, text in texts.items() if told(text, (NUMBER,))} <= {
        "ana@firm.test", "docket@firm.test", "paralegal@firm.test", "partner@firm.test",
    }, "its number is told by mail to whoever answers for a date, and to nobody else"  # fmt: skip
    assert not any(told(message.text, (NUMBER,)) for message in chat.messages)
    assert len(texts) >= 4


def test_logs_figures_health_errors_and_the_audit_trail(firm: Database, caplog: pytest.LogCaptureFixture) -> None:
    matter, entry = secret_ids(firm)
    caplog.set_level(logging.DEBUG)
    browser = browser_of(firm, "auditor@firm.test")
    said = [browser.get(path).text for path in ("/metrics", "/readyz", "/healthz", f"/matter/{matter}")]
    with firm.read() as session:
        said += [str(finding) for finding in check_docket(session, MORNING)]
        said += [str(figure) for figure in figures(session, MORNING)]
        said += [json.dumps(row.detail) for row in session.scalars(select(Audit))]
        said += [f"{letter.subject} {letter.text}" for letter in session.scalars(select(Letter))]
    with firm.write() as session:
        ana, auditor = find_person(session, "ana@firm.test"), person_of(session, "auditor")
        for refused in (
            lambda: deactivate_person(session, ana, successor=None, actor="t", today=MORNING.date(), now=MORNING),
            lambda: acknowledge(
                session, session.get_one(Entry, entry), auditor, now=MORNING, lasts=timedelta(1), zone=ZONE
            ),
        ):
            with pytest.raises(DeadlinesError) as error:
                refused()
            said.append(error.value.sentence)
    program = Sweeps(firm, {"smtp": Collector()}, zone=ZONE, rhythm=RHYTHM, desk=desks.desk())
    program.write_agendas(MORNING)
    program.send_due(MORNING)
    assert told("\n".join((*said, caplog.text)), CASE) == []


def test_every_page_has_its_way_out(firm: Database) -> None:
    browser = browser_of(firm, "ana@firm.test")
    matter, entry = secret_ids(firm)
    with_menu = {
        path: text for path, text in pages(browser, matter, entry) if 'aria-label="Pages of the docket"' in text
    }
    assert {"/", "/me", f"/matter/{matter}"} <= set(with_menu)
    for path, text in with_menu.items():
        assert 'action="/sign-out"' in text, path
    assert 'action="/sign-out"' in browser.get("/account").text
