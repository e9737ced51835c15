"""A person as the commands answer with one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deadlines.store.tables import Person


def as_answer(person: "Person") -> dict[str, object]:
    """What a program is told of a person."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "active": person.active,
        "invitations": person.invitations,
        "agenda": person.agenda,
    }
