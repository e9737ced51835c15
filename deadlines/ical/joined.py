"""A calendar of finished entries."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, vText

from deadlines.errors import CalendarError
from deadlines.ical.check import content_lines, require_heads, require_text
from deadlines.ical.text import clean

PRODID = "-//deadlines//deadline calendar//EN"
REFRESH = timedelta(hours=1)
COLOUR, COLOUR_CODE = "firebrick", "#B22222"
NAME_LIMIT, DESCRIPTION_LIMIT = 100, 500

BEGINS, ENDS, END_CALENDAR = b"BEGIN:VEVENT\r\n", b"\r\nEND:VEVENT\r\n", b"END:VCALENDAR\r\n"
HEADS = (
    "BEGIN",
    "PRODID",
    "VERSION",
    "CALSCALE",
    "NAME",
    "X-WR-CALNAME",
    "DESCRIPTION",
    "X-WR-CALDESC",
    "REFRESH-INTERVAL;VALUE=DURATION",
    "X-PUBLISHED-TTL",
    "COLOR",
    "X-APPLE-CALENDAR-COLOR",
    "END",
)


def join_calendar(name: str, description: str, events: Iterable[bytes]) -> bytes:
    """The whole calendar: what `render_event` gave, in the order given, between its own head and end.

    Name and description stand twice, as RFC 7986 and as the older programs want them. There is no UID,
    SOURCE or URL: the first would be random, the others would tell the secret address.

    Raises:
        CalendarError: an event is not one whole event.
    """
    head = _head(clean(name, NAME_LIMIT), clean(description, DESCRIPTION_LIMIT))
    chunks = list(events)
    for chunk in chunks:
        if not is_whole(chunk):
            raise CalendarError("A stored calendar entry is not one whole event; the calendar is not published.")
    return b"".join((head, *chunks, END_CALENDAR))


def with_event(body: bytes, event: bytes) -> bytes:
    """A finished calendar with one more event, the last.

    Raises:
        CalendarError: one of the two is not whole.
    """
    if not body.endswith(b"\r\n" + END_CALENDAR) or not is_whole(event):
        raise CalendarError("A calendar or an entry is not whole; the entry is not added.")
    return body.removesuffix(END_CALENDAR) + event + END_CALENDAR


def is_whole(chunk: bytes) -> bool:
    """Whether these bytes begin and end as entries do."""
    return chunk.startswith(BEGINS) and chunk.endswith(ENDS)


def _head(name: str, description: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The library knows no type for NAME and would leave its commas and semicolons as they are.
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("description", description)
    calendar.add("x-wr-caldesc", vText(description))
    # The type has no default in RFC 7986 5.7, so VALUE must be written.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("color", COLOUR)
    calendar.add("x-apple-calendar-color", COLOUR_CODE)
    body: bytes = calendar.to_ical()
    lines = content_lines(body)
    require_heads(lines, HEADS)
    for head, text in (("NAME", name), ("X-WR-CALNAME", name), ("X-WR-CALDESC", description)):
        require_text(lines, head, text)
    return body.removesuffix(END_CALENDAR)
