"""A calendar stays within what every program takes, and says where it ends; nothing near is ever left out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from deadlines.docket import feeds, subscriptions
from deadlines.docket.renderings import render_entry
from deadlines.docket.subscriptions import Choice
from deadlines.store.tables import Matter, Person, Subscription
from tests.docket import samples
from tests.reading import events_of

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def put(session: Session, matter: Matter, on: date, *, times: int = 1) -> None:
    """Windows whose two dates fall on that day."""
    for _ in range(times):
        entry, deadline = samples.entry(session, matter, samples.window(safe_by=on, last_day=on))
        render_entry(session, entry, deadline, now=samples.ENTERED)


def subscribe(session: Session, person: Person, **choice: Any) -> Subscription:
    made, _ = subscriptions.add_subscription(session, person, "x", choice=Choice(**choice), actor="t", now=NOW)
    return made


def shown(session: Session, subscription: Subscription) -> list[tuple[date, str]]:
    body = feeds.feed_body(session, subscription, today=TODAY)
    assert len(body) <= feeds.LARGEST
    found = events_of(body)
    assert len(found) <= feeds.MOST
    return [(event["DTSTART"].dt, str(event["SUMMARY"])) for event in found]


def days(session: Session, subscription: Subscription) -> list[date]:
    return [day for day, summary in shown(session, subscription) if "ENDS HERE" not in summary]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four entries besides the notes."""
    monkeypatch.setattr(feeds, "MOST", 6)


@pytest.mark.usefixtures("small")
def test_the_farthest_days_are_left_out_whole_and_the_calendar_says_so(
    session: Session, ana: Person, matter: Matter
) -> None:
    near, far = [TODAY + timedelta(days=n) for n in range(3)], TODAY + timedelta(days=9)
    for day in near:
        put(session, matter, day)
    put(session, matter, far, times=2)
    subscription = subscribe(session, ana)
    assert days(session, subscription) == near
    (end,) = [day for day, summary in shown(session, subscription) if "ENDS HERE" in summary]
    assert end == far == feeds.ends_early(session, subscription, today=TODAY)


@pytest.mark.usefixtures("small")
def test_the_note_of_the_end_moves_along_as_one_entry(session: Session, ana: Person, matter: Matter) -> None:
    """RFC 5545 3.8.7.4: programs take a change of an entry by its UID and a larger SEQUENCE."""
    for number in range(8):
        put(session, matter, TODAY + timedelta(days=number))
    subscription = subscribe(session, ana)
    seen: list[tuple[date, Any]] = []

    def look(today: date) -> None:
        found = events_of(feeds.feed_body(session, subscription, today=today))
        seen.extend((event["DTSTART"].dt, event) for event in found if "ENDS HERE" in event["SUMMARY"])

    look(TODAY)
    entry, deadline = samples.entry(session, matter, samples.window(safe_by=TODAY, last_day=TODAY))
    render_entry(session, entry, deadline, now=NOW + timedelta(hours=1))
    look(TODAY)
    look(TODAY + timedelta(days=1))
    assert [day for day, _ in seen] == [TODAY + timedelta(days=n) for n in (4, 3, 5)]
    assert {str(event["UID"]) for _, event in seen} == {f"{subscription.id}-ends@deadlines"}
    sequences = [event["SEQUENCE"] for _, event in seen]
    assert sequences == sorted(set(sequences))
    stamps = [event["LAST-MODIFIED"].dt for _, event in seen]
    assert stamps == sorted(set(stamps))


@pytest.mark.usefixtures("small")
def test_days_past_make_room_for_days_ahead(session: Session, ana: Person, matter: Matter) -> None:
    past, ahead = [TODAY - timedelta(days=n) for n in (3, 2, 1)], [TODAY + timedelta(days=n) for n in range(3)]
    for day in [*past, *ahead]:
        put(session, matter, day)
    subscription = subscribe(session, ana)
    assert days(session, subscription) == [past[-1], *ahead]
    assert feeds.ends_early(session, subscription, today=TODAY) is None


@pytest.mark.usefixtures("small")
def test_a_first_day_that_is_too_large_is_shown_as_far_as_it_goes(
    session: Session, ana: Person, matter: Matter
) -> None:
    put(session, matter, TODAY, times=6)
    subscription = subscribe(session, ana)
    assert days(session, subscription) == [TODAY] * 4
    assert feeds.ends_early(session, subscription, today=TODAY) == TODAY


@pytest.mark.usefixtures("small")
def test_reminders_count_too(session: Session, ana: Person, matter: Matter) -> None:
    for number in range(3):
        put(session, matter, TODAY + timedelta(days=20 + number))
    assert len(days(session, subscribe(session, ana))) == 3
    assert shown(session, subscribe(session, ana, reminders=True))


@pytest.mark.usefixtures("small")
def test_whole_means_whole(session: Session, ana: Person, matter: Matter) -> None:
    put(session, matter, TODAY, times=9)
    body = feeds.feed_body(session, subscribe(session, ana, whole=True), today=TODAY)
    assert body.count(b"BEGIN:VEVENT") == 9


def test_a_megabyte_is_the_most(session: Session, ana: Person, matter: Matter) -> None:
    words = ["Because of this and that, and for many more reasons. " * 20 + str(n) for n in range(5)]
    for number in range(240):
        day = TODAY + timedelta(days=number)
        asked = samples.window(safe_by=day, last_day=day, notes=words)
        entry, deadline = samples.entry(session, matter, asked)
        render_entry(session, entry, deadline, now=samples.ENTERED)
    subscription = subscribe(session, ana)
    found = days(session, subscription)
    assert 100 < len(found) < 240
    assert found == [TODAY + timedelta(days=n) for n in range(len(found))]


def test_the_bytes_are_the_same_every_time(session: Session, ana: Person, matter: Matter) -> None:
    put(session, matter, TODAY, times=3)
    subscription = subscribe(session, ana, redaction="full", reminders=True)
    assert len({feeds.feed_body(session, subscription, today=TODAY) for _ in range(3)}) == 1


def test_short_words_are_measured_as_they_are(session: Session, ana: Person, matter: Matter) -> None:
    words = ["Because of this and that, and for many more reasons. " * 20 + str(n) for n in range(5)]
    for number in range(240):
        day = TODAY + timedelta(days=number)
        entry, deadline = samples.entry(session, matter, samples.window(safe_by=day, last_day=day, notes=words))
        render_entry(session, entry, deadline, now=samples.ENTERED)
    assert len(days(session, subscribe(session, ana, redaction="busy"))) == 240
