"""A matter whose attorney has left: no date comes up that would be nobody's, and nothing that comes in is lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.finishing import reopen_matter
from deadlines.docket.handing import hand_over
from deadlines.docket.incoming import docketed
from deadlines.docket.intake import record_notice
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, Incoming, Letter, Matter, Person
from tests.docket.desks import DENIAL, LATER, MAILED, desk, entered_by, recorded, reminders
from tests.docket.samples import person
from tests.docket.test_incoming import came


@pytest.fixture
def cara(session: Session) -> Person:
    """Who has left, and is still the attorney of one matter, of which every date was waived."""
    gone = person(session, "Cara")
    person(session, "Dora", "docket")
    for entry in recorded(session).values():
        if entry.status == "open":
            waive_entry(session, desk(), entry, reason="client leaves", by=gone, now=LATER)
    gone.active = False
    session.flush()
    return gone


def act(session: Session, name: str) -> Callable[[], object]:
    ben = person(session, "Ben", "paralegal")
    matter = session.scalars(select(Matter)).one()
    entry = next(one for one in matter_entries(matter, session) if one.status == "waived")
    paper = came(session, ben, matter=matter)
    if name == "reopen-matter":
        matter.closed_at = LATER
        session.flush()
    acts: dict[str, Callable[[], object]] = {
        "record": lambda: record_notice(session, desk(), matter, DENIAL, now=LATER, again=True),
        "reopen": lambda: reopen_entry(session, desk(), entry, reason="wrong one", by=ben, now=LATER),
        "docket": lambda: docketed(session, paper, entry.notice, who=ben.id, now=LATER, actor="t"),
        "reopen-matter": lambda: reopen_matter(session, matter, reason="goes on", by=ben, now=LATER, actor="t"),
    }
    return acts[name]


def matter_entries(matter: Matter, session: Session) -> list[Entry]:
    return list(session.scalars(select(Entry).where(Entry.matter_id == matter.id).order_by(Entry.id)))


@pytest.mark.parametrize("name", ["record", "reopen", "docket", "reopen-matter"])
def test_a_person_is_told_who_left_and_can_go_on_after_a_hand_over(session: Session, cara: Person, name: str) -> None:
    doing = act(session, name)
    with session.begin_nested() as attempt:
        with pytest.raises(Conflict, match=r"cara@firm\.test has left the firm and is still the attorney") as refused:
            doing()
        attempt.rollback()
    assert (refused.value.code, "hand-over 2026-0143" in refused.value.advice) == ("attorney-left", True)
    hand_over(session, session.scalars(select(Matter)).one(), person(session, "Ana"), actor="t", now=LATER)
    doing()


def test_a_paper_is_taken_in_any_case_and_who_keeps_the_docket_is_told(session: Session, cara: Person) -> None:
    matter = session.scalars(select(Matter)).one()
    matter.closed_at = LATER
    session.flush()
    paper = came(session, person(session, "Ben", "paralegal"), matter=matter)
    assert session.scalars(select(Incoming.state).where(Incoming.id == paper.id)).one() == "waiting"
    assert matter.closed_at is None
    letter = session.scalars(select(Letter).where(Letter.key.like("reopened/%"))).one()
    dora = session.scalars(select(Person).where(Person.name == "Dora")).one()
    assert (letter.person_id, "Its attorney has left the firm" in letter.text) == (dora.id, True)


def test_a_correction_waits_for_nobody(session: Session) -> None:
    """An earlier date must hold at once, whoever is the attorney."""
    gone = person(session, "Cara")
    dora = person(session, "Dora", "docket")
    entry = next(one for one in recorded(session).values() if one.status == "open")
    gone.active = False
    session.flush()
    notice = entered_by(entry, dora)
    amend_notice(
        session, desk(), notice, Amendment(printed_deadline=MAILED.replace(day=30)), reason="x", by=dora, now=LATER
    )
    assert entry.version == 2
    assert {row.person_id for row in reminders(session, entry)} == {dora.id}
