"""One fixed feed, and what independent programs read in it, held against a list written by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from icalendar import Calendar

from tests.e2e.calendar_clients import Subscriber
from tests.e2e.installed import (
    SYSTEM_PYTHON,
    call,
    node_modules,
    python_programs,
    require_binding,
    require_program,
    without_python_path,
)
from tests.ical import golden

READERS = Path(__file__).parent / "readers"
SECONDS = 60
USUAL = "What: Motion to reopen\nForm: I-290B\n\nNot legal advice: verify against the notice and the law."
HOSTILE_LINE = 'a;b,c:d "e" C:/new/;x %s {title} <b>&amp;</b> =0D=0A X-EVIL:1 END:VEVENT gnol'
HOSTILE_LINES = 'a;b,c:d "e" C:/new/;x %s {title} <b>&amp;</b> =0D=0A\nX-EVIL:1\nEND:VEVENT gnol'
MOTION = "FILE BY: I-290B motion to reopen – 2026-0143 (must be received)"
LONG = "Señora 漢字 👩‍👩‍👧‍👦, " * 59 + "Señora 漢字 👩‍👩‍👧‍👦,"


class Seen(NamedTuple):
    """What every reader must find in an entry of one whole day."""

    uid: str
    on: date
    title: str
    cancelled: bool = False
    sequence: int = 0
    alarms: int = 2
    description: str = USUAL


EXPECTED = [
    Seen("g-note@deadlines", date(2026, 11, 1), "Deadlines: this calendar is connected", alarms=0),
    Seen("a-plain-safe@deadlines", date(2026, 11, 20), MOTION),
    Seen("b-hostile-last@deadlines", date(2026, 11, 25), f"LAST DAY: {HOSTILE_LINE}", description=HOSTILE_LINES),
    Seen("e-struck-safe@deadlines", date(2026, 12, 18), "CANCELLED: FILE BY: EOIR-26 appeal to the BIA", True, 1, 0),
    Seen("d-year-safe@deadlines", date(2026, 12, 31), "FILE BY: Señor Ñandú, caf\u00e9 漢字 👩‍👩‍👧‍👦 ﷺ"),
    Seen("f-moved-last@deadlines", date(2027, 3, 14), "LAST DAY: N-336 hearing – 2026-0150", sequence=2),
    Seen("c-leap-protective@deadlines", date(2028, 2, 29), "PROTECTIVE DATE: leap day"),
    Seen("h-long-safe@deadlines", date(2028, 3, 1), "é漢👩" * 99 + "é漢…", description=LONG),
]  # fmt: skip
DAYS = [(seen.on, seen.title, seen.cancelled) for seen in EXPECTED]
FIRST, LAST = date(2026, 10, 1), date(2028, 4, 30)


def from_json(event: dict[str, Any]) -> Seen:
    """An event as one of the reading programs prints it; it must be one whole day."""
    start, end = date.fromisoformat(event["start"]), date.fromisoformat(event["end"])
    assert event["whole_days"] is True
    assert end - start == timedelta(days=1)
    fields = (event[name] for name in ("title", "cancelled", "sequence", "alarms", "description"))
    return Seen(event["uid"], start, *fields)


def libical(path: Path) -> Any:
    require_binding({"ICalGLib": "3.0"}, "python3-gi gir1.2-ical-3.0")
    return json.loads(
        call([str(SYSTEM_PYTHON), str(READERS / "libical_read.py"), str(path)], SECONDS, without_python_path())
    )


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """The golden feed's address on a web server that knows nothing of calendars."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{golden.PATH.name}"
        server.shutdown()


def test_the_bytes_are_the_ones_that_were_read_and_approved() -> None:
    """Where they differ on purpose: `python -m tests.ical.golden`, and read the difference."""
    assert golden.render().decode().splitlines() == golden.PATH.read_bytes().decode().splitlines()
    assert golden.render() == golden.PATH.read_bytes()


def test_the_library_reads_what_was_meant() -> None:
    found = []
    for event in Calendar.from_ical(golden.PATH.read_bytes()).walk("VEVENT"):
        fields: Any = event
        assert fields["DTEND"].dt - fields["DTSTART"].dt == timedelta(days=1)
        found.append(
            Seen(
                str(fields["UID"]),
                fields["DTSTART"].dt,
                str(fields["SUMMARY"]),
                str(fields["STATUS"]) == "CANCELLED",
                fields["SEQUENCE"],
                len(event.walk("VALARM")),
                str(fields["DESCRIPTION"]),
            )
        )
    assert found == EXPECTED


def test_libical_reads_what_was_meant_and_has_nothing_against_it() -> None:
    said = libical(golden.PATH)
    assert [from_json(event) for event in said["events"]] == EXPECTED
    assert (said["plain"], said["published"]) == ([], [])


@pytest.mark.parametrize(
    "old, new, where",
    [
        (b"UID:a-plain-safe@deadlines\r\n", b"", "published"),
        (b"DTSTAMP:20261027T140005Z\r\n", b"", "published"),
        (b"DTSTART;VALUE=DATE:20261120\r\n", b"DTSTART;VALUE=DATE:tomorrow\r\n", "plain"),
        (b"SEQUENCE:0\r\n", b"SEQUENCE:0\r\nSEQUENCE:1\r\n", "plain"),
    ],
    ids=["no uid", "no stamp", "no day", "two sequences"],
)
def test_libical_would_tell(old: bytes, new: bytes, where: str, tmp_path: Path) -> None:
    body = golden.PATH.read_bytes()
    assert old in body
    broken = tmp_path / "broken.ics"
    broken.write_bytes(body.replace(old, new, 1))
    assert libical(broken)[where] != []


def test_ical_js_reads_what_was_meant() -> None:
    node = require_program("node", "nodejs npm")
    said = call([node, str(READERS / "icaljs_read.mjs"), str(node_modules()), str(golden.PATH)], SECONDS)
    assert [from_json(event) for event in json.loads(said)] == EXPECTED


def test_each_entry_happens_on_its_day_and_on_no_other() -> None:
    script = [str(python_programs() / "python"), str(READERS / "recurring_read.py")]
    said = call([*script, str(golden.PATH), FIRST.isoformat(), LAST.isoformat()], SECONDS, without_python_path())
    found = [json.loads(line) for line in said.splitlines()]
    assert [(date.fromisoformat(day), title, cancelled) for day, title, cancelled in found] == DAYS


def test_khal_shows_each_entry_on_its_day_in_every_zone(tmp_path: Path) -> None:
    with published(golden.PATH.parent) as url:
        subscriber = Subscriber(tmp_path / "client", url)
        subscriber.sync()
        for zone in ("America/New_York", "Pacific/Auckland"):
            shown = subscriber.entries(FIRST, (LAST - FIRST).days, zone=zone)
            assert [tuple(entry) for entry in shown] == DAYS
