import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from deadlines import commands
from deadlines.commands import context
from deadlines.commands.root import COMMANDS, program
from deadlines.errors import ConfigError, DeadlinesError, InputError
from tests.commands.program import PROGRAM, ROOT, environment, good, run

HEAVY = {
    "sqlalchemy",
    "rich",
    "icalendar",
    "starlette",
    "uvicorn",
    "apscheduler",
    "jinja2",
    "alembic",
}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-h"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; from deadlines.commands import run; run({arguments}); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    loaded = set(eval(done.stdout.splitlines()[-1]))
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_the_help_of_a_command_imports_no_database() -> None:
    code = "import sys; from deadlines.commands import run; run(['feed', '--help']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert "sqlalchemy" not in done.stdout.splitlines()[-1].split()


def test_help_lists_every_command_with_its_line() -> None:
    text = good("--help")
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in text
        assert line.split(":")[0] in " ".join(text.split())


def test_the_version() -> None:
    assert good("--version") == "deadlines 0.1.0\n"


@pytest.mark.parametrize(
    "arguments, status, sentence",
    [
        (["nonsense"], 2, "deadlines: No such command 'nonsense'. See `deadlines --help`."),
        (["person", "add"], 2, "deadlines: Missing argument 'NAME'. See `deadlines person add --help`."),
        (["person", "add", "X", "--mail", "y"], 2, "No such option '--mail'"),
        (["--config", "gone.toml", "list"], 5, "gone.toml: there is no such configuration file"),
        (
            ["compute", "--kind", "uscis.denial", "--decided-on", "02/03/2026"],
            3,
            '"02/03/2026" could be 3 February 2026 or 2 March 2026; write 2026-02-03 or 2026-03-02',
        ),
    ],
)
def test_an_error_is_one_sentence_and_a_status(
    arguments: list[str], status: int, sentence: str, tmp_path: Path
) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == status
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_with_json_the_error_is_an_object_too(tmp_path: Path) -> None:
    done = run("--config", "gone.toml", "list", "--json", folder=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "configuration"
    assert error["message"] in done.stderr
    assert done.returncode == 5


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @context.json_option
    def broken(as_json: bool) -> None:
        raise error

    monkeypatch.setattr(program, "get_command", lambda ctx, name: broken)


def classes(base: type[DeadlinesError]) -> list[type[DeadlinesError]]:
    return [base, *(found for child in base.__subclasses__() for found in classes(child))]


@pytest.mark.parametrize("kind", classes(DeadlinesError), ids=lambda kind: kind.__name__)
def test_each_class_of_error_has_its_status(
    kind: type[DeadlinesError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(kind("The sentence."), monkeypatch)
    assert commands.run(["broken"]) == kind.exit_code
    assert capsys.readouterr().err == "deadlines: The sentence.\n"


def test_the_statuses_tell_the_classes_apart() -> None:
    statuses = [kind.exit_code for kind in DeadlinesError.__subclasses__()]
    assert len(set(statuses)) == len(statuses)
    assert not {0, 1, 2} & set(statuses)


def test_an_unexpected_error_is_a_sentence_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(ValueError("client CANARYNAME"), monkeypatch)
    assert commands.run(["broken", "--json"]) == 70
    shown = capsys.readouterr()
    assert "ValueError" in shown.err
    assert "CANARYNAME" not in shown.err + shown.out
    assert "Traceback" not in shown.err
    assert json.loads(shown.out)["error"]["code"] == "unexpected"


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEADLINES_DEBUG", "1")
    fail_with(ValueError("inside"), monkeypatch)
    with pytest.raises(ValueError, match="inside"):
        commands.run(["broken"])


def test_ctrl_c_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(KeyboardInterrupt(), monkeypatch)
    assert commands.run(["broken"]) == 130
    assert "Stopped" in capsys.readouterr().err


def test_a_sentence_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(InputError("Bad \x1b[31mvalue\r\nnext"), monkeypatch)
    commands.run(["broken"])
    assert capsys.readouterr().err == "deadlines: Bad  [31mvalue  next\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense", "--json"]])
def test_a_closed_pipe_is_quiet(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
        text=True,
    )
    os.close(writer)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("shell, mark", [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete")])
def test_completion_scripts(shell: str, mark: str) -> None:
    assert mark in good(_DEADLINES_COMPLETE=f"{shell}_source")


def test_completion_offers_commands_and_options() -> None:
    def offered(words: str, position: int) -> str:
        return good(_DEADLINES_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(position))

    assert offered("deadlines ser", 1).split() == ["plain,serve"]
    assert offered("deadlines person d", 2).split() == ["plain,deactivate", "plain,deputy"]
    assert "plain,--label" in offered("deadlines feed add --l", 3)


def test_who_types_is_named() -> None:
    assert context.actor().startswith("cli:")
    assert len(context.actor()) > len("cli:")


def test_latin_1_output_does_not_fail() -> None:
    done = run("--config", "nowhere-\u2019.toml", "list", PYTHONIOENCODING="latin-1")
    assert done.returncode == ConfigError.exit_code
