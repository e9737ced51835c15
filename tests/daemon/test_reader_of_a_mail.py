"""What a mail asks of its reader is what that reader may do, and its link opens; on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from deadlines.docket.reminders import URGENT
from deadlines.store.database import Database
from deadlines.store.tables import MatterMember, Milestone
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps
from tests.docket.samples import ENTERED, entry, matter, person, plan, window

PAGES = "https://dates.firm.test"
ON_THE_PAGE = "open it and choose I take this date on, or run deadlines ack "
COMMAND = "   To take it on: deadlines ack "
ASK = "   To take it on: ask its attorney, or who keeps the docket."


def told(
    database: Database,
    *,
    role: str,
    place: str,
    restricted: bool = False,
    entries: int = 1,
    now: datetime = WEEK_BEFORE,
) -> str:
    """The urgent mail, by default of a week before, to somebody who is not the matter's attorney."""
    with database.write() as session:
        ana, zoe = person(session), person(session, "Zoe", role=role)
        case = matter(session, ana, restricted=restricted)
        if place == "deputy":
            ana.deputy_id = zoe.id
        if place == "member":
            session.add(MatterMember(matter_id=case.id, person_id=zoe.id, since=ENTERED))
        for number in range(entries):
            asked = window(rule=f"uscis.motion.reopen.{number}")
            for row in plan(session, *entry(session, case, asked), asked, [zoe]):
                row.severity = URGENT
    channel = Collector()
    sweeps(database, channel, pages=PAGES).send_due(now)
    (message,) = [one for one in channel.messages if one.to_email == "zoe@firm.test"]
    return message.text


@pytest.mark.parametrize(
    "role, place, restricted, linked, said",
    [
        ("paralegal", "member", False, True, ON_THE_PAGE),
        ("paralegal", "member", True, True, ON_THE_PAGE),
        ("docket", "nothing", False, True, ON_THE_PAGE),
        ("docket", "nothing", True, False, COMMAND),
        ("attorney", "deputy", False, True, ON_THE_PAGE),
        ("attorney", "deputy", True, False, COMMAND),
        ("attorney", "nothing", False, True, ASK),
        ("auditor", "nothing", False, True, ASK),
        ("auditor", "deputy", False, True, ASK),
        ("auditor", "member", True, True, ASK),
        ("administrator", "deputy", True, False, ASK),
    ],
)
def test_a_mail_asks_for_what_its_reader_may_do(
    database: Database, role: str, place: str, restricted: bool, linked: bool, said: str
) -> None:
    text = told(database, role=role, place=place, restricted=restricted)
    assert (f"Open it:         {PAGES}/matter/" in text) is linked
    assert said in text
    assert ("Ask its attorney what must be done: the matter is open only to" in text) is not linked
    assert ("deadlines ack" in text) is (said != ASK)


@pytest.mark.parametrize(
    "role, restricted, said",
    [
        ("docket", False, "open it and choose It was missed, or record it with `deadlines missed "),
        ("docket", True, "record it with `deadlines missed "),
        ("auditor", False, "tell its attorney, who records it, and see what may still help."),
    ],
)
def test_what_passed_is_recorded_by_who_may(database: Database, role: str, restricted: bool, said: str) -> None:
    after = WEEK_BEFORE + timedelta(days=60)
    text = told(database, role=role, place="nothing", restricted=restricted, now=after)
    assert f"The last day has passed. If nothing was filed, {said}" in text


@pytest.mark.parametrize("role, said", [("paralegal", "tick it there, or run"), ("auditor", "tell its attorney")])
def test_a_step_is_ticked_by_who_may(database: Database, role: str, said: str) -> None:
    with database.write() as session:
        ana, zoe = person(session), person(session, "Zoe", role=role)
        made, deadline = entry(session, matter(session, ana), window())
        to_do = {"template": "draft", "title": "Draft", "due_on": WEEK_BEFORE.date(), "created_at": ENTERED}
        step = Milestone(entry_id=made.id, owner_id=zoe.id, **to_do)
        session.add(step)
        session.flush()
        row, *others = plan(session, made, deadline, window(), [zoe])
        row.rung, row.due_at, row.next_at = f"milestone-0-{step.id}", WEEK_BEFORE, WEEK_BEFORE
        for other in others:
            other.state = "cancelled"
    channel = Collector()
    sweeps(database, channel, pages=PAGES).send_due(WEEK_BEFORE)
    assert f"   When it is done: {said}" in channel.messages[0].text
    assert ("milestone done" in channel.messages[0].text) is (role == "paralegal")


def test_who_sees_what_is_asked_once_and_not_for_each_date(database: Database) -> None:
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    text = told(database, role="docket", place="nothing", restricted=True, entries=3)
    assert text.count(COMMAND) == 3
    assert len([one for one in said if one.startswith("SELECT") and "matter_member" in one]) == 2  # one a mail
