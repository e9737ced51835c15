"""`deadlines incoming` and `add --incoming`, through the real program."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

ANA, BEN = "ana@firm.example", "ben@firm.example"
LONG_AGO = (date.fromisoformat(RECENT) - timedelta(days=30)).isoformat()


@pytest.fixture
def office(firm: Firm) -> Firm:
    firm.add("Ana Ruiz", ANA)
    firm.add("Ben Ode", BEN, "paralegal")
    return firm


def denial(*more: str) -> tuple[str, ...]:
    return (
        "add", "--attorney", ANA, "--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT,
        "--service", "mail", "--by", BEN, *more,
    )  # fmt: skip


def listed(office: Firm, *more: str) -> Any:
    return office.data("incoming", "list", *more)


def test_a_paper_is_registered_grows_old_and_is_docketed_with_its_notice(office: Firm) -> None:
    words = ("incoming", "add", "USCIS denial I-140, A. Ruiz", "--at", "fax", "--by", BEN)
    assert "it must be on the docket by" in office.good(*words, "--received-on", LONG_AGO)
    [paper] = listed(office)
    assert (paper["title"], paper["at"], paper["overdue"]) == ("USCIS denial I-140, A. Ruiz", "fax", True)
    shown = office.good("incoming", "list")
    assert "NOT DOCKETED IN TIME" in shown
    assert "UNDOCKETED: 1 paper past the time" in shown
    assert "business days" in shown
    made = office.data(*denial("--matter", "A-1", "--incoming", paper["incoming"][:8]))
    assert listed(office) == []
    [settled] = listed(office, "--all")
    assert (settled["state"], settled["notice"], settled["matter"]) == ("docketed", made["notice"], "A-1")
    again = office.run(*denial("--matter", "A-2", "--incoming", paper["incoming"][:8]))
    assert (again.returncode, "docketed as notice" in again.stderr) == (8, True)


def test_a_notice_that_settles_no_paper_names_those_of_its_matter_that_wait(office: Firm) -> None:
    office.data(*denial("--matter", "A-1"))
    paper = office.data("incoming", "add", "another denial", "--matter", "A-1", "--received-on", RECENT, "--by", BEN)
    office.good("incoming", "add", "of another matter", "--by", BEN)
    other = denial("--matter", "A-1", "--again")
    made = office.data(*other)
    assert made["waiting"] == [{"id": paper["incoming"], "title": "another denial", "received_on": RECENT}]
    said = office.run(*other).stderr
    command = re.search(r"`deadlines (incoming docketed \w+ --notice \w+) --by ADDRESS`", said)
    assert command is not None, said
    office.good(*command[1].split(), "--by", ANA)
    assert office.data(*other)["waiting"] == []


def test_the_matter_of_the_paper_is_that_of_the_notice(office: Firm) -> None:
    first = office.data(*denial("--matter", "A-1"))
    paper = office.data("incoming", "add", "another denial", "--matter", "A-1", "--by", BEN)
    recorded = office.data(
        "add", "--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail",
        "--incoming", paper["incoming"], "--by", ANA,
    )  # fmt: skip
    assert recorded["matter"] == "A-1"
    other = office.data("incoming", "add", "the same denial again", "--by", BEN)["incoming"][:8]
    assert "is docketed as notice" in office.good(
        "incoming", "docketed", other, "--notice", first["notice"][:8], "--by", ANA
    )
    third = office.data("incoming", "add", "receipt", "--by", BEN)["incoming"][:8]
    assert "is dismissed" in office.good("incoming", "dismiss", third, "--reason", "a receipt", "--by", ANA)
    assert {view["state"] for view in listed(office, "--all")} == {"docketed", "dismissed"}


def test_a_restricted_paper_is_veiled(office: Firm) -> None:
    office.good(*denial("--matter", "A-1", "--restricted"))
    office.good("incoming", "add", "I-360 denial Canary", "--matter", "A-1", "--by", ANA)
    assert office.run("incoming", "add", "another paper", "--matter", "A-1", "--by", BEN).returncode == 7
    assert office.run("incoming", "add", "a paper", "--matter", "", "--by", BEN).returncode == 7  # an unset variable
    assert "Canary" not in office.good("incoming", "list", "--json")
    assert listed(office, "--by", BEN) == []
    [paper] = listed(office, "--by", ANA)
    assert "Canary" in paper["title"]
    office.good("incoming", "dismiss", paper["incoming"], "--reason", "Canary receipt", "--by", ANA)
    words = ("add", "--kind", "uscis.denial", "--decided-on", RECENT, "--incoming", paper["incoming"])
    refused = office.run(*words, "--by", BEN)
    assert (refused.returncode, "No incoming paper begins with" in refused.stderr) == (7, True)
    assert office.run(*words, "--by", ANA).returncode == 8


def test_hours_that_cannot_be_are_refused(office: Firm) -> None:
    done = office.run("incoming", "list", DEADLINES_INCOMING_OPENS="18:00")
    assert (done.returncode, "incoming.closes" in done.stderr) == (5, True)
