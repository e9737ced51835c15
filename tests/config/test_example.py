import re
import tomllib
from pathlib import Path

from deadlines.config import OPTIONS, example_toml, load_settings, minimal_toml, reference_page

ROOT = Path(__file__).parents[2]


def test_the_example_file_is_what_the_table_says() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example_toml()


def test_the_reference_page_is_what_the_table_says() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == reference_page()


def test_the_example_with_every_comment_taken_away_is_all_defaults(tmp_path: Path) -> None:
    bare = re.sub(r"^# (\w+ = )", r"\1", example_toml(), flags=re.MULTILINE)
    document = tomllib.loads(bare)
    found = {f"{section}.{key}": value for section, keys in document.items() for key, value in keys.items()}
    assert found == {option.name: option.default for option in OPTIONS if option.holds != "secret"}
    path = tmp_path / "deadlines.toml"
    path.write_text(bare)
    changed = load_settings(str(path), environ={})
    path.write_text(example_toml())
    assert changed == load_settings(str(path), environ={})


def test_what_init_writes_is_all_defaults(tmp_path: Path) -> None:
    path = tmp_path / "deadlines.toml"
    path.write_text(minimal_toml())
    written = load_settings(str(path), environ={})
    path.write_text("# nothing\n")
    assert written == load_settings(str(path), environ={})


def test_every_option_is_explained() -> None:
    for option in OPTIONS:
        assert option.help.endswith(".")
        assert option.variable in reference_page()
