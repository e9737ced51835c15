"""More time: asked for it moves nothing, granted it takes two people, and no check of the dates takes it back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service, compute
from deadlines.compute.result import Window
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.claiming import claim
from deadlines.docket.closing import file_entry
from deadlines.docket.extension_views import STATES, extension_views
from deadlines.docket.extensions import Requested, grant_extension, refuse_extension, request_extension
from deadlines.docket.moves import Because, Move, move
from deadlines.docket.parcels import prepare
from deadlines.docket.proposals import accept, find_proposal, ignore, stored_dates
from deadlines.docket.recompute import bring_up_to_date, differences, read_page
from deadlines.docket.records import Proof
from deadlines.docket.views import entry_view, open_windows
from deadlines.errors import Conflict, InputError
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Extension, Person, Proposal
from tests.docket.desks import (
    DENIAL,
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
    stored,
    verify,
)
from tests.docket.samples import ZONE

RULE = "uscis.motion.reopen"
WANTED = date(2026, 12, 12)
"""A Saturday: the firm files on the Friday before."""
FRIDAY = date(2026, 12, 11)
ASKED = date(2026, 10, 30)
GRANTED = date(2026, 11, 2)
RFE = Notice(kind="uscis.rfe", form="I-140", decided_on=date(2026, 10, 23), service=Service("mail"))


def request(session: Session, entry: Entry, by: Person, **more: Any) -> Requested:
    given: dict[str, Any] = {"to": WANTED, "asked_on": ASKED, "proof": "certified 7020", "now": LATER, **more}
    return request_extension(session, desk(), entry, by=by, **given)


def grant(session: Session, entry: Entry, by: Person, **more: Any) -> Move:
    given: dict[str, Any] = {"to": WANTED, "granted_on": GRANTED, "proof": "letter of 2 November", "now": LATER, **more}
    return grant_extension(session, desk(), entry, by=by, **given)


def nightly(session: Session) -> list[Move]:
    found = list(differences(read_page(session, "", 100), lambda notice: compute(notice, load_law())))
    return bring_up_to_date(session, desk(), found, now=LATER + timedelta(days=1))[0]


def test_what_is_asked_for_moves_nothing_and_is_shown_as_provisional(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        before = [(r.rung, r.due_at) for r in reminders(session, entry)]
        made = request(session, entry, ana)
        assert "does not say whether this time can be extended" in made.warnings[0]
        assert (entry.version, row(session, entry).last_day, row(session, entry).safe_by) == (1, LAST, SAFE)
        assert [(r.rung, r.due_at) for r in reminders(session, entry)] == before
        assert proposals(session, entry) == []
        [line] = [line for line in open_windows(session, LATER.date()) if line.entry == entry.id]
        assert line.extension_to == WANTED
        [view] = entry_view(session, entry).extensions
        assert (view.state, view.wanted_on, view.proof, view.recorded_by) == (
            "requested", WANTED, "certified 7020", ana.email,
        )  # fmt: skip
        assert nightly(session) == []


def test_reminders_say_that_it_is_not_granted(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        due = max(r.due_at for r in reminders(session, entry) if r.rung.startswith("safe"))
        held = claim(session, now=due, owner="t", lease=timedelta(minutes=2), limit=100)
        ids = [claimed.id for claimed in held if claimed.person_id == ana.id]
        parcel = prepare(session, ids, owner="t", now=due, lease=timedelta(minutes=2), zone=ZONE)
        assert parcel is not None
        assert "More time until Sat 12 Dec 2026 was asked for and is NOT GRANTED" in parcel.message.text


@pytest.mark.parametrize("rule, notice, cite", [("uscis.response.rfe", RFE, "8 CFR 103.2")])
def test_what_the_law_does_not_extend_is_refused_with_its_source(
    database: Database, rule: str, notice: Notice, cite: str
) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, notice)[rule]
        with pytest.raises(Conflict, match=cite) as refused:
            request(session, entry, ana, to=date(2027, 3, 1))
        assert refused.value.code == "not-extendable"
        assert session.scalars(select(Extension)).all() == []


def test_the_law_data_says_what_its_sources_say() -> None:
    rules = load_law().rules
    never = {rule.id for rule in rules.values() if rule.more_time is not None and not rule.more_time.allowed}
    assert never == {"court.petition-for-review", "uscis.response.rfe", "uscis.response.noid"}
    brief = rules["bia.brief"].more_time
    assert brief is not None
    assert brief.allowed
    assert rules["eoir.appeal.bia"].more_time is None  # no source of ours says it in so many words


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"to": LAST}, "is not after the last day"),
        ({"to": date(2090, 1, 1)}, "Check the year"),
        ({"asked_on": date(2026, 11, 3)}, "lies in the future"),
        ({"asked_on": date(2026, 10, 22)}, "lies before the notice"),
        ({"proof": " "}, "Give a proof"),
    ],
)
def test_a_request_that_cannot_be_is_refused(database: Database, changes: dict[str, Any], part: str) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        with pytest.raises(InputError, match=part):
            request(session, recorded(session)[RULE], ana, **changes)


def test_a_granted_day_takes_two_people_and_keeps_the_working(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        with pytest.raises(Conflict, match="is asked for already"):
            request(session, entry, ana)
        moved = grant(session, entry, ana)
        assert (moved.kind, moved.outcome, moved.new.last_day, moved.new.safe_by) == (
            "later",
            "waiting",
            WANTED,
            FRIDAY,
        )
        assert (entry.version, row(session, entry).last_day) == (1, LAST)
        assert nightly(session) == [] or {move.outcome for move in nightly(session)} == {"known"}
        proposal = find_proposal(session, str(moved.proposal))
        assert proposal.state == "agreed"
        with pytest.raises(Conflict, match="a second, other person"):
            accept(session, desk(), proposal, ana, now=LATER)
        accept(session, desk(), proposal, ben, now=LATER)
        window = stored(session, entry)
        assert (entry.version, window.last_day, window.safe_by, window.latest) == (2, WANTED, FRIDAY, WANTED)
        assert window.working[:-1] == compute(DENIAL, load_law()).windows[_at(RULE)].working
        last = window.working[-1]
        assert "Extended by the authority" in last.text
        assert (
            "granted on Monday 2 November 2026 until Saturday 12 December 2026; proof: letter of 2 November"
            in last.text
        )
        assert nightly(session) == []
        assert row(session, entry).last_day == WANTED


def _at(rule: str) -> int:
    return next(at for at, window in enumerate(compute(DENIAL, load_law()).windows) if window.rule == rule)


def test_a_corrected_notice_keeps_the_granted_day(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        accept(session, desk(), find_proposal(session, str(grant(session, entry, ana).proposal)), ben, now=LATER)
        amend_notice(
            session, desk(), entered_by(entry, ana), Amendment(method="in-person"), reason="x", by=ana, now=LATER
        )
        assert row(session, entry).last_day == WANTED


def test_a_date_with_more_time_is_verified_as_every_other(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        moved = grant(session, entry, ana)
        accept(session, desk(), find_proposal(session, str(moved.proposal)), ben, now=LATER)
        assert verify(session, entry, dora).verified == [entry]


def test_a_grant_that_the_second_person_declines_moves_nothing(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        proposal = find_proposal(session, str(grant(session, entry, ana).proposal))
        ignore(session, desk(), proposal, ben, reason="the letter is of another case", now=LATER)
        assert nightly(session) == []
        assert (row(session, entry).last_day, entry.version) == (LAST, 1)


def waiting(session: Session, entry: Entry) -> Proposal:
    [found] = [one for one in proposals(session, entry) if one.state in ("pending", "agreed")]
    return found


def test_a_grant_waits_on_where_a_correction_takes_the_place_of_its_proposal(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        amended = Amendment(received_on=date(2026, 10, 30))
        amend_notice(session, desk(), entered_by(entry, ben), amended, reason="the stamp", by=ben, now=LATER)
        newer = waiting(session, entry)
        assert newer.reason.startswith("extended to Saturday 12 December 2026, granted on")
        assert newer.reason.endswith("letter of 2 November; the stamp")
        [view] = extension_views(session, entry=entry, everything=True)
        assert (view.state, view.proposal) == ("granted-waiting", newer.id)
        ignore(session, desk(), newer, ana, reason="granted in another case", now=LATER)
        [view] = extension_views(session, entry=entry, everything=True)
        assert view.state == "granted-declined"
        assert nightly(session) == []
        assert row(session, entry).last_day == LAST


def test_a_grant_that_waited_through_a_correction_holds_once_that_is_accepted(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        amended = Amendment(received_on=date(2026, 10, 30))
        amend_notice(session, desk(), entered_by(entry, ben), amended, reason="the stamp", by=ben, now=LATER)
        accept(session, desk(), waiting(session, entry), dora, now=LATER)
        [view] = extension_views(session, entry=entry, everything=True)
        assert (view.state, row(session, entry).last_day) == ("granted", WANTED)
        later = extended_to(session, entry, WANTED + timedelta(days=30))
        move(session, desk(), entry, later, Because(entry.notice, "another law"), now=LATER)
        ignore(session, desk(), waiting(session, entry), dora, reason="not yet law", now=LATER)
        [view] = extension_views(session, entry=entry, everything=True)
        assert view.state == "granted"  # what holds is not declined with other dates


def extended_to(session: Session, entry: Entry, day: date) -> Window:
    return changed(session, entry, last_day=day, latest=day)


def test_while_a_grant_waits_what_the_law_brings_earlier_holds_at_once(database: Database) -> None:
    """Without mail days the denial of Fri 23 October ends on Sun 22 November: Fri 20 safe, Mon 23 last."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        amended = Amendment(method="in-person")
        amend_notice(session, desk(), entered_by(entry, ben), amended, reason="handed over", by=ben, now=LATER)
        assert row(session, entry).last_day == date(2026, 11, 23)
        newer = waiting(session, entry)
        assert (newer.kind, stored_dates(newer.window).last_day) == ("mixed", WANTED)
        accept(session, desk(), newer, dora, now=LATER)
        assert row(session, entry).last_day == WANTED


def test_the_nightly_check_brings_an_earlier_date_into_force_though_a_grant_waits(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        grant(session, entry, ana)
        entry.notice.facts = {**entry.notice.facts, "service": {"method": "in-person", "on": None}}
        [made] = [one for one in nightly(session) if one.entry == entry.id]
        assert (made.kind, made.outcome) == ("mixed", "waiting")
        assert row(session, entry).last_day == date(2026, 11, 23)
        version = entry.version
        assert [one.outcome for one in nightly(session) if one.entry == entry.id] in ([], ["known"])
        assert entry.version == version


def test_a_refused_request_leaves_the_dates_and_may_be_made_again(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        with pytest.raises(Conflict, match="No more time is asked for"):
            refuse_extension(session, desk(), entry, reason="no", by=ana, now=LATER)
        request(session, entry, ana)
        refuse_extension(session, desk(), entry, reason="denied on 2 November", by=ana, now=LATER)
        assert (entry.version, row(session, entry).last_day) == (1, LAST)
        assert request(session, entry, ana).extension.state == "requested"
        file_entry(session, desk(), entry, on=LATER.date(), proof=Proof(text="IOE1"), by=ana, now=LATER)
        states = [view.state for view in extension_views(session, entry=entry, everything=True)]
        assert sorted(states) == ["ended", "refused"]


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"to": LAST}, "is not after the last day"),
        ({"to": date(2090, 1, 1)}, "Check the year"),
        ({"granted_on": date(2026, 10, 29)}, "lies before the request"),
        ({"granted_on": date(2026, 11, 3)}, "in the future"),
        ({"proof": "letter to Canary-Garcia"}, "client's name"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_whole(database: Database, changes: dict[str, Any], part: str) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        request(session, entry, ana)
        with pytest.raises(InputError, match=part):
            grant(session, entry, ana, **changes)
        assert extension_views(session, entry=entry)[0].state == "requested"


def test_who_may_not_see_a_matter_does_not_see_what_is_asked_for(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session, restricted=True)[RULE]
        request(session, entry, ana)
        assert [view.entry for view in extension_views(session, person=ana)] == [entry.id]
        assert extension_views(session, person=ben) == extension_views(session) == []


def test_a_grant_says_whether_its_date_holds(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        first, second = (recorded(session, reference=name)[RULE] for name in ("A-1", "A-2"))
        for entry in (first, second):
            request(session, entry, ana)
            grant(session, entry, ana)
        assert [view.state for view in extension_views(session, everything=True)] == ["granted-waiting"] * 2
        accept(session, desk(), find_proposal(session, proposals(session, first)[0].id), ben, now=LATER)
        ignore(session, desk(), proposals(session, second)[0], dora, reason="no such order", now=LATER)
        states = {view.matter: view.state for view in extension_views(session, everything=True)}
        assert states == {"A-1": "granted", "A-2": "granted-declined"}
        assert {state in STATES for state in states.values()} == {True}
        assert (row(session, first).last_day, row(session, second).last_day) == (WANTED, LAST)


CERTIORARI = Notice(kind="circuit.judgment", decided_on=date(2026, 10, 23), service=Service("electronic"))


@pytest.mark.parametrize("to, said", [(date(2027, 3, 22), False), (date(2027, 3, 23), True)])
def test_more_than_any_source_gives_is_recorded_with_a_warning(database: Database, to: date, said: bool) -> None:
    """Ninety days after Fri 23 October 2026 are Thu 21 January 2027; a Justice gives 60 more at most, to Mon 22 March
    (28 USC 2101(c))."""
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session, CERTIORARI)["court.certiorari"]
        assert row(session, entry).last_day == date(2027, 1, 21)
        made = request(session, entry, ana, to=to)
        assert any("no more than 60 can be given" in warning for warning in made.warnings) == said
        moved = grant(session, entry, ana, to=to)
        waiting = proposals(session, entry)[0]
        assert ("LOOK AGAIN: Tuesday 23 March 2027 is 61 days after" in waiting.reason) == said
        assert moved.outcome == "waiting"


@pytest.mark.parametrize("to, said", [(LAST + timedelta(days=366), False), (LAST + timedelta(days=367), True)])
def test_more_than_a_year_is_looked_at_again_where_no_source_gives_a_number(
    database: Database, to: date, said: bool
) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        made = request(session, entry, ana, to=to)
        assert any("check the year" in warning for warning in made.warnings) == said
        grant(session, entry, ana, to=to)
        assert ("LOOK AGAIN" in proposals(session, entry)[0].reason) == said
