"""`deadlines ack` and `person deputy` through the real program."""

from tests.commands.conftest import Firm
from tests.commands.program import RECENT


def test_a_date_is_taken_on_by_who_works_on_it(firm: Firm) -> None:
    for name, email in (("Ana", "ana@firm.example"), ("Ben", "ben@firm.example")):
        firm.add(name, email)
    firm.good(
        *("add", "--matter", "2026-0143", "--attorney", "ana@firm.example", "--kind", "uscis.denial"),
        *("--form", "I-140", "--decided-on", RECENT, "--service", "mail", "--json"),
        *("--by", "ana@firm.example"),
    )
    entry = firm.data("list")[0]["entry"]
    assert firm.data("ack", entry[:8], "--by", "ana@firm.example")["entry"] == entry
    refused = firm.run("ack", entry, "--by", "ben@firm.example")
    assert (refused.returncode, "does not work on matter" in refused.stderr) == (8, True)
    named = firm.data("person", "deputy", "ana@firm.example", "--deputy", "ben@firm.example")
    assert named == {"person": "ana@firm.example", "deputy": "ben@firm.example", "supervisor": None}
    firm.good("ack", entry, "--by", "ben@firm.example", "--days", "2")
    assert firm.run("person", "deputy", "ana@firm.example", "--deputy", "ana@firm.example").returncode == 3
    assert firm.run("ack", "zzzz", "--by", "ana@firm.example").returncode == 7
