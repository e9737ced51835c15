"""The daemon as it is built from a configuration, with receivers that take messages, refuse them, or fail."""

import json
import logging
import ssl
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from deadlines import wiring
from deadlines.config import load_settings
from deadlines.daemon import Sweeps
from deadlines.docket.health import check_docket
from deadlines.docket.outages import outages
from deadlines.errors import SendError
from deadlines.notify.message import Hidden, Message
from deadlines.store.database import Database
from deadlines.store.tables import Attempt, Audit, Contact, Heartbeat, Matter, Person, Reminder
from tests.daemon.test_lanes import SAFE_DAY
from tests.docket.samples import ENTERED, docket
from tests.notify import receivers
from tests.notify.receivers import Play, Receiver, answers, receiver
from tests.notify.servers import Inbox, certificate, mail_server

KEY = "whsec_" + "S3CRETS3" * 4
WAYS = ("slack", "teams")


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    return certificate(tmp_path)[0]


def built(database: Database, folder: Path, hook: Receiver, restricted: str = "mail") -> Sweeps:
    for name, text in (("where", hook.url), ("key", KEY)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    (folder / "deadlines.toml").write_text(
        f'[mail]\nchannel = "folder"\n[channels]\nallowed = "{hook.host}"\nca_file = "certificate.pem"\n'
        f'[webhook]\naddress_file = "where"\nsecret_file = "key"\n[reminders]\nrestricted = "{restricted}"\n'
    )
    return wiring.build_sweeps(load_settings(environ={}, folder=folder), database)


def fill(database: Database, hook: Receiver, *, restricted: bool = False) -> None:
    with database.write() as session:
        docket(session)
        session.scalars(select(Matter)).one().restricted = restricted
        ana = session.scalars(select(Person)).one()
        for way in WAYS:
            session.add(Contact(person_id=ana.id, channel=way, address=hook.url, added_at=ENTERED))


def said(database: Database, folder: Path, hook: Receiver, log: str) -> str:
    """Everything that a person, a log or another company may read."""
    mails = "".join(file.read_text() for file in (folder / "mail").iterdir())
    with database.read() as session:
        tried = list(session.scalars(select(Attempt.detail)))
        kept = [str(detail) for table in (Audit, Heartbeat) for detail in session.scalars(select(table.detail))]
    return "".join([mails, log, *tried, *kept, *(request.body.decode() for request in hook.requests)])


def states(database: Database) -> dict[str, set[str]]:
    with database.read() as session:
        rows = session.scalars(select(Reminder).where(Reminder.rung.not_like("undelivered-%")))
        found: dict[str, set[str]] = {}
        for row in rows:
            if row.due_at <= SAFE_DAY and row.state != "covered":
                found.setdefault(row.channel, set()).add(row.state)
        return found


MODES: list[tuple[Play, str]] = [
    (answers(200), "sent"),
    (answers(404), "dead"),
    (answers(400), "dead"),
    (answers(302, Location="https://localhost/"), "dead"),
    (answers(429, Retry_After="60"), "planned"),
    (answers(500), "planned"),
    (receivers.resets, "uncertain"),
]


@pytest.mark.parametrize("play, state", MODES)
def test_what_a_receiver_does_to_a_reminder_and_nothing_secret_shows(
    database: Database,
    tls: ssl.SSLContext,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    play: Play,
    state: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(tls, play) as hook:
        fill(database, hook)
        daemon = built(database, tmp_path, hook)
        daemon.send_due(SAFE_DAY)
        daemon.send_due(SAFE_DAY + timedelta(seconds=10))
        found = states(database)
        text = said(database, tmp_path, hook, caplog.text)
    assert found["smtp"] == {"sent"}
    assert (found["slack"], found["teams"]) == ({state}, {state})
    assert "S3CRET" not in text
    assert "Canary" not in text
    assert len(hook.requests) >= 3


def test_of_a_restricted_matter_a_receiver_hears_one_line_or_nothing(
    database: Database, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with receiver(tls, answers(200)) as hook:
        fill(database, hook, restricted=True)
        built(database, tmp_path, hook).send_due(SAFE_DAY)
        assert hook.requests == []
    with receiver(tls, answers(200)) as hook:
        with database.write() as session:
            session.scalars(select(Matter)).one().restricted = True
            for row in session.scalars(select(Reminder).where(Reminder.channel == "smtp")):
                row.state, row.next_at = "planned", row.due_at
            for contact in session.scalars(select(Contact)):
                contact.address = hook.url
        built(database, tmp_path, hook, restricted="all").send_due(SAFE_DAY)
        bodies = [json.loads(request.body) for request in hook.requests]
    assert bodies
    texts = {body["text"] for body in bodies if "text" in body}
    texts |= {body["data"]["text"] for body in bodies if "data" in body}
    texts |= {b["attachments"][0]["content"]["body"][0]["inlines"][0]["text"] for b in bodies if "attachments" in b}
    assert texts == {"Deadline – see the docket"}
    whole = "".join(request.body.decode() for request in hook.requests)
    assert "2026-0143" not in whole
    assert "I-290B" not in whole
    assert "Ana" not in whole


@pytest.mark.parametrize("trusted", [True, False])
def test_one_option_has_mail_and_chats_trust_the_firms_own_authority(
    tls: ssl.SSLContext, tmp_path: Path, trusted: bool
) -> None:
    pytest.importorskip("apprise", reason="the extra apprise is not installed")
    inbox, words = Inbox(), {"to_name": "Ana", "subject": "s", "text": "t", "message_id": "<1@x>", "at": SAFE_DAY}
    with receiver(tls, answers(200)) as hook, mail_server(inbox, starttls=tls) as port:
        (tmp_path / "deadlines.toml").write_text(
            f'[mail]\nhost = "localhost"\nport = {port}\nsender = "docket@firm.test"\n'
            f'[channels]\nallowed = "{hook.host}"\n' + ('ca_file = "certificate.pem"\n' if trusted else "")
        )
        ways = wiring.build_channels(load_settings(environ={}, folder=tmp_path))
        for name, address in (("smtp", ""), ("slack", hook.url), ("apprise", f"ntfys://{hook.host}/docket")):
            message = Message(to_email="ana@firm.test", address=Hidden(address), **words)  # type: ignore[arg-type]
            with nullcontext() if trusted else pytest.raises(SendError):
                ways[name].send(message)
            ways[name].close()
        assert (len(inbox.mails), len(hook.requests)) == ((1, 2) if trusted else (0, 0))


def test_a_webhook_without_its_file_is_down_holds_up_no_mail_and_goes_on_once_the_file_is_there(
    database: Database, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with receiver(tls, answers(200)) as hook:
        fill(database, hook)
        built(database, tmp_path, hook)  # writes the files
        (tmp_path / "key").rename(tmp_path / "away")
        daemon = wiring.build_sweeps(load_settings(environ={}, folder=tmp_path), database)
        daemon.send_due(SAFE_DAY)
        with database.read() as session:
            down = outages(session)["webhook"].why
            finding = {found.id: found for found in check_docket(session, SAFE_DAY)}["channels"]
        assert f"{tmp_path}/key: the webhook secret file cannot be read" in down
        assert (finding.state, down in finding.sentence) == ("ill", True)
        found = states(database)
        assert (found["smtp"], found["webhook"] & {"sent"}) == ({"sent"}, set())
        (tmp_path / "away").rename(tmp_path / "key")
        daemon.send_due(SAFE_DAY + timedelta(minutes=10))
        assert states(database)["webhook"] == {"sent"}
