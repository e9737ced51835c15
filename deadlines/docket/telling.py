"""Whether people hear of what the program writes to them, in words that are true in this firm."""

from typing import Literal

Leaves = Literal["mail", "folder", "console", "nowhere"]
"""Where letters go: to a mail server; into a folder or to the console, where somebody has to look; or nowhere, and they
wait until a mail server is set up."""
KEPT = {"folder": "only into a folder", "console": "only to the server's console"}


def told(leaves: Leaves, whom: str, verb: str = "are") -> str:
    """That these people are told, or that somebody else has to tell them, as a part of a sentence.

    `verb` goes with them and says when: `are`, `have been`. Where mail leaves it does not say "by mail": beside a blind
    form that could be read as how the notice was served.
    """
    if leaves == "nowhere":
        return f"nobody can be told, because the firm has set up no way to write to people: tell {whom} yourself"
    if leaves == "mail":
        return f"{whom} {verb} written to"
    return f"{whom} {verb} written to, but the program's letters go {KEPT[leaves]}: tell them yourself as well"
