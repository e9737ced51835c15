"""Of a former attorney with another place on the matter the auditor judges what the outbox goes on sending, and of one
without any nothing; on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from deadlines.docket.auditor import audit_entries
from deadlines.docket.handing import hand_over
from deadlines.docket.judging import Statement
from deadlines.docket.outbox import revive
from deadlines.store.tables import Absence, Milestone, Person, Reminder
from tests.docket import samples
from tests.docket.samples import ENTERED

LAID = Statement(samples.ZONE, samples.NINE, "smtp", lambda day: day.weekday() < 5)
LATER = ENTERED + timedelta(hours=3)
PLACES = ["deputy", "supervisor", "partner", "administrator", "docket", "cover", "owner", "asked"]
NO_PLACES = ["partner beside a deputy", "administrator beside a partner", "covered before", "none"]


@pytest.mark.parametrize(("place", "told"), [*((one, True) for one in PLACES), *((one, False) for one in NO_PLACES)])
def test_what_was_refused_of_a_former_attorney(session: Session, place: str, told: bool) -> None:
    ana, ben = samples.person(session, "Ana"), samples.person(session, "Ben")
    matter = samples.matter(session, ana)
    entry, deadline = samples.entry(session, matter, samples.window())
    samples.plan(session, entry, deadline, samples.window(), [ana])
    session.execute(delete(Reminder).where(Reminder.rung != "safe-1"))
    hand_over(session, matter, ben, actor="t", now=ENTERED)
    row = session.query(Reminder).where(Reminder.rung == "safe-1").one()
    row.person_id, row.state, row.due_at, row.next_at = ana.id, "dead", ENTERED, ENTERED
    _put(session, place, ana, ben, row)
    session.flush()
    found = audit_entries(session, LAID, [entry.id], now=LATER)
    assert [one.kind for one in found if one.person == ana.id and one.kind == "refused"] == ["refused"] * told
    assert revive(session, now=LATER) == told


def _put(session: Session, place: str, ana: Person, ben: Person, row: Reminder) -> None:
    """Give Ana a place on what is Ben's now."""
    match place:
        case "deputy":
            ben.deputy_id = ana.id
        case "supervisor":
            ben.supervisor_id = ana.id
        case "partner" | "administrator" | "docket":
            ana.role = place
        case "partner beside a deputy":
            ana.role, ben.deputy_id = "partner", samples.person(session, "Carla").id
        case "administrator beside a partner":
            ana.role = "administrator"
            samples.person(session, "Pat", "partner")
        case "cover":
            _away(session, ben, ana, until=LATER)
        case "covered before":
            _away(session, ben, ana, until=ENTERED - timedelta(days=3))
        case "owner":
            dates = {"due_on": LATER.date(), "created_at": ENTERED}
            session.add(Milestone(entry_id=row.entry_id, template="draft", title="Draft", owner_id=ana.id, **dates))
        case "asked":
            row.rung = "escalated-1-safe-1"


def _away(session: Session, person: Person, cover: Person, *, until: datetime) -> None:
    from_on = ENTERED.date() - timedelta(days=9)
    days = {"from_on": from_on, "until_on": until.date(), "noted_at": ENTERED}
    session.add(Absence(person_id=person.id, deputy_id=cover.id, **days))
