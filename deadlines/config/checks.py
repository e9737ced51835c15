"""Checks of single options. Each answers what is wrong in a few words, or None."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Check = Callable[..., str | None]


def anything(value: object) -> str | None:
    """Accepts every value of the right type."""
    return None


def one_of(*words: str) -> Check:
    """Accepts the words given."""
    listed = ", ".join(words[:-1]) + f" or {words[-1]}"

    def check(value: str) -> str | None:
        return None if value in words else f"must be {listed}"

    return check


def between(low: int, high: int) -> Check:
    """Accepts a whole number from `low` to `high`, both included."""

    def check(value: int) -> str | None:
        return None if low <= value <= high else f"must be from {low} to {high}"

    return check


def time_zone(value: str) -> str | None:
    """Accepts the name of an IANA time zone."""
    complaint = "must name an IANA time zone, for example America/New_York"
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return complaint
    return None if "/" in value or value == "UTC" else complaint


def time_of_day(value: str) -> str | None:
    """Accepts `HH:MM` of a 24-hour clock."""
    found = re.fullmatch(r"([0-9]{2}):([0-9]{2})", value)
    good = found is not None and int(found[1]) < 24 and int(found[2]) < 60
    return None if good else 'must be a time of day in quotes, for example "09:00"'


def time_or_nothing(value: str) -> str | None:
    """Accepts `HH:MM` of a 24-hour clock, or an empty text."""
    return None if value == "" else time_of_day(value)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays(value: str) -> str | None:
    """Accepts weekdays by their first three letters, each once, with spaces between them, or none."""
    words = value.split()
    good = all(word in WEEKDAYS for word in words) and len(set(words)) == len(words)
    return None if good else "must name weekdays, each once: mon tue wed thu fri"


def weekday(value: str) -> str | None:
    """Accepts one weekday by its first three letters, or an empty text."""
    return None if value in ("", *WEEKDAYS) else "must be a weekday, for example mon, or empty"


def web_address(value: str) -> str | None:
    """Accepts an empty text, or an http or https address without query and fragment."""
    if value == "":
        return None
    complaint = "must be an address such as https://calendar.firm.example"
    try:
        parts = urlsplit(value)
        ready = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return complaint
    plain = not (parts.query or parts.fragment or parts.username) and value.isascii() and " " not in value
    return None if ready and plain and len(value) <= 150 else complaint


def issuer(value: str) -> str | None:
    """Accepts an empty text, or an https address; http only of this machine, for trying things out."""
    local = urlsplit(value).hostname in ("localhost", "127.0.0.1") if web_address(value) is None else False
    good = value == "" or (web_address(value) is None and (value.startswith("https://") or local))
    return None if good else "must be an https address such as https://login.firm.example"


def mail_sender(value: str) -> str | None:
    """Accepts an empty text, an address, or a name followed by an address in angle brackets."""
    named = re.fullmatch(r"[^<>@]{0,100}<([^<>]*)>", value)
    good = value == "" or is_mail_address(named[1] if named else value)
    return None if good else "must be a mail address, for example Docket <docket@firm.example>"


def is_mail_address(value: str) -> bool:
    """Whether it is one bare address: a name, one @, a domain, plain characters only."""
    pattern = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
    return len(value) <= 254 and re.fullmatch(pattern, value) is not None and ".." not in value


def database_url(value: str) -> str | None:
    """Accepts the two databases that are supported."""
    if re.match(r"sqlite:///.", value) or re.match(r"postgresql(\+psycopg)?://.", value):
        return None
    return "must begin with sqlite:/// and a file, or with postgresql:// and a server"


def host_name(value: str) -> str | None:
    """Accepts a name or address without spaces."""
    return None if re.fullmatch(r"[A-Za-z0-9.:_-]*", value) else "must be the name or address of a machine"


def hosts(value: str) -> str | None:
    """Accepts names or addresses of machines, each with a port or without, with spaces between them."""
    each = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
    good = all(re.fullmatch(each, word) for word in value.split())
    return None if good else "must name hosts, each with a port or without: chat.firm.example ntfy.firm.example:8443"
