"""Roles on the command line: whoever answers with `--by` needs a role that may."""

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

WHY = ("--reason", "because")


@pytest.fixture
def entry(firm: Firm) -> str:
    firm.add("Ana", "ana@firm.example")
    firm.add("Audrey", "audrey@firm.example", "auditor")
    firm.add("Paula", "paula@firm.example", "paralegal")
    made = firm.data(
        *("add", "--matter", "2026-0143", "--attorney", "ana@firm.example", "--kind", "uscis.denial"),
        *("--by", "ana@firm.example"),
        *("--form", "I-140", "--decided-on", RECENT, "--service", "mail"),
    )
    return str(made["entries"][0]["entry"])


def test_an_auditor_signs_for_nothing(firm: Firm, entry: str) -> None:
    before = firm.data("show", "2026-0143")
    notice = before["entries"][0]["notice"]
    for words in (
        ("ack", entry),
        ("verify", entry),
        ("file", entry, "--on", RECENT, "--proof", "IOE1"),
        ("waive", entry, *WHY),
        ("strike", notice, *WHY),
        ("amend", notice, "--fact", "detained=true", *WHY),
        ("db", "seal", entry, *WHY),
        ("add", "--matter", "M-2", "--attorney", "ana@firm.example", "--kind", "uscis.denial", "--form", "I-140",
         "--decided-on", RECENT, "--service", "mail"),
    ):  # fmt: skip
        done = firm.run(*words, "--by", "audrey@firm.example")
        assert (done.returncode, "has the role auditor and may not" in done.stderr) == (12, True), words
    assert firm.data("show", "2026-0143") == before


def test_a_remedy_is_given_up_by_an_attorney(firm: Firm, entry: str) -> None:
    refused = firm.run("waive", entry, *WHY, "--by", "paula@firm.example")
    assert refused.returncode == 12
    assert "these roles may: attorney, docket, partner." in refused.stderr
    assert firm.data("waive", entry, *WHY, "--by", "ana@firm.example")["status"] == "waived"


def test_who_does_not_work_on_a_restricted_matter_signs_for_nothing_in_it(firm: Firm, entry: str) -> None:
    """8 USC 1367: the answer is that for an entry that does not exist, and tells nothing of the case."""
    firm.add("Dan", "dan@firm.example", "partner")
    notice = firm.data("show", "2026-0143")["entries"][0]["notice"]
    firm.good("matter", "restrict", "2026-0143")
    before = firm.data("show", "2026-0143")
    for words in (
        ("file", entry, "--on", RECENT, "--proof", "IOE1"),
        ("dispatched", entry, "--on", RECENT, "--tracking", "1Z9"),
        ("waive", entry, *WHY),
        ("initial", entry),
        ("extension", "request", entry, "--to", "2030-01-01", "--requested-on", RECENT, "--proof", "x"),
        ("strike", notice, *WHY),
        ("amend", notice, "--fact", "detained=no", *WHY),
    ):
        done = firm.run(*words, "--by", "dan@firm.example")
        assert (done.returncode, "or it is not yours to see" in done.stderr) == (7, True), (words, done.stderr)
        assert "2026-0143" not in done.stdout + done.stderr
    notice_of = ("--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail")
    taken = firm.run("add", "--matter", "2026-0143", *notice_of, "--by", "dan@firm.example")
    assert (taken.returncode, "This number cannot be used" in taken.stderr) == (7, True), taken.stderr
    assert firm.data("show", "2026-0143") == before
    assert firm.data("waive", entry, *WHY, "--by", "ana@firm.example")["status"] == "waived"
