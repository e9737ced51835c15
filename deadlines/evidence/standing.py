"""What the firm has laid down, as it is on the day on which the evidence is made: people, ladders, settings."""

from sqlalchemy import func, select

from deadlines.docket.absences import coming
from deadlines.docket.contacts import unproved
from deadlines.docket.factors import lacking
from deadlines.docket.roles import ATTORNEYS
from deadlines.evidence.model import Asked, Cell, Part
from deadlines.practice.words import ladder_words, reach_words
from deadlines.store.tables import Person


def people(asked: Asked) -> Part:
    """Who is there, in which role, and who stands in for whom."""
    rows = asked.session.scalars(select(Person).order_by(func.lower(Person.name), Person.email)).all()
    here = [person for person in rows if person.active]
    bare = [person for person in here if person.role in ATTORNEYS and person.deputy_id is None]
    away = {row.person_id: row.until_on for row in coming(asked.session, asked.today) if row.from_on <= asked.today}
    alone = lacking(asked.session)
    cells: list[list[Cell]] = [
        [
            person.name,
            person.email,
            person.role,
            "left" if not person.active else f"away until {away[person.id]}" if person.id in away else "here",
            asked.who(person.deputy_id),
            asked.who(person.supervisor_id),
        ]
        for person in rows
    ]
    return Part(
        name="people",
        title="People, roles and deputies",
        about="As of the day on which this was made.",
        figures=[
            ("People", len(here)),
            ("Attorneys without a deputy", len(bare)),
            ("Who sign in with a password alone, without a second factor", len(alone)),
            ("Ways to people that no test message ever proved, or none in 180 days", _unproved(asked)),
        ],
        columns=["name", "mail", "role", "state", "deputy", "supervisor"],
        rows=cells,
    )


def _unproved(asked: Asked) -> int:
    return len(unproved(asked.session, now=asked.now))


def ladders(asked: Asked) -> Part:
    """When people are reminded, by class of window."""
    practice, file = asked.house.practice, asked.house.practice_file
    rows: list[list[Cell]] = [
        [reach_words(ladder.reach), ladder.at_least, ", ".join(map(str, ladder.days)), *ladder_words(ladder)]
        for ladder in practice.ladders
    ]
    return Part(
        name="ladders",
        title="Ladders in force",
        about="Days before the safe date on which people are reminded, by the length of the window. Of each fatal date "
        "the attorney, the deputy and the people of the docket are told. "
        + ("From the firm's practice file." if file else "The program's own ladders."),
        columns=["windows", "from_days", "days_before", "counted_in", "at"],
        rows=rows,
    )


def settings(asked: Asked) -> Part:
    """The firm's policy in words."""
    return Part(
        name="settings",
        title="Policy",
        about="What the firm has set, as of the day on which this was made.",
        columns=["what", "how"],
        rows=[[what, how] for what, how in asked.house.settings],
    )
