"""The docket as a table: the same dates as the list, and nothing of a matter that is to stay inside."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.closing import waive_entry
from deadlines.docket.table import Choice, docket_table
from deadlines.docket.table_files import sheet_of
from deadlines.docket.views import open_windows
from deadlines.docket.visible import leaving, visible
from deadlines.errors import NotFound
from deadlines.law import load_law
from deadlines.store.tables import Person
from tests.docket.desks import ENTERED, LATER, MAILED, desk, recorded
from tests.docket.samples import person

TODAY = ENTERED.date()
VAWA = Notice(kind="uscis.denial", form="I-360", decided_on=MAILED, service=Service("mail"), facts={"basis": "vawa"})
DISCREET = [rule.id for rule in load_law().rules.values() if rule.discreet]


def table(session: Session, *, named: bool = False, seen: Any = None, **choice: Any) -> list[dict[str, Any]]:
    condition = leaving(named=named) if seen is None else seen
    made = docket_table(session, Choice(**choice), condition, zone=UTC, today=TODAY)
    sheet = sheet_of(made)
    return [dict(zip([c.name for c in sheet.columns], row, strict=True)) for row in sheet.rows]


def test_the_table_holds_what_the_list_shows(session: Session) -> None:
    recorded(session)
    lines = open_windows(session, TODAY)
    rows = table(session)
    dates = ("Next date", "Protective date", "File by", "Last day", "Days left")
    assert [[row["Entry"], *(row[name] for name in dates)] for row in rows] == [
        [line.entry, line.next_on, line.protective_by, line.safe_by, line.last_day, line.days_left] for line in lines
    ]
    assert "Canary" not in str(rows)
    assert {row["Client"] for row in table(session, clients=True)} == {"Canary-Garcia"}


def test_the_filters_are_those_of_the_list(session: Session) -> None:
    first = recorded(session)
    ben = person(session, "Ben Ode")
    other = recorded(session, reference="2026-0200")
    next(iter(other.values())).matter.attorney_id = ben.id
    session.flush()
    assert {row["Matter"] for row in table(session, attorney="BEN@firm.test ")} == {"2026-0200"}
    assert {row["Matter"] for row in table(session, matter="2026-0143")} == {"2026-0143"}
    assert table(session, past=True) == []
    waived = next(entry for entry in first.values() if entry.status == "open")
    waive_entry(session, desk(), waived, reason="not wanted", by=ben, now=LATER)
    assert waived.id not in {row["Entry"] for row in table(session)}
    everything = {row["Entry"]: row for row in table(session, everything=True)}
    assert (everything[waived.id]["Status"], everything[waived.id]["Next date"]) == ("waived", None)
    with pytest.raises(NotFound):
        table(session, attorney="x@y.test")
    with pytest.raises(NotFound):
        table(session, matter="NOPE")


def test_a_restricted_matter_leaves_by_its_name_alone_and_without_its_client(session: Session) -> None:
    recorded(session)
    recorded(session, VAWA, reference="V-7")
    assert {row["Matter"] for row in table(session, everything=True, clients=True)} == {"2026-0143"}
    assert table(session, matter="V-7") == []
    made = docket_table(session, Choice(), leaving(named=False), zone=UTC, today=TODAY)
    assert made.left_out == len(table(session, matter="V-7", named=True)) > 0
    assert {row["Client"] for row in table(session, matter="V-7", named=True, clients=True)} == {None}


def test_a_person_is_given_what_they_may_see(session: Session) -> None:
    recorded(session, VAWA, reference="V-7")
    ana = session.query(Person).filter_by(role="attorney").one()
    assert {row["Matter"] for row in table(session, seen=visible(ana))} == {"V-7"}
    assert table(session, seen=visible(person(session, "Ben Ode"))) == []


def test_remedies_that_tell_of_a_protected_case_stay_inside(session: Session) -> None:
    entries = recorded(session, Notice(kind="ij.order", decided_on=MAILED, service=Service("in-person")))
    assert set(entries) & set(DISCREET)
    shown = {row["Entry"] for row in table(session, everything=True)}
    assert shown == {entry.id for rule, entry in entries.items() if rule not in DISCREET}


def test_what_was_done_in_the_evening_stands_on_the_firms_day(session: Session) -> None:
    entry = next(iter(recorded(session).values()))
    entry.verified_at = entry.matter.closed_at = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    session.flush()
    zone = ZoneInfo("America/New_York")
    sheet = sheet_of(docket_table(session, Choice(everything=True), leaving(named=False), zone=zone, today=TODAY))
    names = [column.name for column in sheet.columns]
    row = next(row for row in sheet.rows if row[names.index("Entry")] == entry.id)
    assert {row[names.index(name)] for name in ("Checked on", "Matter closed")} == {date(2026, 11, 20)}
