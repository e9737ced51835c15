"""The dates of an earlier moment computed anew, by the edition of then, and compared with what was stored."""

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from deadlines.compute.engine import engine_for
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.docket.direction import NAMES, Dates, dates_of
from deadlines.docket.granted import Granted, extended
from deadlines.errors import DeadlinesError
from deadlines.law import Law
from deadlines.store.tables import DeadlineRow

Laws = Callable[[str], Law]
"""An edition of the law by its name; raises InputError and LawDataError."""


class Recomputed(Struct, frozen=True):
    """What the edition of that time gives today: the `same` dates (`why`: with more time that was granted), `other`
    ones (told in `why`), or an answer that `cannot` be had."""

    found: Literal["same", "other", "cannot"]
    why: str = ""
    dates: Dates | None = None


NOT_YET = Recomputed("cannot")


def computed_anew(laws: Laws, row: DeadlineRow, rule: str, facts: Notice, more: Granted | None) -> Recomputed:
    """The dates that the edition of then gives for the notice of then, by the firm's choices of then."""
    try:
        windows = engine_for(laws(row.edition)).compute(facts, row.policy or {}).windows
    except DeadlinesError as fault:
        return Recomputed("cannot", fault.sentence)
    return _with_more(row, next((window for window in windows if window.rule == rule), None), more)


def _with_more(row: DeadlineRow, window: Window | None, more: Granted | None) -> Recomputed:
    """Compared as the law gives it, and where that is another with the time that had been granted: while the later date
    waits for a second person, the law's own holds."""
    plain_law = _compared(row, window)
    longer = extended(window, more) if window is not None else None
    if more is None or longer is window or plain_law.found == "same":
        return plain_law
    found = _compared(row, longer)
    why = f"with the time that was granted until {more.to}"
    return msgspec.structs.replace(found, why=why) if found.found == "same" else found


def _compared(row: DeadlineRow, window: Window | None) -> Recomputed:
    if window is None:
        return Recomputed("other", "that edition, as it is here now, gives no such window for the notice")
    stored, found = dates_of(row), dates_of(window)
    if row.state == window.state and stored == found:
        return Recomputed("same", dates=found)
    pairs = ((NAMES[name], getattr(stored, name), getattr(found, name)) for name in Dates.__struct_fields__)
    why = "; ".join(f"{name} {old or 'none'}, computed {new or 'none'}" for name, old, new in pairs if old != new)
    return Recomputed("other", why or f"state {row.state}, computed {window.state}", found)
