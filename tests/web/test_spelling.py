"""Names and numbers however they are typed: in other capitals, or decomposed as some computers paste them."""

import unicodedata
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from deadlines.docket.intake import open_matter
from deadlines.errors import Conflict
from deadlines.store.database import Database
from deadlines.store.tables import Incoming, Matter, Person
from tests.docket.desks import DENIAL, LATER
from tests.web.api_firm import ApiFirm
from tests.web.office import Office
from tests.web.test_add import digest

NUMBER, CLIENT = "ÉT-7", "PEÑA ÁLVAREZ"
FORMS: Any = ("NFC", "NFD")
TYPED = [unicodedata.normalize(form, word) for word in ("peña", "ÁLVAREZ", "Ét-7") for form in FORMS]
DECOMPOSED = unicodedata.normalize("NFD", NUMBER)
NOTICE = {"kind": "uscis.denial", "form": "I-129", "decided_on": "2026-10-23", "service": "mail"}


@pytest.fixture
def office(office: Office) -> Office:
    """With a matter whose number and client have accents."""
    office.record(NUMBER, DENIAL, client=CLIENT)
    return office


def test_the_docket_is_searched_in_any_capitals_and_form(office: Office) -> None:
    browser = office.browser("Ana")
    for words in TYPED:
        assert NUMBER in browser.get(f"/?{urlencode({'words': words})}").text, words
        assert NUMBER not in browser.get(f"/?{urlencode({'words': words + 'x'})}").text, words
        proposed = browser.post("/add", data={**NOTICE, "matter": words, "do": "preview"}).text
        assert f'<option value="{NUMBER}">' in proposed, words


def test_the_api_searches_in_any_capitals_and_form(database: Database) -> None:
    firm = ApiFirm(database)
    with database.write() as session:
        session.scalars(select(Matter).where(Matter.reference == "A-1")).one().client = CLIENT
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        open_matter(session, NUMBER, client=None, attorney=ana, actor="test", now=LATER)
    program = firm.program()
    for words in TYPED:
        number = NUMBER if "7" in words else "A-1"
        path = f"/matters?{urlencode({'words': words})}"
        assert [line["reference"] for line in program.data(path)["items"]] == [number], words
        if number == "A-1":  # where the dates are
            assert len(program.data(f"/docket?{urlencode({'words': words})}")["items"]) == 1, words
    for reference in (NUMBER, DECOMPOSED):
        found = program.data(f"/matters?{urlencode({'reference': reference})}")["items"]
        assert [line["reference"] for line in found] == [NUMBER]


def test_a_number_in_other_capitals_is_refused_also_where_it_has_accents(office: Office) -> None:
    with office.database.write() as session:
        ana = session.scalars(select(Person).where(Person.name == "Ana")).one()
        for typed in ("ét-7", unicodedata.normalize("NFD", "Ét-7")):
            with pytest.raises(Conflict, match="capital and small letters only"):
                open_matter(session, typed, client=None, attorney=ana, by=ana, actor="test", now=LATER)


def test_a_decomposed_number_is_that_of_the_matter_that_is_there(office: Office) -> None:
    browser = office.browser("Ben")
    typed = {**NOTICE, "matter": DECOMPOSED, "client": "", "attorney": ""}
    shown = browser.post("/add", data={**typed, "do": "preview"}).text
    assert "is <strong>new</strong>" not in shown
    assert "is new: choose its attorney" not in shown
    done = browser.post("/add", data={**typed, "do": "record", "digest": digest(shown)})
    assert (done.status_code, office.matter(NUMBER) in done.headers["location"]) == (303, True)
    paper = {"title": "A letter", "matter": DECOMPOSED, "at": "mail", "received_on": ""}
    assert browser.post("/incoming", data=paper).status_code == 303
    with office.database.read() as session:
        assert session.scalars(select(Incoming)).one().matter_id == office.matter(NUMBER)
    trail = office.browser("Audrey").get(f"/audit?{urlencode({'matter': DECOMPOSED})}").text
    assert "There is no such matter" not in trail
