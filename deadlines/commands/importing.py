"""`deadlines import`: notices from a table. What would happen by default, all of it or nothing with --apply."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, actor, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.docket.import_rows import Fault, ImportRow
    from deadlines.docket.importing import Plan
    from deadlines.docket.intake import Desk

REFUSED = 3
MANY, A_MINUTE = 1_000, 2_000
"""Notices whose recording takes long; and how many take about a minute."""
SLOW = (
    "Recording them takes some {0} minutes, in which nobody else can record and no reminder leaves: do it when the "
    "office is closed, or split the file."
)
MOST_SHOWN = 12
"""Row numbers of one line of the answer."""


@click.command()
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--apply", "does", is_flag=True, help="Record the notices; without it nothing is written.")
@click.option("--by", metavar="ADDRESS", help="Mail address of the person who imports; somebody else verifies.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook; default: Notices, or the only one.")
@click.option(
    "--dates",
    type=click.Choice(["iso", "mdy", "dmy"]),
    default="iso",
    show_default=True,
    help="The order of figures in dates: mdy for 10/23/2026, dmy for 23/10/2026; iso: such dates are refused.",
)
@click.option("--template", type=click.Choice(["csv", "xlsx"]), help="Write an empty table instead, to be filled in.")
@click.option("--output", "-o", metavar="FILE", help="Where to write the template; an existing file is left as it is.")
@json_option
@pass_app
@click.pass_context
def command(
    ctx: click.Context,
    app: App,
    /,
    file: str | None,
    template: str | None,
    output: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Record the notices of a CSV or XLSX file: all of them, or none.

    Without --apply it says what would happen. Each row has a key of the firm's own, so that a row that was imported
    before adds nothing. Every mistake is told with its row and column.

    \b
    Example:
      deadlines import --template xlsx -o notices.xlsx
      deadlines import notices.xlsx --by ana@firm.example
      deadlines import notices.xlsx --by ana@firm.example --apply
    """
    if template is not None:
        _template(app, template, output)
        return
    if file is None or not given["by"]:
        raise click.UsageError("Name the file and who imports it: deadlines import FILE --by ADDRESS.")
    answer = _import(app, Path(file), **given)
    if as_json:
        from deadlines.commands.output import print_json

        print_json(answer)
    else:
        _print(answer)
    ctx.exit(REFUSED if answer["errors"] else 0)


def _template(app: App, kind: str, output: str | None) -> None:
    from deadlines.commands.files import write_new, write_out
    from deadlines.docket import template
    from deadlines.wiring import build_law

    body = template.csv_template() if kind == "csv" else template.xlsx_template(build_law(app.settings))
    if output is not None:
        write_new(Path(output), body)
    else:
        write_out(body, text=kind == "csv")


def _import(app: App, path: Path, *, does: bool, by: str, sheet: str | None, dates: str) -> dict[str, Any]:
    """What the import did, or would do."""
    from deadlines import clock
    from deadlines.commands.files import read_file
    from deadlines.docket.import_rows import read_rows
    from deadlines.docket.importing import check
    from deadlines.docket.people import active_person
    from deadlines.docket.roles import require
    from deadlines.sheets import read_grid
    from deadlines.sheets.model import MOST_BYTES
    from deadlines.wiring import build_desk

    desk = build_desk(app.settings, actor(), "command")
    data = read_file(path, most=MOST_BYTES)
    rows, faults = read_rows(read_grid(data, sheet=sheet), desk.law, dates=dates)
    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session, _progress("Checking", len(rows)) as tell:
        person = active_person(session, by)
        require(person, "enter")
        plan = check(session, desk, rows, by=person, today=today, tell=tell)
    faults = sorted([*faults, *plan.faults], key=lambda fault: (fault.row, fault.cell))
    if does and not faults:
        plan = _apply(app, desk, rows, by, data)
        faults = plan.faults
    return _answer(path.name, plan, faults, applied=does and not faults)


def _apply(app: App, desk: "Desk", rows: "list[ImportRow]", by: str, data: bytes) -> "Plan":
    import hashlib

    from msgspec.structs import replace

    from deadlines import clock
    from deadlines.docket.importing import record
    from deadlines.docket.people import active_person
    from deadlines.docket.roles import require

    with app.writing() as session, _progress("Recording", len(rows)) as tell:
        person = active_person(session, by)
        require(person, "enter")
        desk = replace(desk, actor=person.email)
        return record(
            session,
            desk,
            rows,
            by=person,
            source=hashlib.sha256(data).hexdigest(),
            now=clock.now(),
            today=clock.today(app.settings.firm.timezone),
            tell=tell,
        )


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """A bar on a terminal; in a pipe there is none."""
    if not sys.stderr.isatty() or not total:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _answer(name: str, plan: "Plan", faults: "list[Fault]", *, applied: bool) -> dict[str, Any]:
    new = [row for row in plan.rows if row.outcome == "new"]
    return {
        "file": name,
        "applied": applied,
        "errors": [
            {"row": fault.row, "column": fault.column, "cell": fault.cell, "message": fault.sentence}
            for fault in faults
        ],
        "new_matters": sum(row.new_matter for row in new),
        "new_notices": len(new),
        "windows": sum(row.opens for row in new),
        "known": plan.count("known"),
        "rows": plan.rows,
    }


def _print(answer: dict[str, Any]) -> None:
    from deadlines.commands.output import clean

    if answer["errors"]:
        for error in answer["errors"]:
            click.echo(clean(error["message"]), err=True)
        count = "1 mistake" if len(answer["errors"]) == 1 else f"{len(answer['errors'])} mistakes"
        click.echo(f"{answer['file']}: {count}; nothing was recorded.", err=True)
        return
    rows = answer["rows"]
    known = [row.row for row in rows if row.outcome == "known"]
    asking = [row for row in rows if row.asks]
    _line("new notices", answer["new_notices"], f"opening {answer['windows']} windows with dates" if rows else "")
    _line("new matters", answer["new_matters"], "")
    _line("known already", len(known), f"nothing is added ({_numbers(known)})" if known else "")
    restricted = [row.row for row in rows if row.restricts]
    _line("restrict their matter", len(restricted), _numbers(restricted))
    named = [row.row for row in rows if row.names_client]
    _line("name the client of a matter that has none", len(named), _numbers(named))
    again = [row.row for row in rows if row.reopens]
    _line("open a closed matter again", len(again), _numbers(again))
    past = [row.row for row in rows if row.past]
    _line("have a window that has passed", len(past), _numbers(past))
    _line("leave a question open", len(asking), _facts([fact for row in asking for fact in row.asks]))
    warned = [row for row in rows if row.warnings]
    for row in warned[:MOST_SHOWN]:
        click.echo(f"Note: row {row.row}: {clean(' '.join(row.warnings))}", err=True)
    if len(warned) > MOST_SHOWN:
        click.echo(f"Note: {len(warned) - MOST_SHOWN} more rows have notes; --json shows them.", err=True)
    if not answer["applied"] and answer["new_notices"] > MANY:
        click.echo(SLOW.format(answer["new_notices"] // A_MINUTE + 1))
    click.echo(
        "Recorded."
        if answer["applied"]
        else "Nothing was recorded: this shows what would be. Say --apply to record it."
    )


def _line(what: str, count: int, more: str) -> None:
    if count or what == "new notices":
        click.echo(f"{count:>7,}  {what}{f': {more}' if more else ''}")


def _numbers(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:MOST_SHOWN]))
    return f"row{'' if len(rows) == 1 else 's'} {shown}{', …' if len(rows) > MOST_SHOWN else ''}" if rows else ""


def _facts(facts: list[str]) -> str:
    from collections import Counter

    return ", ".join(f"{fact} {count}" for fact, count in Counter(facts).most_common())
