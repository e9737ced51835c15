"""A stored date that was altered outside the program is shown and sent with an alarm, never in silence."""

import random
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines.docket.alarms import alarm_of_date, untold
from deadlines.docket.feeds import feed_body
from deadlines.docket.health import check_docket
from deadlines.docket.sealing import altered_dates, mark_calendars, seal_anew, seal_stored
from deadlines.docket.subscriptions import add_subscription
from deadlines.docket.views import entry_view, matter_view, open_windows
from deadlines.errors import Conflict, DeadlinesError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.seal import PLAIN
from deadlines.store.tables import Audit, DeadlineRow, Entry, Person
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, LATER, firm, recorded, verify

KEY = bytes(range(32))
TODAY = LATER.date()
ENTRY = "uscis.motion.reopen"


@pytest.fixture
def keyed(database_url: str) -> Iterator[Database]:
    opened = Database.open(database_url, key=KEY)
    yield opened
    opened.dispose()


def fill(database: Database) -> str:
    """A notice with its entries, sealed; the id of one of them."""
    with database.write() as session:
        firm(session)
        made = recorded(session)[ENTRY].id
        seal_stored(session, actor="test", now=ENTERED)
    return made


def alter(database: Database, entry: str, change: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE deadline SET {change} WHERE entry_id = :entry"), {"entry": entry})


ALTERATIONS = [
    "safe_by = '2026-12-20'",
    "last_day = '2026-12-20'",
    "latest = '2026-12-20'",
    "protective_by = '2026-11-03'",
    "opens_on = NULL",
    "edition = '2026.10'",
    "state = 'closed'",
    "created_by = 'somebody'",
    "created_at = '2026-10-28 14:00:00.000000'",
    'policy = \'{{"a": "b"}}\'',
    "\"window\" = replace(CAST(\"window\" AS TEXT), '2026-11-25', '2026-12-25'){json}",
    '"window" = \'{{"working": "nonsense"}}\'',
    "digest = NULL",
    "digest = 'ü'",
]


@pytest.mark.parametrize("change", ALTERATIONS)
def test_every_alteration_is_told_wherever_the_date_is_shown(keyed: Database, change: str) -> None:
    entry = fill(keyed)
    with keyed.read() as session:
        assert altered_dates(session) == []
        assert not any(line.altered for line in open_windows(session, TODAY))
    alter(keyed, entry, change.format(json="::json" if keyed.engine.dialect.name == "postgresql" else ""))
    with keyed.read() as session:
        lines = open_windows(session, TODAY)
        assert [line.altered for line in lines] == [True, False, False]
        assert (lines[0].entry, lines[0].next_is) == (entry, "altered")
        found = session.get_one(Entry, entry)
        assert entry_view(session, found).altered
        assert [view.altered for view in matter_view(session, "2026-0143").entries].count(True) == 1
        assert [(row.entry, row.in_force) for row in altered_dates(session)] == [(entry, True)]
        health = {finding.id: finding for finding in check_docket(session, LATER)}
        assert health["sealed-dates"].state == "ill"
        assert entry[:8] in health["sealed-dates"].sentence
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        with pytest.raises(Conflict, match="altered outside the program"):
            verify(session, found, ben)


@pytest.mark.parametrize("change", [ALTERATIONS[0], ALTERATIONS[10], ALTERATIONS[11], ALTERATIONS[12]])
def test_the_reminder_still_goes_out_and_says_so_and_the_docket_is_told(keyed: Database, change: str) -> None:
    entry = fill(keyed)
    alter(keyed, entry, change.format(json="::json" if keyed.engine.dialect.name == "postgresql" else ""))
    channel = Collector()
    late = datetime(2026, 11, 19, 15, 0, tzinfo=ENTERED.tzinfo)
    report = sweeps(keyed, channel).send_due(late)
    assert report.failed == 0
    reminders = [message for message in channel.messages if "X-Deadlines-Reminders" in message.headers]
    assert reminders
    assert all("[INTEGRITY ALARM]" in message.subject for message in reminders)
    assert all("altered outside the program" in message.text for message in reminders)
    [alarm] = [message for message in channel.messages if "X-Deadlines-Reminders" not in message.headers]
    assert alarm.to_name == "Dora Dee"
    assert "INTEGRITY ALARM" in alarm.subject
    assert "2026-0143" in alarm.subject
    assert "Canary" not in alarm.text + alarm.subject
    sweeps(keyed, channel).send_due(late)
    assert len([m for m in channel.messages if "X-Deadlines-Reminders" not in m.headers]) == 1


def test_an_alarm_is_not_lost_while_the_channel_is_down(keyed: Database) -> None:
    from deadlines.errors import ChannelDown

    entry = fill(keyed)
    alter(keyed, entry, ALTERATIONS[0])

    def down(_message: object) -> None:
        raise ChannelDown("The mail server is not there.")

    late = datetime(2026, 11, 19, 15, 0, tzinfo=ENTERED.tzinfo)
    sweeps(keyed, Collector(down)).send_due(late)
    with keyed.read() as session:
        assert [item.person.name for item in untold(session)] == ["Dora Dee"]
    channel = Collector()
    sweeps(keyed, channel).send_due(late + timedelta(hours=1))
    assert any("was altered" in message.subject for message in channel.messages)
    with keyed.read() as session:
        assert untold(session) == []


def test_the_calendar_keeps_its_day_and_says_that_it_is_in_doubt(keyed: Database) -> None:
    entry = fill(keyed)
    with keyed.write() as session:
        ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
        subscription, _ = add_subscription(session, ana, "A", actor="test", now=ENTERED)
        identifier = subscription.id
    alter(keyed, entry, ALTERATIONS[0])
    with keyed.write() as session:
        mark_calendars(session, [entry], LATER)
    body = feed(keyed, identifier)
    assert body.count("SUMMARY:INTEGRITY ALARM") == 2
    assert "20261220" not in body
    assert "STATUS:CANCELLED" not in body
    alter(keyed, entry, "safe_by = '2026-11-20'")
    with keyed.write() as session:
        mark_calendars(session, [entry], LATER)
    assert "INTEGRITY" not in feed(keyed, identifier)


def feed(database: Database, identifier: str) -> str:
    from deadlines.store.tables import Subscription

    with database.read() as session:
        return feed_body(session, session.get_one(Subscription, identifier), today=TODAY).decode()


def test_without_the_key_nobody_forges_a_seal(keyed: Database, database_url: str) -> None:
    entry = fill(keyed)
    keyless = Database.open(database_url)
    with keyless.write() as session:
        row = session.scalars(select(DeadlineRow).where(DeadlineRow.entry_id == entry)).one()
        row.safe_by = date(2026, 12, 1)
        session.flush()
        row.digest = keyless.seal.of(row, ENTRY)
    keyless.dispose()
    with keyed.read() as session:
        assert [found.entry for found in altered_dates(session)] == [entry]


def unseal(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(DeadlineRow).values(digest=None))


def sealings(session: Session) -> list[dict[str, object]]:
    return list(session.scalars(select(Audit.detail).where(Audit.action == "dates.sealed").order_by(Audit.id)))


def test_what_was_there_before_is_sealed_once_and_told_in_the_audit(keyed: Database) -> None:
    with keyed.write() as session:
        firm(session)
        recorded(session)
    unseal(keyed)
    with keyed.read() as session:
        assert altered_dates(session) == []  # nobody has promised anything about them yet
    with keyed.write() as session:
        done = seal_stored(session, actor="daemon", now=LATER)
    assert done is not None
    assert done.sealed >= 3
    with keyed.read() as session:
        assert sealings(session) == [{"key": keyed.seal.fingerprint, "sealed": done.sealed, "left": 0}]
        assert altered_dates(session) == []
    unseal(keyed)
    with keyed.write() as session:
        assert seal_stored(session, actor="daemon", now=LATER) is None
        assert len(altered_dates(session)) == done.sealed  # a seal taken away is an alteration


def test_a_key_that_is_added_later_takes_over_what_was_sealed_without_one(database_url: str) -> None:
    plain = Database.open(database_url)
    entry = fill(plain)
    alter(plain, entry, ALTERATIONS[0])
    plain.dispose()
    keyed = Database.open(database_url, key=KEY)
    with keyed.read() as session:
        assert [found.entry for found in altered_dates(session)] == [entry]
    with keyed.write() as session:
        done = seal_stored(session, actor="daemon", now=LATER)
        assert done is not None
        assert (done.sealed > 0, done.left) == (True, 1)
    with keyed.read() as session:
        assert [found.entry for found in altered_dates(session)] == [entry]
    keyed.dispose()


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_another_key_is_told_and_seals_nothing(keyed: Database, database_url: str, key: bytes | None) -> None:
    fill(keyed)
    other = Database.open(database_url, key=key)
    with other.write() as session:
        assert seal_stored(session, actor="daemon", now=LATER) is None
        health = {finding.id: finding for finding in check_docket(session, LATER)}
    other.dispose()
    assert health["sealed-dates"].state == "ill"
    assert "another key" in health["sealed-dates"].sentence


def test_a_person_who_checked_the_date_signs_for_it(keyed: Database) -> None:
    entry = fill(keyed)
    alter(keyed, entry, ALTERATIONS[1])
    with keyed.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        chosen = [session.get_one(Entry, entry)]
        signed = seal_anew(session, chosen, by=ben, reason="checked", actor="cli:test", now=LATER)
        assert [row.entry for row in signed] == [entry]
    with keyed.write() as session:
        assert altered_dates(session) == []
        assert sealings(session)[-1]["reason"] == "checked"
        chosen = [session.get_one(Entry, entry)]
        with pytest.raises(Conflict, match="nothing is to be sealed"):
            seal_anew(session, chosen, by=ben, reason="checked", actor="cli:test", now=LATER)


def test_what_is_altered_again_after_somebody_signed_is_told_again_on_the_same_day(keyed: Database) -> None:
    entry = fill(keyed)

    def told() -> int:
        with keyed.write() as session:
            found = session.get_one(Entry, entry)
            alarm_of_date(session, found, LATER)
            return len({each.key for each in untold(session) if each.key.startswith("date/")})

    alter(keyed, entry, ALTERATIONS[1])
    assert (told(), told()) == (1, 1)
    with keyed.write() as session:
        ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
        seal_anew(session, [session.get_one(Entry, entry)], by=ben, reason="checked", actor="cli:test", now=LATER)
    alter(keyed, entry, "last_day = '2026-12-21'")
    assert (told(), told()) == (2, 2)


def test_an_entry_whose_version_is_gone_is_told(keyed: Database) -> None:
    entry = fill(keyed)
    alter(keyed, entry, "version = 7")
    with keyed.read() as session:
        health = {finding.id: finding for finding in check_docket(session, LATER)}
    assert health["sealed-dates"].state == "ill"


@pytest.mark.parametrize("flips", [20, pytest.param(400, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
def test_no_flipped_bit_changes_a_date_in_silence(
    keyed: Database, database_url: str, tmp_path: Path, flips: int
) -> None:
    """A bit anywhere in the pages: what is shown is as it was, or carries an alarm, or an error says so."""
    fill(keyed)
    keyed.dispose()
    path = Path(database_url.removeprefix("sqlite:///"))
    seed = random.SystemRandom().randrange(10**6)
    drawn = random.Random(seed)
    right = dates_of(database_url)
    content = path.read_bytes()
    rows = [at for at in range(len(content)) if content.startswith(b"2026-1", at)]
    outcomes = {"same": 0, "alarm": 0, "error": 0}
    for number in range(400):
        if number >= flips and outcomes["alarm"]:
            break
        at = drawn.choice(rows) + drawn.randrange(10) if number % 2 else drawn.randrange(100, len(content))
        damaged = bytearray(content)
        damaged[at] ^= 1 << drawn.randrange(8)
        other = tmp_path / "damaged.sqlite3"
        other.write_bytes(bytes(damaged))
        outcomes[told(f"sqlite:///{other}", right)] += 1
    shutil.rmtree(tmp_path, ignore_errors=True)
    print(f"seed {seed}: {outcomes}")
    assert outcomes["alarm"] > 0


def dates_of(url: str) -> dict[str, object]:
    database = Database.open(url, key=KEY)
    try:
        with database.read() as session:
            rows = session.execute(select(DeadlineRow, Entry).join(Entry, Entry.id == DeadlineRow.entry_id)).all()
            return {row.id: (row.safe_by, row.last_day, row.protective_by, row.window, e.rule) for row, e in rows}
    finally:
        database.dispose()


def told(url: str, right: dict[str, object]) -> str:
    try:
        found = dates_of(url)
        database = Database.open(url, key=KEY)
        try:
            with database.read() as session:
                altered = altered_dates(session)
                lines = open_windows(session, TODAY)
                ill = {f.id: f.state for f in check_docket(session, LATER)}["sealed-dates"] == "ill"
        finally:
            database.dispose()
    except (DeadlinesError, SQLAlchemyError, ValueError):
        return "error"
    if found == right:
        return "same"
    shown = {row.entry for row in altered if row.in_force}
    assert altered or ill or len(lines) < len(right)
    assert {line.entry for line in lines if line.altered} <= shown
    return "alarm"


def forge(database: Database, entry: str) -> None:
    """What somebody with the database's password and this program can do: a later date, under a seal without a key."""
    with database.write() as session:
        row = session.scalars(select(DeadlineRow).where(DeadlineRow.entry_id == entry)).one()
        row.safe_by = row.last_day = date(2027, 1, 4)
        session.flush()
        row.digest = PLAIN.of(row, ENTRY)


@pytest.mark.parametrize("said", [{"key": "", "sealed": 0, "left": 0}, {"sealed": 0}, {"key": None}, {"key": "0f" * 8}])
def test_no_row_of_the_trail_leads_back_from_a_key(keyed: Database, said: dict[str, object]) -> None:
    entry = fill(keyed)
    forge(keyed, entry)
    with keyed.write() as session:
        audit.record(session, at=LATER, actor="daemon", action="dates.sealed", subject="deadline", detail=said)
    with keyed.write() as session:
        assert seal_stored(session, actor="daemon", now=LATER) is None
    with keyed.read() as session:
        assert [found.entry for found in altered_dates(session)] == [entry]
        health = {finding.id: finding for finding in check_docket(session, LATER)}
    assert "1 stored dates were altered" in health["sealed-dates"].sentence


def test_a_new_key_is_of_use_once_somebody_signed_and_none_is_of_no_use(keyed: Database, database_url: str) -> None:
    entry = fill(keyed)
    for key, works in ((None, False), (bytes(32), True)):
        other = Database.open(database_url, key=key)
        with other.write() as session:
            ben = session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
            chosen = [session.get_one(Entry, entry)]
            if works:
                seal_anew(session, chosen, by=ben, reason="the key was lost", actor="cli:test", now=LATER)
                assert entry not in {found.entry for found in altered_dates(session)}
            else:
                with pytest.raises(Conflict, match="there is none now"):
                    seal_anew(session, chosen, by=ben, reason="the key was lost", actor="cli:test", now=LATER)
        other.dispose()
