"""Windows as people read them: the dates first, then the working, the other readings and the notes."""

from datetime import date

import click

from deadlines.commands.output import clean, style
from deadlines.compute.result import Result, Window

STATES = {
    "no-limit": "May be filed at any time",
    "not-available": "Not available",
    "closed": "Closed",
}
DATES = (
    ("safe_by", "Safe by", "calendar this day"),
    ("protective_by", "Protective by", "in case a text that a court knocked out comes back"),
    ("last_day", "Last day", "the last timely day by the prevailing reading"),
    ("latest", "Latest arguable", "never rely on it"),
)


def print_result(result: Result) -> None:
    """Everything a computation answers."""
    for window in result.windows:
        print_window(window)
        click.echo("")
    print_questions(result)
    click.echo(
        f"Law data edition {result.edition}. Not legal advice: an attorney verifies each date against the notice "
        "and the cited law."
    )


def print_questions(result: Result) -> None:
    """What is still to be found out, and what looks odd."""
    for ask in result.asks:
        choices = f" ({', '.join(ask.choices[:14])})" if ask.choices else ""
        option = {"service.method": "--service", "printed_deadline": "--printed-deadline", "form": "--form"}
        how = option.get(ask.fact, f"--fact {ask.fact}=…")
        click.echo(
            f"{style('To find out', fg='yellow', bold=True)}  {clean(ask.why)}\n             {how}{choices}"
        )
    for warning in result.warnings:
        click.echo(f"{style('Note', fg='yellow', bold=True)}  {clean(warning)}")
    if result.asks or result.warnings:
        click.echo("")


def print_window(window: Window, *, brief: bool = False) -> None:
    """One window: its dates, and unless `brief` everything that explains them."""
    form = f" (Form {window.form})" if window.form else ""
    click.echo(style(f"{window.title}{form}", bold=True))
    if window.state != "due":
        click.echo(f"  {STATES[window.state]}: {clean(window.working[0].text)} [{'; '.join(window.cite)}]")
    else:
        click.echo(f"  Must be {window.filed_when} by {window.file_with}.")
        _print_dates(window)
    if not brief:
        _print_explanation(window)


def _print_dates(window: Window) -> None:
    for field, label, meaning in DATES:
        day: date | None = getattr(window, field)
        if day is None or (field == "latest" and day == window.last_day):
            continue
        shown = style(
            f"{day:%a} {day.day:>2} {day:%b %Y}", fg="green" if field == "safe_by" else None, bold=True
        )
        click.echo(f"  {label:<16}{shown}   {meaning}")
    if window.timeliness:
        click.echo(f"  A filing on the day asked about would be {window.timeliness}.")


def _print_explanation(window: Window) -> None:
    if window.state == "due":
        click.echo("  Working")
        for number, step in enumerate(window.working, 1):
            cite = f" [{step.cite}]" if step.cite else ""
            click.echo(f"  {number:>4}. {clean(step.text)}{cite}")
        others = [reading for reading in window.readings if not reading.prevails]
        if others:
            click.echo("  Other readings")
        for reading in others:
            click.echo(
                f"     -  {reading.last_day} by {clean(reading.name)}: {clean(reading.why)} [{'; '.join(reading.cite)}]"
            )
    notes = window.notes if window.state != "not-available" else window.notes[1:]
    if notes:
        click.echo("  Notes")
    for note in notes:
        click.echo(f"     -  {clean(note)}")
    if window.state == "due":
        click.echo(
            f"  Law: {'; '.join(window.cite)}; confidence {window.confidence}; reviewed {window.reviewed_on}."
        )
