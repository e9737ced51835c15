"""`deadlines waive`: decided against."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, nexts_of, reason_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@reason_option
@by_option
@json_option
@pass_app
def command(app: App, entry: str, reason: str, by: str, as_json: bool) -> None:
    """Record that a remedy will not be used. Reminders end and the calendar entries are cancelled.

    \b
    Example:
      deadlines waive k3v7qp2m --reason "client files anew instead" --by ana@firm.example
    """
    from deadlines.commands.filing import answer
    from deadlines.docket.closing import waive_entry
    from deadlines.docket.views import entry_view

    with signed(app, by, "close") as act:
        found = act.entry(entry)
        waive_entry(act.session, act.desk, found, reason=reason, by=act.by, now=act.now)
        view = entry_view(act.session, found, nexts_of(app), reader=act.by)
    answer(view, as_json=as_json)
