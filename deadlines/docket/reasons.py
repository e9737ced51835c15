"""What people give as a reason, as the docket keeps it."""

from deadlines.errors import InputError


def plain_reason(text: str, what: str = "reason", longest: int = 200) -> str:
    """A sentence of a person on one line; raises InputError for none, a long one, or one with odd characters."""
    found = " ".join(text.split())
    if not found or len(found) > longest or not found.isprintable():
        raise InputError(f"Give a {what} of 1 to {longest} plain characters.")
    return found
