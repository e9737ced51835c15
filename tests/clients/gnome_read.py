"""Reads a calendar of evolution-data-server as GNOME does; runs in the distribution's own Python.

For each line on the standard input it tells the server to fetch, and prints what it has as one line of JSON.
"""

import json
import sys
from contextlib import suppress
from typing import Any

import gi

for module, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("ICalGLib", "3.0")):
    gi.require_version(module, version)
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402  (versions must be named first)

WAIT_SECONDS = 30


def entries(client: Any) -> list[Any]:
    found = []
    for event in client.get_object_list_sync("#t", None)[1]:
        start, end = event.get_dtstart(), event.get_dtend()
        whole_days = start.is_date() and end.is_date()
        cancelled = event.get_status() == ICalGLib.PropertyStatus.CANCELLED
        days = [start.as_ical_string(), end.as_ical_string()]
        found.append([event.get_uid(), *days, whole_days, event.get_summary(), cancelled])
    return found


def main() -> None:
    registry = EDataServer.SourceRegistry.new_sync(None)
    client = ECal.Client.connect_sync(
        registry.ref_source(sys.argv[1]), ECal.ClientSourceType.EVENTS, WAIT_SECONDS, None
    )
    for _ in sys.stdin:
        with suppress(GLib.Error):  # nobody answers at the moment: what it has is asked for all the same
            client.refresh_sync(None)
        sys.stdout.write(json.dumps(entries(client)) + "\n")
        sys.stdout.flush()


main()
