"""The pages about the firm: law, people, ladders, calendars, evidence, audit, one's own; who may, and who sees."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from httpx2 import Response
from msgspec.structs import replace
from sqlalchemy import select, text
from starlette.testclient import TestClient

from deadlines.docket import logins, subscriptions
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.extensions import grant_extension, request_extension
from deadlines.docket.house import House
from deadlines.docket.proposals import accept, ignore
from deadlines.docket.subscriptions import Choice
from deadlines.ical.wording import day_text
from deadlines.law import load_law
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Incoming, Letter, Matter, Person, Subscription
from deadlines.web.app import create_app
from deadlines.web.cookies import NAME
from tests.docket import desks
from tests.houses import house_in
from tests.web import test_desk
from tests.web.office import Page
from tests.web.serving import NOW, ZONE
from tests.web.test_desk import CANARIES
from tests.web.test_signing import FORM, PASSWORD

LATER = NOW + timedelta(minutes=5)


class Firm(test_desk.Firm):
    """The same people, on a server that knows the firm's law and practice."""

    def __init__(self, database: Database, house: House) -> None:
        super().__init__(database)
        self.house = house
        self.app = create_app(
            self.database,
            zone=ZONE,
            now=lambda: LATER,
            desk=lambda who: desks.desk(actor=who),
            house=lambda: self.house,
        )

    def browser(self, name: str) -> TestClient:
        client = TestClient(self.app, follow_redirects=False, headers=FORM)
        with self.database.write() as session:  # the password itself takes long by design, and is tested elsewhere
            kept = logins.look_up(session, f"{name.lower()}@firm.test", now=LATER)
            entered = logins.sign_in(session, kept, right=True, now=LATER)
        assert entered is not None
        client.cookies.set(NAME, entered.token)
        return client

    def id_of(self, name: str) -> str:
        with self.database.read() as session:
            return session.scalars(select(Person.id).where(Person.name == name)).one()

    def rows(self, action: str) -> list[Audit]:
        with self.database.read() as session:
            return list(session.scalars(select(Audit).where(Audit.action == action)))


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """One database, unless a test asks for both."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture
def firm(database: Database, tmp_path: Path) -> Firm:
    return Firm(database, house_in(tmp_path))


def words_of(page: str) -> str:
    """What a page says, without what was asked for in its forms."""
    return re.sub(r' value="[^"]*"', "", page).lower()


def paths(firm: Firm) -> Iterator[str]:
    yield from ("/law", "/law/rules", "/law/questions", "/practice", "/people", "/people?all=1", "/me")
    yield from ("/feeds", "/feeds?whose=all&ended=1", "/evidence", "/audit", "/audit?check=1")
    yield f"/audit?person={firm.id_of('Ana')}"
    yield from ("/audit?action=matter.restrict", "/audit?day=2026-10-27", "/audit?matter=S-1", "/audit?before=1")


@pytest.mark.parametrize(
    ("kind_of_database", "name"),
    [*(("sqlite", name) for name in ("Ben", "Dora", "Adam", "Pat", "Audrey")), ("postgres", "Audrey")],
    indirect=["kind_of_database"],
)
def test_no_page_tells_of_a_restricted_matter(firm: Firm, name: str) -> None:
    with firm.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        secret = session.get_one(Matter, firm.ids["S-1"])
        choice = Choice(scope="matter", matter=secret, restricted=True)
        subscriptions.add_subscription(session, ana, "Phone", choice=choice, actor=ana.email, now=NOW)
    browser = firm.browser(name)
    for path in paths(firm):
        page = browser.get(path)
        assert page.status_code in (200, 403, 422), path
        said = words_of(page.text)
        words = ("canary", "motion to secret") if path.startswith("/law") else CANARIES  # the law itself has such forms
        assert [word for word in words if word.lower() in said] == [], path
        assert firm.ids["S-1"] not in page.text, path
    on = browser.get(f"/matter/{firm.ids['S-1']}/on?date=2026-10-30")
    assert (on.status_code, on.content) == (404, browser.get("/matter/nothing/on?date=2026-10-30").content)


def test_no_refusal_is_a_dead_end(firm: Firm) -> None:
    browser, entry = firm.browser("Ben"), {"Sec-Fetch-Site": "cross-site"}
    ana = firm.id_of("Ana")
    answers = [
        (404, browser.get(f"/matter/{firm.ids['S-1']}")),
        (404, browser.get("/matter/%00")),
        (404, browser.get("/nothing/here")),
        (403, browser.get("/evidence")),
        (403, browser.post(f"/people/{ana}/absent", data={"from": "2026-11-02", "until": "2026-11-03"})),
        (403, browser.post("/feeds", data={"label": "x"}, headers=entry)),
        (409, firm.browser("Adam").post(f"/people/{ana}/leave", data={"successor": ""})),
        (422, browser.get(f"/matter/{firm.ids['A-1']}/on?date=x")),
    ]
    for status, answer in answers:
        assert answer.status_code == status
        assert 'href="/month"' in answer.text, answer.url
        assert "Sign out" in answer.text, answer.url
    assert answers[0][1].content == answers[1][1].content == answers[2][1].content
    stranger = TestClient(firm.app, follow_redirects=False, headers=FORM)
    for path in ("/matter/%00", "/nothing/here", "/welcome/x"):
        page = stranger.get(path)
        assert (page.status_code, '<a class="button" href="/">' in page.text, "Month" in page.text) == (
            404,
            True,
            False,
        )


def test_whoever_works_on_it_sees_it_all(firm: Firm) -> None:
    with firm.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        ana.role = "partner"
    browser = firm.browser("Ana")
    assert "restricted the matter" in browser.get("/audit?matter=S-1").text
    assert "matter S-1" in browser.get("/audit").text
    assert "Motion to secret" in browser.get(f"/matter/{firm.ids['S-1']}/on?date=2026-10-30").text


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/audit", {"Dora", "Adam", "Pat", "Audrey"}),
        ("/evidence", {"Dora", "Adam", "Pat", "Audrey"}),
        ("/law", {"Ben", "Dora", "Adam", "Pat", "Audrey"}),
        ("/practice", {"Ben", "Audrey"}),
        ("/me", {"Ben", "Audrey"}),
    ],
)
def test_pages_are_open_to_those_whose_they_are(firm: Firm, path: str, who: set[str]) -> None:
    for name in ("Ben", "Dora", "Adam", "Pat", "Audrey"):
        browser = firm.browser(name)
        page = browser.get(path)
        stands = f'href="{path}"' in browser.get("/").text
        if name in who:
            assert (page.status_code, stands) == (200, True), name
        elif path in ("/audit", "/evidence"):
            assert (page.status_code, stands) == (403, False), name


def test_nothing_changes_without_a_form_of_ours(firm: Firm) -> None:
    browser, ana = firm.browser("Pat"), firm.id_of("Ana")
    posts = [
        "/people",
        f"/people/{ana}/link",
        f"/people/{ana}/leave",
        "/evidence",
        "/feeds",
        "/me/test",
    ]
    before = len(firm.rows("login.invite"))
    for path in posts:
        for how in ({"Sec-Fetch-Site": "cross-site"}, {"Content-Type": "text/plain"}):
            assert browser.post(path, data={"email": "x@firm.test"}, headers=how).status_code == 403, path
    assert len(firm.rows("login.invite")) == before


def test_the_law_is_told_as_the_data_has_it(firm: Firm) -> None:
    browser, law = firm.browser("Ben"), load_law()
    page = browser.get("/law").text
    assert f"edition {law.edition}" in page
    assert "Changes to future dates" in page
    assert "<script" not in page
    found = browser.get("/law/rules?words=I-290B+motion").text
    assert re.search(r"<option[^>]*>USCIS Administrative Appeals Office</option>", found)
    assert '<td role="cell" data-label="Decided by">USCIS</td>' in found
    assert "uscis.motion.reopen" in found
    assert "eoir.appeal.bia" not in found
    assert "No rule" in browser.get("/law/rules?words=zzz").text
    rule = browser.get("/law/rule/eoir.appeal.bia").text
    assert all(word in rule for word in ("8 CFR 1003.38", "vacated", "What courts did", "Sources"))
    assert browser.get("/law/rule/none").status_code == 404
    question = next(iter(law.ambiguities))
    assert "holds here" in browser.get(f"/law/question/{question}").text


def test_an_old_review_is_marked(firm: Firm) -> None:
    assert '<strong class="loud">old' not in firm.browser("Ben").get("/law/rules").text
    law = firm.house.law
    rules = {
        name: msgspec.structs.replace(rule, reviewed=msgspec.structs.replace(rule.reviewed, on=date(2025, 10, 1)))
        for name, rule in law.rules.items()
    }
    firm.house = msgspec.structs.replace(firm.house, law=msgspec.structs.replace(law, rules=rules))
    later = firm.browser("Ben")
    assert '<strong class="loud">old' in later.get("/law/rules").text
    assert "The last review is old" in later.get("/law/rule/eoir.appeal.bia").text


def test_an_administrator_adds_somebody_who_then_signs_in(firm: Firm) -> None:
    browser = firm.browser("Adam")
    made = browser.post("/people", data={"name": "Cy Wu", "email": "Cy@Firm.test", "role": "paralegal"})
    assert made.headers["location"].endswith("?done=added")
    page = browser.post(made.headers["location"].partition("?")[0] + "/link", data={"": ""}).text
    code = page.split("/welcome/")[1].split("<")[0]
    chosen = browser.post(f"/welcome/{code}", data={"password": PASSWORD, "again": PASSWORD})
    assert chosen.headers["location"] == "/sign-in?chosen=yes"
    assert "Cy Wu" in firm.browser("Cy").get("/me").text
    assert {row.actor for row in firm.rows("person.add")} == {"adam@firm.test"}
    assert browser.post("/people", data={"name": "Cy", "email": "cy@firm.test", "role": "attorney"}).status_code == 409
    assert browser.post("/people", data={"name": "Cy", "email": "no address", "role": "attorney"}).status_code == 422
    assert browser.post("/people", data={"name": "Cy", "email": "c@firm.test", "role": "king"}).status_code == 422


def test_a_refused_form_keeps_what_was_typed_and_says_why(firm: Firm) -> None:
    browser = firm.browser("Adam")
    page = browser.post("/people", data={"name": "Cy Wu", "email": "ben@firm.test", "role": "auditor"})
    assert (page.status_code, "in the list of people already" in page.text) == (409, True)
    assert 'value="Cy Wu"' in page.text
    assert re.search(r"<option selected>auditor", page.text)
    feed = browser.post("/feeds", data={"label": "Desk", "scope": "matter", "redaction": "busy", "matter": "none"})
    assert (feed.status_code, 'value="Desk"' in feed.text, 'value="none"' in feed.text) == (422, True, True)
    me = browser.post("/me/contact", data={"channel": "slack", "address": "http://secret.example/x"})
    assert (me.status_code, 'role="alert"' in me.text, "secret.example" in me.text) == (422, True, False)


def test_who_has_a_password_hears_of_a_new_link(firm: Firm) -> None:
    ben = firm.id_of("Ben")
    firm.browser("Adam").post(f"/people/{ben}/link", data={"": ""})
    with firm.database.read() as session:
        (letter,) = session.scalars(select(Letter).where(Letter.key.startswith("link/")))
        assert (letter.person_id, "Adam has made a link" in letter.text, "/welcome/" in letter.text) == (
            ben,
            True,
            False,
        )


@pytest.mark.parametrize("name", ["Ben", "Dora", "Audrey"])
def test_nobody_else_manages_people(firm: Firm, name: str) -> None:
    browser, ana = firm.browser(name), firm.id_of("Ana")
    assert browser.get("/people").status_code == 200
    assert "Somebody new" not in browser.get("/people").text
    assert browser.get(f"/people/{ana}").status_code == 403
    before = firm.rows("login.invite")
    for act, form in (
        ("link", {"": ""}),
        ("leave", {"successor": "ben@firm.test"}),
        ("back", {"": ""}),
        ("address", {"email": "new@firm.test"}),
        ("deputies", {"deputy": "ben@firm.test"}),
        ("name", {"name": "X"}),
        ("role", {"role": "partner"}),
    ):
        assert browser.post(f"/people/{ana}/{act}", data=form).status_code == 403
    assert browser.post("/people", data={"name": "X", "email": "x@firm.test", "role": "partner"}).status_code == 403
    assert len(firm.rows("login.invite")) == len(before)


def test_deputies_addresses_and_leaving(firm: Firm) -> None:
    browser, ana = firm.browser("Adam"), firm.id_of("Ana")
    browser.post(f"/people/{ana}/deputies", data={"deputy": "ben@firm.test", "supervisor": "pat@firm.test"})
    browser.post(f"/people/{ana}/address", data={"email": "ana.ruiz@firm.test"})
    refused = browser.post(f"/people/{ana}/leave", data={"successor": ""})
    assert (refused.status_code, "Choose a successor below" in refused.text) == (409, True)
    assert re.search(r'<a href="#successor">ana[^ ]*@firm\.test is the attorney of', refused.text), (
        "an address keeps its spelling"
    )
    unfit = browser.post(f"/people/{ana}/leave", data={"successor": "dora@firm.test"})
    assert (unfit.status_code, "cannot be the attorney of a matter" in unfit.text) == (422, True)
    assert browser.post(f"/people/{ana}/leave", data={"successor": "pat@firm.test"}).status_code == 303
    with firm.database.read() as session:
        person = session.get_one(Person, ana)
        assert (person.email, person.active) == ("ana.ruiz@firm.test", False)
        assert person.deputy_id == firm.id_of("Ben")
    assert browser.post(f"/people/{firm.id_of('Adam')}/leave", data={"": ""}).status_code == 422


def test_that_a_successor_is_away_is_said_before_and_refused_where_nobody_would_cover(firm: Firm) -> None:
    browser, ana = firm.browser("Adam"), firm.id_of("Ana")
    day = LATER.date()
    away = {"from": day.isoformat(), "until": (day + timedelta(days=3)).isoformat(), "cover": "ana@firm.test"}
    assert browser.post(f"/people/{firm.id_of('Pat')}/absent", data=away).status_code == 303
    shown = f"away until {day_text(day + timedelta(days=3))}"
    assert re.search(rf"Pat[^<]*, {shown}", browser.get(f"/people/{ana}").text)
    refused = browser.post(f"/people/{ana}/leave", data={"successor": "pat@firm.test"})
    assert refused.status_code == 409
    assert "cannot cover for themselves" in refused.text
    assert "the absence is noted anew" in refused.text
    assert shown not in browser.get(f"/people/{firm.id_of('Pat')}").text.partition('id="leave"')[2]


@pytest.mark.parametrize("named", ["ben@firm.test", "pat@firm.test"])
def test_of_who_left_the_page_says_that_the_settings_still_name_them(firm: Firm, named: str) -> None:
    firm.app = create_app(
        firm.database, zone=ZONE, now=lambda: LATER, desk=lambda who: replace(desks.desk(actor=who), partner=named)
    )
    browser, ben = firm.browser("Adam"), firm.id_of("Ben")
    assert "The settings still name" not in browser.get(f"/people/{ben}").text
    assert browser.post(f"/people/{ben}/leave", data={"successor": "pat@firm.test"}).status_code == 303
    assert ("The settings still name Ben" in browser.get(f"/people/{ben}").text) == (named == "ben@firm.test")


def test_the_lists_offer_only_who_could_act(firm: Firm) -> None:
    page = firm.browser("Adam").get(f"/people/{firm.id_of('Ana')}").text
    lists = re.findall(r'<select id="(deputy|supervisor|cover|successor)".*?</select>', page, re.DOTALL)
    assert lists == ["deputy", "supervisor", "cover", "successor"]
    heirs = page.partition('<select id="successor"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)@', heirs) == ["ben", "pat"]
    assert {"adam@firm.test", "audrey@firm.test"}.isdisjoint(re.findall(r'option value="([^"]+)"', page))
    for act, form in (
        ("deputies", {"deputy": "audrey@firm.test"}),
        ("deputies", {"supervisor": "adam@firm.test"}),
        ("absent", {"from": "2026-10-27", "until": "2026-11-30", "cover": "audrey@firm.test"}),
    ):
        refused = firm.browser("Adam").post(f"/people/{firm.id_of('Ana')}/{act}", data=form)
        assert (refused.status_code, "may take no date on" in refused.text) == (422, True)


def test_another_name_and_another_role_count_at_once(firm: Firm) -> None:
    adam, ben, ana = firm.browser("Adam"), firm.id_of("Ben"), firm.id_of("Ana")
    his = firm.browser("Ben")
    assert his.get("/audit").status_code == 403
    assert adam.post(f"/people/{ben}/role", data={"role": "auditor"}).status_code == 303
    assert his.get("/audit").status_code == 200
    assert his.get("/add").status_code == 403
    assert adam.post(f"/people/{ben}/name", data={"name": "Benedict Ode"}).status_code == 303
    assert "Benedict Ode" in adam.get(f"/people/{ben}?done=name").text
    refused = adam.post(f"/people/{ana}/role", data={"role": "auditor"})
    assert (refused.status_code, "is the attorney of matter" in refused.text) == (409, True)
    assert "S-1" not in refused.text
    assert adam.post(f"/people/{ana}/role", data={"role": "king"}).status_code == 422
    own = adam.post(f"/people/{firm.id_of('Adam')}/role", data={"role": "auditor"})
    assert (own.status_code, "Nobody changes their own role" in own.text) == (422, True)
    assert "gave somebody another role" in adam.get("/audit?action=person.role").text
    assert "from attorney to auditor" in adam.get("/audit?action=person.role").text


@pytest.mark.parametrize(
    "act, typed, field",
    [
        ("absent", {"from": "2026-11-03", "until": "31/11/2026", "cover": "ben@firm.test"}, "until"),
        ("absent", {"from": "2026-11-03", "until": "2026-11-09", "cover": ""}, "cover"),
        ("name", {"name": "Ana \u202e Ruiz"}, "name"),
        ("address", {"email": "ana.ruiz"}, "email"),
        ("leave", {"successor": ""}, "successor"),
        ("deputies", {"deputy": "ben@firm.test", "supervisor": "adam@firm.test"}, ""),
    ],
)
def test_a_refused_form_of_a_person_comes_back_as_it_was_typed(
    firm: Firm, act: str, typed: dict[str, str], field: str
) -> None:
    refused = firm.browser("Adam").post(f"/people/{firm.id_of('Ana')}/{act}", data=typed)
    assert refused.status_code in (409, 422)
    page = Page(refused.text)
    assert page.problems() == []
    offered = {name: word for name, word in typed.items() if f'value="{word}"' in refused.text}
    assert offered.items() <= page.fields.items()
    assert typed.keys() - offered.keys() <= {"supervisor"}  # who cannot be it is not offered
    assert "Nothing was recorded yet." in refused.text
    assert not field or f'id="{field}-fault"' in refused.text
    assert ("<details open>" in refused.text) is (act == "leave")


def test_no_role_is_chosen_by_itself(firm: Firm) -> None:
    page = firm.browser("Adam").get("/people").text
    assert '<select id="role" name="role" required><option value="">choose</option>' in page
    none = firm.browser("Adam").post("/people", data={"name": "Cy", "email": "c@firm.test", "role": ""})
    assert none.status_code == 422


def test_who_adds_people_reads_there_what_each_role_may_do(firm: Firm) -> None:
    page = firm.browser("Adam").get("/people").text
    told = dict(re.findall(r"<dt>(\w+)</dt><dd>([^<]*)</dd>", page))
    assert told["auditor"] == "read the docket; read the audit trail"
    assert "verify dates" in told["paralegal"]
    assert "close matters" not in told["paralegal"]
    assert "security.md" not in page


def test_an_absence_is_noted_and_shown(firm: Firm) -> None:
    browser, ana = firm.browser("Adam"), firm.id_of("Ana")
    days = {"from": LATER.date().isoformat(), "until": (LATER.date() + timedelta(days=9)).isoformat()}
    refused = browser.post(f"/people/{ana}/absent", data=days)
    assert (refused.status_code, "Choose below who covers." in refused.text) == (422, True)
    assert "--deputy" not in refused.text
    assert browser.post(f"/people/{ana}/absent", data={**days, "cover": "ben@firm.test"}).status_code == 303
    page = browser.get(f"/people/{ana}").text
    assert "Ben covers, but <strong>cannot open 1 restricted matter</strong>" in page
    assert "S-1" not in page
    browser.post(f"/people/{ana}/here", data={"": ""})
    seen = firm.browser("Ana").post(f"/matter/{firm.ids['S-1']}/assign", data={"person": firm.id_of("Pat")})
    assert seen.status_code == 303
    partner = firm.browser("Pat")
    assert partner.post(f"/people/{ana}/absent", data={**days, "cover": "ben@firm.test"}).status_code == 303
    assert "Ben covers, but <strong>cannot open restricted matter S-1</strong>" in partner.get(f"/people/{ana}").text
    for name in ("Ben", "Audrey"):
        assert re.search(r"away until .*Ben covers", firm.browser(name).get("/people").text), name
    browser.post(f"/people/{ana}/here", data={"": ""})
    assert "away until" not in browser.get("/people").text
    assert firm.browser("Ben").post(f"/people/{ana}/absent", data=days).status_code == 403


def test_a_calendar_is_made_replaced_and_closed(firm: Firm) -> None:
    browser = firm.browser("Ana")
    form = {"label": "Outlook at work", "scope": "own", "redaction": "matter"}
    made = browser.post("/feeds", data=form)
    link = made.headers["location"]
    assert link.startswith("/subscribe/dlc_")
    address = re.search(r'value="(http[^"]+/f/[^"]+)"', browser.post(link, data={"": ""}).text)
    assert address is not None
    path = address[1].partition("8099")[2] or re.sub(r"^https?://[^/]+", "", address[1])
    assert browser.get(path).status_code == 200
    page = browser.get("/feeds").text
    assert "Outlook at work" in page
    assert path.split("/")[2] not in page
    with firm.database.read() as session:
        identifier = session.scalars(select(Subscription.id)).one()
    assert browser.post(f"/feeds/{identifier}/rotate", data={"": ""}).headers["location"].startswith("/subscribe/")
    assert b"HAS ENDED" in browser.get(path).content
    browser.post(f"/feeds/{identifier}/leaked", data={"": ""})
    assert browser.get(path).status_code == 410
    assert browser.post(f"/feeds/{identifier}/burnt", data={"": ""}).status_code == 404


def test_restricted_matters_leave_only_by_the_persons_own_decision(firm: Firm) -> None:
    form = {"label": "Phone", "scope": "own", "redaction": "matter", "restricted": "yes"}
    ana, dora = firm.browser("Ana"), firm.browser("Dora")
    asked = ana.post("/feeds", data=form)
    assert (asked.status_code, "8 USC 1367" in asked.text) == (200, True)
    assert firm.rows("feed.invite") == []
    for name in ("dora", "adam", "pat"):
        agreed = {**form, "person": "ana@firm.test", "agreed": "yes"}
        assert firm.browser(name.capitalize()).post("/feeds", data=agreed).status_code == 403
    assert ana.post("/feeds", data={**form, "agreed": "yes"}).status_code == 303
    with firm.database.read() as session:
        identifier = session.scalars(select(Subscription.id)).one()
    assert dora.post(f"/feeds/{identifier}/rotate", data={"agreed": "yes"}).status_code == 403
    assert "8 USC 1367" in ana.post(f"/feeds/{identifier}/rotate", data={"": ""}).text
    # Closing needs no such decision: whoever keeps the docket does it at once.
    assert dora.post(f"/feeds/{identifier}/leaked", data={"": ""}).status_code == 303


def test_other_peoples_calendars_are_for_who_manages_them(firm: Firm) -> None:
    form = {"label": "Outlook", "scope": "own", "redaction": "matter"}
    firm.browser("Ana").post("/feeds", data=form)
    with firm.database.read() as session:
        identifier = session.scalars(select(Subscription.id)).one()
    ben = firm.browser("Ben")
    assert "Outlook" not in words_of(ben.get("/feeds?whose=all").text)
    for ending in ("revoked", "leaked", "rotate"):
        assert ben.post(f"/feeds/{identifier}/{ending}", data={"": ""}).status_code == 404
    assert ben.post("/feeds", data={**form, "person": "ana@firm.test"}).status_code == 403
    assert firm.browser("Audrey").post("/feeds", data=form).status_code == 403
    handed = firm.browser("Adam").post("/feeds", data={**form, "person": "ben@firm.test", "label": "Desk"})
    assert (handed.status_code, "/subscribe/dlc_" in handed.text) == (200, True)
    assert "ben@firm.test" in firm.browser("Dora").get("/feeds?whose=all").text
    # A matter that somebody may not see is as unknown as one that is not there.
    secret, none = (ben.post("/feeds", data={**form, "scope": "matter", "matter": m}) for m in ("S-1", "S-9"))
    assert (secret.status_code, words_of(secret.text)) == (422, words_of(none.text))


def test_the_trail_is_read_by_person_act_day_and_matter(firm: Firm) -> None:
    browser = firm.browser("Audrey")
    everything = browser.get("/audit").text
    assert "something of a restricted matter" in everything
    assert "signed in" in everything
    assert "signed in" in browser.get("/audit?action=login.sign-in").text
    assert "something of a restricted" not in browser.get("/audit?action=matter.restrict").text
    assert "No row" in browser.get("/audit?action=matter.restrict").text
    assert "No row" in browser.get("/audit?day=2020-01-01").text
    assert browser.get("/audit?day=yesterday").status_code == 422
    assert browser.get("/audit?day=9999-12-31").status_code == 422
    assert browser.get("/audit?matter=S-1").status_code == browser.get("/audit?matter=none").status_code == 422
    mine = browser.get(f"/audit?person={firm.id_of('Audrey')}").text
    assert "chose a password" in mine
    assert "Adam" not in words_of(mine).split('<tbody role="rowgroup">')[1]


def test_what_belongs_to_a_restricted_matter_is_veiled_whatever_table_it_is_in(firm: Firm) -> None:
    paper = {"at": "mail", "received_on": NOW.date(), "registered_at": NOW, "registered_by": "t", "next_at": NOW}
    with firm.database.write() as session:
        papers = {
            name: Incoming(title=f"Canary {name}", matter_id=firm.ids.get(name), due_at=NOW, **paper)
            for name in ("S-1", "A-1", "none")
        }
        session.add_all(papers.values())
        session.flush()
        for row in papers.values():
            audit.record(session, at=NOW, actor="t", action="incoming.register", subject=row.id, detail={})
        audit.record(
            session, at=NOW, actor="Canary", action="odd.act", subject="nobody-knows", detail={"why": "Canary"}
        )
    found = firm.browser("Audrey").get("/audit?action=incoming.register").text
    assert found.count("registered a paper that came in</td>") == 2
    everything = firm.browser("Audrey").get("/audit").text
    assert "Canary" not in everything
    assert everything.count("something of a restricted matter") >= 2
    assert "No row" in firm.browser("Audrey").get("/audit?action=odd.act").text
    assert firm.browser("Ben").get("/audit").status_code == 403


def test_the_trail_goes_on_where_the_last_page_ended(firm: Firm) -> None:
    with firm.database.write() as session:
        for number in range(120):
            audit.record(session, at=NOW, actor="t", action="team.add", subject="", detail={"reason": f"n{number:03}"})
    browser, seen, path = firm.browser("Audrey"), [], "/audit?action=team.add"
    for _ in range(5):
        page = browser.get(path).text
        seen += re.findall(r"because: n(\d{3})", page)
        older = re.search(r'href="(/audit[^"]+)">Older rows', page)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")
    assert seen == [f"{number:03}" for number in reversed(range(120))]


def test_the_chain_is_checked_on_demand(firm: Firm) -> None:
    browser = firm.browser("Audrey")
    assert "The chain holds" in browser.get("/audit?check=1").text
    with firm.database.write() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("UPDATE audit SET actor = 'nobody' WHERE id = 3"))
    assert "broken at row 3" in browser.get("/audit?check=1").text


def test_the_evidence_is_downloaded_and_that_is_noted(firm: Firm) -> None:
    browser = firm.browser("Audrey")
    days = {"from": "2026-10-01", "until": "2026-11-30"}
    answer = browser.post("/evidence", data=days)
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-2026-10-01-2026-11-30.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"A-1" in everything
    assert not any(word.encode() in everything for word in (*CANARIES[:3], "Garcia"))
    named = browser.post("/evidence", data={**days, "names": "yes"})
    page = zipfile.ZipFile(io.BytesIO(named.content)).read("evidence/evidence.html")
    assert b"Garcia &amp; &lt;b&gt;" in page
    assert [row.actor for row in firm.rows("evidence.export")] == ["audrey@firm.test"] * 2
    assert browser.post("/evidence", data={"from": "x", "until": ""}).status_code == 422
    assert firm.browser("Ben").post("/evidence", data=days).status_code == 403


def test_granted_time_is_part_of_how_a_matter_was(firm: Firm) -> None:
    with firm.database.write() as session:
        query = select(Entry).where(Entry.matter_id == firm.ids["A-1"], Entry.rule == "uscis.motion.reopen")
        entry = session.scalars(query).one()
        ana, dora = (session.get_one(Person, firm.id_of(name)) for name in ("Ana", "Dora"))
        day, to, at = date(2026, 10, 29), date(2026, 12, 12), desks.ENTERED + timedelta(days=2)
        request_extension(session, desks.desk(), entry, to=to, asked_on=day, proof="letter 1", by=ana, now=at)
        grant_extension(session, desks.desk(), entry, to=to, granted_on=day, proof="letter 2", by=ana, now=at)
        [waiting] = desks.proposals(session, entry)
        accept(session, desks.desk(), waiting, dora, now=at)
        moved = next(one for one in desks.reminders(session, entry) if one.rung == "moved" and one.person_id == ana.id)
        moved.state, moved.sent_at = "sent", at
    page = firm.browser("Ana").get(f"/matter/{firm.ids['A-1']}/on?date=2026-10-29").text
    text = re.sub(r"<[^>]+>", "", page)
    assert "The edition of then gives the same dates, with the time that was granted until 2026-12-12." in text
    assert "granted until Sat 12 Dec 2026; letter 2" in text
    assert "Other dates:" not in text
    assert "the reminder of a change of the dates, to Ana" in text


def test_that_later_dates_were_decided_against_is_part_of_how_a_matter_was(firm: Firm) -> None:
    """The notice is corrected to have come by mail: later dates wait, and Dora decides against them."""
    at = desks.ENTERED + timedelta(days=2)
    with firm.database.write() as session:
        query = select(Entry).where(Entry.matter_id == firm.ids["A-1"], Entry.rule == "uscis.motion.reopen")
        entry = session.scalars(query).one()
        ana, dora = (session.get_one(Person, firm.id_of(name)) for name in ("Ana", "Dora"))
        notice, later = desks.entered_by(entry, ana), Amendment(service_on=date(2026, 10, 27))
        amend_notice(session, desks.desk(), notice, later, reason="the envelope", by=ana, now=at)
        ignore(session, desks.desk(), desks.proposals(session, entry)[0], dora, reason="<another> case", now=at)
    page = firm.browser("Ana").get(f"/matter/{firm.ids['A-1']}/on?date=2026-10-29").text
    text = re.sub(r"<[^>]+>", "", page)
    assert "Other dates:" in text
    assert re.search(r"Decided against\s*those other dates, .*by Dora.*: &lt;another&gt; case", text)


def test_a_declined_grant_and_two_readings_are_part_of_how_a_matter_was(firm: Firm) -> None:
    with firm.database.write() as session:
        query = select(Entry).where(Entry.matter_id == firm.ids["A-1"], Entry.rule == "uscis.motion.reopen")
        entry = session.scalars(query).one()
        ana, dora = (session.get_one(Person, firm.id_of(name)) for name in ("Ana", "Dora"))
        day, to, at = date(2026, 10, 29), date(2026, 12, 12), desks.ENTERED + timedelta(days=2)
        request_extension(session, desks.desk(), entry, to=to, asked_on=day, proof="letter 1", by=ana, now=at)
        grant_extension(session, desks.desk(), entry, to=to, granted_on=day, proof="letter 2", by=ana, now=at)
        ignore(session, desks.desk(), desks.proposals(session, entry)[0], dora, reason="another case", now=at)
        desks.verify(session, entry, ana, received_on=date(2026, 10, 28), now=at)
    page = firm.browser("Ana").get(f"/matter/{firm.ids['A-1']}/on?date=2026-10-29").text
    assert Page(page).problems() == []
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    said = "granted until Sat 12 Dec 2026, but the later date was decided against: the earlier one holds; letter 2"
    assert said in text
    assert "Two people had read the notice differently: Ana on" in text
    assert "in the day of receipt" in text


def test_a_matter_is_shown_as_it_was(firm: Firm) -> None:
    browser = firm.browser("Ben")
    page = browser.get(f"/matter/{firm.ids['A-1']}/on?date=2026-10-30").text
    assert "Fri 20 Nov 2026" in page
    assert "Computed anew" in page
    page = firm.browser("Audrey").get(f"/matter/{firm.ids['A-1']}/on?date=2026-10-30").text
    assert re.search(r"<h2[^>]*>[^<]*denial[^<]* of <time", page, re.IGNORECASE)
    assert "uscis.denial" not in page
    assert "served by mail" in page
    assert "/on" in browser.get(f"/matter/{firm.ids['A-1']}").text
    for day in ("2020-01-01", "2030-01-01", "", "03/03/2026"):
        assert browser.get(f"/matter/{firm.ids['A-1']}/on?date={day}").status_code == 422


@pytest.mark.parametrize("far", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-01-01", "9999-12-31"])
def test_a_day_of_no_real_year_is_refused_or_left_aside(firm: Firm, far: str) -> None:
    browser, ana = firm.browser("Adam"), firm.id_of("Ana")
    near = LATER.date().isoformat()
    assert browser.get(f"/matter/{firm.ids['A-1']}/on?date={far}").status_code == 422
    assert browser.get(f"/audit?day={far}").status_code == 422
    for days in ({"from": far, "until": far}, {"from": near, "until": far}, {"from": far, "until": near}):
        assert browser.post("/evidence", data=days).status_code == 422
        assert browser.post(f"/people/{ana}/absent", data={**days, "cover": "ben@firm.test"}).status_code == 422
    for path in ("/daybook?on=", "/follow-up?on=", "/evening?on="):
        assert browser.get(f"{path}{far}").status_code == 422
    for path in ("/?on=", "/month?month="):
        assert browser.get(f"{path}{far}").status_code == 200
    assert browser.get(f"/?page={'1' * 5000}").status_code == 200


def test_a_bad_day_brings_the_form_back_with_what_was_typed(firm: Firm) -> None:
    browser, ben = firm.browser("Audrey"), firm.id_of("Ben")
    days = {"from": "2026-01-01", "until": "31/12/2026", "names": "yes"}
    page = same_form(browser.post("/evidence", data=days), "until")
    assert days.items() <= page.fields.items()
    page = same_form(browser.post("/evidence", data={"from": "2026-12-01", "until": "2026-01-01"}), "")
    assert (page.fields["from"], page.fields["until"]) == ("2026-12-01", "2026-01-01")
    page = same_form(browser.get(f"/audit?day=31/12/2026&person={ben}&matter=A-1"), "day")
    assert {"day": "31/12/2026", "person": ben, "matter": "A-1"}.items() <= page.fields.items()
    page = same_form(browser.get("/audit?day=2026-10-27&matter=S-1"), "matter")
    assert (page.fields["day"], page.fields["matter"]) == ("2026-10-27", "S-1")
    for day in ("31/12/2026", "", "2020-01-01"):
        page = same_form(browser.get(f"/matter/{firm.ids['A-1']}/on?date={day}"), "on")
        assert page.fields["date"] == day


def same_form(answer: Response, field: str) -> Page:
    """A refusal that is the form again, with the sentence beside the field."""
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert not field or f'id="{field}-fault"' in answer.text
    return page


def test_ones_own_page_sets_agenda_and_invitations(firm: Firm) -> None:
    browser = firm.browser("Ben")
    browser.post("/me/agenda", data={"wanted": "off"})
    browser.post("/me/invitations", data={"redaction": "busy"})
    with firm.database.read() as session:
        ben = session.get_one(Person, firm.id_of("Ben"))
        assert (ben.agenda, ben.invitations) == (False, "busy")
    assert browser.post("/me/invitations", data={"redaction": "all"}).status_code == 422


def test_a_test_message_proves_a_way(firm: Firm, tmp_path: Path) -> None:
    browser = firm.browser("Ben")
    sent = browser.post("/me/test", data={"channel": "mail"})
    assert sent.headers["location"] == "/me?done=test-taken"
    (mail,) = (tmp_path / "mail").rglob("*.eml")
    code = re.search(r"Your code is (\d{6})", mail.read_text())
    assert code is not None
    assert browser.post("/me/confirm", data={"code": "0"}).status_code == 422
    assert browser.post("/me/confirm", data={"code": code[1]}).headers["location"] == "/me?done=proved"
    assert browser.post("/me/test", data={"channel": "slack"}).status_code == 404
    # Where nothing may be sent, no address is kept; and an address is never shown again.
    assert browser.post("/me/contact", data={"channel": "slack", "address": "http://127.0.0.1/x"}).status_code == 422
    assert code[1] not in browser.get("/me").text


def test_pages_hold_no_script_or_style_of_their_own(firm: Firm) -> None:
    browser = firm.browser("Pat")
    for path in (*paths(firm), f"/people/{firm.id_of('Ana')}", "/law/rule/eoir.appeal.bia"):
        page = browser.get(path)
        assert not re.search(r"<script|<style| style=| on[a-z]+=", page.text), path
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.findall(r'(?:href|src|action)="(?:https?:)?//', page.text), path
