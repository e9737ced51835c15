"""Calendars in other words: kept once, never wrong, and reminders as entries of their own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket import feeds, variants
from deadlines.docket.intake import open_matter
from deadlines.docket.renderings import render_entry
from deadlines.docket.versions import current
from deadlines.store.tables import Entry, Matter, Person, Subscription, Variant
from tests.docket import samples
from tests.reading import events_of

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def entry(session: Session, matter: Matter) -> Entry:
    made, deadline = samples.entry(session, matter, samples.window())
    render_entry(session, made, deadline, now=samples.ENTERED)
    return made


def body(session: Session, subscription: Subscription) -> bytes:
    return feeds.feed_body(session, subscription, today=TODAY)


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Variant)) or 0


@pytest.mark.parametrize("choice", [{"redaction": "full"}, {"redaction": "busy"}, {"reminders": True}])
def test_what_is_kept_is_what_would_be_made(
    session: Session, ana: Person, entry: Entry, choice: dict[str, Any]
) -> None:
    subscription = samples.subscribe(session, ana, **choice)
    made = body(session, subscription)
    assert kept(session) == 0  # reading writes nothing
    count = 1 if choice == {"reminders": True} else 2
    assert variants.prepare(session, subscription, today=TODAY) == count
    assert kept(session) == count
    assert body(session, subscription) == made
    assert variants.prepare(session, subscription, today=TODAY) == 0


def test_the_default_needs_nothing_more(session: Session, ana: Person, entry: Entry) -> None:
    assert variants.prepare(session, samples.subscribe(session, ana), today=TODAY) == 0
    assert variants.in_use(session) == []


def test_a_moved_date_is_never_shown_where_it_was(session: Session, ana: Person, entry: Entry) -> None:
    subscription = samples.subscribe(session, ana, redaction="full", reminders=True)
    variants.prepare(session, subscription, today=TODAY)
    entry.version = 2
    deadline = samples.version(session, entry, samples.window(safe_by=date(2026, 11, 13)), 2)
    render_entry(session, entry, deadline, now=NOW)
    fresh = body(session, subscription)
    assert b"DTSTART;VALUE=DATE:20261120" not in fresh
    assert b"DTSTART;VALUE=DATE:20261113" in fresh
    before = kept(session)
    assert variants.prepare(session, subscription, today=TODAY) > 0
    assert kept(session) == before  # made anew in place
    assert body(session, subscription) == fresh


def test_a_client_named_later_is_in_full_calendars_at_once(session: Session, ana: Person) -> None:
    bare = open_matter(session, "N-1", client=None, attorney=ana, actor="t", now=NOW)
    made, deadline = samples.entry(session, bare, samples.window())
    render_entry(session, made, deadline, now=samples.ENTERED)
    subscription = samples.subscribe(session, ana, redaction="full")
    variants.prepare(session, subscription, today=TODAY)
    assert b"Rossi" not in body(session, subscription)
    state = feeds.feed_state(session, subscription, today=TODAY)
    open_matter(session, "N-1", client="Rossi", attorney=None, actor="t", now=NOW)
    assert feeds.feed_state(session, subscription, today=TODAY) != state
    assert b"Rossi" in body(session, subscription)


def reminders(session: Session, subscription: Subscription) -> list[tuple[date, str, int, str]]:
    found = events_of(body(session, subscription))
    return [
        (event["DTSTART"].dt, str(event["SUMMARY"]).split(":")[0], event["SEQUENCE"], str(event["STATUS"]))
        for event in found
        if "REMINDER" in event["SUMMARY"]
    ]


def test_reminders_stand_before_the_day_to_file_by_and_go_with_it(session: Session, ana: Person, entry: Entry) -> None:
    """The notice came on Tuesday 27 October 2026; the motion is to be filed by Friday 20 November."""
    subscription = samples.subscribe(session, ana, reminders=True)
    assert reminders(session, subscription) == [
        (date(2026, 11, 6), "REMINDER 14 days", 0, "CONFIRMED"),
        (date(2026, 11, 13), "REMINDER 7 days", 0, "CONFIRMED"),
        (date(2026, 11, 17), "REMINDER 3 days", 0, "CONFIRMED"),
        (date(2026, 11, 19), "REMINDER 1 day", 0, "CONFIRMED"),
    ]
    uids = [str(e["UID"]) for e in events_of(body(session, subscription))]
    assert len(set(uids)) == len(uids) == 6
    entry.status = "struck"
    render_entry(session, entry, current(session, entry), now=NOW)
    assert {(sequence, status) for _, _, sequence, status in reminders(session, subscription)} == {(1, "CANCELLED")}


def test_reminders_begin_on_the_firms_day_on_which_the_notice_was_entered(
    session: Session, ana: Person, entry: Entry
) -> None:
    """Friday 6 November, 8 p.m. in New York, two weeks before the day to file by; in London it is Saturday."""
    subscription = samples.subscribe(session, ana, reminders=True)
    entry.created_at = datetime(2026, 11, 7, 1, 0, tzinfo=UTC)
    assert variants.prepare(session, subscription, today=TODAY, zone=ZoneInfo(samples.ZONE)) == 1
    [(first, words, *_), *_] = reminders(session, subscription)
    assert (first, words) == (date(2026, 11, 6), "REMINDER 14 days")


def test_busy_reminders_tell_nothing(session: Session, ana: Person, entry: Entry) -> None:
    text = body(session, samples.subscribe(session, ana, redaction="busy", reminders=True)).decode()
    for word in ("2026-0143", "Motion", "I-290B", "Canary", "8 CFR", "uscis"):
        assert word not in text
    assert text.count("SUMMARY:REMINDER") == 4


def test_an_entry_moves_its_state_whatever_the_words(session: Session, ana: Person, entry: Entry) -> None:
    subscription = samples.subscribe(session, ana, redaction="busy")
    before = feeds.feed_state(session, subscription, today=TODAY)
    entry.version = 2
    deadline = samples.version(session, entry, samples.window(safe_by=date(2026, 11, 13)), 2)
    render_entry(session, entry, deadline, now=NOW + timedelta(hours=1))
    assert feeds.feed_state(session, subscription, today=TODAY) != before


def test_a_reminder_of_earlier_dates_stays_as_cancelled(session: Session, ana: Person, entry: Entry) -> None:
    """From 20 to 6 November: the stages of 14 and 7 days are on other days, those of 3 and 1 too."""
    subscription = samples.subscribe(session, ana, reminders=True)
    before = {uid: day for uid, day, _ in uids(session, subscription)}
    entry.version = 2
    deadline = samples.version(
        session, entry, samples.window(safe_by=date(2026, 10, 30), last_day=date(2026, 11, 4)), 2
    )
    render_entry(session, entry, deadline, now=NOW)
    after = {uid: (day, status) for uid, day, status in uids(session, subscription)}
    assert set(before) <= set(after)
    gone = {uid for uid in before if after[uid] == (before[uid], "CANCELLED")}
    assert len(gone) == 2
    assert {status for uid, (_, status) in after.items() if uid not in gone} == {"CONFIRMED"}


def uids(session: Session, subscription: Subscription) -> list[tuple[str, date, str]]:
    return [
        (str(event["UID"]), event["DTSTART"].dt, str(event["STATUS"]))
        for event in events_of(body(session, subscription))
        if "REMINDER" in event["SUMMARY"]
    ]


@pytest.mark.parametrize("words", ["matter", "busy"])
def test_a_reminder_rings_on_its_day_in_all_words(session: Session, ana: Person, entry: Entry, words: str) -> None:
    found = events_of(body(session, samples.subscribe(session, ana, redaction=words, reminders=True)))
    alarms = [
        [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] for event in found if "REMINDER" in event["SUMMARY"]
    ]
    assert alarms == [[timedelta(hours=9)]] * 4


def test_a_matter_that_becomes_restricted_loses_its_client_at_once(
    session: Session, ana: Person, matter: Matter, entry: Entry
) -> None:
    subscription = samples.subscribe(session, ana, redaction="full", restricted=True)
    before = feeds.feed_state(session, subscription, today=TODAY)
    assert b"Canary-Garcia" in body(session, subscription)
    matter.restricted = True
    session.flush()
    assert feeds.feed_state(session, subscription, today=TODAY) != before
    assert b"Canary" not in body(session, subscription)
