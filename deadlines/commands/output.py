"""How commands answer: rich tables on a terminal, plain aligned text in a pipe, JSON for programs."""

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import click

Row = Sequence[str | None]
WIDE = (
    "Window", "Notice", "Label", "Name", "Person", "Title", "Periods", "Seal", "Where",
    "Not both", "Checked", "Closed", "Shows", "Reason", "Authority", "Old", "New", "Direction",
)  # fmt: skip
"""Columns that may break over lines; ids and dates stay whole."""
NARROWEST = 16
"""Characters that such a column needs to be read."""
GAP = 2
WIDEST = 120
"""Columns beyond which a line of text is hard to read."""


def print_json(value: Any) -> None:
    """The value as JSON, one document, indented, UTF-8, with a line end."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(text)


def answer(value: Any, sentence: str, *, as_json: bool) -> None:
    """What was done: the value for programs, or a sentence for people."""
    if as_json:
        print_json(value)
    else:
        click.echo(sentence)


def print_table(columns: Sequence[str], rows: Sequence[Row], *, empty: str, tones: Sequence[str | None] = ()) -> None:
    """Rows below their headings; the sentence `empty` where there are none. An empty column is left out.

    `tones` colours whole rows on a terminal (`red`, `yellow`); the words must say the same.
    """
    cells = [[clean(cell or "") for cell in row] for row in rows]
    if not cells:
        click.echo(empty)
        return
    filled = [at for at in range(len(columns)) if any(row[at] for row in cells)]
    columns, cells = [columns[at] for at in filled], [[row[at] for at in filled] for row in cells]
    if not is_terminal():
        click.echo(plain_table(columns, cells))
    elif _least_width(columns, cells) <= shutil.get_terminal_size().columns:
        _print_rich(columns, cells, tones)
    else:
        _print_cards(columns, cells, tones)


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Headings and rows, aligned by spaces, two between columns."""
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns that a table takes without cutting an id or a date."""
    widths = [max(len(line[at]) for line in (columns, *rows)) for at in range(len(columns))]
    least = [
        min(width, NARROWEST) if heading.startswith(WIDE) else width
        for heading, width in zip(columns, widths, strict=True)
    ]
    return sum(least) + GAP * (len(least) - 1)


def _print_cards(columns: Sequence[str], rows: Sequence[Sequence[str]], tones: Sequence[str | None]) -> None:
    """Each row as a block of its own, a line for each cell: for a terminal too narrow for the table."""
    label = max(map(len, columns)) + GAP
    for at, row in enumerate(rows):
        for heading, cell in zip(columns, row, strict=True):
            if cell:
                tone = tones[at] if tones else None
                paragraph(style(heading.ljust(label), bold=True) + style(cell, fg=tone), hanging=" " * label)
        click.echo("")


def paragraph(text: str, *, hanging: str = "") -> None:
    """A text, broken between words to the width of the terminal; in a pipe it stays one line.

    Lines after the first begin with `hanging`.
    """
    if not is_terminal():
        click.echo(text)
        return
    width = max(40, min(shutil.get_terminal_size().columns, WIDEST))
    click.echo(textwrap.fill(text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False))


def is_terminal() -> bool:
    """Whether the standard output is a terminal that can show more than plain text."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def style(text: str, **how: Any) -> str:
    """Coloured on a terminal, unless NO_COLOR is set."""
    coloured = is_terminal() and not os.environ.get("NO_COLOR")
    return click.style(text, **how) if coloured else text


def clean(text: str) -> str:
    """The text on one line, without anything that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]], tones: Sequence[str | None]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=not column.startswith(WIDE))
    for at, row in enumerate(rows):
        table.add_row(*(Text(cell) for cell in row), style=tones[at] if tones else None)
    Console().print(table)
