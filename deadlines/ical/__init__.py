"""From windows to calendar bytes (RFC 5545, RFC 7986): pure functions, the same bytes every time."""

from deadlines.ical.event import CalendarItem, render_event
from deadlines.ical.itip import Party, invitation_uid, itip_object
from deadlines.ical.joined import BEGINS, ENDS, is_whole, join_calendar, with_event
from deadlines.ical.reminding import reminder_items
from deadlines.ical.wording import REDACTIONS, Origin, Redaction, Slot, entry_items, slot_days, slot_item

__all__ = [
    "BEGINS",
    "ENDS",
    "REDACTIONS",
    "CalendarItem",
    "Origin",
    "Party",
    "Redaction",
    "Slot",
    "entry_items",
    "invitation_uid",
    "is_whole",
    "itip_object",
    "join_calendar",
    "reminder_items",
    "render_event",
    "slot_days",
    "slot_item",
    "with_event",
]
