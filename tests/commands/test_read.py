"""`deadlines read`, and `deadlines add --from` with a person who takes or leaves each line."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from deadlines.commands.asking_paper import take
from deadlines.commands.root import program as whole
from deadlines.law import load_law
from deadlines.papers import find
from tests.commands.conftest import Firm
from tests.commands.program import PROGRAM, RECENT, environment
from tests.papers import samples

EMPTY: dict[str, Any] = dict.fromkeys(("kind", "form", "decided_on", "service", "service_on", "printed_deadline"))


def read(tmp_path: Path, data: bytes, *words: str) -> Any:
    path = tmp_path / "notice.pdf"
    path.write_bytes(data)
    return CliRunner().invoke(whole, ["read", str(path), *words])


def test_what_a_pdf_says_is_shown_with_page_and_line(tmp_path: Path) -> None:
    done = read(tmp_path, samples.pdf(samples.JUDGE))
    assert done.exit_code == 0
    assert "2026-10-22  page 1, line 11: This is a summary of the oral decision" in done.output
    assert "2026-10-23  page 1, line 8" in done.output
    assert "more than one date" in done.output
    assert "123-456" not in done.output


def test_programs_get_the_same_as_json(tmp_path: Path) -> None:
    done = read(tmp_path, samples.pdf(samples.RFE), "--json")
    said = json.loads(done.output)
    assert (said["file"], said["pages"], said["pages_read"]) == ("notice.pdf", 1, 1)
    deadline = next(item for item in said["candidates"] if item["field"] == "printed_deadline")
    assert (deadline["value"], deadline["page"]) == ("2027-01-12", 1)
    assert deadline["line"].endswith("by January 12, 2027.")


@pytest.mark.parametrize("data", [b"no pdf", samples.pdf(samples.DENIAL)[:900]])
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    from deadlines.errors import InputError

    done = read(tmp_path, data)
    assert isinstance(done.exception, InputError)
    assert done.exception.sentence.endswith(".")


def taken(pages: list[list[str]], *answers: str, **given: str) -> tuple[dict[str, Any], str]:
    """What is taken of a paper, and what was shown."""
    made: list[dict[str, Any]] = []

    @click.command()
    def command() -> None:
        made.append(take(find(pages, load_law()), {**EMPTY, **given}))

    done = CliRunner().invoke(command, input="".join(f"{answer}\n" for answer in answers))
    assert done.exit_code == 0, done.output
    return made[0], done.output


def test_nothing_is_taken_without_a_yes() -> None:
    assert taken(samples.DENIAL, "", "", "")[0] == EMPTY
    assert taken(samples.DENIAL, "y", "n", "y")[0] == {**EMPTY, "kind": "uscis.denial", "decided_on": "2026-10-23"}


def test_of_two_dates_none_is_taken_until_one_is_named() -> None:
    nothing, shown = taken(samples.JUDGE, "", "", "", "")
    assert nothing == EMPTY
    assert "Date: 10/23/2026" in shown
    assert "oral decision entered on 10/22/2026" in shown
    assert taken(samples.JUDGE, "y", "x", "2", "", "")[0]["decided_on"] == "2026-10-22"


def test_what_was_typed_stays() -> None:
    found, _ = taken(samples.DENIAL, "y", "y", decided_on="2026-10-24")
    assert (found["decided_on"], found["form"]) == ("2026-10-24", "I-140")


def test_without_a_person_nothing_is_read_into_the_docket(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    (firm.folder / "d.pdf").write_bytes(samples.pdf(samples.DENIAL))
    for more in ((), ("--yes",), ("--json",)):
        done = firm.run("add", "--matter", "A-1", "--attorney", "ana@firm.test", "--from", "d.pdf", *more)
        assert done.returncode == 3
        assert "person at a terminal" in done.stderr
    assert firm.data("list") == []


def test_a_person_at_a_terminal_confirms_each_line_and_records_the_notice(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    pages = [[line.replace("October 23, 2026", RECENT) for line in page] for page in samples.DENIAL]
    (firm.folder / "d.pdf").write_bytes(samples.pdf(pages))
    words = ["--config", str(firm.config), "add", "--matter", "A-1", "--client", "X", "--attorney", "ana@firm.test"]
    answers = ["y", "y", "y", "mail", *[""] * 12]
    shown = at_a_terminal(firm.folder, [*words, "--from", "d.pdf", "--yes", "--reason", "error"], answers)
    assert "page 1, line 16: that we are denying your petition" in shown
    assert "Recorded notice" in shown
    view = firm.data("show", "A-1")["entries"][0]
    assert (view["kind"], view["decided_on"], view["entered"]["form"]) == ("uscis.denial", RECENT, "I-140")


def at_a_terminal(folder: Path, words: list[str], answers: list[str]) -> str:
    """What the program shows to somebody who types these answers."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
        process = subprocess.Popen(
            [*PROGRAM, *words], cwd=folder, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        theirs = -1
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        assert process.wait(timeout=60) == 0, shown.decode()
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
    return shown.decode().replace("\r\n", "\n")
