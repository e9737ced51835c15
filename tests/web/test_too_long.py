"""A form that holds too much says what is too long and how long it may be, and keeps what was typed."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.office import Office, fields

LONG = 300_000
ALLOWED = "All fields together may have 20,000"


@pytest.fixture
def kind_of_database() -> str:
    """Nothing of it reaches a database."""
    return "sqlite"


def test_a_field_that_is_too_long_is_named_beside_it_with_what_was_typed(office: Office) -> None:
    browser, path = office.browser("Ana"), f"/entry/{office.entry().id}/waive"
    form = {**fields(browser.get(path).text), "reason": "client " + "x" * LONG}
    answer = browser.post(path, data=form)
    assert answer.status_code == 413
    assert f"What stands in &#34;reason&#34; is too long: {LONG + 7:,} characters. {ALLOWED}" in answer.text
    assert ('id="reason-fault"' in answer.text, form["reason"] in answer.text) == (True, True)
    assert "did not come from our page" not in answer.text
    assert office.entry().status == "open"
    assert browser.post(path, data={**form, "reason": "client files anew"}).status_code == 303


def test_a_form_with_a_file_says_so_too(office: Office) -> None:
    browser, path = office.browser("Ana"), f"/entry/{office.entry().id}/file"
    form = {**fields(browser.get(path).text), "text": "x" * LONG, "receipt": "IOE0912345678"}
    form.pop("copy")
    del browser.headers["Content-Type"]
    answer = browser.post(path, data=form, files={"copy": ("", b"")})
    assert (answer.status_code, ALLOWED in answer.text) == (413, True)
    assert ('id="text-fault"' in answer.text, 'value="IOE0912345678"' in answer.text) == (True, True)


@pytest.mark.parametrize(
    "path, form, said",
    [
        ("/incoming", {"title": "x" * 30_000}, "What stands in &#34;title&#34; is too long: 30,000 characters"),
        ("/incoming", {"title": "x" * 2_000_000}, "What was sent is too long. " + ALLOWED),
        (
            "/incoming",
            {f"f{number}": "" for number in range(60)},
            "too many fields. A form of this page has 50 at most",
        ),
        ("/add/preview", {"matter": "x" * 50_000}, "may have 40,000"),
        ("/sign-in", {"email": "x" * 30_000, "password": "p"}, "What stands in &#34;email&#34; is too long: 30,000"),
        ("/welcome/x", {"password": "x" * 30_000}, "What stands in &#34;password&#34; is too long: 30,000"),
        ("/account/others", {"password": "x" * 30_000}, "What stands in &#34;password&#34; is too long: 30,000"),
    ],
)
def test_where_no_form_can_be_made_anew_a_page_says_it(
    office: Office, path: str, form: dict[str, str], said: str
) -> None:
    answer = office.browser("Ben").post(path, data=form)
    assert answer.status_code == 413
    assert said in answer.text
    assert "did not come from our page" not in answer.text


def test_no_password_comes_back(office: Office) -> None:
    sent = {"email": "ana@firm.test", "password": "Canary" * 5_000}
    answer = TestClient(office.app).post("/sign-in", data=sent)
    assert (answer.status_code, "ana@firm.test" in answer.text, "Canary" in answer.text) == (413, True, False)


def test_a_form_without_fields_is_read_as_one(office: Office) -> None:
    browser = office.browser("Ana")
    del browser.headers["Content-Type"]
    path = f"/entry/{office.entry().id}"
    assert browser.post(f"{path}/ack").status_code == 303
    empty: Any = browser.post(f"{path}/waive")
    assert (empty.status_code, 'id="reason-fault"' in empty.text) == (422, True)
    assert browser.post("/import").status_code == 422
    assert browser.post(f"{path}/waive", content=b"reason=x").status_code == 403


def test_as_much_as_a_form_holds_is_no_more_for_being_written_otherwise(office: Office) -> None:
    """Each of these letters is nine bytes on its way."""
    browser, path = office.browser("Ana"), f"/entry/{office.entry().id}/waive"
    answer = browser.post(path, data={**fields(browser.get(path).text), "reason": "字" * 19_000})
    assert (answer.status_code, ALLOWED in answer.text) == (422, False)
