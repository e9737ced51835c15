"""`deadlines recheck`: a second person looks at a closed entry and its proof."""

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import by_option, signed


@click.command()
@click.argument("entry", metavar="ENTRY")
@by_option
@json_option
@pass_app
def command(app: App, entry: str, by: str, as_json: bool) -> None:
    """Sign that a closed entry was closed rightly: filed, waived or struck, with its proof or reason.

    Not by the person who closed it. If it was closed wrongly, `deadlines reopen` takes that back.

    \b
    Example:
      deadlines recheck k3v7qp2m --by ben@firm.example
    """
    from deadlines.commands.output import answer, clean
    from deadlines.commands.show import closing_words
    from deadlines.docket.closed import recheck_entry
    from deadlines.docket.views import entry_view

    with signed(app, by, "file") as act:
        found = act.entry(entry)
        recheck_entry(act.session, act.desk, found, by=act.by, now=act.now)
        view = entry_view(act.session, found, reader=act.by)
    answer(view, f"{view.window.title}, entry {view.entry[:8]}: {clean(closing_words(view))}.", as_json=as_json)
