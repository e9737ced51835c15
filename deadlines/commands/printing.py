"""`deadlines print`: the docket as one file that a browser shows and prints while the server is down."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, pass_app
from deadlines.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.command("print")
@click.option("--out", metavar="FILE", required=True, help="Where to write it; - for standard output.")
@click.option(
    "--days",
    type=click.IntRange(0, 3660),
    default=90,
    show_default=True,
    help="How many days ahead; what is overdue always stands there.",
)
@click.option("--by", metavar="ADDRESS", help="What that person may see; default: all, restricted matters veiled.")
@pass_app
def command(app: App, out: str, days: int, by: str | None) -> None:
    """Write the open dates as one HTML file that needs no server: for the printer, or to keep for a bad day.

    It holds clients' names. The file is readable by its owner only, and takes the place of one of that name.

    \b
    Example:
      deadlines print --out docket.html --days 90
    """
    with app.reading() as session:
        text = _text(app, session, days, by)
    if out == "-":
        sys.stdout.write(text)
        return
    from deadlines.web.printing import put

    try:
        put(Path(out), text)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault.strerror}); name another file with --out.") from None
    click.echo(f"Wrote {out}. Open it in a browser, and print it on A4 or Letter.")


def _text(app: App, session: "Session", days: int, by: str | None) -> str:
    from deadlines import clock
    from deadlines.docket.people import active_person
    from deadlines.web.printing import Printer
    from deadlines.wiring import build_law

    settings = app.settings
    printer = Printer(settings.firm.name, settings.firm.timezone, build_law(settings).edition)
    person = active_person(session, by) if by else None
    return printer.whole(session, person, now=clock.now(), days=days)
