"""`deadlines show`: one matter with its notices, windows and reminders, or one entry in full."""

from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.signing import nexts_of

if TYPE_CHECKING:
    from deadlines.docket.views import EntryView, MatterView


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
            matter = matter_view(session, name, nexts_of(app))
        except NotFound as no_matter:
            try:
                entry = entry_view(session, find_entry(session, name), nexts_of(app))
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
    from deadlines.commands.changes import print_follow_ons
    from deadlines.commands.output import clean, print_table
    from deadlines.commands.windows import day_words, undated_words

    client = f", client {clean(matter.client)}" if matter.client else ""
    restricted = ", RESTRICTED" if matter.restricted else ""
    click.echo(f"Matter {matter.matter}{client}, attorney {matter.attorney}{restricted}\n")
    print_table(
        ("Entry", "Notice", "Window", "Form", "Status", "File by", "Last day", "Checked"),
        [
            (
                view.entry[:8],
                f"{view.notice[:8]} {view.kind}, {day_words(view.decided_on)}",
                view.window.title,
                view.window.form,
                view.status if view.window.state == "due" else undated_words(view.window.state, view.window.opens_on),
                day_words(view.window.safe_by),
                day_words(view.window.last_day),
                _remark(view),
            )
            for view in matter.entries
        ],
        empty="The matter has no notice.",
    )
    for view in matter.entries:
        if view.closing is not None and view.follow_ons:
            click.echo(f"\n{view.entry[:8]} {view.window.title}")
            print_follow_ons(view.follow_ons)
    click.echo("\nReminders")
    print_table(
        ("Due (UTC)", "Entry", "Stage", "To", "By", "State"),
        [(f"{r.due_at:%Y-%m-%d %H:%M}", r.entry[:8], r.rung, r.to, r.channel, r.state) for r in matter.reminders],
        empty="None.",
    )


def closing_words(view: "EntryView") -> str:
    """How an entry was closed, in one line: what, when, the proof or the reason, by whom."""
    from deadlines.commands.windows import day_words

    closing, by = view.closing, view.closed_by
    if closing is None:
        return view.status
    if closing.event == "filed":
        return f"filed on {day_words(closing.on)}, {closing.timeliness}, proof: {closing.proof}, recorded by {by}"
    return f"{closing.event} on {day_words(view.closed_on)} by {by}: {closing.reason}"


def _remark(view: "EntryView") -> str | None:
    from deadlines.commands.windows import checked_words

    if view.closing is not None:
        return closing_words(view)
    if view.status != "open":
        return None
    disputed, waits = view.dispute is not None, view.waits is not None
    return checked_words(view.verified_by, view.verified_at, disputed=disputed, waits=waits)
