"""`deadlines file`: satisfied, with proof."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, nexts_of, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.views import EntryView

LOUD = {
    "late": "LATE: the filing of {on} came after the last day {last_day}. Tell the responsible attorney now.",
    "contested": "CONTESTED: the filing of {on} is in time only by some readings; the last day is {last_day}, the "
    "latest arguable day {latest}. Tell the responsible attorney now.",
}


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--on", required=True, type=DAY, metavar="DATE", help="The day on which the forum received it.")
@click.option("--proof", required=True, metavar="TEXT", help="Receipt number, tracking number, or the stamped copy.")
@by_option
@click.option(
    "--anyway", is_flag=True, help="Record it though the window had not opened, or its alternative was filed already."
)
@json_option
@pass_app
def command(app: App, entry: str, on: "date", proof: str, by: str, anyway: bool, as_json: bool) -> None:
    """Record that an entry was filed: the day of receipt counts, not the postmark.

    A late or contested filing is recorded as such. Where an alternative of the entry was filed already (a motion
    and an appeal on one decision, say) it is refused unless --anyway says that both were filed. Reminders end and the
    calendar entries are cancelled.

    \b
    Example:
      deadlines file k3v7qp2m --on 2026-11-18 --proof "IOE0912345678" --by ana@firm.example
    """
    from deadlines.docket.closing import file_entry
    from deadlines.docket.views import entry_view, find_entry

    with signed(app, by, "file") as act:
        found = find_entry(act.session, entry)
        file_entry(act.session, act.desk, found, on=on, proof=proof, by=act.by, now=act.now, anyway=anyway)
        view = entry_view(act.session, found, nexts_of(app))
    answer(view, as_json=as_json)


def answer(view: "EntryView", *, as_json: bool) -> None:
    """What was recorded, loudly where it may be too late, and what comes next."""
    from deadlines.commands.changes import print_follow_ons
    from deadlines.commands.output import clean, paragraph, print_json, style
    from deadlines.commands.show import closing_words
    from deadlines.commands.windows import day_words

    if as_json:
        print_json(view)
        return
    click.echo(f"{view.window.title}, matter {view.matter}, entry {view.entry[:8]}: {closing_words(view)}.")
    closing = view.closing
    if closing is not None and closing.timeliness in LOUD:
        days = {name: day_words(getattr(closing, name)) for name in ("on", "last_day", "latest")}
        click.echo(style(LOUD[closing.timeliness].format(**days), fg="red", bold=True))
    if closing is not None and closing.early:
        opens = day_words(view.window.opens_on)
        click.echo(style(f"EARLY: the window opens on {opens}; keep the proof that it was accepted.", fg="red"))
    for sentence in closing.beside if closing is not None else ():
        paragraph(style(f"NOT BOTH: {clean(sentence)} Tell the responsible attorney now.", fg="red", bold=True))
    print_follow_ons(view.follow_ons)
