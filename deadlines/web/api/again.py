"""Whether an answer that was kept may be given again: what it tells, who asks must be allowed to see now as well."""

from collections.abc import Iterator

from deadlines.errors import NotFound
from deadlines.store.tables import KeptAnswer
from deadlines.web.api.asked import Asked
from deadlines.web.api.operations import find_route
from deadlines.web.api.reading import seen_entry, seen_matter, seen_notice, seen_paper

CREATED = 201
SEEN = {"matter": seen_matter, "notice": seen_notice, "entry": seen_entry, "paper": seen_paper}
"""How each is looked for, by its name in a path or a body."""


def require_seen(asked: Asked, location: str | None) -> None:
    """Raises NotFound, in the words for what does not exist, where the person of the token may no longer see what a
    change was about, such as after a restricted matter went to somebody else. `location`: the address of what it made.
    """
    for name, identifier in _named(asked, location):
        SEEN[name](asked.session, asked.by, identifier)


def seen_at(asked: Asked, location: str | None) -> str | None:
    """The address to keep beside an answer: none where the change itself hid what it made from who asked for it, as a
    notice of a protected case that restricts its matter."""
    asked.session.flush()
    try:
        require_seen(asked, location)
    except NotFound:
        return None
    return location


def was_unseen(kept: KeptAnswer) -> bool:
    """Whether what was made was hidden from its maker from the first: no sight of it was lost since, and a program that
    lost the answer asks for it again."""
    return kept.status == CREATED and kept.location is None


def _named(asked: Asked, location: str | None) -> Iterator[tuple[str, str]]:
    """Everything that the change names by its id."""
    yield from asked.ids.items()
    for name in SEEN:
        identifier = getattr(asked.body, name, None)
        if isinstance(identifier, str):
            yield name, identifier
    made = find_route(location) if location is not None else None
    if made is not None:
        yield from made.ids.items()
