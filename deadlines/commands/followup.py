"""`deadlines followup`: what was due last week and is due next, each with its proof of filing or none."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY

if TYPE_CHECKING:
    from deadlines.docket.follow_up import FollowUpLine

WHAT = {"protective": "protective", "file-by": "file by", "last-day": "LAST DAY"}


@click.command()
@click.option("--on", type=DAY, metavar="DATE", help="Around another day than today.")
@click.option("--by", metavar="ADDRESS", help="Who looks; without it restricted matters are veiled.")
@json_option
@pass_app
def command(app: App, on: date | None, by: str | None, as_json: bool) -> None:
    """The list for whoever follows up: what was due last week and next week, with the proof of each filing.

    It is mailed to the partner named in follow_up.partner on the weekday follow_up.weekly.

    \b
    Example:
      deadlines followup --by paul@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, style
    from deadlines.docket.follow_up import follow_up
    from deadlines.docket.people import active_person

    day = on or clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        found = follow_up(session, active_person(session, by) if by is not None else None, on=day)
    if as_json:
        print_json({"on": found.on, "unproved": found.unproved, "last": found.last, "next": found.next})
        return
    click.echo(style("Due last week", bold=True))
    _print(found.last, "Nothing was due.")
    click.echo(style("\nDue next week", bold=True))
    _print(found.next, "Nothing is due.")


def _print(lines: "Sequence[FollowUpLine]", empty: str) -> None:
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words
    from deadlines.docket.extension_views import asked_words

    print_table(
        ("Date", "What", "Matter", "Window", "Attorney", "Entry", "Status", "Filed", "In time", "Reason or proof"),
        [
            (
                day_words(line.on),
                WHAT[line.what],
                line.matter,
                line.title,
                line.attorney,
                line.entry[:8],
                line.status,
                day_words(line.filed_on),
                line.timeliness,
                line.word if line.extension_to is None else f"{line.word}; {asked_words(line.extension_to)}",
            )
            for line in lines
        ],
        empty=empty,
        tones=[None if line.proved else "red" for line in lines],
    )
