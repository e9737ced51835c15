"""The house rules that a machine can hold: layout, sizes, checks, addresses, help."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deadlines.commands.root import COMMANDS, program
from deadlines.version import VERSION

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "deadlines"
MODULES = sorted(PACKAGE.rglob("*.py")) + sorted((ROOT / "migrations").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def files_of_the_project() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    return [path for path in found if path.is_file()]


@pytest.mark.parametrize(
    "entry",
    [
        "pyproject.toml", "cli.py", "config.example.toml", "requirements.lock", "LICENSE", "README.md",
        "CHANGELOG.md", "Makefile", ".ci/run", "deadlines/py.typed", "migrations/env.py",
        "docs/architecture.md", "docs/configuration.md", "docs/glossary.md",
        "deploy/Containerfile", "deploy/systemd/deadlines.service",
        "deploy/nginx/deadlines.conf", "deploy/caddy/Caddyfile",
    ],
)  # fmt: skip
def test_what_the_house_needs_is_there(entry: str) -> None:
    assert (ROOT / entry).is_file()


def test_the_console_script_and_the_checkout_start_the_same_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"deadlines": "cli:main"}
    assert project["version"] == VERSION


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{VERSION}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text.splitlines()[1]
    for number in range(1, 10):
        assert re.search(rf"^   {number}\. [A-Z]", text, re.MULTILINE)
    assert "APPENDIX: How to apply the Apache License to your work." in text


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    if "migrations/versions" in name_of(path):
        return  # a migration is a list of tables, written once
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(ast.parse(text))
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_check_is_an_assert(path: Path) -> None:
    """`python -O` would take it away."""
    found = [node.lineno for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Assert)]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_clock_reads_the_clock(path: Path) -> None:
    if path == PACKAGE / "clock.py":
        return
    readers = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
    owners = {"datetime", "date", "time", "dt"}
    found = [
        f"line {node.lineno}: {node.func.value.id}.{node.func.attr}()"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in owners
        and node.func.attr in readers
    ]
    assert found == []


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is for the machine to say, never for the project."""
    hosts = "|".join(("pypi", "pythonhosted", "npmjs", "crates", "golang"))
    flags = "|".join(("index-url", "extra-index-url", "find-links"))
    index = re.compile(rf"\b(?:{hosts})\.(?:org|io|com)\b|--(?:{flags})[ =]".encode())
    found = [name_of(path) for path in files_of_the_project() if index.search(path.read_bytes())]
    assert found == []


def test_the_lock_holds_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert re.findall(r"://|@|--index|--find-links", text) == []


def test_no_unfinished_work_is_marked() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))
    marks = re.compile(rf"\b(?:{words})\b")
    found = [
        name_of(path)
        for path in files_of_the_project()
        if path.suffix in {".py", ".toml", ".md"} and marks.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def every_command() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program, info_name="deadlines")
    yield "", program
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield f"{name} {inner}", found


def test_every_command_is_explained_with_an_example() -> None:
    poor = []
    for path, command in every_command():
        text = command.get_help(click.Context(command, info_name=f"deadlines {path}".strip()))
        if not re.search(r"Examples?:\n +deadlines ", text):
            poor.append(path)
    assert poor == []


def test_every_option_is_explained() -> None:
    poor = [
        f"{path} {parameter.opts[-1]}"
        for path, command in every_command()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert poor == []


def test_the_glossary_knows_every_kind_of_notice_and_every_state() -> None:
    from deadlines.law import load_law
    from deadlines.store.tables import Base

    text = (ROOT / "docs" / "glossary.md").read_text()
    states = {
        word
        for table in ("entry", "reminder", "proposal")
        for check in Base.metadata.tables[table].constraints
        for word in re.findall(r"'([a-z]+)'", str(getattr(check, "sqltext", "")))
    }
    assert states
    missing = [word for word in (*load_law().kinds, *sorted(states)) if f"`{word}`" not in text]
    assert missing == []


def test_rows_are_held_in_one_way() -> None:
    """Else a mail and a change of dates wait for each other; see `store/holding.py`."""
    found = [
        f"{name_of(path)}: {line.strip()}"
        for path in MODULES
        for line in path.read_text().splitlines()
        if re.search(r"with_for_update\b", line) and "HELD" not in line and path.name != "holding.py"
    ]
    assert found == []


def asks_for_a_type(node: ast.AST) -> bool:
    """msgspec's `convert`, or a call that hands it a type: each works the type out."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "msgspec" and any(name.name == "convert" for name in node.names)
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    given = len(node.args) > 1 or any(word.arg == "type" for word in node.keywords)
    return called.endswith(("msgspec.convert", ".Decoder")) or (called.endswith("json.decode") and given)


def test_only_one_module_asks_for_types() -> None:
    """Threads that ask msgspec for one type at once end the process; see `decoding.py`."""
    found = [
        f"{name_of(path)}: {ast.unparse(node)}"
        for path in MODULES
        if path.name != "decoding.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if asks_for_a_type(node)
    ]
    assert found == []
