"""Who somebody is, as people read it: by name, with the mail address only where two have the same name."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from deadlines.store.tables import Person

PROGRAMS = {"daemon": "the program", "auditor": "the auditor"}
"""How people read who acted where it was no person."""
ACCOUNT = "cli:"
"""Begins the name of an account of this machine."""


class Names:
    """The names of everybody, asked for once."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Person.id, Person.name, Person.email)).all()
        shown = named((row.name, row.email) for row in rows)
        self._by_mail = dict(zip((row.email for row in rows), shown, strict=True))
        self._by_id = {row.id: self._by_mail[row.email] for row in rows}

    def person(self, who: object) -> str | None:
        """The name of a person by id or mail address; None for whoever is none."""
        return self._by_id.get(str(who)) or self._by_mail.get(str(who))

    def of(self, who: object) -> str:
        """The same; a program, or an account of this machine, by what it is called, and nothing for nobody."""
        name = "" if who is None else str(who)
        return self.person(name) or PROGRAMS.get(name) or _account(name)


def shown_name() -> ColumnElement[str]:
    """The same for each person of a query."""
    each = aliased(Person)
    twice = select(each.name).group_by(each.name).having(func.count() > 1)  # found once, not for each row
    return case((Person.name.in_(twice), Person.name + " (" + Person.email + ")"), else_=Person.name)


def named(people: Iterable[tuple[str, str]]) -> list[str]:
    """For each name and mail address what is shown: the name, with the address where another has the same."""
    found = list(people)
    often = Counter(name for name, _ in found)
    return [name if often[name] == 1 else f"{name} ({email})" for name, email in found]


def _account(name: str) -> str:
    return f"{name.removeprefix(ACCOUNT)} on the command line" if name.startswith(ACCOUNT) else name
