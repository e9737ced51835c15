"""Feeds on both databases: tokens, renderings, what a subscription shows, and when its state changes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.result import Window
from deadlines.docket import endings, feeds, renderings, subscriptions
from deadlines.docket.subscriptions import Choice, Fetches
from deadlines.errors import Conflict, InputError
from deadlines.store.tables import Audit, DeadlineRow, Entry, Matter, Person, Rendering, Subscription
from tests.docket import samples

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def put(session: Session, matter: Matter, asked: Window, *, now: datetime = samples.ENTERED) -> Entry:
    """An entry with its dates, rendered."""
    entry, deadline = samples.entry(session, matter, asked)
    renderings.render_entry(session, entry, deadline, now=now)
    return entry


def move(session: Session, entry: Entry, asked: Window, *, now: datetime = NOW) -> None:
    """The next version of an entry's dates."""
    entry.version += 1
    deadline = samples.version(session, entry, asked, entry.version)
    renderings.render_entry(session, entry, deadline, now=now)


def end(session: Session, entry: Entry, status: str, *, now: datetime = NOW) -> None:
    entry.status = status
    deadline = session.scalars(
        select(DeadlineRow).where(DeadlineRow.entry_id == entry.id, DeadlineRow.version == entry.version)
    ).one()
    renderings.render_entry(session, entry, deadline, now=now)


def subscribe(session: Session, person: Person, redaction: str = "matter") -> Subscription:
    return subscriptions.add_subscription(
        session, person, "Outlook at work", choice=Choice(redaction=redaction), actor="test", now=samples.ENTERED
    )[0]


def events(session: Session, subscription: Subscription, today: date = TODAY) -> list[Any]:
    calendar = Calendar.from_ical(feeds.feed_body(session, subscription, today=today))
    return list(calendar.walk("VEVENT"))


def days(session: Session, subscription: Subscription, today: date = TODAY) -> list[date]:
    return [event["DTSTART"].dt for event in events(session, subscription, today)]


def by_uid(session: Session, subscription: Subscription, today: date = TODAY) -> dict[str, Any]:
    return {str(event["UID"]): event for event in events(session, subscription, today)}


# -- tokens --------------------------------------------------------------------------------------------------


def test_the_token_is_shown_once_and_only_its_hash_is_kept(session: Session, ana: Person) -> None:
    subscription, token = subscriptions.add_subscription(session, ana, "  Outlook   at work ", actor="test", now=NOW)
    assert re.fullmatch(r"dlf_[A-Za-z0-9_-]{43}", token)
    assert subscription.label == "Outlook at work"
    assert subscription.hint == token[4:10]
    session.expire_all()
    stored = [str(value) for row in session.execute(select(*Subscription.__table__.columns)) for value in row]
    assert [value for value in stored if token[12:] in value] == []
    assert re.fullmatch(r"[0-9a-f]{64}", subscription.token_hash)
    audit = session.scalars(select(Audit).where(Audit.action == "feed.add")).one()
    assert (audit.subject, audit.actor) == (subscription.id, "test")
    assert token[12:] not in str(audit.detail)


def test_tokens_differ(session: Session, ana: Person) -> None:
    made = {subscriptions.add_subscription(session, ana, "x", actor="t", now=NOW)[1] for _ in range(5)}
    assert len(made) == 5


def test_a_live_token_is_found_and_every_other_is_not(session: Session, ana: Person) -> None:
    subscription, token = subscriptions.add_subscription(session, ana, "x", actor="test", now=NOW)
    assert subscriptions.find_subscription(session, token) is subscription
    for wrong in ("", "dlf_", token[:-1], token + "x", token.lower(), subscription.token_hash, "dlf_\ud800é"):
        assert subscriptions.find_subscription(session, wrong) is None


def test_an_address_ends_once(session: Session, ana: Person) -> None:
    subscription = subscribe(session, ana)
    endings.end_subscription(session, subscription, "revoked", actor="test", now=NOW)
    endings.end_subscription(session, subscription, "rotated", actor="test", now=NOW + timedelta(days=1))
    assert (subscription.revoked_at, subscription.ending) == (NOW, "revoked")
    assert len(session.scalars(select(Audit).where(Audit.action == "feed.end")).all()) == 1


def test_the_address_of_somebody_who_left_is_gone(session: Session, ana: Person) -> None:
    subscription = subscribe(session, ana)
    ana.active = False
    session.flush()
    assert endings.condition(subscription, NOW) == "gone"
    with pytest.raises(Conflict):
        subscriptions.add_subscription(session, ana, "x", actor="test", now=NOW)


@pytest.mark.parametrize(
    "label, redaction", [("", "matter"), ("x" * 101, "matter"), ("a\x00b", "matter"), ("x", "all")]
)
def test_unusable_words_are_refused(session: Session, ana: Person, label: str, redaction: str) -> None:
    with pytest.raises(InputError):
        subscriptions.add_subscription(session, ana, label, choice=Choice(redaction=redaction), actor="test", now=NOW)


def test_answered_are_the_live_ones_and_those_that_say_that_they_ended(session: Session, ana: Person) -> None:
    live, ended, leaked = (subscribe(session, ana) for _ in range(3))
    endings.end_subscription(session, ended, "revoked", actor="test", now=NOW)
    endings.end_subscription(session, leaked, "leaked", actor="test", now=NOW)
    assert set(endings.sights(session, now=NOW)) == {live.token_hash, ended.token_hash}
    later = NOW + timedelta(days=endings.NOTICE_DAYS)
    assert set(endings.sights(session, now=later)) == {live.token_hash}


def test_fetches_are_counted_and_the_last_moment_never_goes_back(session: Session, ana: Person) -> None:
    subscription = subscribe(session, ana)
    later = NOW + timedelta(hours=1)
    subscriptions.record_fetches(session, {subscription.id: Fetches(3, later, "Thunderbird/153")})
    subscriptions.record_fetches(session, {subscription.id: Fetches(2, NOW, "khal")})
    session.expire_all()
    assert (subscription.fetches, subscription.last_fetch_at, subscription.last_agent) == (
        5,
        later,
        "Thunderbird/153",
    )


# -- what is shown -------------------------------------------------------------------------------------------


def test_each_window_gives_an_entry_for_each_of_its_dates(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window(protective_by=date(2026, 11, 2)))
    found = by_uid(session, subscribe(session, ana))
    assert {uid: event["DTSTART"].dt for uid, event in found.items()} == {
        f"{entry.id}-protective@deadlines": date(2026, 11, 2),
        f"{entry.id}-safe@deadlines": date(2026, 11, 20),
        f"{entry.id}-last@deadlines": date(2026, 11, 25),
    }
    assert {event["SEQUENCE"] for event in found.values()} == {0}


def test_the_bytes_are_the_same_every_time_and_sorted(session: Session, ana: Person, matter: Matter) -> None:
    for number in range(6):
        put(session, matter, samples.window(rule=f"uscis.motion.{number}"))
    subscription = subscribe(session, ana)
    first = feeds.feed_body(session, subscription, today=TODAY)
    session.expire_all()
    assert feeds.feed_body(session, subscription, today=TODAY) == first
    keys = [(event["DTSTART"].dt, str(event["UID"])) for event in events(session, subscription)]
    assert keys == sorted(keys)
    assert len(keys) == 12


def test_rendering_again_changes_nothing(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window())
    subscription = subscribe(session, ana)
    before = feeds.feed_body(session, subscription, today=TODAY)
    state = feeds.feed_state(session, subscription, today=TODAY)
    end(session, entry, "open", now=NOW + timedelta(days=3))
    assert feeds.feed_body(session, subscription, today=TODAY) == before
    assert feeds.feed_state(session, subscription, today=TODAY) == state


def test_a_moved_date_keeps_its_uid_and_gets_the_next_sequence(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window())
    subscription = subscribe(session, ana)
    before = by_uid(session, subscription)
    state = feeds.feed_state(session, subscription, today=TODAY)
    move(session, entry, samples.window(last_day=date(2026, 11, 24), latest=date(2026, 11, 24)))
    after = by_uid(session, subscription)
    uid = f"{entry.id}-last@deadlines"
    assert set(after) == set(before)
    assert after[uid]["DTSTART"].dt == date(2026, 11, 24)
    assert after[uid]["SEQUENCE"] == before[uid]["SEQUENCE"] + 1
    assert after[uid]["DTSTAMP"].dt == after[uid]["LAST-MODIFIED"].dt == NOW
    assert after[uid]["CREATED"].dt == before[uid]["CREATED"].dt == samples.ENTERED
    assert feeds.feed_state(session, subscription, today=TODAY) != state


def test_a_change_never_lies_before_the_last_one(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window(), now=NOW)
    move(session, entry, samples.window(title="Other"), now=NOW - timedelta(hours=1))
    for event in events(session, subscribe(session, ana)):
        assert (event["SEQUENCE"], event["LAST-MODIFIED"].dt) == (1, NOW)


@pytest.mark.parametrize("status", ["satisfied", "waived", "struck"])
def test_what_ended_stays_for_a_while_as_cancelled(session: Session, ana: Person, matter: Matter, status: str) -> None:
    entry = put(session, matter, samples.window())
    subscription = subscribe(session, ana)
    uids = set(by_uid(session, subscription))
    end(session, entry, status)
    found = by_uid(session, subscription)
    assert set(found) == uids
    for event in found.values():
        assert str(event["STATUS"]) == "CANCELLED"
        assert str(event["SUMMARY"]).startswith("CANCELLED: ")
        assert event["SEQUENCE"] == 1
        assert event.walk("VALARM") == []
    assert len(events(session, subscription, TODAY + timedelta(days=18))) == 2
    note = events(session, subscription, TODAY + timedelta(days=31))
    assert [str(event["SUMMARY"]) for event in note] == ["Deadlines: this calendar is connected"]


def test_a_new_calendar_does_not_begin_with_what_ended_before_it(session: Session, ana: Person, matter: Matter) -> None:
    """No program of its reader shows it, so there is nothing to take out."""
    before = samples.ENTERED - timedelta(seconds=1)
    end(session, put(session, matter, samples.window(), now=before), "waived", now=before)
    last = put(session, matter, samples.window())
    subscription = subscribe(session, ana)
    end(session, last, "waived")
    assert {uid[: len(last.id)] for uid in by_uid(session, subscription)} == {last.id}


def test_what_is_opened_again_is_confirmed_again(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window())
    end(session, entry, "struck")
    end(session, entry, "open", now=NOW + timedelta(days=1))
    for event in events(session, subscribe(session, ana)):
        assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 2)


def test_a_protective_date_that_falls_away_is_cancelled_where_it_was(
    session: Session, ana: Person, matter: Matter
) -> None:
    entry = put(session, matter, samples.window(protective_by=date(2026, 11, 2)))
    subscription = subscribe(session, ana)
    move(session, entry, samples.window())
    gone = by_uid(session, subscription)[f"{entry.id}-protective@deadlines"]
    assert (str(gone["STATUS"]), gone["SEQUENCE"]) == ("CANCELLED", 1)
    assert gone["DTSTART"].dt == date(2026, 11, 2)
    move(session, entry, samples.window(protective_by=date(2026, 11, 3)), now=NOW + timedelta(days=1))
    back = by_uid(session, subscription)[f"{entry.id}-protective@deadlines"]
    assert (str(back["STATUS"]), back["SEQUENCE"]) == ("CONFIRMED", 2)


def test_a_window_that_is_due_no_more_is_cancelled(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window())
    nothing = samples.window(state="not-available", safe_by=None, last_day=None, latest=None, readings=[])
    move(session, entry, nothing)
    assert {str(event["STATUS"]) for event in events(session, subscribe(session, ana))} == {"CANCELLED"}


def test_what_was_never_shown_leaves_no_tombstone(session: Session, ana: Person, matter: Matter) -> None:
    entry, deadline = samples.entry(session, matter, samples.window(), status="struck")
    renderings.render_entry(session, entry, deadline, now=NOW)
    assert session.scalars(select(Rendering)).all() == []


@pytest.mark.parametrize("state", ["no-limit", "not-available", "closed"])
def test_a_window_that_is_not_due_is_not_shown(session: Session, matter: Matter, state: str) -> None:
    put(session, matter, samples.window(state=state, safe_by=None, last_day=None, latest=None))
    assert session.scalars(select(Rendering)).all() == []


def test_a_person_sees_the_own_matters_and_the_docket_all_but_restricted_ones(
    session: Session, ana: Person, matter: Matter
) -> None:
    ben = samples.person(session, "Ben Lee")
    desk = samples.person(session, "Dora Desk", "docket")
    clerk = samples.person(session, "Pia Para", "paralegal")
    other = samples.matter(session, ben, "2026-0200")
    closed = samples.matter(session, ana, "2026-0666", restricted=True)
    for of in (matter, other, closed):
        put(session, of, samples.window())

    def seen(person: Person) -> set[str]:
        text = " ".join(str(event["SUMMARY"]) for event in events(session, subscribe(session, person)))
        return set(re.findall(r"2026-0\d{3}", text))

    assert seen(ana) == {"2026-0143"}
    assert seen(ben) == {"2026-0200"}
    assert seen(desk) == {"2026-0143", "2026-0200"}
    assert seen(clerk) == set()


@pytest.mark.parametrize("redaction", ["matter", "full", "busy"])
def test_a_matter_that_becomes_restricted_leaves_every_feed(
    session: Session, ana: Person, matter: Matter, redaction: str
) -> None:
    put(session, matter, samples.window())
    subscription = subscribe(session, ana, redaction)
    state = feeds.feed_state(session, subscription, today=TODAY)
    matter.restricted = True
    session.flush()
    assert len(events(session, subscription)) == 1
    assert b"-safe@" not in feeds.feed_body(session, subscription, today=TODAY)
    assert feeds.feed_state(session, subscription, today=TODAY) != state


def test_a_matter_handed_over_changes_feed_and_state_of_both(session: Session, ana: Person, matter: Matter) -> None:
    ben = samples.person(session, "Ben Lee")
    put(session, matter, samples.window())
    hers, his = subscribe(session, ana), subscribe(session, ben)
    before = [feeds.feed_state(session, each, today=TODAY) for each in (hers, his)]
    matter.attorney_id = ben.id
    session.flush()
    after = [feeds.feed_state(session, each, today=TODAY) for each in (hers, his)]
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert len(events(session, his)) == 2


def test_a_feed_reaches_from_thirty_days_ago_to_eighteen_months_ahead(
    session: Session, ana: Person, matter: Matter
) -> None:
    put(session, matter, samples.window(safe_by=date(2026, 11, 20), last_day=date(2028, 5, 20)))
    subscription = subscribe(session, ana)
    both = [date(2026, 11, 20), date(2028, 5, 20)]
    assert days(session, subscription, date(2026, 11, 19)) == both[:1]
    assert days(session, subscription, date(2026, 11, 20)) == both
    assert days(session, subscription, date(2026, 12, 20)) == both
    assert days(session, subscription, date(2026, 12, 21)) == both[1:]
    states = {
        feeds.feed_state(session, subscription, today=day)
        for day in (date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 21))
    }
    assert len(states) == 3


@pytest.mark.parametrize(
    "today, last", [(date(2026, 8, 31), date(2028, 2, 29)), (date(2026, 12, 31), date(2028, 6, 30))]
)
def test_eighteen_months_end_within_their_month(
    session: Session, ana: Person, matter: Matter, today: date, last: date
) -> None:
    put(session, matter, samples.window(safe_by=last, last_day=last + timedelta(days=1)))
    assert days(session, subscribe(session, ana), today) == [last]


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_odd_days_of_the_calendar_come_through(session: Session, ana: Person, matter: Matter, on: date) -> None:
    put(session, matter, samples.window(safe_by=on, last_day=on))
    found = events(session, subscribe(session, ana), on)
    assert [(event["DTSTART"].dt, event["DTEND"].dt) for event in found] == [(on, on + timedelta(days=1))]


def test_an_empty_feed_holds_one_note_and_loses_it_with_the_first_entry(
    session: Session, ana: Person, matter: Matter
) -> None:
    subscription = subscribe(session, ana)
    state = feeds.feed_state(session, subscription, today=TODAY)
    (note,) = events(session, subscription)
    assert str(note["SUMMARY"]) == "Deadlines: this calendar is connected"
    assert note["DTSTART"].dt == samples.ENTERED.date()
    assert note.walk("VALARM") == []
    later = feeds.feed_body(session, subscription, today=TODAY + timedelta(days=400))
    assert later == feeds.feed_body(session, subscription, today=TODAY)
    put(session, matter, samples.window())
    assert "note" not in "".join(by_uid(session, subscription))
    assert feeds.feed_state(session, subscription, today=TODAY) != state


# -- redactions ----------------------------------------------------------------------------------------------


def test_redactions_differ_in_words_and_agree_in_identity(session: Session, ana: Person, matter: Matter) -> None:
    entry = put(session, matter, samples.window(protective_by=date(2026, 11, 2)))
    move(session, entry, samples.window())
    found = {name: by_uid(session, subscribe(session, ana, name)) for name in ("matter", "full", "busy")}
    keys = {
        name: {
            (uid, event["DTSTART"].dt, event["SEQUENCE"], str(event["STATUS"]), event["DTSTAMP"].dt)
            for uid, event in feed.items()
        }
        for name, feed in found.items()
    }
    assert keys["matter"] == keys["full"]
    assert len(keys["matter"]) == 3
    # What is busy can neither be joined with the same entry elsewhere nor with its other dates.
    assert {key[1:] for key in keys["busy"]} == {key[1:] for key in keys["matter"]}
    assert not {key[0][:26] for key in keys["busy"]} & {key[0][:26] for key in keys["matter"]}
    assert len({key[0][:26] for key in keys["busy"]}) == 3
    assert {key[0][26:] for key in keys["busy"]} == {"-date@deadlines"}
    texts = {name: "".join(event.to_ical().decode() for event in feed.values()) for name, feed in found.items()}
    plain = {name: text.replace("\r\n ", "") for name, text in texts.items()}
    assert "Canary-Garcia" in plain["full"]
    assert "Canary-Garcia" not in plain["matter"] + plain["busy"]
    assert "2026-0143" in plain["matter"]
    assert "2026-0143" not in plain["busy"]


def test_two_redactions_are_never_the_same_bytes(session: Session, ana: Person) -> None:
    nameless = samples.matter(session, ana, "2026-0144")
    nameless.client = None
    put(session, nameless, samples.window())
    bodies = [
        feeds.feed_body(session, subscribe(session, ana, name), today=TODAY) for name in ("matter", "full", "busy")
    ]
    assert len(set(bodies)) == 3


def test_a_changed_client_name_changes_the_state_of_full_feeds(session: Session, ana: Person, matter: Matter) -> None:
    put(session, matter, samples.window())
    full, plain = subscribe(session, ana, "full"), subscribe(session, ana)
    before = [feeds.feed_state(session, each, today=TODAY) for each in (full, plain)]
    matter.client = "Other"
    session.flush()
    after = [feeds.feed_state(session, each, today=TODAY) for each in (full, plain)]
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.parametrize("redaction", ["matter", "full", "busy"])
def test_hostile_names_cannot_add_an_event(session: Session, redaction: str) -> None:
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:evil\u2028\u202e"
    eve = samples.person(session, evil, email="eve@firm.test")
    of = samples.matter(session, eve, "9\r\nATTACH:x")
    of.client = evil
    asked = samples.window(title=evil, form=evil, file_with=evil, filed_when=evil, notes=[evil], cite=[evil])
    put(session, of, asked)
    body = feeds.feed_body(session, subscribe(session, eve, redaction), today=TODAY, firm=evil)
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert not re.search(rb"(?m)^(UID:evil|ATTACH)", body.replace(b"\r", b"\n"))
    assert "\u202e" not in body.decode()


# -- the program changes its words ---------------------------------------------------------------------------


def test_entries_of_an_earlier_renderer_are_written_anew(session: Session, ana: Person, matter: Matter) -> None:
    old, same = put(session, matter, samples.window()), put(session, matter, samples.window(rule="other"))
    subscription = subscribe(session, ana)
    right = by_uid(session, subscription)
    for row in session.scalars(select(Rendering)):
        row.renderer = "0"
        if row.entry_id == old.id:
            row.body = row.body.replace(b"SUMMARY:", b"SUMMARY:OLD ")
    session.flush()
    assert renderings.refresh_renderings(session, now=NOW) == 2
    assert renderings.refresh_renderings(session, now=NOW) == 0
    found = by_uid(session, subscription)
    assert {uid: str(event["SUMMARY"]) for uid, event in found.items()} == {
        uid: str(event["SUMMARY"]) for uid, event in right.items()
    }
    assert {uid[:26]: event["SEQUENCE"] for uid, event in found.items()} == {old.id: 1, same.id: 0}


def test_a_safe_date_that_moves_onto_the_last_day_never_says_that_the_last_day_ended(
    session: Session, ana: Person, matter: Matter
) -> None:
    entry = put(session, matter, samples.window(safe_by=date(2026, 11, 20), last_day=date(2026, 11, 25)))
    move(session, entry, samples.window(safe_by=date(2026, 11, 25), last_day=date(2026, 11, 25)))
    found = {str(event["SUMMARY"]) for event in events(session, subscribe(session, ana))}
    assert any(summary.startswith("FILE BY AND LAST DAY: ") for summary in found)
    assert not any(summary.startswith("CANCELLED: LAST DAY") for summary in found)
    assert all(event["DTSTART"].dt == date(2026, 11, 25) for event in events(session, subscribe(session, ana)))
