"""`deadlines resolve`: decide between the printed and the computed deadline."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed

if TYPE_CHECKING:
    from deadlines.docket.moves import Move
    from deadlines.docket.records import Use
    from deadlines.docket.views import EntryView


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--use",
    required=True,
    type=click.Choice(["printed", "computed"]),
    help="printed: it holds; the dates in force stay, and a filing after it is contested. "
    "computed: leave the printed deadline aside.",
)
@reason_option
@by_option
@json_option
@pass_app
def command(app: App, entry: str, use: "Use", reason: str, by: str, as_json: bool) -> None:
    """Decide which date holds where the notice prints another deadline than the law gives.

    Leaving the printed one aside brings the dates to what the law and granted time give: earlier ones hold at once,
    later ones wait until a second person accepts them. What was decided can be decided anew; the trail keeps both.

    \b
    Example:
      deadlines resolve k3v7qp2m --use printed --reason "the officer applies it" --by ana@firm.example
    """
    from deadlines.commands.changes import print_moves
    from deadlines.commands.output import clean, print_json
    from deadlines.docket.verification import resolve_dispute
    from deadlines.docket.views import entry_view

    with signed(app, by, "decide") as act:
        found = act.entry(entry)
        before = entry_view(act.session, found, reader=act.by)
        move = resolve_dispute(act.session, act.desk, found, use=use, reason=reason, by=act.by, now=act.now)
        view = entry_view(act.session, found, reader=act.by)
    if as_json:
        print_json({"entry": view, "move": move})
        return
    kept = "the printed deadline is left aside" if use == "computed" else _kept(view, move)
    click.echo(f"{view.window.title}, matter {view.matter}, entry {view.entry[:8]}: resolved, {kept}.")
    if before.resolution is not None and not before.dispute:
        made = before.resolution
        click.echo(clean(f"Before, {before.resolved_by} had decided for the {made.use} date: {made.reason}"))
    if use == "computed" or move is not None:
        print_moves([move] if move is not None else [], empty="No date changes.")


def _kept(view: "EntryView", move: "Move | None") -> str:
    """What stays where the printed deadline holds."""
    from deadlines.commands.windows import day_words

    stays = move is None or move.kind == "same"
    stay, made = "the dates in force stay" if stays else "the printed deadline holds", view.resolution
    if made is None or not made.comes_before(view.window.last_day, view.window.safe_by):
        return stay
    return f"{stay}; a filing after the printed {day_words(made.printed)} is recorded as contested"
