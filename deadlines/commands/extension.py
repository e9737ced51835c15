"""`deadlines extension`: more time that was asked for, and what became of it."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, reason_option, signed

if TYPE_CHECKING:
    from deadlines.docket.extension_views import ExtensionView


@click.group()
def command() -> None:
    """More time. What is asked for is provisional: the dates stay as they are until it is granted.

    \b
    Example:
      deadlines extension list
    """


@command.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--to", "to", required=True, type=DAY, metavar="DATE", help="The day until which time is asked for.")
@click.option("--requested-on", required=True, type=DAY, metavar="DATE", help="The day on which it was asked for.")
@click.option("--proof", required=True, metavar="TEXT", help="Proof of the request: receipt, tracking number, copy.")
@by_option
@json_option
@pass_app
def request(app: App, entry: str, to: date, requested_on: date, proof: str, by: str, as_json: bool) -> None:
    """Record that more time was asked for. No date moves, and every reminder stays.

    Refused where the law allows no more time.

    \b
    Example:
      deadlines extension request k3v7qp2m --to 2026-12-15 --requested-on 2026-11-18 --proof "ECAS 1234" \\
        --by ana@firm.example
    """
    from deadlines.commands.output import paragraph, print_json, style
    from deadlines.commands.windows import day_words
    from deadlines.docket.extension_views import extension_views
    from deadlines.docket.extensions import request_extension

    with signed(app, by, "file") as act:
        found = act.entry(entry)
        made = request_extension(
            act.session, act.desk, found, to=to, asked_on=requested_on, proof=proof, by=act.by, now=act.now
        )
        [view] = extension_views(act.session, entry=found)
    if as_json:
        print_json({"extension": view, "warnings": made.warnings})
        return
    click.echo(
        f"{view.title}, matter {view.matter}, entry {view.entry[:8]}: more time until {day_words(view.wanted_on)} is "
        "asked for. It is provisional, not granted: the dates on the docket hold."
    )
    for warning in made.warnings:
        paragraph(f"{style('Note:', fg='yellow', bold=True)} {warning}", hanging="  ")


@command.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--to", "to", required=True, type=DAY, metavar="DATE", help="The new last day, as the grant says it.")
@click.option("--granted-on", type=DAY, metavar="DATE", help="The day on which it was granted; default: today.")
@click.option("--proof", required=True, metavar="TEXT", help="Proof of the grant, without the client's name.")
@by_option
@json_option
@pass_app
def grant(app: App, entry: str, to: date, granted_on: date | None, proof: str, by: str, as_json: bool) -> None:
    """Record that more time was granted. The later date waits until a second person accepts it.

    \b
    Example:
      deadlines extension grant k3v7qp2m --to 2026-12-15 --granted-on 2026-11-24 --proof "order of 24 November" \\
        --by ana@firm.example
    """
    from deadlines import clock
    from deadlines.commands.changes import dates_words
    from deadlines.commands.output import answer
    from deadlines.docket.extensions import grant_extension

    with signed(app, by, "decide") as act:
        found = act.entry(entry)
        on = granted_on or clock.today(app.settings.firm.timezone)
        moved = grant_extension(act.session, act.desk, found, to=to, granted_on=on, proof=proof, by=act.by, now=act.now)
    name = (moved.proposal or "")[:8]
    sentence = (
        f"{moved.title}, matter {moved.matter}, entry {moved.entry[:8]}: {dates_words(moved.new)} waits until a second "
        f"person agrees. Until then {dates_words(moved.old)} holds.\ndeadlines proposal accept {name} --by ADDRESS"
    )
    answer(moved, sentence, as_json=as_json)


@command.command()
@click.argument("entry", metavar="ENTRY")
@reason_option
@by_option
@json_option
@pass_app
def refuse(app: App, entry: str, reason: str, by: str, as_json: bool) -> None:
    """Record that more time was refused. The dates on the docket hold as before.

    \b
    Example:
      deadlines extension refuse k3v7qp2m --reason "denied by order of 24 November" --by ana@firm.example
    """
    from deadlines.commands.output import answer
    from deadlines.docket.extension_views import extension_views
    from deadlines.docket.extensions import refuse_extension

    with signed(app, by, "decide") as act:
        found = act.entry(entry)
        row = refuse_extension(act.session, act.desk, found, reason=reason, by=act.by, now=act.now)
        view = next(
            each for each in extension_views(act.session, entry=found, everything=True) if each.extension == row.id
        )
    words = f"{view.title}, matter {view.matter}, entry {view.entry[:8]}: more time was refused; the dates hold."
    answer(view, words, as_json=as_json)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was granted, refused or ended with its entry.")
@click.option("--by", metavar="ADDRESS", help="Who looks; without it no restricted matter is shown.")
@json_option
@pass_app
def list_(app: App, everything: bool, by: str | None, as_json: bool) -> None:
    """What is asked for and not decided yet, the earliest day first.

    \b
    Example:
      deadlines extension list --by dora@firm.example
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.commands.windows import day_words
    from deadlines.docket.extension_views import STATES, extension_views
    from deadlines.docket.people import active_person

    with app.reading() as session:
        person = active_person(session, by) if by is not None else None
        views = extension_views(session, person=person, everything=everything)
    if as_json:
        print_json(views)
        return
    print_table(
        ("Entry", "Matter", "Window", "Asked for", "On", "State", "Granted", "Proposal", "Reason"),
        [
            (
                view.entry[:8],
                view.matter,
                view.title,
                day_words(view.wanted_on),
                day_words(view.asked_on),
                STATES[view.state],
                day_words(view.granted_to),
                (view.proposal or "")[:8],
                view.decision,
            )
            for view in views
        ],
        empty="No more time is asked for." if not everything else "More time was never asked for.",
    )


def print_extensions(views: "Sequence[ExtensionView]") -> None:
    """More time for one entry, as it stands."""
    from deadlines.commands.output import clean, paragraph, style
    from deadlines.commands.windows import day_words
    from deadlines.docket.extension_views import STATES

    for view in views:
        asked = f"More time until {day_words(view.wanted_on)}, asked for on {day_words(view.asked_on)}"
        if view.state == "requested":
            words = f"{asked} (proof: {clean(view.proof)}): PROVISIONAL, NOT GRANTED. The dates below hold."
            paragraph(style(words, fg="yellow", bold=True))
        elif view.granted_to is not None:
            granted = f"granted on {day_words(view.granted_on)} until {day_words(view.granted_to)}"
            more = f" ({STATES[view.state]})" if view.state != "granted" else ""
            paragraph(f"{asked}: {granted}{more}, proof: {clean(view.decision or '')}")
        else:
            paragraph(f"{asked}: {view.state}, {clean(view.decision or '')}")
