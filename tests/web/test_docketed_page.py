"""A paper whose notice is on the docket already: settled on its page or with the notice, and nothing told thereby."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from deadlines.docket.closing import strike_notice
from deadlines.docket.incoming import dismiss, hold_waiting, register
from deadlines.store.tables import Incoming, Matter, NoticeRow, Person
from tests.docket.desks import LATER
from tests.docket.test_order_of_locks import until_somebody_waits
from tests.web.office import CANARIES, ROOM, Office, Page, fields
from tests.web.test_add import digest

SAME = {"matter": "A-1", "kind": "uscis.denial", "form": "I-140", "decided_on": "2026-10-23", "service": "mail"}
OTHER = {**SAME, "form": "I-485"}
TOLD = ("I-140", "23 Oct", "USCIS denial")


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """SQLite, and PostgreSQL too where the test writes in a way that may differ."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


BOTH = pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)


def paper(office: Office, matter: str | None = "A-1", title: str = "A letter of the government", on: int = 27) -> str:
    with office.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        of = session.scalars(select(Matter).where(Matter.reference == matter)).one() if matter else None
        day = date(2026, 10, on)
        found = register(session, ROOM, title, matter=of, received_on=day, at="mail", by=ana, now=LATER, actor="t")
        return found.id


def settled(office: Office, which: str) -> tuple[str, str | None]:
    with office.database.read() as session:
        row = session.get_one(Incoming, which)
        return row.state, row.notice_id


def strike(office: Office, reference: str = "A-1") -> None:
    with office.database.write() as session:
        pat = session.scalars(select(Person).where(Person.name == "Pat")).one()
        row = session.get_one(NoticeRow, office.notice(reference))
        strike_notice(session, office._desk(pat.email), row, reason="of another case", by=pat, now=LATER)


def add(client: TestClient, form: dict[str, str]) -> tuple[int, str]:
    """Preview and record, with what the preview asks answered by `form`."""
    shown = client.post("/add", data={**form, "do": "preview"}).text
    answer = client.post("/add", data={**form, "do": "record", "digest": digest(shown)})
    return answer.status_code, answer.text


@BOTH
def test_a_paper_is_settled_by_the_notice_that_is_there(office: Office) -> None:
    which, ben = paper(office), office.browser("Ben")
    path = f"/incoming/{which}/docketed"
    for place in ("/incoming", f"/matter/{office.matter()}"):
        assert path in ben.get(place).text
    # The dead end of who dockets it as new leads there too.
    assert path in ben.post("/add", data={**SAME, "incoming": which, "do": "preview"}).text
    form = ben.get(path).text
    assert Page(form).problems() == []
    assert "USCIS denial, Form I-140, dated Fri 23 Oct 2026" in form
    done = ben.post(path, data={**fields(form), "notice": office.notice()})
    assert (done.status_code, done.headers["location"]) == (303, f"/matter/{office.matter()}?done=paper-settled")
    assert settled(office, which) == ("docketed", office.notice())
    page = ben.get(done.headers["location"]).text
    assert "The paper is settled" in page
    assert "Not docketed yet" not in page
    assert "No paper" in ben.get("/incoming").text
    assert ben.get(path).status_code == 409
    strike(office)  # as any paper of a struck notice, and of that notice nothing can be chosen any more
    assert settled(office, which) == ("waiting", None)
    assert "No notice of this matter stands" in ben.get(path).text
    refused = ben.post(path, data={"id": office.notice()[:8]})
    assert (refused.status_code, "was struck" in refused.text) == (409, True)
    assert settled(office, which) == ("waiting", None)


@BOTH
def test_a_paper_without_a_matter_is_settled_by_number_or_id(office: Office) -> None:
    ben = office.browser("Ben")
    for by_id in (False, True):
        which = paper(office, None)
        path = f"/incoming/{which}/docketed"
        empty = ben.get(path).text
        assert Page(empty).problems() == []
        assert 'type="radio"' not in empty
        shown = ben.get(path, params={"matter": " A-1 "}).text
        assert Page(shown).problems() == []
        chosen = {"id": office.notice()[:8]} if by_id else {"matter": "A-1", "notice": office.notice()}
        assert office.notice() in shown
        assert ben.post(path, data=chosen).status_code == 303
        assert settled(office, which) == ("docketed", office.notice())
        with office.database.read() as session:
            assert session.get_one(Incoming, which).matter_id == office.matter()


def test_what_is_not_chosen_is_asked_for(office: Office) -> None:
    which, loose, ben = paper(office), paper(office, None), office.browser("Ben")
    for one, form, field in (
        (which, {}, "notice"),
        (which, {"notice": office.notice("S-1")}, "notice"),
        (loose, {}, "matter"),
        (loose, {"matter": "A-1", "notice": "x"}, "notice"),
        (loose, {"id": "zzzz"}, "id"),
        (loose, {"id": "a"}, "id"),
    ):
        answer = ben.post(f"/incoming/{one}/docketed", data=form)
        assert answer.status_code == 422, form
        assert f'href="#{field}"' in answer.text, form
        assert Page(answer.text).problems() == []
        assert settled(office, one)[0] == "waiting"


def plain(page: str, asked: str) -> str:
    """A page without what was asked for and the marks of its forms, which are others each time."""
    return re.sub(r'name="once" value="\w+"', "", page).replace(asked, "")


def test_of_a_restricted_matter_nothing_is_told(office: Office) -> None:
    which, loose = paper(office, "S-1", "Canary of a secret"), paper(office, None)
    notice = office.notice("S-1")
    for name in ("Ben", "Dora", "Pat"):
        browser = office.browser(name)
        hidden, unknown = (browser.get(f"/incoming/{one}/docketed") for one in (which, which[::-1]))
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert hidden.text.replace(which, "") == unknown.text.replace(which[::-1], "")
        assert browser.post(f"/incoming/{which}/docketed", data={"notice": notice}).status_code == 404
        path = f"/incoming/{loose}/docketed"
        by_number = [plain(browser.get(path, params={"matter": one}).text, one) for one in ("S-1", "S-9")]
        by_id = [plain(browser.post(path, data={"id": one}).text, one) for one in (notice, notice[::-1])]
        assert by_number[0] == by_number[1]
        assert by_id[0] == by_id[1]
        preview = browser.post("/add", data={**SAME, "matter": "S-1", "do": "preview"}).text
        assert not any(word in preview.replace("DS-1", "") for word in (*CANARIES[:1], which, "Canary"))
        answer = browser.post(path, data={"matter": "S-1", "notice": notice})
        assert (answer.status_code, settled(office, loose)) == (422, ("waiting", None))
    assert office.browser("Ana").get(f"/incoming/{which}/docketed").status_code == 200


def test_who_may_still_verify_a_notice_chooses_it_unread(office: Office) -> None:
    path = f"/incoming/{paper(office)}/docketed"
    for name, blind in (("Ben", False), ("Ana", True), ("Dora", True)):
        form = office.browser(name).get(path).text
        main = form[form.index("<main") :]
        assert (office.notice() in main, "Ben entered it on" in main) == (True, True)
        assert [told in main for told in TOLD] == [not blind] * 3
        assert "2026-10-23" not in main or not blind
    answer = office.browser("Ana").post(path, data={"notice": office.notice()})
    assert answer.status_code == 303


def test_who_only_reads_is_offered_nothing(office: Office) -> None:
    which = paper(office)
    for name in ("Adam", "Audrey"):
        browser = office.browser(name)
        assert "docketed" not in browser.get("/incoming").text.split("<tbody")[1]
        assert "/docketed" not in browser.get(f"/matter/{office.matter()}").text
        assert browser.get(f"/incoming/{which}/docketed").status_code == 403
        assert browser.post(f"/incoming/{which}/docketed", data={"notice": office.notice()}).status_code == 403
    assert settled(office, which)[0] == "waiting"


@BOTH
def test_a_notice_of_a_matter_takes_its_waiting_paper_along(office: Office) -> None:
    which, other, ben = paper(office), paper(office, title="Another letter", on=28), office.browser("Ben")
    shown = ben.post("/add", data={**OTHER, "do": "preview"}).text
    assert Page(shown).fields["along"] == ""
    assert "This is the paper that came in on" in shown
    assert shown.index("A letter of the government") < shown.index("Another letter")
    # Begun from one of them, nothing is asked; nor of a matter of which no paper waits.
    assert 'name="along"' not in ben.post("/add", data={**OTHER, "incoming": which, "do": "preview"}).text
    assert 'name="along"' not in ben.post("/add", data={**OTHER, "matter": "B-7", "do": "preview"}).text
    assert add(ben, {**OTHER, "along": which})[0] == 303
    assert settled(office, which) == ("docketed", office.notice())
    assert settled(office, other) == ("waiting", None)
    status, page = add(ben, {**OTHER, "form": "I-130", "along": which})  # somebody else was faster
    assert (status, "already" in page) == (409, True)
    assert Page(page).fields["along"] == ""
    with office.database.read() as session:
        assert session.scalars(select(NoticeRow.id).where(NoticeRow.form == "I-130")).all() == []


@BOTH
def test_without_a_word_the_papers_of_the_matter_wait_on(office: Office) -> None:
    which, ben = paper(office), office.browser("Ben")
    assert add(ben, {**OTHER, "along": ""})[0] == 303
    assert settled(office, which) == ("waiting", None)


@pytest.mark.parametrize("kind_of_database", ["postgres"], indirect=True)
@pytest.mark.parametrize("field", ["incoming", "along"])
def test_a_notice_is_recorded_from_a_paper_that_somebody_dismisses(office: Office, field: str) -> None:
    which, begun = paper(office), threading.Event()

    def dismissed() -> None:
        with office.database.write() as session:
            found = session.get_one(Incoming, which)
            hold_waiting(session, found)
            begun.set()
            until_somebody_waits(session)
            by = session.scalars(select(Person).where(Person.name == "Ana")).one()
            dismiss(session, found, reason="a receipt", by=by, now=LATER, actor="t")

    def recorded() -> tuple[int, str]:
        begun.wait(60)
        return add(office.browser("Ben"), {**OTHER, field: which})

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(dismissed), pool.submit(recorded)
    assert first.exception() is None
    status, page = second.result()
    assert (status, "was dismissed already" in page) == (409, True)
    assert settled(office, which) == ("dismissed", None)
