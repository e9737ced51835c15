"""`deadlines db`: care of the database."""

from typing import TYPE_CHECKING

import click

from deadlines.commands import db_keeping
from deadlines.commands.context import App, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.docket.trail_watch import Wrong


@click.group()
def command() -> None:
    """Care of the database.

    \b
    Example:
      deadlines db upgrade
    """


for each in (db_keeping.backup, db_keeping.restore, db_keeping.drill):
    command.add_command(each)


@command.command()
@click.option("--without-backup", is_flag=True, help="Go on where there is no folder for a backup; you made one.")
@json_option
@pass_app
def upgrade(app: App, without_backup: bool, as_json: bool) -> None:
    """Bring the database to the schema of this program; all of it or nothing.

    Stop the service first. A verified backup is made before anything is changed: into keeping.folder, or for an
    SQLite file without one into a folder beside it. On PostgreSQL without keeping.folder nothing is upgraded, unless
    --without-backup is given.

    \b
    Example:
      deadlines --config /srv/deadlines/deadlines.toml db upgrade
    """
    from deadlines.commands.output import print_json
    from deadlines.keeping.manifest import read_manifest
    from deadlines.upkeep import upgrade_database

    before, after, kept = upgrade_database(app.settings, without_backup=without_backup)
    if kept is not None and not as_json:
        click.echo(f"Made {kept}, a backup of schema {before}.")
        db_keeping.print_doubts(read_manifest(kept))
    if as_json:
        print_json({"before": before, "after": after, "backup": None if kept is None else str(kept)})
    elif before == after:
        click.echo(f"The database is up to date (schema {after}).")
    else:
        click.echo(f"Upgraded the database from schema {before} to {after}.")


@command.command()
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--by", metavar="ADDRESS", help="Who checked the dates of these entries against their notices.")
@click.option("--reason", metavar="TEXT", help="What was found and done, for the audit.")
@json_option
@pass_app
def seal(app: App, entries: tuple[str, ...], by: str | None, reason: str | None, as_json: bool) -> int:
    """Name the entries whose stored dates were altered outside the program; with ENTRY, sign for them as they stand.

    Sign only after each date was checked against its notice. An entry that was set back to an earlier version of its
    dates follows its last version again. The exit status is 2 where altered dates are left.

    \b
    Example:
      deadlines db seal k3v7qp2m --by ben@firm.example --reason "checked against the notice"
    """
    from deadlines.commands.output import print_json, print_table
    from deadlines.docket.sealing import altered_dates

    if entries:
        _sign(app, entries, by, reason)
    with app.reading() as session:
        left = altered_dates(session)
    if as_json:
        print_json({"altered": left})
    else:
        rows = [(row.entry, str(row.version), "yes" if row.in_force else "no") for row in left]
        print_table(("Entry", "Version", "In force"), rows, empty="Every stored date is as the program wrote it.")
    return 2 if left else 0


def _sign(app: App, entries: tuple[str, ...], by: str | None, reason: str | None) -> None:
    from deadlines import clock
    from deadlines.commands.context import actor
    from deadlines.docket.people import active_person
    from deadlines.docket.reasons import plain_reason
    from deadlines.docket.roles import require
    from deadlines.docket.sealing import seal_anew, seal_stored
    from deadlines.docket.views import find_entry

    if by is None or reason is None:
        raise click.UsageError("Give --by and --reason with the entries: somebody signs for their dates.")
    now = clock.now()
    with app.writing() as session:
        seal_stored(session, actor=actor(), now=now)
        chosen = [find_entry(session, name) for name in entries]
        person = active_person(session, by)
        require(person, "decide")
        seal_anew(session, chosen, by=person, reason=plain_reason(reason), actor=actor(), now=now)


@command.command()
@click.option("--by", metavar="ADDRESS", help="Who looked into what is wrong.")
@click.option("--reason", metavar="TEXT", help="What was found and done, for the audit.")
@json_option
@pass_app
def trail(app: App, by: str | None, reason: str | None, as_json: bool) -> int:
    """Name what is wrong with the audit trail; with --by and --reason, sign for it as it stands.

    Until somebody signs, every page, calendar and mail says that all dates are in doubt. Triggers that were taken away
    are put back. Sign only after the trail was compared with a backup. The exit status is 2 where something is left.

    \b
    Example:
      deadlines db trail --by ben@firm.example --reason "a row was changed by hand on Monday; compared with the backup"
    """
    from deadlines.commands.output import print_json
    from deadlines.docket.trail_watch import find_wrong
    from deadlines.store.audit import signed_for

    if (by is None) != (reason is None):
        raise click.UsageError("Give --by and --reason together: somebody signs.")
    if by is not None and reason is not None:
        _sign_trail(app, by, reason)
    with app.database() as database, database.read() as session:
        left, signed = find_wrong(session), len(signed_for(session))
    if as_json:
        print_json(left)
    else:
        _print_trail(left, signed)
    return 0 if left.is_nothing else 2


def _print_trail(left: "Wrong", signed: int) -> None:
    from deadlines.docket.trail_watch import MOST, but_for, words_of_unguarded

    for row in left.rows:
        click.echo(f"Row {row.id} does not fit the row before it.")
    if len(left.rows) == MOST:
        click.echo("Only the first of them are named.")
    if left.cut is not None:
        click.echo(f"The trail was cut at its end: row {left.cut} is there no more.")
    if left.unguarded:
        click.echo(words_of_unguarded(left.unguarded))
    if left.is_nothing:
        click.echo(f"The audit trail is whole{but_for(signed)}, and the database refuses to change it.")


def _sign_trail(app: App, by: str, reason: str) -> None:
    from deadlines import clock
    from deadlines.commands.context import actor
    from deadlines.docket.people import active_person
    from deadlines.docket.reasons import plain_reason
    from deadlines.docket.roles import require
    from deadlines.docket.trail_watch import sign_trail

    with app.writing() as session:
        person = active_person(session, by)
        require(person, "decide")
        sign_trail(session, by=person, reason=plain_reason(reason), actor=actor(), now=clock.now())
