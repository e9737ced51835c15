"""`deadlines initial`: the responsible attorney puts their initials to an entry's dates."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--source", metavar="TEXT", help="What you saw, such as: file-stamped order p. 1.")
@by_option
@json_option
@pass_app
def command(app: App, entry: str, source: str | None, by: str, as_json: bool) -> None:
    """Initial the dates of an entry: by the matter's attorney, their deputy or a partner.

    A new version of the dates must be initialed anew.

    \b
    Example:
      deadlines initial k3v7qp2m --source "file-stamped order p. 1" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.initials import initial_entry
    from deadlines.docket.views import entry_view

    with signed(app, by, "initial") as act:
        found = act.entry(entry)
        initial_entry(act.session, act.desk, found, by=act.by, now=act.now, source=source)
        view = entry_view(act.session, found, reader=act.by)
    answer(view, f"Version {view.version} of {view.window.title} is initialed by {view.initialed_by}.", as_json=as_json)
