"""`deadlines recompute`: every stored date computed again, by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app, tell_doubt

if TYPE_CHECKING:
    from deadlines.daemon.recomputing import Recomputed

SETTLED = "Every stored date is what the law data gives."


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would happen; nothing is stored.")
@json_option
@pass_app
def command(app: App, dry_run: bool, as_json: bool) -> int:
    """Compute every open entry again. Earlier dates take effect at once, later ones wait for two people.

    The scheduler does this every night. It may be ended at any point: what is done is done whole. The exit
    status is 1 where a notice cannot be computed.

    \b
    Example:
      deadlines recompute --dry-run
    """
    from deadlines import clock
    from deadlines.commands.output import is_terminal, print_json
    from deadlines.daemon.recomputing import notices_to_check, recompute
    from deadlines.wiring import build_compute, build_desk

    desk = build_desk(app.settings, actor())
    with app.database() as database:
        with database.read() as session:
            tell_doubt(session)
        total = notices_to_check(database)
        with _progress(total, shown=is_terminal() and not as_json) as go_on:
            found = recompute(
                database, desk, build_compute(app.settings), now=clock.now(), dry_run=dry_run, go_on=go_on
            )
    if as_json:
        print_json(
            {
                "edition": desk.law.edition,
                "dry_run": dry_run,
                "checked": found.checked,
                "moves": found.moves,
                "failures": found.failures,
            }
        )
    else:
        _print(found, dry_run=dry_run)
    return 1 if found.failures else 0


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[int], bool]]:
    """A bar on a terminal, nothing elsewhere; what it gives is told how many notices are done."""
    if not shown:
        yield lambda _done: True
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Notices"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("notices", total=total)

        def go_on(done: int) -> bool:
            bar.update(task, completed=done)
            return True

        yield go_on


def _print(found: "Recomputed", *, dry_run: bool) -> None:
    from deadlines.commands.changes import print_moves
    from deadlines.commands.output import clean

    print_moves(found.moves, empty=SETTLED)
    for failure in found.failures:
        click.echo(f"Notice {failure.notice[:8]} of matter {failure.matter}: {clean(failure.sentence)}", err=True)
    waiting = sum(move.outcome == "waiting" for move in found.moves)
    click.echo(
        f"{found.checked} open entries checked, {len(found.moves)} other dates, {waiting} newly to be agreed to."
    )
    if dry_run:
        click.echo("A dry run: nothing was stored.")
    elif waiting:
        click.echo("`deadlines proposal list` shows what waits.")
