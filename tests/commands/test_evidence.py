"""`deadlines evidence` and `deadlines believed` through the real program."""

import hashlib
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

TODAY = datetime.now(ZoneInfo("America/New_York")).date().isoformat()


def recorded(firm: Firm) -> None:
    firm.add("Ana Ruiz", "ana@firm.test")
    matter = ("--matter", "2026-0143", "--client", "Canary", "--attorney", "ana@firm.test")
    what = ("--kind", "uscis.denial", "--form", "I-485", "--decided-on", RECENT, "--service", "mail")
    firm.data("add", *matter, *what)


def test_the_evidence_is_one_archive_whose_hashes_fit_and_the_past_is_told(firm: Firm) -> None:
    recorded(firm)
    _evidence(firm)
    _believed(firm)


def _evidence(firm: Firm) -> None:
    out = firm.folder / "evidence.zip"
    told = firm.data("evidence", "--from", RECENT, "--until", TODAY, "--out", str(out))
    assert "evidence.html" in told["files"]
    archive = zipfile.ZipFile(out)
    for line in archive.read("evidence/MANIFEST.sha256").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(f"evidence/{name}")).hexdigest() == digest
    assert b"2026-0143" in archive.read("evidence/tables/verification.csv")
    assert not any(b"Canary" in archive.read(name) for name in archive.namelist())
    assert out.stat().st_mode & 0o077 == 0
    again = firm.run("evidence", "--from", RECENT, "--until", TODAY, "--out", str(out))
    assert (again.returncode, "is there already" in again.stderr) == (8, True)


def _believed(firm: Firm) -> None:
    found = firm.data("believed", "2026-0143", "--on", TODAY)
    (notice,) = found["notices"]
    assert notice["entered"]["service"]["method"] == "mail"
    assert {entry["recomputed"]["found"] for entry in notice["entries"]} == {"same"}
    text = firm.good("believed", "2026-0143", "--on", TODAY)
    assert "Computed anew by the edition of then: the same dates." in text
    assert firm.run("believed", "2026-0143", "--on", "2099-01-01").returncode == 3


def test_a_folder_that_cannot_be_made_leaves_nothing(firm: Firm) -> None:
    done = firm.run("evidence", "--from", RECENT, "--until", TODAY, "--out", str(firm.folder / "no" / "such"))
    assert (done.returncode, "cannot be written" in done.stderr) == (3, True)
    assert not (firm.folder / "no").exists()
