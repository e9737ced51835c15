"""When the database or the rendering fails, a live address still gets its last good calendar."""

import errno
import logging
import socket
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from deadlines.docket import endings, renderings, subscriptions
from deadlines.docket.alarms import untold
from deadlines.docket.health import check_docket
from deadlines.docket.people import deactivate_person
from deadlines.docket.restricting import restrict_matter
from deadlines.docket.subscriptions import Choice
from deadlines.errors import Unreachable
from deadlines.store.changes import Changes
from deadlines.store.database import Database
from deadlines.store.tables import DeadlineRow, Heartbeat, Matter, MatterMember, Rendering, Subscription
from deadlines.web.app import create_app
from deadlines.web.shelf import Kept, Shelf, tag_of
from tests.docket import desks, samples
from tests.web.serving import NOW, ZONE, Subscribed, subscribe


@pytest.fixture
def feed(database: Database) -> Subscribed:
    return subscribe(database)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def client_of(database: Database, folder: Path | None) -> TestClient:
    return TestClient(create_app(database, zone=ZONE, kept=folder, now=lambda: NOW))


def break_database(database: Database, *tables: str) -> None:
    with database.write() as session:
        for table in tables or ("audit", "matter"):
            session.execute(text(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"'))


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_failing_database_is_not_seen_by_a_subscriber(
    database: Database, feed: Subscribed, folder: Path, on_disk: bool, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(database, folder if on_disk else None)
    good = client.get(feed.path)
    break_database(database)
    bad = client.get(feed.path)
    assert (bad.status_code, bad.content) == (200, good.content)
    same = client.get(feed.path, headers={"If-None-Match": good.headers["etag"]})
    assert same.status_code == 304
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors
    assert all(feed.id in record.getMessage() for record in errors)
    assert feed.token not in caplog.text


def damage(database: Database, *, for_good: bool = False) -> None:
    """What a hand or a disk does to what is stored; `for_good`: there are no dates to make it from either."""
    with database.write() as session:
        session.execute(text("UPDATE rendering SET body = substr(body, 1, 40)"))
        if for_good:
            session.execute(text("DELETE FROM deadline"))


def another_matter(database: Database) -> None:
    with database.write() as session:
        matter = samples.matter(session, session.query(Matter).one().attorney, "2026-0200")
        entry, deadline = samples.entry(session, matter, samples.window(rule="b"))
        renderings.render_entry(session, entry, deadline, now=NOW)
        samples.told(session)


@pytest.mark.parametrize("choice", [Choice(), Choice(whole=True), Choice(reminders=True)])
def test_a_damaged_entry_is_made_anew_and_holds_up_no_other(
    database: Database, folder: Path, choice: Choice, feed: Subscribed
) -> None:
    with database.write() as session:
        person = session.get_one(Subscription, feed.id).person
        _, token = subscriptions.add_subscription(session, person, "b", choice=choice, actor="t", now=samples.ENTERED)
    path = f"/f/{token}/d.ics"
    before = client_of(database, folder).get(path)
    damage(database)
    assert client_of(database, None).get(path).content == before.content
    another_matter(database)
    after = client_of(database, folder).get(path).text
    assert after.count("2026-0200") > 0
    assert [word for word in before.text.split("BEGIN:VEVENT")[1:-1] if word not in after] == []


def test_a_calendar_that_cannot_be_made_says_so_after_an_hour(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    times = [NOW]
    client = TestClient(create_app(database, zone=ZONE, kept=folder, now=lambda: times[-1]))
    good = client.get(feed.path)
    damage(database, for_good=True)
    another_matter(database)
    for minutes, told in ((0, 0), (50, 0), (61, 1), (100, 1)):
        times.append(NOW + timedelta(minutes=minutes))
        with database.write() as session:
            session.merge(Heartbeat(sweep="daemon", at=times[-1], detail=""))
        bad = client.get(feed.path)
        assert (bad.status_code, bad.text.count("cannot be made anew")) == (200, told)
        assert bad.text.count("BEGIN:VEVENT") == good.text.count("BEGIN:VEVENT") + told
        assert "no sign of life" not in bad.text
    with database.write() as session:
        client.app.state.flush(session, times[-1])  # type: ignore[attr-defined]
    assert "deadlines_calendars_unmade 1.0" in client.get("/metrics").text
    with database.write() as session:
        finding = {found.id: found for found in check_docket(session, times[-1])}["calendars-made"]
        assert (finding.state, feed.id[:8] in finding.sentence) == ("ill", True)
        assert [item.alarm.subject for item in untold(session)] == ["Calendars stand still: they cannot be made"]
    with database.write() as session:
        session.query(Rendering).filter(Rendering.entry_id.not_in(session.query(DeadlineRow.entry_id))).delete()
        samples.told(session)
        times.append(times[-1] + timedelta(minutes=2))
    for call in (client.app.state.watch, client.app.state.flush):  # type: ignore[attr-defined]
        with database.write() as session:
            call(session, times[-1])
    with database.write() as session:
        assert {found.id: found.state for found in check_docket(session, NOW)}["calendars-made"] == "well"
    assert "2026-0200" in client.get(feed.path).text


def test_an_address_whose_first_calendar_cannot_be_made_is_no_stranger(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    damage(database, for_good=True)
    client = client_of(database, folder)
    answer = client.get(feed.path)
    assert (answer.status_code, answer.text.count("NOT READY: no deadline")) == (200, 1)
    statuses = [client.get(f"/f/dlf_{number}/deadlines.ics").status_code for number in range(80)]
    assert set(statuses) == {404, 429}  # strangers are slowed down all the same
    assert client.get(feed.path).status_code == 200


def test_a_copy_that_was_taken_away_is_saved_again(database: Database, feed: Subscribed, folder: Path) -> None:
    client = client_of(database, folder)
    good = client.get(feed.path)
    for path in folder.iterdir():
        path.unlink()
    with database.read() as session:
        client.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    break_database(database)
    assert client_of(database, folder).get(feed.path).content == good.content


def test_who_takes_copies_away_leaves_what_a_server_wrote_meanwhile(tmp_path: Path) -> None:
    old, new = (Kept("h", "k" * 26, "dlf_x", "1", tag_of(word), word, sight=word.decode()) for word in (b"old", b"new"))
    Shelf(tmp_path).save(old)
    sweeping = Shelf(tmp_path)
    Shelf(tmp_path).save(new)
    sweeping.drop("h", of_sight="old")
    assert Shelf(tmp_path).load(Kept("h", "k" * 26, "dlf_x", "", "")) == b"new"
    Shelf(tmp_path).drop("h", of_sight="new")
    assert list(tmp_path.iterdir()) == []


def test_after_a_restart_the_disk_has_it(database: Database, feed: Subscribed, folder: Path) -> None:
    good = client_of(database, folder).get(feed.path)
    break_database(database)
    bad = client_of(database, folder).get(feed.path)
    assert (bad.status_code, bad.content) == (200, good.content)


def test_a_stranger_learns_nothing_while_the_database_fails(database: Database, feed: Subscribed, folder: Path) -> None:
    client = client_of(database, folder)
    before = client.get("/f/dlf_unknown/deadlines.ics")
    client.get(feed.path)
    break_database(database)
    after = client.get("/f/dlf_unknown/deadlines.ics")
    assert (after.status_code, after.content) == (404, before.content)
    assert after.headers == before.headers


def test_it_recovers_by_itself(database: Database, feed: Subscribed, folder: Path) -> None:
    client = client_of(database, folder)
    good = client.get(feed.path)
    break_database(database)
    client.get(feed.path)
    with database.write() as session:
        for table in ("audit", "matter"):
            session.execute(text(f'ALTER TABLE "{table}_gone" RENAME TO "{table}"'))
    with database.write() as session:
        entry, deadline = samples.entry(session, session.query(Matter).one(), samples.window(rule="b"))
        renderings.render_entry(session, entry, deadline, now=NOW)
        samples.told(session)
    assert len(client.get(feed.path).content) > len(good.content)


def test_files_are_for_the_owner_and_named_by_the_id(database: Database, feed: Subscribed, folder: Path) -> None:
    client_of(database, folder).get(feed.path)
    assert [path.name for path in folder.iterdir()] == [f"{feed.id}.feed"]
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert feed.token.encode() not in file.read_bytes()
    assert b"Canary" not in file.read_bytes()


@pytest.mark.parametrize("how", ["asked for", "swept"])
def test_the_copy_of_a_leaked_address_goes(database: Database, feed: Subscribed, folder: Path, how: str) -> None:
    client = client_of(database, folder)
    client.get(feed.path)
    with database.write() as session:
        endings.end_subscription(session, session.get_one(Subscription, feed.id), "leaked", actor="t", now=NOW)
    if how == "asked for":
        assert client.get(feed.path).status_code == 410
    else:
        with database.write() as session:
            client.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    assert list(folder.iterdir()) == []
    break_database(database, "matter")
    assert client.get(feed.path).status_code == 410
    assert client_of(database, folder).get(feed.path).status_code == 410


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"garbage", b"\xff\xfe\n\n"])
def test_a_damaged_copy_is_as_good_as_none(database: Database, feed: Subscribed, folder: Path, damage: bytes) -> None:
    good = client_of(database, folder).get(feed.path)
    (file,) = folder.iterdir()
    file.write_bytes(damage or file.read_bytes()[:-9])
    assert client_of(database, folder).get(feed.path).content == good.content
    file.write_bytes(damage or file.read_bytes()[:-9])
    break_database(database)
    assert client_of(database, folder).get(feed.path).status_code == 404


def test_a_full_disk_stops_no_feed(database: Database, feed: Subscribed, folder: Path) -> None:
    client = client_of(database, folder)
    folder.rmdir()
    assert client.get(feed.path).status_code == 200


def test_memory_is_bounded_and_nobody_gets_an_empty_calendar() -> None:
    shelf = Shelf(None, largest=250)
    for number in range(5):
        body = bytes([number]) * 100
        shelf.put(Kept(str(number), str(number), "h", "s", tag_of(body), body))
    held = [shelf.get(str(number)) for number in range(5)]
    assert [kept is not None and kept.body is not None for kept in held] == [False, False, False, True, True]
    assert all(kept is not None and kept.etag for kept in held)


def test_a_calendar_let_go_from_memory_is_made_again(
    database: Database, feed: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deadlines.web.shelf.Shelf.__init__.__kwdefaults__", {"largest": 1})
    client = client_of(database, None)
    good = client.get(feed.path)
    with database.write() as session:
        person = session.get_one(Subscription, feed.id).person
        _, other = subscriptions.add_subscription(
            session, person, "b", choice=Choice(redaction="busy"), actor="t", now=NOW
        )
    for _ in range(2):
        assert client.get(f"/f/{other}/d.ics").text.count("BEGIN:VEVENT") == 2
        again = client.get(feed.path)
        assert (again.status_code, again.content) == (200, good.content)
        assert client.get(f"/f/{other}/d.ics").status_code == 200
        same = client.get(feed.path, headers={"If-None-Match": good.headers["etag"]})
        assert same.status_code == 304


# -- the count of commits ------------------------------------------------------------------------------------


def test_a_commit_changes_the_mark_and_a_look_does_not(database: Database, feed: Subscribed) -> None:
    changes = Changes(database.engine)
    first = changes.mark()
    assert first is not None
    with database.read() as session:
        assert session.get(Subscription, feed.id) is not None
    assert changes.mark() == first
    with database.write() as session:
        session.get_one(Subscription, feed.id).fetches = 7
    assert changes.mark() not in (None, first)
    changes.close()


def test_what_is_not_committed_gives_no_mark_that_hides_the_commit(database: Database, feed: Subscribed) -> None:
    """A mark taken while a transaction is open must differ from every mark after its end."""
    changes = Changes(database.engine)
    with database.write() as session:
        session.get_one(Subscription, feed.id).fetches = 7
        session.flush()
        during = changes.mark()
    after = changes.mark()
    assert after is not None
    assert during != after
    changes.close()


def test_a_lost_connection_gives_no_mark_once_and_then_another(database: Database, feed: Subscribed) -> None:
    changes = Changes(database.engine)
    first = changes.mark()
    changes._connection.close()
    assert changes.mark() is None
    assert changes.mark() not in (None, first)
    changes.close()


def test_a_lock_is_never_waited_for_and_a_missing_file_never_made(tmp_path: Path) -> None:
    path = tmp_path / "a b%20?.db"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    changes = Changes(engine)
    assert changes.mark() is None
    assert not path.exists()
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("CREATE TABLE t (x)")
        first = changes.mark()
        assert first is not None
        connection.execute("BEGIN EXCLUSIVE")
        assert changes.mark() is None
        connection.execute("ROLLBACK")
        assert changes.mark() == first
        changes.close()
        assert changes.mark() != first
    connection.close()
    changes.close()
    engine.dispose()


def test_a_copy_from_before_a_matter_was_restricted_goes_within_seconds(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    client = client_of(database, folder)
    client.get(feed.path)
    with database.write() as session:
        session.query(Matter).one().restricted = True
    with database.write() as session:
        client.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    assert [b"2026-0143" in file.read_bytes() for file in folder.iterdir()] == [False]
    break_database(database)
    for served in (client, client_of(database, folder)):
        answer = served.get(feed.path)
        assert (answer.status_code, b"2026-0143" in answer.content) == (200, False)


def revoked(session: Session, subscription: Subscription) -> None:
    endings.end_subscription(session, subscription, "revoked", actor="t", now=NOW)


def taken_off(session: Session, subscription: Subscription) -> None:
    endings.off_matter(
        session, desks.desk(), session.query(Matter).one(), subscription.person, actor="t", today=NOW.date(), now=NOW
    )


def left(session: Session, subscription: Subscription) -> None:
    matter = session.query(Matter).one()
    deactivate_person(session, subscription.person, successor=matter.attorney, actor="t", today=NOW.date(), now=NOW)


@pytest.mark.parametrize("change, note", [(revoked, b"HAS ENDED"), (left, b"HAS ENDED"), (taken_off, b"")])
def test_a_copy_from_before_its_reader_may_see_it_no_more_goes_within_seconds(
    database: Database, feed: Subscribed, folder: Path, change: Any, note: bytes
) -> None:
    """The reader works on a restricted matter and asked for it; then they do not, or the address ends."""
    with database.write() as session:
        matter, ben = session.query(Matter).one(), samples.person(session, "Ben Ode", "paralegal")
        session.add(MatterMember(matter_id=matter.id, person_id=ben.id, since=NOW))
        restrict_matter(session, matter, actor="t", now=NOW)
        choice = Choice(restricted=True)
        own, token = subscriptions.add_subscription(session, ben, "a", choice=choice, actor="t", now=NOW)
        path, own_id = f"/f/{token}/d.ics", own.id
    client = client_of(database, folder)
    assert b"2026-0143" in client.get(path).content
    with database.write() as session:
        change(session, session.get_one(Subscription, own_id))
    with database.write() as session:
        client.app.state.watch(session, NOW)  # type: ignore[attr-defined]
    break_database(database)
    for served in (client, client_of(database, folder)):
        answer = served.get(path)
        assert (answer.status_code, b"2026-0143" in answer.content, note in answer.content) == (200, False, True)


def test_an_address_whose_last_day_comes_while_the_database_fails_says_that_it_has_ended(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    with database.write() as session:
        session.get_one(Subscription, feed.id).expires_at = NOW + timedelta(hours=1)
    times = [NOW]
    client = TestClient(create_app(database, zone=ZONE, kept=folder, now=lambda: times[-1]))
    good = client.get(feed.path)
    assert b"2026-0143" in good.content
    break_database(database)
    assert client.get(feed.path).content == good.content
    after = client_of(database, folder)
    times.append(NOW + timedelta(hours=1))
    noted = client.get(feed.path)
    assert (noted.status_code, noted.text.count("BEGIN:VEVENT")) == (200, 1)
    assert "HAS ENDED" in noted.text
    assert after.get(feed.path).content == good.content  # by its clock the day has not come
    with database.write() as session:
        for table in ("audit", "matter"):
            session.execute(text(f'ALTER TABLE "{table}_gone" RENAME TO "{table}"'))
    assert client.get(feed.path).content == noted.content


def test_an_address_that_expired_long_ago_is_gone_also_while_the_database_fails(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    with database.write() as session:
        session.get_one(Subscription, feed.id).expires_at = NOW + timedelta(hours=1)
    client_of(database, folder).get(feed.path)
    break_database(database)
    later = NOW + timedelta(days=endings.NOTICE_DAYS, hours=1)
    restarted = TestClient(create_app(database, zone=ZONE, kept=folder, now=lambda: later))
    assert restarted.get(feed.path).status_code == 410


def test_while_the_database_fails_nobody_is_taken_for_a_stranger(
    database: Database, feed: Subscribed, folder: Path
) -> None:
    client = client_of(database, folder)
    with database.write() as session:
        session.execute(text('ALTER TABLE "subscription" RENAME TO "subscription_gone"'))
    assert {client.get(f"/f/dlf_{number}/deadlines.ics").status_code for number in range(80)} == {404}


def test_a_server_that_is_down_at_the_start_is_waited_for(
    database: Database, feed: Subscribed, folder: Path, unused_port: int
) -> None:
    good = client_of(database, folder).get(feed.path)
    down = f"postgresql://deadlines@127.0.0.1:{unused_port}/deadlines"
    with pytest.raises(Unreachable, match="Check that it runs"):
        Database.open(down)
    opened = Database.open(down, patient=True)
    try:
        with pytest.raises(Unreachable), opened.read():
            pass
        client = client_of(opened, folder)
        answer = client.get(feed.path)
        assert (answer.status_code, answer.content) == (200, good.content)
        assert client.get("/f/dlf_no/deadlines.ics").status_code == 404
    finally:
        opened.dispose()


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("sight, kept", [("same", b"old"), ("another", None)])
def test_on_a_full_disk_an_older_copy_stays_unless_it_shows_what_must_be_seen_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sight: str, kept: bytes | None
) -> None:
    shelf = Shelf(tmp_path)
    shelf.save(Kept("h", "k" * 26, "dlf_x", "1", tag_of(b"old"), b"old", sight="same"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("deadlines.web.shelf._replace", full)
    shelf.save(Kept("h", "k" * 26, "dlf_x", "2", tag_of(b"new"), b"new", sight=sight))
    assert shelf.load(Kept("h", "k" * 26, "dlf_x", "", "")) == kept
