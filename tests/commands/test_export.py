"""`deadlines export`: calendar files and tables that other programs read."""

import csv
import io
import json
import stat

import openpyxl
import pytest
from click.testing import CliRunner

from deadlines.commands.root import program
from tests.commands.conftest import Firm
from tests.commands.program import RECENT
from tests.reading import events_of


def recorded(firm: Firm, *words: str) -> None:
    firm.add("Ana", "ana@firm.example")
    firm.good(
        *("add", "--matter", "2026-0143", "--client", "Canary", "--attorney", "ana@firm.example"),
        *("--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail", "--json"),
        *words,
    )


def test_the_dates_of_a_matter_as_a_file(firm: Firm) -> None:
    recorded(firm)
    path = firm.folder / "out.ics"
    firm.good("export", "--ics", "--matter", "2026-0143", "-o", str(path))
    body = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = {str(line[key]) for line in firm.data("list") for key in ("safe_by", "last_day")}
    assert {str(event["DTSTART"].dt) for event in events_of(body)} == listed
    assert b"Canary" not in body
    other = firm.folder / "other.ics"
    said = firm.data("export", "--ics", "--matter", "2026-0143", "-o", str(other))
    assert said == {
        "matter": "2026-0143",
        "file": str(other),
        "dates": body.count(b"BEGIN:VEVENT"),
        "bytes": len(other.read_bytes()),
    }
    assert firm.run("export", "--ics", "--matter", "2026-0143", "--json").returncode == 3
    again = firm.run("export", "--ics", "--matter", "2026-0143", "-o", str(path))
    assert (again.returncode, "is there already" in again.stderr) == (3, True)
    assert path.read_bytes() == body


def test_other_words_and_reminders_through_a_pipe(firm: Firm) -> None:
    recorded(firm)
    full = firm.good("export", "--ics", "--matter", "2026-0143", "--redaction", "full", "--reminders")
    assert "Canary" in full
    assert "SUMMARY:REMINDER" in full
    busy = firm.good("export", "--ics", "--matter", "2026-0143", "--redaction", "busy")
    assert "2026-0143" not in busy


def test_a_restricted_matter_leaves_only_when_that_is_said_and_without_its_client(firm: Firm) -> None:
    recorded(firm)
    firm.good("matter", "restrict", "2026-0143")
    refused = firm.run("export", "--ics", "--matter", "2026-0143")
    assert (refused.returncode, refused.stdout, "--restricted" in refused.stderr) == (3, "", True)
    shown = firm.good("export", "--ics", "--matter", "2026-0143", "--redaction", "full", "--restricted")
    assert "2026-0143" in shown
    assert "Canary" not in shown


def test_what_is_not_there_is_a_sentence(firm: Firm) -> None:
    assert firm.run("export", "--ics", "--matter", "x").returncode == 7
    assert firm.run("export", "--matter", "x").returncode == 2


def test_the_docket_as_a_table_and_as_a_workbook(firm: Firm) -> None:
    recorded(firm)
    firm.good(
        *("add", "--matter", "V-7", "--client", "Hidden", "--attorney", "ana@firm.example", "--kind", "uscis.denial"),
        *("--form", "I-360", "--fact", "basis=vawa", "--decided-on", RECENT, "--service", "mail", "--json"),
    )
    done = firm.run("export", "--csv", "--redaction", "full")
    lines = {line["entry"]: line for line in firm.data("list") if line["matter"] != "V-7"}
    rows = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"))))
    assert {row["Entry"] for row in rows} == set(lines)
    assert {row["Client"] for row in rows} == {"Canary"}
    assert "of restricted matters are left out" in done.stderr
    assert firm.run("export", "--csv", "--matter", "V-7").returncode == 3
    path = firm.folder / "docket.xlsx"
    said = firm.data("export", "--xlsx", "-o", str(path))
    assert (said["entries"], said["bytes"]) == (len(lines), path.stat().st_size)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = openpyxl.load_workbook(path)["Docket"]
    at = [cell.value for cell in page[1]].index("Last day")
    days = {str(row[at].value)[:10] for row in page.iter_rows(min_row=2)}
    assert days == {line["last_day"] for line in lines.values()}


def test_the_table_as_json_names_things_as_the_list_does(firm: Firm) -> None:
    recorded(firm)
    copied = firm.data("export", "--json", "--matter", "2026-0143")
    assert (copied["left_out"], "not kept up to date" in copied["note"]) == (0, True)
    listed, lines = firm.data("list"), copied["entries"]
    assert len(listed) == len(lines) == 3
    for entry, line in zip(listed, lines, strict=True):
        same = set(entry) & set(line)
        assert {"entry", "next_on", "next_is", "days_left", "safe_by", "last_day", "title", "disputed"} <= same
        assert {name: line[name] for name in same} == {name: entry[name] for name in same}
    kept = {name: lines[0][name] for name in ("kind", "decided_form", "decided_on", "verified_on", "closed_on")}
    assert kept == {**dict.fromkeys(kept), "kind": "uscis.denial", "decided_form": "I-140", "decided_on": RECENT}
    assert "client" not in lines[0]
    path = firm.folder / "docket.json"
    done = firm.run("export", "--json", "--all", "--redaction", "full", "-o", str(path))
    assert (done.returncode, done.stdout, "This is a copy" in done.stderr) == (0, "", True)
    whole = json.loads(path.read_text())
    assert {line["client"] for line in whole["entries"]} == {"Canary"}
    assert {line["entry"] for line in lines} < {line["entry"] for line in whole["entries"]}


@pytest.mark.parametrize(
    "words",
    [
        ("--ics",),
        ("--ics", "--matter", "x", "--past"),
        ("--csv", "--reminders"),
        ("--xlsx", "--redaction", "busy"),
        ("--csv", "--restricted"),
        ("--json", "--reminders"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(program, ["export", *words])
    assert done.exit_code == 2
