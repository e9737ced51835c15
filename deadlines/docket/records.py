"""What is kept and shown of closings, disputes and follow-ons: plain records, without what makes them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from deadlines.compute.result import Timeliness, Window
from deadlines.store.tables import Entry

WAITING = ("pending", "agreed")
"""The states of a proposal that nobody has decided yet."""
Use = Literal["printed", "computed"]


class Closing(Struct, frozen=True, kw_only=True):
    """How an entry was closed. `was` is its status before; the dates are those of version `version`.

    `early`: filed before the window opened, knowingly. `beside`: a sentence for each alternative that had been
    filed already, knowingly.
    """

    event: Literal["filed", "waived", "struck"]
    was: str
    version: int
    reason: str | None = None
    on: date | None = None
    proof: str | None = None
    timeliness: Timeliness | None = None
    safe_by: date | None = None
    last_day: date | None = None
    latest: date | None = None
    early: bool = False
    beside: list[str] = []


class Resolution(Struct, frozen=True):
    """Which date a person decided for, why, and about which dispute."""

    use: Use
    reason: str
    dispute: str


class Look(Struct, frozen=True, kw_only=True):
    """A second look at a notice that differs from what was entered: whose (a person's id), the names of the fields
    that differ, and everything that was read."""

    by: str
    at: datetime
    differs: list[str]
    seen: dict[str, str | None]


class Discrepancy(Struct, frozen=True):
    """The second looks that differ from an entry, the first one first."""

    looks: list[Look]


class Differing(Struct, frozen=True, kw_only=True):
    """A second look that differs, as it is shown: whose (a mail address), when, in which fields; never the values."""

    by: str
    at: datetime
    fields: list[str]


class Ahead(Struct, frozen=True, kw_only=True):
    """A window that would open; proposed, not on the docket."""

    rule: str
    title: str
    state: str
    opens_on: date | None
    safe_by: date | None
    last_day: date | None


class Ended(Struct, frozen=True, kw_only=True):
    """An entry of the matter whose clock a filing has ended; `command` closes it, None where it is closed."""

    entry: str
    title: str
    status: str
    command: str | None


class FollowOn(Struct, frozen=True, kw_only=True):
    """One thing that comes next. `on` is the event that brings it, `notice` the kind of notice to record then.

    `proposed` are the windows that the same notice opens with `facts` added, `no_longer` the titles of those that it
    closes; `command` enters them. `fault` says why they cannot be computed. `ended` are the entries whose clocks the
    filing has ended; `on` is `ended` where that happened to the entry itself.
    """

    on: str
    kind: str
    text: str
    cite: list[str]
    rule: str | None
    notice: str | None
    facts: dict[str, str]
    proposed: list[Ahead] = []
    command: str | None = None
    fault: str | None = None
    ended: list[Ended] = []
    no_longer: list[str] = []


Nexts = Callable[[Entry, Window], list[FollowOn]]
"""What comes next for an entry with its window."""


def is_disputed(entry: Entry, dispute: str | None) -> bool:
    """Whether a dispute still waits to be decided; another one than was decided does."""
    return dispute is not None and (entry.resolution or {}).get("dispute") != dispute
