"""A date passed without filing: the record is frozen and kept, people are told, and what may help is listed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.alarms import untold
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import file_entry, reopen_entry, strike_notice, waive_entry
from deadlines.docket.evening_sheet import sheet_of
from deadlines.docket.missed import is_whole, log_diligence, miss_entry, missed_row
from deadlines.docket.people import set_deputies
from deadlines.docket.records import Proof
from deadlines.docket.rescues import missed_lines, missed_view, rescues_of
from deadlines.errors import Conflict, InputError
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Missed, Person
from tests.docket.desks import DENIAL, LAST, LATER, desk, entered_by, firm, recorded, reminders, renderings
from tests.docket.samples import person

REOPEN, APPEAL = "uscis.motion.reopen", "uscis.appeal.aao"
FOUND = date(2026, 11, 30)
AFTER = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
ORDER = Notice(
    kind="ij.order",
    decided_on=date(2026, 10, 23),
    service=Service("oral"),
    facts={"asylum": "none", "appeal": "none-filed"},
)
HOW = "the response was filed under another number"


def miss(session: Session, entry: Entry, by: Person, **more: Any) -> Missed:
    given: dict[str, Any] = {"found_on": FOUND, "how": HOW, "now": AFTER, **more}
    return miss_entry(session, desk(), entry, by=by, **given)


def test_a_missed_date_ends_reminders_and_keeps_the_record_as_it_stood(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[REOPEN]
        entry.verified_at, entry.verified_by = LATER, ben.id
        acknowledge(session, entry, ana, lasts=timedelta(days=7), zone="America/New_York", now=LATER)
        planned = len(reminders(session, entry))
        row = miss(session, entry, ana)
        assert (entry.status, entry.closed_on, entry.closed_by) == ("missed", FOUND, ana.id)
        assert reminders(session, entry) == []
        # The day stays in sight in calendars, which are copies outside: what happened is not told there.
        drawn = renderings(session, entry).values()
        assert drawn
        assert not any(made.cancelled or b"missed" in made.body.lower() for made in drawn)
        kept = row.snapshot
        assert [notice["facts"]["decided_on"] for notice in kept["notices"]] == ["2026-10-23"]
        assert [(dates["version"], dates["last_day"]) for dates in kept["dates"]] == [(1, "2026-11-25")]
        assert kept["dates"][0]["working"]
        assert len([one for one in kept["reminders"] if one["state"] == "planned"]) == planned > 0
        assert (kept["verified"]["verified_by"], kept["taken_on"][0]["person_id"]) == (ben.id, ana.id)
        assert "entry.acknowledge" in {one["action"] for one in kept["audit"]}
        assert kept["entry"]["status"] == "open"
        [noted] = session.scalars(select(Audit).where(Audit.action == "missed.record"))
        assert (noted.subject, noted.detail["digest"]) == (entry.id, row.digest)
        missed_id = row.id
    with database.read() as session:
        stored = session.get_one(Missed, missed_id)
        assert is_whole(stored)
        [closed] = sheet_of(session, desk(), None, on=AFTER.date()).closed
        assert (closed.event, closed.proof) == ("missed", HOW)


def test_attorney_deputy_supervisor_partner_and_docket_are_told_at_once(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[REOPEN]
        paul, eve = person(session, "Paul Part"), person(session, "Eve Sup")
        person(session, "Nora None", "paralegal")
        set_deputies(session, ana, deputy=ben.email, supervisor=eve.email, actor="t", now=LATER, today=LATER.date())
        how = msgspec.structs.replace(desk(), partner=paul.email)
        miss_entry(session, how, entry, found_on=FOUND, how=HOW, by=ana, now=AFTER)
        told = untold(session)
        assert {item.person.email for item in told} == {each.email for each in (ana, ben, dora, paul, eve)}
        assert "2026-0143" in told[0].alarm.subject
        assert "Canary" not in told[0].alarm.text + told[0].alarm.subject


@pytest.mark.parametrize(
    "changes, error, part",
    [
        (
            {"now": datetime(2026, 11, 25, 15, 0, tzinfo=UTC), "found_on": LAST},
            Conflict,
            "can be argued until 2026-11-25",
        ),
        ({"found_on": date(2026, 12, 2)}, InputError, "found between"),
        ({"found_on": date(2026, 11, 24)}, InputError, "found between"),
        ({"how": " "}, InputError, "how it came about"),
    ],
)
def test_what_cannot_be_is_refused_whole(
    database: Database, changes: dict[str, Any], error: type[Exception], part: str
) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[REOPEN]
        with pytest.raises(error, match=part):
            miss(session, entry, ana, **changes)
        assert (entry.status, session.scalars(select(Missed)).all(), untold(session)) == ("open", [], [])


def test_the_record_is_frozen_but_for_the_partner(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        paul = person(session, "Paul Part")
        how = msgspec.structs.replace(desk(), partner=paul.email)
        entry = entries[REOPEN]
        miss(session, entry, ana)
        entered_by(entry, ana)
        for change in (
            lambda by: reopen_entry(session, how, entry, reason="it was filed", by=by, now=AFTER),
            lambda by: strike_notice(session, how, entry.notice, reason="wrong", by=by, now=AFTER),
            lambda by: amend_notice(session, how, entry.notice, Amendment(method="fax"), reason="x", by=by, now=AFTER),
        ):
            with pytest.raises(Conflict, match="is kept as it is") as refused:
                change(ana)
            assert refused.value.code == "frozen"
        with pytest.raises(Conflict, match="is missed already"):
            file_entry(session, how, entry, on=AFTER.date(), proof=Proof(text="x"), by=paul, now=AFTER)
        # The other windows of the notice go on.
        waive_entry(session, how, entries[APPEAL], reason="no", by=ana, now=AFTER)
        reopen_entry(session, how, entry, reason="the receipt was found", by=paul, now=AFTER)
        assert entry.status == "open"
        with pytest.raises(Conflict, match="not missed"):
            missed_row(session, entry)


def test_the_supervisor_of_the_attorney_may_change_it_too(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entry = recorded(session)[REOPEN]
        set_deputies(session, ana, deputy=None, supervisor=ben.email, actor="t", now=LATER, today=LATER.date())
        miss(session, entry, ana)
        assert reopen_entry(session, desk(), entry, reason="the receipt was found", by=ben, now=AFTER).status == "open"


def test_the_log_grows_day_by_day_and_is_never_changed(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        entry = entries[REOPEN]
        with pytest.raises(Conflict, match="not missed"):
            log_diligence(session, desk(), entry, text="called", by=ana, now=AFTER)
        miss(session, entry, ana)
        log_diligence(session, desk(), entry, text="called USCIS", by=ben, now=AFTER)
        log_diligence(session, desk(), entry, text="found it", on=FOUND, by=ana, now=AFTER)
        with pytest.raises(InputError, match="lies in the future"):
            log_diligence(session, desk(), entry, text="x", on=date(2026, 12, 2), by=ana, now=AFTER)
        view = missed_view(session, desk(), entry)
        assert [(note.on, note.text, note.person) for note in view.log] == [
            (FOUND, "found it", ana.email), (AFTER.date(), "called USCIS", ben.email),
        ]  # fmt: skip
        assert missed_lines(session, ana)[0].last_logged_on == AFTER.date()
    for words in ("UPDATE missed_note SET text = 'x'", "DELETE FROM missed_note", "UPDATE missed SET how = 'x'"):
        with pytest.raises(DatabaseError, match="what was signed cannot be changed"), database.write() as session:
            session.execute(text(words))


def test_rescues_come_from_the_law_with_the_dates_of_what_they_lead_to(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        miss(session, entries[APPEAL], ana)
        found = {rescue.id: rescue for rescue in rescues_of(session, desk(), entries[APPEAL])}
        as_motion = found["uscis-appeal-as-motion"]
        assert "8 CFR 103.3(a)(2)(v)(B)" in as_motion.cite
        assert "act at once" in as_motion.days
        late = found["uscis-reopen-late"]
        assert (late.entry, late.last_day, late.status) == (entries[REOPEN].id, LAST, "open")
        assert not any(rescue.leads_to == "eoir.motion.reopen" for rescue in found.values())


def test_a_rescue_that_the_notice_does_not_have_says_why(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = recorded(session, ORDER)["eoir.appeal.bia"]
        found = {rescue.id: rescue for rescue in rescues_of(session, desk(), entry)}
        assert found["order-reopen"].last_day is not None
        assert "90 days" in found["order-reopen"].days
        assert found["court-fee-waiver"].notice == "eoir.fee-waiver.denial"


def test_what_tells_of_a_protected_case_is_shown_in_a_restricted_matter_only(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session, ORDER, reference="2026-1")
        hidden = recorded(session, ORDER, reference="2026-2", restricted=True)
        ids = [[r.id for r in rescues_of(session, desk(), e["eoir.motion.reopen"])] for e in (entries, hidden)]
        assert ["order-special" in found for found in ids] == [False, True]
        miss(session, hidden["eoir.appeal.bia"], ana)
        assert [line.entry for line in missed_lines(session, ana)] == [hidden["eoir.appeal.bia"].id]
        assert missed_lines(session, ben) == missed_lines(session, None) == []


def test_the_other_notices_are_no_concern(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session, DENIAL)
        miss(session, entries[REOPEN], ana)
        assert entries[APPEAL].status == "open"
        assert reminders(session, entries[APPEAL])
