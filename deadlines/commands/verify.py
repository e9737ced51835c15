"""`deadlines verify`: a second person signs for an entry's dates."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@by_option
@json_option
@pass_app
def command(app: App, entry: str, by: str, as_json: bool) -> None:
    """Sign for an entry's dates, after checking the working that is shown against the notice.

    Not by the person who entered the notice, and not while the printed deadline is disputed. A new version
    of the dates must be verified anew.

    \b
    Example:
      deadlines verify k3v7qp2m --by ben@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json, style
    from deadlines.docket.verification import verify_entry
    from deadlines.docket.views import entry_view, find_entry

    with signed(app, by, "verify") as act:
        found = find_entry(act.session, entry)
        verify_entry(act.session, act.desk, found, by=act.by, now=act.now)
        view = entry_view(act.session, found)
    if as_json:
        print_json(view)
        return
    from deadlines.commands.explain import print_entry

    print_entry(view, clock.today(app.settings.firm.timezone))
    click.echo(style(f"Version {view.version} is verified by {view.verified_by}.", fg="green", bold=True))
