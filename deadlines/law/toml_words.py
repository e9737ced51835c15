"""What keeps a law file from being read at all, in words for somebody who never heard of the parser."""

import re

POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.S)
LONGEST_LINE = 60
TWICE = "the key or the table stands twice, or once as one value and once as a table"
MARK = "the quotation mark that closes a text is missing"
MEANINGS = (
    ("Invalid statement", "a line begins with a key, with the [[name]] of a table, or with # for a remark"),
    ("Expected newline", "something follows after the value; every key has a line of its own"),
    ("Expected '=' after", "a key is followed by ="),
    ("Expected ']", "the name of a table is closed as it was opened, as in [name] or [[name]]"),
    ("Invalid value", "no value is written so: text stands in quotation marks, a date as 2026-03-09, a list in [ ]"),
    ("Invalid date", "there is no such day or time"),
    ("Invalid initial character", "a key is missing, or begins with a character that no key may have"),
    ("Cannot overwrite", TWICE),
    ("Duplicate inline", TWICE),
    ("Cannot declare", TWICE),
    ("Cannot redefine", TWICE),
    ("Cannot mutate", TWICE),
    ("Unclosed array", "a list is not closed with ], or a comma is missing in it"),
    ("Unclosed inline", "a table in braces is not closed with } in its line, or a comma is missing in it"),
    ("Unterminated string", MARK),
    ("Illegal character '\\n'", MARK),
    ("Found invalid character '\\n'", MARK),
    ("Expected \"'", MARK),
    ("Illegal character", "a character that cannot be seen stands there"),
    ("Found invalid character", "a character that cannot be seen stands there"),
    ("Unescaped", "a backslash inside quotation marks is written twice"),
)
"""How the parser begins its complaint, and what is to be understood by it."""


def unreadable(wrong: OSError | UnicodeDecodeError) -> str:
    """Why the text of a file cannot be had, as the rest of a sentence with what to do."""
    if isinstance(wrong, UnicodeDecodeError):
        line = wrong.object[: wrong.start].count(b"\n") + 1
        return f"line {line} holds a character that is not UTF-8. Save the file as UTF-8."
    if isinstance(wrong, FileNotFoundError):
        return "it is not there. Put it back, or correct the name of the folder."
    return f"the system refuses it ({wrong.strerror}). Correct who may read it."


def misread(text: str, wrong: Exception) -> str:
    """What the parser met in a text and where, as the rest of a sentence with what to do."""
    if text.startswith("\ufeff"):
        return "line 1 begins with an invisible byte order mark. Save the file as UTF-8 without it."
    if isinstance(wrong, RecursionError):
        return "its lists or tables lie too deep in one another. Correct the file."
    found = POSITION.fullmatch(str(wrong))
    if found is None:
        return "a number in it has too many digits. Correct the file."
    if found[2] is None:
        last = len(text.rstrip().splitlines())
        return f"line {last}, at the end of the file: {_meaning(found[1])}. Correct the file."
    return f"{_place(text, int(found[2]), int(found[3]))}: {_meaning(found[1])}. Correct the line."


def _meaning(complaint: str) -> str:
    return next((words for begins, words in MEANINGS if complaint.startswith(begins)), complaint)


def _place(text: str, line: int, column: int) -> str:
    """Line, column, what stands there, and the line itself."""
    lines = text.replace("\r\n", "\n").split("\n")
    whole = lines[line - 1] if line <= len(lines) else ""
    met = _short(whole[column - 1 :].strip())
    at = f"at {met!r}" if met else "at the end of the line"
    return f"line {line}, column {column}, {at} in {_short(whole.strip())!r}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."
