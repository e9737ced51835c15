"""What a calendar showed and shows no more leaves it entry by entry (RFC 5546 3.2.5: a cancelled entry keeps its
UID and has a later SEQUENCE), and what comes back is later still."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import feeds, teams
from deadlines.docket.handing import hand_over
from deadlines.docket.people import deactivate_person
from deadlines.docket.renderings import lift_all, render_entry
from deadlines.docket.restricting import restrict_matter, unrestrict_matter
from deadlines.docket.versions import current, locked
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Letter, Matter, Person, Rendering, Subscription
from tests.docket import desks, samples
from tests.reading import events_of

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CHOICES: list[dict[str, Any]] = [{}, {"redaction": "busy"}, {"redaction": "full"}, {"reminders": True}]


@pytest.fixture
def ben(session: Session) -> Person:
    return samples.person(session, "Ben Ode")


@pytest.fixture
def entry(session: Session, matter: Matter) -> Entry:
    made, deadline = samples.entry(session, matter, samples.window())
    render_entry(session, made, deadline, now=samples.ENTERED)
    return made


def shown(session: Session, subscription: Subscription, today: date = TODAY) -> dict[str, Any]:
    body = feeds.feed_body(session, subscription, today=today)
    return {str(event["UID"]): event for event in events_of(body) if "connected" not in event["SUMMARY"]}


def is_removed(event: Any) -> bool:
    return bool(event.get("STATUS") == "CANCELLED" and event["SUMMARY"] == "CANCELLED: Removed from this calendar")


@pytest.mark.parametrize("choice", CHOICES)
def test_a_restricted_matter_leaves_entry_by_entry_and_says_nothing(
    session: Session, ana: Person, matter: Matter, entry: Entry, choice: dict[str, Any]
) -> None:
    subscription = samples.subscribe(session, ana, **choice)
    before, state = shown(session, subscription), feeds.feed_state(session, subscription, today=TODAY)
    restrict_matter(session, matter, actor="t", now=NOW)
    after = shown(session, subscription)
    assert set(after) == set(before)
    assert all(is_removed(event) for event in after.values())
    assert all(event["SEQUENCE"] > before[uid]["SEQUENCE"] for uid, event in after.items())
    assert all(event["DTSTART"].dt == TODAY for event in after.values())
    body = feeds.feed_body(session, subscription, today=TODAY)
    assert not any(word in body for word in (b"2026-0143", b"Canary", b"I-290B", b"20261120", b"20261125"))
    assert feeds.feed_state(session, subscription, today=TODAY) != state


def test_removed_dates_go_after_a_month_and_a_new_calendar_never_had_them(
    session: Session, ana: Person, matter: Matter, entry: Entry
) -> None:
    subscription = samples.subscribe(session, ana)
    restrict_matter(session, matter, actor="t", now=NOW)
    assert shown(session, subscription, TODAY + timedelta(days=18))
    assert shown(session, subscription, TODAY + timedelta(days=31)) == {}
    assert shown(session, samples.subscribe(session, ana)) == {}


@pytest.mark.parametrize("choice", CHOICES)
def test_what_comes_back_is_later_than_its_removal(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry, choice: dict[str, Any]
) -> None:
    subscription = samples.subscribe(session, ana, **choice)
    restrict_matter(session, matter, actor="t", now=NOW)
    gone = shown(session, subscription)
    unrestrict_matter(session, matter, ben, "not protected", now=LATER)
    back = shown(session, subscription)
    assert set(back) == set(gone)
    assert not any(is_removed(event) for event in back.values())
    assert all(event["SEQUENCE"] > gone[uid]["SEQUENCE"] for uid, event in back.items())


def test_a_matter_that_is_handed_over_leaves_one_calendar_and_enters_another(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry
) -> None:
    hers, his = samples.subscribe(session, ana), samples.subscribe(session, ben)
    docket = samples.subscribe(session, samples.person(session, "Dora", role="docket"), scope="firm")
    before = shown(session, docket)
    assert hand_over(session, matter, ben, actor="t", now=NOW) == 1
    assert all(is_removed(event) for event in shown(session, hers).values())
    assert set(shown(session, hers)) == set(shown(session, his)) == set(before)
    assert not any(is_removed(event) for event in shown(session, his).values())
    assert {uid: event["SEQUENCE"] for uid, event in shown(session, docket).items()} == {
        uid: event["SEQUENCE"] for uid, event in before.items()
    }


@pytest.mark.parametrize("pages", ["", "https://docket.test"])
def test_the_mail_of_a_hand_over_leads_to_the_matter_and_names_no_restricted_one(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry, pages: str
) -> None:
    restrict_matter(session, matter, actor="t", now=NOW)
    hand_over(session, matter, ben, actor="t", now=NOW, pages=pages)
    told = session.scalars(select(Letter).where(Letter.key.startswith("hand-over/"))).one()
    assert (f"\n{pages}/matter/{matter.id}\n" in told.text) is bool(pages)
    assert ("`deadlines list`" in told.text) is not bool(pages)
    assert matter.reference not in told.subject + told.text


def test_who_is_taken_off_and_put_on_again(session: Session, ben: Person, matter: Matter, entry: Entry) -> None:
    teams.join_matter(session, matter, ben, actor="t", now=samples.ENTERED)
    subscription = samples.subscribe(session, ben)
    first = shown(session, subscription)
    teams.leave_matter(session, desks.desk(), matter, ben, actor="t", today=NOW.date(), now=NOW)
    gone = shown(session, subscription)
    teams.join_matter(session, matter, ben, actor="t", now=LATER)
    back = shown(session, subscription)
    for uid, event in first.items():
        assert event["SEQUENCE"] < gone[uid]["SEQUENCE"] < back[uid]["SEQUENCE"]
        assert (is_removed(gone[uid]), is_removed(back[uid])) == (True, False)


def test_who_leaves_a_team_takes_their_matters_out_of_its_calendars(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry
) -> None:
    team = teams.add_team(session, "Removal", actor="t", now=NOW)
    teams.join_team(session, team, ana, actor="t", now=samples.ENTERED)
    subscription = samples.subscribe(session, ben, scope="team", team=team)
    before = shown(session, subscription)
    teams.leave_team(session, team, ana, actor="t", now=NOW)
    after = shown(session, subscription)
    assert set(after) == set(before)
    assert all(is_removed(event) for event in after.values())


def test_the_matters_of_who_leaves_the_firm_leave_the_team(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry
) -> None:
    team = teams.add_team(session, "Removal", actor="t", now=NOW)
    teams.join_team(session, team, ana, actor="t", now=samples.ENTERED)
    subscription = samples.subscribe(session, ben, scope="team", team=team)
    before = shown(session, subscription)
    deactivate_person(session, ana, successor=ben, actor="t", today=NOW.date(), now=NOW)
    assert set(shown(session, subscription)) == set(before)
    assert all(is_removed(event) for event in shown(session, subscription).values())


def test_a_joined_date_that_splits_leaves_a_calendar_of_fatal_dates(
    session: Session, ana: Person, matter: Matter
) -> None:
    day = date(2026, 11, 25)
    entry, deadline = samples.entry(session, matter, samples.window(safe_by=day, last_day=day))
    render_entry(session, entry, deadline, now=samples.ENTERED)
    subscription = samples.subscribe(session, ana, fatal_only=True)
    before = shown(session, subscription)
    assert len(before) == 1
    entry.version = 2
    render_entry(session, entry, samples.version(session, entry, samples.window(), 2), now=NOW)
    after = shown(session, subscription)
    (uid,) = before
    assert is_removed(after.pop(uid))
    assert [str(event["SUMMARY"])[:8] for event in after.values()] == ["LAST DAY"]


def split(session: Session, matter: Matter) -> Entry:
    day = date(2026, 11, 25)
    entry, deadline = samples.entry(session, matter, samples.window(safe_by=day, last_day=day))
    render_entry(session, entry, deadline, now=samples.ENTERED)
    return entry


def move(session: Session, entry: Entry, number: int, now: datetime, **dates: date) -> None:
    render_entry(session, entry, samples.version(session, entry, samples.window(**dates), number), now=now)


def test_a_fatal_date_that_was_removed_stays_so_whatever_becomes_of_its_entry(
    session: Session, ana: Person, matter: Matter
) -> None:
    entry = split(session, matter)
    subscription = samples.subscribe(session, ana, fatal_only=True)
    uid = f"{entry.id}-safe@deadlines"
    move(session, entry, 2, NOW)
    removed = shown(session, subscription)[uid]
    assert (is_removed(removed), removed["DTSTART"].dt) == (True, TODAY)
    move(session, entry, 3, LATER, safe_by=date(2026, 11, 12))
    entry.status = "satisfied"
    render_entry(session, entry, current(session, entry), now=LATER + timedelta(hours=1))
    assert shown(session, subscription)[uid] == removed
    assert shown(session, subscription, TODAY + timedelta(days=18))[uid] == removed
    assert uid not in shown(session, subscription, TODAY + timedelta(days=31))


@pytest.mark.parametrize("choice", [{"remedies": ("appeal",)}, {}])
def test_a_fatal_date_is_removed_only_where_it_stood(
    session: Session, ana: Person, matter: Matter, choice: dict[str, Any]
) -> None:
    """Neither in a calendar of other remedies, nor in one that was made afterwards."""
    entry = split(session, matter)
    other = samples.subscribe(session, ana, fatal_only=True, **choice)
    if not choice:
        other.created_at = LATER
    move(session, entry, 2, NOW)
    render_entry(session, entry, current(session, entry), now=LATER + timedelta(hours=1), least=1)
    assert [uid for uid, event in shown(session, other).items() if is_removed(event)] == []


def test_a_date_that_is_fatal_again_is_later_than_its_removal(session: Session, ana: Person, matter: Matter) -> None:
    entry = split(session, matter)
    subscription = samples.subscribe(session, ana, fatal_only=True)
    uid = f"{entry.id}-safe@deadlines"
    move(session, entry, 2, NOW)
    removed = shown(session, subscription)[uid]
    move(session, entry, 3, LATER, safe_by=date(2026, 11, 25))
    back = shown(session, subscription)[uid]
    assert (is_removed(removed), is_removed(back)) == (True, False)
    assert back["SEQUENCE"] > removed["SEQUENCE"]


def test_an_earlier_date_that_is_disputed_is_fatal(session: Session, ana: Person, matter: Matter) -> None:
    """A notice prints an earlier day than the law computes: until that is decided it is a day to miss nothing on."""
    entry, deadline = samples.entry(session, matter, samples.window(dispute="the notice prints 20 November"))
    render_entry(session, entry, deadline, now=samples.ENTERED)
    found = shown(session, samples.subscribe(session, ana, fatal_only=True))
    assert sorted(str(event["SUMMARY"]).split(":")[0] for event in found.values()) == ["FILE BY", "LAST DAY"]


def test_what_was_in_no_calendar_stays_out_of_them(session: Session, ana: Person, ben: Person, matter: Matter) -> None:
    """A remedy that itself tells of a protected case is rendered nowhere, whatever becomes of its matter."""
    samples.entry(session, matter, samples.window(title="Special motion"))
    subscription = samples.subscribe(session, ana)
    restrict_matter(session, matter, actor="t", now=NOW)
    unrestrict_matter(session, matter, ben, "not protected", now=LATER)
    hand_over(session, matter, ben, actor="t", now=LATER)
    hand_over(session, matter, ana, actor="t", now=LATER)
    assert shown(session, subscription) == {}


def restricted_for_a_while(session: Session, matter: Matter, ben: Person) -> None:
    restrict_matter(session, matter, actor="t", now=NOW)
    unrestrict_matter(session, matter, ben, "not protected", now=LATER)


def handed_over(session: Session, matter: Matter, ben: Person) -> None:
    first = matter.attorney
    hand_over(session, matter, ben, actor="t", now=NOW)
    hand_over(session, matter, first, actor="t", now=LATER)


def reworded(session: Session, matter: Matter, ben: Person) -> None:
    lift_all(session, now=LATER)


@pytest.mark.parametrize("change", [restricted_for_a_while, handed_over, reworded])
def test_a_new_calendar_does_not_show_what_ended_before_it_whatever_happens_later(
    session: Session, ana: Person, ben: Person, matter: Matter, entry: Entry, change: Any
) -> None:
    earlier = samples.subscribe(session, ana, scope="firm")
    entry.status = "waived"
    render_entry(session, entry, current(session, entry), now=NOW - timedelta(days=2))
    new = samples.subscribe(session, ana, scope="firm")
    new.created_at = NOW - timedelta(days=1)
    before = shown(session, earlier)
    change(session, matter, ben)
    assert shown(session, new) == {}
    after = shown(session, earlier)
    assert {uid: event["STATUS"] for uid, event in after.items()} == dict.fromkeys(before, "CANCELLED")
    assert all(event["SEQUENCE"] >= before[uid]["SEQUENCE"] for uid, event in after.items())
    assert shown(session, earlier, TODAY + timedelta(days=31)) == {}


def test_a_removal_does_not_change_any_more(session: Session, ana: Person, matter: Matter, entry: Entry) -> None:
    subscription = samples.subscribe(session, ana)
    restrict_matter(session, matter, actor="t", now=NOW)
    body, state = (
        feeds.feed_body(session, subscription, today=TODAY),
        feeds.feed_state(session, subscription, today=TODAY),
    )
    entry.version = 2
    moved = samples.window(safe_by=date(2026, 11, 10), protective_by=date(2026, 11, 9))
    render_entry(session, entry, samples.version(session, entry, moved, 2), now=LATER)
    assert feeds.feed_body(session, subscription, today=TODAY) == body
    assert feeds.feed_state(session, subscription, today=TODAY) == state


def test_many_removals_take_no_room_from_what_lies_ahead(session: Session, ana: Person, ben: Person) -> None:
    subscription = samples.subscribe(session, ana, reminders=True)
    gone, kept = samples.matter(session, ana, "G-1"), samples.matter(session, ana, "K-1")
    for number in range(60):
        render_entry(session, *samples.entry(session, gone, samples.window(rule=f"g{number}")), now=samples.ENTERED)
    for number in range(20):
        render_entry(session, *samples.entry(session, kept, samples.window(rule=f"k{number}")), now=samples.ENTERED)
    hand_over(session, gone, ben, actor="t", now=NOW)
    found = shown(session, subscription).values()
    assert sum(is_removed(event) for event in found) == 100
    assert sum("K-1" in event["SUMMARY"] for event in found) >= 40


def test_a_clock_that_was_set_back_takes_no_removal_back(
    session: Session, ana: Person, matter: Matter, entry: Entry
) -> None:
    subscription = samples.subscribe(session, ana)
    before = shown(session, subscription)
    restrict_matter(session, matter, actor="t", now=samples.ENTERED - timedelta(hours=5))
    for uid, event in shown(session, subscription).items():
        assert is_removed(event)
        assert event["LAST-MODIFIED"].dt >= before[uid]["LAST-MODIFIED"].dt


def test_a_restriction_beside_a_filing_overwrites_nothing(database: Database) -> None:
    """Two transactions at once: the one that waits sees what the other wrote, and the calendar has the newer dates."""
    with database.write() as session:
        matter = samples.matter(session, samples.person(session))
        entry, deadline = samples.entry(session, matter, samples.window())
        render_entry(session, entry, deadline, now=samples.ENTERED)
        ids = entry.id, matter.id
    begun = threading.Event()

    def restrict() -> None:
        begun.wait(60)
        with database.write() as other:
            restrict_matter(other, other.get_one(Matter, ids[1]), actor="t", now=NOW)

    thread = threading.Thread(target=restrict)
    thread.start()
    with database.write() as session:
        held = locked(session, session.get_one(Entry, ids[0]))
        begun.set()
        time.sleep(0.5)  # the other reads what is committed now, and waits
        held.version, held.status = 2, "satisfied"
        moved = samples.version(session, held, samples.window(last_day=date(2026, 11, 30)), 2)
        render_entry(session, held, moved, now=NOW)
    thread.join(60)
    assert not thread.is_alive()
    with database.read() as session:
        rows = session.scalars(select(Rendering).where(Rendering.entry_id == ids[0])).all()
        assert {row.slot: row.on.isoformat() for row in rows}["last"] == "2026-11-30"
        assert all(row.cancelled for row in rows)
