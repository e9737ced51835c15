"""A later date holds only where two people agreed to that day and the law in force gives it; on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from deadlines.compute import compute
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.direction import dates_of
from deadlines.docket.extensions import grant_extension, request_extension
from deadlines.docket.intake import Desk
from deadlines.docket.moves import Because, Move, move
from deadlines.docket.proposals import accept, ignore, stored_dates, waiting_for
from deadlines.docket.recompute import Difference, bring_up_to_date, differences, read_page
from deadlines.docket.restricting import follow_discreet, restrict_matter
from deadlines.errors import Conflict
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person, Proposal
from tests.docket.desks import (
    LAST,
    LATER,
    SAFE,
    changed,
    desk,
    entered_by,
    firm,
    proposals,
    recorded,
    reminders,
    row,
    verify,
)
from tests.docket.test_discreet import ORDER, VAWA

AAO, MOTION = "uscis.appeal.aao", "uscis.motion.reopen"
DAY = timedelta(days=1)
GRANTED = date(2026, 12, 11)
"""A Friday that lies after every day that the law gives below but one."""


def grant(session: Session, entry: Entry, by: Person, to: date = GRANTED) -> Move:
    request_extension(session, desk(), entry, to=to, asked_on=LATER.date(), proof="fax", by=by, now=LATER)
    return grant_extension(session, desk(), entry, to=to, granted_on=LATER.date(), proof="letter", by=by, now=LATER)


def serve(session: Session, entry: Entry, on: date, by: Person) -> None:
    """The envelope shows another day of mailing."""
    found = Amendment(service_on=on)
    amend_notice(session, desk(), entered_by(entry, by), found, reason=f"mailed on {on}", by=by, now=LATER)


def nightly(session: Session, at: Desk) -> list[Move]:
    found = list(differences(read_page(session, "", 100), lambda notice: compute(notice, at.law, at.policy)))
    return bring_up_to_date(session, at, found, now=LATER + DAY)[0]


def waiting(session: Session, entry: Entry) -> Proposal:
    found = waiting_for(session, entry)
    if found is None:
        pytest.fail("nothing waits")
    return found


def days(session: Session, entry: Entry) -> tuple[date | None, date | None]:
    dates = dates_of(row(session, entry))
    return dates.safe_by, dates.last_day


def test_what_the_firm_chooses_no_more_is_not_accepted(database: Database) -> None:
    """With three days of mail for a motion the safe date is the last day; by the careful answer it is five days before
    (8 CFR 103.8(b)). The edition is the same."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[MOTION]
        nightly(session, structs.replace(desk(), policy={"motion-mail-days": "three"}))
        found = waiting(session, entry)
        assert stored_dates(found.window).safe_by == LAST
        with pytest.raises(Conflict, match="now give other dates"):
            accept(session, desk(), found, ana, now=LATER)
        chosen = structs.replace(desk(), policy={"motion-mail-days": "three"})
        accept(session, chosen, found, ana, now=LATER)
        with pytest.raises(Conflict, match="now give other dates"):
            accept(session, desk(), found, dora, now=LATER)
        assert days(session, entry) == (SAFE, LAST)
        accept(session, chosen, found, ben, now=LATER)
        assert days(session, entry) == (LAST, LAST)


@pytest.mark.parametrize("gone", [True, False])
def test_dates_that_go_or_came_back_are_not_accepted_as_they_were_put_forward(
    database: Database, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    """The law gives no such window any more, of which a later day waits; or it does, and that it goes waits."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[AAO]
        if gone:
            serve(session, entry, LATER.date(), ana)
            monkeypatch.setattr("deadlines.docket.proposals.of_now", lambda *_: None)
        else:
            bring_up_to_date(session, desk(), [Difference(entry.notice_id, entry.id, None, waits=True)], now=LATER)
        with pytest.raises(Conflict, match="now give other dates"):
            accept(session, desk(), waiting(session, entry), firm_partner(session), now=LATER)
        assert days(session, entry) == (SAFE, LAST)


def firm_partner(session: Session) -> Person:
    found = Person(name="Pia Part", email="pia@firm.test", role="partner", created_at=LATER)
    session.add(found)
    session.flush()
    return found


def test_a_grant_of_one_person_does_not_come_in_while_nobody_is_reminded(database: Database) -> None:
    """A self-petitioner's motion has a year (8 USC 1229a(c)(7)(C)(iv)); it is followed in a restricted matter alone."""
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        restrict_matter(session, entry.matter, actor="t", now=LATER)
        follow_discreet(session, desk(), entry.matter, now=LATER)
        by_law = days(session, entry)
        last_day = by_law[1]
        if last_day is None:
            pytest.fail("the motion has a last day")
        grant(session, entry, ana, last_day + 30 * DAY)
        restricted(session, entry, False)
        nightly(session, desk())
        assert (entry.status, days(session, entry), waiting_for(session, entry)) == ("information", by_law, None)
        restricted(session, entry, True)
        assert (entry.status, days(session, entry)) == ("open", by_law)
        nightly(session, desk())
        assert days(session, entry) == by_law
        found = waiting(session, entry)
        assert (found.agreed_by, stored_dates(found.window).last_day) == (ana.id, last_day + 30 * DAY)
        accept(session, desk(), found, dora, now=LATER)
        assert days(session, entry)[1] == last_day + 30 * DAY


def restricted(session: Session, entry: Entry, yes: bool) -> None:
    entry.matter.restricted = yes
    session.flush()
    follow_discreet(session, desk(), entry.matter, now=LATER)


def test_what_waited_when_an_entry_was_followed_no_more_can_be_decided_again(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        restricted(session, entry, True)
        grant(session, entry, ana, date(2028, 3, 1))
        ended = waiting(session, entry)
        restricted(session, entry, False)
        assert ended.state == "superseded"
        restricted(session, entry, True)
        nightly(session, desk())
        found = waiting(session, entry)
        assert (found.base_version, found.state) == (entry.version, "agreed")


def test_two_people_who_agree_that_a_window_is_gone_agree_to_no_grant(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later edition gives it again: by its own day, and the grant waits."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[AAO]
        grant(session, entry, ana)
        bring_up_to_date(session, desk(), [Difference(entry.notice_id, entry.id, None, waits=True)], now=LATER)
        with monkeypatch.context() as law:
            law.setattr("deadlines.docket.proposals.of_now", lambda *_: None)
            for who in (ben, dora):
                accept(session, desk(), waiting(session, entry), who, now=LATER)
        assert (entry.status, days(session, entry)) == ("information", (None, None))
        again = desk(structs.replace(load_law(), edition="2027.02"))
        nightly(session, again)
        assert (entry.status, days(session, entry)) == ("open", (SAFE, LAST))
        nightly(session, again)
        assert (days(session, entry), stored_dates(waiting(session, entry).window).last_day) == ((SAFE, LAST), GRANTED)


def test_two_people_who_agree_to_a_later_day_than_a_grant_agree_to_no_grant(database: Database) -> None:
    """Mailed on Thu 12 November the last day is Tue 15 December; then it was 23 October after all."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[AAO]
        grant(session, entry, ana)
        serve(session, entry, date(2026, 11, 12), dora)
        for who in (ben, ana):
            accept(session, desk(), waiting(session, entry), who, now=LATER)
        assert days(session, entry)[1] == date(2026, 12, 15)
        serve(session, entry, date(2026, 10, 23), dora)
        assert days(session, entry) == (SAFE, LAST)
        found = waiting(session, entry)
        assert (stored_dates(found.window).last_day, found.agreed_by) == (GRANTED, None)
        for who in (ben, ana):
            accept(session, desk(), found, who, now=LATER)
        assert days(session, entry)[1] == GRANTED
        assert [move for move in nightly(session, desk()) if move.entry == entry.id] == []


def test_a_grant_that_the_waiting_law_does_not_need_moves_no_safe_date_beyond_that_of_the_law(
    database: Database,
) -> None:
    """Mailed on Mon 26 October the last day is Mon 30 November and the safe date still Fri 20; granted is Fri 27."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[AAO]
        serve(session, entry, date(2026, 10, 26), dora)
        assert stored_dates(waiting(session, entry).window).last_day == date(2026, 11, 30)
        by_law = stored_dates(waiting(session, entry).window).safe_by
        grant(session, entry, ben, date(2026, 11, 27))
        accept(session, desk(), waiting(session, entry), ana, now=LATER)
        assert days(session, entry) == (by_law, date(2026, 11, 27))
        verify(session, entry, ana)
        nightly(session, desk())
        assert days(session, entry) == (by_law, date(2026, 11, 27))
        assert row(session, entry).version == entry.version == 2
        assert proposals(session, entry)[-1].kind == "later"
        assert changed(session, entry).safe_by == by_law


def test_a_correction_of_one_person_does_not_come_in_while_nobody_is_reminded(database: Database) -> None:
    """That no appeal was filed makes the order final thirty days after it, and the year begins then."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        restricted(session, entry, True)
        by_law = days(session, entry)
        found = Amendment(facts={"appeal": "none-filed"})
        amend_notice(session, desk(), entered_by(entry, ben), found, reason="the stamp", by=ben, now=LATER)
        later = stored_dates(waiting(session, entry).window).last_day
        restricted(session, entry, False)
        nightly(session, desk())
        assert (entry.status, days(session, entry)[1]) == ("information", later)
        restricted(session, entry, True)
        assert (entry.status, days(session, entry)) == ("open", by_law)
        nightly(session, desk())
        assert (days(session, entry), waiting(session, entry).state) == (by_law, "pending")
        for who in (ana, dora):
            accept(session, desk(), waiting(session, entry), who, now=LATER)
        assert days(session, entry)[1] == later


def test_more_time_is_agreed_to_where_a_date_is_kept_that_the_law_gives_no_more(database: Database) -> None:
    """An appeal that was waived ends the Board's window; the partner keeps its date, and more time is granted."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session, ORDER)["eoir.appeal.bia"]
        last_day = days(session, entry)[1]
        waived = Amendment(facts={"appeal": "waived"})
        amend_notice(session, desk(), entered_by(entry, ben), waived, reason="x", by=ben, now=LATER)
        ignore(session, desk(), waiting(session, entry), dora, reason="it was not", now=LATER)
        grant(session, entry, ana, date(2026, 12, 18))
        for _ in range(2):
            nightly(session, desk())
            assert (days(session, entry)[1], waiting(session, entry).state) == (last_day, "agreed")
        accept(session, desk(), waiting(session, entry), dora, now=LATER)
        nightly(session, desk())
        assert (days(session, entry)[1], waiting_for(session, entry)) == (date(2026, 12, 18), None)


@pytest.mark.parametrize("appeal", ["none-filed", "filed"])
def test_a_window_that_changed_while_nobody_was_reminded_is_followed_again(database: Database, appeal: str) -> None:
    """Its year had passed on the day of the restriction, and the year of the final order had not; or with an appeal the
    order is not final, and all its dates are gone. Two people decide what becomes of it."""
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        restricted(session, entry, True)
        before = days(session, entry)
        restricted(session, entry, False)
        found = Amendment(facts={"appeal": appeal})
        amend_notice(session, desk(), entered_by(entry, ben), found, reason="the stamp", by=ben, now=LATER)
        assert (entry.status, days(session, entry) == before) == ("information", False)
        entry.matter.restricted = True
        session.flush()
        at = LATER if appeal == "filed" else datetime(2027, 11, 9, 15, tzinfo=UTC)
        assert follow_discreet(session, desk(), entry.matter, now=at) == [entry]
        assert (entry.status, days(session, entry)) == ("open", before)
        assert {each.person_id for each in reminders(session, entry)} >= {ana.id}
        nightly(session, desk())
        assert (days(session, entry), waiting(session, entry).kind) == (
            before,
            "later" if appeal == "none-filed" else "gone",
        )


def test_a_later_date_that_neither_law_nor_grant_gives_is_not_accepted_after_gone_was_declined(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[AAO]
        gone = [Difference(entry.notice_id, entry.id, None, waits=True)]
        bring_up_to_date(session, desk(), gone, now=LATER)
        ignore(session, desk(), waiting(session, entry), dora, reason="it stays", now=LATER)
        later = changed(session, entry, last_day=GRANTED, latest=GRANTED)
        move(session, desk(), entry, later, Because(entry.notice, "made up"), now=LATER)
        monkeypatch.setattr("deadlines.docket.proposals.of_now", lambda *_: None)
        with pytest.raises(Conflict, match="now give other dates"):
            accept(session, desk(), waiting(session, entry), ana, now=LATER)
        bring_up_to_date(session, desk(), gone, now=LATER + DAY)
        assert (waiting_for(session, entry), days(session, entry)) == (None, (SAFE, LAST))


def test_that_a_window_is_gone_is_accepted_though_it_was_declined_once(database: Database) -> None:
    """The appeal was not waived then; now it is. And a matter that is restricted again brings back nothing that two
    people let go."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session, ORDER)["eoir.appeal.bia"]
        for appeal in ("waived", "none-filed", "waived"):
            found = Amendment(facts={"appeal": appeal})
            amend_notice(session, desk(), entered_by(entry, ben), found, reason=appeal, by=ben, now=LATER)
            if appeal == "waived" and not [one for one in proposals(session, entry) if one.state == "ignored"]:
                ignore(session, desk(), waiting(session, entry), dora, reason="it was not", now=LATER)
        for who in (dora, ana):
            if waiting_for(session, entry) is not None:
                accept(session, desk(), waiting(session, entry), who, now=LATER)
        assert (entry.status, days(session, entry)) == ("information", (None, None))


def test_what_two_people_let_go_is_not_followed_again(database: Database) -> None:
    """The next protected notice of a restricted matter looks at its entries anew."""
    with database.write() as session:
        _, ben, dora = firm(session)
        entry = recorded(session, ORDER)[VAWA]
        for yes in (True, False, True):
            restricted(session, entry, yes)
        found = Amendment(facts={"appeal": "filed"})
        amend_notice(session, desk(), entered_by(entry, ben), found, reason="filed", by=ben, now=LATER)
        accept(session, desk(), waiting(session, entry), dora, now=LATER)
        assert (entry.status, days(session, entry)) == ("information", (None, None))
        assert follow_discreet(session, desk(), entry.matter, now=LATER) == []
