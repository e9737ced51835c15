"""What the docket said on an earlier day: stories played in order, and looked back at from each day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice
from deadlines.docket import acknowledging, amending, closing, handing
from deadlines.docket.amending import Amendment
from deadlines.docket.believed import Believed, BelievedEntry, believed, end_of_day
from deadlines.docket.extensions import grant_extension, request_extension
from deadlines.docket.moves import Because, move
from deadlines.docket.people import deactivate_person
from deadlines.docket.proposals import accept
from deadlines.docket.records import Proof
from deadlines.docket.verification import resolve_dispute
from deadlines.errors import InputError
from deadlines.law import Law, load_law
from deadlines.store.tables import Entry, Matter, Proposal
from tests.docket import desks, samples

NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
SAFE, LAST = desks.SAFE, desks.LAST


def law_of(name: str) -> Law:
    if name != load_law().edition:
        raise InputError(f"There is no edition '{name}' of the law.")
    return load_law()


def on(session: Session, entry: Entry, day: date) -> Believed:
    matter = session.get_one(Matter, entry.matter_id)
    session.flush()
    return believed(session, matter, law_of, on=day, at=end_of_day(day, samples.ZONE, NOW), now=NOW)


def entry_on(session: Session, entry: Entry, day: date) -> BelievedEntry:
    every = [each for notice in on(session, entry, day).notices for each in notice.entries]
    return next(each for each in every if each.entry == entry.id)


def test_the_status_is_that_of_each_day(session: Session) -> None:
    ana, _, _ = desks.firm(session)
    ben = samples.person(session, "Bea Roe", email="ben.roe@firm.test")
    entry = next(iter(desks.recorded(session).values()))
    desk = desks.desk()
    story = [datetime(2026, 11, day, 15, 0, tzinfo=UTC) for day in (3, 5, 9, 12, 16)]
    desks.verify(session, entry, ben, now=story[0])
    acknowledging.acknowledge(session, entry, ana, now=story[1], lasts=timedelta(days=3), zone=samples.ZONE)
    closing.waive_entry(session, desk, entry, reason="decided against", by=ana, now=story[2])
    closing.reopen_entry(session, desk, entry, reason="a slip", by=ana, now=story[3])
    closing.file_entry(session, desk, entry, on=date(2026, 11, 16), proof=Proof(text="IOE77"), by=ben, now=story[4])

    def told(day: int) -> tuple[str, str | None, list[bool], int]:
        found = entry_on(session, entry, date(2026, 11, day))
        return found.status, found.verified_by, [ack.stood for ack in found.taken], found.version

    assert told(2) == ("open", None, [], 1)
    assert told(3) == ("open", ben.email, [], 1)
    assert told(6) == ("open", ben.email, [True], 1)
    assert told(8) == ("open", ben.email, [False], 1)
    assert told(10) == ("waived", ben.email, [False], 1)
    assert told(13) == ("open", None, [], 2)  # a new version: neither verified nor taken on
    assert told(20)[0] == "satisfied"
    waived, filed = (entry_on(session, entry, date(2026, 11, day)) for day in (10, 20))
    assert (waived.closed_by, waived.proof, filed.closed_by, filed.proof) == (
        ana.email,
        "decided against",
        ben.email,
        "IOE77",
    )


def test_an_amendment_that_came_later_is_left_out(session: Session) -> None:
    _, ben, _ = desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    at = datetime(2026, 11, 4, 15, 0, tzinfo=UTC)
    change = Amendment(method="electronic", facts={})
    notice = desks.entered_by(entry, ben)
    amending.amend_notice(session, desks.desk(), notice, change, reason="it came online", by=ben, now=at)
    (before,), (after,) = on(session, entry, date(2026, 11, 3)).notices, on(session, entry, date(2026, 11, 4)).notices
    assert before.entered is not None
    assert after.entered is not None
    assert (before.entered.service.method, before.amended_later) == ("mail", True)
    assert (after.entered.service.method, after.amended_later) == ("electronic", False)
    then, now = entry_on(session, entry, date(2026, 11, 3)), entry_on(session, entry, date(2026, 11, 4))
    # Thirty days and three for the mail; without the mail the last day is Monday, 23 November (8 CFR 103.5, 103.8(b)).
    assert (then.window.last_day, now.window.last_day) == (LAST, date(2026, 11, 23))
    assert (then.recomputed.found, now.recomputed.found) == ("same", "same")
    assert (then.version, then.now_version) == (1, 2)


@pytest.mark.usefixtures("law_as_put_forward")
def test_other_dates_count_from_the_moment_at_which_they_were_accepted(session: Session) -> None:
    ana, ben, _ = desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    later = desks.changed(session, entry, safe_by=date(2026, 11, 25), last_day=date(2026, 11, 30))
    asked, agreed = datetime(2026, 11, 5, 15, 0, tzinfo=UTC), datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
    moved = move(session, desks.desk(), entry, later, Because(entry.notice, "an order of the court", ben), now=asked)
    assert moved is not None
    proposal = session.get_one(Proposal, moved.proposal)
    accept(session, desks.desk(), proposal, ana, now=agreed)
    if proposal.state != "accepted":
        accept(session, desks.desk(), proposal, samples.person(session, "Cy Wu", "attorney"), now=agreed)
    waiting, decided = entry_on(session, entry, date(2026, 11, 7)), entry_on(session, entry, date(2026, 11, 10))
    assert (waiting.window.last_day, waiting.waited, waiting.recomputed.found) == (LAST, True, "same")
    assert (decided.window.last_day, decided.waited) == (date(2026, 11, 30), False)
    # No edition gives that day: it was people who decided it, and the answer says so.
    assert decided.recomputed.found == "other"
    assert "last day 2026-11-30, computed 2026-11-25" in decided.recomputed.why


def test_an_edition_that_is_not_here_is_said_and_not_guessed(session: Session) -> None:
    desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    desks.row(session, entry).edition = "2019.01"
    found = entry_on(session, entry, date(2026, 11, 1)).recomputed
    assert (found.found, found.dates) == ("cannot", None)
    assert "2019.01" in found.why


def test_a_date_that_was_written_behind_the_program_is_told(session: Session) -> None:
    desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    row = desks.row(session, entry)
    row.last_day = date(2026, 12, 25)
    found = entry_on(session, entry, date(2026, 11, 1))
    assert found.altered
    assert found.recomputed.found == "other"


def test_only_reminders_of_then_had_been_sent(session: Session) -> None:
    desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    first, second = desks.reminders(session, entry)[:2]
    first.state, first.sent_at = "sent", datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
    second.state, second.sent_at = "sent", datetime(2026, 11, 13, 14, 0, tzinfo=UTC)
    counts = [len(entry_on(session, entry, date(2026, 11, day)).sent) for day in (5, 6, 12, 13)]
    assert counts == [0, 1, 1, 2]


@pytest.mark.parametrize("leaves", [False, True])
def test_the_attorney_is_the_one_of_then(session: Session, leaves: bool) -> None:
    ana, _, _ = desks.firm(session)
    carla = samples.person(session, "Carla Oz", "attorney")
    entry = next(iter(desks.recorded(session).values()))
    matter = session.get_one(Matter, entry.matter_id)
    at = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
    if leaves:
        deactivate_person(session, ana, successor=carla, actor="t", today=at.date(), now=at)
    else:
        handing.hand_over(session, matter, carla, actor="t", now=at)
    assert on(session, entry, date(2026, 11, 8)).attorney == ana.email
    assert on(session, entry, date(2026, 11, 9)).attorney == carla.email


def test_what_was_not_there_yet_is_not_there(session: Session) -> None:
    desks.firm(session)
    entry = next(iter(desks.recorded(session).values()))
    with pytest.raises(InputError, match="opened after"):
        on(session, entry, date(2026, 10, 26))
    matter = session.get_one(Matter, entry.matter_id)
    with pytest.raises(InputError, match="has not ended"):
        believed(session, matter, law_of, on=date(2027, 3, 2), at=NOW + timedelta(days=1), now=NOW)
    # 27 October, entered at ten in New York: that day, and not yet the one before in any zone.
    assert on(session, entry, date(2026, 10, 27)).notices


def test_a_day_ends_in_the_firms_zone() -> None:
    assert end_of_day(date(2026, 3, 8), "America/New_York", NOW) == datetime(2026, 3, 9, 3, 59, 59, 999999, tzinfo=UTC)
    assert end_of_day(NOW.date(), "America/New_York", NOW) == NOW


def test_programs_read_it_as_json(session: Session) -> None:
    desks.firm(session)
    entry = desks.recorded(session)["uscis.motion.reopen"]
    plain = msgspec.json.decode(msgspec.json.encode(on(session, entry, date(2026, 11, 1))))
    found = next(each for each in plain["notices"][0]["entries"] if each["entry"] == entry.id)
    assert (found["window"]["safe_by"], found["recomputed"]["found"]) == (SAFE.isoformat(), "same")


def test_granted_time_and_a_decided_dispute_are_part_of_what_was_believed(session: Session) -> None:
    """A brief prints Fri 20 November; the law gives Thu the 19th, the Board then time until Sat 5 December."""
    ana, ben, _ = desks.firm(session)
    printed = date(2026, 11, 20)
    brief = Notice(
        kind="bia.briefing-schedule",
        decided_on=date(2026, 10, 30),
        printed_deadline=printed,
        facts={"brief_of": "appellant"},
    )
    entry, desk = desks.recorded(session, brief)["bia.brief"], desks.desk()
    story = [datetime(2026, 11, day, 15, 0, tzinfo=UTC) for day in (3, 5, 9, 12)]
    resolve_dispute(session, desk, entry, use="computed", reason="the rule counts", by=ana, now=story[0])
    asked: dict[str, Any] = {"to": date(2026, 12, 5), "proof": "ECAS 1", "by": ana}
    request_extension(session, desk, entry, **asked, asked_on=date(2026, 11, 5), now=story[1])
    grant_extension(session, desk, entry, **{**asked, "proof": "letter 9"}, granted_on=date(2026, 11, 9), now=story[2])
    session.flush()
    accept(session, desk, session.scalars(select(Proposal).where(Proposal.state == "agreed")).one(), ben, now=story[3])

    days = {day: entry_on(session, entry, date(2026, 11, day)) for day in (2, 4, 6, 10, 13)}
    assert [one.window.last_day for one in days.values()] == [printed, *[date(2026, 11, 19)] * 3, date(2026, 12, 5)]
    assert {one.recomputed.found for one in days.values()} == {"same"}
    assert days[13].recomputed.why == "with the time that was granted until 2026-12-05"
    assert [[one.state for one in days[day].asked] for day in days] == [
        [], [], ["requested"], ["granted-waiting"], ["granted"],
    ]  # fmt: skip
    assert (days[6].asked[0].granted_to, days[13].asked[0].decision) == (None, "letter 9")
    assert "later than the computed last day" in (days[2].dispute or "")
    assert (days[2].decided, days[4].dispute) == (None, None)
    assert days[13].decided is not None
    assert (days[13].decided.use, days[13].decided.by) == ("computed", ana.email)
