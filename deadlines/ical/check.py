"""Reads calendar bytes back, without the library that wrote them, and refuses what must not leave.

The checks are `if … raise`, so that they also hold under `python -O`, where the library's own are gone.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from deadlines.errors import CalendarError

LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545 3.1)."""
_HEAD = re.compile(r"[A-Z-]+(?:;VALUE=(?:DATE|DURATION))?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_ESCAPED = re.compile(r"\\(.)")


def content_lines(body: bytes, whole: Collection[str] = ()) -> list[tuple[str, str]]:
    """The unfolded lines as (name with parameters, value); raises CalendarError for anything out of form.

    A line that is, quotation marks aside, one of `whole` is given as (line, ""): for lines with other parameters,
    of which none needs the marks.
    """
    if not body.endswith(b"\r\n"):
        raise CalendarError("A calendar entry does not end with a line end; it is not published.")
    unfolded = _unfolded(body.split(b"\r\n")[:-1])
    bare = (line.replace('"', "") for line in unfolded)
    return [(told, "") if told in whole else _content_line(line) for line, told in zip(unfolded, bare, strict=True)]


def _unfolded(lines: Iterable[bytes]) -> list[str]:
    found: list[str] = []
    for raw in lines:
        if len(raw) > LONGEST_LINE:
            raise CalendarError(f"A calendar line is longer than {LONGEST_LINE} octets; it is not published.")
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            raise CalendarError("A calendar line splits a character; it is not published.") from None
        if line.startswith(" ") and found:
            found[-1] += line[1:]
        else:
            found.append(line)
    return found


def _content_line(line: str) -> tuple[str, str]:
    head, colon, value = line.partition(":")
    if not colon or not _HEAD.fullmatch(head) or _CONTROL.search(value):
        raise CalendarError("A calendar line is not of the form NAME:value; it is not published.")
    return head, value


def require_heads(lines: Iterable[tuple[str, str]], expected: Iterable[str]) -> None:
    """Exactly these names with parameters, each as often as given; raises CalendarError."""
    found, wanted = Counter(head for head, _ in lines), Counter(expected)
    if found != wanted:
        wrong = ", ".join(sorted((found - wanted) + (wanted - found)))
        raise CalendarError(f"A calendar entry has other properties than intended ({wrong}); it is not published.")


def require_text(lines: Iterable[tuple[str, str]], name: str, text: str) -> None:
    """Every line of that name says this text, escapes undone; raises CalendarError."""
    for head, value in lines:
        if head == name and plain(value) != text:
            raise CalendarError(f"{name} of a calendar entry reads back as another text; it is not published.")


def plain(value: str) -> str:
    """A TEXT value with its escapes undone (RFC 5545 3.3.11), from left to right."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
