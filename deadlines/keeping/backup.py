"""Makes a backup: copy, verify, encrypt, and only then give it its name.

Whatever happens before the end, a full disk or a kill, nothing is left that looks like a backup: the manifest gets
its name first, and the file, which is whole by then, last.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from deadlines import clock
from deadlines.errors import BackupError
from deadlines.keeping.cipher import decrypt, encrypt
from deadlines.keeping.copying import Progress, copy_server, copy_sqlite
from deadlines.keeping.facts import Facts, difference, doubts_of
from deadlines.keeping.manifest import NAME, Form, Manifest, manifest_path, sha256_of, tidy
from deadlines.keeping.places import new_file, workshop, write_down
from deadlines.keeping.restore import fill_scratch, scratch_facts
from deadlines.store.database import Database
from deadlines.store.faults import told

SUFFIXES: dict[Form, str] = {"sqlite": ".sqlite3", "pg_dump": ".dump", "copy": ".copy.gz"}


def quiet(_done: int, _total: int) -> None:
    """No progress is shown."""


def _nothing(_moment: str) -> None:
    """No hook."""


def make_backup(
    database: Database,
    folder: Path,
    *,
    now: datetime,
    program: str,
    key: bytes | None = None,
    days: int = 30,
    progress: Progress = quiet,
    hook: Callable[[str], None] = _nothing,
) -> tuple[Path, Manifest]:
    """Back the database up into a folder while others use it, and remove what is older than `days`.

    `key` encrypts it, `program` is the version that made it, `hook` is called with a name at the points where a
    process may die, for tests. A docket in doubt is backed up all the same, and its manifest says so. Raises
    BackupError; then the folder holds what it held before.
    """
    started = clock.elapsed()
    with workshop(folder) as corner, told(database.engine.url):
        form, plain, facts = _copied(database, corner, progress, hook)
        with database.read() as session:
            doubts = doubts_of(session, facts)
        hook("verified")
        file = _encrypted(plain, corner, key) if key is not None else plain
        hook("encrypted")
        moment = now.astimezone(UTC)
        ending = f"{SUFFIXES[form]}{'.enc' if key is not None else ''}"
        manifest = Manifest(
            file=f"{NAME}{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}{ending}",
            form=form,
            encrypted=key is not None,
            sha256=sha256_of(file),
            plain_sha256=sha256_of(plain),
            bytes=file.stat().st_size,
            made_at=moment,
            seconds=round(clock.elapsed() - started, 1),
            program=program,
            sealed_with=database.seal.fingerprint,
            facts=facts,
            doubts=doubts,
        )
        final = _named(file, manifest, folder, corner, hook)
        tidy(folder, facts.instance, now=now, days=days)
    return final, manifest


def _copied(
    database: Database, corner: Path, progress: Progress, hook: Callable[[str], None]
) -> tuple[Form, Path, Facts]:
    """A copy that was opened and found whole."""
    if database.engine.dialect.name == "sqlite":
        file = corner / "copy.sqlite3"
        return "sqlite", file, copy_sqlite(database, file, progress)
    try:
        form, file, facts = copy_server(database, corner, progress)
    except SQLAlchemyError as fault:
        raise BackupError(f"The database cannot be copied ({type(fault).__name__}).") from fault
    hook("copied")
    opened = corner / "opened.sqlite3"
    fill_scratch(opened, form, file, facts.schema)
    wrong = difference(facts, scratch_facts(opened, database.seal))
    opened.unlink()
    if wrong is not None:
        raise BackupError(f"The copy is not whole: {wrong}. Nothing was kept. Try again.")
    return form, file, facts


def _encrypted(plain: Path, corner: Path, key: bytes) -> Path:
    """An encrypted copy that was decrypted again and found the same."""
    file, again = corner / "encrypted", corner / "again"
    new_file(file)
    encrypt(plain, file, key)
    new_file(again)
    decrypt(file, again, key)
    if sha256_of(again) != sha256_of(plain):
        raise BackupError("The encrypted copy cannot be decrypted again: nothing was kept. Check the disk.")
    again.unlink()
    return file


def _named(file: Path, manifest: Manifest, folder: Path, corner: Path, hook: Callable[[str], None]) -> Path:
    final = folder / manifest.file
    beside = corner / "manifest"
    new_file(beside)
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    for each in (file, beside):
        each.chmod(0o600)
        write_down(each)
    hook("written")
    beside.rename(manifest_path(final))
    hook("manifest")
    file.rename(final)
    write_down(folder)
    hook("done")
    return final
