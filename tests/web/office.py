"""A firm at its pages: people of every role, a notice in a matter, a restricted matter, and browsers signed in."""

from datetime import datetime, time
from html.parser import HTMLParser

from msgspec.structs import replace
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from deadlines.compute import Notice, Service
from deadlines.docket.intake import Desk, open_matter, record_notice
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.subscriptions import hash_token
from deadlines.docket.telling import Leaves
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Heartbeat, Matter, NoticeRow, Person, SignedIn
from deadlines.web.app import create_app
from tests.docket.desks import DENIAL, ENTERED, LATER, desk
from tests.docket.samples import ZONE, person
from tests.web.test_signing import FORM

SECRET = Notice(kind="uscis.denial", form="I-918", decided_on=DENIAL.decided_on, service=Service("mail"))
CANARIES = ("Canary-Garcia-Secret", "S-1", "I-918")
PEOPLE = {
    "Ana": "attorney",
    "Ben": "paralegal",
    "Dora": "docket",
    "Pat": "partner",
    "Adam": "administrator",
    "Audrey": "auditor",
}


ROOM = MailRoom(zone=ZONE, opens=time(9), closes=time(17), days=0, is_working_day=lambda day: day.weekday() < 5)


class Office:
    """Ana has matter A-1, entered by Ben, and the restricted S-1, on which nobody else works."""

    def __init__(self, database: Database, now: datetime = LATER) -> None:
        self.database, self.now, self.practice = database, now, Practice()
        self.leaves: Leaves = "mail"
        self.app = self.another_server(database)
        with database.write() as session:
            people = {name: person(session, name, role) for name, role in PEOPLE.items()}
            for name, one in people.items():
                session.add(SignedIn(token_hash=hash_token(name), person_id=one.id, since=now, seen_at=now))
            session.merge(Heartbeat(sweep="daemon", at=now, detail=""))
        self.record("A-1", DENIAL, client="Canary-Garcia")
        self.record("S-1", SECRET, client="Canary-Garcia-Secret")

    def _desk(self, who: str) -> Desk:
        return replace(desk(actor=who, practice=self.practice), leaves=self.leaves)

    def record(self, reference: str, notice: Notice, *, client: str | None = None, by: str = "Ben") -> None:
        """A notice that came in on 27 October, in a matter of Ana's."""
        who = f"{by.lower()}@firm.test"
        with self.database.write() as session:
            ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
            matter = open_matter(session, reference, client=client, attorney=ana, actor=who, now=ENTERED)
            record_notice(session, self._desk(who), matter, notice, now=ENTERED)

    def another_server(self, database: Database) -> Starlette:
        """One more process on the same database, as far as it knows."""
        return create_app(database, zone=ZONE, now=lambda: self.now, desk=self._desk, room=ROOM)

    def browser(self, name: str, app: Starlette | None = None) -> TestClient:
        client = TestClient(app or self.app, follow_redirects=False, headers=FORM)
        client.cookies.set("deadlines", name)
        return client

    def matter(self, reference: str = "A-1") -> str:
        with self.database.read() as session:
            return session.scalars(select(Matter.id).where(Matter.reference == reference)).one()

    def notice(self, reference: str = "A-1") -> str:
        with self.database.read() as session:
            query = select(NoticeRow.id).where(NoticeRow.matter_id == self.matter(reference))
            return (
                session.scalars(query.order_by(NoticeRow.entered_at.desc(), NoticeRow.amends_id.is_(None))).first()
                or ""
            )

    def entry(self, rule: str = "uscis.motion.reopen", reference: str = "A-1") -> Entry:
        with self.database.read() as session:
            query = select(Entry).where(Entry.rule == rule, Entry.matter_id == self.matter(reference))
            return session.scalars(query).one()


class Page(HTMLParser):
    """A page as a program reads it: its form fields, headings, labels, and what is wrong with it."""

    VOID = ("input", "meta", "link", "img", "br", "path", "rect", "line", "circle")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[str] = []
        self.headings: list[int] = []
        self.faults: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} has a style or script of its own")
        if tag in ("style", "script"):
            self.faults.append(f"{tag} in the page")
        if tag == "label":
            self.labels.add(given.get("for", ""))
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag in ("input", "select", "textarea"):
            self._control(tag, given)
        if tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value", "")

    def _control(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        self._select = name if tag == "select" else ""
        if kind != "hidden":
            self.controls.append(given.get("id", ""))
        if tag == "select":
            self.fields.pop(name, None)
        elif kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[name] = given.get("value", "on")
        else:
            self.fields[name] = given.get("value", "")

    def problems(self) -> list[str]:
        """What a person with a screen reader, or the policy of the pages, would stumble over."""
        found = list(self.faults)
        found += [f"id {one} stands twice" for one in set(self.ids) if self.ids.count(one) > 1]
        found += [f"no label for {one!r}" for one in self.controls if one not in self.labels]
        if self.headings.count(1) != 1 or self.headings[0] != 1:
            found.append(f"headings {self.headings}")
        found += [f"heading {b} after {a}" for a, b in zip(self.headings, self.headings[1:], strict=False) if b > a + 1]
        return found


def fields(text: str) -> dict[str, str]:
    """The fields of the forms of a page with what stands in them, as a browser would send them; the last of each."""
    page = Page(text)
    assert page.problems() == []
    return page.fields
