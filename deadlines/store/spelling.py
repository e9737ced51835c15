"""Text however it is typed: in one Unicode form with single blanks, and found whatever its capitals."""

import unicodedata
from typing import Any

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


def as_kept(text: str) -> str:
    """The text as the docket keeps it: composed (NFC), and with one blank where several stand, none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def holds(column: SQLColumnExpression[Any], word: str) -> ColumnElement[bool]:
    """Whether a column holds the word somewhere, in whatever capitals and Unicode form it is typed."""
    word = unicodedata.normalize("NFC", word)
    found = column.icontains(word, autoescape=True)
    return found if word.isascii() else EachItsOwn(found, _alike(column, f"*{_pattern(word)}*"))


def spelled(column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """Whether a column is this text, in whatever capitals and Unicode form it is typed."""
    text = as_kept(text)
    found = func.lower(column) == text.lower()
    return found if text.isascii() else EachItsOwn(found, _alike(column, _pattern(text)))


class EachItsOwn(GenericFunction[bool]):
    """Of two conditions PostgreSQL asks the first, and SQLite the second.

    SQLite's lower() knows the letters of ASCII only. A function of ours in its place would be called for each row, and
    each call waits while another thread computes: seconds for what SQLite itself matches by a pattern at once.
    """

    type = Boolean()
    inherit_cache = True


@compiles(EachItsOwn)
def _first(element: EachItsOwn, compiler: Any, **options: Any) -> str:
    first, _ = element.clauses
    return f"({compiler.process(first, **options)})"


@compiles(EachItsOwn, "sqlite")
def _second(element: EachItsOwn, compiler: Any, **options: Any) -> str:
    _, second = element.clauses
    return f"({compiler.process(second, **options)})"


def _alike(column: SQLColumnExpression[Any], pattern: str) -> ColumnElement[bool]:
    return column.op("GLOB", is_comparison=True)(literal(pattern))


def _pattern(text: str) -> str:
    """The text for GLOB: each letter as small and as capital, and what has a meaning there as itself."""
    return "".join(_forms(character) for character in text)


def _forms(character: str) -> str:
    forms = {form for form in (character, character.lower(), character.upper()) if len(form) == 1}
    return f"[{''.join(sorted(forms))}]" if len(forms) > 1 or character in "*?[" else character
