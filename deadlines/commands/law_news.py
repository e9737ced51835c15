"""`deadlines law news`: what each edition of the law data changed."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, pass_app

if TYPE_CHECKING:
    from deadlines.config import Settings


@click.command("news", short_help="What each edition changed")
@click.argument("edition", metavar="[EDITION]", required=False)
@pass_app
def command(app: App, edition: str | None) -> None:
    """The news of the law data, sorted by who is affected; with EDITION only that edition's.

    \b
    Example:
      deadlines law news 2026.11
    """
    from deadlines.commands.output import is_terminal

    texts = _texts(app.settings)
    shown = "\n".join(texts) if edition is None else _section(texts, edition)
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


def _section(texts: list[str], edition: str) -> str:
    from deadlines.errors import NotFound

    sections = [section for text in texts for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)]
    told = {found[1]: section for section in sections if (found := re.match(r"## ([^\s,]+)", section))}
    if edition not in told:
        raise NotFound(f"There are no news of an edition '{edition}'; there are those of {', '.join(told)}.")
    return told[edition]
