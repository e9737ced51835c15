"""Compiles and steers what makes calls on the database file fail."""

import shutil
import subprocess
import sys
from pathlib import Path

from chaos.ground import NotRun

SOURCE = Path(__file__).with_name("shim.c")


class Disk:
    """A disk under one path that is full or fails when asked to. `env` goes to the process that is to feel it."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._control, self._count = folder / "control", folder / "count"
        self.env = {
            "LD_PRELOAD": str(_compiled(folder)),
            "CHAOS_DISK_PATH": str(path),
            "CHAOS_DISK_CONTROL": str(self._control),
            "CHAOS_DISK_COUNT": str(self._count),
        }
        self.becomes("ok")

    def becomes(self, mode: str) -> None:
        """`ok`, `full`, `error` or `random`."""
        beside = self._control.with_suffix(".new")
        beside.write_text(mode)
        beside.rename(self._control)

    @property
    def faults(self) -> int:
        """How many calls have failed."""
        return self._count.stat().st_size if self._count.exists() else 0


def _compiled(folder: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        raise NotRun("needs Linux and a C compiler (cc), which makes calls on the database file fail")
    library = folder / "shim.so"
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    made = subprocess.run(words, capture_output=True, text=True)
    if made.returncode:
        raise NotRun(f"the C compiler fails: {made.stderr.strip()[:200]}")
    return library
