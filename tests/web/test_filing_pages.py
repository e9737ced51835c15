"""Filing on a page: the day of receipt, the proof, a file of which only the hash is kept; late ones are loud."""

import hashlib
from datetime import UTC, datetime

import msgspec
import pytest
from httpx2 import Response

from deadlines.compute import Service
from deadlines.store.database import Database
from tests.docket.desks import DENIAL, SAFE
from tests.web.office import Office, Page, fields

COPY = b"%PDF-1.7 stamped" * 5000


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, datetime(2026, 12, 4, 15, 0, tzinfo=UTC))


def send(
    office: Office,
    form: dict[str, str],
    *,
    copy: tuple[str, bytes] | None = None,
    name: str = "Ben",
    rule: str = "uscis.motion.reopen",
    reference: str = "A-1",
) -> Response:
    """What comes back for the form of a remedy, with a file or none, as a browser sends it."""
    browser = office.browser(name)
    del browser.headers["Content-Type"]
    path = f"/entry/{office.entry(rule, reference).id}/file"
    page = browser.get(path)
    typed = {**fields(page.text), **form}
    typed.pop("copy", None)
    file = {"copy": copy or ("", b"")}
    return browser.post(path, data=typed, files=file)


def test_what_one_sentence_says_of_two_remedies_stands_there_once(office: Office) -> None:
    twice = "A motion and an appeal on the same decision are a duplicate request"
    before = office.browser("Ben").get(f"/matter/{office.matter()}").text
    appeal = before.split(f'<article id="{office.entry("uscis.appeal.aao").id}"')[1].split("</article>")[0]
    assert appeal.count(f"<strong>Filed:</strong> {twice}") == 1
    done = send(office, {"on": str(SAFE), "receipt": "IOE0912345678"}, rule="uscis.appeal.aao")
    assert office.browser("Ben").get(done.headers["location"]).text.count(twice) == 1


def test_a_filing_is_recorded_with_its_receipt_and_the_hash_of_the_copy(office: Office) -> None:
    done = send(office, {"on": str(SAFE), "receipt": "IOE0912345678"}, copy=(r"C:\scans\stamped <copy>.pdf", COPY))
    assert done.status_code == 303
    entry = office.entry()
    assert (entry.status, entry.closed_on) == ("satisfied", SAFE)
    told = office.browser("Ben").get(done.headers["location"]).text
    assert Page(told).problems() == []
    assert "In time" in told
    assert "What comes next" in told
    for place in (told, office.browser("Ben").get(f"/matter/{entry.matter_id}").text):
        assert "IOE0912345678" in place
        assert hashlib.sha256(COPY).hexdigest() in place
        assert "stamped &lt;copy&gt;.pdf" in place
        assert "scans" not in place


@pytest.mark.parametrize("on, loud", [("2026-11-24", "CONTESTED"), ("2026-11-30", "LATE")])
def test_a_filing_that_may_be_too_late_is_told_loudly(office: Office, on: str, loud: str) -> None:
    """Certified mail: 30 days, to Mon 23 November; three more can be argued, to Wed 25 (8 CFR 103.8(b))."""
    certified = msgspec.structs.replace(DENIAL, service=Service("certified-mail"))
    office.record("C-1", certified)
    done = send(office, {"on": on, "receipt": "IOE0912345678"}, reference="C-1")
    told = office.browser("Ben").get(done.headers["location"]).text
    assert f"<strong>{loud}:</strong>" in told
    assert "the responsible attorney, now." in told
    page = office.browser("Ben").get(f"/matter/{office.matter('C-1')}").text
    assert f'class="loud">{loud.lower()}</strong>' in page


@pytest.mark.parametrize(
    "form, field",
    [
        ({"on": "", "text": "x"}, "on"),
        ({"on": "11/20/2026", "text": "x"}, "on"),
        ({"on": "2026-12-24", "text": "x"}, "on"),
        ({"on": "2025-11-20", "text": "x"}, "on"),
        ({"on": "2026-11-20"}, "receipt"),
        ({"on": "2026-11-20", "receipt": "12345"}, "receipt"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(office: Office, form: dict[str, str], field: str) -> None:
    refused = send(office, form)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert f'id="{field}-fault"' in refused.text
    assert Page(refused.text).problems() == []
    assert office.entry().status == "open"


def test_an_alternative_of_a_filed_remedy_needs_a_second_word(office: Office) -> None:
    assert send(office, {"on": str(SAFE), "text": "A1"}, rule="uscis.appeal.aao").status_code == 303
    refused = send(office, {"on": str(SAFE), "text": "A2"})
    assert refused.status_code == 409
    assert "Not both" in refused.text
    assert 'id="anyway"' in refused.text
    done = send(office, {"on": str(SAFE), "text": "A2", "anyway": "yes"})
    assert "NOT BOTH" in office.browser("Ben").get(done.headers["location"]).text


def test_only_what_can_be_recorded_anyway_is_offered(office: Office) -> None:
    """Before the decision of 23 October nothing was filed; before its dispatch it may have gone another way."""
    before = send(office, {"on": "2026-10-22", "text": "A1"})
    assert (before.status_code, "lies before the decision" in before.text) == (422, True)
    assert 'id="anyway"' not in before.text
    path = f"/entry/{office.entry().id}/dispatched"
    typed = {**fields(office.browser("Ben").get(path).text), "on": "2026-11-18", "tracking": "1Z 999"}
    assert office.browser("Ben").post(path, data=typed).status_code == 303
    earlier = send(office, {"on": "2026-11-17", "text": "A1"})
    assert (earlier.status_code, 'id="anyway"' in earlier.text) == (422, True)
    assert "was dispatched on 2026-11-18" in earlier.text
    assert "Tick the box below" in earlier.text
    assert "--anyway" not in earlier.text
    assert send(office, {"on": "2026-11-17", "text": "A1", "anyway": "yes"}).status_code == 303


def test_a_file_that_is_too_large_is_refused_beside_its_field(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deadlines.web.uploads.LARGEST_FILE", 1000)
    refused = send(office, {"on": str(SAFE), "text": "A1"}, copy=("big.pdf", b"x" * 1001))
    assert (refused.status_code, 'href="#copy"' in refused.text) == (422, True)
    assert 'value="A1"' in refused.text
    monkeypatch.setattr("deadlines.web.uploads.LARGEST_BODY", 1000)
    assert send(office, {"on": str(SAFE)}, copy=("big.pdf", b"x" * 1001)).status_code == 413
    assert office.entry().status == "open"


def test_a_broken_or_foreign_upload_changes_nothing(office: Office) -> None:
    entry, browser = office.entry(), office.browser("Ben")
    path = f"/entry/{entry.id}/file"
    kind = "multipart/form-data; boundary=b"
    head = '--b\r\nContent-Disposition: form-data; name="on"\r\n\r\n2026-11-20\r\n'
    for body in (b"", b"--b", head.encode(), b"nothing of the kind"):
        assert browser.post(path, content=body, headers={"Content-Type": kind}).status_code == 403
    many = browser.post(path, content=(head * 60 + "--b--\r\n").encode(), headers={"Content-Type": kind})
    assert (many.status_code, "has 50 at most" in many.text) == (413, True)
    whole = (head + "--b--\r\n").encode()
    assert browser.post(path, content=whole, headers={"Content-Type": kind}).status_code == 422
    foreign = {"Content-Type": kind, "Sec-Fetch-Site": "cross-site"}
    assert browser.post(path, content=whole, headers=foreign).status_code == 403
    assert browser.post(path, data={"on": "2026-11-20"}).status_code == 403
    assert office.browser("Audrey").get(path).status_code == 403
    assert office.browser("Dora").get(f"/entry/{office.entry(reference='S-1').id}/file").status_code == 404


def test_a_tracking_number_closes_nothing_where_receipt_counts(office: Office) -> None:
    done = send(office, {"on": "2026-11-18", "tracking": "9400111899223817596312"})
    page = office.browser("Ben").get(done.headers["location"]).text
    assert "Noted that it was sent" in page
    assert "Receipt is still to be proved" in page
    assert office.entry().status == "open"
    browser, path = office.browser("Ben"), f"/entry/{office.entry().id}/dispatched"
    form = fields(browser.get(path).text)
    assert browser.post(path, data=form).status_code == 422
    assert browser.post(path, data={**form, "on": "2026-11-19", "tracking": "EE123"}).status_code == 303
    assert "EE123" in browser.get(f"/entry/{office.entry().id}/file").text
    contradiction = send(office, {"on": "2026-11-17", "text": "ECAS"})
    assert (contradiction.status_code, 'href="#on"' in contradiction.text) == (422, True)


def test_who_did_not_close_it_checks_that_it_was_closed_rightly(office: Office) -> None:
    send(office, {"on": str(SAFE), "receipt": "IOE0912345678"})
    matter, entry = f"/matter/{office.matter()}", office.entry()
    path = f"/entry/{entry.id}/recheck"
    assert path not in office.browser("Ben").get(matter).text
    browser = office.browser("Dora")
    page = browser.get(matter).text
    assert path in page
    assert Page(page).problems() == []
    assert browser.get(path).status_code == 405
    assert office.browser("Ben").post(path, data={"seen": "1.satisfied"}).status_code == 409
    assert browser.post(path, data={"seen": "1.open"}).status_code == 409
    done = browser.post(path, data={"seen": "1.satisfied"})
    assert "You have signed that it was closed rightly" in browser.get(done.headers["location"]).text
    assert "by Dora on" in browser.get(matter).text
    assert path not in browser.get(matter).text


def test_the_responsible_attorney_initials_the_dates(office: Office) -> None:
    entry = office.entry()
    path, matter = f"/entry/{entry.id}/initial", f"/matter/{entry.matter_id}"
    assert path not in office.browser("Ben").get(matter).text
    told = office.browser("Ben").get(path).text
    assert "its attorney initials the dates" in told
    assert "What you had before you" not in told
    assert Page(told).problems() == []
    browser = office.browser("Ana")
    assert path in browser.get(matter).text
    form = fields(browser.get(path).text)
    assert browser.post(path, data=form).status_code == 422
    refused = office.browser("Ben").post(path, data={**form, "source": "the order"})
    assert (refused.status_code, "does not answer for matter" in refused.text) == (409, True)
    done = browser.post(path, data={**form, "source": "the stamped order, p. 1"})
    page = browser.get(done.headers["location"]).text
    assert "You have initialed these dates" in page
    assert "who saw: the stamped order, p. 1" in page
