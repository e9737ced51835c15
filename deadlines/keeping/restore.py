"""From a backup to a database: refused unless it is what its manifest says, made beside, verified, swapped last."""

import os
import shutil
import sqlite3
import tempfile
import zlib
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from deadlines.docket.renderings import lift_all, lift_sequences
from deadlines.errors import BackupError, StoreError
from deadlines.keeping.cipher import decrypt
from deadlines.keeping.facts import RESTORED, Facts, difference, facts_of
from deadlines.keeping.manifest import Manifest, read_manifest, sha256_of
from deadlines.keeping.places import restoring, write_down
from deadlines.keeping.rows import load, read_rows
from deadlines.store import audit, migrate
from deadlines.store.database import Database
from deadlines.store.engine import build_engine, create_file, parse_url
from deadlines.store.faults import name_of, told
from deadlines.store.guards import guard, unguarded
from deadlines.store.seal import Seal


def restore(file: Path, url: str, *, seal: Seal, key: bytes | None, actor: str, now: datetime) -> Manifest:
    """Make a database of a backup at an address where there is none yet.

    Args:
        file: the backup; its manifest lies beside it.
        url: a SQLite file that does not exist, or a PostgreSQL database without tables.
        seal: that of the stored dates; `key`: that of the encryption, where there is one.
        actor: who restores, for the audit.
        now: the present instant.

    Raises BackupError, and StoreError for the address: nothing is there then that was not there before.
    """
    manifest, parsed = read_manifest(file), parse_url(url)
    refuse_newer(manifest)
    target = Path(parsed.database or "")
    on_server = parsed.get_backend_name() != "sqlite"
    if on_server and manifest.form == "sqlite":
        raise BackupError(f"{file.name} is a backup of a SQLite file: restore it --into sqlite:///a-new-file.")
    if not on_server:
        _refuse_what_is_there(target)
    beside = Path(tempfile.gettempdir()) if on_server else target.parent
    with restoring(beside) as corner:
        plain = unpack(file, manifest, corner, key)
        if on_server:
            _onto_server(manifest, plain, Database(build_engine(parsed), seal=seal), actor, now)
        else:
            made = scratch(manifest, plain, corner)
            _verify(manifest, scratch_facts(made, seal))
            _note_in(made, manifest, actor, now, seal)
            _swap(made, target)
    return manifest


def refuse_newer(manifest: Manifest) -> None:
    """Raise BackupError for a backup of a schema that this program does not know."""
    if manifest.facts.schema not in migrate.known_revisions():
        raise BackupError(
            f"{manifest.file} has the schema {manifest.facts.schema}, which this program does not know: "
            f"install deadlines {manifest.program} or newer."
        )


def _refuse_what_is_there(target: Path) -> None:
    for path in (target, Path(f"{target}-journal"), Path(f"{target}-wal")):
        if path.exists():
            raise BackupError(f"{path} exists already: nothing was changed. Move it away, or give another place.")
    if not target.parent.is_dir():
        raise BackupError(f"{target.parent}: there is no such folder. Make it, or give another place.")


def unpack(file: Path, manifest: Manifest, corner: Path, key: bytes | None) -> Path:
    """The plain file of a backup, of which the hash fits. Raises BackupError."""
    try:
        found = sha256_of(file)
    except OSError as fault:
        raise BackupError(f"{file} cannot be read ({fault.strerror}).") from None
    if found != manifest.sha256:
        raise BackupError(f"{file} is not the file that its manifest describes: it is damaged. Take another backup.")
    plain = corner / "plain"
    if not manifest.encrypted:
        shutil.copyfile(file, plain)
        return plain
    if key is None:
        raise BackupError(f"{file} is encrypted: name the key's file in keeping.backup_key_file.")
    decrypt(file, plain, key)
    if sha256_of(plain) != manifest.plain_sha256:
        raise BackupError(f"{file}, decrypted, is not what its manifest describes. Take another backup.")
    return plain


def scratch(manifest: Manifest, plain: Path, corner: Path) -> Path:
    """A SQLite file with what the backup holds, whatever its form."""
    if manifest.form == "sqlite":
        return plain
    file = corner / "scratch.sqlite3"
    fill_scratch(file, manifest.form, plain, manifest.facts.schema)
    return file


def fill_scratch(file: Path, form: str, plain: Path, schema: str) -> None:
    """Make a SQLite file of the rows of a server. Raises BackupError where they do not fit the schema."""
    url = parse_url(f"sqlite:///{file}")
    create_file(url)
    engine = build_engine(url)
    try:
        with told(url), migrate.exclusive(engine) as connection:
            migrate.run(connection, schema)
            load(connection, read_rows(form, plain))
    except StoreError as fault:
        raise BackupError(f"The backup cannot be opened: {fault.sentence}") from fault
    except (SQLAlchemyError, sqlite3.Error, ValueError, KeyError, EOFError, zlib.error) as fault:
        raise BackupError(
            f"The backup cannot be read ({type(fault).__name__}): it is damaged, or the disk is."
        ) from fault
    finally:
        engine.dispose()


def scratch_facts(file: Path, seal: Seal) -> Facts:
    """What a SQLite file holds. Raises BackupError for one that is no docket."""
    database = Database.of_file(file, seal)
    try:
        with database.read() as session:
            return facts_of(session)
    except StoreError as fault:
        raise BackupError(f"The backup cannot be opened: {fault.sentence}") from fault
    except SQLAlchemyError as fault:
        raise BackupError(f"The backup cannot be opened ({type(fault).__name__}): it is damaged.") from fault
    finally:
        database.dispose()


def _verify(manifest: Manifest, found: Facts) -> None:
    wrong = difference(manifest.facts, found)
    if wrong is not None:
        raise BackupError(
            f"{manifest.file} does not hold what its manifest says: {wrong}. Nothing was restored. Where the seals are "
            "meant, name the right file in keeping.key_file; else take another backup."
        )


def _note_in(made: Path, manifest: Manifest, actor: str, now: datetime, seal: Seal) -> None:
    database = Database.of_file(made, seal)
    try:
        with database.write() as session:
            _note(session, manifest, actor, now)
    finally:
        database.dispose()


def _note(session: Session, manifest: Manifest, actor: str, now: datetime) -> None:
    lying_open = unguarded(session)
    guard(session, lying_open)
    detail = {"file": manifest.file, "sha256": manifest.sha256, "made_at": manifest.made_at, "guarded": lying_open}
    audit.record(session, at=now, actor=actor, action=RESTORED, subject="instance", detail=detail)
    # The tables of an older schema are brought up to date by another command; then the daemon writes the bytes.
    lift = lift_all if manifest.facts.schema == migrate.head_revision() else lift_sequences
    lift(session, now=now)


def _swap(made: Path, target: Path) -> None:
    """Give the file its name at last. A link, because a renaming would replace what came there meanwhile."""
    made.chmod(0o600)
    write_down(made)
    try:
        os.link(made, target)
    except FileExistsError:
        raise BackupError(f"{target} exists already: nothing was changed.") from None
    write_down(target.parent)


def _onto_server(manifest: Manifest, plain: Path, database: Database, actor: str, now: datetime) -> None:
    """Everything in one transaction: a restore that fails or is killed leaves the database empty."""
    url = database.engine.url
    try:
        with told(url), migrate.exclusive(database.engine) as connection:
            if inspect(connection).get_table_names():
                raise BackupError(f"{name_of(url)} holds tables already: nothing was changed. Give an empty database.")
            migrate.run(connection, manifest.facts.schema)
            load(connection, read_rows(manifest.form, plain))
            with database.session(connection) as session:
                _verify(manifest, facts_of(session))
                _note(session, manifest, actor, now)
    except (SQLAlchemyError, database.engine.dialect.loaded_dbapi.Error, ValueError, EOFError, zlib.error) as fault:
        raise BackupError(f"The backup cannot be restored ({type(fault).__name__}): nothing was changed.") from fault
    finally:
        database.dispose()
