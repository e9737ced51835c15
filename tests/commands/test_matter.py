"""`deadlines matter` through the real program: restrictions are set at once and taken back only with reason."""

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

ANA = "ana@firm.example"


def record(firm: Firm, matter: str, *words: str) -> str:
    made = firm.data(
        *("add", "--matter", matter, "--attorney", ANA, "--kind", "uscis.denial", "--decided-on", RECENT),
        *("--service", "mail", "--by", ANA, *words),
    )
    notice: str = made["notice"]
    return notice


def restricted(firm: Firm, matter: str) -> bool:
    found: bool = firm.data("show", matter)["restricted"]
    return found


def test_a_form_that_may_be_a_protected_one_is_kept_in_until_its_class_is_said(firm: Firm) -> None:
    firm.add("Ana", ANA)
    notice = record(firm, "M-1", "--form", "I-360")
    assert restricted(firm, "M-1")
    undo = ("matter", "unrestrict", "M-1", "--reason", "religious worker", "--by", ANA)
    refused = firm.run(*undo)
    assert (refused.returncode, "deadlines amend" in refused.stderr) == (8, True)
    firm.good("amend", notice, "--fact", "basis=religious", "--reason", "class found", "--by", ANA)
    assert restricted(firm, "M-1")  # nobody but a person takes it back
    assert firm.data(*undo) == {"matter": "M-1", "restricted": False}
    assert not restricted(firm, "M-1")
    assert firm.run(*undo).returncode == 8


def test_what_is_protected_stays_so(firm: Firm) -> None:
    firm.add("Ana", ANA)
    record(firm, "M-1", "--form", "I-360", "--fact", "basis=vawa")
    refused = firm.run("matter", "unrestrict", "M-1", "--reason", "x", "--by", ANA)
    assert (refused.returncode, restricted(firm, "M-1")) == (8, True)


def test_a_mark_set_by_mistake_is_taken_back(firm: Firm) -> None:
    firm.add("Ana", ANA)
    record(firm, "M-1", "--form", "I-140")
    firm.add("Ben", "ben@firm.example")
    refused = firm.run("matter", "restrict", "M-1", "--reason", " ")
    assert (refused.returncode, restricted(firm, "M-1")) == (3, False)
    done = firm.data("matter", "restrict", "M-1", "--reason", "the client asks  for it")
    assert done == {"matter": "M-1", "restricted": True, "followed": []}
    with closing(sqlite3.connect(firm.folder / "deadlines.sqlite3")) as connection:
        [(detail,)] = connection.execute("SELECT detail FROM audit WHERE action = 'matter.restrict'").fetchall()
    assert json.loads(detail) == {"reason": "the client asks for it"}
    refused = firm.run("matter", "unrestrict", "M-1", "--reason", "x", "--by", "ben@firm.example")
    assert (refused.returncode, restricted(firm, "M-1")) == (7, True)  # he does not work on it
    firm.good("matter", "unrestrict", "M-1", "--reason", "wrong number", "--by", ANA)
    assert not restricted(firm, "M-1")


def test_people_come_and_go_for_programs_too(firm: Firm) -> None:
    firm.add("Ana", ANA)
    firm.add("Paula", "paula@firm.example", "paralegal")
    record(firm, "M-1", "--form", "I-140")
    joined = firm.data("matter", "assign", "M-1", "paula@firm.example")
    assert joined == {"matter": "M-1", "person": "paula@firm.example"}
    assert firm.data("matter", "unassign", "M-1", "paula@firm.example")["calendars_ended"] == 0
    firm.good("team", "add", "T")
    assert firm.data("team", "join", "T", ANA) == {"name": "T", "person": ANA, "member": True}
    assert firm.data("team", "leave", "T", ANA)["member"] is False


def test_a_matter_goes_to_another_attorney_who_is_told(firm: Firm) -> None:
    firm.add("Ana", ANA)
    firm.add("Ben", "ben@firm.example")
    record(firm, "M-1", "--form", "I-140")
    count = len(firm.data("list"))
    assert count > 0
    assert firm.data("matter", "hand-over", "M-1", "ben@firm.example") == {
        "matter": "M-1",
        "attorney": "ben@firm.example",
        "open": count,
        "away": "",
    }
    assert firm.data("matter", "people", "M-1") == [{"person": "ben@firm.example", "as": "attorney"}]
    assert {line["person"] for line in firm.data("remind", "list")} == {"ben@firm.example"}
    assert firm.run("matter", "hand-over", "M-1", "ben@firm.example").returncode == 8
    assert firm.run("matter", "hand-over", "M-1", "nobody@firm.example").returncode == 7


def test_somebody_who_left_comes_back(firm: Firm) -> None:
    firm.add("Ana", ANA)
    assert firm.run("person", "activate", ANA).returncode == 8
    firm.good("person", "deactivate", ANA)
    assert firm.data("person", "activate", ANA)["active"] is True
    record(firm, "M-1", "--form", "I-140")


def test_a_matter_opens_only_with_an_answer_to_its_dates(firm: Firm) -> None:
    firm.add("Ana", ANA)
    words = ("matter", "open", "M-1", "--client", "Ito", "--attorney", ANA, "--by", ANA)
    refused = firm.run(*words)
    assert (refused.returncode, "Which deadline dates need to be calendared?" in refused.stderr) == (3, True)
    assert firm.data("matter", "list") == []
    day = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011  (any day to come)
    assert firm.data(*words, "--none-until", day) == {
        "matter": "M-1", "restricted": False, "incoming": None, "look_again_on": day,
    }  # fmt: skip
    [line] = firm.data("matter", "list", "--quiet")
    assert (line["look_again_on"], line["looked_by"], line["to_look_at"]) == (day, "Ana", False)
    later = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011
    assert firm.data("matter", "look", "M-1", "--again-on", later, "--by", ANA)["look_again_on"] == later
    paper = firm.data("matter", "open", "M-2", "--attorney", ANA, "--by", ANA, "--paper", "USCIS denial I-485")
    assert "waits: `deadlines add --incoming" in firm.good(
        "matter", "open", "M-3", "--attorney", ANA, "--by", ANA, "--paper", "RFE"
    )
    kind = ("--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail")
    assert firm.data("add", "--incoming", paper["incoming"], *kind)["matter"] == "M-2"


def test_a_matter_is_closed_and_a_notice_opens_it_again(firm: Firm) -> None:
    firm.add("Ana", ANA)
    record(firm, "M-1", "--form", "I-140")
    over = ("matter", "close", "M-1", "--reason", "approved", "--by", ANA)
    refused = firm.run(*over)
    assert (refused.returncode, refused.stderr.count("is open and not verified")) == (8, 3)
    for line in firm.data("list"):
        firm.good("waive", line["entry"], "--reason", "client leaves", "--by", ANA)
    assert firm.data(*over)["reason"] == "approved"
    assert firm.data("matter", "list") == []
    assert firm.data("matter", "list", "--all")[0]["closed_at"]
    assert "CLOSED" in firm.good("show", "M-1")
    assert firm.data("matter", "reopen", "M-1", "--reason", "client is back", "--by", ANA)["closed_at"] is None
    firm.good(*over)
    words = ("add", "--matter", "M-1", "--kind", "uscis.denial", "--form", "I-485", "--service", "mail")
    assert "was closed, and is open again" in firm.good(*words, "--decided-on", RECENT)
    assert firm.data("show", "M-1")["closed_at"] is None
