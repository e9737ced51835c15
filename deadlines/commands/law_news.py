"""`deadlines law news`: what each edition of the law data changed."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.config import Settings


@click.command("news", short_help="What each edition changed")
@click.argument("edition", metavar="[EDITION]", required=False)
@json_option
@pass_app
def command(app: App, edition: str | None, as_json: bool) -> None:
    """The news of the law data, sorted by who is affected; with EDITION only that edition's.

    \b
    Example:
      deadlines law news 2026.11
    """
    from deadlines.commands.output import print_json

    texts = _texts(app.settings)
    told = _sections(texts)
    if edition is not None:
        told = {edition: _section(told, edition)}
    if as_json:
        print_json([_row(name, section) for name, section in told.items()])
    else:
        _print("\n".join(texts if edition is None else told.values()))


def _print(shown: str) -> None:
    from deadlines.commands.output import is_terminal

    if is_terminal():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(shown))
    else:
        click.echo(shown.strip())


def _texts(settings: "Settings") -> list[str]:
    """The program's own news, after those that installed editions bring along."""
    from deadlines.wiring import known_editions

    found = [known.folder / "NEWS.md" for known in known_editions(settings) if known.place == "installed"]
    found = [file for file in found if file.is_file()]
    return [file.read_text(encoding="utf-8") for file in (*found, files("deadlines.law") / "NEWS.md")]


def _sections(texts: list[str]) -> dict[str, str]:
    """The news of each edition by its name, each from its heading on; where two tell of one, the program's own."""
    sections = [section for text in texts for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)]
    return {found[1]: section for section in sections if (found := re.match(r"## ([^\s,]+)", section))}


def _section(told: dict[str, str], edition: str) -> str:
    from deadlines.errors import NotFound

    if edition not in told:
        raise NotFound(f"There are no news of an edition '{edition}'; there are those of {', '.join(told)}.")
    return told[edition]


def _row(edition: str, section: str) -> dict[str, Any]:
    """For programs: the day as its heading gives it, and the Markdown below the heading."""
    heading, _, text = section.partition("\n")
    issued = re.search(r"\d{4}-\d{2}-\d{2}", heading)
    return {"edition": edition, "issued": issued[0] if issued else None, "text": text.strip()}
