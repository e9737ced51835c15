"""Dates that no second person has read say so in subject, agenda, calendar and month, where one could read them."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deadlines.docket.agenda import agenda_of
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.compose_agenda import compose_agenda
from deadlines.docket.feeds import feed_body
from deadlines.docket.month import month
from deadlines.docket.renderings import refresh_renderings
from deadlines.docket.subscriptions import Choice, add_subscription
from deadlines.docket.wanted import Wanted
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person, Reminder, Subscription
from tests.daemon.parts import WEEK_BEFORE, Collector, sweeps
from tests.docket.desks import LATER, desk, entered_by, firm, recorded, verify
from tests.docket.samples import person
from tests.reading import events_of

REOPEN = "uscis.motion.reopen"
Seen = dict[str, tuple[str, int, datetime]]


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


def subscribed(session: Session, redaction: str = "matter") -> Subscription:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    choice = Choice(redaction=redaction, reminders=True)
    return add_subscription(session, ana, "Outlook", choice=choice, actor="t", now=LATER)[0]


def of_entry(session: Session, subscription: Subscription) -> Seen:
    """What a calendar shows of one entry, by what it is: summary, sequence, moment of the last change."""
    entry = session.scalars(select(Entry.id).where(Entry.rule == REOPEN)).one()
    body = feed_body(session, subscription, today=LATER.date()).decode()
    return {
        str(event["UID"]): (str(event["SUMMARY"]), int(event["SEQUENCE"]), event["LAST-MODIFIED"].dt)
        for event in events_of(body)
        if str(event["UID"]).startswith(entry)
    }


def test_calendars_say_it_until_somebody_has_read_the_notice(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[REOPEN]
        entered_by(entry, ana)
        subscription, busy = subscribed(session), subscribed(session, "busy")
        before = of_entry(session, subscription)
        assert len(before) > 2  # reminders too
        assert all(said.endswith("2026-0143 (must be received; not verified)") for said, *_ in before.values())
        shown = feed_body(session, busy, today=LATER.date()).decode().replace("\r\n ", "")
        assert "verified)" not in shown
        assert "DESCRIPTION:Not verified: no second person" in shown
        verify(session, entry, ben)
        after = of_entry(session, subscription)
        assert set(after) == set(before)
        for uid, (said, sequence, changed) in after.items():
            assert "verified" not in said
            assert (sequence, changed) == (before[uid][1] + 1, LATER)
        # The notice is corrected: whoever signed read another one, though the dates stay until two people agree.
        changes = Amendment(service_on=date(2026, 10, 26))
        amend_notice(session, desk(), entry.notice, changes, reason="read again", by=ana, now=LATER)
        assert all("not verified" in said for said, *_ in of_entry(session, subscription).values())


def test_who_works_alone_is_spared_and_one_who_joins_changes_that(database: Database) -> None:
    with database.write() as session:
        person(session)
        person(session, "Adam", "administrator")  # signs for nothing
        recorded(session)
        before = of_entry(session, subscribed(session))
    assert "verified" not in repr(before)
    assert "NOT VERIFIED" not in reminded(database)
    with database.write() as session:
        assert refresh_renderings(session, now=LATER) == 0
        person(session, "Ben Ode", "paralegal")
    with database.write() as session:  # in the night
        assert refresh_renderings(session, now=LATER) == 3
        assert refresh_renderings(session, now=LATER) == 0
        after = of_entry(session, session.scalars(select(Subscription)).one())
        assert {uid: sequence for uid, (_, sequence, _) in after.items()} == {
            uid: n + 1 for uid, (_, n, _) in before.items()
        }
        assert all("not verified" in said for said, *_ in after.values())


def reminded(database: Database) -> str:
    channel = Collector()
    sweeps(database, channel).send_due(WEEK_BEFORE)
    return "\n".join(f"{mail.subject}\n{mail.text}" for mail in channel.messages)


def test_reminders_agendas_and_the_month_say_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        for rule, entry in entries.items():
            if rule != REOPEN and entry.status == "open":
                verify(session, entry, ben)
        found = agenda_of(session, ana, today=WEEK_BEFORE.date(), now=WEEK_BEFORE)
        _, text = compose_agenda(found, today=WEEK_BEFORE.date())
        lines = [line for line in text.splitlines() if "[" in line]
        assert [("NOT VERIFIED" in line, "motion to reopen" in line) for line in lines].count((True, True)) == 1
        assert sum("NOT VERIFIED" in line for line in lines) == 1 < len(lines)
        days = month(session, ana, Wanted(), date(2026, 11, 1))
        marked = {line.entry for day in days.values() for line in day.dates if line.unverified}
        assert marked == {entries[REOPEN].id}
    said = reminded(database)
    assert said.count("[7 days] [1 of 3 NOT VERIFIED] I-290B") == 2  # to attorney and docket, all three in one mail
    assert said.count("NOT VERIFIED: no second person has read the notice") == 2
    with database.write() as session:
        session.execute(update(Reminder).values(state="planned", sent_at=None, next_at=Reminder.due_at))
        session.execute(update(Entry).values(verified_at=None))
    assert "[7 days] [NOT VERIFIED] I-290B" in reminded(database)
