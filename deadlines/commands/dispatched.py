"""`deadlines dispatched`: a filing was sent; that it arrived is still to be proved."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.views import EntryView


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--on", required=True, type=DAY, metavar="DATE", help="The day on which it left the house.")
@click.option("--tracking", required=True, metavar="NUMBER", help="The courier's or the post's tracking number.")
@by_option
@json_option
@pass_app
def command(app: App, entry: str, on: "date", tracking: str, by: str, as_json: bool) -> None:
    """Record that a filing was sent. The entry stays open and its reminders go on until receipt is proved.

    \b
    Example:
      deadlines dispatched k3v7qp2m --on 2026-11-16 --tracking 9400111899223817596312 --by ana@firm.example
    """
    from deadlines.docket.dispatching import dispatch_entry
    from deadlines.docket.views import entry_view

    with signed(app, by, "file") as act:
        found = act.entry(entry)
        dispatch_entry(act.session, act.desk, found, on=on, tracking=tracking, by=act.by, now=act.now)
        view = entry_view(act.session, found, reader=act.by)
    print_dispatched(view, as_json=as_json)


def print_dispatched(view: "EntryView", *, as_json: bool) -> None:
    """That it was sent, that this closes nothing where the law counts receipt, and what closes it."""
    from deadlines.commands.output import clean, paragraph, print_json, style
    from deadlines.commands.windows import day_words

    if as_json:
        print_json(view)
        return
    sent = view.dispatched
    if sent is not None:
        tracking = clean(sent.tracking)
        paragraph(
            f"{view.window.title}, matter {view.matter}, entry {view.entry[:8]}: dispatched on {day_words(sent.on)}, "
            f"tracking number {tracking}, recorded by {sent.by}."
        )
    words = (
        f"STILL OPEN: it counts when {clean(view.window.filed_when)}, and a tracking number proves dispatch, not "
        "receipt. Reminders go on. Once it has arrived: "
        f"deadlines file {view.entry[:8]} --on DATE --receipt NUMBER (or --copy FILE) --by ADDRESS"
    )
    paragraph(style(words, fg="yellow", bold=True))
