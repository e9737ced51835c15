"""What the program says, in words for who does not sit at its command line."""

import re

BETWEEN = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")
"""Where one sentence ends and the next begins."""
COMMAND = re.compile(r"`deadlines\b|\bdeadlines [a-z]+ |(?<!\w)--[a-z]")
"""What is for the command line."""


def sentence(text: str) -> str:
    """What is wrong, as it stands on a page: whole sentences, without advice that is for the command line."""
    found = plain(text)
    return found[:1].upper() + found[1:]


def plain(text: str) -> str:
    """The same for a program, which may look for the name that a sentence begins with."""
    said = [_without_clause(one) for one in BETWEEN.split(text.strip())]
    found = " ".join(one for one in said if not COMMAND.search(one)) or text.strip()
    return found + ("" if found.endswith((".", "!", "?")) else ".")


def _without_clause(text: str) -> str:
    """A sentence without the clause at its end that names a command."""
    before, mark, after = text.partition("; ")
    return f"{before}." if mark and COMMAND.search(after) and not COMMAND.search(before) else text
