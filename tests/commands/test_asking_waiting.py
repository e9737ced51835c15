"""On a terminal `add` asks whether the notice is one of the papers of its matter that wait."""

from datetime import date
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from deadlines.commands.asking_waiting import ask_which
from deadlines.docket.incoming import register
from deadlines.docket.restricting import restrict_matter
from deadlines.store.database import Database
from deadlines.store.tables import Person
from tests.docket import samples
from tests.docket.desks import LATER
from tests.web.office import ROOM


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


class Reads:
    """As much of the program as the question needs."""

    def __init__(self, database: Database) -> None:
        self.reading = database.read


def papers(session: Session, *, restricted: bool = False) -> tuple[list[str], Person]:
    ana, ben = samples.person(session, "Ana"), samples.person(session, "Ben", "paralegal")
    matter = samples.matter(session, ana, "A-1")
    waiting = [
        register(session, ROOM, title, matter=matter, received_on=on, at="mail", by=ana, now=LATER, actor="t").id
        for title, on in (("a denial", date(2026, 10, 27)), ("a request", date(2026, 10, 28)))
    ]
    if restricted:
        restrict_matter(session, matter, actor="t", now=LATER)
    return waiting, ben


def asked(database: Database, by: Person | None, *answers: str, **given: str) -> tuple[str | None, str]:
    """The paper that is chosen, and what was shown."""
    found: dict[str, Any] = {}

    @click.command()
    def command() -> None:
        found.update(ask_which(Reads(database), {"matter": "A-1", "incoming": None, **given}, by))  # type: ignore[arg-type]

    done = CliRunner().invoke(command, input="".join(f"{answer}\n" for answer in answers))
    assert done.exit_code == 0, done.output
    return found["incoming"], done.output


def test_it_is_one_of_them_or_none(database: Database) -> None:
    with database.write() as session:
        (denial, request), ben = papers(session)
    chosen, said = asked(database, ben, "2")
    assert chosen == request
    assert "1  a denial, which came in on Tue 27 Oct 2026" in said
    assert asked(database, ben, "0", "3", "one", "1")[0] == denial
    assert asked(database, ben, "")[0] is None
    assert asked(database, ben, incoming=denial) == (denial, ""), "nothing is asked where it was said"
    assert asked(database, ben, matter="N-9") == (None, "")


def test_who_does_not_see_the_matter_is_asked_about_none(database: Database) -> None:
    with database.write() as session:
        _, ben = papers(session, restricted=True)
    assert asked(database, ben) == (None, "")
    assert asked(database, None) == (None, "")
