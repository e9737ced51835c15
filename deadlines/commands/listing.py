"""`deadlines list`: the open windows, and what was closed."""

from datetime import date
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.output import print_json, print_table, style

if TYPE_CHECKING:
    from deadlines.commands.windows import Marks
    from deadlines.docket.closed import ClosedLine
    from deadlines.docket.views import Line

NEXT = {"protective": "protective", "file-by": "file by", "last-day": "LAST DAY", "past": "PAST", "altered": "ALTERED"}
SOON_DAYS = 7


@click.command()
@click.option("--attorney", metavar="ADDRESS", help="Only matters of the attorney with that mail address.")
@click.option("--matter", metavar="NUMBER", help="Only one matter.")
@click.option("--past", is_flag=True, help="Only open windows whose last day has passed.")
@click.option("--closed-today", is_flag=True, help="What was closed today instead, and who re-checked it.")
@click.option("--all", "everything", is_flag=True, help="Also everything that is closed.")
@json_option
@pass_app
def command(
    app: App,
    attorney: str | None,
    matter: str | None,
    past: bool,
    closed_today: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Open windows, the next date first. Windows that have passed are counted below; --past lists them.

    Not both: the entries of the same notice that the law allows instead of this one, not beside it. What was closed
    stays to be seen with --closed-today and --all; `deadlines recheck` signs for it.

    \b
    Example:
      deadlines list --attorney ana@firm.example
    """
    from deadlines import clock
    from deadlines.docket.closed import closed_lines, day_begins
    from deadlines.docket.views import open_windows

    if past + closed_today + everything > 1:
        raise click.UsageError("Give only one of --past, --closed-today and --all.")
    zone = app.settings.firm.timezone
    today = clock.today(zone)
    with app.reading() as session:
        lines = open_windows(session, today, attorney=attorney, matter=matter)
        since = day_begins(today, zone) if closed_today else None
        asked = closed_today or everything
        closed = closed_lines(session, since=since, attorney=attorney, matter=matter) if asked else []
    gone = [line for line in lines if line.next_is == "past"]
    if as_json:
        print_json(
            {"open": lines, "closed": closed} if everything else closed if closed_today else gone if past else lines
        )
        return
    if not closed_today:
        _print_open(lines, gone, today, past=past, everything=everything)
    if asked:
        _print_closed(closed)


def _print_open(lines: "list[Line]", gone: "list[Line]", today: date, *, past: bool, everything: bool) -> None:
    _print_alarm(lines)
    shown = lines if everything else gone if past else [line for line in lines if line.next_is != "past"]
    _print(shown, today, _none(past=past, left=bool(lines)))
    if gone and not past:
        count = "1 window" if len(gone) == 1 else f"{len(gone)} windows"
        click.echo(
            style(f"PAST: {count} still open with the last day gone. `deadlines list --past` shows them.", fg="red")
        )
    if gone and past:
        click.echo(
            "Filed? `deadlines file` with the proof. Not filed? `deadlines missed ENTRY --by ADDRESS --found-on DATE "
            "--how TEXT` keeps the record and lists what may still help."
        )


def _none(*, past: bool, left: bool) -> str:
    """What stands where there is no line: that no window is open only where none is."""
    if past:
        return "No open window has its last day behind it."
    return "No open window has its last day ahead." if left else "No window is open. `deadlines add` records a notice."


def _print_closed(lines: "list[ClosedLine]") -> None:
    from deadlines.commands.show import closing_words

    click.echo("\nClosed")
    print_table(
        ("Entry", "Matter", "Window", "Form", "Status", "Closed"),
        [(line.entry[:8], line.matter, line.title, line.form, line.status, closing_words(line)) for line in lines],
        empty="Nothing was closed.",
    )


def _print_alarm(lines: "list[Line]") -> None:
    altered = sum(line.altered for line in lines)
    if altered:
        entries = "1 entry" if altered == 1 else f"{altered} entries"
        words = f"INTEGRITY ALARM: the dates of {entries} were altered outside the program. Do not rely on them."
        click.echo(style(f"{words} `deadlines doctor` names them.", fg="red", bold=True))


def _print(lines: "list[Line]", today: date, empty: str) -> None:
    from deadlines.commands.windows import checked_words, day_words

    print_table(
        ("Next date", "What", "In", "Matter", "Window", "Form", "Last day", "Entry", "Not both", "Checked"),
        [
            (
                day_words(line.next_on),
                NEXT[line.next_is],
                _distance((line.next_on - today).days),
                line.matter,
                line.title,
                line.form,
                day_words(line.last_day),
                line.entry[:8],
                _alternatives(line),
                checked_words(line.verified_by, line.verified_at, _marks(line)),
            )
            for line in lines
        ],
        empty=empty,
        tones=[_tone(line, today) for line in lines],
    )


def _marks(line: "Line") -> "Marks":
    from deadlines.commands.windows import Marks

    return Marks(
        initialed_by=line.initialed_by,
        dispatched_on=line.dispatched_on,
        discrepant=line.discrepant,
        disputed=line.disputed,
        held_to_print=line.held_to_print,
        waits=line.waits,
        altered=line.altered,
        wanted=line.extension_to,
    )


def _alternatives(line: "Line") -> str:
    """The other entries of which the law allows one, each with its id; of a filed one that is said."""
    return ", ".join(f"or {item.entry[:8]}{' (FILED)' if item.filed_on else ''}" for item in line.alternatives)


def _distance(days: int) -> str:
    if days < 0:
        return f"{-days} day{'' if days == -1 else 's'} ago"
    return "TODAY" if days == 0 else f"{days} day{'' if days == 1 else 's'}"


def _tone(line: "Line", today: date) -> str | None:
    if line.next_is in ("past", "last-day", "altered") or line.next_on == today:
        return "red"
    return "yellow" if (line.next_on - today).days <= SOON_DAYS else None
