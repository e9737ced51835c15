"""The ladders a firm works by: for each class of window and length, on which days before its date people are told."""

from collections.abc import Sequence
from datetime import time
from typing import Literal

from msgspec import Struct

Count = Literal["calendar", "business"]
WIDEST, FORUM, REMEDY, RULE = 0, 1, 2, 3
"""How narrowly a ladder says which windows it is for."""


FILED = ("received", "sent")
"""How the words begin that say when a filing counts. Else nothing is filed: somebody leaves, decides, or a bar ends."""


def is_filed(filed_when: str) -> bool:
    """Whether something is filed, by the words that say when it counts."""
    return filed_when.startswith(FILED)


class WindowClass(Struct, frozen=True):
    """What of a window decides how it is worked: its rule, its kind of remedy, its forum, whether its last day
    is fatal, which it is unless the firm says otherwise, and whether something is filed."""

    rule: str
    remedy: str
    forum: str
    fatal: bool = True
    filed: bool = True


class Reach(Struct, frozen=True, kw_only=True):
    """Which windows something is for: those of any of these rules, remedies or forums; all where none is named.

    `remedies`: by their first words, so that `motion` is every motion. `fatal`: only windows whose last day is
    fatal, or only those whose last day is not. `filed`: only those in which something is filed, or only the others.
    """

    rules: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    forums: tuple[str, ...] = ()
    fatal: bool | None = None
    filed: bool | None = None

    def fits(self, of: WindowClass) -> bool:
        """Whether a window of that class is meant."""
        if self.fatal not in (None, of.fatal) or self.filed not in (None, of.filed):
            return False
        named = self.rules or self.remedies or self.forums
        return not named or (
            of.rule in self.rules
            or of.forum in self.forums
            or any(is_remedy(of.remedy, word) for word in self.remedies)
        )

    def narrowness(self, of: WindowClass) -> tuple[int, int, int]:
        """Of two that fit a window, the narrower one holds: rule, then remedy, then forum, then fatal or not, filed or
        not. Of two remedies the longer words: `motion to reopen` is narrower than `motion`."""
        named = RULE if self.rules else REMEDY if self.remedies else FORUM if self.forums else WIDEST
        words = max((len(word) for word in self.remedies if is_remedy(of.remedy, word)), default=0)
        return named, words, (self.fatal is not None) + (self.filed is not None)


class Ladder(Struct, frozen=True):
    """The stages of one class of window: days before `safe_by`, for windows of at least so many days.

    `count`: calendar days or business days. `at` and `zone`: another time of day and time zone than the firm's.
    """

    at_least: int
    days: tuple[int, ...]
    reach: Reach = Reach()
    count: Count = "calendar"
    at: time | None = None
    zone: str | None = None


LADDERS = (
    Ladder(240, (180, 90, 60, 30, 14, 7, 3, 1, 0)),
    Ladder(120, (90, 60, 30, 14, 7, 3, 1, 0)),
    Ladder(45, (30, 14, 7, 3, 1, 0)),
    Ladder(20, (14, 7, 3, 1, 0)),
    Ladder(8, (7, 3, 1, 0)),
    Ladder(0, (3, 1, 0)),
)
"""What holds where a firm sets nothing."""
SHORTEST = LADDERS[-1]


def ladder_of(length: int, ladders: Sequence[Ladder] = LADDERS, of: WindowClass | None = None) -> Ladder:
    """The ladder for a window of `length` days: of those that fit, the narrowest, then the one for the longest.

    Without a class, those for every window alone count.
    """
    fitting = [
        ladder
        for ladder in ladders
        if length >= ladder.at_least and (ladder.reach == Reach() if of is None else ladder.reach.fits(of))
    ]
    if of is None:
        return max(fitting, key=lambda ladder: ladder.at_least, default=SHORTEST)
    return max(fitting, key=lambda ladder: (ladder.reach.narrowness(of), ladder.at_least), default=SHORTEST)


def is_remedy(remedy: str, word: str) -> bool:
    """Whether a kind of remedy begins with these words: `motion to reopen` is a `motion`."""
    return remedy == word or remedy.startswith(f"{word} ")
