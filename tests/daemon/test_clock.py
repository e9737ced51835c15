"""What the sweeps do by a clock that cannot be believed, and when reminders leave around a change of summer time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from deadlines.compute.ladder import moment
from deadlines.daemon import Scheduler
from deadlines.docket.reminders import Way, plan_reminders
from deadlines.docket.timekeeping import Reading
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.daemon.parts import WEEK_BEFORE, Collector, fill, states, sweeps, until
from tests.docket.samples import entry, matter, person, window

YEARS = timedelta(days=730)


def reading(now: datetime) -> Reading:
    """A machine whose other clock stands still, so that every difference is a step."""
    return Reading(now, "a", 1000.0, True)


@pytest.mark.parametrize("step", [YEARS, -YEARS])
def test_the_sweeps_send_nothing_by_a_wrong_clock_but_tell_of_it(database: Database, step: timedelta) -> None:
    fill(database)
    channel = Collector()
    daemon = sweeps(database, channel, clocks=reading)
    daemon.beat(WEEK_BEFORE)
    clock = [WEEK_BEFORE + step]
    scheduler = Scheduler(daemon, tick=0.05, beat=0.05, now=lambda: clock[0])
    scheduler.start()
    try:
        assert until(lambda: channel.messages)
        assert [message.subject[:24] for message in channel.messages] == ["No reminders are sent: t"]
        assert set(states(database).values()) == {"planned"}
        clock[0] = WEEK_BEFORE  # somebody sets it right
        assert until(lambda: states(database)["safe-7"] == "sent")
    finally:
        scheduler.stop()
    assert len(channel.messages) == 2


def test_only_what_does_no_harm_goes_on(database: Database) -> None:
    daemon = sweeps(database, clocks=reading)
    daemon.beat(WEEK_BEFORE)
    scheduler = Scheduler(daemon, tick=0.05, beat=0.05, now=lambda: WEEK_BEFORE + YEARS)
    scheduler.start()
    try:
        assert until(lambda: {"send", "recompute", "audit", "fetches"} <= set(daemon.alive_at))
        assert until(lambda: _beats(database) == {"daemon", "clock", "alarms", "sweeps"})
    finally:
        scheduler.stop()
    assert not _beats(database) & {"send", "recompute", "seals", "watch", "auditor", "monitor"}


def _beats(database: Database) -> set[str]:
    with database.read() as session:
        return {row.sweep for row in session.query(Heartbeat)}


@pytest.mark.parametrize(
    "zone, changes_on, before, after",
    [
        ("America/New_York", date(2027, 3, 14), 14, 13),
        ("America/New_York", date(2026, 11, 1), 13, 14),
        ("Australia/Sydney", date(2026, 10, 4), 23, 22),
        ("Australia/Sydney", date(2027, 4, 4), 22, 23),
    ],
)
def test_nine_in_the_morning_stays_nine_in_the_morning(
    database: Database, zone: str, changes_on: date, before: int, after: int
) -> None:
    """On the Friday before the clock changes on a Sunday and on the Monday after; the hours of UTC are by hand."""
    friday, monday = changes_on - timedelta(days=2), changes_on + timedelta(days=1)
    channel = Collector()
    daemon = sweeps(database, channel)
    dues = [_utc(zone, friday, before), _utc(zone, monday, after)]
    with database.write() as session:
        ana = person(session)
        asked = window(opens_on=None, safe_by=monday, last_day=monday, latest=monday)
        made, deadline = entry(session, matter(session, ana), asked)
        entered = dues[0] - timedelta(days=6)
        way = Way(zone=zone, at=time(9), is_working_day=lambda day: day.weekday() < 5)
        planned = plan_reminders(session, made, deadline, asked, people=[ana], channel="smtp", way=way, now=entered)
        rungs = {row.rung: row.due_at for row in planned}
    assert [rungs["safe-1"], rungs["safe-0"]] == dues
    for due in dues:
        daemon.send_due(due - timedelta(minutes=2))  # what was due on the days before
        sent = len(channel.messages)
        assert daemon.send_due(due - timedelta(seconds=30)).sent == 0
        daemon.send_due(due)
        assert len(channel.messages) == sent + 1
        assert daemon.send_due(due + timedelta(hours=1)).sent == 0


def _utc(zone: str, day: date, hour: int) -> datetime:
    """The instant of nine in the morning on a day; in Sydney that is on the day before by UTC."""
    ahead = zone.startswith("Australia")
    return datetime.combine(day - timedelta(days=1) if ahead else day, time(hour), tzinfo=UTC)


@pytest.mark.parametrize(
    "zone, day, at, hour, minute",
    [
        ("America/New_York", date(2027, 3, 14), time(2, 30), 7, 30),  # 02:30 is skipped: 03:30 by the new time
        ("America/New_York", date(2026, 11, 1), time(1, 30), 5, 30),  # 01:30 comes twice: the first
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), 1, 30),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), 0, 30),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_one_moment(
    zone: str, day: date, at: time, hour: int, minute: int
) -> None:
    assert moment(day, at, zone) == datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
