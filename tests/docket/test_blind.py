"""To whom it is not told what was entered: who may still read the notice off the paper, and nobody else."""

from datetime import UTC, date

import msgspec
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.believed import believed, end_of_day, kept_blind
from deadlines.docket.blind import blind_to, require_seen, unverified_of
from deadlines.docket.closing import reopen_entry, strike_notice
from deadlines.docket.daybook import BLIND, STRUCK, daybook
from deadlines.docket.entries import unsign
from deadlines.docket.history import history
from deadlines.docket.intake import record_notice
from deadlines.docket.slips import slip_of
from deadlines.docket.table import matter_table
from deadlines.docket.verification import resolve_dispute, verify_notice
from deadlines.docket.views import entry_view, matter_view
from deadlines.errors import Conflict
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Entry, NoticeRow, Person
from tests.docket.desks import DENIAL, ENTERED, LATER, MAILED, SAFE, desk, firm, look, recorded, verify
from tests.docket.samples import ZONE, person

TOLD = msgspec.structs.replace(
    DENIAL,
    service=Service("mail", date(2026, 10, 26)),
    received_on=date(2026, 10, 29),
    facts={"notified_on": "2026-10-28"},
)
ORDER = Notice(kind="ij.order", decided_on=date(2026, 10, 30), service=Service("oral"))
"""Its windows are contested: only an attorney may verify them."""
RULE = "uscis.motion.reopen"


def entered(
    session: Session, by: Person, notice: Notice = DENIAL, reference: str = "2026-0143"
) -> tuple[NoticeRow, dict[str, Entry]]:
    found = recorded(session, notice, reference)
    row = next(iter(found.values())).notice
    row.entered_by = by.email
    session.flush()
    return row, {rule: entry for rule, entry in found.items() if entry.status == "open"}


def is_blind(session: Session, row: NoticeRow, by: Person | None) -> bool:
    return bool(blind_to(session, by, [row.id]))


def test_it_is_kept_from_who_may_verify_until_somebody_has(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        adam, audrey = person(session, "Adam", "administrator"), person(session, "Audrey", "auditor")
        row, entries = entered(session, ben)
        blind = {one.name: is_blind(session, row, one) for one in (ana, ben, dora, adam, audrey)}
        assert blind == {"Ana Ruiz": True, "Ben Ode": False, "Dora Dee": True, "Adam": False, "Audrey": False}
        assert not is_blind(session, row, None)
        verify_notice(session, desk(), row, look(entries[RULE]), by=ana, now=LATER)
        assert not any(is_blind(session, row, one) for one in (ana, ben, dora))


def test_who_signed_for_one_date_is_told_all_also_when_another_date_has_moved_since(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row, entries = entered(session, ben)
        verify_notice(session, desk(), row, look(entries[RULE]), by=ana, now=LATER)
        unsign(entries[RULE])
        session.flush()
        assert {one.name: is_blind(session, row, one) for one in (ana, dora)} == {"Ana Ruiz": False, "Dora Dee": True}


def test_dates_are_told_and_nothing_that_stands_on_the_paper(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        row, entries = entered(session, ben, TOLD)
        views = [
            entry_view(session, entries[RULE], reader=ana),
            *matter_view(session, row.matter.reference, reader=ana).entries,
        ]
        for view in views:
            said = msgspec.json.encode(view).decode()
            for secret in ("-10-23", "-10-26", "-10-28", "-10-29", "uscis.denial", "I-140", '"mail"', "October 2026"):
                assert secret not in said, said[max(0, said.find(secret) - 300) : said.find(secret) + 90]
            assert view.blind
        assert (views[0].window.safe_by, views[0].window.last_day) == (SAFE, date(2026, 11, 30))
        seen = entry_view(session, entries[RULE], reader=ben)
        assert not seen.blind
        assert seen.entered == TOLD
        assert "October" in msgspec.json.encode(seen.window.working).decode()


def test_the_reason_and_what_it_chooses_are_not_told(database: Database) -> None:
    """A reason of the decision is read off the paper as every other fact; so is a kind that owes a fee."""
    denied = msgspec.structs.replace(DENIAL, facts={"reason": "new-facts"})
    with database.write() as session:
        ana, ben, dora = firm(session)
        row, entries = entered(session, ben, denied)
        bond, bonds = entered(session, dora, Notice(kind="ij.bond", decided_on=MAILED, service=Service("oral")))
        for notice, found in ((row, entries), (bond, bonds)):
            views = [entry_view(session, entry, reader=ana) for entry in found.values()]
            assert views
            assert all(view.blind for view in views), notice.kind
            for view in views:
                window = view.window
                assert (window.fits, window.notes, window.fees) == ([], [], []), window.title
                assert not [each for each in window.relations if each.cite or each.facts or each.notice]
                assert set(window.pitfalls) <= {
                    "Filing this closes or ends another remedy: read the notice before you file."
                }
        assert any(entry_view(session, entry, reader=ben).window.fits for entry in entries.values())
        assert any(entry_view(session, entry, reader=dora).window.fees for entry in bonds.values())


def test_who_may_not_sign_for_it_may_look_at_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row, _ = entered(session, dora, ORDER)
        assert is_blind(session, row, ana)
        assert not is_blind(session, row, ben)


def test_a_dispute_is_shown_to_who_decides_it_and_kept_afterwards(database: Database) -> None:
    printed = msgspec.structs.replace(DENIAL, printed_deadline=date(2026, 11, 19))
    with database.write() as session:
        ana, ben, _ = firm(session)
        row, entries = entered(session, ben, printed)
        assert not is_blind(session, row, ana)
        for entry in entries.values():
            resolve_dispute(session, desk(), entry, use="printed", reason="as printed", by=ana, now=LATER)
        assert is_blind(session, row, ana)
        assert "2026-11-19" not in msgspec.json.encode(entry_view(session, entries[RULE], reader=ana).entered).decode()


def test_what_was_amended_is_kept_from_the_same_people(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row, _ = entered(session, ben)
        change = Amendment(received_on=date(2026, 10, 28))
        amend_notice(session, desk(actor=ben.email), row, change, reason="stamp found", by=ben, now=LATER)
        assert is_blind(session, row, ana)
        assert is_blind(session, row, dora)
        assert not is_blind(session, row, ben)


@pytest.mark.parametrize("third", [True, False])
def test_who_read_it_otherwise_sees_it_once_somebody_else_looks(database: Database, third: bool) -> None:
    with database.write() as session:
        ana, ben = person(session), person(session, "Ben Ode", "paralegal")
        if third:
            person(session, "Dora Dee", "docket")
        row, entries = entered(session, ben)
        with pytest.raises(Conflict, match="read it off the paper first"):
            require_seen(session, ana, row)
        # Whether she guesses right or wrong, the answer is the same and nothing is recorded.
        for guess in (Amendment(method="mail"), Amendment(method="in-person")):
            with pytest.raises(Conflict, match="read it off the paper first"):
                amend_notice(session, desk(), row, guess, reason="guess", by=ana, now=LATER)
        assert {entry.notice_id for entry in entries.values()} == {row.id}
        assert verify(session, entries[RULE], ana, received_on=date(2026, 10, 30)).differs == ["received_on"]
        # Where nobody else can look, she looks again, as blindly; but she may correct what she read otherwise.
        assert is_blind(session, row, ana) == (not third)
        require_seen(session, ana, row)
        change = Amendment(received_on=date(2026, 10, 30))
        assert amend_notice(session, desk(), row, change, reason="stamp", by=ana, now=LATER).notice.amends_id == row.id


def test_many_notices_are_asked_for_together(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        ids = []
        for number in range(5):
            found = recorded(session, DENIAL, f"M-{number}")
            row = next(iter(found.values())).notice
            row.entered_by = ben.email
            ids.append(row.id)
        session.flush()
        asked: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert blind_to(session, ana, ids) == set(ids)
        assert len(asked) == 2


def test_what_was_believed_on_a_day_is_kept_too(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        row, _ = entered(session, ben, TOLD)
        at = end_of_day(LATER.date(), ZONE, LATER)
        found = believed(session, row.matter, lambda _: load_law(), on=LATER.date(), at=at, now=LATER)
        kept = msgspec.json.encode(kept_blind(session, found, ana)).decode()
        for secret in ("-10-23", "-10-26", "-10-29", "uscis.denial"):
            assert secret not in kept
        assert kept_blind(session, found, ben) == found


# -- struck, and recorded again ------------------------------------------------------------------------------

WRONG = msgspec.structs.replace(TOLD, form="I-129")
TELLING = ("2026-10-23", "2026-10-26", "2026-10-28", "2026-10-29", "uscis.denial", "I-129", "I-140", "October 2026")


def anew(session: Session, by: Person, reference: str = "2026-0143") -> tuple[NoticeRow, NoticeRow]:
    """The notice that was struck because it was entered wrong, and the one that was recorded in its place."""
    struck, _ = entered(session, by, WRONG, reference)
    return struck, recorded_again(session, struck, by)


def recorded_again(session: Session, struck: NoticeRow, by: Person) -> NoticeRow:
    strike(session, struck, by)
    row = record_notice(session, desk(), struck.matter, TOLD, now=LATER).notice
    row.entered_by = by.email
    session.flush()
    return row


def strike(session: Session, row: NoticeRow, by: Person) -> None:
    strike_notice(session, desk(actor=by.email), row, reason="misread", by=by, now=LATER)


def entry_of(session: Session, row: NoticeRow) -> Entry:
    return session.scalars(select(Entry).where(Entry.notice_id == row.id, Entry.rule == RULE)).one()


def test_what_was_struck_is_kept_while_what_took_its_place_waits(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        audrey = person(session, "Audrey", "auditor")
        struck, row = anew(session, ben)
        for one, blind in ((ana, True), (dora, True), (ben, False), (audrey, False)):
            assert blind_to(session, one, [struck.id, row.id]) == ({struck.id, row.id} if blind else frozenset())
            assert is_blind(session, struck, one) == blind, "whether or not the other one is asked for too"
        verify_notice(session, desk(), row, look(entry_of(session, row)), by=ana, now=LATER)
        assert not any(blind_to(session, one, [struck.id, row.id]) for one in (ana, ben, dora))


def test_what_was_struck_is_told_where_nothing_of_its_matter_waits_for_the_reader(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        struck, _ = entered(session, ben, WRONG)
        strike(session, struck, dora)
        entered(session, ben, msgspec.structs.replace(TOLD, form="I-130"))
        session.flush()
        other = recorded(session, DENIAL, "M-2")
        next(iter(other.values())).notice.entered_by = ben.email
        session.flush()
        assert blind_to(session, ana, [struck.id]) == {struck.id}
    with database.write() as session:
        for entry in session.scalars(select(Entry).where(Entry.matter_id == struck.matter_id, Entry.status == "open")):
            entry.verified_at, entry.verified_by = LATER, dora.id
        session.flush()
        assert blind_to(session, ana, [struck.id]) == frozenset(), "what waits is of another matter"


def test_what_is_in_force_again_after_a_strike_is_told_once_it_is_verified(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        row, entries = entered(session, ben)
        strike(session, row, ana)
        reopen_entry(session, desk(), entries[RULE], reason="right after all", by=ana, now=LATER)
        assert is_blind(session, row, dora)
        verify_notice(session, desk(), row, look(entries[RULE]), by=ana, now=LATER)
        other = record_notice(session, desk(), row.matter, WRONG, now=LATER).notice
        other.entered_by = ben.email
        session.flush()
        assert blind_to(session, dora, [row.id, other.id]) == {other.id}
        assert unverified_of(session, [row.id, other.id]) == {other.id}


def test_what_was_struck_is_told_to_who_entered_or_verified_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        struck, entries = entered(session, dora, WRONG)
        verify_notice(session, desk(), struck, look(entries[RULE]), by=ana, now=LATER)
        row = recorded_again(session, struck, ben)
        carl = person(session, "Carl", "paralegal")
        assert {one.name: is_blind(session, struck, one) for one in (ana, dora, carl)} == {
            "Ana Ruiz": False, "Dora Dee": False, "Carl": True,
        }  # fmt: skip
        assert all(is_blind(session, row, one) for one in (ana, dora, carl))


def test_of_a_notice_that_was_amended_and_struck_each_knows_what_they_entered(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        first, _ = entered(session, dora, WRONG)
        change = Amendment(received_on=date(2026, 10, 30))
        amended = amend_notice(session, desk(), first, change, reason="stamp", by=dora, now=LATER).notice
        first.entered_by = ben.email
        carl = person(session, "Carl", "paralegal")
        row = recorded_again(session, amended, carl)
        ids = [first.id, amended.id, row.id]
        assert blind_to(session, ana, ids) == set(ids)
        assert blind_to(session, dora, ids) == {first.id, row.id}
        assert blind_to(session, ben, ids) == {amended.id, row.id}
        assert blind_to(session, carl, ids) == frozenset(), "nothing of it waits for them"


def test_what_was_struck_but_for_a_filing_is_kept_too(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        struck, entries = entered(session, ben, WRONG)
        entries[RULE].status = "satisfied"
        session.flush()
        recorded_again(session, struck, ben)
        assert is_blind(session, struck, ana)
        assert entry_view(session, entries[RULE], reader=ana).blind


def test_who_read_otherwise_what_was_then_struck_is_not_shown_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        struck, entries = entered(session, ben, WRONG)
        assert verify(session, entries[RULE], ana, form="I-140").differs == ["form"]
        require_seen(session, ana, struck)
        recorded_again(session, struck, ben)
        with pytest.raises(Conflict, match="or another of its matter: read it off the paper first"):
            require_seen(session, ana, struck)


def test_no_way_out_tells_what_was_struck(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        struck, row = anew(session, ben)
        entry, today = entry_of(session, struck), LATER.date()
        with pytest.raises(Conflict, match="another notice of this matter") as closed:
            slip_of(session, entry, ana)
        assert closed.value.code == "still-blind"
        assert slip_of(session, entry, ben).view.entered == WRONG
        at = end_of_day(today, ZONE, LATER)
        then = believed(session, struck.matter, lambda _: load_law(), on=today, at=at, now=LATER)
        days = [daybook(session, reader, on=on, zone=ZONE) for reader in (ana, None) for on in (ENTERED.date(), today)]
        assert [line.words for day in days for line in day.lines] == [STRUCK, BLIND, STRUCK, BLIND]
        ways = [
            closed.value.sentence,
            entry_view(session, entry, reader=ana),
            matter_view(session, struck.matter.reference, reader=ana),
            kept_blind(session, then, ana),
            matter_table(session, ana, struck.matter, clients=False, zone=UTC, today=today),
            history(session, struck.matter, ana),
            [line for day in days for line in day.lines],
        ]
        for way in ways:
            said = msgspec.json.encode(way).decode()
            assert [word for word in TELLING if word in said] == []
        assert all(is_blind(session, one, dora) for one in (struck, row))


def test_it_is_asked_as_often_where_much_was_struck(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        rows = [row for number in range(3) for row in anew(session, ben, f"M-{number}")]
        asked: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        ids = [row.id for row in rows]
        assert blind_to(session, ana, ids) == set(ids)
        assert len(asked) == 2
