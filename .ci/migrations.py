"""Fails unless a database made by the migrations is the one that the models describe."""

import sys
import tempfile
from pathlib import Path

from deadlines import clock
from deadlines.store.database import Database
from deadlines.store.migrate import differences

with tempfile.TemporaryDirectory() as folder:
    database = Database.create(f"sqlite:///{Path(folder) / 'd.sqlite3'}", now=clock.now(), version="check")
    try:
        found = differences(database.engine)
    finally:
        database.dispose()
sys.exit("\n".join(str(difference) for difference in found) if found else None)
