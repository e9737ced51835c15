"""`deadlines show`: one matter with its notices, windows and reminders, or one entry in full."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.docket.views import MatterView


@click.command()
@click.argument("name", metavar="MATTER|ENTRY")
@json_option
@pass_app
def command(app: App, name: str, as_json: bool) -> None:
    """One matter, or one entry, in full.

    \b
    Example:
      deadlines show 2026-0143
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.views import entry_view, find_entry, matter_view
    from deadlines.errors import InputError, NotFound

    with app.reading() as session:
        try:
            matter = matter_view(session, name)
        except NotFound as no_matter:
            try:
                entry = entry_view(session, find_entry(session, name))
            except InputError:
                raise no_matter from None
            if as_json:
                print_json(entry)
            else:
                from deadlines.commands.explain import print_entry

                print_entry(entry)
            return
    if as_json:
        print_json(matter)
        return
    _print_matter(matter)


def _print_matter(matter: "MatterView") -> None:
    from deadlines.commands.output import clean, print_table
    from deadlines.commands.windows import STATES, day_words

    client = f", client {clean(matter.client)}" if matter.client else ""
    restricted = ", RESTRICTED" if matter.restricted else ""
    click.echo(f"Matter {matter.matter}{client}, attorney {matter.attorney}{restricted}\n")
    print_table(
        ("Entry", "Notice", "Window", "Form", "Status", "File by", "Last day"),
        [
            (
                view.entry[:8],
                f"{view.kind}, {day_words(view.decided_on)}",
                view.window.title,
                view.window.form,
                view.status if view.window.state == "due" else STATES[view.window.state],
                day_words(view.window.safe_by),
                day_words(view.window.last_day),
            )
            for view in matter.entries
        ],
        empty="The matter has no notice.",
    )
    click.echo("\nReminders")
    print_table(
        ("Due (UTC)", "Entry", "Stage", "To", "By", "State"),
        [(f"{r.due_at:%Y-%m-%d %H:%M}", r.entry[:8], r.rung, r.to, r.channel, r.state) for r in matter.reminders],
        empty="None.",
    )
