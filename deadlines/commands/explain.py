"""`deadlines explain`: everything behind one entry's dates, enough to check them by hand."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.docket.views import EntryView


@click.command()
@click.argument("entry", metavar="ENTRY")
@json_option
@pass_app
def command(app: App, entry: str, as_json: bool) -> None:
    """The working behind one entry's dates. ENTRY is its id, or the beginning of it.

    \b
    Example:
      deadlines explain k3v7qp2m
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.views import entry_view, find_entry

    with app.reading() as session:
        view = entry_view(session, find_entry(session, entry))
    if as_json:
        print_json(view)
    else:
        print_entry(view)


def print_entry(view: "EntryView") -> None:
    """One entry for a person to check."""
    from deadlines.commands.windows import day_words, print_window

    dated = day_words(view.decided_on)
    click.echo(f"Matter {view.matter}: {view.kind}, dated {dated}; attorney {view.attorney}; status {view.status}\n")
    print_window(view.window)
    click.echo(
        f"\nEntry {view.entry}, version {view.version}, law edition {view.edition}, recorded "
        f"{view.recorded_at:%Y-%m-%d %H:%M} UTC by {view.recorded_by}.\n"
        "Not legal advice: verify the date against the notice and the cited law."
    )
