"""What libical (GNOME, KDE) makes of a feed; runs in the distribution's own Python, without the project.

Prints one JSON object: what its restriction check and its parser say, and every event.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402  (its version must be named first)

PUBLISHED = (
    (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nMETHOD:PUBLISH\r\n"),
    (b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\nORGANIZER:mailto:check@firm.example\r\n"),
)
"""Without METHOD, libical demands neither UID nor DTSTAMP; PUBLISH also demands an ORGANIZER."""


def components(component: Any) -> Iterator[Any]:
    yield component
    inner = component.get_first_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    while inner:
        yield from components(inner)
        inner = component.get_next_component(ICalGLib.ComponentKind.ANY_COMPONENT)


def faults(component: Any) -> Iterator[str]:
    kind = ICalGLib.PropertyKind.XLICERROR_PROPERTY
    found = component.get_first_property(kind)
    while found:
        yield found.get_value_as_string()
        found = component.get_next_property(kind)


def check(body: bytes) -> tuple[Any, list[str]]:
    calendar = ICalGLib.Component.new_from_string(body.decode())
    allowed = ICalGLib.restriction_check(calendar)
    said = [fault for component in components(calendar) for fault in faults(component)]
    return calendar, said + ([] if allowed else ["the restriction check fails"])


def shown(event: Any) -> dict[str, Any]:
    start, end = event.get_dtstart(), event.get_dtend()
    kind = ICalGLib.ComponentKind.VALARM_COMPONENT
    return {
        "uid": event.get_uid(),
        "start": start.as_ical_string(),
        "end": end.as_ical_string(),
        "whole_days": start.is_date() and end.is_date(),
        "title": event.get_summary(),
        "description": event.get_description(),
        "cancelled": event.get_status() == ICalGLib.PropertyStatus.CANCELLED,
        "sequence": event.get_sequence(),
        "alarms": event.count_components(kind),
    }


def main() -> None:
    body = Path(sys.argv[1]).read_bytes()
    calendar, plain = check(body)
    published = body
    for old, new in PUBLISHED:
        published = published.replace(old, new)
    events = [part for part in components(calendar) if part.isa() == ICalGLib.ComponentKind.VEVENT_COMPONENT]
    said = {"plain": plain, "published": check(published)[1], "events": [shown(event) for event in events]}
    sys.stdout.write(json.dumps(said))


main()
