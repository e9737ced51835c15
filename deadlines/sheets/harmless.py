"""Text in cells that a spreadsheet shows and never computes (CSV injection, CWE-1236)."""

import re

STARTERS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212"
"""What a cell may begin with and be computed: the signs of formulas, also in full width, and what hides them."""
_AFTER_SEPARATOR = re.compile(rf"([;,\t])([\s\"']*)(?=[{re.escape(STARTERS)}])")
_BLANK = "\ufeff\u200b\u00a0"


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet might compute the cell: by its first character."""
    return text != "" and text[0] in STARTERS


def for_csv(text: str) -> str:
    """The text for a cell of a CSV file.

    CSV has no types: an apostrophe before the text is the one sign that Excel, LibreOffice and Google all take for
    text (OWASP, CSV injection). The line breaks become blanks, and what stands after a separator gets its apostrophe
    too, because the program may split the line at another separator than ours.
    """
    plain = "".join(" " if c in "\r\n\t\v\f\x85\u2028\u2029" else c for c in text.replace("\r\n", " ") if c != "\0")
    guarded = _AFTER_SEPARATOR.sub(r"\1\2'", plain)
    hidden = plain.lstrip(f" \"'{_BLANK}")
    return f"'{guarded}" if starts_formula(text) or starts_formula(hidden) else guarded
