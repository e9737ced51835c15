"""`deadlines show`: one matter or notice with its windows and reminders, or one entry in full."""

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, firm_day, json_option, pass_app
from deadlines.commands.signing import looking_option, nexts_of, reader_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.docket.closed import ClosedLine
    from deadlines.docket.records import Nexts
    from deadlines.docket.views import EntryView, MatterView
    from deadlines.store.tables import Person


@click.command()
@click.argument("name", metavar="MATTER|NOTICE|ENTRY")
@looking_option
@json_option
@pass_app
def command(app: App, name: str, by: str | None, as_json: bool) -> None:
    """One matter, one notice with its entries, or one entry, in full.

    \b
    Example:
      deadlines show 2026-0143
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.views import EntryView

    today = clock.today(app.settings.firm.timezone)
    with app.reading() as session:
        view = _find(session, name, nexts_of(app), reader_of(session, by))
    if as_json:
        print_json(view)
    elif isinstance(view, EntryView):
        from deadlines.commands.explain import print_entry

        print_entry(view, today)
    else:
        _print_matter(view, today)


def _find(session: "Session", name: str, nexts: "Nexts", reader: "Person | None") -> "MatterView | EntryView":
    """A matter's number comes before an entry's id, and that before a notice's; as far as the reader may see it."""
    from deadlines.docket.notices import find_notice
    from deadlines.docket.prefixes import SHORTEST
    from deadlines.docket.teams import find_matter
    from deadlines.docket.views import entry_view, find_entry, matter_view
    from deadlines.errors import NotFound

    with suppress(NotFound):
        _require_seen(session, find_matter(session, name).id, reader)
        return matter_view(session, name, nexts, reader=reader)
    if name.strip().isalnum() and len(name.strip()) >= SHORTEST:
        with suppress(NotFound):
            entry = find_entry(session, name)
            _require_seen(session, entry.matter_id, reader)
            return entry_view(session, entry, nexts, reader=reader)
        with suppress(NotFound):
            notice = find_notice(session, name)
            _require_seen(session, notice.matter_id, reader)
            return matter_view(session, notice.matter.reference, nexts, notice=notice.id, reader=reader)
    raise NotFound(
        f"No matter has the number '{name}', and no notice or entry begins so; `deadlines list` shows what is open."
    )


def _require_seen(session: "Session", matter_id: str, reader: "Person | None") -> None:
    from deadlines.docket.visible import require_visible

    if reader is not None:
        require_visible(session, matter_id, reader)


def _print_matter(matter: "MatterView", today: date) -> None:
    from deadlines.commands.changes import print_follow_ons
    from deadlines.commands.milestone import print_milestones
    from deadlines.commands.output import clean, paragraph, print_table
    from deadlines.commands.windows import day_words, entered_words, undated_words
    from deadlines.docket.reminder_words import became, words_of

    client = f", client {clean(matter.client)}" if matter.client else ""
    restricted = ", RESTRICTED" if matter.restricted else ""
    closed = f", CLOSED {firm_day(matter.closed_at)} by {matter.closed_by}" if matter.closed_at is not None else ""
    click.echo(f"Matter {matter.matter}{client}, attorney {matter.attorney}{restricted}{closed}\n")
    print_table(
        ("Entry", "Notice", "Window", "Form", "Status", "File by", "Last day", "Checked"),
        [
            (
                view.entry[:8],
                f"{view.notice[:8]} {view.kind}, {day_words(view.decided_on)}" if view.entered else view.notice[:8],
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
    for entered in {view.notice: view.entered for view in matter.entries}.items():
        paragraph(f"Notice {entered[0][:8]}: {entered_words(entered[1])}", hanging="  ")
    for view in matter.entries:
        if view.closing is not None and view.follow_ons:
            click.echo(f"\n{view.entry[:8]} {view.window.title}")
            print_follow_ons(view.follow_ons)
    titles = {step.template: step.title for view in matter.entries for step in view.milestones}
    steps = [step for view in matter.entries for step in view.milestones if step.state != "cancelled"]
    if steps:
        click.echo("\nMilestones")
        print_milestones(sorted(steps, key=lambda step: step.due_on), today)
    click.echo("\nReminders")
    print_table(
        ("Due (UTC)", "Entry", "Of", "To", "By", "State"),
        [
            (f"{r.due_at:%Y-%m-%d %H:%M}", r.entry[:8], words_of(r.rung, titles), r.to, r.channel, became(r.state))
            for r in matter.reminders
        ],
        empty="None.",
    )


def closing_words(view: "EntryView | ClosedLine") -> str:
    """How an entry was closed, in one line: what, when, proof or reason, by whom, and who looked at it since."""
    from deadlines.commands.windows import day_words

    closing, by = view.closing, view.closed_by
    if closing is None:
        return view.status
    again = f"re-checked by {view.rechecked_by}" if view.rechecked_by else "not re-checked"
    if closing.event == "filed":
        timeliness = f"{closing.timeliness}, beside an alternative" if closing.beside else closing.timeliness
        return f"filed on {day_words(closing.on)}, {timeliness}, proof: {closing.proof}, recorded by {by}, {again}"
    return f"{closing.event} on {day_words(view.closed_on)} by {by}: {closing.reason}, {again}"


def open_words(view: "EntryView") -> str:
    """How far the dates of an open entry are checked, in one line."""
    from deadlines.commands.windows import Marks, checked_words

    marks = Marks(
        initialed_by=view.initialed_by,
        dispatched_on=view.dispatched.on if view.dispatched is not None else None,
        discrepant=bool(view.discrepancy),
        disputed=view.dispute is not None,
        held_to_print=view.held_to_print,
        waits=view.waits is not None,
        altered=view.altered,
        wanted=next((each.wanted_on for each in view.extensions if each.state == "requested"), None),
    )
    return checked_words(view.verified_by, view.verified_at, marks)


def _remark(view: "EntryView") -> str | None:
    if view.altered:
        return open_words(view)
    if view.closing is not None:
        return closing_words(view)
    return open_words(view) if view.status == "open" else None
