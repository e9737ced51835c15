"""Fails unless the wheel in the folder given holds what an installed copy needs, and nothing more."""

import sys
import zipfile
from pathlib import Path

(wheel,) = Path(sys.argv[1]).glob("*.whl")
names = zipfile.ZipFile(wheel).namelist()
needed = [
    *("cli.py", "deadlines/_migrations/env.py", "deadlines/law/data/edition.toml", "deadlines/py.typed"),
    *(f"deadlines/web/static/{name}" for name in ("address.js", "icon.svg", "page.css")),
    *(f"deadlines/web/templates/{name}.html" for name in ("address", "base", "invitation", "notice")),
]
problems = [f"{wheel.name} lacks {name}" for name in needed if name not in names]
if not any(name.startswith("deadlines/_migrations/versions/") and name.endswith(".py") for name in names):
    problems.append(f"{wheel.name} lacks the migrations")
if not any(name.endswith("/licenses/LICENSE") for name in names):
    problems.append(f"{wheel.name} lacks the licence")
problems += [f"{wheel.name} should not hold {name}" for name in names if name.startswith(("tests/", "bench/"))]
sys.exit("\n".join(problems) if problems else None)
