"""How each calendar program subscribes to an address, and how fresh it keeps it.

The deep links are the ones in common use; none is documented by its maker, so each stands beside steps that
work without it.
"""

from urllib.parse import quote

from msgspec import Struct


class How(Struct, frozen=True):
    """One program: what to do with the address, how fresh it is, and the buttons that do it."""

    program: str
    steps: str
    fresh: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Words on a button, and the pattern of its link: {https}, {webcal}, {name} are put in, each escaped."""


GOOGLE = "Google Calendar"
HOW = (
    How(
        "Outlook (work, school)",
        "Add calendar, Subscribe from web, paste the address.",
        "Fetched by Microsoft about every 3 hours, at times only after a day or more.",
        (
            (
                "Open Outlook on the web",
                "https://outlook.office.com/calendar/0/addfromweb?url={https}&name={name}",
            ),
            ("Open the new Outlook (Windows)", "webcal:{plain}"),
        ),
    ),
    How(
        "Outlook.com (personal)",
        "Add calendar, Subscribe from web, paste the address.",
        "Fetched by Microsoft about every 3 hours, at times only after a day or more.",
        (("Open Outlook.com", "https://outlook.live.com/calendar/0/addfromweb?url={https}&name={name}"),),
    ),
    How(
        "Outlook (classic, on Windows)",
        "File, Account Settings, Internet Calendars, New, paste the address.",
        "Fetched by the computer itself while Outlook runs: every hour to once a day.",
    ),
    How(
        GOOGLE,
        "Other calendars, +, From URL, paste the address.",
        "Fetched by Google every 4 to 24 hours, at times later, and nobody can hurry it. Not for same-day changes.",
        (
            ("Open Google's form", "https://calendar.google.com/calendar/u/0/r/settings/addbyurl"),
            ("Try to add it in one step", "https://calendar.google.com/calendar/r?cid={webcal}"),
        ),
    ),
    How(
        "Apple Calendar (Mac, iPhone, iPad)",
        "On a Mac: File, New Calendar Subscription, paste the address; set Auto-refresh to every hour, and take the "
        "tick from Remove Alerts.",
        "As fresh as it is set to: every 5 minutes to once a week.",
        (("Open Apple Calendar", "webcal://{bare}"),),
    ),
    How(
        "Thunderbird",
        "New Calendar, On the Network, paste the address.",
        "Every 30 minutes unless it is set otherwise; it also rings the alarms.",
    ),
)


def feed_address(base: str, token: str) -> str:
    """The secret address of a feed. Its last part is what Thunderbird calls the calendar, so no secret stands there."""
    return f"{base}/f/{token}/deadlines.ics"


def link(pattern: str, url: str, name: str) -> str:
    """The button's link for an address: `https://host/f/…` becomes what the program wants of it."""
    bare = url.partition("://")[2]
    values = {"https": quote(url, safe=""), "webcal": quote(f"webcal://{bare}", safe="")}
    return pattern.format(**values, name=quote(name, safe=""), plain=url, bare=bare)
