"""What one check of `doctor` says."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from deadlines.errors import DeadlinesError

log = logging.getLogger(__name__)

State = Literal["well", "warning", "ill"]


class Finding(Struct, frozen=True):
    """One check: its name for programs, how it stands, a sentence, and what to do about it."""

    id: str
    state: State
    sentence: str
    hint: str = ""


Check = Callable[[], Finding | Iterable[Finding]]


def guarded(name: str, check: Check) -> Iterator[Finding]:
    """What a check says. One that fails in an unforeseen way is ill under its name, and keeps no other from speaking.

    Raises what the database raises, and every error of the program that has a sentence of its own.
    """
    try:
        said = check()
        yield from (said,) if isinstance(said, Finding) else said
    except (DeadlinesError, SQLAlchemyError):
        raise
    except Exception as fault:
        log.exception("the check %s failed", name)
        hint = "See the check unreadable-rows and the log; docs/operations.md says how to go on."
        yield Finding(name, "ill", f"The check itself fails ({type(fault).__name__}).", hint)
