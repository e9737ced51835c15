"""Importing notices from a table: what is told beforehand, recorded at once, and never twice."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import strike_notice
from deadlines.docket.import_rows import Fault, read_rows
from deadlines.docket.importing import NOT_YOURS, Plan, check, record
from deadlines.docket.intake import open_matter
from deadlines.errors import Conflict
from deadlines.law import load_law
from deadlines.sheets import read_grid
from deadlines.sheets.model import Grid, Value
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, Imported, Matter, NoticeRow, Person
from tests.docket.desks import ENTERED, LAST, LATER, SAFE, desk, firm, row
from tests.docket.samples import person

TODAY = ENTERED.date()
NAMES = ("key", "matter", "client", "attorney", "kind", "form", "decided_on", "service")
FIRST = ("K-1", "2026-0143", "Canary-Garcia", "ana@firm.test", "uscis.denial", "I-140", "2026-10-23", "mail")
SECOND = ("K-2", "2026-0143", "", "", "uscis.rfe", "I-485", "2026-10-20", "mail")


def grid(*rows: Sequence[Value], names: Sequence[str] = NAMES) -> Grid:
    table: list[list[Value]] = [list(names), *(list(cells) for cells in rows)]
    return Grid("csv", "", [(at, [cell or None for cell in cells]) for at, cells in enumerate(table, start=1)])


def faults_of(table: Grid, **more: Any) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in read_rows(table, load_law(), **more)[1]]


def planned(session: Session, table: Grid) -> Plan:
    rows, faults = read_rows(table, load_law())
    assert faults == []
    who = session.scalars(select(Person).where(Person.email == "ana@firm.test")).one()
    return check(session, desk(), rows, by=who, today=TODAY)


def recorded(session: Session, table: Grid, by: Person, now: Any = ENTERED) -> Plan:
    rows, faults = read_rows(table, load_law())
    assert faults == []
    return record(session, desk(actor=by.email), rows, by=by, source="digest", now=now, today=TODAY)


def counted(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def only(plan: Plan) -> Fault:
    [fault] = plan.faults
    return fault


def test_a_table_becomes_what_typing_it_in_would(session: Session, ana: Person) -> None:
    plan = recorded(session, grid(FIRST, SECOND), ana)
    assert [(made.outcome, made.new_matter) for made in plan.rows] == [("new", True), ("new", False)]
    entries = session.scalars(select(Entry).where(Entry.form == "I-290B")).all()
    assert {(row(session, entry).safe_by, row(session, entry).last_day) for entry in entries} == {(SAFE, LAST)}
    assert plan.rows[0].opens == len(entries)
    matter = session.scalars(select(Matter)).one()
    assert (matter.reference, matter.client, matter.attorney_id) == ("2026-0143", "Canary-Garcia", ana.id)
    assert {notice.entered_by for notice in session.scalars(select(NoticeRow))} == {ana.email}
    told = session.scalars(select(Audit).where(Audit.action == "notice.import")).one()
    assert (told.subject, told.detail) == (ana.id, {"file": "digest", "new": 2, "known": 0})


def test_looking_changes_nothing(session: Session, ana: Person) -> None:
    before = counted(session, Audit)
    plan = planned(session, grid(FIRST, SECOND))
    assert (plan.count("new"), plan.faults) == (2, [])
    assert plan.rows[1].asks or plan.rows[1].opens
    assert (counted(session, Audit), counted(session, Matter), counted(session, Imported)) == (before, 0, 0)


def test_a_second_import_adds_nothing(session: Session, ana: Person) -> None:
    recorded(session, grid(FIRST, SECOND), ana)
    third = ("K-3", *FIRST[1:6], "2026-10-16", "mail")
    plan = recorded(session, grid(FIRST, SECOND, third), ana, LATER)
    assert [made.outcome for made in plan.rows] == ["known", "known", "new"]
    assert counted(session, NoticeRow) == 3
    assert recorded(session, grid(FIRST, SECOND, third), ana, LATER).count("new") == 0
    assert counted(session, NoticeRow) == 3


def test_other_facts_under_a_known_key_are_named_and_change_nothing(session: Session, ana: Person) -> None:
    recorded(session, grid(FIRST), ana)
    notice = session.scalars(select(NoticeRow)).one()
    other = grid((*FIRST[:7], "in-person"), names=NAMES)
    fault = only(recorded(session, other, ana))
    assert (fault.row, fault.column) == (2, "service")
    assert "service is mail on the docket and in-person in the file" in fault.message
    assert f"deadlines amend {notice.id[:8]} --service in-person" in fault.sentence
    fault = only(planned(session, grid((*FIRST[:6], "2026-10-22", "mail"))))
    assert f"deadlines strike {notice.id[:8]}" in fault.sentence
    fault = only(planned(session, grid((*FIRST[:2], "Other-Name", *FIRST[3:]))))
    assert "another client" in fault.message
    assert "Other-Name" not in fault.sentence
    assert "Canary" not in fault.sentence
    assert counted(session, NoticeRow) == 1


def test_after_an_amendment_the_old_file_and_the_corrected_one_add_nothing(session: Session, ana: Person) -> None:
    recorded(session, grid(FIRST), ana)
    notice = session.scalars(select(NoticeRow)).one()
    changes = Amendment(service_on=date(2026, 10, 26))
    amend_notice(session, desk(), notice, changes, reason="postmark", by=ana, now=LATER)
    names = (*NAMES, "service_on")
    for day in ("", "2026-10-26"):
        plan = planned(session, grid((*FIRST, day), names=names))
        assert [made.outcome for made in plan.rows] == ["known"], day
    fault = only(planned(session, grid((*FIRST, "2026-10-27"), names=names)))
    assert "service_on is 2026-10-26 on the docket and 2026-10-27 in the file" in fault.message


def test_a_struck_notice_stays_struck_until_the_file_is_corrected(session: Session, ana: Person) -> None:
    recorded(session, grid(FIRST), ana)
    notice = session.scalars(select(NoticeRow)).one()
    strike_notice(session, desk(), notice, reason="wrong date", by=ana, now=LATER)
    assert recorded(session, grid(FIRST), ana, LATER).count("known") == 1
    corrected = grid((*FIRST[:6], "2026-10-22", "mail"))
    assert recorded(session, corrected, ana, LATER).count("new") == 1
    assert recorded(session, corrected, ana, LATER).count("known") == 1
    assert counted(session, NoticeRow) == 2


def test_a_matter_with_somebody_else_is_refused(session: Session) -> None:
    ana, ben, _ = firm(session)
    open_matter(session, "2026-0143", client="Canary-Garcia", attorney=ana, actor="test", now=ENTERED)
    fault = only(planned(session, grid((*FIRST[:3], ben.email, *FIRST[4:]))))
    assert "another attorney" in fault.message
    fault = only(planned(session, grid((*FIRST[:3], "x@y.test", *FIRST[4:]))))
    assert (fault.column, fault.cell) == ("attorney", "D2")
    ana.active = False
    for said in (FIRST, (*FIRST[:3], "", *FIRST[4:])):
        fault = only(planned(session, grid(said)))
        assert (fault.row, fault.column) == (2, "matter")
        assert "ana@firm.test has left the firm and is still the attorney of matter 2026-0143" in fault.message
        assert "matter hand-over 2026-0143" in fault.sentence


def test_a_new_matter_needs_its_attorney_and_one_story(session: Session, ana: Person) -> None:
    person(session, "Ben Ode")
    nobody = (*FIRST[:3], "", *FIRST[4:])
    assert only(planned(session, grid(nobody))).column == "attorney"
    assert planned(session, grid(FIRST, ("K-9", *nobody[1:4], *SECOND[4:]))).faults == []
    other = ("K-9", "2026-0143", "Somebody", "ben@firm.test", *SECOND[4:])
    faults = planned(session, grid(FIRST, other)).faults
    assert [(fault.row, fault.column) for fault in faults] == [(3, "client"), (3, "attorney")]


@pytest.mark.parametrize("number", ["T2", "ÉT-2"])
def test_numbers_that_differ_in_capitals_only_are_one_matter(session: Session, ana: Person, number: str) -> None:
    capital, small = ("K-1", number, *FIRST[2:]), ("K-2", number.lower(), *FIRST[2:])
    assert [(fault.row, fault.column) for fault in planned(session, grid(capital, small)).faults] == [(3, "matter")]
    recorded(session, grid(capital), ana)
    assert only(planned(session, grid(small))).column == "matter"
    with pytest.raises(Conflict, match="capital and small letters only"):
        open_matter(session, number.lower(), client=None, attorney=ana, actor="test", now=ENTERED)
    assert open_matter(session, number, client=None, attorney=None, actor="test", now=ENTERED).reference == number


def test_a_known_key_with_other_capitals_strikes_nothing(session: Session, ana: Person) -> None:
    """The notice on the docket is right, and the file means it."""
    number = "a-" + FIRST[1]
    recorded(session, grid((FIRST[0], number, *FIRST[2:])), ana)
    written = (FIRST[0], number.upper(), *FIRST[2:])
    fault = only(planned(session, grid(written)))
    assert (fault.column, fault.advice) == ("matter", "")
    assert fault.message.endswith(f"Write {number} as the docket does.")
    fault = only(planned(session, grid((*written[:7], "in-person"))))
    assert f"Write {number} as the docket does. Correct what is wrong" in fault.message
    assert "deadlines amend" in fault.advice
    fault = only(planned(session, grid((*written[:6], "2026-10-22", "mail"))))
    assert "deadlines strike" in fault.advice


def test_the_same_notice_under_another_key_is_refused_unless_it_is_said(session: Session, ana: Person) -> None:
    twin = ("K-9", *FIRST[1:])
    assert "(row 2)" in only(planned(session, grid(FIRST, twin))).message
    recorded(session, grid(FIRST), ana)
    assert "(notice " in only(planned(session, grid(twin))).message
    said = grid((*twin, "yes"), names=(*NAMES, "again"))
    assert recorded(session, said, ana).count("new") == 1
    assert counted(session, NoticeRow) == 2


def test_a_protected_case_restricts_its_matter(session: Session, ana: Person) -> None:
    vawa = (*FIRST[:5], "I-360", *FIRST[6:], "vawa")
    plan = recorded(session, grid(vawa, names=(*NAMES, "fact.basis")), ana)
    assert plan.rows[0].restricts
    assert session.scalars(select(Matter)).one().restricted


def test_another_row_of_a_matter_that_a_row_before_it_restricts_comes_in(session: Session, ana: Person) -> None:
    """Also where who imports does not work on it."""
    dora = person(session, "Dora Dee", "docket")
    vawa = (*FIRST[:5], "I-360", *FIRST[6:], "vawa")
    plan = recorded(session, grid(vawa, (*SECOND, ""), names=(*NAMES, "fact.basis")), dora)
    assert (plan.faults, plan.count("new"), session.scalars(select(Matter)).one().restricted) == ([], 2, True)


def test_any_mistake_keeps_everything_out(session: Session, ana: Person) -> None:
    far = ("K-2", *FIRST[1:6], "2027-10-16", "mail")
    plan = recorded(session, grid(FIRST, far), ana)
    assert (only(plan).row, only(plan).column) == (3, "decided_on")
    assert counted(session, NoticeRow) == counted(session, Matter) == counted(session, Imported) == 0


def test_every_mistake_of_a_table_is_told_at_once(session: Session, ana: Person) -> None:
    names = (*NAMES, "service_on", "fact.asylum", "fact.detained", "reason")
    table = grid(
        (*FIRST, "2026-10-01", "maybe", "perhaps", "bad luck"),
        ("K-1", "", "", "nobody@firm.test", "uscis.denail", "I-999", "10/23/2026", "pigeon", "", "", "", ""),
        names=names,
    )
    rows, faults = read_rows(table, load_law())
    faults += check(session, desk(), rows, by=ana, today=TODAY).faults
    assert sorted((fault.row, fault.column) for fault in faults) == sorted(
        [
            (2, "service_on"), (2, "fact.asylum"), (2, "fact.detained"), (2, "reason"),
            (3, "key"), (3, "matter"), (3, "attorney"), (3, "kind"), (3, "form"), (3, "decided_on"), (3, "service"),
        ]
    )  # fmt: skip
    said = {(fault.row, fault.column): fault.sentence for fault in faults}
    assert said[3, "kind"].startswith("Row 3, kind (E3): Unknown kind 'uscis.denail'. Did you mean uscis.denial")
    assert "Row 3, key (A3): row 2 has the key" in said[3, "key"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("key", "matter", "kind"), [(1, "decided_on")]),
        ((*NAMES, "atorney"), [(1, "atorney")]),
        ((*NAMES, "fact.asylm"), [(1, "fact.asylm")]),
        ((*NAMES, "Key"), [(1, "key")]),
        (("KEY", "Matter", "Kind", "Decided  On"), []),
        (("key", "matter", "kind", "decided-on", "Fact: detained"), []),
    ],
)  # fmt: skip
def test_the_names_of_columns(names: tuple[str, ...], found: list[tuple[int, str]]) -> None:
    assert faults_of(grid(names=names)) == found


def test_an_unknown_column_is_told_the_nearest_name() -> None:
    [fault] = read_rows(grid(names=(*NAMES, "recieved_on")), load_law())[1]
    assert "Did you mean received_on?" in fault.sentence


@pytest.mark.parametrize(
    ("text", "dates", "day"),
    [
        ("2026-10-23", "iso", date(2026, 10, 23)),
        ("23 Oct 2026", "iso", date(2026, 10, 23)),
        (date(2026, 10, 23), "iso", date(2026, 10, 23)),
        ("10/23/2026", "iso", None),
        ("10/23/2026", "mdy", date(2026, 10, 23)),
        ("3/2/2026", "mdy", date(2026, 3, 2)),
        ("3/2/2026", "dmy", date(2026, 2, 3)),
        ("23/10/2026", "mdy", None),
        ("10/23/26", "mdy", None),
        ("2026-10-23", "mdy", date(2026, 10, 23)),
        (46_318, "mdy", None),
        (True, "iso", None),
    ],
)  # fmt: skip
def test_dates_are_read_without_guessing(text: Value, dates: str, day: date | None) -> None:
    rows, faults = read_rows(grid((*FIRST[:6], text, "mail")), load_law(), dates=dates)
    assert [fault.column for fault in faults] == ([] if day else ["decided_on"])
    assert day is None or rows[0].notice.decided_on == day


@pytest.mark.parametrize(("column", "value"), [(0, 143), (1, 143), (1, 2026.5), (1, "1,23E+11"), (0, "2.02612E+05")])
def test_numbers_that_may_have_lost_their_zeros_are_refused(column: int, value: Value) -> None:
    cells: list[Value] = list(FIRST)
    cells[column] = value
    [fault] = read_rows(grid(cells), load_law())[1]
    assert (fault.column, "as text" in fault.message) == (NAMES[column], True)


def test_facts_may_be_real_numbers_switches_and_days() -> None:
    names = (*NAMES, "fact.days", "fact.detained", "fact.hearing_on", "fact.rehearing_days")
    rows, faults = read_rows(grid((*FIRST, 200, True, date(2026, 12, 1), 45.0), names=names), load_law())
    assert faults == []
    assert rows[0].notice.facts == {
        "days": "200", "detained": "yes", "hearing_on": "2026-12-01", "rehearing_days": "45",
    }  # fmt: skip


def test_a_cell_under_no_name_is_refused() -> None:
    assert faults_of(grid((*FIRST, "stray"))) == [(2, "")]


def test_the_template_is_an_empty_table_that_is_read_without_a_mistake(database: Database) -> None:
    from deadlines.docket.template import csv_template, xlsx_template

    law = load_law()
    for body in (csv_template(), xlsx_template(law)):
        read = read_grid(body)
        assert read_rows(read, law) == ([], [])
        assert read.rows[0][1][:2] == ["key", "matter"]


def test_of_a_restricted_matter_nothing_is_told_to_who_does_not_work_on_it(session: Session, ana: Person) -> None:
    """Neither that there is one, nor how a row differs from what it holds (8 USC 1367)."""
    recorded(session, grid(FIRST), ana)
    session.scalars(select(Matter)).one().restricted = True
    session.flush()
    ben = person(session, "Ben", "paralegal")
    for cells in (FIRST, (*FIRST[:2], "Other", *FIRST[3:]), ("K-9", *FIRST[1:6], "2026-10-26", "mail")):
        fault = only(recorded(session, grid(cells), ben))
        assert (fault.column, fault.message) == ("matter", NOT_YOURS)
    assert counted(session, NoticeRow) == 1
    assert planned(session, grid(FIRST)).count("known") == 1


def test_the_number_of_a_restricted_matter_in_other_capitals_tells_no_more(session: Session, ana: Person) -> None:
    hidden = (FIRST[0], "S-1", *FIRST[2:])
    recorded(session, grid(hidden), ana)
    session.scalars(select(Matter)).one().restricted = True
    session.flush()
    ben = person(session, "Ben", "paralegal")
    for number in ("S-1", "s-1"):
        for cells in (("K-9", number, *FIRST[2:]), ("K-9", number, "", "", *FIRST[4:]), (FIRST[0], number, *FIRST[2:])):
            fault = only(recorded(session, grid(cells), ben))
            assert (fault.column, fault.message) == ("matter", NOT_YOURS)
    assert "write it as it is there" in only(planned(session, grid(("K-9", "s-1", *FIRST[2:])))).message
    assert only(recorded(session, grid(("K-9", "s-1", *FIRST[2:])), ben)).message == NOT_YOURS


def test_a_mistake_in_a_row_tells_nothing_of_the_number_in_other_capitals(session: Session, ana: Person) -> None:
    recorded(session, grid((FIRST[0], "S-1", *FIRST[2:])), ana)
    session.scalars(select(Matter)).one().restricted = True
    ben = person(session, "Ben", "paralegal")
    said = []
    for number in ("S-1", "s-1"):
        rows, _ = read_rows(grid(("K-9", number, "", "nobody@x.test", "no.such", *FIRST[5:])), load_law())
        said.append(check(session, desk(), rows, by=ben, today=TODAY).faults)
    assert [(fault.column, fault.message) for fault in said[0]] == [("matter", NOT_YOURS)]
    assert said[0] == said[1]


def test_the_key_of_a_restricted_matter_tells_nothing_under_another_number(session: Session, ana: Person) -> None:
    """A key may be guessed: the answer names no number, form or date of the matter that has it."""
    recorded(session, grid(FIRST), ana)
    session.scalars(select(Matter)).one().restricted = True
    ben = person(session, "Ben", "paralegal")
    foreign = (FIRST[0], "B-7", "", ana.email, "uscis.rfe", "I-485", "2026-10-20", "in-person")
    fault = only(recorded(session, grid(foreign), ben))
    assert (fault.column, fault.message) == ("key", NOT_YOURS)
    assert "matter is 2026-0143 on the docket" in only(planned(session, grid(foreign))).message
    strike_notice(session, desk(), session.scalars(select(NoticeRow)).one(), reason="wrong", by=ana, now=LATER)
    assert planned(session, grid(foreign)).count("new") == 1
    assert only(recorded(session, grid(foreign), ben)).message == NOT_YOURS


def test_who_may_still_verify_a_notice_is_told_only_what_differs(session: Session, ana: Person) -> None:
    """Not what was entered: that is to be read off the paper."""
    recorded(session, grid(FIRST), ana)
    ben = person(session, "Ben", "paralegal")
    other = grid((*FIRST[:5], "I-129", "2026-10-22", "in-person"))
    blind = only(recorded(session, other, ben)).message
    assert "with other facts: another form; another decided_on; another service." in blind
    assert not [word for word in ("I-140", "2026-10-23", "mail") if word in blind]
    assert "form is I-140 on the docket and I-129 in the file" in only(recorded(session, other, ana)).message


def test_the_same_file_again_adds_nothing_for_who_imported_it_also_where_it_restricted_a_matter(
    session: Session, ana: Person
) -> None:
    """An I-360 restricts its matter by itself (8 USC 1367): the next moment its paralegal sees it no more."""
    paula, max_ = (person(session, name, "paralegal") for name in ("Paula", "Max"))
    hidden = ("K-3", "2026-0200", "Canary-Ito", ana.email, "uscis.denial", "I-360", "2026-10-23", "mail")
    table = grid(FIRST, SECOND, hidden)
    assert recorded(session, table, paula).count("new") == 3
    again = recorded(session, table, paula, now=LATER)
    assert (again.faults, again.count("known"), counted(session, NoticeRow)) == ([], 3, 3)
    assert planned(session, table).count("known") == 3  # Ana, who works on it
    # To anybody else the very row tells no more than any other of that number, so that nobody finds out by trying.
    tried = [hidden, (*hidden[:6], "2026-10-26", "mail"), ("K-9", *hidden[1:])]
    said = [only(recorded(session, grid(cells), max_)) for cells in tried]
    assert [(fault.column, fault.message) for fault in said] == [("matter", NOT_YOURS)] * 3
    # Nor does the importer learn by another row what became of it since.
    for cells in (tried[1], (*hidden[:5], "I-485", *hidden[6:])):
        assert only(recorded(session, grid(cells), paula)).message == NOT_YOURS
    assert counted(session, NoticeRow) == 3
