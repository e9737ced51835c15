"""Signing in: one-time links, passwords, browsers, and who gets nowhere (OWASP ASVS 5.0, chapters 6 and 7)."""

import re
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from deadlines.docket import logins, people, subscriptions, tokens
from deadlines.docket.subscriptions import Choice
from deadlines.store.database import Database
from deadlines.store.tables import Login, Person, SignedIn
from deadlines.web.app import create_app
from tests.docket import samples
from tests.web.serving import NOW, ZONE

PASSWORD = "four plain garden words"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Door:
    """One attorney, a server, and a browser that follows nowhere by itself."""

    def __init__(self, database: Database) -> None:
        self.now: datetime = NOW
        self.database = database
        with database.write() as session:
            self.person = samples.person(session).id
        self.app = create_app(database, zone=ZONE, now=lambda: self.now)
        self.browser = self.another()

    def another(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False, headers=FORM)

    def invite(self) -> str:
        with self.database.write() as session:
            return logins.invite(session, session.get_one(Person, self.person), actor="t", now=self.now)

    def choose(self, code: str, password: str = PASSWORD, again: str | None = None) -> int:
        form = {"password": password, "again": again if again is not None else password}
        return self.browser.post(f"/welcome/{code}", data=form).status_code

    def enter(self, email: str = "ana@firm.test", password: str = PASSWORD, browser: TestClient | None = None) -> int:
        answer = (browser or self.browser).post("/sign-in", data={"email": email, "password": password})
        return answer.status_code

    def is_in(self, browser: TestClient | None = None) -> bool:
        return "/sign-out" in (browser or self.browser).get("/", follow_redirects=True).text


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


def test_a_link_lets_one_person_choose_a_password_once(door: Door) -> None:
    code = door.invite()
    for _ in range(3):  # scanners of mails look at links
        assert "ana@firm.test" in door.browser.get(f"/welcome/{code}").text
    assert door.choose(code) == 303
    assert door.choose(code) == 404
    assert door.browser.get(f"/welcome/{code}").status_code == 404
    assert (door.enter(), door.is_in()) == (303, True)


def test_a_link_is_too_old_after_a_day(door: Door) -> None:
    code = door.invite()
    door.now += timedelta(hours=24)
    assert door.choose(code) == 404


@pytest.mark.parametrize(
    "password", ["short", "x" * 129, "ana ruiz ana@firm.test", "passwordpassword", "aaaaaaaaaaaaaaaa"]
)
def test_a_weak_password_is_refused_and_the_link_still_works(door: Door, password: str) -> None:
    code = door.invite()
    assert door.choose(code, password) == 422
    assert door.choose(code, PASSWORD, "another one altogether") == 422
    assert door.choose(code) == 303


def test_whatever_is_wrong_the_answer_is_the_same(door: Door) -> None:
    door.choose(door.invite())
    answers = [
        door.browser.post("/sign-in", data={"email": email, "password": password})
        for email, password in (("ana@firm.test", "wrong"), ("nobody@firm.test", PASSWORD), ("", ""))
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({re.sub(r' value="[^"]*"', "", answer.text) for answer in answers}) == 1

    assert not any("set-cookie" in answer.headers for answer in answers)


def test_an_account_rests_after_five_wrong_passwords_and_wakes_again(door: Door) -> None:
    door.choose(door.invite())
    assert [door.enter(password="wrong") for _ in range(5)] == [403] * 5
    assert door.enter() == 403
    door.now += timedelta(minutes=1)
    assert door.enter() == 303
    with door.database.read() as session:
        assert session.get_one(Login, door.person).failures == 0


def test_the_cookie_is_a_secret_that_scripts_cannot_read(database: Database, door: Door) -> None:
    door.choose(door.invite())
    answer = door.browser.post("/sign-in", data={"email": "ANA@firm.test ", "password": PASSWORD})
    said = answer.headers["set-cookie"]
    assert all(word in said for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    token = answer.cookies["deadlines"]
    with database.read() as session:
        assert token not in {row.token_hash for row in session.query(SignedIn)}
    secure = TestClient(
        create_app(database, zone=ZONE, address="https://dates.firm.test", now=lambda: NOW),
        base_url="https://dates.firm.test",
        follow_redirects=False,
        headers=FORM,
    )
    said = secure.post("/sign-in", data={"email": "ana@firm.test", "password": PASSWORD}).headers["set-cookie"]
    assert said.startswith("__Host-deadlines=")
    assert "Secure" in said


@pytest.mark.parametrize("rest, alive", [(timedelta(minutes=29), True), (timedelta(minutes=30), False)])
def test_a_browser_at_rest_is_signed_out(door: Door, rest: timedelta, alive: bool) -> None:
    door.choose(door.invite())
    door.enter()
    door.now += rest
    assert door.is_in() is alive


def test_nobody_stays_longer_than_twelve_hours(door: Door) -> None:
    door.choose(door.invite())
    door.enter()
    for _ in range(36):
        door.now += timedelta(minutes=20)
        alive = door.is_in()
    assert not alive


def test_signing_out_ends_the_browser_for_good(door: Door) -> None:
    door.choose(door.invite())
    door.enter()
    token = door.browser.cookies["deadlines"]
    assert door.browser.post("/sign-out").status_code == 303
    door.browser.cookies.set("deadlines", token)
    assert not door.is_in()


def test_a_link_leads_to_its_page_once_its_reader_is_in(door: Door) -> None:
    """Scripts read it as little as the other cookie; what was looked for stays out of it."""
    door.choose(door.invite())
    answer = door.browser.get("/month?words=Garcia")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert all(word in answer.headers["set-cookie"] for word in ("/month", "HttpOnly", "SameSite=lax", "Max-Age=900"))
    assert "Garcia" not in answer.headers["set-cookie"]
    assert door.enter() == 303
    answer = door.browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/month")
    assert door.browser.get("/").status_code == 200


def test_a_form_that_is_sent_too_late_leads_back_to_its_page(door: Door) -> None:
    door.choose(door.invite())
    for path, wanted in (("/entry/abcd/ack", ""), ("/entry/abcd/waive", "/entry/abcd/waive")):
        answer = door.browser.post(path, data={"reason": "words of a client"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?lost=yes")
        assert answer.headers.get("set-cookie", "").startswith(f'deadlines-wanted="{wanted}"' if wanted else ""), path
        assert "client" not in answer.headers.get("set-cookie", "")
    door.enter()
    assert door.browser.get("/").headers["location"] == "/entry/abcd/waive"


LOST = "What you just sent was not recorded."


@pytest.mark.parametrize("path", ["/entry/abcd/waive", "/entry/abcd/ack", "/incoming", "/account/others"])
def test_who_was_signed_out_meanwhile_is_told_why_and_what_was_lost(door: Door, path: str) -> None:
    door.choose(door.invite())
    door.enter()
    door.now += timedelta(minutes=30)
    told = door.browser.post(path, data={"reason": "x"}, follow_redirects=True).text
    assert ("no sign of life for 30 minutes" in told, LOST in told) == (True, True)
    told = door.browser.get("/month", follow_redirects=True).text
    assert ("no sign of life for 30 minutes" in told, LOST in told) == (True, False)
    door.enter()
    assert door.browser.get("/").status_code == 303
    for _ in range(36):
        door.now += timedelta(minutes=20)
        told = door.browser.get("/month", follow_redirects=True).text
    assert "stays signed in for 12 hours at most" in told


def test_who_went_out_or_was_never_in_is_told_of_no_rest(door: Door) -> None:
    door.choose(door.invite())
    door.enter()
    token = door.browser.cookies["deadlines"]
    door.browser.post("/sign-out")
    assert "signed out" not in door.browser.get("/", follow_redirects=True).text
    for browser in (door.browser, door.another()):
        told = browser.post("/entry/abcd/waive", data={"reason": "x"}, follow_redirects=True).text
        assert ("no sign of life" in told, LOST in told) == (False, True)
    door.browser.cookies.set("deadlines", token)
    assert "no sign of life" not in door.browser.get("/", follow_redirects=True).text
    assert "<b>" not in door.browser.get("/sign-in?out=<b>&lost=<b>").text


def test_beneath_a_path_a_link_leads_there_too(database: Database, door: Door) -> None:
    """The proxy takes the path off before the program sees it."""
    app = create_app(database, zone=ZONE, address="http://firm.test/docket", now=lambda: NOW)
    browser = TestClient(app, follow_redirects=False, headers=FORM)
    assert browser.get("/month").headers["location"] == "/docket/sign-in"
    door.choose(door.invite())
    door.enter(browser=browser)
    assert browser.get("/").headers["location"] == "/docket/month"
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//elsewhere.test", "https://elsewhere.test", r"/\\elsewhere.test", "/month?x=//elsewhere", "/", "/a//b"]
)
def test_nobody_is_led_elsewhere(door: Door, wanted: str) -> None:
    door.choose(door.invite())
    door.enter()
    answer = door.browser.get(
        "/", headers={"Cookie": f'deadlines={door.browser.cookies["deadlines"]}; deadlines-wanted="{wanted}"'}
    )
    assert answer.status_code == 200


def test_a_new_password_ends_every_browser(door: Door) -> None:
    door.choose(door.invite())
    other = door.another()
    assert door.enter(browser=other) == 303
    assert door.is_in(other)
    door.choose(door.invite(), "five quite different plain words")
    assert not door.is_in(other)
    assert door.enter() == 403


def test_who_left_is_out_at_once(door: Door) -> None:
    door.choose(door.invite())
    door.enter()
    with door.database.write() as session:
        people.deactivate_person(
            session,
            session.get_one(Person, door.person),
            successor=None,
            actor="t",
            today=door.now.date(),
            now=door.now,
        )
    assert not door.is_in()
    assert door.enter() == 403


def test_who_is_taken_back_signs_in_anew(door: Door) -> None:
    """No browser, no link, no calendar address and no token of before opens anything again."""
    door.choose(door.invite())
    door.enter()
    unused = door.invite()
    with door.database.write() as session:
        ana = session.get_one(Person, door.person)
        calendar = subscriptions.add_subscription(session, ana, "x", choice=Choice(), actor="t", now=door.now)[1]
        token = tokens.add_token(session, ana, "x", "read", actor="t", now=door.now)[1]
        people.deactivate_person(session, ana, successor=None, actor="t", today=door.now.date(), now=door.now)
    with door.database.write() as session:
        people.activate_person(session, session.get_one(Person, door.person), actor="t", now=door.now)
    assert not door.is_in()
    assert door.browser.get(f"/welcome/{unused}").status_code == 404
    assert "CALENDAR HAS ENDED" in door.browser.get(f"/f/{calendar}/deadlines.ics").text
    with door.database.read() as session:
        assert tokens.find_live(session, token, now=door.now) is None
    assert (door.enter(), door.is_in()) == (303, True)


def test_a_browser_that_waited_for_a_code_is_not_let_on_after_a_leave(door: Door) -> None:
    with door.database.write() as session:
        ana = session.get_one(Person, door.person)
        logins.invite(session, ana, actor="t", now=door.now)
        half = logins.sign_in(session, logins.Kept(ana.id, None, False), right=True, now=door.now, required=True)
        assert half is not None
        people.deactivate_person(session, ana, successor=None, actor="t", today=door.now.date(), now=door.now)
        people.activate_person(session, ana, actor="t", now=door.now)
        assert logins.find_waiting(session, half.token, now=door.now) is None


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/welcome/x", "/entry/abcd/ack"])
def test_another_site_sends_no_form(door: Door, path: str) -> None:
    door.choose(door.invite())
    door.enter()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert door.browser.post(path, data={"a": "b"}, headers=foreign).status_code == 403
    assert door.is_in()


def test_a_password_is_chosen_in_a_browser_that_tells_nothing_of_where_the_form_stood(door: Door) -> None:
    """Its page sends no referrer, so browsers hide the origin; over plain http they leave out Sec-Fetch-Site too."""
    code = door.invite()
    del door.browser.headers["Sec-Fetch-Site"]
    door.browser.headers["Origin"] = "null"
    assert door.browser.get(f"/welcome/{code}").headers["referrer-policy"] == "no-referrer"
    assert door.choose(code) == 303
    assert door.enter() == 403, "the page at the door says where it stands"
    door.browser.headers["Origin"] = "http://testserver"
    assert (door.enter(), door.is_in()) == (303, True)


def test_a_form_that_is_none_is_refused(door: Door) -> None:
    for content, kind in (
        (b"\xff=%ff", FORM["Content-Type"]),
        (b"{}", "text/plain"),
    ):
        assert door.browser.post("/sign-in", content=content, headers={"Content-Type": kind}).status_code == 403


def test_many_tries_from_one_place_are_slowed_down(door: Door) -> None:
    found = {door.browser.get(f"/welcome/{number}").status_code for number in range(70)}
    assert found == {404, 429}
