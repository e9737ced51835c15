"""The responsible attorney initials the dates of each version."""

from datetime import date

import pytest
from sqlalchemy import select

from deadlines.compute import Service
from deadlines.docket.board import board
from deadlines.docket.closing import waive_entry
from deadlines.docket.initials import initial_entry
from deadlines.docket.moves import Because, move
from deadlines.docket.views import entry_view, open_windows
from deadlines.docket.wanted import Wanted
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.database import Database
from deadlines.store.tables import Audit
from tests.docket.desks import LATER, changed, desk, firm, recorded, verify
from tests.docket.samples import person

RULE = "uscis.motion.reopen"
TODAY = date(2026, 11, 2)
SOURCE = "file-stamped order p. 1"


def test_the_attorney_initials_a_version_with_what_they_saw(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entry = recorded(session)[RULE]
        assert board(session, ana, Wanted(), today=TODAY, now=LATER).counts.uninitialed == 3
        initial_entry(session, desk(), entry, by=ana, now=LATER, source=SOURCE)
        view = entry_view(session, entry)
        assert (view.initialed_by, view.initialed_at, view.initialed_source) == (ana.email, LATER, SOURCE)
        [line] = [line for line in open_windows(session, TODAY) if line.entry == entry.id]
        assert line.initialed_by == ana.email
        shown = board(session, ana, Wanted(), today=TODAY, now=LATER)
        assert shown.counts.uninitialed == 2
        assert {line.entry for line in shown.lines if line.initialed} == {entry.id}
        [noted] = session.scalars(select(Audit).where(Audit.action == "entry.initial"))
        assert noted.detail == {"person": ana.id, "version": 1, "source": SOURCE}
        with pytest.raises(Conflict, match="initialed already"):
            initial_entry(session, desk(), entry, by=ana, now=LATER)
        early = changed(session, entry, safe_by=date(2026, 11, 13))
        move(session, desk(), entry, early, Because(entry.notice, "another edition"), now=LATER)
        assert entry_view(session, entry).initialed_by is None
        initial_entry(session, desk(), entry, by=ana, now=LATER)
        assert entry_view(session, entry).initialed_source is None


def test_only_who_answers_for_the_matter_initials(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = list(recorded(session).values())
        other, deputy, partner = person(session, "Gus Hale"), person(session, "Dan Ives"), person(session, "Pat Poe")
        ana.deputy_id, partner.role = deputy.id, "partner"
        for who in (ben, dora, other):
            with pytest.raises(Conflict, match="does not answer for matter"):
                initial_entry(session, desk(), entries[0], by=who, now=LATER)
        for who, entry in zip((ana, deputy, partner), entries, strict=False):
            assert initial_entry(session, desk(), entry, by=who, now=LATER).initialed_by == who.id


def test_a_partner_who_may_not_see_a_restricted_matter_does_not_initial_it(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        partner = person(session, "Pat Poe", "partner")
        entry = recorded(session, restricted=True)[RULE]
        with pytest.raises(NotFound, match="not yours to see"):
            initial_entry(session, desk(), entry, by=partner, now=LATER)
        initial_entry(session, desk(), entry, by=ana, now=LATER)


def test_what_is_not_settled_is_not_initialed(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        with pytest.raises(InputError, match="source"):
            initial_entry(session, desk(), entries[RULE], by=ana, now=LATER, source=" ")
        waive_entry(session, desk(), entries["uscis.appeal.aao"], reason="no", by=ana, now=LATER)
        with pytest.raises(Conflict, match="waived, not open"):
            initial_entry(session, desk(), entries["uscis.appeal.aao"], by=ana, now=LATER)
        verify(session, entries[RULE], ben, service=Service("fax"))
        with pytest.raises(Conflict, match=r"read the notice .* differently"):
            initial_entry(session, desk(), entries[RULE], by=ana, now=LATER)
