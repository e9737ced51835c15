"""Schemathesis against the OpenAPI file and a running server. Never of the product.

`python -m tests.web.fuzzing [SECONDS]` looks for longer, on both databases: once by the file as it is, and once with
ids, kinds and forms that the docket and the law know, so that requests get further.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deadlines.store.database import Database
from deadlines.web.api.server import Api
from deadlines.web.strangers import Strangers
from tests.conftest import _own_server, _postgres_database
from tests.web.api_firm import NOTICE, NOW, ApiFirm
from tests.web.serving import serving

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "openapi.json"
CONFIG = """
# A request may be as the file says and yet tell of a notice that cannot be: that is a 422 with a sentence.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "422"]
"""


def fuzz(firm: ApiFirm, file: Path, folder: Path, *options: str) -> tuple[int, str]:
    """The exit status of schemathesis against a server of this firm, and what it said."""
    for route in firm.app.routes:
        api = getattr(route, "app", None)
        if isinstance(api, Api):
            api._strangers = Strangers(10**9)  # it tries without a token too, and often
    (folder / "schemathesis.toml").write_text(CONFIG)
    program = Path(sys.executable).with_name("schemathesis")
    with serving(firm.app) as port:
        done = subprocess.run(
            [
                *(program, "--config-file", folder / "schemathesis.toml", "run", file, "--url"),
                *(f"http://127.0.0.1:{port}/api/v1", "--header", f"Authorization: Bearer {firm.token()}"),
                *("--no-color", "--continue-on-failure", *options),
            ],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


def narrowed(firm: ApiFirm, folder: Path) -> Path:
    """The file with the ids of this firm, and kinds and forms of the law, in place of any."""
    found: dict[str, Any] = json.loads(FILE.read_text())
    matters, entries = list(firm.matters.values()), list(firm.entries.values())
    ids = {"matter": matters, "entry": entries}
    for path in found["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in ids:
                    parameter["schema"] = {"enum": ids[parameter["name"]]}
    law = firm.desk("x").law
    shapes = found["components"]["schemas"]
    for name in ("Facts", "NewNotice"):
        shapes[name]["properties"]["kind"] = {"enum": list(law.kinds)}
        shapes[name]["properties"]["form"] = {"enum": [NOTICE["form"], *sorted(law.forms)[:40], None]}
        shapes[name]["properties"]["decided_on"] = {"enum": ["2026-10-23", "2026-10-30", "2024-02-29"]}
    shapes["NewNotice"]["properties"]["matter"] = {"enum": matters}
    shapes["NewMatter"]["properties"]["attorney"] = {"enum": ["ana@firm.test", "ben@firm.test"]}
    path = folder / "narrowed.json"
    path.write_text(json.dumps(found))
    return path


def look(url: str, folder: Path, seconds: int, *, narrow: bool) -> int:
    """One look of so many seconds at a docket of its own; prints what was found."""
    database = Database.create(url, now=NOW, version="fuzz")
    try:
        firm = ApiFirm(database)
        file = narrowed(firm, folder) if narrow else FILE
        status, said = fuzz(firm, file, folder, "--max-time", str(seconds))
    finally:
        database.dispose()
    print(said)
    return status


def main(seconds: int) -> int:
    """Look on SQLite and on PostgreSQL, each in both ways; the worst exit status."""
    found = []
    folders = tempfile.TemporaryDirectory(prefix="deadlines-pg-", ignore_cleanup_errors=True)
    with folders as name, contextmanager(_own_server)(Path(name)) as server:
        for narrow in (False, True):
            folder = Path(name) / ("narrow" if narrow else "wide")
            folder.mkdir()
            found.append(look(f"sqlite:///{folder / 'd.sqlite3'}", folder, seconds // 4, narrow=narrow))
            for url in _postgres_database(server):
                found.append(look(url, folder, seconds // 4, narrow=narrow))
    return max(found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 480))
