"""What is done to a database as a whole, by the settings: upgraded, backed up, restored, rehearsed."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from deadlines import clock
from deadlines.config import Settings, read_key
from deadlines.errors import BackupError, ConfigError, StoreError
from deadlines.version import VERSION
from deadlines.wiring import build_statement, database_url, feeds_folder

if TYPE_CHECKING:
    from deadlines.keeping import Drill, Manifest
    from deadlines.keeping.copying import Progress
    from deadlines.store.database import Database

LED = (
    "Nothing was upgraded, because a daemon works on this database. Stop daemons and web servers on every machine "
    "first, for example with `systemctl stop deadlines`; then run `deadlines db upgrade` again."
)
NO_PLACE = (
    "Nothing was upgraded, because no backup would be made first: name a folder in keeping.folder; "
    "or make a backup yourself, for example with pg_dump, and give --without-backup."
)


def upgrade_database(settings: Settings, *, without_backup: bool = False) -> tuple[str, str, Path | None]:
    """Migrate to the newest schema, all or nothing, after a verified backup; and seal what had no seal.

    `without_backup`: go on although there is no place for one; where there is one, a backup is made all the same.
    Returns the revisions before and after, and the backup, where one was made. Raises BackupError, and StoreError also
    while a daemon works on it.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from deadlines.store import migrate
    from deadlines.store.database import Database

    database = Database.open(database_url(settings), any_schema=True, key=read_key(settings.keeping.key_file))
    try:
        before = migrate.current_revision(database.engine)
        if before not in migrate.known_revisions():
            raise StoreError("The database is of a newer program than this one: install that one.")
        if before == migrate.head_revision():
            return str(before), str(before), None
        _require_idle(database)
        folder = upgrade_folder(settings)
        if folder is None and not without_backup:
            raise BackupError(NO_PLACE)
        kept = back_up(settings, database, folder)[0] if folder is not None else None
        _require_idle(database)  # the backup may have taken long
        migrate.upgrade(database.engine)
        _seal_stored(database)
        return str(before), str(migrate.current_revision(database.engine)), kept
    except SQLAlchemyError as error:
        raise StoreError(
            f"The upgrade failed ({type(error).__name__}) and the database is as it was: "
            "stop whatever uses it, then try again."
        ) from error
    finally:
        database.dispose()


def forget_copies(settings: Settings, database: "Database") -> None:
    """Take the kept copies of calendars away that show what must be seen no more, also while no server runs.

    A running server does the same within seconds; one that starts while the database fails would serve them.
    """
    from deadlines.docket.endings import sights
    from deadlines.web.shelf import Shelf

    folder = feeds_folder(settings)
    if folder is None or not folder.is_dir():
        return
    shelf = Shelf(folder)
    with database.read() as session:
        now_seen = sights(session, now=clock.now())
    shelf.keep_only(now_seen, {})
    for kept in shelf.outdated(now_seen):
        shelf.drop(kept.token_hash, of_sight=kept.sight)


def _require_idle(database: "Database") -> None:
    from deadlines.store.leader import is_led

    if is_led(database.engine):
        raise StoreError(LED)


def _seal_stored(database: "Database") -> None:
    from deadlines.docket.sealing import seal_stored

    with database.write() as session:
        seal_stored(session, actor="db upgrade", now=clock.now())


def upgrade_folder(settings: Settings) -> Path | None:
    """Where the backup before an upgrade goes: as configured, else beside a database file, else nowhere."""
    if settings.keeping.folder:
        return Path(settings.keeping.folder)
    url = settings.database.url
    return Path(f"{url.removeprefix('sqlite:///')}.before-upgrade") if url.startswith("sqlite:///") else None


def backups_folder(settings: Settings) -> Path:
    """The folder of the nightly backups; raises ConfigError where none is named."""
    if not settings.keeping.folder:
        raise ConfigError("No folder is named for backups: set keeping.folder, or give the folder with the command.")
    return Path(settings.keeping.folder)


def back_up(
    settings: Settings, database: "Database", folder: Path | None = None, progress: "Progress | None" = None
) -> "tuple[Path, Manifest]":
    """Back the database up, by default into the configured folder. Raises BackupError and ConfigError."""
    from deadlines.keeping import make_backup
    from deadlines.keeping.backup import quiet

    return make_backup(
        database,
        folder or backups_folder(settings),
        now=clock.now(),
        program=VERSION,
        key=read_key(settings.keeping.backup_key_file),
        days=settings.keeping.backups,
        progress=progress or quiet,
    )


def restore_backup(settings: Settings, file: Path, into: str, actor: str) -> "Manifest":
    """Make a database of a backup. Raises BackupError, ConfigError and StoreError."""
    from deadlines.keeping import restore
    from deadlines.store.seal import Seal

    target = msgspec.structs.replace(settings, database=msgspec.structs.replace(settings.database, url=into))
    return restore(
        file,
        database_url(target),
        seal=Seal(read_key(settings.keeping.key_file)),
        key=read_key(settings.keeping.backup_key_file),
        actor=actor,
        now=clock.now(),
    )


def rehearse_backup(settings: Settings, database: "Database", folder: Path | None = None) -> "Drill":
    """Restore the newest backup for rehearsal. Raises BackupError and ConfigError."""
    from sqlalchemy import select

    from deadlines.keeping import rehearse
    from deadlines.store.tables import Instance

    with database.read() as session:
        instance = session.scalars(select(Instance.instance_id)).one()
    key = read_key(settings.keeping.backup_key_file)
    return rehearse(
        folder or backups_folder(settings),
        instance=instance,
        seal=database.seal,
        key=key,
        statement=build_statement(settings),
    )
