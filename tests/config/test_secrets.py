from pathlib import Path

import pytest

from deadlines.config import Secret, read_secret
from deadlines.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("tiger in the rain\n")
    path.chmod(0o600)
    return path


def test_it_is_read_from_its_file(file: Path) -> None:
    found = read_secret(None, str(file))
    assert found is not None
    assert found.reveal() == "tiger in the rain"


def test_the_environment_comes_first(file: Path) -> None:
    found = read_secret(Secret("other"), str(file))
    assert found is not None
    assert found.reveal() == "other"


def test_none_is_none() -> None:
    assert read_secret(None, "") is None


def test_it_never_prints() -> None:
    assert "tiger" not in f"{Secret('tiger')} {Secret('tiger')!r} {[Secret('tiger')]}"


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o666])
def test_a_file_open_to_everybody_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigError, match="everybody may read this password file; run `chmod 600"):
        read_secret(None, str(file))


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_owner_and_group_may_read_it(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert read_secret(None, str(file)) is not None


@pytest.mark.parametrize("text", ["", "\n", "one\ntwo\n"])
def test_it_holds_one_line(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match="holds the password on one line") as refused:
        read_secret(None, str(file))
    assert "two" not in refused.value.sentence


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone: the password file cannot be read"):
        read_secret(None, str(tmp_path / "gone"))
