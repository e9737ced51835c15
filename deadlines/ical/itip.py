"""One all-day entry for one person's own calendar, as an iTIP object (RFC 5546) that travels by mail (RFC 6047)."""

import re
from datetime import timedelta
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress
from msgspec import Struct

from deadlines.errors import CalendarError
from deadlines.ical.check import content_lines, require_heads, require_text
from deadlines.ical.event import (
    ALARM_HEADS,
    ALARM_LIMIT,
    CANCELLED,
    DESCRIPTION_LIMIT,
    EVENT_HEADS,
    SUMMARY_LIMIT,
    UID,
    CalendarItem,
    alarm_component,
    event_component,
)
from deadlines.ical.joined import PRODID
from deadlines.ical.text import clean, clean_lines

NAME_LIMIT = 100
_ADDRESS = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([A-Za-z0-9.-]{1,189})")
_PLAIN = "!$'*+-._~"
_NOT_IN_A_NAME = re.compile('[",;:^]')
"""What ends a parameter or is escaped in it (RFC 5545 3.2, RFC 6868): programs disagree, also within quotes."""
ATTENDS = {
    "CUTYPE": "INDIVIDUAL",
    # Nobody is asked: Gmail and Apple then enter the date as accepted. Outlook ignores it and enters the
    # date tentatively, as it does every request.
    "PARTSTAT": "ACCEPTED",
    "ROLE": "REQ-PARTICIPANT",
    # Nobody reads the answers; Outlook then offers not to send one.
    "RSVP": "FALSE",
}
CALENDAR_HEADS = ("PRODID", "VERSION", "CALSCALE", "METHOD")


class Party(Struct, frozen=True):
    """Who invites or is invited: a name for people to read, and a mail address."""

    name: str
    address: str


def invitation_uid(veiled_id: str) -> str:
    """The UID of an invitation: another than the feed's, or a program that knows both would mix them up.

    `veiled_id` stands for one date of an entry and tells neither which entry nor which date.
    """
    return f"i-{veiled_id}@deadlines"


def itip_object(item: CalendarItem, *, organizer: Party, attendee: Party, alarm: timedelta) -> bytes:
    """The whole calendar object: METHOD:REQUEST with one alarm, or METHOD:CANCEL for a cancelled item.

    `item.sequence` rises with every object of one UID, and `item.changed_at` is when this one is written,
    because with a METHOD that is what DTSTAMP means (RFC 5545 3.8.7.2).

    Raises:
        CalendarError: an address or the UID cannot be used, a date or moment is out of reach, or the bytes,
            read back, are not what was meant.
    """
    if not UID.fullmatch(item.uid):
        raise CalendarError("An invitation's UID is not an id and @deadlines; it is not sent.")
    summary = clean((CANCELLED if item.cancelled else "") + item.summary, SUMMARY_LIMIT)
    description = clean_lines(item.description, DESCRIPTION_LIMIT)
    event = event_component(item, summary, description)
    event["organizer"], host = _party(organizer, {}, "ORGANIZER")
    event["attendee"], guest = _party(attendee, ATTENDS, "ATTENDEE")
    if not item.cancelled:  # RFC 5546 3.2.5 allows none in CANCEL
        event.add_component(alarm_component(alarm, summary))
    body = _calendar(event, method_of(item))
    _verify(body, item, summary, description, (host, guest))
    return body


def method_of(item: CalendarItem) -> str:
    """REQUEST, or CANCEL for a cancelled item."""
    return "CANCEL" if item.cancelled else "REQUEST"


def _calendar(event: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


def _party(party: Party, parameters: dict[str, str], name: str) -> tuple[vCalAddress, str]:
    """The property, and the very line, quotation marks aside, that it must be once it is written."""
    address = vCalAddress(_mailto(party.address))
    cleaned = clean(_NOT_IN_A_NAME.sub(" ", party.name), NAME_LIMIT)
    found = {**({"CN": cleaned} if cleaned else {}), **parameters}
    for key, value in found.items():
        address.params[key] = value
    written = "".join(f";{key}={value}" for key, value in sorted(found.items()))
    return address, f"{name}{written}:{address}"


def _mailto(address: str) -> str:
    """The address as RFC 6068 writes it; whatever has another meaning in an address of the web is escaped."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise CalendarError("A mail address cannot be used in an invitation; correct the person or mail.sender.")
    return f"mailto:{quote(parts[1], safe=_PLAIN)}@{parts[2]}"


def _verify(body: bytes, item: CalendarItem, summary: str, description: str, parties: tuple[str, str]) -> None:
    """Hold the bytes against what was meant: a calendar with one event to one person, and nothing else."""
    lines = content_lines(body, parties)
    alarms = 0 if item.cancelled else 1
    frame = ("BEGIN", *CALENDAR_HEADS, "END")
    event = ("BEGIN", *EVENT_HEADS, *parties, "END")
    require_heads(lines, (*frame, *event, *("BEGIN", *ALARM_HEADS, "END") * alarms))
    wanted = [("METHOD", method_of(item)), ("UID", item.uid), ("SEQUENCE", str(item.sequence))]
    if [lines.count(line) for line in wanted] != [1, 1, 1]:
        raise CalendarError("An invitation reads back with another method, UID or sequence; it is not sent.")
    inner = lines.index(("BEGIN", "VALARM")) if alarms else len(lines)
    require_text(lines[:inner], "SUMMARY", summary)
    require_text(lines[:inner], "DESCRIPTION", description)
    require_text(lines[inner:], "DESCRIPTION", clean(summary, ALARM_LIMIT))
