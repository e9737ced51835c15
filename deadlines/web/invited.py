"""What the page behind a one-time link says of a calendar, and of each program that can show it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import segno
from msgspec import Struct

from deadlines.compute.words import long_date
from deadlines.docket.addresses import what_it_shows
from deadlines.docket.confidential import RESTRICTED_WARNING
from deadlines.store.tables import Subscription
from deadlines.web.clients import HOW, How, link

WORDS = {
    "matter": "the matter number and the remedy, no client's name",
    "full": "the matter number, the remedy and the client's name",
    "busy": "only that there is a deadline",
}
QUIET_ZONE = 4
"""Empty squares around the code; cameras need them."""


class Calendar(Struct, frozen=True):
    """Whose calendar it is, where it is used, what it shows; until when the link opens it and its own last day.

    `warning`: where restricted matters go that it shows.
    """

    person: str
    label: str
    shows: str
    words: str
    until: str
    last_day: str
    warning: str


class Button(Struct, frozen=True):
    """A link that opens a program. `outside`: on the web, and so in a tab of its own: this page is shown only once."""

    words: str
    link: str
    outside: bool


class Program(Struct, frozen=True):
    """One calendar program, with buttons for this address."""

    name: str
    steps: str
    fresh: str
    buttons: list[Button]


def calendar_of(subscription: Subscription, zone: ZoneInfo) -> Calendar:
    """What is said of it; days and times are the firm's."""
    until, ends = subscription.claim_until, subscription.expires_at
    return Calendar(
        person=subscription.person.name,
        label=subscription.label,
        shows=what_it_shows(subscription),
        words=WORDS[subscription.redaction],
        until=_moment(until, zone) if until else "",
        # It ends with the first moment that no longer belongs to its last day.
        last_day=_day(ends - timedelta(microseconds=1), zone) if ends else "",
        warning=RESTRICTED_WARNING if subscription.restricted else "",
    )


def programs_for(address: str, name: str) -> list[Program]:
    """Every program with its buttons for this address, under which the program files it as `name`."""
    return [Program(how.program, how.steps, how.fresh, _buttons(how, address, name)) for how in HOW]


def code_for(address: str) -> str:
    """A QR code that Apple's camera opens in its calendar, as SVG that a strict content policy allows."""
    webcal = link("webcal://{bare}", address, "")
    code = segno.make_qr(webcal, error="m")
    drawing = code.svg_inline(border=QUIET_ZONE, light="white", title="QR code of the address", omitsize=True)
    return drawing.replace("<svg ", '<svg role="img" aria-label="QR code of the calendar address" ', 1)


def _buttons(how: How, address: str, name: str) -> list[Button]:
    made = [(words, link(pattern, address, name)) for words, pattern in how.buttons]
    return [Button(words, url, url.startswith("https:")) for words, url in made]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{long_date(local.date())}, {local:%H:%M} ({zone.key})"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return long_date(at.astimezone(zone).date())
