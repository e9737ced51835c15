"""`deadlines export`: the dates of the docket as a file for another program."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deadlines.commands.context import App, actor, pass_app
from deadlines.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from deadlines.docket.table import Choice
    from deadlines.docket.taking import Taken
    from deadlines.ical import Redaction

COPY = "This is a copy: it does not change when a date moves. A calendar address (`deadlines feed add`) does."
RESTRICTED = "Matter {0} is restricted: say --restricted to take its dates out of the docket all the same."
TABLES = ("csv", "xlsx", "json")


@click.command()
@click.option("--ics", "kind", flag_value="ics", help="As a calendar file (iCalendar, RFC 5545), of one matter.")
@click.option("--csv", "kind", flag_value="csv", help="As a table, CSV in UTF-8.")
@click.option("--xlsx", "kind", flag_value="xlsx", help="As a table, an Excel workbook with real dates.")
@click.option("--matter", "reference", metavar="NUMBER", help="Whose dates; a table has every matter's without it.")
@click.option("--attorney", metavar="ADDRESS", help="In a table, only matters of the attorney with that mail address.")
@click.option("--past", is_flag=True, help="In a table, only open windows whose last day has passed.")
@click.option("--all", "everything", is_flag=True, help="In a table, closed entries and information too.")
@click.option(
    "--redaction",
    type=click.Choice(["matter", "full", "busy"]),
    default="matter",
    show_default=True,
    help="matter: number and remedy; full: the client's name too; busy, for --ics: only that there is a deadline.",
)
@click.option("--reminders", is_flag=True, help="With --ics, reminders too, as entries of their own.")
@click.option("--restricted", is_flag=True, help="Although the matter named by --matter is restricted.")
@click.option("--output", "-o", metavar="FILE", help="Where to write it; an existing file is left as it is.")
@click.option("--json", "as_json", is_flag=True, help="As a table, JSON; beside another kind, tell of its file so.")
@pass_app
def command(app: App, /, kind: str | None, output: str | None, as_json: bool, **given: Any) -> None:
    """Write the dates of a matter into a calendar file, or open windows into a table.

    A table leaves restricted matters out; one is exported by its number and --restricted. No cell of a table is
    computed by the program that opens it, whatever it holds.

    \b
    Example:
      deadlines export --ics --matter 2026-0143 -o 2026-0143.ics
      deadlines export --xlsx --attorney ana@firm.example -o docket.xlsx
      deadlines export --json --all > docket.json
    """
    from deadlines import clock
    from deadlines.commands.files import write_new, write_out
    from deadlines.docket.taking import note_taken

    kind, tells = _kind_of(kind, as_json=as_json)
    _refuse(kind, given)
    if tells and output is None:
        raise InputError("--json tells of a file: name it with -o.")
    with app.writing() as session:
        taken, told = _table(app, session, kind, **given) if kind in TABLES else _calendar(app, session, **given)
        note_taken(session, taken, actor=actor(), now=clock.now())
        if output is not None:
            write_new(Path(output), taken.body)
    if output is None:
        write_out(taken.body, text=kind != "xlsx")
    told = {"matter": given["reference"], "file": output, **told, "bytes": len(taken.body)}
    _tell(told, as_json=tells)


def _kind_of(kind: str | None, *, as_json: bool) -> tuple[str, bool]:
    """What to write, and whether JSON tells of it: alone, --json is a kind of its own."""
    if kind is None and not as_json:
        raise click.UsageError("Say what to write: --ics, --csv, --xlsx or --json.")
    return kind or "json", as_json and kind is not None


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    from deadlines.commands.output import print_json

    if as_json:
        print_json(told)
        return
    if told.get("left_out"):
        click.echo(f"{told['left_out']} entries of restricted matters are left out.", err=True)
    click.echo(COPY, err=True)


def _refuse(kind: str, given: dict[str, Any]) -> None:
    """Raises UsageError for what does not go together."""
    table, calendar = ("attorney", "past", "everything"), ("reminders",)
    strange = [name for name in (calendar if kind in TABLES else table) if given[name]]
    if strange:
        name = "all" if strange[0] == "everything" else strange[0]
        raise click.UsageError(f"--{name} does not go with --{kind}.")
    if kind == "ics" and given["reference"] is None:
        raise click.UsageError("--ics writes the dates of one matter: name it with --matter.")
    if kind in TABLES and given["redaction"] == "busy":
        raise click.UsageError("--redaction busy is for --ics.")
    if given["restricted"] and given["reference"] is None:
        raise click.UsageError("--restricted is for one matter: name it with --matter.")


def _calendar(
    app: App,
    session: "Session",
    *,
    reference: str,
    redaction: "Redaction",
    reminders: bool,
    restricted: bool,
    **_more: Any,
) -> tuple["Taken", dict[str, Any]]:
    from zoneinfo import ZoneInfo

    from deadlines import clock
    from deadlines.docket.export import matter_calendar
    from deadlines.docket.taking import taken_calendar
    from deadlines.docket.teams import find_matter

    matter = find_matter(session, reference)
    if matter.restricted and not restricted:
        raise InputError(RESTRICTED.format(matter.reference))
    day = str(clock.today(app.settings.firm.timezone))
    zone = ZoneInfo(app.settings.firm.timezone)
    body = matter_calendar(session, matter, day=day, redaction=redaction, reminders=reminders, zone=zone)
    return taken_calendar(body, matter, redaction), {"dates": body.count(b"BEGIN:VEVENT")}


def _table(
    app: App,
    session: "Session",
    kind: str,
    *,
    reference: str | None,
    redaction: str,
    restricted: bool,
    attorney: str | None,
    past: bool,
    everything: bool,
    **_more: Any,
) -> tuple["Taken", dict[str, Any]]:
    from deadlines.docket.table import Choice

    choice = Choice(attorney=attorney, matter=reference, past=past, everything=everything, clients=redaction == "full")
    return _table_of(app, session, kind, choice, restricted=restricted)


def _table_of(
    app: App, session: "Session", kind: str, choice: "Choice", *, restricted: bool
) -> tuple["Taken", dict[str, Any]]:
    from zoneinfo import ZoneInfo

    from deadlines import clock
    from deadlines.docket.table import docket_table
    from deadlines.docket.taking import taken_table
    from deadlines.docket.teams import find_matter
    from deadlines.docket.visible import leaving

    matter = find_matter(session, choice.matter) if choice.matter is not None else None
    if matter is not None and matter.restricted and not restricted:
        raise InputError(RESTRICTED.format(matter.reference))
    today = clock.today(app.settings.firm.timezone)
    seen = leaving(named=matter is not None and restricted)
    copy = docket_table(session, choice, seen, zone=ZoneInfo(app.settings.firm.timezone), today=today)
    told = {"entries": len(copy.lines), "left_out": copy.left_out}
    return taken_table(copy, kind, matter, today), told
