"""`deadlines reopen`: take back a wrong closing."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, reason_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@reason_option
@by_option
@json_option
@pass_app
def command(app: App, entry: str, reason: str, by: str, as_json: bool) -> None:
    """Take back a wrong file, waive or strike: dates, reminders and calendar entries hold again.

    The dates are computed anew from law, notice and granted time of now: what comes earlier holds at once, what comes
    later waits for two people.

    \b
    Example:
      deadlines reopen k3v7qp2m --reason "the receipt is of another case" --by ana@firm.example
    """
    from deadlines.commands.output import print_json
    from deadlines.commands.windows import day_words
    from deadlines.docket.closing import reopen_entry
    from deadlines.docket.views import entry_view

    with signed(app, by, "close") as act:
        found = act.entry(entry)
        reopen_entry(act.session, act.desk, found, reason=reason, by=act.by, now=act.now)
        view = entry_view(act.session, found, reader=act.by)
    if as_json:
        print_json(view)
        return
    dated = f"; file by {day_words(view.window.safe_by)}" if view.window.safe_by else ""
    click.echo(f"{view.window.title}, matter {view.matter}, entry {view.entry[:8]}, is {view.status} again{dated}.")
    if view.waits:
        click.echo(f"Other dates wait for two people: `deadlines proposal show {view.waits[:8]}`.")
