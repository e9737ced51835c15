"""The second factor: codes, replays, recovery codes, set-up and removal (OWASP ASVS 5.0, chapter 6; RFC 6238)."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from deadlines.docket import factors
from deadlines.errors import ConfigError
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Login, Person, RecoveryCode, SecondFactor, SignedIn
from deadlines.store.vault import Vault
from deadlines.web.app import create_app
from deadlines.web.entrance import Entrance
from tests.web.serving import ZONE
from tests.web.test_signing import PASSWORD, Door

VAULT = Vault(b"k" * 32)


class Gate(Door):
    """The same door, with a vault; `required` for everybody where it is set."""

    def __init__(self, database: Database, *, required: bool = False) -> None:
        super().__init__(database)
        self.app = create_app(
            database,
            zone=ZONE,
            name="Garcia Law",
            now=lambda: self.now,
            entrance=Entrance(required=required, vault=VAULT),
        )
        self.browser = self.another()
        self.choose(self.invite())
        self.secret = ""

    def set_up(self, **form: str) -> list[str]:
        page = self.browser.post("/second-factor/begin", data={"a": "b"})
        assert page.status_code == 200
        self.secret = page.text.split("type <code>")[1].split("</code>")[0].replace(" ", "")
        done = self.browser.post("/second-factor/confirm", data={"code": self.code(), **form})
        assert done.status_code == 200, done.text
        return re.findall(r"<li><code>([A-Z0-9-]+)</code>", done.text)

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.now + timedelta(seconds=30 * steps))

    def give(self, code: str, browser: TestClient | None = None) -> int:
        return (browser or self.browser).post("/second-factor/code", data={"code": code}).status_code

    def later(self) -> None:
        self.now += timedelta(minutes=2)


@pytest.fixture
def gate(database: Database) -> Gate:
    made = Gate(database)
    made.enter()
    return made


def test_after_the_password_a_code_is_asked_for(gate: Gate) -> None:
    assert len(gate.set_up(password=PASSWORD)) == 10
    assert gate.is_in(), "the browser in which it was set up stays signed in"
    gate.later()
    other = gate.another()
    answer = other.post("/sign-in", data={"email": "ana@firm.test", "password": PASSWORD})
    assert answer.headers["location"] == "/second-factor"
    for path in ("/", "/matter/x"):
        refused = other.get(path)
        assert (refused.status_code, refused.headers["location"]) == (303, "/sign-in"), path
    assert other.get("/sign-in").headers["location"] == "/second-factor"
    half = other.cookies["deadlines"]
    assert "/month" not in other.get("/second-factor").text
    assert gate.give("000000", other) == 422
    assert not gate.is_in(other)
    assert gate.give(gate.code(), other) == 303
    assert gate.is_in(other)
    assert other.cookies["deadlines"] != half
    old = gate.another()
    old.cookies.set("deadlines", half)
    assert not gate.is_in(old)


def test_a_code_counts_once(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    for browser, code, status in (
        (gate.another(), gate.code(), 422),  # it confirmed the set-up a moment ago
        (gate.another(), gate.code(1), 303),  # a clock that is half a minute ahead
        (gate.another(), gate.code(1), 422),
        (gate.another(), gate.code(), 422),  # older than one that was taken
    ):
        gate.enter(browser=browser)
        assert gate.give(code, browser) == status, code


def test_wrong_codes_make_the_account_rest_whoever_has_the_password(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    gate.later()
    for _ in range(5):  # typing the password in between takes nothing back
        browser = gate.another()
        assert gate.enter(browser=browser) == 303
        assert gate.give("123456" if gate.code() != "123456" else "654321", browser) == 422
    assert gate.give(gate.code(), browser) == 422
    assert gate.enter(browser=gate.another()) == 403
    gate.later()
    assert gate.enter(browser=browser) == 303
    assert gate.give(gate.code(), browser) == 303
    with gate.database.read() as session:
        assert session.get_one(Login, gate.person).failures == 0


def test_a_recovery_code_lets_in_once(gate: Gate) -> None:
    first, second, *_ = gate.set_up(password=PASSWORD)
    with gate.database.read() as session:
        kept = set(session.scalars(select(RecoveryCode.code_hash)))
    assert not {first, first.replace("-", "")} & kept
    for code, status in ((first.lower().replace("-", " "), 303), (first, 422), (second, 303)):
        browser = gate.another()
        gate.enter(browser=browser)
        assert gate.give(code, browser) == status
    with gate.database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "factor.recover").order_by(Audit.id)).all()
        assert [row.detail for row in rows] == [{"left": 9}, {"left": 8}]


def test_half_signed_in_is_over_after_ten_minutes(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    browser = gate.another()
    gate.enter(browser=browser)
    gate.now += timedelta(minutes=10)
    assert gate.give(gate.code(), browser) == 303
    assert not gate.is_in(browser)


def test_where_it_is_required_nothing_else_is_seen_before(database: Database) -> None:
    gate = Gate(database, required=True)
    assert gate.enter() == 303
    for path in ("/", "/matter/x"):
        assert gate.browser.get(path).headers["location"] == "/sign-in"
    assert gate.browser.get("/sign-in").headers["location"] == "/second-factor"
    assert "asks everybody for a second factor" in gate.browser.get("/second-factor").text
    assert gate.set_up()
    assert gate.is_in()


def test_set_up_and_removal_ask_for_the_password_again(gate: Gate) -> None:
    page = gate.browser.post("/second-factor/begin", data={"a": "b"})
    gate.secret = page.text.split("type <code>")[1].split("</code>")[0].replace(" ", "")
    for form in ({}, {"password": "wrong"}):
        refused = gate.browser.post("/second-factor/confirm", data={"code": gate.code(), **form})
        assert (refused.status_code, "not your password" in refused.text) == (422, True)
    gate.set_up(password=PASSWORD)
    gate.later()
    other = gate.another()
    gate.enter(browser=other)
    gate.give(gate.code(), other)
    gate.later()
    for form in ({"code": gate.code()}, {"code": gate.code(), "password": "wrong"}, {"password": PASSWORD}):
        assert gate.browser.post("/second-factor/remove", data=form).status_code == 422
    assert gate.browser.post("/second-factor/begin", data={"a": "b"}).status_code == 409
    done = gate.browser.post("/second-factor/remove", data={"code": gate.code(), "password": PASSWORD})
    assert done.status_code == 303
    assert not gate.is_in()
    assert not gate.is_in(other)
    assert gate.enter() == 303
    assert gate.is_in()


def test_no_other_site_and_nobody_unknown_reaches_it(gate: Gate) -> None:
    for path in ("code", "begin", "confirm", "remove"):
        foreign = gate.browser.post(f"/second-factor/{path}", data={"a": "b"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        assert gate.browser.get(f"/second-factor/{path}").status_code == 405
        unknown = gate.another().post(f"/second-factor/{path}", data={"a": "b"})
        assert (unknown.status_code, unknown.headers["location"]) == (303, "/sign-in?lost=yes")
    with gate.database.read() as session:
        assert session.scalars(select(SecondFactor)).all() == []


def test_its_secret_is_hidden_with_the_key_and_stays_with_its_person(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    with gate.database.read() as session:
        kept = session.get_one(SecondFactor, gate.person).secret
    assert gate.secret not in kept
    assert VAULT.show(kept, gate.person) == gate.secret
    for vault, about in ((VAULT, "another"), (Vault(b"x" * 32), gate.person), (Vault(), gate.person)):
        with pytest.raises(ConfigError, match="--reset-second-factor"):
            vault.show(kept, about)
    plain = Vault().hide("S", "p")
    assert (plain, VAULT.show(plain, "p")) == ("plain.S", "S")


def test_a_reset_signs_out_everywhere_and_is_written_down(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    with gate.database.write() as session:
        person = session.get_one(Person, gate.person)
        assert factors.ways_in(session) == {gate.person: "password and code"}
        factors.remove(session, person, actor="root", now=gate.now)
        assert factors.ways_in(session) == {gate.person: "password"}
        assert factors.lacking(session) == [person]
    assert not gate.is_in()
    with gate.database.read() as session:
        for table in (SecondFactor, RecoveryCode, SignedIn):
            assert session.scalars(select(table)).all() == []
        rows = session.scalars(select(Audit.action).where(Audit.action.startswith("factor.")))
        assert list(rows) == ["factor.confirm", "factor.remove"]


def test_a_password_is_changed_by_who_knows_the_present_one(gate: Gate) -> None:
    other, new = gate.another(), "seven quite other plain words"
    gate.enter(browser=other)
    assert gate.browser.get("/account").text.count("<li>since") == 2
    for form in (
        {"password": "wrong", "new": new, "again": new},
        {"password": PASSWORD, "new": new, "again": "another"},
        {"password": PASSWORD, "new": "qwertyuiop12", "again": "qwertyuiop12"},
        {"new": new, "again": new},
        {"new": new, "again": new, "knows": "yes", "kept": "x"},
        {"password": PASSWORD},
        {"password": PASSWORD, "kept": "x"},
    ):
        assert gate.browser.post("/account/password", data=form).status_code == 422
    before = gate.browser.cookies["deadlines"]
    done = gate.browser.post("/account/password", data={"password": PASSWORD, "new": new, "again": new})
    assert (done.status_code, "signed out everywhere else" in done.text) == (200, True)
    assert (gate.is_in(), gate.is_in(other)) == (True, False)
    assert gate.browser.cookies["deadlines"] != before
    assert (gate.enter(), gate.enter(password=new)) == (403, 303)


def test_other_browsers_are_seen_and_ended(gate: Gate) -> None:
    other = gate.another()
    gate.enter(browser=other)
    page = gate.browser.get("/account").text
    assert page.count("<li>since 2026-11-01 07:00, last used 2026-11-01 07:00") == 2, "by the firm's clock"
    assert 'lets you in.\n<a href="/second-factor">' in page
    for path in ("/account", "/second-factor"):
        shown = gate.browser.get(path).text
        assert all(one in shown for one in ('href="/month"', 'href="/account"', 'action="/sign-out"')), path
    for form in ({"password": "wrong"}, {"a": "b"}, {"knows": "yes"}):
        assert gate.browser.post("/account/others", data=form).status_code == 422
    assert gate.is_in(other)
    assert gate.browser.post("/account/others", data={"password": PASSWORD}).status_code == 200
    assert (gate.is_in(), gate.is_in(other)) == (True, False)
    assert gate.another().get("/account").headers["location"] == "/sign-in"


def test_the_fields_of_passwords_hide_them_and_take_help(gate: Gate) -> None:
    pages = [gate.browser.get("/account").text, gate.another().get("/sign-in").text]
    pages += [gate.another().get(f"/welcome/{gate.invite()}").text]
    fields = [
        field
        for page in pages
        for field in re.findall(r'<input[^>]* name="(?:password|present|new|again)"[^>]*>', page)
    ]
    assert len(fields) >= 6
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "onpaste" not in field


@pytest.mark.parametrize("password", ["  ÄÖ ñ 漢字 🙂 four Words  ", "lengthy plain garden words " * 4])
def test_a_password_is_taken_as_it_is_typed(gate: Gate, password: str) -> None:
    assert len(password) > 12
    assert gate.choose(gate.invite(), password) == 303
    for changed in (password.strip(), password.lower().upper(), password[:-1], password[:72]):
        if changed != password:
            assert gate.enter(password=changed) == 403
            gate.now += timedelta(minutes=20)
    assert gate.enter(password=password) == 303


def test_a_new_password_by_link_keeps_the_second_factor(gate: Gate) -> None:
    gate.set_up(password=PASSWORD)
    gate.later()
    assert gate.choose(gate.invite(), "seven quite other plain words") == 303
    assert gate.enter(password="seven quite other plain words") == 303
    assert not gate.is_in()
    assert gate.give(gate.code()) == 303
    assert gate.is_in()
