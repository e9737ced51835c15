"""`deadlines db backup|restore|drill`: copies of the docket, made, restored and rehearsed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app

if TYPE_CHECKING:
    from deadlines.keeping import Drill, Manifest
    from deadlines.keeping.copying import Progress


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]")
@json_option
@pass_app
def backup(app: App, folder: str | None, as_json: bool) -> int:
    """Back the docket up into FOLDER, by default keeping.folder, while it is in use.

    The copy is opened and verified before it gets its name. Old ones are removed by keeping.backups. The exit status is
    2 where the docket itself is in doubt: the backup is made all the same.

    \b
    Example:
      deadlines db backup /mnt/other-disk/deadlines
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.keeping.records import note_backup
    from deadlines.upkeep import back_up

    with app.database() as database:
        place, manifest = back_up(app.settings, database, Path.cwd() / folder if folder else None, _progress())
        with database.write() as session:
            note_backup(session, manifest, place.parent, clock.now())
    if as_json:
        print_json({"file": str(place), "manifest": manifest})
        return 2 if manifest.doubts else 0
    rows = sum(manifest.facts.counts.values())
    held = "a true copy of a docket IN DOUBT" if manifest.doubts else "verified"
    click.echo(f"Made {place}: {rows} rows, {held}, in {manifest.seconds:g} seconds.")
    print_doubts(manifest)
    click.echo("Copy it and its manifest (.json) to another machine.")
    return 2 if manifest.doubts else 0


def print_doubts(manifest: "Manifest") -> None:
    """Say loudly what was wrong with the docket that a backup is a copy of."""
    from deadlines.commands.output import style

    for doubt in manifest.doubts:
        click.echo(style(f"INTEGRITY ALARM: {doubt}.", fg="red", bold=True), err=True)
    if manifest.doubts:
        click.echo("Keep the backups from before. docs/operations.md, chapter Keeping, says how to go on.", err=True)


def _progress() -> "Progress":
    """On a terminal a line that counts; elsewhere nothing."""
    shown = sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if shown and total:
            click.echo(f"\r{done * 100 // total:3} % copied", nl=done >= total, err=True)

    return progress


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--into", required=True, metavar="URL", help="A new sqlite:///file, or an empty PostgreSQL database.")
@json_option
@pass_app
def restore(app: App, file: str, into: str, as_json: bool) -> int:
    """Make a database of a backup. Nothing that exists is overwritten, and nothing is there before it is verified.

    The exit status is 2 where the backup is a true copy of a docket in doubt: it is restored all the same.

    \b
    Example:
      deadlines db restore backups/deadlines-20261127T080000Z-0a1b2c.sqlite3 --into sqlite:///restored.sqlite3
    """
    from deadlines.commands.output import print_json
    from deadlines.store.migrate import head_revision
    from deadlines.upkeep import restore_backup

    manifest = restore_backup(app.settings, Path.cwd() / file, into, actor())
    if as_json:
        print_json({"into": into, "manifest": manifest})
        return 2 if manifest.doubts else 0
    click.echo(f"Restored {manifest.file}, made {manifest.made_at:%Y-%m-%d %H:%M} UTC, and verified it.")
    print_doubts(manifest)
    click.echo("Name the address in database.url, then run `deadlines doctor`.")
    if manifest.facts.schema != head_revision():
        click.echo("It has an older schema: run `deadlines db upgrade` first.")
    return 2 if manifest.doubts else 0


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]")
@json_option
@pass_app
def drill(app: App, folder: str | None, as_json: bool) -> int:
    """Restore the newest backup of FOLDER, by default keeping.folder, into a scratch place, and check all of it.

    The exit status is 2 where it cannot be relied on.

    \b
    Example:
      deadlines db drill
    """
    from deadlines import clock
    from deadlines.commands.output import print_json
    from deadlines.keeping.records import note_drill
    from deadlines.upkeep import rehearse_backup

    with app.database() as database:
        found = rehearse_backup(app.settings, database, Path.cwd() / folder if folder else None)
        with database.write() as session:
            note_drill(session, found, clock.now())
    if as_json:
        print_json(found)
    else:
        _print_drill(found)
    return 2 if found.faults else 0


def _print_drill(found: "Drill") -> None:
    click.echo(f"Restored {found.file} of {found.made_at:%Y-%m-%d %H:%M} UTC in {found.seconds:g} seconds.")
    for fault in found.faults:
        click.echo(f"NOT GOOD: {fault}.")
    if not found.faults:
        click.echo("All holds: rows, audit trail, seals, and a reminder for every open entry.")
