"""The sweeps for calendars, as the daemon runs them: from the docket to the mail."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deadlines.daemon import Sweeps
from deadlines.docket import feeds, handing
from deadlines.docket.alarms import untold
from deadlines.docket.closing import strike_notice
from deadlines.docket.endings import off_matter
from deadlines.docket.health import check_docket
from deadlines.docket.invitations import choose_invitations
from deadlines.docket.renderings import render_entry
from deadlines.docket.restricting import restrict_matter, unrestrict_matter
from deadlines.docket.versions import current
from deadlines.ical import Party
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import (
    Entry,
    Heartbeat,
    Letter,
    Matter,
    MatterMember,
    NoticeRow,
    Person,
    Rendering,
    Subscription,
)
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, desk, recorded
from tests.docket.samples import ZONE, entry, person, subscribe, version, window
from tests.docket.samples import matter as matter_of
from tests.docket.test_silence import DAY, HOUR, LAST, subscribed
from tests.notify.servers import Inbox, mail_server

FIRM = Party("Docket", "docket@firm.test")


def start(database: Database) -> None:
    with database.write() as session:
        recorded(session)
        choose_invitations(session, session.scalars(select(Person)).one(), "matter", actor="test", now=ENTERED)


def test_a_date_reaches_the_calendar_through_a_mail_server(database: Database) -> None:
    start(database)
    inbox = Inbox()
    with mail_server(inbox) as port:
        smtp = SmtpChannel(host="127.0.0.1", port=port, security="none", sender="Docket <docket@firm.test>")
        daemon = Sweeps(database, {"smtp": smtp}, zone=ZONE, organizer=FIRM)
        assert daemon.invite_due(LATER) == 6
        assert daemon.send_due(LATER).letters == 6
        assert daemon.invite_due(LATER + HOUR) == 0
        assert daemon.send_due(LATER + HOUR).letters == 0
    invited = [mail for mail in inbox.mails if mail.get_content_type() == "multipart/mixed"]
    assert len(invited) == 6
    for mail in invited:
        [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        calendar = Calendar.from_ical(body)
        assert str(calendar["METHOD"]) == part["Content-Type"].params["method"] == "REQUEST"
        [event] = calendar.walk("VEVENT")
        assert str(event["ATTENDEE"]) == f"mailto:{mail['To'].addresses[0].addr_spec}"
        assert "Canary" not in mail.as_string()


def restrict(session: Session, matter: Matter) -> None:
    restrict_matter(session, matter, actor="test", now=LATER)


def hand_over(session: Session, matter: Matter) -> None:
    handing.hand_over(session, matter, person(session, "Ben Ode"), actor="test", now=LATER)


def unassign(session: Session, matter: Matter) -> None:
    off_matter(session, desk(), matter, eve(session), actor="test", today=LATER.date(), now=LATER)


def opt_out(session: Session, matter: Matter) -> None:
    choose_invitations(session, matter.attorney, None, actor="test", now=LATER)


def ana(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.email == "ana@firm.test")).one()


def eve(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.email == "eve@firm.test")).one()


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("change", [restrict, hand_over, unassign])
def test_an_invitation_that_waits_does_not_leave_after_its_matter_is_seen_no_more(
    database: Database, change: Any, known: bool
) -> None:
    """The calendar that knows a date gets it cancelled; one that does not hears nothing at all."""
    with database.write() as session:
        recorded(session)
        matter = session.scalars(select(Matter)).one()
        reader = person(session, "Eve Fox", "paralegal") if change is unassign else matter.attorney
        if change is unassign:
            session.add(MatterMember(matter_id=matter.id, person_id=reader.id, since=ENTERED))
        choose_invitations(session, reader, "full", actor="test", now=ENTERED)
        email = reader.email
    channel = Collector()
    daemon = sweeps(database, channel, organizer=FIRM)
    assert daemon.invite_due(LATER) == 6
    if known:
        assert daemon.send_due(LATER).letters == 6
        with database.write() as session:
            for row in session.scalars(select(Rendering).where(Rendering.redaction == "matter")):
                row.sequence += 1
        assert daemon.invite_due(LATER) == 6
    with database.write() as session:
        change(session, session.scalars(select(Matter)).one())
    before = len(channel.messages)
    daemon.send_due(LATER)
    assert not [one for one in channel.messages[before:] if one.to_email == email and one.method == "REQUEST"]
    daemon.invite_due(LATER + 2 * HOUR)
    daemon.send_due(LATER + 2 * HOUR)
    after = [one for one in channel.messages[before:] if one.to_email == email and one.calendar]
    assert [one.method for one in after] == ["CANCEL"] * (6 if known else 0)
    assert not [one for one in after if "Canary" in f"{one.subject}{one.text}{one.calendar!r}"]


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("change", [restrict, hand_over, opt_out])
def test_a_cancellation_that_waits_tells_who_may_see_no_more_nothing_but_the_day(
    database: Database, change: Any, early: bool
) -> None:
    """Whether the matter is closed to its reader `early`, before the mail is written, or before it leaves."""
    with database.write() as session:
        recorded(session)
        choose_invitations(session, ana(session), "full", actor="test", now=ENTERED)
    channel = Collector()
    daemon = sweeps(database, channel, organizer=FIRM)
    assert (daemon.invite_due(LATER), daemon.send_due(LATER).letters) == (6, 6)
    told = {mail.calendar and Calendar.from_ical(mail.calendar).events[0]["UID"] for mail in channel.messages}
    with database.write() as session:
        notice = session.scalars(select(NoticeRow)).one()
        strike_notice(session, desk(), notice, reason="a mistake", by=ana(session), now=LATER)
        if early:
            change(session, session.scalars(select(Matter)).one())
    before = len(channel.messages)
    assert daemon.invite_due(LATER + 2 * HOUR) == 6
    if not early:
        with database.write() as session:
            change(session, session.scalars(select(Matter)).one())
    daemon.send_due(LATER + 2 * HOUR)
    gone = [one for one in channel.messages[before:] if one.to_email == "ana@firm.test" and one.calendar]
    assert [one.method for one in gone] == ["CANCEL"] * 6
    events = [Calendar.from_ical(one.calendar or b"").events[0] for one in gone]
    assert {event["UID"] for event in events} == told
    assert {(str(event["STATUS"]), str(event["SEQUENCE"])) for event in events} == {("CANCELLED", "1")}
    said = "".join(f"{one.subject}{one.text}{one.calendar!r}" for one in gone)
    assert not [word for word in ("Canary", "2026-0143", "I-290B") if word in said]


def test_an_invitation_to_what_is_still_seen_leaves_after_the_matter_comes_back(database: Database) -> None:
    start(database)
    channel = Collector()
    daemon = sweeps(database, channel, organizer=FIRM)
    daemon.invite_due(LATER)
    with database.write() as session:
        restrict(session, session.scalars(select(Matter)).one())
    daemon.send_due(LATER)
    with database.write() as session:
        matter = session.scalars(select(Matter)).one()
        unrestrict_matter(session, matter, matter.attorney, "a mistake", now=LATER)
    assert daemon.invite_due(LATER + 2 * HOUR) == 6
    daemon.send_due(LATER + 2 * HOUR)
    assert [one.method for one in channel.messages if one.calendar] == ["REQUEST"] * 6


def test_without_a_sender_nobody_is_invited(database: Database) -> None:
    start(database)
    assert sweeps(database).invite_due(LATER) == 0


def test_a_stop_ends_the_sweep_between_two_people(database: Database) -> None:
    start(database)
    daemon = sweeps(database, organizer=FIRM)
    daemon.stopping.set()
    assert daemon.invite_due(LATER) == 0


def test_silence_is_told_by_the_daemon_and_not_while_it_was_away(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session))
    channel = Collector()
    daemon = sweeps(database, channel)
    moment = LAST + 20 * DAY  # it was away for all that time
    told: list[datetime] = []
    while not told:
        if daemon.watch_calendars(moment):
            told.append(moment)
        moment += HOUR
    assert told == [LAST + 24 * DAY + HOUR]
    daemon.send_due(moment)
    assert [message.to_email for message in channel.messages] == ["ana@firm.test"]
    assert daemon.watch_calendars(moment + HOUR) == 0


@pytest.mark.parametrize("detail", ["", "not json", "[]", '{"up_since": 7}'])
def test_a_note_that_cannot_be_read_is_a_new_beginning(database: Database, detail: str) -> None:
    with database.write() as session:
        subscribed(session, person(session))
        session.add(Heartbeat(sweep="watch", at=LAST + 20 * DAY, detail=detail))
    assert sweeps(database).watch_calendars(LAST + 20 * DAY + HOUR) == 0
    assert sweeps(database).watch_calendars(LAST + 20 * DAY + 2 * HOUR) == 0


def test_two_daemons_tell_of_one_silence_once(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session))
    sweeps(database).watch_calendars(LAST)
    for hours in range(1, 24 * 6):
        now = LAST + hours * HOUR
        sweeps(database).watch_calendars(now)
        sweeps(database).watch_calendars(now + timedelta(seconds=1))
    with database.read() as session:
        assert len(list(session.scalars(select(Letter)))) == 1
        assert session.scalars(select(Subscription)).one().silent_at is not None


# -- damaged entries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["substr(body, 1, 200)", "substr(body, 3)", "''"])
def test_damaged_entries_are_put_right_and_told_of(database: Database, harm: str) -> None:
    with database.write() as session:
        recorded(session)
        subscription = subscribe(session, ana(session), redaction="full", reminders=True)
        fill = [(row.id, row.body, row.sequence) for row in session.scalars(select(Rendering).order_by(Rendering.id))]
        identifier = subscription.id
    daemon = sweeps(database, Collector())
    assert daemon.prepare_calendars(LATER) > 0
    with database.write() as session:
        good = feeds.feed_body(session, session.get_one(Subscription, identifier), today=LATER.date())
        for table in ("rendering", "variant"):
            session.execute(text(f"UPDATE {table} SET body = {harm}"))
    with database.write() as session:
        assert {found.id: found.state for found in check_docket(session, LATER)}["calendar-entries"] == "ill"
    assert daemon.prepare_calendars(LATER) > 0
    with database.write() as session:
        rows = session.scalars(select(Rendering).order_by(Rendering.id))
        assert [(row.id, row.body, row.sequence) for row in rows] == fill
        assert feeds.feed_body(session, session.get_one(Subscription, identifier), today=LATER.date()) == good
        assert {found.id: found.state for found in check_docket(session, LATER)}["calendar-entries"] == "well"
        assert [item.alarm.subject for item in untold(session)] == ["Stored calendar entries were damaged from outside"]
    assert daemon.prepare_calendars(LATER) == 0


def test_cancelled_moved_and_joined_entries_are_written_as_they_were(database: Database) -> None:
    day = date(2026, 11, 25)
    with database.write() as session:
        matter = matter_of(session, person(session))
        shapes = (
            window(),
            window(rule="b", safe_by=day, last_day=day),
            window(rule="c", protective_by=date(2026, 11, 3)),
        )
        for shape in shapes:
            render_entry(session, *entry(session, matter, shape), now=ENTERED)
        for made in session.scalars(select(Entry)).all():
            moved = window(
                rule=made.rule, safe_by=date(2026, 11, 24), last_day=day if made.rule == "c" else date(2026, 11, 24)
            )
            render_entry(session, made, version(session, made, moved, 2), now=LATER)
        made.status = "satisfied"
        render_entry(session, made, current(session, made), now=LATER + HOUR)
        bodies = {row.id: row.body for row in session.scalars(select(Rendering))}
        session.execute(text("UPDATE rendering SET body = substr(body, 1, 50)"))
    sweeps(database, Collector()).prepare_calendars(LATER + 2 * HOUR)
    with database.read() as session:
        assert {row.id: row.body for row in session.scalars(select(Rendering))} == bodies
