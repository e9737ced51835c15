"""Papers that came in, on a page: registered, docketed or dismissed, and nothing of restricted matters."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from deadlines.docket.incoming import register
from deadlines.docket.mailroom import MailRoom
from deadlines.store.database import Database
from deadlines.store.tables import Incoming, Matter, NoticeRow, Person
from deadlines.web.app import create_app
from tests.web.serving import ZONE
from tests.web.test_add import desk_of, record
from tests.web.test_desk import Firm
from tests.web.test_signing import FORM, PASSWORD

ROOM = MailRoom(zone=ZONE, opens=time(9), closes=time(17), days=0, is_working_day=lambda day: day.weekday() < 5)
MONDAY = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """SQLite, and PostgreSQL too where the test writes in a way that may differ."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


BOTH = pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def firm(database: Database) -> Firm:
    return Firm(database)


def browser(firm: Firm, name: str = "Ana", now: datetime = MONDAY) -> TestClient:
    app = create_app(firm.database, zone=ZONE, now=lambda: now, desk=desk_of, room=ROOM)
    client = TestClient(app, follow_redirects=False, headers=FORM)
    client.post("/sign-in", data={"email": f"{name.lower()}@firm.test", "password": PASSWORD})
    return client


def paper(firm: Firm, title: str, matter: str | None = None, on: date = date(2026, 11, 1)) -> str:
    with firm.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        of = session.get_one(Matter, firm.ids[matter]) if matter else None
        found = register(
            session,
            ROOM,
            title,
            matter=of,
            received_on=on,
            at="mail",
            by=ana,
            now=MONDAY - timedelta(hours=1),
            actor="t",
        )
        return found.id


@BOTH
def test_the_oldest_paper_comes_first_with_its_age(firm: Firm) -> None:
    paper(firm, "Young one", on=date(2026, 11, 2))
    paper(firm, "Old one", on=date(2026, 10, 29))
    page = browser(firm).get("/incoming").text
    assert page.index("Old one") < page.index("Young one")
    old, young = page.split('<tbody role="rowgroup">')[1].split("</tr>")[:2]
    assert "2 business days" in old
    assert "NOT DOCKETED IN TIME" in old
    assert "1 business hour" in young
    assert "NOT DOCKETED IN TIME" not in young


def test_a_paper_is_registered_by_a_form(firm: Firm) -> None:
    client = browser(firm)
    fields = {"title": "RFE I-129", "matter": "A-1", "received_on": "30 Oct 2026", "at": "fax"}
    assert client.post("/incoming", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/incoming", data=fields).status_code == 303
    with firm.database.read() as session:
        row = session.scalars(select(Incoming)).one()
        assert (row.title, row.at, str(row.received_on), row.matter_id) == (
            "RFE I-129",
            "fax",
            "2026-10-30",
            firm.ids["A-1"],
        )
    assert "RFE I-129" in client.get("/incoming").text


FAULTS: list[tuple[dict[str, str], str, str]] = [
    ({"title": " "}, "title", "title"),
    ({"matter": "no-such"}, "matter", "no such matter"),
    ({"matter": "S-1"}, "matter", "no such matter"),
    ({"received_on": "03/04/2026"}, "received_on", "could be"),
    ({"received_on": "2026-11-03"}, "received_on", "future"),
    ({"at": "pigeon"}, "at", "Choose"),
]


def test_a_fault_stands_beside_its_field(firm: Firm) -> None:
    client = browser(firm, "Ben")
    for change, field, words in FAULTS:
        fields = {"title": "RFE I-129", "matter": "", "received_on": "", "at": "mail", **change}
        answer = client.post("/incoming", data=fields)
        assert answer.status_code == 422, change
        assert words in answer.text.split(f'id="fault-{field}"')[1].split("</p>")[0], change
    with firm.database.read() as session:
        assert session.scalars(select(Incoming)).all() == []


@BOTH
def test_a_paper_is_docketed_with_the_notice_recorded_from_it(firm: Firm) -> None:
    which = paper(firm, "Denial", matter="A-1")
    client = browser(firm)
    link = re.findall(r'href="(/add\?incoming=\w+)"', client.get("/incoming").text)[0]
    form = client.get(link).text
    assert f'name="incoming" value="{which}"' in form
    assert 'name="matter" type="text" value="A-1"' in form
    assert 'name="received_on" type="text" value="2026-11-01"' in form
    fields = {"matter": "A-1", "kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-26", "service": "mail"}
    another = {**fields, "incoming": which, "again": "yes"}  # than the one of the matter that waits to be verified
    assert record(client, another)[0] == 303
    with firm.database.read() as session:
        row = session.get_one(Incoming, which)
        assert (row.state, session.get_one(NoticeRow, row.notice_id).form) == ("docketed", "I-140")
    assert "No paper" in client.get("/incoming").text
    assert "Denial" in client.get("/incoming?all=yes").text
    # The link of a settled paper opens no form, and what was typed before it was settled is refused whole.
    assert client.get(link).status_code == 409
    status, page = record(client, {**fields, "form": "I-485", "incoming": which})
    assert (status, "already" in page) == (409, True)
    with firm.database.read() as session:
        assert session.scalars(select(NoticeRow.form).where(NoticeRow.decided_on == date(2026, 10, 26))).all() == [
            "I-140"
        ]


def test_a_paper_without_a_date_is_dismissed_with_a_reason(firm: Firm) -> None:
    which = paper(firm, "Receipt")
    client = browser(firm)
    assert client.get(f"/incoming/{which}/dismiss").status_code == 405
    assert client.post(f"/incoming/{which}/dismiss", data={"reason": " "}).status_code == 409
    assert client.post(f"/incoming/{which}/dismiss", data={"reason": "receipt only"}).status_code == 303
    assert "receipt only" in client.get("/incoming?all=yes").text
    assert "receipt only" not in client.get("/incoming").text


@pytest.mark.parametrize("name", ["Ben", "Dora"])
def test_of_a_restricted_matter_nothing_is_told(firm: Firm, name: str) -> None:
    which = paper(firm, "Canary of a secret", matter="S-1")
    client = browser(firm, name)
    for path in ("/incoming", "/incoming?all=yes", f"/add?incoming={which}"):
        page = client.get(path).text
        assert "Canary" not in page
        assert "S-1" not in page.replace("DS-1", "")
    assert client.post(f"/incoming/{which}/dismiss", data={"reason": "x"}).status_code == 404
    assert ("Paper of a restricted matter" in client.get("/incoming").text) == (name == "Dora")
    # Nor why it was dismissed: its address answers as one that there is not, but for the id.
    assert browser(firm).post(f"/incoming/{which}/dismiss", data={"reason": "Canary receipt"}).status_code == 303
    answer, unknown = (client.get(f"/add?incoming={one}") for one in (which, which[::-1]))
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.text.replace(which, "") == unknown.text.replace(which[::-1], "")
    known = browser(firm).get(f"/add?incoming={which}")
    assert (known.status_code, "dismissed already" in known.text, "Canary" in known.text) == (409, True, False)


def test_who_only_reads_is_offered_nothing(firm: Firm) -> None:
    which = paper(firm, "Receipt")
    client = browser(firm, "Adam")
    page = client.get("/incoming").text
    assert "Receipt" in page
    assert "Docket it" not in page
    assert "Register a paper" not in page
    assert 'href="/add"' not in page
    assert client.post("/incoming", data={"title": "x", "at": "mail"}).status_code == 403
    assert client.post(f"/incoming/{which}/dismiss", data={"reason": "x"}).status_code == 403
    assert client.get("/add").status_code == 403
