"""An invitation as bytes: what RFC 5546 asks for, read back by two libraries, with hostile text in every field."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec import structs

from deadlines.errors import CalendarError
from deadlines.ical import CalendarItem, Party, invitation_uid, itip_object
from tests.ical.test_event import HOSTILE, ITEM, lines, names

DAY_BEFORE = timedelta(days=-1, hours=9)
INVITED = structs.replace(ITEM, uid=invitation_uid("a" * 26))
CANCELLED = structs.replace(INVITED, cancelled=True, sequence=4)
DOCKET, ANA = Party("Docket", "docket@firm.test"), Party("Ana Ruiz", "ana@firm.test")
EVENT = {
    "UID", "SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE",
    "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "CATEGORIES", "ORGANIZER", "ATTENDEE",
}  # fmt: skip
PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
"""A Python of the system, which has the bindings of libical where the distribution installed them."""
LIBICAL = """
import sys, gi
gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib as L
parsed = L.Component.new_from_string(sys.stdin.buffer.read().decode())
fits = L.restriction_check(parsed)
print(bool(fits), L.Component.count_errors(parsed))
"""


def made(item: CalendarItem = INVITED, organizer: Party = DOCKET, attendee: Party = ANA) -> bytes:
    return itip_object(item, organizer=organizer, attendee=attendee, alarm=DAY_BEFORE)


def event(body: bytes) -> Any:
    calendar = Calendar.from_ical(body)
    [found] = calendar.walk("VEVENT")
    return found


def test_a_request_is_one_whole_day_for_one_person() -> None:
    body = made()
    calendar: Any = Calendar.from_ical(body)
    found = event(body)
    assert (str(calendar["METHOD"]), str(calendar["VERSION"])) == ("REQUEST", "2.0")
    assert set(found) == EVENT
    assert str(found["UID"]) == f"i-{'a' * 26}@deadlines"
    assert str(found["ORGANIZER"]) == "mailto:docket@firm.test"
    assert str(found["ATTENDEE"]) == "mailto:ana@firm.test"
    assert dict(found["ATTENDEE"].params) == {
        "CN": "Ana Ruiz", "CUTYPE": "INDIVIDUAL", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE",
    }  # fmt: skip
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2026, 11, 20), date(2026, 11, 21))
    assert (str(found["STATUS"]), str(found["TRANSP"])) == ("CONFIRMED", "TRANSPARENT")
    assert str(found["X-MICROSOFT-CDO-BUSYSTATUS"]) == "FREE"
    assert found["SEQUENCE"] == 3
    assert found["DTSTAMP"].dt == datetime(2026, 10, 27, 14, 0, 5, tzinfo=UTC)
    [alarm] = found.walk("VALARM")
    assert alarm["TRIGGER"].dt == DAY_BEFORE
    assert body.endswith(b"END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


def test_a_cancellation_is_of_the_same_uid_and_rings_no_more() -> None:
    body = made(CANCELLED)
    found = event(body)
    assert b"METHOD:CANCEL\r\n" in body
    assert str(found["UID"]) == INVITED.uid
    assert (str(found["STATUS"]), found["SEQUENCE"]) == ("CANCELLED", 4)
    assert str(found["SUMMARY"]).startswith("CANCELLED: ")
    assert found.walk("VALARM") == []


def test_the_uid_is_another_than_the_feeds() -> None:
    assert ITEM.uid != INVITED.uid
    assert invitation_uid("a" * 26) != invitation_uid("b" * 26)


def test_the_same_item_gives_the_same_bytes() -> None:
    assert made() == made()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["summary", "description", "organizer", "attendee"])
@pytest.mark.parametrize("cancelled", [False, True])
def test_hostile_text_stays_text(field: str, text: str, cancelled: bool) -> None:
    item = CANCELLED if cancelled else INVITED
    if field in ("summary", "description"):
        body = made(structs.replace(item, **{field: text}))
    elif field == "organizer":
        body = made(item, organizer=Party(text, DOCKET.address))
    else:
        body = made(item, attendee=Party(text, ANA.address))
    lines(body)
    assert names(body) == names(made(item))
    raw = body.replace(b"\r\n ", b"").decode()
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", raw)
    found = event(body)
    assert str(found["ORGANIZER"]) == "mailto:docket@firm.test"
    assert str(found["ATTENDEE"]) == "mailto:ana@firm.test"
    assert set(found["ATTENDEE"].params) - {"CN"} == {"CUTYPE", "PARTSTAT", "ROLE", "RSVP"}


@given(*[st.text(st.characters(exclude_categories=[]))] * 3)
def test_any_text_reads_back(summary: str, organizer: str, attendee: str) -> None:
    body = made(
        structs.replace(INVITED, summary=summary),
        organizer=Party(organizer, DOCKET.address),
        attendee=Party(attendee, ANA.address),
    )
    lines(body)
    found = event(body)
    assert str(found["ATTENDEE"]) == "mailto:ana@firm.test"
    assert len(found["ATTENDEE"].params.get("CN", "")) <= 100


def test_a_name_keeps_what_names_are_made_of() -> None:
    body = made(attendee=Party('Ñandú O’Hara, "Esq." ; x:y ^n', ANA.address))
    assert event(body)["ATTENDEE"].params["CN"] == "Ñandú O’Hara Esq. x y n"


def test_an_address_is_written_as_an_address_of_the_web() -> None:
    body = made(attendee=Party("", "a?b#c%d+e&f@firm.test"))
    found = event(body)["ATTENDEE"]
    assert str(found) == "mailto:a%3Fb%23c%25d+e%26f@firm.test"
    assert "CN" not in found.params


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": "a\r\nX-EVIL:1"},
        {"uid": "i-a-safe@elsewhere"},
        {"on": date.max},
        {"changed_at": datetime(2026, 1, 1)},
    ],
)
def test_what_would_not_be_as_meant_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CalendarError):
        made(structs.replace(INVITED, **changes))


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ana@", "a b@x.test", "ana@firm.test\r\nX-EVIL:1", "mailto:ana@firm.test", "a,b@x.test", "ä@x.test"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(CalendarError):
        made(attendee=Party("Ana", address))
    with pytest.raises(CalendarError):
        made(organizer=Party("Docket", address))


def test_the_checks_hold_under_python_o() -> None:
    code = (
        "from tests.ical.test_itip import *\n"
        "import deadlines.ical.itip as itip\n"
        "wrong = 0\n"
        "honest = itip._calendar\n"
        "for bad in (lambda b: b.replace(b'METHOD:REQUEST', b'METHOD:PUBLISH'),\n"
        "            lambda b: b.replace(b'ana@firm', b'eve@firm'),\n"
        "            lambda b: b.replace(b'END:VEVENT', b'ATTENDEE:mailto:eve@x.test\\r\\nEND:VEVENT'),\n"
        "            lambda b: b.replace(b'SEQUENCE:3', b'SEQUENCE:2')):\n"
        "    itip._calendar = lambda event, method, bad=bad: bad(honest(event, method))\n"
        "    try: made()\n"
        "    except CalendarError: wrong += 1\n"
        "raise SystemExit(0 if wrong == 4 else 9)\n"
    )
    assert subprocess.run([sys.executable, "-O", "-W", "ignore", "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def libical() -> str:
    """A Python that can ask libical; without one the check is left out, and says so."""
    for python in filter(lambda path: Path(path).exists(), PYTHONS):
        asked = [python, "-c", "import gi; gi.require_version('ICalGLib', '3.0'); import gi.repository.ICalGLib"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("NOT CHECKED against libical: its bindings (python3-gi, gir1.2-ical-3.0) are not on this machine.")


def judged(libical: str, body: bytes) -> str:
    done = subprocess.run([libical, "-I", "-c", LIBICAL], input=body, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("item", [INVITED, CANCELLED], ids=["request", "cancel"])
@pytest.mark.parametrize("text", ["Motion to reopen", *HOSTILE[:4], HOSTILE[17]])
def test_libical_finds_nothing_against_it(libical: str, item: CalendarItem, text: str) -> None:
    said = judged(
        libical, made(structs.replace(item, summary=text), Party(text, DOCKET.address), Party(text, ANA.address))
    )
    assert said == "True 0"


@pytest.mark.parametrize("gone", [b"ATTENDEE", b"ORGANIZER"])
def test_libical_would_find_what_is_missing(libical: str, gone: bytes) -> None:
    kept = [line for line in made().replace(b"\r\n ", b"").split(b"\r\n") if not line.startswith(gone)]
    assert judged(libical, b"\r\n".join(kept)) != "True 0"
