"""What was refused goes out anew to everybody who is still told of the dates, and to nobody else; on both databases."""

from datetime import timedelta

from sqlalchemy.orm import Session

from deadlines.docket.outbox import revive
from deadlines.store.tables import Absence, MatterMember, Milestone, Person, Reminder
from tests.docket import samples
from tests.docket.samples import ENTERED

STILL = ["attorney", "deputy", "supervisor", "docket", "owner", "cover", "asked", "webhook"]
NO_MORE = ["former", "left", "replaced", "away-before", "owner-off"]
TODAY, DAY = ENTERED.date(), timedelta(days=1)


def test_who_has_a_place_on_the_matter_is_told_again_and_nobody_else(session: Session) -> None:
    who = {name: _person(session, name) for name in (*STILL, *NO_MORE)}
    ana = who["attorney"]
    ana.deputy_id, ana.supervisor_id = who["deputy"].id, who["supervisor"].id
    matter = samples.matter(session, ana, restricted=True)
    entry, deadline = samples.entry(session, matter, samples.window())
    samples.plan(session, entry, deadline, samples.window(), list(who.values()))
    fields = {"title": "Draft", "due_on": TODAY, "created_at": ENTERED}
    session.add(Milestone(entry_id=entry.id, template="draft", owner_id=who["owner"].id, **fields))
    session.add(Milestone(entry_id=entry.id, template="fee", owner_id=who["owner-off"].id, **fields))
    session.add(MatterMember(matter_id=matter.id, person_id=who["owner"].id, since=ENTERED))
    for name, until in (("cover", TODAY + DAY), ("away-before", TODAY - 3 * DAY)):
        away = {"person_id": who["docket"].id, "from_on": TODAY - 9 * DAY, "until_on": until, "noted_at": ENTERED}
        session.add(Absence(deputy_id=who[name].id, **away))
    for row in session.query(Reminder).where(Reminder.rung == "safe-1"):
        row.state = "dead"
        row.rung = "escalated-1-safe-1" if row.person_id == who["asked"].id else row.rung
        row.channel = "webhook" if row.person_id == who["webhook"].id else row.channel
        row.next_at = ENTERED
    who["left"].active = False
    session.flush()
    assert revive(session, now=ENTERED + timedelta(hours=1)) == len(STILL)
    session.expire_all()
    dead = session.query(Reminder.person_id).where(Reminder.state == "dead")
    assert {person_id for (person_id,) in dead} == {who[name].id for name in NO_MORE}


def test_without_anybody_beside_the_attorney_a_partner_is_told_again(session: Session) -> None:
    ana, partner = samples.person(session), samples.person(session, "Pat", "partner")
    rows = samples.docket(session, people=[ana, partner])
    for row in rows:
        row.state, row.next_at = ("dead", ENTERED) if row.rung == "last-0" else (row.state, row.next_at)
    session.flush()
    assert revive(session, now=ENTERED + timedelta(hours=1)) == 2


def _person(session: Session, name: str) -> Person:
    return samples.person(session, f"{name} X", "docket" if name == "docket" else "attorney")
