"""A firm with tokens, and programs that ask its API."""

import json
from datetime import datetime, time, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from deadlines.docket import tokens
from deadlines.docket.intake import Desk
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.restricting import restrict_matter
from deadlines.docket.tokens import Scope
from deadlines.law.news import News
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat, Person
from deadlines.web.app import create_app
from tests.docket import desks, samples
from tests.web.serving import ZONE

NOW = desks.LATER
"""Monday 2 November 2026."""
PEOPLE = {"Ana": "attorney", "Ben": "paralegal", "Dora": "docket", "Adam": "administrator"}
NOTICE = {
    "kind": "uscis.denial",
    "form": "I-140",
    "decided_on": "2026-10-23",
    "service": {"method": "mail"},
}
"""Three windows, all safe Fri 20 November and last Wed 25 November 2026 (8 CFR 103.3, 103.5, 103.8(b))."""
ROOM = MailRoom(zone=ZONE, opens=time(9), closes=time(17), days=0, is_working_day=lambda day: day.weekday() < 5)


class Program:
    """Another program, with its token."""

    def __init__(self, app: Starlette, token: str | None) -> None:
        self.token = token
        self.client = TestClient(app, raise_server_exceptions=False)
        if token is not None:
            self.client.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=named(headers))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers=named(headers))

    def data(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def made(self, path: str, body: Any, status: int = 201, **headers: str) -> Any:
        answer = self.post(path, body, **headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refused(self, path: str, body: Any, status: int) -> dict[str, Any]:
        return problem_of(self.post(path, body), status)


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def problem_of(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == status
    assert found["detail"].endswith((".", "?")), found
    return found


class ApiFirm:
    """Ana with an open matter and a restricted one, a paralegal, who keeps the docket, and an administrator."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self.people: dict[str, str] = {}
        with database.write() as session:
            for name, role in PEOPLE.items():
                self.people[name] = samples.person(session, name, role).id
            ana = session.get_one(Person, self.people["Ana"])
            plain = samples.matter(session, ana, "A-1")
            plain.client = "Garcia and Sons"
            secret = samples.matter(session, ana, "S-1")
            self.entries = {}
            for matter, changes in ((plain, {}), (secret, {"title": "Motion to secret", "form": "I-918"})):
                entry, _ = samples.entry(session, matter, samples.window(**changes))
                self.entries[matter.reference] = entry.id
            restrict_matter(session, secret, actor="t", now=samples.ENTERED)
            self.matters = {"A-1": plain.id, "S-1": secret.id}
            session.merge(Heartbeat(sweep="daemon", at=NOW, detail=""))
        self.app = create_app(
            database,
            zone=ZONE,
            now=lambda: self.now,
            desk=self.desk,
            room=ROOM,
            news=lambda: [News("2026.11", None, "All.")],
        )

    def desk(self, actor: str) -> Desk:
        return desks.desk(actor=actor)

    def token(self, name: str = "Ana", scope: Scope = "write", until: datetime | None = None) -> str:
        with self.database.write() as session:
            person = session.get_one(Person, self.people[name])
            return tokens.add_token(session, person, "case system", scope, until=until, actor="t", now=self.now)[1]

    def program(self, name: str = "Ana", scope: Scope = "write") -> Program:
        return Program(self.app, self.token(name, scope))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)
