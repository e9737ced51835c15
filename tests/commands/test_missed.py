"""`deadlines missed` through the real program."""

from datetime import date, timedelta

from tests.commands.conftest import Firm

TODAY = date.today()  # noqa: DTZ011  (the program's own day may be the one before: the found day is older)
DECIDED, FOUND = (TODAY - timedelta(days=60)).isoformat(), (TODAY - timedelta(days=3)).isoformat()


def missed(firm: Firm) -> str:
    firm.add("Ana Ruiz", "ana@firm.test")
    firm.run(
        "add", "--matter", "2026-0143", "--client", "Canary-Garcia", "--attorney", "ana@firm.test",
        "--kind", "uscis.denial", "--form", "I-140", "--decided-on", DECIDED, "--service", "in-person",
    )  # fmt: skip
    entry: str = next(line["entry"] for line in firm.data("list", "--past") if line["title"] == "Motion to reopen")
    return entry[:8]


def test_what_has_passed_is_recorded_and_what_may_help_is_shown(firm: Firm) -> None:
    entry = missed(firm)
    assert "deadlines missed ENTRY" in firm.good("list", "--past")
    listed = firm.good("list")
    assert ("PAST: " in listed, "No open window has its last day ahead." in listed) == (True, True)
    assert "No window is open" not in listed
    assert "nothing is filed" in firm.good("explain", entry)
    by = ("--by", "ana@firm.test")
    shown = firm.good("missed", entry, "--found-on", FOUND, "--how", "filed under another client", *by)
    assert "8 CFR 103.5(a)(1)(i)" in shown
    assert "notice of circumstances" in shown
    firm.good("missed", "log", entry, "called USCIS", *by)
    view = firm.data("missed", "show", entry)
    assert (view["whole"], [note["text"] for note in view["log"]]) == (True, ["called USCIS"])
    assert view["snapshot"]["notices"][0]["facts"]["decided_on"] == DECIDED
    assert [line["entry"][:8] for line in firm.data("missed", "list")] == [entry]
    assert "MISSED" in firm.good("explain", entry)
    assert firm.run("missed", entry, "--found-on", FOUND, "--how", "again", *by).returncode == 8


def test_the_partner_of_the_configuration_takes_it_back(firm: Firm) -> None:
    entry = missed(firm)
    firm.add("Paul Part", "paul@firm.test")
    with firm.config.open("a") as file:
        file.write('\n[follow_up]\npartner = "Paul@firm.test"\n')
    firm.good("missed", "record", entry, "--found-on", FOUND, "--how", "x", "--by", "ana@firm.test")
    assert firm.run("reopen", entry, "--reason", "no", "--by", "ana@firm.test").returncode == 8
    assert firm.data("reopen", entry, "--reason", "receipt found", "--by", "paul@firm.test")["status"] == "open"
