"""The life of an entry through the real program: verified, amended, agreed to, filed, reopened, struck."""

import hashlib
import json
import os
import pty
import shlex
import sqlite3
import subprocess
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import PROGRAM, RECENT, environment

DECIDED = date.fromisoformat(RECENT)
YESTERDAY = (DECIDED + timedelta(days=2)).isoformat()
ANA, BEN = "ana@firm.example", "ben@firm.example"
WHY = ("--reason", "the postmark on the envelope")
PAPER = ("--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail")
"""What the notice says that the office holds."""


@pytest.fixture
def office(firm: Firm) -> Firm:
    """Two people, and a denial with three windows."""
    return with_denial(firm, RECENT)


def with_denial(firm: Firm, decided_on: str) -> Firm:
    firm.add("Ana Ruiz", ANA)
    firm.add("Ben Ode", BEN, "paralegal")
    firm.data(
        "add", "--matter", "A-1", "--client", "Garcia", "--attorney", ANA, "--by", ANA, "--kind", "uscis.denial",
        "--form", "I-140", "--decided-on", decided_on, "--service", "mail",
    )  # fmt: skip
    return firm


def views(office: Firm) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.data("show", "A-1")["entries"]
    return found


def motion(office: Firm) -> dict[str, Any]:
    return next(view for view in views(office) if view["window"]["rule"] == "uscis.motion.reopen")


def refused(office: Firm, *words: str) -> tuple[int, str]:
    done = office.run(*words)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def refused_usage(office: Firm, *words: str) -> tuple[int, str]:
    done = office.run(*words)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_verify_shows_the_working_and_signs(office: Firm) -> None:
    entry = motion(office)["entry"][:8]
    assert "unverified" in office.good("list")
    shown = office.good("verify", entry, *PAPER, "--by", BEN)
    assert "Working" in shown
    assert f"Version 1 is verified by {BEN}." in shown
    for words in (("list",), ("explain", entry), ("show", "A-1")):
        assert f"verified by {BEN} on" in office.good(*words)
    assert refused(office, "verify", entry, *PAPER, "--by", BEN)[0] == 8


def test_who_enters_is_named_where_two_could_and_may_not_verify_it(office: Firm) -> None:
    words = ("add", "--matter", "A-9", "--client", "Lopez", "--attorney", ANA, *PAPER)
    status, said = refused(office, *words)
    assert (status, "--by ADDRESS" in said) == (3, True)
    assert refused(office, "show", "A-9")[0] == 7
    made = office.data(*words, "--by", BEN)
    assert made["entered_by"] == BEN
    status, said = refused(office, "verify", made["entries"][0]["entry"], *PAPER, "--by", BEN)
    assert (status, "another person must verify it" in said) == (8, True)


def test_who_may_still_verify_is_not_shown_what_was_entered(office: Firm) -> None:
    found = motion(office)
    for words in (("show", "A-1"), ("show", found["entry"]), ("show", found["notice"]), ("explain", found["entry"])):
        shown, told = office.good(*words, "--by", BEN), office.good(*words, "--json", "--by", BEN)
        for secret in (RECENT, f"{DECIDED:%b %Y}, service", "uscis.denial", "by mail", "I-140"):
            assert secret not in shown + told, (words, secret)
        assert "you may still verify this notice" in shown
        assert RECENT in office.good(*words, "--json", "--by", ANA)
        assert RECENT in office.good(*words, "--json")
    office.add("Nell", "nell@firm.example")
    office.good("matter", "restrict", "A-1")
    for words in (("show", "A-1"), ("explain", found["entry"])):
        assert refused(office, *words, "--by", "nell@firm.example")[0] == 7


def test_a_look_that_differs_is_refused_without_the_values_and_told(office: Firm) -> None:
    office.add("Dora Dee", "dora@firm.example", "docket")
    found = motion(office)
    entry = found["entry"][:8]
    other = ("--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "fax")
    done = office.run("verify", entry, *other, "--by", BEN)
    assert (done.returncode, done.stdout) == (8, "")
    assert "in the form, the way of service. Nothing is verified" in done.stderr
    assert not [word for word in ("I-140", "mail", RECENT, "Working") if word in done.stderr], done.stderr
    assert "TWO ENTRIES DIFFER" in office.good("list")
    told = " ".join(office.good("explain", entry).split())
    assert f"{BEN} read the notice on" in told
    # The form is no field of an amendment: whatever speaks of it says who strikes the notice.
    striking = "an attorney, somebody of the docket role or a partner strikes the notice"
    assert f"{striking} with `deadlines strike {found['notice'][:8]}`" in done.stderr
    assert f"{striking}, and it is recorded anew" in told
    assert f"deadlines strike {found['notice'][:8]} …" in told
    assert "deadlines amend" not in done.stderr + told
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        people = connection.execute("select p.email from letter join person p on p.id = person_id").fetchall()
    assert sorted(people) == [(ANA,), ("dora@firm.example",)]  # who entered it, and who keeps the docket
    signed = office.data("verify", "--notice", found["notice"][:8], *PAPER, "--by", "dora@firm.example")
    assert (len(signed["verified"]), signed["left"]) == (3, [])
    assert [view["discrepancy"] for view in signed["verified"]] == [[], [], []]


def test_in_a_pipe_what_was_not_read_is_named(office: Firm) -> None:
    entry = motion(office)["entry"][:8]
    status, said = refused_usage(office, "verify", entry, "--by", BEN)
    assert (status, "Missing --kind, --form, --decided-on, --service" in said) == (2, True)
    assert refused_usage(office, "verify", "--by", BEN)[0] == 2
    assert refused(office, "verify", entry, *PAPER[:-4], "--decided-on", "02/03/2026", *PAPER[-2:], "--by", BEN)[0] == 3


def test_only_somebody_who_is_here_answers_for_anything(office: Firm) -> None:
    office.add("Lea Left", "left@firm.example")
    office.good("person", "deactivate", "left@firm.example")
    found = motion(office)
    entry, notice = found["entry"][:8], found["notice"][:8]
    assert refused(office, "verify", entry, *PAPER, "--by", "nobody@firm.example")[0] == 7
    for words in (
        ("verify", entry, *PAPER), ("file", entry, "--on", YESTERDAY, "--proof", "IOE1"), ("waive", entry, *WHY),
        ("strike", notice, *WHY), ("amend", notice, "--service", "fax", *WHY), ("reopen", entry, *WHY),
    ):  # fmt: skip
        assert refused(office, *words, "--by", "left@firm.example")[0] == 8
    assert {view["status"] for view in views(office)} <= {"open", "information"}
    assert motion(office)["status"] == "open"


def test_an_amendment_that_makes_dates_later_needs_a_second_person(office: Firm) -> None:
    before = motion(office)
    late = (DECIDED + timedelta(days=3)).isoformat()
    answer = office.data("amend", before["notice"][:8], "--service-on", late, *WHY, "--by", ANA)
    assert {(move["kind"], move["outcome"]) for move in answer["moves"]} <= {("later", "waiting")}
    assert motion(office)["window"]["last_day"] == before["window"]["last_day"]
    assert "other dates wait" in office.good("list")
    proposal = motion(office)["waits"]
    assert "agreed" in office.good("proposal", "list")
    shown = office.good("proposal", "show", proposal[:8])
    assert "the postmark on the envelope" in shown
    assert "Working" in shown
    status, said = refused(office, "proposal", "accept", proposal[:8], "--by", ANA)
    assert (status, "second, other person" in said) == (8, True)
    assert "the dates are now" in office.good("proposal", "accept", proposal[:8], "--by", BEN)
    after = motion(office)
    assert after["window"]["last_day"] > before["window"]["last_day"]
    assert (after["version"], after["recorded_by"], after["reason"]) == (2, BEN, WHY[1])
    assert proposal in {view["proposal"] for view in office.data("proposal", "list", "--all")}
    assert proposal not in {view["proposal"] for view in office.data("proposal", "list")}
    other = office.data("proposal", "list")[0]["proposal"]
    ignored = office.data("proposal", "ignore", other[:8], "--by", BEN, "--reason", "not for this one")
    assert (ignored["state"], ignored["decision"], ignored["decided_by"]) == ("ignored", "not for this one", BEN)


def test_an_amendment_that_makes_dates_earlier_holds_at_once(firm: Firm) -> None:
    """Day 30 on a Tuesday, Wednesday or Thursday: neither weekend nor holiday moves it to where day 33 rests."""
    days = (DECIDED - timedelta(days=back) for back in range(7))
    office = with_denial(firm, next(day for day in days if (day.weekday() + 30) % 7 in (1, 2, 3)).isoformat())
    before = motion(office)
    shown = office.good("amend", before["notice"][:8], "--service", "in-person", *WHY, "--by", ANA)
    assert "moved at once" in shown
    assert motion(office)["window"]["last_day"] < before["window"]["last_day"]
    status, said = refused(office, "amend", before["notice"][:8], "--service", "fax", *WHY, "--by", ANA)
    assert (status, motion(office)["notice"][:8] in said) == (8, True)


def test_facts_and_days_can_be_taken_away(office: Firm) -> None:
    notice = motion(office)["notice"][:8]
    first = office.data("amend", notice, "--fact", "filing=online", "--received-on", RECENT, *WHY, "--by", ANA)
    words = ("--fact", "filing=", "--received-on", "none", *WHY, "--by", ANA)
    second = office.data("amend", first["notice"][:8], *words)
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        rows = connection.execute("select id, facts, amends_id from notice order by entered_at").fetchall()
    assert [row[2] for row in rows] == [None, rows[0][0], first["notice"]]
    assert json.loads(rows[1][1])["facts"] == {"filing": "online"}
    assert json.loads(rows[2][1]) == json.loads(rows[0][1])
    assert second["amends"] == first["notice"]


def test_what_cannot_be_amended(office: Firm) -> None:
    notice = motion(office)["notice"][:8]
    for words, status, part in (
        ((), 2, "Name what is to be corrected"),
        (("--service-on", "02/03/2026"), 3, "--service-on"),
        (("--fact", "filing"), 3, "NAME=VALUE"),
        (("--fact", "filing=", "--fact", "filing=online"), 3, "contradict"),
        (("--service", "mail"), 3, "says this already"),
        (("--printed-deadline", "2020-01-01"), 3, "lies before the decision date"),
        (("--received-on", "2031-01-01"), 3, "lies in the future"),
    ):
        found, said = refused(office, "amend", notice, *words, *WHY, "--by", ANA)
        assert (found, part in said) == (status, True), said
    assert office.data("proposal", "list", "--all") == []


def test_filing_waiving_and_taking_it_back(office: Firm) -> None:
    entry = motion(office)["entry"]
    done = office.data("file", entry[:8], "--on", YESTERDAY, "--proof", "IOE0912345678", "--by", BEN)
    assert (done["status"], done["closing"]["timeliness"], done["closed_by"]) == ("satisfied", "timely", BEN)
    assert "IOE0912345678" in office.good("explain", entry[:8])
    assert entry not in {line["entry"] for line in office.data("list")}
    assert "is open again" in office.good("reopen", entry[:8], *WHY, "--by", ANA)
    assert entry in {line["entry"] for line in office.data("list")}
    assert "waived on" in office.good("waive", entry[:8], "--reason", "a new petition", "--by", ANA)
    assert "a new petition" in office.good("show", "A-1")
    states = {reminder["state"] for reminder in office.data("show", "A-1")["reminders"] if reminder["entry"] == entry}
    assert states <= {"cancelled", "superseded"}


def test_a_late_filing_is_said_loudly(office: Firm) -> None:
    office.data(
        "add", "--matter", "A-2", "--client", "Lopez", "--attorney", ANA, "--by", ANA, "--kind", "uscis.denial",
        "--form", "I-140", "--decided-on", "2026-01-05", "--service", "mail",
    )  # fmt: skip
    line = next(line for line in office.data("list", "--matter", "A-2") if line["title"] == "Motion to reopen")
    shown = office.good("file", line["entry"][:8], "--on", "2026-03-02", "--proof", "stamped copy", "--by", ANA)
    assert "LATE: the filing of Mon 2 Mar 2026 came after the last day Mon 9 Feb 2026." in shown
    assert "Tell the responsible attorney now." in shown


def test_an_alternative_beside_one_that_was_filed_is_refused_or_said_loudly(office: Firm) -> None:
    found = {view["window"]["rule"]: view["entry"][:8] for view in views(office)}
    words = ("--on", YESTERDAY, "--proof", "IOE1", "--by", ANA)
    office.good("file", found["uscis.motion.reopen"], *words)
    status, said = refused(office, "file", found["uscis.appeal.aao"], *words)
    assert (status, "[8 CFR 103.2(a)(7)(iv)]" in said, "--anyway" in said) == (8, True, True)
    shown = office.good("file", found["uscis.appeal.aao"], *words, "--anyway")
    assert "timely, beside an alternative" in shown
    assert "NOT BOTH: Motion to reopen" in shown


def test_the_list_says_which_entries_are_alternatives(office: Firm) -> None:
    """8 CFR 103.2(a)(7)(iv): the appeal or the motions; the two motions go on one form."""
    found = {view["window"]["rule"]: view["entry"] for view in views(office)}
    appeal, reopen, again = (found[f"uscis.{n}"] for n in ("appeal.aao", "motion.reopen", "motion.reconsider"))
    shown = {line["entry"]: {item["entry"] for item in line["alternatives"]} for line in office.data("list")}
    assert shown == {appeal: {reopen, again}, reopen: {appeal}, again: {appeal}}
    [row] = [line for line in office.good("list").splitlines() if f"  {reopen[:8]}  " in line]
    assert f"or {appeal[:8]}" in row
    office.good("file", reopen[:8], "--on", YESTERDAY, "--proof", "IOE1", "--by", ANA)
    assert f"or {reopen[:8]} (FILED)" in office.good("list")
    [line] = [line for line in office.data("list") if line["entry"] == appeal]
    assert {item["entry"]: item["filed_on"] for item in line["alternatives"]} == {reopen: YESTERDAY, again: None}


@pytest.mark.parametrize(("act", "how"), [("waive", "waived"), ("strike", "struck")])
def test_what_is_waived_or_struck_after_its_last_day_is_said_loudly(office: Firm, act: str, how: str) -> None:
    """Dated Mon 5 January 2026 and mailed: the last day was Mon 9 February, by 8 CFR 103.5 and 103.8(b)."""
    name = {"waive": "entry", "strike": "notice"}[act]
    assert "PASSED" not in office.good(act, motion(office)[name][:8], *WHY, "--by", ANA)
    office.data(
        "add", "--matter", "A-2", "--client", "Lopez", "--attorney", ANA, "--by", ANA, "--kind", "uscis.denial",
        "--form", "I-140", "--decided-on", "2026-01-05", "--service", "mail",
    )  # fmt: skip
    old = next(view for view in office.data("show", "A-2")["entries"] if view["window"]["title"] == "Motion to reopen")
    shown = " ".join(office.good(act, old[name][:8], *WHY, "--by", ANA).split())
    assert f"PASSED: the last day, Mon 9 Feb 2026, had passed when it was {how}." in shown
    assert "`deadlines missed` records that it was missed" in shown


def test_striking_a_notice(office: Firm) -> None:
    notice = motion(office)["notice"]
    answer = office.data("strike", notice[:8], *WHY, "--by", ANA)
    assert {struck["entry"] for struck in answer["struck"]} == {view["entry"] for view in views(office)}
    assert office.data("list") == []
    assert {view["status"] for view in views(office)} == {"struck"}


def spoil(office: Firm) -> None:
    """As if an edition of the law had given a later last day: what is stored is one day too late."""
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        rule = "(select id from entry where rule = 'uscis.motion.reopen')"
        connection.execute(f"update deadline set last_day = date(last_day, '+1 day') where entry_id in {rule}")


def test_recompute_tries_tells_and_moves(office: Firm) -> None:
    assert "Every stored date is what the law data gives." in office.good("recompute")
    right = motion(office)["window"]["last_day"]
    spoil(office)
    tried = office.data("recompute", "--dry-run")
    assert [(move["kind"], move["outcome"]) for move in tried["moves"]] == [("earlier", "applied")]
    assert office.data("proposal", "list", "--all") == []
    shown = office.good("recompute")
    assert "earlier, moved at once" in shown
    assert "8 CFR 103.5(a)" in shown
    assert "3 open entries checked, 1 other dates" in shown
    assert (motion(office)["version"], motion(office)["window"]["last_day"]) == (2, right)
    assert office.data("recompute")["moves"] == []


def test_recompute_says_of_a_mixed_change_what_holds_at_once(office: Firm) -> None:
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        rule = "(select id from entry where rule = 'uscis.motion.reopen')"
        connection.execute(
            f"update deadline set last_day = date(last_day, '+1 day'), safe_by = date(safe_by, '-1 day') "
            f"where entry_id in {rule}"
        )
    assert "mixed: what comes earlier moved at once, what comes later waits" in office.good("recompute")


def test_recompute_names_what_cannot_be_computed_and_fails(office: Firm) -> None:
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        connection.execute("update notice set facts = '{\"kind\": 7}'")
    done = office.run("recompute", "--json")
    assert done.returncode == 1
    [failure] = json.loads(done.stdout)["failures"]
    assert failure["matter"] == "A-1"
    assert "cannot be read" in failure["sentence"]


def dispute(office: Firm, sentence: str) -> None:
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        rule = "(select id from entry where rule = 'uscis.motion.reopen')"
        connection.execute(
            f"update deadline set window = json_set(window, '$.dispute', ?) where entry_id in {rule}", [sentence]
        )
    # Written behind the program, so somebody signs for it; here it stands for another edition of the law.
    office.good("db", "seal", motion(office)["entry"], "--by", "ana@firm.example", "--reason", "a test")


def test_a_disputed_date_is_shown_told_and_resolved(office: Firm) -> None:
    dispute(office, "The notice prints another deadline.")
    entry = motion(office)["entry"][:8]
    assert "PRINTED DATE DISPUTED" in office.good("list")
    assert "Printed date disputed: The notice prints another deadline." in office.good("explain", entry)
    checks = {check["id"]: check for check in json.loads(office.run("doctor", "--json").stdout)["checks"]}
    assert checks["disputes"]["state"] == "warning"
    assert "deadlines resolve" in refused(office, "verify", entry, *PAPER, "--by", BEN)[1]
    assert "resolved" in office.good("resolve", entry, "--use", "printed", "--reason", "it controls", "--by", ANA)
    explained = office.good("explain", entry)
    assert "Dispute resolved for the printed deadline" in explained
    assert "by ana@firm.example: it controls" in explained
    assert "disputed" not in explained.lower()
    assert "is verified by" in office.good("verify", entry, *PAPER, "--by", BEN)


def test_what_a_filing_ended_is_printed_with_the_command_that_closes_it(office: Firm) -> None:
    until = (DECIDED + timedelta(days=60)).isoformat()
    made = office.data(
        "add", "--matter", "A-3", "--client", "Diaz", "--attorney", ANA, "--by", ANA,
        "--kind", "ij.order", "--decided-on", RECENT,
        "--fact", "voluntary_departure=pre-conclusion", "--fact", f"departure_until={until}", "--fact", "appeal=waived",
    )  # fmt: skip
    entries = {entry["rule"]: entry["entry"][:8] for entry in made["entries"]}
    shown = office.good("file", entries["eoir.motion.reopen"], "--on", YESTERDAY, "--proof", "stamped", "--by", ANA)
    assert f"ENDED  Last day of voluntary departure, entry {entries['departure.voluntary']}, open" in shown
    [command] = [line.strip() for line in shown.splitlines() if line.strip().startswith("deadlines waive")]
    words = shlex.split(command.replace("ADDRESS", ANA))[1:]
    assert "1240.26(b)(3)(iii)" in office.good(*words)
    assert "ENDED: Motion to reopen" in office.good("explain", entries["departure.voluntary"])


def test_what_is_printed_to_enter_the_next_clock_enters_it(office: Firm) -> None:
    until = (DECIDED + timedelta(days=50)).isoformat()
    made = office.data(
        "add", "--matter", "A-4", "--client", "Sosa", "--attorney", ANA, "--by", ANA, "--kind", "bia.decision",
        "--decided-on", RECENT, "--fact", "voluntary_departure=post-conclusion", "--fact", f"departure_until={until}",
    )  # fmt: skip
    entry = next(item["entry"] for item in made["entries"] if item["rule"] == "court.petition-for-review")
    before = office.good("explain", entry[:8])
    assert "--fact petition=filed --fact case_filed_on=DATE" in before
    shown = office.good("file", entry[:8], "--on", YESTERDAY, "--proof", "docketed", "--by", ANA)
    [command] = [line.strip() for line in shown.splitlines() if line.strip().startswith("deadlines amend")]
    assert "The same command as above enters it." in shown
    assert f"case_filed_on={YESTERDAY}" in command
    moves = office.data(*shlex.split(command.replace("REASON", "filed").replace("ADDRESS", ANA))[1:])["moves"]
    assert [move["title"] for move in moves if move["kind"] == "new"] == ["Leaving after the petition for review"]
    assert "deadlines amend" not in office.good("show", entry[:8])


def test_what_comes_next_is_printed_after_filing_and_in_json(office: Firm) -> None:
    relation: dict[str, Any] = {
        "kind": "starts", "on": "denied", "rule": None, "notice": "uscis.motion.denial", "facts": {},
        "text": "A denied motion has windows of its own.", "cite": ["8 CFR 103.5(a)(6)"],
    }  # fmt: skip
    with sqlite3.connect(office.folder / "deadlines.sqlite3") as connection:
        connection.execute("update deadline set window = json_set(window, '$.relations', json(?))",
                           [json.dumps([relation])])  # fmt: skip
    entry = motion(office)["entry"][:8]
    shown = office.good("file", entry, "--on", YESTERDAY, "--proof", "IOE1", "--by", BEN)
    assert "If it is denied: A denied motion has windows of its own. [8 CFR 103.5(a)(6)]" in shown
    assert "deadlines add --matter A-1 --kind uscis.motion.denial --form I-140 --decided-on DATE" in shown
    assert "A denied motion" in office.good("show", "A-1")
    assert office.data("show", entry)["follow_ons"][0]["notice"] == "uscis.motion.denial"


def on_terminal(office: Firm, answers: str, *words: str) -> str:
    """What the program shows on a terminal on which somebody types the answers."""
    ours, theirs = pty.openpty()
    command = [*PROGRAM, "--config", str(office.config), *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=office.folder, env=environment(TERM="dumb")
    ) as running:
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = b""
        with suppress(OSError):
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode()


def test_on_a_terminal_it_is_asked_who_enters(office: Firm) -> None:
    words = ("add", "--matter", "A-9", "--client", "Lopez", "--attorney", ANA, *PAPER, "--reason", "error", "--yes")
    shown = on_terminal(office, f"nobody@firm.example\n{BEN}\n\n\n\n", *words)
    assert f"It is one of {ANA}, {BEN}." in shown
    assert f"in matter A-9, entered by {BEN}." in shown


def test_on_a_terminal_the_paper_is_asked_for_and_nothing_is_shown_before_both_are_compared(office: Firm) -> None:
    found = motion(office)
    answers = f"uscis.denial\nI-140\n{RECENT}\nmail\n\n\n\n"
    shown = on_terminal(office, answers, "verify", found["entry"][:8], "--by", BEN)
    asked, _, after = shown.partition("Deadline that the notice prints")
    assert "Look at the notice itself" in asked
    assert "A-1" not in asked
    assert "Working" not in asked
    assert "Working" in after
    assert f"is verified by {BEN}" in after


def test_a_filing_is_proved_by_a_receipt_or_a_copy_and_looked_at_by_another(office: Firm) -> None:
    entry = motion(office)["entry"][:8]
    status, said = refused(office, "file", entry, "--on", YESTERDAY, "--receipt", "IOE1", "--by", ANA)
    assert (status, "three letters and ten digits" in said) == (3, True)
    status, said = refused(office, "file", entry, "--on", YESTERDAY, "--copy", "absent.pdf", "--by", ANA)
    assert (status, "absent.pdf cannot be read" in said) == (3, True)
    (office.folder / "stamped.pdf").write_bytes(b"FILED")
    done = office.data("file", entry, "--on", YESTERDAY, "--copy", "stamped.pdf", "--by", ANA)
    copy = {"name": "stamped.pdf", "size": 5, "sha256": hashlib.sha256(b"FILED").hexdigest()}
    assert (done["status"], done["closing"]["evidence"]["copy"]) == ("satisfied", copy)
    assert refused(office, "recheck", entry, "--by", ANA)[0] == 8
    assert f"re-checked by {BEN}" in office.good("recheck", entry, "--by", BEN)
    [line] = office.data("list", "--closed-today")
    assert (line["entry"][:8], line["rechecked_by"]) == (entry, BEN)
    shown = office.good("list", "--all")
    assert "Motion to reconsider" in shown.partition("Closed")[0]
    assert f"re-checked by {BEN}" in shown.partition("Closed")[2]


def test_a_tracking_number_alone_closes_nothing(office: Firm) -> None:
    entry = motion(office)["entry"][:8]
    shown = office.good("file", entry, "--on", YESTERDAY, "--tracking", "1Z 999", "--by", ANA)
    assert "STILL OPEN" in shown
    assert "a tracking number proves dispatch, not receipt" in shown
    assert "RECEIPT NOT PROVED" in office.good("explain", entry)
    sent = office.data("dispatched", entry, "--on", YESTERDAY, "--tracking", "1Z 1000", "--by", BEN)
    assert (sent["status"], sent["dispatched"]["tracking"]) == ("open", "1Z 1000")


def test_the_attorney_initials_what_they_saw(office: Firm) -> None:
    entry = motion(office)["entry"][:8]
    assert refused(office, "initial", entry, "--by", BEN)[0] == 8
    assert f"is initialed by {ANA}" in office.good("initial", entry, "--source", "order p. 1", "--by", ANA)
    assert f"initialed by {ANA}" in office.good("list")
    assert f"{ANA} saw: order p. 1" in office.good("explain", entry)
