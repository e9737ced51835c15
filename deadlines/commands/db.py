"""`deadlines db`: care of the database."""

import click

from deadlines.commands import db_keeping
from deadlines.commands.context import App, json_option, pass_app


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
    from deadlines.upkeep import upgrade_database

    before, after, kept = upgrade_database(app.settings, without_backup=without_backup)
    if kept is not None and not as_json:
        click.echo(f"Made {kept}, a backup of schema {before}.")
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

    Sign only after each date was checked against its notice. The exit status is 2 where altered dates are left.

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
