"""Calendars that nobody fetches any more are told of, each silence once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.silence import forget_silence, tell_silence
from deadlines.docket.subscriptions import Fetches, add_subscription, record_fetches
from deadlines.store.database import Database
from deadlines.store.tables import Letter, Person, Subscription
from tests.docket.samples import ZONE, person

MADE = datetime(2026, 9, 1, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTLOOK_WEB = "Microsoft.Exchange/15.20 (Calendar)"
DESKTOP = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17126; Pro)"
GOOGLE = "Google-Calendar-Importer"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0"


def subscribed(session: Session, of: Person, *, agent: str = THUNDERBIRD, every: timedelta = HOUR, **more: Any) -> str:
    """An address that was fetched so often until the last time."""
    made, token = add_subscription(session, of, "Outlook at work", actor="test", now=MADE)
    record_fetches(session, {made.id: Fetches(max(int((LAST - MADE) / every), 1), LAST, agent)})
    session.refresh(made)
    for name, value in more.items():
        setattr(made, name, value)
    return token


def tell(database: Database, now: datetime, up_since: datetime = MADE) -> int:
    with database.write() as session:
        forget_silence(session)
        return tell_silence(session, now=now, zone=ZONE, up_since=up_since)


def written(database: Database) -> list[tuple[str, Letter]]:
    with database.read() as session:
        query = select(Person.email, Letter).join(Letter, Letter.person_id == Person.id).order_by(Letter.id)
        return [(email, row) for email, row in session.execute(query)]


@pytest.mark.parametrize(
    "agent, every, patience",
    [
        (THUNDERBIRD, HOUR, 4 * DAY),
        (DESKTOP, HOUR, 4 * DAY),
        (GOOGLE, 8 * HOUR, 2 * DAY),
        (OUTLOOK_WEB, 3 * HOUR, 2 * DAY),
        (GOOGLE, DAY, 5 * DAY),
        (THUNDERBIRD, 2 * DAY, 10 * DAY),
        (THUNDERBIRD, 10 * DAY, 14 * DAY),
    ],
)
def test_silence_is_measured_by_the_rhythm_of_the_program(
    database: Database, agent: str, every: timedelta, patience: timedelta
) -> None:
    with database.write() as session:
        subscribed(session, person(session), agent=agent, every=every)
    slack = timedelta(0) if patience in (4 * DAY, 2 * DAY, 14 * DAY) else patience / 10
    assert tell(database, LAST + patience - slack) == 0
    assert tell(database, LAST + patience + slack + timedelta(seconds=1)) == 1


def test_the_person_and_the_docket_are_told_once_without_address_or_secret(database: Database) -> None:
    with database.write() as session:
        token = subscribed(session, person(session))
        person(session, "Dora Dee", "docket")
        person(session, "Eve Fox", "docket")
        person(session, "Gil Hay", "docket", active=False)
    now = LAST + 5 * DAY
    assert tell(database, now) == 1
    assert tell(database, now + DAY) == 0
    found = written(database)
    assert sorted(email for email, _ in found) == ["ana@firm.test", "dora@firm.test", "eve@firm.test"]
    with database.read() as session:
        row = session.scalars(select(Subscription)).one()
    assert row.silent_at == now
    for email, letter in found:
        assert row.id in letter.key
        assert now.isoformat(timespec="seconds") in letter.key
        assert "Mon 2 Nov 2026, 15:00 (America/New_York)" in letter.text
        assert "The docket is the record" in letter.text
        assert not [secret for secret in (token, row.hint, "http", "/f/") if secret in letter.text + letter.subject]
        assert ("of Ana Ruiz" in letter.subject) is (email != "ana@firm.test")


def test_who_keeps_the_docket_is_told_of_their_own_once(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session, "Dora Dee", "docket"))
    assert tell(database, LAST + 5 * DAY) == 1
    assert [email for email, _ in written(database)] == ["dora@firm.test"]


def test_a_second_silence_is_told_again(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session))
    assert tell(database, LAST + 5 * DAY) == 1
    back = LAST + 6 * DAY
    with database.write() as session:
        row = session.scalars(select(Subscription)).one()
        record_fetches(session, {row.id: Fetches(1, back, THUNDERBIRD)})
    assert tell(database, back + HOUR) == 0
    with database.read() as session:
        assert session.scalars(select(Subscription.silent_at)).one() is None
    assert tell(database, back + 5 * DAY) == 1
    assert len({letter.key for _, letter in written(database)}) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"revoked_at": LAST},
        {"expires_at": LAST + DAY},
        {"claim_hash": "0" * 64},
        {"fetches": 2},
        {"last_fetch_at": None},
    ],
)
def test_what_is_not_a_living_calendar_is_no_silence(database: Database, more: dict[str, Any]) -> None:
    with database.write() as session:
        subscribed(session, person(session), **more)
    assert tell(database, LAST + 30 * DAY) == 0


def test_nobody_who_left_is_told(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session, active=True))
        session.scalars(select(Person)).one().active = False
    assert tell(database, LAST + 30 * DAY) == 0


def test_while_this_program_was_away_nobody_was_silent(database: Database) -> None:
    with database.write() as session:
        subscribed(session, person(session))
    back = LAST + 10 * DAY
    assert tell(database, back + 3 * DAY, up_since=back) == 0
    assert tell(database, back + 5 * DAY, up_since=back) == 1
