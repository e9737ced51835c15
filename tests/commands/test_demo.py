"""`deadlines demo --once`: the main job on sample cases, in a folder of its own, with status 0."""

from email import message_from_bytes
from pathlib import Path

from deadlines.samples import decided_cases
from tests.commands import program


def test_it_records_prints_delivers_and_ends_well(tmp_path: Path) -> None:
    said = program.good("demo", "--once", folder=tmp_path)
    assert said.count(", agrees. Outcome: ") == len(decided_cases())
    assert "DIFFERS" not in said
    assert "Working" in said
    assert "Protective date" in said
    mails = sorted((tmp_path / "deadlines-demo" / "mail").rglob("*.eml"))
    assert len(mails) >= 10
    assert all("Sample Client" not in mail.read_text(errors="replace") for mail in mails)
    assert all(message_from_bytes(mail.read_bytes())["Message-ID"] for mail in mails)
    assert "/f/dlf_" in said
    config = str(tmp_path / "deadlines-demo" / "deadlines.toml")
    assert len(program.data("--config", config, "list")) > 20


def test_it_starts_anew_in_its_own_folder_and_touches_no_other(tmp_path: Path) -> None:
    program.good("demo", "--once", folder=tmp_path)
    program.good("demo", "--once", folder=tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("keep me")
    refused = program.run("demo", "--once", "--folder", "other", folder=tmp_path)
    assert refused.returncode == 5
    assert "is not a demo" in refused.stderr
    assert (other / "letter.txt").read_text() == "keep me"
