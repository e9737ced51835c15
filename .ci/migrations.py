"""Fails unless a database made by the migrations is the one that the models describe.

`python .ci/migrations.py new "What it changes"` writes the next migration from the difference; read it before
you keep it. It must not break the previous version of the program.
"""

import sys
import tempfile
from pathlib import Path

from deadlines import clock
from deadlines.store.database import Database
from deadlines.store.migrate import differences, head_revision, new_revision

with tempfile.TemporaryDirectory() as folder:
    database = Database.create(f"sqlite:///{Path(folder) / 'd.sqlite3'}", now=clock.now(), version="check")
    try:
        found = differences(database.engine)
        if sys.argv[1:2] == ["new"]:
            new_revision(database.engine, sys.argv[2], f"{int(head_revision()) + 1:04}")
            sys.exit()
    finally:
        database.dispose()
sys.exit("\n".join(str(difference) for difference in found) if found else None)
