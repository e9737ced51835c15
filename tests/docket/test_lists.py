"""The follow-up list, quiet matters, the workload: what stands on each, and who sees it."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.board import counts
from deadlines.docket.closing import file_entry, strike_notice, waive_entry
from deadlines.docket.compose_follow_up import compose_follow_up
from deadlines.docket.follow_up import FollowUp, follow_up
from deadlines.docket.health import check_partner
from deadlines.docket.intake import open_matter
from deadlines.docket.missed import miss_entry
from deadlines.docket.policy import people_chapter
from deadlines.docket.quiet import matter_lines
from deadlines.docket.records import Proof
from deadlines.docket.teams import find_matter
from deadlines.docket.workload import workload
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person
from tests.docket.desks import LATER, SAFE, desk, firm, recorded
from tests.docket.samples import person

REOPEN, RECONSIDER, APPEAL = "uscis.motion.reopen", "uscis.motion.reconsider", "uscis.appeal.aao"
MONDAY = date(2026, 11, 23)
"""The safe dates lie on the Friday before, the last days on the Wednesday after."""
EARLY = Notice(kind="uscis.denial", form="I-140", decided_on=date(2026, 10, 13), service=Service("in-person"))
"""Handed over: safe and last day on Thu 12 November 2026."""

RECEIPT, STAMPED = Proof(text="IOE0912345678"), Proof(text="stamp of Canary-Garcia")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 15, 0, tzinfo=UTC)


def words(found: FollowUp) -> dict[str, tuple[str, str, bool]]:
    return {line.entry: (line.what, line.word, line.proved) for line in found.last}


def test_each_date_of_last_week_has_its_proof_or_none(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session)
        file_entry(session, desk(), entries[REOPEN], on=LATER.date(), proof=RECEIPT, by=ana, now=LATER)
        waive_entry(session, desk(), entries[APPEAL], reason="no error of law", by=ana, now=LATER)
        found = follow_up(session, dora, on=MONDAY)
        assert words(found) == {
            entries[REOPEN].id: ("file-by", "IOE0912345678", True),
            entries[APPEAL].id: ("file-by", "no error of law", True),
            entries[RECONSIDER].id: ("file-by", "NO PROOF", False),
        }
        assert found.unproved == 1
        assert {(line.entry, line.what, line.word) for line in found.next if line.status == "open"} == {
            (entries[RECONSIDER].id, "last-day", "open"),
        }
        assert {line.on for line in found.last} == {SAFE}
        assert follow_up(session, dora, on=MONDAY + timedelta(days=30)).last == []


def test_a_missed_date_is_never_proved_and_a_struck_one_stays_visible(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session, EARLY, reference="1")
        miss_entry(session, desk(), entries[REOPEN], found_on=SAFE, how="x", by=ana, now=at(SAFE))
        other = recorded(session, EARLY, reference="2")
        strike_notice(session, desk(), other[REOPEN].notice, reason="another client", by=ana, now=at(SAFE))
        found = words(follow_up(session, dora, on=date(2026, 11, 16)))
        assert found[entries[REOPEN].id] == ("last-day", "MISSED", False)
        assert found[other[REOPEN].id] == ("last-day", "another client", True)


def test_the_mail_names_no_client_and_tells_little_of_a_restricted_matter(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = recorded(session)
        hidden = recorded(session, reference="2026-9", restricted=True)
        file_entry(
            session,
            desk(),
            entries[REOPEN],
            on=LATER.date(),
            proof=STAMPED,
            by=ana,
            now=LATER,
        )
        matters = {reference: find_matter(session, reference) for reference in ("2026-0143", "2026-9")}
        for partner in (ana, ben, dora):
            found = follow_up(session, partner, on=MONDAY)
            subject, body = compose_follow_up(found, matters, today=MONDAY)
            assert "Canary" not in body
            assert "WITHOUT PROOF" in subject
            assert "see the docket" in body
            shown = {line.entry for line in found.last} & {entry.id for entry in hidden.values()}
            assert bool(shown) is (partner is not ben)
        [line] = [line for line in follow_up(session, dora, on=MONDAY).last if line.entry == hidden[REOPEN].id]
        assert (line.matter, line.title, line.veiled) == ("", "Deadline of a restricted matter", True)
        [own] = [line for line in follow_up(session, ana, on=MONDAY).last if line.entry == hidden[REOPEN].id]
        assert (own.matter, own.veiled) == ("2026-9", False)
        body = compose_follow_up(follow_up(session, ana, on=MONDAY), matters, today=MONDAY)[1]
        assert "2026-9  deadline, file by" in body


def quiet(session: Session, of: Person | None, today: date) -> list[str]:
    return [line.matter for line in matter_lines(session, of, today=today, quiet=True)]


def test_a_matter_is_quiet_without_a_day_to_come(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        hidden = recorded(session, reference="2026-9", restricted=True)
        open_matter(session, "2026-new", client=None, attorney=ana, actor="t", now=LATER)
        assert quiet(session, ana, MONDAY) == ["2026-new"]
        for entry in (*entries.values(), *hidden.values()):
            if entry.status == "open":
                waive_entry(session, desk(), entry, reason="x", by=ana, now=LATER)
        assert sorted(quiet(session, ana, MONDAY)) == ["2026-0143", "2026-9", "2026-new"]
        assert sorted(quiet(session, ben, MONDAY)) == sorted(quiet(session, None, MONDAY)) == ["2026-0143", "2026-new"]
        assert counts(session, ana, today=MONDAY, now=LATER).quiet == 3
        assert counts(session, ben, today=MONDAY, now=LATER).quiet == 2


def test_an_open_window_whose_day_has_passed_is_no_day_to_come(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        recorded(session)
        assert quiet(session, ana, date(2026, 11, 25)) == []
        assert quiet(session, ana, date(2026, 11, 26)) == ["2026-0143"]
        [line] = matter_lines(session, ana, today=date(2026, 11, 26))
        assert (line.open, line.next_last_day, line.passed_last_day) == (3, None, date(2026, 11, 25))


def test_the_load_counts_each_open_window_once_in_the_week_of_its_next_date(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries: dict[str, Entry] = recorded(session)
        recorded(session, EARLY, reference="2", restricted=True)
        waive_entry(session, desk(), entries[APPEAL], reason="x", by=ana, now=LATER)
        found = workload(session, None, weeks=2, today=date(2026, 11, 16))
        assert found.weeks == [date(2026, 11, 16), MONDAY]
        [load] = found.lines
        assert (load.attorney, load.past, load.weeks, load.later, load.total) == (ana.email, 3, [2, 0], 0, 5)
        # After the safe date the last day comes next, in the week that follows.
        assert workload(session, None, weeks=2, today=SAFE + timedelta(days=1)).lines[0].weeks == [0, 2]
        assert workload(session, None, weeks=1, today=LATER.date()).lines[0].later == 5
        assert workload(session, ben, weeks=2, today=date(2026, 11, 16)).lines[0].total == 2


def test_the_policy_names_people_and_says_what_is_not_set(database: Database) -> None:
    with database.write() as session:
        firm(session)
        person(session, "Paul Part")
        said = people_chapter(session, emergency="", partner="PAUL@firm.test").sentences
        assert "The docket is kept by Dora Dee <dora@firm.test>." in said
        assert "Paul Part <paul@firm.test> follows up what was filed." in said
        assert [line for line in said if line.startswith("NOT SET")] == [
            "NOT SET: nobody is asked last when nobody answers (reminders.emergency)."
        ]
        assert "Ana Ruiz: NOT SET: no deputy." in said
        assert check_partner(session, "Paul@firm.test").state == check_partner(session, "").state == "well"
        gone = people_chapter(session, emergency="", partner="pat@firm.test").sentences
        assert gone[-1] == (
            "NOT SET: nobody follows up what was filed (follow_up.partner names pat@firm.test, who is no active person "
            "of the firm)."
        )
        assert check_partner(session, "pat@firm.test").state == "ill"
