"""`deadlines explain`: everything behind one entry's dates, enough to check them by hand."""

from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, firm_day, json_option, pass_app
from deadlines.commands.signing import looking_option, nexts_of, reader_of

if TYPE_CHECKING:
    from deadlines.docket.views import EntryView


COURIER = (
    "Counted back from the safe date in business days of the forum, because it must be received; how many is the "
    "firm's practice (`deadlines practice show`), not law."
)


@click.command()
@click.argument("entry", metavar="ENTRY")
@looking_option
@json_option
@pass_app
def command(app: App, entry: str, by: str | None, as_json: bool) -> None:
    """The working behind one entry's dates. ENTRY is its id, or the beginning of it.

    \b
    Example:
      deadlines explain k3v7qp2m
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.views import entry_view, find_entry
    from deadlines.docket.visible import require_visible

    with app.reading() as session:
        reader, found = reader_of(session, by), find_entry(session, entry)
        if reader is not None:
            require_visible(session, found.matter_id, reader)
        view = entry_view(session, found, nexts_of(app), reader=reader)
    if as_json:
        print_json(view)
    else:
        print_entry(view, clock.today(app.settings.firm.timezone))


def print_entry(view: "EntryView", today: date) -> None:
    """One entry for a person to check."""
    from deadlines.commands.changes import print_follow_ons
    from deadlines.commands.output import paragraph
    from deadlines.commands.windows import entered_words, print_window

    click.echo(f"Matter {view.matter}, attorney {view.attorney}, status {view.status}")
    paragraph(f"Notice {view.notice[:8]}: {entered_words(view.entered)}", hanging="  ")
    if view.altered:
        from deadlines.commands.output import style
        from deadlines.docket.trust import ALTERED

        paragraph(style(ALTERED, fg="red", bold=True))
    _print_checks(view)
    _print_missed(view, today)
    click.echo("")
    print_window(view.window, dispute=False)
    if view.dispatch_by is not None:
        from deadlines.commands.windows import day_words

        click.echo(f"  By courier: hand it over by {day_words(view.dispatch_by)}")
        click.echo(f"    {COURIER}")
    if view.milestones:
        from deadlines.commands.milestone import print_milestones

        click.echo("\nMilestones")
        print_milestones(view.milestones, today)
    if view.follow_ons:
        click.echo("")
        print_follow_ons(view.follow_ons)
    click.echo(
        f"\nEntry {view.entry}, notice {view.notice[:8]}, version {view.version} ({view.reason}), law edition "
        f"{view.edition}, recorded {view.recorded_at:%Y-%m-%d %H:%M} UTC by {view.recorded_by}.\n"
        "Not legal advice: verify the date against the notice and the cited law."
    )


def _print_missed(view: "EntryView", today: date) -> None:
    """Where the last day has gone by, or was recorded as missed: what to do now."""
    from deadlines.commands.output import style

    last = view.window.latest or view.window.last_day
    if view.status == "missed":
        words = f"MISSED. deadlines missed show {view.entry[:8]} lists what may still help; the record is frozen."
    elif view.status == "open" and last is not None and last < today:
        words = (
            f"PAST, and nothing is filed. If it was missed: deadlines missed {view.entry[:8]} --by ADDRESS --found-on "
            "DATE --how TEXT"
        )
    else:
        return
    click.echo(style(words, fg="red", bold=True))


def _print_checks(view: "EntryView") -> None:
    """How the entry was closed, or how far its dates are checked and what about them waits to be decided."""
    from deadlines.commands.output import clean, paragraph, style
    from deadlines.commands.show import closing_words, open_words
    from deadlines.commands.windows import day_words

    if view.closing is not None:
        click.echo(f"Closed: {clean(closing_words(view))}")
    elif view.status == "open":
        click.echo(f"Dates {clean(open_words(view))}")
        if view.initialed_source:
            click.echo(f"  {view.initialed_by} saw: {clean(view.initialed_source)}")
        _print_looks(view)
    if view.dispatched is not None:
        sent = view.dispatched
        words = f"tracking number {sent.tracking}, recorded by {sent.by}"
        click.echo(f"Dispatched on {day_words(sent.on)}: {clean(words)}")
    if view.dispute:
        paragraph(style(f"Printed date disputed: {clean(view.dispute)}", fg="red", bold=True))
        click.echo(f"  deadlines resolve {view.entry[:8]} --use printed|computed --reason REASON --by ADDRESS")
    if view.resolution is not None:
        made = view.resolution
        day = f" deadline, {day_words(made.printed)}" if made.printed is not None else " deadline"
        words = f"{made.use}{day if made.use == 'printed' else ' one'}, by {view.resolved_by}: {clean(made.reason)}"
        paragraph(f"Dispute resolved for the {words}")
        if view.held_to_print and made.comes_before(view.window.last_day, view.window.safe_by):
            click.echo("  A filing after that day is recorded as contested.")
        if made.use == "computed" and view.window.dispute is not None and view.status == "open":
            click.echo("  Until two people have accepted the later dates, a filing after the printed day is contested.")
    if view.extensions:
        from deadlines.commands.extension import print_extensions

        print_extensions(view.extensions)
    if view.waits:
        click.echo(f"Other dates wait: deadlines proposal show {view.waits[:8]}")


def _print_looks(view: "EntryView") -> None:
    """The second looks at the notice that differ from what was entered: whose, in which fields, and what ends it."""
    from deadlines.commands.output import paragraph, style
    from deadlines.commands.windows import day_words
    from deadlines.docket.looks import words_of

    for look in view.discrepancy:
        on = day_words(firm_day(look.at))
        words = f"Two entries differ: {look.by} read the notice on {on} otherwise in {words_of(look.fields)}."
        paragraph(style(words, fg="red", bold=True))
    if view.discrepancy:
        _print_ways(view)


def _print_ways(view: "EntryView") -> None:
    """What ends a difference: the correction that reaches every field in which somebody read otherwise, or a third
    look."""
    from deadlines.commands.output import paragraph
    from deadlines.docket.looks import must_be_struck
    from deadlines.docket.roles import who_may

    name = view.notice[:8]
    struck = must_be_struck(field for look in view.discrepancy for field in look.fields)
    if struck:
        words = f"No amendment reaches kind, form and date of the decision: {who_may('close')} strikes the notice, and"
        paragraph(f"  {words} it is recorded anew.", hanging="  ")
    click.echo(
        f"  deadlines {'strike' if struck else 'amend'} {name} …, or a third person: deadlines verify --notice {name}"
    )
