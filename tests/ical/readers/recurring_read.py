"""What `recurring-ical-events` says happens on each day of a span: JSON lines of day, title, cancellation."""

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import icalendar
import recurring_ical_events

calendar = icalendar.Calendar.from_ical(Path(sys.argv[1]).read_bytes())
day, last = date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3])
query = recurring_ical_events.of(calendar)
while day <= last:
    for event in query.at(day):
        cancelled = str(event["STATUS"]) == "CANCELLED"
        print(json.dumps([day.isoformat(), str(event["SUMMARY"]), cancelled]))
    day += timedelta(days=1)
