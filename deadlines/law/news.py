"""The news of the law data: what each edition changed, as its NEWS.md tells it."""

import re
from collections.abc import Iterable

from msgspec import Struct


class News(Struct, frozen=True):
    """What one edition changed: its name, the day as its heading gives it, and the Markdown below the heading."""

    edition: str
    issued: str | None
    text: str


def sections(texts: Iterable[str]) -> dict[str, str]:
    """The news of each edition by its name, each from its heading on; where two tell of one, the later text's."""
    found = [section for text in texts for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)]
    return {head[1]: section for section in found if (head := re.match(r"## ([^\s,]+)", section))}


def news_of(edition: str, section: str) -> News:
    """One section for programs."""
    heading, _, text = section.partition("\n")
    issued = re.search(r"\d{4}-\d{2}-\d{2}", heading)
    return News(edition, issued[0] if issued else None, text.strip())
