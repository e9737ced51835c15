"""`deadlines ack`: a person takes a date on."""

from datetime import timedelta

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--days", type=click.IntRange(1, 30), help="How long it holds, instead of reminders.ack_days.")
@by_option
@json_option
@pass_app
def command(app: App, entry: str, days: int | None, by: str, as_json: bool) -> None:
    """Take a date on: the reminders go on, but nobody else is asked because nobody answered.

    It holds for some days. On the day before each date it must be said anew, and whenever the dates change.

    \b
    Example:
      deadlines ack k3v7qp2m --by ana@firm.example
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.acknowledging import acknowledge
    from deadlines.docket.views import find_entry

    reminders = app.settings.reminders
    with signed(app, by, "acknowledge") as act:
        found = find_entry(act.session, entry)
        lasts = timedelta(days=days or reminders.ack_days)
        row = acknowledge(act.session, found, act.by, now=act.now, lasts=lasts, zone=app.settings.firm.timezone)
        shown = {"entry": found.id, "matter": found.matter.reference, "by": act.by.email, "until": row.until}
    if as_json:
        print_json(shown)
    else:
        click.echo(
            f"{shown['by']} has taken on entry {found.id[:8]} of matter {shown['matter']}, "
            f"until {row.until:%Y-%m-%d %H:%M} UTC."
        )
