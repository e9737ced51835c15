"""`deadlines daybook`: everything that was entered on a day, and who verified it."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from deadlines.commands.context import App, json_option, pass_app
from deadlines.commands.dates import DAY

if TYPE_CHECKING:
    from deadlines.docket.daybook import Daybook, Entered


@click.command()
@click.option("--on", type=DAY, metavar="DATE", help="Another day than today.")
@click.option("--by", metavar="ADDRESS", help="Who looks; without it nothing is shown that still is to be verified.")
@json_option
@pass_app
def command(app: App, on: date | None, by: str | None, as_json: bool) -> None:
    """Everything that was entered on a day: when, by whom, from what, and who verified it.

    Who may still verify a notice reads that it was entered, and not what. `deadlines slip` shows one entry in full.

    \b
    Example:
      deadlines daybook --on 2026-11-20 --by dora@firm.example
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.daybook import daybook
    from deadlines.docket.people import active_person

    zone = app.settings.firm.timezone
    with app.reading() as session:
        person = active_person(session, by) if by is not None else None
        found = daybook(session, person, on=on or clock.today(zone), zone=zone)
    if as_json:
        print_json(found)
    else:
        _print(found, zone)


def _print(book: "Daybook", zone: str) -> None:
    from deadlines.commands.output import print_table
    from deadlines.commands.windows import day_words

    rows: list[tuple[str | None, ...]] = []
    tones: list[str | None] = []
    for line in book.lines:
        what = f"{line.kind} {line.words}" if line.kind and line.what != "window" else line.words
        for window, state, late in _states(line):
            rows.append((_clock(line.at, zone), line.who, line.what, line.matter, what, window, state, line.source))
            tones.append("yellow" if late else None)
    print_table(
        ("At", "Who", "What", "Matter", "Notice", "Window", "Checked", "Where from"),
        rows,
        empty=f"Nothing was entered on {day_words(book.on)}.",
        tones=tones,
    )


def _states(line: "Entered") -> list[tuple[str | None, str | None, bool]]:
    """For each window its name, whether it is verified, and whether that is still to be done."""
    if line.windows:
        return [
            (
                f"{one.title} ({one.entry[:8]})",
                f"verified by {one.verified_by}" if one.verified_by else "NOT VERIFIED" if late else one.status,
                late,
            )
            for one in line.windows
            for late in [one.status == "open" and one.verified_by is None]
        ]
    if line.unverified:
        return [(None, f"{line.unverified} NOT VERIFIED", True)]
    return [(None, None, False)]


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
