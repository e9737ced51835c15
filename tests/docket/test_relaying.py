"""A changed practice file: what is unsent is laid anew, and nothing else."""

from datetime import UTC, date, datetime, time, timedelta

from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.ladders import Ladder, Reach
from deadlines.compute.milestones import Dispatch
from deadlines.daemon import Sweeps
from deadlines.daemon.sweeps import GIVE_WAY
from deadlines.docket.relaying import relay
from deadlines.practice import Practice
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Heartbeat, Reminder, Rendering
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, desk, firm, recorded, reminders, row
from tests.docket.samples import ZONE

OTHER = Practice(ladders=(Ladder(0, (31, 10, 1, 0), Reach(), "calendar", time(7, 30)),))


def days(found: list[Reminder]) -> list[tuple[str, str]]:
    return sorted({(item.rung, item.due_at.strftime("%d %H:%M")) for item in found}, key=lambda pair: pair[1])


def laid(session: Session, entry: Entry, practice: Practice, now: datetime = LATER) -> int:
    return relay(session, structs.replace(desk(), practice=practice), entry.id, now=now)


def test_unsent_reminders_are_laid_by_the_new_ladder(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    assert laid(session, entry, OTHER) > 0
    # 07:30 in New York is 12:30 UTC after the clocks changed. Ten days before Fri 20 Nov 2026 is Tue 10.
    assert days(reminders(session, entry)) == [
        ("safe-10", "10 12:30"), ("safe-1", "19 12:30"), ("safe-0", "20 12:30"),
        ("last-1", "24 12:30"), ("last-0", "25 12:30"),
    ]  # fmt: skip
    assert {item.rung for item in reminders(session, entry, "cancelled")} == {"safe-14", "safe-7", "safe-3"}
    assert row(session, entry).version == 1


def test_laid_again_by_the_old_ladder_everything_is_as_it_was(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    before = days(reminders(session, entry))
    laid(session, entry, OTHER)
    laid(session, entry, Practice())
    assert days(reminders(session, entry)) == before
    assert laid(session, entry, Practice()) == 0


def test_what_was_sent_or_is_due_stays(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    rows = {item.rung: item for item in reminders(session, entry)}
    rows["safe-14"].state = "sent"
    now = rows["safe-7"].due_at + timedelta(minutes=5)
    laid(session, entry, OTHER, now)
    assert (rows["safe-14"].state, rows["safe-7"].state, rows["safe-3"].state) == ("sent", "planned", "cancelled")
    assert "safe-10" not in {item.rung for item in reminders(session, entry)}


def test_a_closed_entry_is_left_alone(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    entry.status = "waived"
    session.flush()
    assert laid(session, entry, OTHER) == 0


def test_the_courier_s_day_is_found_with_the_dates_and_told_of_where_the_firm_wants_it(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    # Two business days before Fri 20 Nov 2026; four are before Veterans Day's week, Mon 16.
    assert entry.dispatch_by == date(2026, 11, 18)
    laid(session, entry, Practice(dispatches=(Dispatch(4, remind=True),)))
    assert entry.dispatch_by == date(2026, 11, 16)
    assert ("dispatch-0", "16 14:00") in days(reminders(session, entry))


def test_calendars_follow_the_courier_s_day_and_the_trail_tells_of_it(session: Session) -> None:
    firm(session)
    entry = recorded(session)["uscis.motion.reopen"]
    before = shown(session, entry)
    assert all("By courier: Wed 18 Nov 2026" in text for text, _ in before)
    laid(session, entry, Practice(dispatches=(Dispatch(4),)))
    after = shown(session, entry)
    assert all("By courier: Mon 16 Nov 2026" in text for text, _ in after)
    assert [sequence for _, sequence in after] == [sequence + 1 for _, sequence in before]
    found = session.scalars(select(Audit).where(Audit.action == "entry.courier")).one()
    assert (found.subject, found.detail) == (entry.id, {"to": "2026-11-16"})
    laid(session, entry, Practice(dispatches=(Dispatch(4),)))
    assert shown(session, entry) == after


def shown(session: Session, entry: Entry) -> list[tuple[str, int]]:
    """What calendars show of an entry: the text, unfolded, and the sequence."""
    rows = session.scalars(select(Rendering).where(Rendering.entry_id == entry.id).order_by(Rendering.slot))
    return [(row.body.decode().replace("\r\n ", ""), row.sequence) for row in rows]


def test_the_daemon_lays_anew_once_and_sends_nothing_of_it(database: Database) -> None:
    with database.write() as session:
        firm(session)
        recorded(session)
    channel = Collector()
    daemon = sweeps(database, channel, desk=structs.replace(desk(), practice=OTHER))
    assert isinstance(daemon, Sweeps)
    daemon.recompute_if_due(LATER)
    daemon.send_due(LATER)
    assert channel.messages == []
    with database.read() as session:
        beat = session.get(Heartbeat, "practice")
        assert beat is not None
        assert beat.detail == OTHER.state
    assert daemon.nightly.relay_if_changed(LATER) is None
    assert sweeps(database, desk=structs.replace(desk(), practice=Practice())).nightly.relay_if_changed(LATER)


def test_laying_leaves_the_docket_to_mails_between_two_pages(database: Database) -> None:
    with database.write() as session:
        firm(session)
        recorded(session)
    waited: list[float] = []
    channel = Collector(lambda _message: laid.append(daemon.nightly.relay_if_changed(due)))
    laid: list[int | None] = []
    daemon = sweeps(database, channel, desk=structs.replace(desk(), practice=OTHER))
    daemon.stopping.wait = waited.append  # type: ignore[assignment,method-assign]
    due = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
    assert daemon.send_due(due).messages > 0
    assert laid[0]
    assert waited.count(GIVE_WAY) >= 2  # before the page, and before the end was found
    waited.clear()
    daemon.nightly.relay_if_changed(due)
    assert waited == []  # nothing is leaving now


def test_a_ladder_s_own_time_and_zone_hold_from_the_entry_on(session: Session) -> None:
    firm(session)
    west = Ladder(0, (30, 1, 0), Reach(remedies=("motion",)), "calendar", time(8), "America/Los_Angeles")
    practice = Practice(ladders=(west, *Practice().ladders))
    entry = recorded(session, practice=practice)["uscis.motion.reopen"]
    assert ("safe-1", "19 16:00") in days(reminders(session, entry))
    assert ZONE == "America/New_York"
    assert ENTERED < LATER
