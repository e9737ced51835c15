"""What comes next is shown with its authority and a command, and never entered by itself."""

from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.compute.result import Relation
from deadlines.docket.closing import file_entry, waive_entry
from deadlines.docket.followups import BY_HAND, follow_ons
from deadlines.docket.intake import Desk, record_notice
from deadlines.docket.records import FollowOn, Proof
from deadlines.docket.views import entry_view
from deadlines.store.database import Database
from deadlines.store.tables import Entry, NoticeRow
from tests.docket.desks import DENIAL, LATER, desk, firm, recorded, row

RULE = "uscis.motion.reopen"


def relation(**more: object) -> Relation:
    fields: dict[str, object] = {
        "kind": "starts", "on": "denied", "rule": None, "notice": None, "facts": {},
        "text": "A denied motion has windows of its own.", "cite": ["8 CFR 103.5(a)(6)"],
    }  # fmt: skip
    return Relation(**{**fields, **more})  # type: ignore[arg-type]


NEXT = relation(notice="uscis.motion.denial")
STAY = relation(
    kind="keeps-running", on="filed", text="Filing does not stay the decision.", cite=["8 CFR 103.5(a)(1)(iv)"]
)
OTHER = relation(kind="alternative", on="any", rule="uscis.appeal.aao", text="One Form I-290B, one of the two.")
UNUSED = relation(on="not-filed", text="The order becomes final.")
ONLINE = relation(on="filed", facts={"filing": "online"}, text="Online, the last day does not move.")


def related(session: Session, *relations: Relation) -> Entry:
    """An entry whose stored window relates to other clocks."""
    entry = recorded(session)[RULE]
    version = row(session, entry)
    version.window = {**version.window, "relations": msgspec.to_builtins(list(relations))}
    session.flush()
    return entry


def nexts(session: Session, entry: Entry, with_: Desk | None = None) -> list[FollowOn]:
    made = with_ or desk()
    return entry_view(session, entry, lambda found, window: follow_ons(made, found, window)).follow_ons


def test_an_open_entry_shows_everything_that_could_come(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = related(session, NEXT, STAY, OTHER, UNUSED)
        assert [item.on for item in nexts(session, entry)] == ["denied", "filed", "any", "not-filed"]


def test_after_filing_what_filing_brings(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = related(session, NEXT, STAY, OTHER, UNUSED)
        file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="IOE1"), by=ana, now=LATER)
        found = nexts(session, entry)
        assert [item.text for item in found] == [NEXT.text, STAY.text, OTHER.text]
        assert found[0].cite == ["8 CFR 103.5(a)(6)"]
        assert found[0].command == (
            "deadlines add --matter 2026-0143 --kind uscis.motion.denial --form I-140 --decided-on DATE --by ADDRESS"
        )
        assert (found[1].command, found[2].rule) == (None, "uscis.appeal.aao")


def test_after_a_waiver_what_not_filing_brings(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = related(session, NEXT, STAY, OTHER, UNUSED)
        waive_entry(session, desk(), entry, reason="no", by=ana, now=LATER)
        assert [item.text for item in nexts(session, entry)] == [UNUSED.text]


def test_facts_that_come_true_are_computed_and_only_proposed(database: Database) -> None:
    """Mailed Monday 26 October: day 33 is Saturday 28 November; online it does not roll to Monday 30."""
    with database.write() as session:
        firm(session)
        entry = related(session, ONLINE)
        facts = {**entry.notice.facts, "service": {"method": "mail", "on": "2026-10-26"}}
        entry.notice.facts = facts
        session.flush()
        counts = [session.scalar(select(func.count()).select_from(t)) for t in (Entry, NoticeRow)]
        [item] = nexts(session, entry)
        assert {(ahead.rule, ahead.last_day) for ahead in item.proposed} >= {(RULE, date(2026, 11, 28))}
        assert item.command == (
            f"deadlines amend {entry.notice_id[:8]} --fact filing=online --reason REASON --by ADDRESS"
        )
        assert [session.scalar(select(func.count()).select_from(t)) for t in (Entry, NoticeRow)] == counts


def test_only_the_named_window_is_proposed(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = related(session, msgspec.structs.replace(ONLINE, rule="uscis.motion.reconsider"))
        [item] = nexts(session, entry)
        assert [ahead.rule for ahead in item.proposed] == ["uscis.motion.reconsider"]


def test_facts_that_cannot_be_computed_are_said_and_hide_nothing(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = related(session, relation(facts={"circuit": "99"}), STAY)
        found = nexts(session, entry)
        assert [item.text for item in found] == [NEXT.text, STAY.text]
        assert found[0].fault is not None
        assert "circuit" in found[0].fault
        assert (found[0].command, found[0].proposed) == (None, [])


GRANT = Notice(
    kind="ij.order",
    decided_on=date(2026, 10, 26),
    facts={"voluntary_departure": "pre-conclusion", "departure_until": "2027-01-11", "appeal": "waived"},
)
"""Voluntary departure runs until Monday 11 January 2027 (8 CFR 1240.26(b), (e))."""


def test_the_command_names_every_fact_that_the_next_window_needs(database: Database) -> None:
    """The clock of 8 CFR 1240.26(c)(3)(ii) runs from the filing: Monday 2 November, and 30 days are 2 December."""
    facts = {"voluntary_departure": "post-conclusion", "departure_until": "2026-12-28"}
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, msgspec.structs.replace(GRANT, facts=facts))["eoir.appeal.bia"]
        rule = "departure.voluntary.bond-proof"
        [before] = [item for item in nexts(session, entry) if item.rule == rule]
        assert before.command == (
            f"deadlines amend {entry.notice_id[:8]} --fact appeal=filed --fact case_filed_on=DATE {BY_HAND}"
        )
        file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="stamped"), by=ana, now=LATER)
        found = [item for item in nexts(session, entry) if item.facts and item.on == "filed"]
        assert {item.command for item in found} == {str(before.command).replace("DATE", "2026-11-02")}
        [then] = [ahead for item in found if item.rule == rule for ahead in item.proposed]
        assert (then.rule, then.last_day) == (rule, date(2026, 12, 2))


def test_what_was_entered_already_is_not_to_be_entered_again(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = related(session, ONLINE)
        entry.notice.facts = {**entry.notice.facts, "facts": {"filing": "online"}}
        session.flush()
        [item] = nexts(session, entry)
        assert (item.command, item.proposed, item.fault) == (None, [], None)


def test_what_is_not_available_is_not_proposed(database: Database) -> None:
    """An appeal to the Board takes the motions before the judge away (8 CFR 1003.23(b)(1)): said, and not proposed."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, msgspec.structs.replace(GRANT, facts={}))["eoir.appeal.bia"]
        file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="stamped"), by=ana, now=LATER)
        [item] = [item for item in nexts(session, entry) if item.notice == "bia.briefing-schedule"]
        assert {ahead.state for ahead in item.proposed} <= {"due", "no-limit"}
        assert "Motion to remand, while the appeal is pending" in {ahead.title for ahead in item.proposed}
        assert "Motion to reopen before the immigration judge" in item.no_longer


def test_facts_of_the_notice_to_come_are_typed_in_with_that_notice(database: Database) -> None:
    """8 CFR 1208.31(g)(2)(ii): the judge's decision comes in withholding-only proceedings."""
    notice = Notice(kind="uscis.fear.reasonable", decided_on=date(2026, 10, 26), facts={"case_filed_on": "2026-10-28"})
    with database.write() as session:
        firm(session)
        entry = recorded(session, notice)["eoir.hearing.reasonable-fear"]
        entry.status = "open"
        granted = next(item for item in nexts(session, entry) if item.on == "granted")
        assert granted.command == (
            "deadlines add --matter 2026-0143 --kind ij.order --decided-on DATE "
            "--fact proceeding=withholding-only --by ADDRESS"
        )


def ended(found: list[FollowOn]) -> list[tuple[str, str | None]]:
    return [(item.entry, item.command) for each in found for item in each.ended]


def test_a_motion_says_which_clock_it_ended_and_how_to_close_it(database: Database) -> None:
    """8 CFR 1240.26(b)(3)(iii), (e)(1): the motion ends the grant and the order of removal takes effect."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session, GRANT)
        motion, departure = entries["eoir.motion.reopen"], entries["departure.voluntary"]
        assert ended(nexts(session, motion)) == []
        file_entry(session, desk(), motion, on=date(2026, 11, 2), proof=Proof(text="stamped"), by=ana, now=LATER)
        reason = f"ended by the filing of entry {motion.id[:8]} on 2026-11-02 "
        reason += "(8 CFR 1240.26(b)(3)(iii); 8 CFR 1240.26(e)(1))"
        command = f"deadlines waive {departure.id[:8]} --reason '{reason}' --by ADDRESS"
        found = nexts(session, motion)
        assert ended(found) == [(departure.id, command)]
        assert departure.status == "open"
        [said] = nexts(session, departure)
        assert (said.on, said.ended[0].command) == ("ended", command)
        assert "the order of removal takes its place" in said.text
        waive_entry(session, desk(), departure, reason=reason, by=ana, now=LATER)
        assert ended(nexts(session, motion)) == [(departure.id, None)]
        assert [item.on for item in nexts(session, departure)] == ["ended"]


def test_a_petition_ends_what_was_granted_with_another_notice(database: Database) -> None:
    """8 CFR 1240.26(i). The decision of the Board was typed in without the grant, which stands in the judge's order."""
    with database.write() as session:
        ana, _, _ = firm(session)
        departure = recorded(session, GRANT)["departure.voluntary"]
        board = Notice(kind="bia.decision", decided_on=date(2026, 10, 28), facts={"voluntary_departure": "none"})
        unsaid = msgspec.structs.replace(board, facts={})
        for notice, expected in ((board, []), (unsaid, [departure.id])):
            petition = record_notice(session, desk(), departure.matter, notice, now=LATER, again=True).entries
            entry = next(item for item in petition if item.rule == "court.petition-for-review")
            file_entry(session, desk(), entry, on=date(2026, 11, 2), proof=Proof(text="stamped"), by=ana, now=LATER)
            assert [name for name, _ in ended(nexts(session, entry))] == expected


def test_a_motion_after_the_period_ended_nothing(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        until = {**GRANT.facts, "departure_until": "2026-10-30"}
        entries = recorded(session, msgspec.structs.replace(GRANT, facts=until))
        motion = entries["eoir.motion.reopen"]
        file_entry(session, desk(), motion, on=date(2026, 11, 2), proof=Proof(text="stamped"), by=ana, now=LATER)
        assert ended(nexts(session, motion)) == []
        assert "ended" not in {item.on for item in nexts(session, entries["departure.voluntary"])}


def test_no_relation_no_follow_on(database: Database) -> None:
    with database.write() as session:
        firm(session)
        assert nexts(session, related(session)) == []
        assert DENIAL.facts == {}
