"""Who may see what: the one policy behind every page, count and search."""

from sqlalchemy import ColumnElement, or_, true

from deadlines.docket.roles import DOCKET_ROLE
from deadlines.docket.scopes import works_on
from deadlines.store.tables import Matter, Person


def visible(person: Person) -> ColumnElement[bool]:
    """Whether somebody may see a matter: every one but the restricted (8 USC 1367), and of those what they work on."""
    return or_(Matter.restricted.is_(False), works_on(person.id))


def counted(person: Person) -> ColumnElement[bool]:
    """Whether a matter's dates stand on somebody's docket at all: who keeps the whole docket also has the dates of
    restricted matters, without a word of the case."""
    return true() if person.role == DOCKET_ROLE else visible(person)


def may_change(person: Person) -> bool:
    """Whether somebody's role works on the docket: everybody's but the administrator's, who keeps the program."""
    return person.role != "administrator"
