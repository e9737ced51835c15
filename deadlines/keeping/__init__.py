"""Backups: made while the program runs, verified by opening them, restored beside and swapped last, rehearsed."""

from deadlines.keeping.backup import make_backup
from deadlines.keeping.drill import Drill, rehearse
from deadlines.keeping.manifest import Manifest, backups_in, read_manifest
from deadlines.keeping.restore import restore

__all__ = ["Drill", "Manifest", "backups_in", "make_backup", "read_manifest", "rehearse", "restore"]
