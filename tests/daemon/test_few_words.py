"""The last resort of a reminder gives a date only where its seal fits: otherwise it says why it gives none."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from deadlines.docket.sealing import seal_stored
from deadlines.notify.message import Message
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import ENTERED, firm, recorded

DUE = ENTERED + timedelta(days=17)
DOUBTED = '{"broken": 2, "since": "2026-11-01T12:00:00Z"}'


def broken(*_: object, **__: object) -> None:
    raise ValueError("broken template")


def sent(database: Database, patch: pytest.MonkeyPatch) -> list[Message]:
    """What leaves where no message can be made."""
    patch.setattr("deadlines.daemon.sending.prepare", broken)
    channel = Collector()
    sweeps(database, channel).send_due(DUE)
    return [mail for mail in channel.messages if "X-Deadlines-Reminders" in mail.headers]


@pytest.mark.parametrize("harm", ["", "altered", "set back", "trail in doubt", "unreadable"])
def test_a_date_that_may_be_altered_is_not_told(database: Database, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    with database.write() as session:
        firm(session)
        recorded(session)
        seal_stored(session, actor="test", now=ENTERED)
        if harm == "altered":
            session.execute(text("UPDATE deadline SET safe_by = '2026-12-20'"))
        elif harm == "set back":
            later = "SELECT '1' || substr(id, 2), entry_id, 2"
            rest = (
                'edition, state, opens_on, protective_by, safe_by, last_day, latest, "window", reason, created_by, '
                "created_at, digest, policy"
            )
            session.execute(text(f"INSERT INTO deadline (id, entry_id, version, {rest}) {later}, {rest} FROM deadline"))
        elif harm == "trail in doubt":
            session.add(Heartbeat(sweep="trail", at=ENTERED, detail=DOUBTED))
        elif harm == "unreadable":
            monkeypatch.setattr("deadlines.docket.few_words.is_altered", broken)
    mails = sent(database, monkeypatch)
    assert mails
    for mail in mails:
        assert mail.text.count("2026-1") == (0 if harm else 2)
        assert ("INTEGRITY ALARM" in mail.text, "INTEGRITY ALARM" in mail.subject) == (bool(harm), bool(harm))
        assert "2026-0143" in mail.subject
