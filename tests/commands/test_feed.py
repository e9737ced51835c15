import re
from pathlib import Path

from tests.commands.conftest import Firm


def test_the_address_is_shown_once_with_a_warning(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    done = firm.run("feed", "add", "--person", "ana@firm.example", "--label", "Outlook at work")
    assert re.fullmatch(r"http://127\.0\.0\.1:8099/f/[A-Za-z0-9_-]{40,}/deadlines\.ics\n", done.stdout)
    assert len(done.stdout) < 256
    assert "secret" in done.stderr
    for program in ("Outlook", "Google", "Apple"):
        assert program in done.stderr
    token = done.stdout.split("/")[4]
    shown = firm.good("feed", "list", "--all") + firm.good("feed", "list", "--json")
    assert token not in shown
    for path in Path(firm.folder).rglob("*"):
        assert token.encode() not in path.read_bytes()


def test_what_programs_are_told(firm: Firm) -> None:
    firm.config.write_text('[web]\nbase_url = "https://calendar.firm.example/"\n')
    firm.add("Ana", "ana@firm.example")
    made = firm.data("feed", "add", "--person", "Ana@firm.example", "--label", "Phone")
    assert set(made) == {"url", "id", "hint", "label", "person", "shows"}
    assert made["url"].startswith("https://calendar.firm.example/f/")
    assert made["hint"] in made["url"]
    (listed,) = firm.data("feed", "list")
    assert listed["id"] == made["id"]
    assert listed["person"] == "ana@firm.example"
    assert listed["revoked_at"] is None


def test_an_address_is_revoked_by_id_or_hint(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    first, second = (firm.data("feed", "add", "--person", "ana@firm.example", "--label", label) for label in ("A", "B"))
    firm.good("feed", "revoke", first["id"])
    assert [feed["label"] for feed in firm.data("feed", "list")] == ["B"]
    firm.good("feed", "revoke", second["hint"])
    assert firm.data("feed", "list") == []
    assert {feed["label"] for feed in firm.data("feed", "list", "--all")} == {"A", "B"}


def test_what_is_not_there_is_a_sentence(firm: Firm) -> None:
    unknown = firm.run("feed", "add", "--person", "x@firm.example", "--label", "A")
    assert (unknown.returncode, "Nobody has the address" in unknown.stderr) == (7, True)
    missing = firm.run("feed", "revoke", "nonsense")
    assert (missing.returncode, "feed list" in missing.stderr) == (7, True)
