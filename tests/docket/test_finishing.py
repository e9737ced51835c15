"""A matter closes when nothing of it is open, and whatever comes in opens it again."""

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.believed import believed, end_of_day
from deadlines.docket.board import counts
from deadlines.docket.closed import recheck_entry
from deadlines.docket.closing import reopen_entry, waive_entry
from deadlines.docket.finishing import close_matter, obstacles, reopen_matter
from deadlines.docket.history import history
from deadlines.docket.incoming import dismiss
from deadlines.docket.intake import record_notice
from deadlines.docket.quiet import matter_lines
from deadlines.docket.reviews import none_known, standing_review
from deadlines.docket.table import Choice, docket_table
from deadlines.docket.table_files import sheet_of
from deadlines.docket.visible import visible
from deadlines.errors import Conflict, InputError
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Matter, Person
from tests.docket.desks import DENIAL, LATER, desk, firm, recorded, verify
from tests.docket.samples import ZONE
from tests.docket.test_incoming import came, letters, room

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 2)


def ready(session: Session, by: Person, other: Person) -> tuple[Matter, list[Entry]]:
    """A matter whose notice another person verified, with everything waived."""
    entries = [entry for entry in recorded(session).values() if entry.status == "open"]
    verify(session, entries[0], other)
    for entry in entries:
        waive_entry(session, desk(), entry, reason="client leaves", by=by, now=LATER)
    return entries[0].matter, entries


def close(session: Session, matter: Matter, by: Person, reason: str = "approved") -> None:
    close_matter(session, matter, reason=reason, by=by, now=LATER, actor=by.email)


def test_what_is_unfinished_is_named_one_by_one(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        entries = recorded(session)
        matter = next(iter(entries.values())).matter
        paper = came(session, ben, matter=matter)
        followed = [entry for entry in entries.values() if entry.status == "open"]
        with pytest.raises(Conflict) as refused:
            close(session, matter, ana)
        assert refused.value.code == "matter-unfinished"
        for entry in followed:
            assert f"entry {entry.id[:8]}) is open and not verified" in refused.value.sentence
        assert f"paper {paper.id[:8]}" in refused.value.sentence
        assert "Canary" not in refused.value.sentence
        verify(session, followed[0], ben)
        assert f"(entry {followed[0].id[:8]}) is open" in obstacles(session, matter, ana)[0]
        assert "verified" not in obstacles(session, matter, ana)[0]
        dismiss(session, paper, reason="receipt notice", by=ben, now=LATER, actor=ben.email)
        for entry in followed:
            waive_entry(session, desk(), entry, reason="client leaves", by=ana, now=LATER)
        assert obstacles(session, matter, ana) == []
        with pytest.raises(InputError, match="reason"):
            close(session, matter, ana, " ")
        close(session, matter, ana)
        with pytest.raises(Conflict, match="closed already"):
            close(session, matter, ana)


def test_a_notice_that_nobody_else_looked_at_keeps_it_open(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        entries = [entry for entry in recorded(session).values() if entry.status == "open"]
        for entry in entries:
            waive_entry(session, desk(), entry, reason="client leaves", by=ana, now=LATER)
        matter = entries[0].matter
        [left] = obstacles(session, matter, ana)
        assert "the notice of 2026-10-23" in left
        assert "verified by nobody" in left
        recheck_entry(session, desk(), entries[1], by=ben, now=LATER)
        assert obstacles(session, matter, ana) == []
        entries[1].rechecked_at = entries[1].rechecked_by = None
        for person in (ben, dora):  # where nobody else is here, nobody else can look
            person.active = False
        session.flush()
        assert obstacles(session, matter, ana) == []


def test_a_closed_matter_leaves_the_lists_and_counts_and_stays_to_be_seen(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter, _ = ready(session, ana, ben)
        none_known(session, room(), matter, again_on=MONDAY + 10 * DAY, by=ben, now=LATER, actor=ben.email)
        close(session, matter, ana)
        assert standing_review(session, matter) is None
        assert matter_lines(session, ana, today=MONDAY, quiet=True) == []
        assert matter_lines(session, ana, today=MONDAY) == []
        [line] = matter_lines(session, ana, today=MONDAY, closed=True)
        assert (line.matter, line.closed_at, line.quiet) == (matter.reference, LATER, False)
        assert counts(session, ana, today=MONDAY, now=LATER).quiet == 0
        with pytest.raises(Conflict, match="is closed"):
            none_known(session, room(), matter, again_on=MONDAY + DAY, by=ben, now=LATER, actor=ben.email)
        table = sheet_of(docket_table(session, Choice(everything=True), visible(ana), zone=UTC, today=MONDAY))
        at = [column.name for column in table.columns].index("Matter closed")
        assert {row[at] for row in table.rows} == {MONDAY}
        reopen_matter(session, matter, reason="client comes back", by=ben, now=LATER, actor=ben.email)
        [line] = matter_lines(session, ana, today=MONDAY, quiet=True)
        assert (line.to_look_at, line.closed_at) == (True, None)
        assert [one.words for one in history(session, matter, ana)][:3] == [
            "Opened the closed matter again: client comes back", "Closed the matter: approved",
            "Said that no date is known yet: to look again on 2026-11-12",
        ]  # fmt: skip
        assert {one.who for one in history(session, matter, ana)[:2]} == {"Ana Ruiz", "Ben Ode"}
        with pytest.raises(Conflict, match="not closed"):
            reopen_matter(session, matter, reason="x", by=ben, now=LATER, actor=ben.email)


def test_a_notice_opens_it_again_and_says_so_to_everybody_concerned(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter, _ = ready(session, ben, ana)
        close(session, matter, ben)
        made = record_notice(session, desk(actor=ben.email), matter, DENIAL, now=LATER + DAY, again=True)
        assert made.reopened
        assert matter.closed_at is None
        told = {email: letter for email, letter in letters(session) if letter.key.startswith("reopened/")}
        assert sorted(told) == ["ana@firm.test", "ben@firm.test", "dora@firm.test"]
        assert told[ana.email].subject == "OPEN AGAIN: matter 2026-0143 was closed"
        assert "Canary" not in told[ana.email].text
        query = select(Audit.detail).where(Audit.action == "matter.reopen", Audit.subject == matter.id)
        assert session.scalars(query).one() == {"reason": "a notice was recorded"}
        assert not record_notice(session, desk(), matter, DENIAL, now=LATER + DAY, again=True).reopened


@pytest.mark.parametrize("what", ["paper", "entry"])
def test_whatever_comes_in_opens_it_again(database: Database, what: str) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter, entries = ready(session, ana, ben)
        close(session, matter, ana)
        if what == "paper":
            came(session, ben, LATER + DAY, matter=matter)
        else:
            reopen_entry(session, desk(), entries[0], reason="wrong case", by=ana, now=LATER + DAY)
        assert matter.closed_at is None
        assert len([1 for _, letter in letters(session) if letter.key.startswith("reopened/")]) == 2


def test_an_earlier_day_is_told_as_it_was(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter, _ = ready(session, ana, ben)
        close(session, matter, ana)
        reopen_matter(session, matter, reason="client comes back", by=ana, now=LATER + 3 * DAY, actor="t")
        now = LATER + 9 * DAY

        def closed(on: date) -> object:
            at = end_of_day(on, ZONE, now)
            return believed(session, matter, lambda _: load_law(), on=on, at=at, now=now).closed_at

        days = (MONDAY - DAY, MONDAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY)
        assert [closed(on) for on in days] == [None, LATER, LATER, None]
