"""`deadlines read`: what the text of a notice in a PDF says, as candidates. Stores nothing, accepts nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option
from deadlines.commands.output import clean, print_json

if TYPE_CHECKING:
    from deadlines.papers import Candidate, Found
    from deadlines.pdf import Text


@click.command("read")
@click.argument("file", metavar="FILE.pdf")
@json_option
@click.pass_context
def command(ctx: click.Context, file: str, as_json: bool) -> None:
    """Show what a notice in a PDF seems to say, each thing with its page and line.

    Nothing is recorded and nothing is decided: where two dates are printed both are shown. A scan holds no text.

    \b
    Example:
      deadlines read denial.pdf
      deadlines add --from denial.pdf
    """
    text, found = read_paper(Path(file), ctx.find_object(App))
    if as_json:
        print_json(
            {
                "file": Path(file).name,
                "pages": text.count,
                "pages_read": len(text.pages),
                "candidates": found.candidates,
                "notes": found.notes,
            }
        )
        return
    print_found(found, empty="Nothing was found that a notice is recorded by: type it in with `deadlines add`.")
    click.echo(
        "Compare each line with the paper. `deadlines add --from FILE.pdf` asks about each and records the notice."
    )


def read_paper(path: Path, app: App | None) -> "tuple[Text, Found]":
    """The text of a PDF and what it says, by the firm's law where a configuration was named. Raises InputError."""
    from msgspec.structs import replace

    from deadlines.commands.files import read_file
    from deadlines.law import load_law
    from deadlines.papers import find
    from deadlines.pdf import read_pdf
    from deadlines.pdf.reading import MOST_BYTES
    from deadlines.wiring import build_law

    text = read_pdf(read_file(path, most=MOST_BYTES))
    found = find(text.pages, build_law(app.settings) if app is not None and app.config is not None else load_law())
    if len(text.pages) < text.count:
        left = f"Only {len(text.pages)} of {text.count} pages were read."
        found = replace(found, notes=[*found.notes, left])
    return text, found


def print_found(found: "Found", *, empty: str) -> None:
    """Every candidate below the name of its field."""
    from deadlines.papers.model import LABELS

    if not found.candidates:
        click.echo(empty)
    for field, label in LABELS.items():
        candidates = found.of(field)
        if candidates:
            click.echo(f"{label[0].upper()}{label[1:]}")
        for candidate in candidates:
            click.echo(f"  {'' if field == 'deadline_words' else f'{candidate.value}  '}{place(candidate)}")
    for note in found.notes:
        click.echo(f"Note: {note}", err=True)


def place(candidate: "Candidate") -> str:
    """Where it stands, what is printed there, and how it was read."""
    note = f"  ({candidate.note})" if candidate.note else ""
    return clean(f"page {candidate.page}, line {candidate.line_number}: {candidate.line}{note}")
