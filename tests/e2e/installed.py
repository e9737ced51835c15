"""Programs that read calendars: what pip and npm can bring is installed once for each machine, the rest is asked for.

The installed ones live in a folder for temporary files. Where that cannot be made, the caller gets an error
and the test fails. A program of the operating system that is missing skips the test and names the Debian
packages; with DEADLINES_REQUIRE_CLIENTS=1 it fails instead.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

PYTHON_PACKAGES = ("vdirsyncer==0.21.0", "khal==0.14.1", "recurring-ical-events==3.8.2")
NODE_FOLDER = Path(__file__).parent / "node"
NODE_FILES = ("package.json", "package-lock.json")
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""The interpreter of the distribution: the only one for which its GObject bindings are installed."""
REQUIRED = "DEADLINES_REQUIRE_CLIENTS"
INSTALL_SECONDS = 600


class ClientError(Exception):
    """A calendar program could not be installed, or ended with an error."""


def python_programs() -> Path:
    """The `bin` folder of a virtual environment with the programs and libraries of pip."""
    return once_installed(PYTHON_PACKAGES)


def once_installed(packages: Sequence[str]) -> Path:
    """The `bin` folder of a virtual environment with these packages, installed once for each machine."""
    return _once(" ".join((*packages, sys.version)), partial(_install_python, packages)) / "bin"


def node_modules(folder: Path = NODE_FOLDER, required: str = REQUIRED) -> Path:
    """The folder with what the lock of a folder, such as `tests/e2e/node`, names."""
    require_program("npm", "nodejs npm", required)
    lock = (folder / NODE_FILES[1]).read_text()
    return _once(lock, partial(_install_node, folder)) / "node_modules"


def require_program(name: str, packages: str, required: str = REQUIRED) -> str:
    """Where the program is; skips the test without it."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed: apt-get install {packages}", required)
    return found


def require_binding(modules: dict[str, str], packages: str) -> None:
    """GObject bindings by name and version, importable in the distribution's own Python; skips without them."""
    asked = ["import gi", *(f"gi.require_version({name!r}, {version!r})" for name, version in modules.items())]
    there = SYSTEM_PYTHON.exists() and (
        subprocess.run(
            [SYSTEM_PYTHON, "-c", "; ".join(asked)], env=without_python_path(), capture_output=True, check=False
        ).returncode
        == 0
    )
    if not there:
        missing(f"{', '.join(modules)} for Python cannot be loaded: apt-get install {packages}")


def missing(reason: str, required: str = REQUIRED) -> NoReturn:
    """Skip the test, or fail where the environment says that the program is required."""
    if os.environ.get(required) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def without_python_path() -> dict[str, str]:
    """The environment for an interpreter that must not see the project."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def call(
    command: list[str],
    seconds: float,
    settings: dict[str, str] | None = None,
    text: str = "",
    folder: Path | None = None,
) -> str:
    """The standard output of a program that ends well; raises ClientError."""
    done = subprocess.run(
        command, env=settings, input=text, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise ClientError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _once(what: str, install: Callable[[Path], None]) -> Path:
    """The folder for exactly this, made on first use, by one process at a time."""
    key = hashlib.sha256(what.encode()).hexdigest()[:12]
    base = Path(tempfile.gettempdir()) / f"deadlines-calendar-clients-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ClientError(f"{base} belongs to somebody else.")
    place, ready = base / key, base / key / "ready"
    with FileLock(base / f"{key}.lock", timeout=INSTALL_SECONDS):
        if not ready.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            install(place)
            ready.touch()
    return place


def _install_python(packages: Sequence[str], place: Path) -> None:
    call([sys.executable, "-m", "venv", str(place)], INSTALL_SECONDS)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    call([*pip, "--disable-pip-version-check", *packages], INSTALL_SECONDS)


def _install_node(folder: Path, place: Path) -> None:
    for name in NODE_FILES:
        shutil.copy2(folder / name, place)
    # No package may run a program of its own while it is installed.
    call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], INSTALL_SECONDS, folder=place)
