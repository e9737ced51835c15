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


class Copy(Struct, frozen=True):
    """A file-stamped copy as it was shown to the program: its name, its size in bytes, its SHA-256. The file itself
    stays where the firm keeps it; the hash says later whether it is the same."""

    name: str
    size: int
    sha256: str


class Proof(Struct, frozen=True, kw_only=True):
    """What shows that something was filed; at least one of the four, made by `proof.proof_of`."""

    receipt: str | None = None
    tracking: str | None = None
    copy: Copy | None = None
    text: str | None = None

    @property
    def words(self) -> str:
        """The proof in one line."""
        parts = (
            self.text,
            f"receipt {self.receipt}" if self.receipt else None,
            f"tracking number {self.tracking}" if self.tracking else None,
            f"copy {self.copy.name} ({self.copy.size} bytes, SHA-256 {self.copy.sha256[:16]}…)" if self.copy else None,
        )
        return ", ".join(part for part in parts if part)


class Dispatched(Struct, frozen=True, kw_only=True):
    """That an entry's filing left the house: the day, its tracking number, by whom (a person's id) and when recorded.

    Receipt is still to be proved; the entry stays open and its reminders go on.
    """

    on: date
    tracking: str
    by: str
    at: datetime


class Closing(Struct, frozen=True, kw_only=True):
    """How an entry was closed. `was` is its status before; the dates are those of version `version`.

    `past_printed`: the last day that is in time by the law and by the printed deadline, where the filing is contested
    because it came after that. `early`: filed before the window opened, knowingly. `beside`: a sentence for each
    alternative that had been filed already, knowingly. `proof` is the proof in one line, `evidence` its parts; entries
    that were closed before parts were kept have none.
    """

    event: Literal["filed", "waived", "struck", "missed"]
    was: str
    version: int
    reason: str | None = None
    on: date | None = None
    proof: str | None = None
    evidence: Proof | None = None
    timeliness: Timeliness | None = None
    safe_by: date | None = None
    last_day: date | None = None
    latest: date | None = None
    past_printed: date | None = None
    early: bool = False
    beside: list[str] = []


class Resolution(Struct, frozen=True):
    """Which date a person decided for, why, and about which dispute. `printed`: the day that the notice prints; not
    kept of what was decided before it was."""

    use: Use
    reason: str
    dispute: str
    printed: date | None = None

    def comes_before(self, last_day: date | None, safe_by: date | None) -> bool:
        """Whether the printed day is known and ends the time before the last day does. Not so where the day to file by
        is later, as after more time was granted."""
        if self.printed is None or last_day is None:
            return False
        return self.printed < last_day and (safe_by is None or safe_by <= self.printed)


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


def is_held_to_print(entry: Entry, dispute: str | None) -> bool:
    """Whether a person decided of this dispute that the printed deadline holds."""
    made = entry.resolution or {}
    return dispute is not None and made.get("dispute") == dispute and made.get("use") == "printed"


def is_to_be_left_aside(entry: Entry, dispute: str | None) -> bool:
    """Whether a person decided to leave the printed deadline of this dispute aside, and the dates in force still name
    it: later ones wait for a second person."""
    made = entry.resolution or {}
    return dispute is not None and made.get("dispute") == dispute and made.get("use") == "computed"


def is_disputed(entry: Entry, dispute: str | None) -> bool:
    """Whether a dispute still waits to be decided; another one than was decided does."""
    return dispute is not None and (entry.resolution or {}).get("dispute") != dispute
