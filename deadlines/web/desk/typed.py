"""What somebody typed into a form, read field by field; what is wrong with a field is said beside it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from deadlines.compute.dates import parse_day
from deadlines.docket.reasons import plain_reason
from deadlines.errors import DeadlinesError, InputError
from deadlines.web.forms import TooLong
from deadlines.web.plain import NO_WAYS, sentence

Read = TypeVar("Read")
NOWHERE = ""
"""The field of a fault that belongs to the whole form."""


class Faulty(InputError):
    """Fields that cannot be used as they stand: a sentence for each, by its name."""

    def __init__(self, sentence: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.faults = dict(faults or {})


class Typed:
    """One form. Each reader answers something even for a faulty field: `check` must follow before it is used."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.faults: dict[str, str] = {}

    def text(self, name: str) -> str:
        """What stands in a field, without the spaces around it; empty where the form has no such field."""
        return self._form.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self._form.get(name))

    def fault(self, name: str, sentence: str) -> None:
        """Something is wrong with a field; the first thing that is stays."""
        self.faults.setdefault(name, sentence)

    def take(self, name: str, read: Callable[[str], Read], otherwise: Read) -> Read:
        """What a reader makes of a field; `otherwise` where it raises InputError."""
        try:
            return read(self.text(name))
        except InputError as wrong:
            self.fault(name, sentence(wrong))
            return otherwise

    def day(self, name: str, missing: str) -> date:
        """A day; `missing` is said where there is none."""
        return self.day_or_none(name) or self._missing(name, missing, date.min)

    def day_or_none(self, name: str) -> date | None:
        """A day, or none where the field is empty."""
        return self.take(name, parse_day, date.min) if self.text(name) else None

    def words(self, name: str, missing: str, what: str = "reason", longest: int = 200) -> str:
        """A sentence on one line; `missing` is said where there is none."""
        if not self.text(name):
            return self._missing(name, missing, "")
        return self.take(name, lambda text: plain_reason(text, what, longest), "")

    def one_of(self, name: str, known: Iterable[str], missing: str) -> str:
        """One of the known words."""
        found = self.text(name)
        return found if found in known else self._missing(name, missing, "")

    def check(self) -> None:
        """Raises Faulty where anything is wrong."""
        if self.faults:
            raise Faulty(" ".join(self.faults.values()), self.faults)

    def _missing(self, name: str, sentence: str, otherwise: Read) -> Read:
        self.fault(name, sentence)
        return otherwise


def reason_of(form: Mapping[str, str]) -> str:
    """Why, as the form says it; raises Faulty where it does not."""
    typed = Typed(form)
    reason = typed.words("reason", "Say why in a few words: it is kept for ever.")
    typed.check()
    return reason


def faults_of(
    refusal: DeadlinesError | None, fields: Mapping[str, str] | None = None, ways: Mapping[str, str] = NO_WAYS
) -> dict[str, str]:
    """What was wrong, by field. `fields` names the field for a refusal's code; any other belongs to the whole form.
    `ways` says by the code what to do about it on the page."""
    if refusal is None:
        return {}
    if isinstance(refusal, Faulty | TooLong):
        return refusal.faults
    return {(fields or {}).get(refusal.code, NOWHERE): sentence(refusal, ways)}
