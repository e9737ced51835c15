"""`deadlines file`: satisfied, with proof."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.commands.signing import by_option, nexts_of, signed

if TYPE_CHECKING:
    from datetime import date

    from deadlines.docket.records import Closing, Proof
    from deadlines.docket.views import EntryView

COPY = click.Path(path_type=Path)
LOUD = {
    "late": "LATE: the filing of {on} came after the last day {last_day}. Tell the responsible attorney now.",
    "contested": "CONTESTED: the filing of {on} is in time only by some readings; the last day is {last_day}, the "
    "latest arguable day {latest}. Tell the responsible attorney now.",
    "past-printed": "CONTESTED: the notice prints another deadline than the law gives, and the filing of {on} came "
    "after {past_printed}, the last day by both; by the law it is {last_day}. Tell the responsible attorney now.",
}


@click.command()
@click.argument("entry", metavar="ENTRY")
@click.option("--on", required=True, type=DAY, metavar="DATE", help="The day on which the forum received it.")
@click.option("--receipt", metavar="NUMBER", help="The USCIS receipt number, such as IOE0912345678.")
@click.option(
    "--copy", "copy", type=COPY, metavar="FILE", help="The file-stamped copy; its SHA-256 is kept, not the file."
)
@click.option("--tracking", metavar="NUMBER", help="A tracking number; alone it proves that it was sent, not received.")
@click.option("--proof", metavar="TEXT", help="Any other proof, in words.")
@by_option
@click.option(
    "--anyway", is_flag=True, help="Record it though the window had not opened, or its alternative was filed already."
)
@json_option
@pass_app
def command(app: App, /, entry: str, on: "date", by: str, anyway: bool, as_json: bool, **given: Any) -> None:
    """Record that an entry was filed, with at least one proof: the day of receipt counts, not the postmark.

    Where the law counts receipt, a tracking number alone closes nothing: the filing is recorded as dispatched and
    reminders go on until a receipt or a stamped copy is there. A late or contested filing is recorded as such. Where
    an alternative of the entry was filed already (a motion and an appeal on one decision, say) it is refused unless
    --anyway says that both were filed. Reminders end and the calendar entries are cancelled.

    \b
    Example:
      deadlines file k3v7qp2m --on 2026-11-18 --receipt IOE0912345678 --by ana@firm.example
      deadlines file k3v7qp2m --on 2026-11-18 --copy stamped.pdf --by ana@firm.example
    """
    from deadlines.commands.dispatched import print_dispatched
    from deadlines.docket.dispatching import record_filing
    from deadlines.docket.records import Dispatched
    from deadlines.docket.views import entry_view

    proof = _proof(given)
    with signed(app, by, "file") as act:
        found = act.entry(entry)
        made = record_filing(act.session, act.desk, found, on=on, proof=proof, by=act.by, now=act.now, anyway=anyway)
        view = entry_view(act.session, found, nexts_of(app), reader=act.by)
    if isinstance(made, Dispatched):
        print_dispatched(view, as_json=as_json)
    else:
        answer(view, as_json=as_json)


def _proof(given: dict[str, Any]) -> "Proof":
    """The proof that the options give. Raises InputError for none, and for one that cannot be used."""
    from deadlines.docket.proof import copy_of, proof_of
    from deadlines.errors import InputError

    place = given["copy"]
    copy = None
    if place is not None:
        try:
            with place.open("rb") as file:
                copy = copy_of(place.name, file)
        except OSError as fault:
            raise InputError(f"{place} cannot be read ({fault.strerror}): name the file-stamped copy.") from None
    return proof_of(receipt=given["receipt"], tracking=given["tracking"], copy=copy, text=given["proof"])


def answer(view: "EntryView", *, as_json: bool) -> None:
    """What was recorded, loudly where it may be too late, and what comes next."""
    from deadlines.commands.changes import print_follow_ons
    from deadlines.commands.output import clean, paragraph, print_json, style
    from deadlines.commands.passed import print_passed
    from deadlines.commands.show import closing_words
    from deadlines.commands.windows import day_words

    if as_json:
        print_json(view)
        return
    click.echo(f"{view.window.title}, matter {view.matter}, entry {view.entry[:8]}: {closing_words(view)}.")
    closing = view.closing
    if closing is not None and closing.timeliness in LOUD:
        days = {name: day_words(getattr(closing, name)) for name in ("on", "last_day", "latest", "past_printed")}
        loud = "past-printed" if closing.past_printed is not None else closing.timeliness
        paragraph(style(LOUD[loud].format(**days), fg="red", bold=True))
    if closing is not None and closing.early:
        opens = day_words(view.window.opens_on)
        click.echo(style(f"EARLY: the window opens on {opens}; keep the proof that it was accepted.", fg="red"))
    if closing is not None and closing.event == "waived":
        print_passed("waived", _passed(view, closing))
    for sentence in closing.beside if closing is not None else ():
        paragraph(style(f"NOT BOTH: {clean(sentence)} Tell the responsible attorney now.", fg="red", bold=True))
    print_follow_ons(view.follow_ons)


def _passed(view: "EntryView", closing: "Closing") -> "list[date]":
    """The last day, where it had passed when the date was closed."""
    from deadlines.docket.past_days import passed_on

    passed = passed_on(closing.was, view.window.last_day, view.closed_on) if view.closed_on is not None else None
    return [passed] if passed is not None else []
