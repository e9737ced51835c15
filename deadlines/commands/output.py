"""How commands answer: rich tables on a terminal, plain aligned text in a pipe, JSON for programs."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

Row = Sequence[str | None]


def print_json(value: Any) -> None:
    """The value as JSON, one document, indented, UTF-8, with a line end."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(text)


def print_table(columns: Sequence[str], rows: Sequence[Row], *, empty: str) -> None:
    """Rows below their headings; the sentence `empty` where there are none."""
    cells = [[clean(cell or "") for cell in row] for row in rows]
    if not cells:
        click.echo(empty)
    elif is_terminal():
        _print_rich(columns, cells)
    else:
        click.echo(plain_table(columns, cells))


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Headings and rows, aligned by spaces, two between columns."""
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


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


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
