"""`deadlines export`: the dates of a matter as a file for another program."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.errors import InputError

if TYPE_CHECKING:
    from deadlines.ical import Redaction

COPY = "This is a copy: it does not change when a date moves. A calendar address (`deadlines feed add`) does."
RESTRICTED = "Matter {0} is restricted: say --restricted to take its dates out of the docket all the same."


@click.command()
@click.option("--ics", is_flag=True, required=True, help="As a calendar file (iCalendar, RFC 5545).")
@click.option("--matter", "reference", metavar="NUMBER", required=True, help="Whose dates.")
@click.option(
    "--redaction",
    type=click.Choice(["matter", "full", "busy"]),
    default="matter",
    show_default=True,
    help="matter: number and remedy; full: the client's name too; busy: only that there is a deadline.",
)
@click.option("--reminders", is_flag=True, help="Reminders too, as entries of their own.")
@click.option("--restricted", is_flag=True, help="Although the matter is restricted.")
@click.option("--output", "-o", metavar="FILE", help="Where to write it; an existing file is left as it is.")
@json_option
@pass_app
def command(
    app: App,
    ics: bool,
    reference: str,
    redaction: "Redaction",
    reminders: bool,
    restricted: bool,
    output: str | None,
    as_json: bool,
) -> None:
    """Write the dates of a matter into a calendar file.

    \b
    Example:
      deadlines export --ics --matter 2026-0143 -o 2026-0143.ics
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.docket.export import matter_calendar
    from deadlines.docket.teams import find_matter
    from deadlines.store import audit

    if as_json and output is None:
        raise InputError("--json tells of a file: name it with -o.")
    with app.writing() as session:
        matter = find_matter(session, reference)
        if matter.restricted and not restricted:
            raise InputError(RESTRICTED.format(matter.reference))
        day = str(clock.today(app.settings.firm.timezone))
        body = matter_calendar(session, matter, day=day, redaction=redaction, reminders=reminders)
        detail = {"redaction": redaction, "restricted": matter.restricted}
        audit.record(session, at=clock.now(), actor=actor(), action="export.ics", subject=matter.id, detail=detail)
        if output is not None:
            _write(Path(output), body)
    if output is None:
        sys.stdout.buffer.write(body)
    if as_json:
        print_json({"matter": reference, "file": output, "dates": body.count(b"BEGIN:VEVENT"), "bytes": len(body)})
    else:
        click.echo(COPY, err=True)


def _write(path: Path, body: bytes) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(body)
    except FileExistsError:
        raise InputError(f"{path} is there already; name another file with -o.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); name another file with -o.") from None
