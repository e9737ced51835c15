"""Rows of a table: keys that are kept as one, numbers that are none, and clients of matters that have none."""

import unicodedata

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.import_rows import read_rows
from deadlines.docket.importing import check
from deadlines.docket.intake import open_matter
from deadlines.law import load_law
from deadlines.store.tables import Matter, Person
from tests.docket.desks import ENTERED, LATER, desk
from tests.docket.test_importing import FIRST, NAMES, SECOND, TODAY, grid, only, planned, recorded

OTHER = ("2026-0144", *FIRST[2:])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Q 1", "Q  1"),
        ("Q 1", "Q\u00a01"),
        ("É 1", unicodedata.normalize("NFD", "É 1")),
    ],
)
def test_keys_that_are_kept_as_one_are_one(first: str, second: str) -> None:
    """Or the second row would take the place of the first under it, and the file be refused for ever."""
    [fault] = read_rows(grid((first, *FIRST[1:]), (second, *OTHER)), load_law())[1]
    assert (fault.row, fault.column, fault.cell) == (3, "key", "A3")
    assert fault.message == f"row 2 has the key '{first}' too. Give each its own."


def test_a_key_in_another_form_is_the_one_that_is_on_the_docket(session: Session, ana: Person) -> None:
    recorded(session, grid(("É 1", *FIRST[1:])), ana)
    again = grid((unicodedata.normalize("NFD", "É  1"), *FIRST[1:]))
    assert recorded(session, again, ana, LATER).count("known") == 1


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), 1e300, 10**400, 12.5])
@pytest.mark.parametrize("name", ["fact.days", "fact.detained", "fact.hearing_on"])
def test_a_number_that_is_no_fact_is_a_mistake_of_its_row_and_column(
    session: Session, ana: Person, number: float, name: str
) -> None:
    rows, faults = read_rows(grid((*FIRST, number), names=(*NAMES, name)), load_law())
    faults += check(session, desk(), rows, by=ana, today=TODAY).faults
    assert [(fault.row, fault.column, fault.cell) for fault in faults] == [(2, name, "I2")]


def test_a_client_for_a_matter_that_has_none_is_told_beforehand(session: Session, ana: Person) -> None:
    open_matter(session, FIRST[1], client=None, attorney=ana, actor="test", now=ENTERED)
    plan = planned(session, grid(SECOND, FIRST))
    assert [row.names_client for row in plan.rows] == [False, True]
    assert session.scalars(select(Matter)).one().client is None
    assert [row.names_client for row in recorded(session, grid(SECOND, FIRST), ana).rows] == [False, True]
    assert session.scalars(select(Matter)).one().client == "Canary-Garcia"
    third = ("K-3", *FIRST[1:6], "2026-10-16", "mail")
    new = ("K-4", *OTHER)
    assert [row.names_client for row in planned(session, grid(third, new)).rows] == [False, False]


def test_two_clients_for_a_matter_that_has_none_are_a_mistake(session: Session, ana: Person) -> None:
    open_matter(session, FIRST[1], client=None, attorney=ana, actor="test", now=ENTERED)
    fault = only(recorded(session, grid(FIRST, (*SECOND[:2], "Other-Name", *SECOND[3:])), ana))
    assert (fault.row, fault.column) == (3, "client")
    assert fault.message == "row 2 names another client of matter 2026-0143. Make both the same."
    assert session.scalars(select(Matter)).one().client is None
