"""Windows as people read them: the dates first, then the working, the other readings and the notes."""

from datetime import date, datetime
from typing import NamedTuple

import click

from deadlines.commands.context import firm_day
from deadlines.commands.output import clean, paragraph, style
from deadlines.compute import Notice
from deadlines.compute.result import Result, Window

BLIND = "you may still verify this notice, or another of its matter, so what was entered is not shown"

STATES = {
    "no-limit": "May be filed at any time",
    "not-available": "Not available",
    "closed": "Closed",
}
DATES = (
    ("safe_by", "File by", "the safe date: calendar this day"),
    ("protective_by", "Protective date", "in case a text that a court knocked out comes back"),
    ("last_day", "Last day", "the last timely day by the prevailing reading"),
    ("latest", "Latest arguable", "never rely on it"),
)
OPTIONS = {
    "service.method": "--service",
    "printed_deadline": "--printed-deadline",
    "received_on": "--received-on",
    "form": "--form",
}


def day_words(day: date | None) -> str:
    """`Fri 20 Nov 2026`, the one way in which dates are shown; nothing for no date."""
    return f"{day:%a} {day.day} {day:%b} {day.year}" if day is not None else ""


def undated_words(state: str, opens_on: date | None) -> str:
    """What stands in place of a last day: from when something may be filed, or why there is no day."""
    return f"From {day_words(opens_on)}" if opens_on is not None else STATES[state]


class Marks(NamedTuple):
    """What else is said of an entry's dates: whether they are initialed, in dispute, sent, or about to change."""

    initialed_by: str | None = None
    dispatched_on: date | None = None
    discrepant: bool = False
    disputed: bool = False
    held_to_print: bool = False
    waits: bool = False
    altered: bool = False
    wanted: date | None = None
    """The day to which more time is asked for and not granted."""


def checked_words(by: str | None, at: datetime | None, marks: Marks) -> str:
    """How far an entry's dates are checked: verified and initialed by whom, disputed, other dates waiting.

    Where they were altered outside the program, nothing else counts.
    """
    if marks.altered:
        return "INTEGRITY ALARM: altered, do not rely on it"
    said = [
        f"verified by {by} on {day_words(firm_day(at))}" if at is not None else "unverified",
        f"initialed by {marks.initialed_by}" if marks.initialed_by else "not initialed",
        f"dispatched {day_words(marks.dispatched_on)}, RECEIPT NOT PROVED" if marks.dispatched_on else "",
        "TWO ENTRIES DIFFER" if marks.discrepant else "",
        "PRINTED DATE DISPUTED" if marks.disputed else "",
        "PRINTED DATE HOLDS" if marks.held_to_print else "",
        "other dates wait" if marks.waits else "",
        f"more time until {day_words(marks.wanted)} asked for, NOT GRANTED" if marks.wanted else "",
    ]
    return ", ".join(part for part in said if part)


def entered_words(notice: Notice | None) -> str:
    """A notice as it was typed in, for a person who has the paper at hand; None where it is kept from them."""
    if notice is None:
        return f"{BLIND}."
    service = f"served by {notice.service.method.replace('-', ' ')} on {day_words(notice.served_on)}"
    parts = [
        notice.kind,
        f"Form {notice.form}" if notice.form else "",
        f"dated {day_words(notice.decided_on)}",
        "service unknown" if notice.service.method == "unknown" else service,
        f"received {day_words(notice.received_on)}" if notice.received_on else "",
        f"prints {day_words(notice.printed_deadline)}" if notice.printed_deadline else "",
        *(f"{fact} = {clean(value)}" for fact, value in sorted(notice.facts.items())),
    ]
    return ", ".join(part for part in parts if part) + "."


def print_result(result: Result) -> None:
    """Everything a computation answers."""
    for window in result.windows:
        print_window(window)
        click.echo("")
    print_questions(result)
    paragraph(
        f"Law data edition {result.edition}. Not legal advice: an attorney verifies each date against the notice and "
        "the cited law."
    )


def print_questions(result: Result) -> None:
    """What is still to be found out, and what looks odd."""
    for ask in result.asks:
        choices = f" ({', '.join(ask.choices)})" if ask.choices else ""
        paragraph(f"{style('To find out:', fg='yellow', bold=True)} {clean(ask.why)}", hanging="  ")
        paragraph(f"  {OPTIONS.get(ask.fact, f'--fact {ask.fact}=…')}{choices}", hanging="    ")
    for warning in result.warnings:
        paragraph(f"{style('Note:', fg='yellow', bold=True)} {clean(warning)}", hanging="  ")
    if result.asks or result.warnings:
        click.echo("")


def print_window(window: Window, *, working: bool = True, more: bool = True, dispute: bool = True) -> None:
    """One window: its dates, then unless told otherwise its dispute, the working, the other readings and the notes."""
    form = f" (Form {window.form})" if window.form else ""
    click.echo(style(f"{window.title}{form}", bold=True))
    if window.party == "government":
        paragraph("  A clock of the government, shown so that nobody is surprised by it; nothing is to be filed here.")
    if window.state != "due":
        _print_undated(window)
    else:
        paragraph(f"  File with {window.file_with}. It counts when {window.filed_when}.", hanging="  ")
        _print_dates(window)
    for text in window.fits:
        paragraph(f"  {style('Fits', fg='green', bold=True)} {clean(text.removeprefix('Fits '))}", hanging="    ")
    if window.dispute and dispute:
        paragraph(f"  {style('Disputed', fg='red', bold=True)} {clean(window.dispute)}", hanging="    ")
    if working and window.state == "due":
        _print_working(window)
    if more:
        _print_more(window)


def _print_undated(window: Window) -> None:
    """No last day: why, and from when where there is a day."""
    first, *others = window.working
    if window.opens_on is not None:
        click.echo(f"  {'From':<16}{style(f'{day_words(window.opens_on):<16}', bold=True)} possible from this day")
        return _print_working(window)
    paragraph(f"  {STATES[window.state]}: {clean(first.text)} [{'; '.join(window.cite)}]", hanging="  ")
    for step in others:
        paragraph(f"  {clean(step.text)} [{step.cite}]", hanging="  ")
    return None


def _print_dates(window: Window) -> None:
    for field, label, meaning in DATES:
        day: date | None = getattr(window, field)
        if day is None or (field == "latest" and day == window.last_day):
            continue
        shown = style(f"{day_words(day):<16}", fg="green" if field == "safe_by" else None, bold=True)
        click.echo(f"  {label:<16}{shown} {meaning}")
    if window.timeliness:
        click.echo(f"  A filing on the day asked about would be {window.timeliness}.")


def _print_working(window: Window) -> None:
    click.echo("  Working")
    for number, step in enumerate(window.working, 1):
        cite = f" [{step.cite}]" if step.cite else ""
        paragraph(f"  {number:>4}. {clean(step.text)}{cite}", hanging="        ")


def _print_more(window: Window) -> None:
    others = [reading for reading in window.readings if not reading.prevails]
    if others:
        click.echo("  Other readings")
    for reading in others:
        cite = "; ".join(reading.cite)
        text = f"{day_words(reading.last_day)} by {clean(reading.name)}: {clean(reading.why)} [{cite}]"
        paragraph(f"     -  {text}", hanging="        ")
    _print_relations(window)
    _print_fees(window)
    notes = window.notes if window.state != "not-available" else window.notes[1:]
    if notes:
        click.echo("  Notes")
    for note in notes:
        paragraph(f"     -  {clean(note)}", hanging="        ")
    if window.state == "due":
        law = (
            f"Law: {'; '.join(window.cite)}; confidence {window.confidence}; reviewed {day_words(window.reviewed_on)}."
        )
        paragraph(f"  {law}", hanging="  ")


AMOUNTS = {"none": "no fee", "unknown": "amount not known here"}
RELATIONS = {
    "alternative": "Not both",
    "starts": "Starts",
    "ends": "Ends",
    "keeps-running": "Does not stop",
}


def _print_relations(window: Window) -> None:
    """How the remedy stands to other clocks."""
    if window.relations:
        click.echo("  How it stands to other clocks")
    said = {(relation.kind, relation.text): relation for relation in window.relations}
    for relation in said.values():
        cite = f" [{'; '.join(relation.cite)}]" if relation.cite else ""
        text = f"     -  {RELATIONS[relation.kind]}: {clean(relation.text)}{cite}"
        paragraph(text, hanging="        ")


def _print_fees(window: Window) -> None:
    """What it costs: a filing without its fee is not filed."""
    if window.fees:
        click.echo("  Fee")
    for fee in window.fees:
        amount = AMOUNTS.get(fee.amount, f"${fee.amount}")
        until = f" until {day_words(fee.until)}" if fee.until else ""
        text = f"     -  {amount} from {day_words(fee.from_on)}{until}: {clean(fee.text)}"
        paragraph(f"{text} [{'; '.join(fee.cite)}; confidence {fee.confidence}]", hanging="        ")
