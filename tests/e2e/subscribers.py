"""Many subscribers of one daemon, while the program adds, amends and strikes: each answer is held against the docket.

What is committed before a request begins must be in its answer, and an answer is whole or it is none.
"""

import hashlib
import http.client
import threading
import time
from contextlib import closing
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from icalendar import Calendar

from tests.e2e.office import ANA, Office

ATTORNEYS = (ANA, "ben@firm.example", "cleo@firm.example")
CLERK = "docket@firm.example"
REDACTIONS = ("matter", "full")  # ids of busy calendars are others, so that what is missing there cannot be told
PAUSE = 0.05


class Entry(NamedTuple):
    """One entry of a calendar, and in the ledger whether a later change of it is still to come."""

    on: date
    cancelled: bool
    last_word: bool = True


class Report(NamedTuple):
    """What happened."""

    seconds: list[float]
    statuses: list[int]
    calendars: int
    writes: int
    faults: list[str]

    def percentile(self, share: float) -> float:
        """So many seconds, or less, took this share of the answers."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Ledger:
    """What the program has confirmed so far, by attorney; entries only ever come or change, never go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, dict[str, Entry]] = {email: {} for email in ATTORNEYS}
        self.writes = 0

    def note(self, attorney: str, entries: dict[str, Entry]) -> None:
        with self._lock:
            self._entries[attorney] |= entries
            self.writes += 1

    def confirmed(self, person: str) -> dict[str, Entry]:
        """What this person's calendar must hold from now on: an attorney's own, or everybody's."""
        with self._lock:
            of = ATTORNEYS if person == CLERK else (person,)
            return {uid: entry for email in of for uid, entry in self._entries[email].items()}


class Parsed:
    """Calendars that were read already, by their tag: the same bytes are read once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Entry]] = {}

    def get(self, tag: str, body: bytes) -> dict[str, Entry]:
        with self._lock:
            if tag not in self._known:
                self._known[tag] = read(body)
            return self._known[tag]

    def __len__(self) -> int:
        return len(self._known)


def read(body: bytes) -> dict[str, Entry]:
    """The entries of a whole calendar, by UID; raises ValueError for anything else."""
    if not body.startswith(b"BEGIN:VCALENDAR\r\n") or not body.endswith(b"\r\nEND:VCALENDAR\r\n"):
        raise ValueError("the calendar is not whole")
    found: dict[str, Entry] = {}
    for event in Calendar.from_ical(body).walk("VEVENT"):
        fields: Any = event
        if event.errors or fields["DTEND"].dt - fields["DTSTART"].dt != timedelta(days=1):
            raise ValueError("an event is damaged")
        found[str(fields["UID"])] = Entry(fields["DTSTART"].dt, str(fields["STATUS"]) == "CANCELLED")
    if len(found) != body.count(b"BEGIN:VEVENT\r\n"):
        raise ValueError("an event stands twice")
    return found


def missing(confirmed: dict[str, Entry], shown: dict[str, Entry]) -> list[str]:
    """What was confirmed and is not shown."""
    absent = [f"{uid} is missing" for uid in confirmed if uid not in shown]
    stale = [
        f"{uid} is {shown[uid]}, not {entry}"
        for uid, entry in confirmed.items()
        if uid in shown and entry.last_word and shown[uid] != entry
    ]
    return absent + stale


class Poller(threading.Thread):
    """One subscriber: asks again and again; some always with the tag that they know, the others never."""

    def __init__(self, url: str, person: str, number: int, ledger: Ledger, parsed: Parsed, stop: threading.Event):
        super().__init__(name=f"subscriber {number}", daemon=True)
        self._where, self._person, self._stop_now = urlsplit(url), person, stop
        self._conditional = number % 7 < 4
        self._ledger, self._parsed = ledger, parsed
        self._tag, self._body = "", b""
        self.seconds: list[float] = []
        self.statuses: list[int] = []
        self.faults: list[str] = []

    def run(self) -> None:
        while not self._stop_now.is_set():
            try:
                self._poll()
            except Exception as fault:  # noqa: BLE001  (whatever it is, the report tells it)
                self.faults.append(f"{self.name}: {type(fault).__name__}: {fault}")
            self._stop_now.wait(PAUSE)

    def _poll(self) -> None:
        confirmed = self._ledger.confirmed(self._person)
        headers = {"If-None-Match": self._tag} if self._conditional and self._tag else {}
        started = time.perf_counter()
        with closing(http.client.HTTPConnection(self._where.netloc, timeout=30)) as connection:
            connection.request("GET", self._where.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        self.seconds.append(time.perf_counter() - started)
        self.statuses.append(answer.status)
        tag = answer.getheader("ETag", "")
        self._hold(answer.status, tag, answer.getheader("Content-Length"), body)
        shown = self._parsed.get(self._tag, self._body)
        self.faults += [f"{self.name}: {fault}" for fault in missing(confirmed, shown)]

    def _hold(self, status: int, tag: str, length: str | None, body: bytes) -> None:
        """The answer against its own headers; what it says is kept as this subscriber's calendar."""
        if status == 304:
            if tag != self._tag or body:
                raise ValueError("a 304 for another calendar than the one that was asked about")
            return
        if status != 200 or length != str(len(body)) or tag != f'"{hashlib.sha256(body).hexdigest()}"':
            raise ValueError(f"{status} with length {length} and tag {tag} for {len(body)} bytes")
        self._tag, self._body = tag, body


class Writer(threading.Thread):
    """Works through the program: records for each attorney in turn, then amends or strikes what it recorded."""

    def __init__(self, office: Office, name: str, ledger: Ledger, stop: threading.Event):
        super().__init__(name=name, daemon=True)
        self._office, self._ledger, self._stop_now = office, ledger, stop
        self.faults: list[str] = []

    def run(self) -> None:
        number = 0
        while not self._stop_now.is_set():
            try:
                self._work(number)
            except Exception as fault:  # noqa: BLE001  (whatever it is, the report tells it)
                self.faults.append(f"{self.name}: {type(fault).__name__}: {fault}")
            number += 1

    def _work(self, number: int) -> None:
        attorney = ATTORNEYS[number % len(ATTORNEYS)]
        answer = self._office.record(f"{self.name}-{number:04}", attorney=attorney)
        self._ledger.note(attorney, recorded(answer, last_word=number % 3 == 2))
        if number % 3 == 0:
            self._ledger.note(attorney, moved(self._office.hand_over(answer["notice"])))
        elif number % 3 == 1:
            self._office.strike(answer["notice"])
            self._ledger.note(attorney, struck(answer))


def recorded(answer: Any, *, last_word: bool) -> dict[str, Entry]:
    """The entries of a recorded notice, as the program answered."""
    return {
        f"{entry['entry']}-{slot}@deadlines": Entry(date.fromisoformat(entry[field]), False, last_word)
        for entry in answer["entries"]
        if entry["state"] == "due"
        for slot, field in (("safe", "safe_by"), ("last", "last_day"))
        if slot == "safe" or entry["last_day"] != entry["safe_by"]
    }


def moved(answer: Any) -> dict[str, Entry]:
    """The entries of an amended notice. Where both dates now fall together, the second entry is cancelled."""
    found: dict[str, Entry] = {}
    for move in answer["moves"]:
        old, new = move["old"], move["new"]
        joined = new["safe_by"] == new["last_day"]
        last = old["last_day"] if joined else new["last_day"]
        found[f"{move['entry']}-safe@deadlines"] = Entry(date.fromisoformat(new["safe_by"]), False)
        found[f"{move['entry']}-last@deadlines"] = Entry(date.fromisoformat(last), joined)
    return found


def struck(answer: Any) -> dict[str, Entry]:
    """The entries of a recorded notice after it was struck."""
    return {uid: Entry(entry.on, True) for uid, entry in recorded(answer, last_word=True).items()}


def subscriptions(office: Office, count: int) -> list[tuple[str, str]]:
    """Addresses of several people, as (person, url), in words that keep the ids."""
    for email in (*ATTORNEYS[1:], CLERK):
        office.hire(email.split("@")[0].title(), email, "docket" if email == CLERK else "attorney")
    people = (*ATTORNEYS, CLERK)
    made = []
    for number in range(count):
        person = people[number % len(people)]
        words = ("--redaction", REDACTIONS[number % len(REDACTIONS)])
        made.append((person, office.subscribe(f"program {number}", *words, person=person)))
    return made


def load(office: Office, feeds: list[tuple[str, str]], seconds: float, *, subscribers: int, writers: int = 2) -> Report:
    """Let subscribers poll these addresses and writers work for so long; the office is serving."""
    ledger, parsed, stop = Ledger(), Parsed(), threading.Event()
    chosen = (feeds[number % len(feeds)] for number in range(subscribers))
    pollers = [Poller(url, person, number, ledger, parsed, stop) for number, (person, url) in enumerate(chosen)]
    busy = [Writer(office, f"W{number}", ledger, stop) for number in range(writers)]
    threads: list[Poller | Writer] = [*pollers, *busy]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join(60)
    return Report(
        [taken for poller in pollers for taken in poller.seconds],
        [status for poller in pollers for status in poller.statuses],
        len(parsed),
        ledger.writes,
        [fault for thread in threads for fault in thread.faults],
    )
