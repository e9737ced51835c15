"""What each edition of the law data changed, as its NEWS.md tells it: Markdown, sorted by who is affected."""

import re
from collections.abc import Sequence
from importlib.resources import files

from msgspec import Struct

from deadlines.law.editions import Known


class News(Struct, frozen=True):
    """The news of one edition: the day as its heading gives it, and the Markdown below the heading."""

    edition: str
    issued: str | None
    text: str


def news_texts(known: Sequence[Known]) -> list[str]:
    """The program's own news, after those that installed editions bring along."""
    found = [one.folder / "NEWS.md" for one in known if one.place == "installed"]
    found = [file for file in found if file.is_file()]
    return [file.read_text(encoding="utf-8") for file in (*found, files("deadlines.law") / "NEWS.md")]


def news_sections(texts: Sequence[str]) -> dict[str, str]:
    """The news of each edition by its name, each from its heading on; where two tell of one, the program's own."""
    sections = [section for text in texts for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)]
    return {found[1]: section for section in sections if (found := re.match(r"## ([^\s,]+)", section))}


def news_of(edition: str, section: str) -> News:
    """One section, in its parts."""
    heading, _, text = section.partition("\n")
    issued = re.search(r"\d{4}-\d{2}-\d{2}", heading)
    return News(edition, issued[0] if issued else None, text.strip())
