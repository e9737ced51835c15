"""Text that is safe in a calendar: nothing in it can start a line, hide a word or stop an encoder."""

import re
import unicodedata

LINE_BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
DROPPED_CATEGORIES = ("Cc", "Cs")
ELLIPSIS = "…"
PLAIN = re.compile(r"[ -\[\]-~§–—…‘’“”]*")
"""Text of which nothing is dropped, changed or composed: most of what is written."""
PLAIN_LINES = re.compile(r"[\n -\[\]-~§–—…‘’“”]*")


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters: breaks and runs of spaces become one space."""
    return cut(" ".join(_scrub(text, " ").split()), limit)


def clean_lines(text: str, limit: int) -> str:
    """Several lines of at most `limit` characters together; every kind of line break becomes a line feed."""
    lines = (line.rstrip() for line in _scrub(text.replace("\r\n", "\n"), "\n").split("\n"))
    return cut("\n".join(lines).strip("\n"), limit)


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def _scrub(text: str, line_break: str) -> str:
    """Drop controls, lone surrogates, bidi overrides and non-characters; compose (NFC).

    A backslash becomes a slash: it is the escape character of RFC 5545 3.3.11, and programs disagree on
    what an escaped one before an "n" means.
    """
    if (PLAIN_LINES if line_break == "\n" else PLAIN).fullmatch(text):
        return text
    kept = (_kept(c, line_break) for c in text)
    return unicodedata.normalize("NFC", "".join(kept))


def _kept(char: str, line_break: str) -> str:
    if " " <= char <= "~":
        return "/" if char == "\\" else char
    if char in LINE_BREAKS:
        return line_break
    if char == "\t":
        return " "
    if char in BIDI_CONTROLS or char == "\ufeff" or unicodedata.category(char) in DROPPED_CATEGORIES:
        return ""
    return "" if _is_noncharacter(ord(char)) else char


def _is_noncharacter(point: int) -> bool:
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
