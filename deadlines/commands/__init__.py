"""The command line. Each command is a module of its own, imported when it is asked for."""

import logging
import os
import sys
from typing import NoReturn

import click

from deadlines.commands.context import DEBUG
from deadlines.commands.root import program
from deadlines.errors import DeadlinesError

UNEXPECTED = 70
STOPPED = 130


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the program and end the process with its exit status."""
    os.umask(0o077)  # whatever is written here concerns clients
    _write_anything(sys.stdout, sys.stderr)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the program; answers its exit status, and turns every error into one sentence.

    The sentence goes to stderr. With `--json` the standard output carries it as well, for programs:
    `{"error": {"code": …, "message": …}}`.
    """
    if os.environ.get(DEBUG) != "1" and logging.lastResort is not None:
        logging.lastResort.setFormatter(_Sentence())
    try:
        status = program.main(args=arguments, prog_name="deadlines", standalone_mode=False)
        sys.stdout.flush()
    except DeadlinesError as error:
        return _report(arguments, error.exit_code, error.code, error.sentence)
    except click.UsageError as error:
        return _report(arguments, error.exit_code, "usage", _with_help(error))
    except click.ClickException as error:
        return _report(arguments, error.exit_code, "error", error.format_message())
    except click.Abort:
        return _report(arguments, STOPPED, "stopped", "Stopped; nothing further was done.")
    except BrokenPipeError:
        return _quiet()
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        return _report(arguments, UNEXPECTED, "unexpected", _unexpected(error))
    return status if type(status) is int else 0


class _Sentence(logging.Formatter):
    """What a command logs that keeps no log: the sentence, without the way through the program to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return f"deadlines: {record.getMessage()}"


def _report(arguments: list[str], status: int, code: str, sentence: str) -> int:
    shown = "".join(c if c.isprintable() else " " for c in sentence)
    try:
        if "--json" in arguments:
            from deadlines.commands.output import print_json

            print_json({"error": {"code": code, "message": shown}})
        click.echo(f"deadlines: {shown}", err=True)
    except BrokenPipeError:
        _quiet()
    return status


def _with_help(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "deadlines"
    said = error.format_message().rstrip(".")
    return f"{said}{'' if said.endswith('?') else '.'} See `{path} --help`."


def _unexpected(error: Exception) -> str:
    """Names the class only: the text of a foreign error may hold a client's data."""
    return (
        f"An unexpected error ({type(error).__name__}) ended the command; "
        f"set {DEBUG}=1 and run it again to see where, and report it."
    )


def _quiet() -> int:
    """The reader went away, as in `deadlines list | head`: no words, and none at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 1


def _write_anything(*streams: object) -> None:
    """A terminal that cannot show a character gets a substitute, not an error."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
