"""Papers that came in: how old they are, who hears of them, and how they leave the list."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.board import board
from deadlines.docket.closing import strike_notice
from deadlines.docket.health import check_docket
from deadlines.docket.incoming import dismiss, docketed, register
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.notices import standing_notices
from deadlines.docket.teams import join_matter
from deadlines.docket.undocketed import VEILED, papers, tell_undocketed
from deadlines.docket.wanted import Wanted
from deadlines.docket.ways import is_working_day
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Incoming, Letter, Matter, Person
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import LATER, desk, entered_by, firm, recorded
from tests.docket.samples import ZONE, matter, person

TITLE = "USCIS denial I-140, Canary-Ruiz"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def room(days: int = 0) -> MailRoom:
    return MailRoom(zone=ZONE, opens=time(9), closes=time(17), days=days, is_working_day=is_working_day(desk()))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour on the clock of New York in November 2026, which is five hours behind UTC from the first."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) + 5 * HOUR


MON, TUE, WED, FRI, SAT = (date(2026, 11, day) for day in (2, 3, 4, 6, 7))
NEXT_MON, VETERANS, THU = date(2026, 11, 9), date(2026, 11, 11), date(2026, 11, 12)
"""Wednesday 11 November is Veterans Day: 5 USC 6103(a)."""


def came(session: Session, by: Person, now: datetime = LATER, **more: Any) -> Incoming:
    given = {"matter": None, "received_on": None, "at": "mail", **more}
    return register(session, room(), given.pop("title", TITLE), by=by, now=now, actor="cli:test", **given)


def letters(session: Session, state: str = "planned") -> list[tuple[str, Letter]]:
    query = select(Person.email, Letter).join(Letter, Letter.person_id == Person.id).where(Letter.state == state)
    return [(email, letter) for email, letter in session.execute(query.order_by(Person.email, Letter.id))]


@pytest.mark.parametrize(
    "now, days, due",
    [
        (at(MON, 9), 0, at(MON, 17)),
        (at(MON, 16, 59), 0, at(MON, 17)),
        (at(MON, 17), 0, at(TUE, 17)),
        (at(MON, 6), 0, at(MON, 17)),
        (at(FRI, 18), 0, at(NEXT_MON, 17)),
        (at(SAT, 10), 0, at(NEXT_MON, 17)),
        (at(VETERANS, 10), 0, at(THU, 17)),
        (at(MON, 10), 1, at(TUE, 17)),
        (at(FRI, 10), 1, at(NEXT_MON, 17)),
    ],
)
def test_a_paper_must_be_docketed_by_the_end_of_the_business_day(now: datetime, days: int, due: datetime) -> None:
    assert room(days).due_at(now) == due


@pytest.mark.parametrize(
    "since, now, hours, days, words",
    [
        (at(MON, 10), at(MON, 10, 59), 0, 0, "0 business hours"),
        (at(MON, 10), at(MON, 11), 1, 0, "1 business hour"),
        (at(MON, 10), at(MON, 23), 7, 0, "7 business hours"),
        (at(MON, 10), at(TUE, 10), 8, 1, "1 business day"),
        (at(FRI, 16), at(NEXT_MON, 9), 1, 1, "1 business day"),
        (at(FRI, 16), at(SAT, 12), 1, 0, "1 business hour"),
        (at(NEXT_MON, 9), at(THU, 9), 16, 2, "2 business days"),
    ],
)
def test_the_age_counts_the_firms_hours(since: datetime, now: datetime, hours: int, days: int, words: str) -> None:
    age = room().age(since, now)
    assert (age.hours, age.days, age.words) == (hours, days, words)


def test_a_paper_that_came_on_an_earlier_day_is_late_at_once(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        came(session, ben, at(TUE, 10), title="old", received_on=MON)
        came(session, ben, at(TUE, 10), title="new")
        shown = papers(session, room(), ben, now=at(TUE, 11))
        assert [(p.title, p.overdue, p.age.words) for p in shown] == [
            ("old", True, "1 business day"), ("new", False, "1 business hour"),
        ]  # fmt: skip
        assert shown[0].due_at == at(MON, 17)
        assert shown[0].registered_by == ben.email


@pytest.mark.parametrize(
    "given, part",
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"received_on": WED}, "future"),
        ({"received_on": date(1990, 1, 1)}, "Check the year"),
    ],
)
def test_what_cannot_be_registered(database: Database, given: dict[str, Any], part: str) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        with pytest.raises(InputError, match=part):
            came(session, ben, **given)
        assert session.scalars(select(Incoming)).all() == []


def test_what_waits_too_long_is_told_and_told_again_on_every_working_day(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        found = came(session, ben, at(FRI, 10), matter=matter(session, ana))
    with database.write() as session:
        assert tell_undocketed(session, room(), now=at(FRI, 16, 59)) == 0
        assert tell_undocketed(session, room(), now=at(FRI, 17)) == 1
        assert tell_undocketed(session, room(), now=at(SAT, 12)) == 0
        told = letters(session)
        assert [email for email, _ in told] == ["ana@firm.test", "dora@firm.test"]
        for _, letter in told:
            assert "Canary" not in letter.text + letter.subject
            assert f"deadlines add --incoming {found.id[:8]}" in letter.text
            assert "2026-0143" in letter.text
            assert "Fri 6 Nov 2026, 17:00" in letter.text
        assert tell_undocketed(session, room(), now=at(NEXT_MON, 9)) == 1
        assert tell_undocketed(session, room(), now=at(NEXT_MON, 17)) == 0
        assert len(letters(session)) == 4
        assert "1 business day." in letters(session)[1][1].text


def test_where_nobody_keeps_the_docket_a_paper_without_matter_is_told_to_everybody(database: Database) -> None:
    with database.write() as session:
        ana = person(session)
        person(session, "Ben Ode", "paralegal")
        person(session, "Gil Hay", "paralegal", active=False)
        came(session, ana)
        tell_undocketed(session, room(), now=LATER + DAY)
        assert [email for email, _ in letters(session)] == ["ana@firm.test", "ben@firm.test"]


def test_a_docketed_paper_is_linked_and_no_longer_told(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        notice = next(iter(recorded(session).values())).notice
        found = came(session, ben)
        tell_undocketed(session, room(), now=LATER + DAY)
        docketed(session, found, notice, who=ben.id, now=LATER + DAY, actor="cli:test")
        assert letters(session) == []
        assert len(letters(session, "cancelled")) == 1
        assert papers(session, room(), ben, now=LATER + DAY) == []
        [shown] = papers(session, room(), ben, now=LATER + 9 * DAY, everything=True)
        assert (shown.state, shown.notice, shown.matter, shown.settled_by) == (
            "docketed", notice.id, "2026-0143", ben.email,
        )  # fmt: skip
        assert (shown.overdue, shown.age.days) == (False, 1)
        with pytest.raises(Conflict, match=f"docketed as notice {notice.id[:8]} already"):
            dismiss(session, found, reason="no", by=ben, now=LATER, actor="cli:test")
        assert tell_undocketed(session, room(), now=LATER + 5 * DAY) == 0
        actions = session.scalars(select(Audit.action).where(Audit.subject == found.id).order_by(Audit.id)).all()
        assert actions == ["incoming.register", "incoming.docketed"]
        assert audit.verify(session) is None


def test_a_paper_of_another_matter_is_not_docketed_by_this_notice(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        notice = next(iter(recorded(session).values())).notice
        found = came(session, ben, matter=matter(session, ana, "2026-0999"))
        with pytest.raises(Conflict, match="another matter"):
            docketed(session, found, notice, who=ben.id, now=LATER, actor="cli:test")
        assert found.state == "waiting"


def test_a_dismissed_paper_stays_with_its_reason(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        found = came(session, ben)
        with pytest.raises(InputError, match="reason"):
            dismiss(session, found, reason=" ", by=ben, now=LATER, actor="cli:test")
        dismiss(session, found, reason="a receipt, no date runs", by=ben, now=LATER, actor="cli:test")
        assert papers(session, room(), ben, now=LATER) == []
        [shown] = papers(session, room(), ben, now=LATER, everything=True)
        assert (shown.state, shown.reason) == ("dismissed", "a receipt, no date runs")


def test_the_paper_of_a_struck_notice_waits_again(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        notice = next(iter(recorded(session).values())).notice
        found = came(session, ben)
        docketed(session, found, notice, who=ben.id, now=LATER, actor="cli:test")
        strike_notice(session, desk(), notice, reason="of another case", by=ana, now=LATER + DAY)
        [shown] = papers(session, room(), ben, now=LATER + DAY)
        assert (shown.state, shown.notice, shown.overdue) == ("waiting", None, True)
        assert tell_undocketed(session, room(), now=LATER + DAY) == 1


def test_a_paper_is_settled_by_no_notice_that_was_amended_or_struck(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        old = entered_by(next(iter(recorded(session).values())), ben)
        found = came(session, ben)
        changes = Amendment(method="in-person")
        new = amend_notice(session, desk(), old, changes, reason="handed over", by=ben, now=LATER).notice
        assert list(standing_notices(session, old.matter_id)) == [new]
        with pytest.raises(Conflict, match=f"the one in force is {new.id[:8]}"):
            docketed(session, found, old, who=ben.id, now=LATER, actor="cli:test")
        strike_notice(session, desk(), new, reason="of another case", by=ana, now=LATER)
        assert list(standing_notices(session, old.matter_id)) == []
        with pytest.raises(Conflict, match="was struck"):
            docketed(session, found, new, who=ben.id, now=LATER, actor="cli:test")
        assert found.state == "waiting"


def test_papers_of_a_restricted_matter_are_seen_by_who_works_on_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        closed = matter(session, ana, restricted=True)
        came(session, ana, matter=closed)

        def seen(who: Person | None) -> list[tuple[str, str | None, bool]]:
            return [(p.title, p.matter, p.veiled) for p in papers(session, room(), who, now=LATER)]

        assert seen(ana) == [(TITLE, "2026-0143", False)]
        assert seen(ben) == []
        assert seen(dora) == seen(None) == [(VEILED, None, True)]
        join_matter(session, session.get_one(Matter, closed.id), ben, actor="test", now=LATER)
        assert seen(ben) == [(TITLE, "2026-0143", False)]


def test_the_docket_page_and_the_doctor_count_what_waits(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        came(session, ben)
        came(session, ana, matter=matter(session, ana, restricted=True))

        def count(who: Person) -> int:
            return board(session, who, Wanted(), today=MON, now=LATER).counts.undocketed

        assert [count(who) for who in (ana, ben, dora)] == [2, 1, 2]

        def health(now: datetime) -> tuple[str, str]:
            finding = next(f for f in check_docket(session, now) if f.id == "undocketed")
            return finding.state, finding.sentence

        assert health(at(MON, 16))[0] == "well"
        state, sentence = health(at(MON, 18))
        assert (state, "2 papers" in sentence) == ("warning", True)
        assert health(at(TUE, 18))[0] == "ill"


def test_the_scheduler_sends_what_is_told_of_a_paper(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        found = came(session, ben)
    channel = Collector()
    daemon = sweeps(database, channel, mail_room=room())
    assert [daemon.tell_undocketed(at(MON, hour)) for hour in (16, 18)] == [0, 1]
    daemon.send_due(at(MON, 18))
    [message] = channel.messages
    assert (message.to_email, "NOT DOCKETED" in message.subject) == ("dora@firm.test", True)
    assert found.id[:8] in message.text
    assert f"`deadlines add --incoming {found.id[:8]}`" in message.text


def test_where_there_are_pages_the_mail_of_a_paper_leads_to_them(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        found = came(session, ben)
        tell_undocketed(session, structs.replace(room(), pages="https://docket.test"), now=at(MON, 18))
        text, name = session.scalars(select(Letter.text)).one(), found.id[:8]
    assert "\nhttps://docket.test/incoming\n" in text
    assert name in text
    assert "`deadlines" not in text
