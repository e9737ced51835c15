"""What the program says, in words for who does not sit at its command line: advice for that stays there."""

from collections.abc import Mapping
from types import MappingProxyType

from deadlines.errors import DeadlinesError

NO_WAYS: Mapping[str, str] = MappingProxyType({})


def sentence(error: DeadlinesError, ways: Mapping[str, str] = NO_WAYS) -> str:
    """What is wrong, as it stands on a page; `ways` says by its code what to do about it on that page."""
    return " ".join(part for part in (begun(error.fact), ways.get(error.code, "")) if part)


def begun(text: str) -> str:
    """Words as a sentence of their own. A mail address keeps its spelling, wherever it stands."""
    first = text.partition(" ")[0]
    return ended(text if "@" in first else text[:1].upper() + text[1:])


def ended(text: str) -> str:
    """Words as whole sentences, with the first letter as it is: a program may look for the name that stands there."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
