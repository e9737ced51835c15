"""`deadlines print`: one file of the docket, for a person or for the firm."""

import stat

from tests.commands.conftest import Firm
from tests.commands.program import RECENT


def test_the_docket_as_one_file(firm: Firm) -> None:
    firm.add("Ana", "ana@firm.example")
    for reference, more in (("2026-0143", ()), ("2026-0144", ("--restricted",))):
        firm.good(
            *("add", "--matter", reference, "--client", f"Client {reference}", "--attorney", "ana@firm.example"),
            *("--kind", "uscis.denial", "--form", "I-140", "--decided-on", RECENT, "--service", "mail", "--json"),
            *more,
        )
    path = firm.folder / "docket.html"
    path.write_text("of yesterday")
    firm.good("print", "--out", str(path), "--days", "3660")
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Client 2026-0143" in text
    assert "2026-0144" not in text
    assert "Deadline of a restricted matter" in text
    assert "Client 2026-0144" in firm.good("print", "--out", "-", "--days", "3660", "--by", "ana@firm.example")
    refused = firm.run("print", "--out", str(firm.folder / "no" / "docket.html"))
    assert (refused.returncode, "cannot be written" in refused.stderr) == (3, True)
