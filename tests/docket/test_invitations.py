"""Dates of the docket in a person's own calendar, by mail: each change once, nothing to whom it does not concern."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import inviting, letters
from deadlines.docket.closing import reopen_entry, strike_notice, waive_entry
from deadlines.docket.invitations import PER_HOUR, Waiting, choose_invitations, invite, people_to_tell, waiting
from deadlines.docket.moves import Because, move
from deadlines.docket.people import amend_address, deactivate_person
from deadlines.docket.veil import veil_of
from deadlines.errors import CalendarError, Conflict, InputError
from deadlines.ical import Party
from deadlines.store.database import Database
from deadlines.store.tables import (
    Audit,
    DeadlineRow,
    Entry,
    Invitation,
    Letter,
    Matter,
    MatterMember,
    Person,
    Rendering,
)
from tests.docket.desks import ENTERED, LAST, LATER, SAFE, changed, desk, recorded
from tests.docket.samples import entry as plain_entry
from tests.docket.samples import matter as plain_matter
from tests.docket.samples import person, window

TODAY = date(2026, 11, 2)
DOCKET = Party("Docket of the firm", "docket@firm.test")
RULE = "uscis.motion.reopen"
SECRET = "Canary"
HOUR = timedelta(hours=1)


class Mail(Struct):
    """One letter as its reader gets it."""

    to: str
    subject: str
    text: str
    method: str | None
    event: Any


def tell(database: Database, now: datetime = LATER, today: date = TODAY) -> int:
    """One turn of the daemon."""
    with database.read() as session:
        people = people_to_tell(session, today)
    told = 0
    for one in people:
        with database.write() as session:
            told += invite(session, one, organizer=DOCKET, today=today, now=now)
    return told


def mails(database: Database, after: int = 0) -> list[Mail]:
    with database.read() as session:
        query = select(Letter, Person.email).join(Person, Person.id == Letter.person_id)
        rows = session.execute(query.where(Letter.id > after, Letter.state != "cancelled").order_by(Letter.id)).all()
    return [Mail(email, row.subject, row.text, row.method, event(row.calendar)) for row, email in rows]


def event(calendar: bytes | None) -> Any:
    return Calendar.from_ical(calendar).walk("VEVENT")[0] if calendar else None


def sent(database: Database) -> int:
    """As if everything had left; the id of the last letter."""
    with database.write() as session:
        rows = list(session.scalars(select(Letter)))
        for row in rows:
            row.state, row.attempts = ("sent", 1) if row.state == "planned" else (row.state, row.attempts)
        return max((row.id for row in rows), default=0)


def opted_in(session: Session, of: Person, redaction: str = "matter") -> Person:
    choose_invitations(session, of, redaction, actor="test", now=ENTERED)
    return of


def start(database: Database, redaction: str = "matter") -> dict[str, Entry]:
    """Ana, who wants invitations, with three entries of two dates each in one matter."""
    with database.write() as session:
        entries = recorded(session)
        opted_in(session, session.scalars(select(Person)).one(), redaction)
        return entries


def ana(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.email == "ana@firm.test")).one()


def uid_of(session: Session, entry: str, slot: str) -> str:
    return f"i-{veil_of(session)(entry, slot)}@deadlines"


def test_each_date_is_told_once_the_nearest_first(database: Database) -> None:
    entries = start(database)
    assert tell(database) == 6
    found = mails(database)
    assert {mail.to for mail in found} == {"ana@firm.test"}
    assert [mail.event["DTSTART"].dt for mail in found] == [SAFE] * 3 + [LAST] * 3
    with database.read() as session:
        dates = {uid_of(session, row.entry_id, row.slot) for row in session.scalars(select(Rendering))}
    assert len(dates) == 6
    assert {str(mail.event["UID"]) for mail in found} == dates
    told = "".join(str(mail.event["UID"]) for mail in found)
    for word in ("safe", "last", *(entry.id for entry in entries.values())):
        assert word not in told  # neither which entry nor which of its dates
    assert {(mail.method, int(mail.event["SEQUENCE"])) for mail in found} == {("REQUEST", 0)}
    assert {str(mail.event["ATTENDEE"]) for mail in found} == {"mailto:ana@firm.test"}
    assert {str(mail.event["ORGANIZER"]) for mail in found} == {"mailto:docket@firm.test"}
    assert all(mail.event["DTSTAMP"].dt == LATER for mail in found)
    assert tell(database, LATER + HOUR) == 0
    assert len(mails(database)) == 6


def test_the_subject_names_matter_and_remedy_and_no_mail_a_client(database: Database) -> None:
    start(database)
    tell(database)
    first = mails(database)[0]
    assert first.subject.startswith("Fri 20 Nov 2026: FILE BY: I-290B")
    assert "2026-0143" in first.subject
    assert "Answers are not" in first.text
    with database.read() as session:
        for row in session.scalars(select(Letter)):
            assert SECRET not in row.subject + row.text + (row.calendar or b"").decode()


def test_the_week_before_and_the_day_before_ring(database: Database) -> None:
    start(database)
    tell(database)
    rings = {mail.event["DTSTART"].dt: mail.event.walk("VALARM")[0]["TRIGGER"].dt for mail in mails(database)}
    assert rings == {SAFE: timedelta(days=-7, hours=9), LAST: timedelta(days=-1, hours=9)}


def test_no_alarm_lies_in_the_past(database: Database) -> None:
    start(database)
    tell(database, today=date(2026, 11, 16))
    assert {mail.event.walk("VALARM")[0]["TRIGGER"].dt for mail in mails(database)} == {timedelta(days=-1, hours=9)}


@pytest.mark.parametrize(
    "redaction, told, untold",
    [
        ("matter", ["2026-0143", "I-290B"], [SECRET]),
        ("full", ["2026-0143", SECRET], []),
        ("busy", ["Deadline"], [SECRET, "2026-0143", "I-290B", "motion"]),
    ],
)
def test_the_words_are_those_that_were_asked_for(
    database: Database, redaction: str, told: list[str], untold: list[str]
) -> None:
    start(database, redaction)
    tell(database)
    with database.read() as session:
        for row in session.scalars(select(Letter)):
            for text in (f"{row.subject}\n{row.text}", re.sub("\r\n ", "", (row.calendar or b"").decode())):
                assert all(word in text for word in told)
                assert not any(word in text for word in untold)


def test_only_who_wants_them_and_works_on_the_matter_is_invited(database: Database) -> None:
    with database.write() as session:
        entries = recorded(session)
        ben = opted_in(session, person(session, "Ben Ode", "paralegal"))
        opted_in(session, person(session, "Dora Dee", "docket"))
        opted_in(session, person(session, "Eve Fox", "attorney"))
        of = next(iter(entries.values())).matter_id
        session.add(MatterMember(matter_id=of, person_id=ben.id, since=ENTERED))
    assert tell(database) == 6
    assert {mail.to for mail in mails(database)} == {"ben@firm.test"}


def test_a_date_that_moves_is_moved_in_the_calendar(database: Database) -> None:
    entries = start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        entry = session.get_one(Entry, entries[RULE].id)
        target = changed(session, entry, safe_by=date(2026, 11, 13))
        move(session, desk(), entry, target, Because(entry.notice, "why"), now=LATER)
    now = LATER + timedelta(hours=2)
    tell(database, now)
    with database.read() as session:
        uid = uid_of(session, entry.id, "safe")
    moved = [mail for mail in mails(database, last) if str(mail.event["UID"]) == uid]
    [mail] = moved
    assert mail.subject.startswith("Moved to Fri 13 Nov 2026: FILE BY")
    assert (mail.method, int(mail.event["SEQUENCE"]), mail.event["DTSTART"].dt) == ("REQUEST", 1, date(2026, 11, 13))
    assert mail.event["DTSTAMP"].dt == now
    assert tell(database, now + HOUR) == 0


def test_a_date_that_moved_into_the_past_is_told_and_a_past_one_is_not(database: Database) -> None:
    entries = start(database)
    with database.write() as session:
        row = session.scalars(select(Rendering).where(Rendering.entry_id == entries[RULE].id)).first()
        assert row is not None
        row.on = date(2026, 10, 30)
    assert tell(database) == 5
    sent(database)
    with database.write() as session:
        told = {(i.entry_id, i.slot) for i in session.scalars(select(Invitation))}
        other = session.scalars(
            select(Rendering).where(Rendering.entry_id == row.entry_id, Rendering.id != row.id)
        ).one()
        assert (row.entry_id, row.slot) not in told
        other.on, other.sequence = date(2026, 10, 30), other.sequence + 1
    assert tell(database, LATER + 2 * HOUR) == 1
    assert mails(database)[-1].event["DTSTART"].dt == date(2026, 10, 30)
    assert tell(database, LATER + 4 * HOUR) == 0


def test_a_closed_entry_is_cancelled_and_a_reopened_one_comes_back(database: Database) -> None:
    entries = start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        entry = session.get_one(Entry, entries[RULE].id)
        waive_entry(session, desk(), entry, reason="not wanted", by=ana(session), now=LATER)
    assert tell(database, LATER + HOUR) == 2
    found = mails(database, last)
    assert {(mail.method, str(mail.event["STATUS"]), int(mail.event["SEQUENCE"])) for mail in found} == {
        ("CANCEL", "CANCELLED", 1)
    }
    assert found[0].subject.startswith("Cancelled, Fri 20 Nov 2026: FILE BY")
    assert found[0].text.startswith("Waived")
    assert found[0].event.walk("VALARM") == []
    last = sent(database)
    with database.write() as session:
        entry = session.get_one(Entry, entries[RULE].id)
        reopen_entry(session, desk(), entry, reason="it is wanted", by=ana(session), now=LATER + HOUR)
    assert tell(database, LATER + 3 * HOUR) == 2
    found = mails(database, last)
    assert {(mail.method, int(mail.event["SEQUENCE"])) for mail in found} == {("REQUEST", 2)}
    assert found[0].subject.startswith("Fri 20 Nov 2026: FILE BY")


def test_a_struck_notice_is_cancelled(database: Database) -> None:
    start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        entry = session.scalars(select(Entry)).first()
        assert entry is not None
        strike_notice(session, desk(), entry.notice, reason="a mistake", by=ana(session), now=LATER)
    assert tell(database, LATER + HOUR) == 6
    assert {mail.method for mail in mails(database, last)} == {"CANCEL"}
    assert "Struck from the docket" in mails(database, last)[0].text


def restrict(session: Session) -> None:
    session.scalars(select(Matter)).one().restricted = True


def hand_over(session: Session) -> None:
    session.scalars(select(Matter)).one().attorney_id = person(session, "Ben Ode").id


def opt_out(session: Session) -> None:
    choose_invitations(session, ana(session), None, actor="test", now=LATER)


@pytest.mark.parametrize("change", [restrict, hand_over, opt_out])
def test_what_is_no_longer_to_be_seen_is_taken_out_without_a_word_of_what_it_was(
    database: Database, change: Any
) -> None:
    start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        change(session)
    assert tell(database, LATER + HOUR) == 6
    found = mails(database, last)
    assert {mail.method for mail in found} == {"CANCEL"}
    for mail in found:
        said = f"{mail.subject} {mail.text} {mail.event['SUMMARY']} {mail.event['DESCRIPTION']}"
        assert "may still hold" in said
        assert not [word for word in (SECRET, "2026-0143", "I-290B", "FILE BY", "LAST DAY") if word in said]
    assert tell(database, LATER + 3 * HOUR) == 0


def test_a_restricted_matter_that_is_closed_says_no_more(database: Database) -> None:
    entries = start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        restrict(session)
        entry = session.get_one(Entry, entries[RULE].id)
        waive_entry(session, desk(), entry, reason="not wanted", by=ana(session), now=LATER)
    tell(database, LATER + HOUR)
    with database.read() as session:
        for row in session.scalars(select(Letter).where(Letter.id > last)):
            assert "2026-0143" not in row.subject + row.text + (row.calendar or b"").decode()


def test_five_hundred_dates_come_a_few_an_hour_and_changes_before_them(database: Database) -> None:
    with database.write() as session:
        of = plain_matter(session, opted_in(session, person(session)))
        for number in range(100):
            made, _ = plain_entry(session, of, window(rule=f"r.{number}"))
            session.add(
                Rendering(
                    entry_id=made.id, slot="safe", redaction="matter", on=SAFE + timedelta(days=number), sequence=0,
                    renderer="1", body=b"", changed_at=ENTERED,
                )
            )  # fmt: skip
    assert tell(database) == PER_HOUR
    assert tell(database, LATER + timedelta(minutes=50)) == 0
    days = [mail.event["DTSTART"].dt for mail in mails(database)]
    assert days == [SAFE + timedelta(days=number) for number in range(PER_HOUR)]
    sent(database)
    with database.write() as session:
        session.scalars(select(Rendering).where(Rendering.on == days[20])).one().sequence += 1
        session.scalars(select(Rendering).where(Rendering.on == days[25])).one().cancelled = True
        assert waiting(session, ana(session), TODAY) == Waiting(71, 1)
    assert tell(database, LATER + timedelta(minutes=61)) == PER_HOUR
    later = mails(database)[PER_HOUR:]
    assert [mail.event["DTSTART"].dt for mail in later] == [
        days[25],
        days[20],
        *(SAFE + timedelta(days=number) for number in range(30, 58)),
    ]
    assert [mail.method for mail in later] == ["CANCEL", *["REQUEST"] * 29]
    for hour in range(2, 4):
        tell(database, LATER + hour * timedelta(minutes=61))
    with database.read() as session:
        assert waiting(session, ana(session), TODAY) == Waiting(0, 0)


def test_a_clock_that_was_set_back_stops_nothing(database: Database) -> None:
    start(database)
    with database.write() as session:
        told = ana(session)
        of = session.scalars(select(Matter)).one()
        for number in range(PER_HOUR):
            made, _ = plain_entry(session, of, window(rule=f"r.{number}"))
            session.add(
                Invitation(
                    entry_id=made.id, slot="safe", person_id=told.id, on=SAFE, sequence=0, rendered=0,
                    cancelled=True, told_at=LATER + timedelta(days=30),
                )
            )  # fmt: skip
    assert tell(database) == 6


def test_what_never_left_is_taken_back_and_not_cancelled_by_mail(database: Database) -> None:
    entries = start(database)
    tell(database)
    with database.write() as session:
        entry = session.get_one(Entry, entries[RULE].id)
        waive_entry(session, desk(), entry, reason="not wanted", by=ana(session), now=LATER)
    assert tell(database, LATER + HOUR) == 2
    assert [mail.method for mail in mails(database)] == ["REQUEST"] * 4
    assert tell(database, LATER + 2 * HOUR) == 0


def test_of_two_changes_before_the_mail_leaves_only_the_last_is_sent(database: Database) -> None:
    start(database)
    for step in range(3):
        with database.write() as session:
            row = session.scalars(select(Rendering).where(Rendering.on == SAFE).order_by(Rendering.id).limit(1)).one()
            row.sequence += 1
            uid = uid_of(session, row.entry_id, "safe")
        tell(database, LATER + step * 2 * HOUR)
    found = [mail for mail in mails(database) if str(mail.event["UID"]) == uid]
    assert [int(mail.event["SEQUENCE"]) for mail in found] == [2]


@pytest.mark.parametrize("how", ["words", "address"])
def test_other_words_and_another_address_are_told_anew(database: Database, how: str) -> None:
    start(database)
    tell(database)
    last = sent(database)
    with database.write() as session:
        if how == "words":
            opted_in(session, ana(session), "busy")
        else:
            amend_address(session, ana(session), "ruiz@firm.test", actor="test", now=LATER)
        assert people_to_tell(session, TODAY) != []
    assert tell(database, LATER + 2 * HOUR) == 6
    found = mails(database, last)
    assert {int(mail.event["SEQUENCE"]) for mail in found} == {1}
    if how == "words":
        assert {str(mail.event["SUMMARY"]) for mail in found} == {"Deadline"}
    else:
        assert {str(mail.event["ATTENDEE"]) for mail in found} == {"mailto:ruiz@firm.test"}


def test_nobody_who_left_is_told_anything(database: Database) -> None:
    with database.write() as session:
        recorded(session)
        ben = person(session, "Ben Ode")
        opted_in(session, ana(session))
        deactivate_person(session, ana(session), successor=ben, actor="test", today=LATER.date(), now=LATER)
        with pytest.raises(Conflict):
            choose_invitations(session, ana(session), "matter", actor="test", now=LATER)
    assert tell(database) == 0


def test_a_date_that_cannot_be_written_goes_out_as_a_plain_letter(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = start(database)
    with database.write() as session:
        session.scalars(select(DeadlineRow).where(DeadlineRow.entry_id == entries[RULE].id)).one().window = {"x": 1}
    assert tell(database) == 6
    found = mails(database)
    assert [mail.method for mail in found].count("REQUEST") == 4
    plain = [mail for mail in found if mail.method is None]
    assert plain[0].subject == "Fri 20 Nov 2026: open the docket, matter 2026-0143"
    assert tell(database, LATER + HOUR) == 0

    def refuses(*_: object, **__: object) -> bytes:
        raise CalendarError("no")

    monkeypatch.setattr(inviting, "itip_object", refuses)
    with database.write() as session:
        opted_in(session, ana(session), "busy")
    tell(database, LATER + 2 * HOUR)
    assert "2026-0143" not in mails(database)[-1].subject


def test_a_fault_on_the_way_leaves_nothing_half_done(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    start(database)
    honest = letters.queue

    def fails_at_the_fourth(session: Session, **words: Any) -> bool:
        if session.query(Letter).count() == 3:
            raise RuntimeError("killed")
        return honest(session, **words)

    monkeypatch.setattr(letters, "queue", fails_at_the_fourth)
    with pytest.raises(RuntimeError):
        tell(database)
    monkeypatch.undo()
    with database.read() as session:
        assert session.query(Letter).count() == session.query(Invitation).count() == 0
    assert tell(database) == 6


def test_the_choice_is_written_down_and_unknown_words_are_refused(database: Database) -> None:
    with database.write() as session:
        told = opted_in(session, person(session))
        opted_in(session, told)
        opt_out(session)
        with pytest.raises(InputError):
            choose_invitations(session, told, "everything", actor="test", now=LATER)
        rows = session.scalars(select(Audit).where(Audit.action == "person.invitations").order_by(Audit.id))
        assert [row.detail for row in rows] == [{"redaction": "matter"}, {"redaction": None}]


def test_a_past_day_is_no_matter_of_invitations(database: Database) -> None:
    start(database)
    assert tell(database, datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 1)) == 0
