import os
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.commands.program import data, good, run


def test_it_writes_a_configuration_and_a_database_and_says_what_is_next(tmp_path: Path) -> None:
    config = tmp_path / "d.toml"
    said = good("--config", str(config), "init", folder=tmp_path)
    assert f"Wrote {config}" in said
    assert f'Next: deadlines --config {config} person add "Your Name" --email you@firm.example' in said
    assert config.is_file()
    assert (tmp_path / "deadlines.sqlite3").is_file()
    good("--config", str(config), "person", "add", "Your Name", "--email", "you@firm.example", folder=tmp_path)


def test_both_files_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        good("init", folder=tmp_path)
    finally:
        os.umask(before)
    for name in ("deadlines.toml", "deadlines.sqlite3"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_it_never_overwrites(tmp_path: Path) -> None:
    good("init", folder=tmp_path)
    before = [(tmp_path / name).read_bytes() for name in ("deadlines.toml", "deadlines.sqlite3")]
    done = run("init", folder=tmp_path)
    assert done.returncode == 6
    assert len(done.stderr.splitlines()) == 1
    assert [(tmp_path / name).read_bytes() for name in ("deadlines.toml", "deadlines.sqlite3")] == before


def test_a_configuration_that_is_there_is_kept_and_obeyed(tmp_path: Path) -> None:
    config = tmp_path / "deadlines.toml"
    config.write_text('[database]\nurl = "sqlite:///other.sqlite3"\n')
    said = data("init", folder=tmp_path)
    assert said == {
        "config": str(config),
        "config_written": False,
        "database": str(tmp_path / "other.sqlite3"),
    }
    assert config.read_text() == '[database]\nurl = "sqlite:///other.sqlite3"\n'


def test_a_key_file_that_is_named_and_not_there_is_made_by_the_words_of_the_refusal(tmp_path: Path) -> None:
    key = tmp_path / "own.key"
    (tmp_path / "deadlines.toml").write_text('[keeping]\nkey_file = "own.key"\n')
    done = run("init", folder=tmp_path)
    assert done.returncode == 5
    assert f"openssl rand -hex 32 > {key} && chmod 600 {key}" in done.stderr
    assert not (tmp_path / "deadlines.sqlite3").exists()
    key.write_text("ab" * 32)
    key.chmod(0o600)
    good("init", folder=tmp_path)


def test_a_database_that_is_there_leaves_no_new_configuration(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "deadlines.sqlite3").execute("create table foreign_one (x)").connection.close()
    done = run("init", folder=tmp_path)
    assert done.returncode == 6
    assert not (tmp_path / "deadlines.toml").exists()


@pytest.mark.parametrize("where", ["gone/d.toml", "."])
def test_a_place_that_cannot_be_written_is_named(where: str, tmp_path: Path) -> None:
    done = run("--config", where, "init", folder=tmp_path)
    assert done.returncode in (5, 6)
    assert str(tmp_path) in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_variable_names_the_file_too(tmp_path: Path) -> None:
    good("init", folder=tmp_path, DEADLINES_CONFIG=str(tmp_path / "by-variable.toml"))
    assert (tmp_path / "by-variable.toml").is_file()


def test_without_init_every_command_says_what_to_do(tmp_path: Path) -> None:
    for words in (["person", "list"], ["feed", "list"], ["serve"], ["daemon"], ["db", "upgrade"]):
        done = run(*words, folder=tmp_path)
        assert done.returncode == 6, words
        assert "deadlines init" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
