"""Types are worked out by one thread, whatever asks for them at the same moment."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from deadlines import decoding

ROOT = Path(__file__).parents[1]
# What ended a daemon just after its start: threads that ask for one type for the first time. It ends the process
# (SIGSEGV) within some hundred rounds where each thread asks msgspec itself, so it runs in one of its own.
RACE = """
import faulthandler, sys, threading
from datetime import datetime
from msgspec import Struct
from deadlines import decoding

faulthandler.enable()
sys.setswitchinterval(1e-6)
TEXT = b'{"inner": {"at": "2026-01-01T00:00:00Z"}, "more": [{"at": null}]}'

def make():
    global Inner, Outer
    class Inner(Struct):
        at: datetime | None = None
    class Outer(Struct):
        inner: Inner
        more: list[Inner] = []

def ask(barrier, found):
    barrier.wait()
    found.append(decoding.decode(TEXT, Outer).inner.at.year)

for _ in range(600):
    make()
    barrier, found = threading.Barrier(4), []
    threads = [threading.Thread(target=ask, args=(barrier, found)) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if found != [2026] * 4: sys.exit(f"read {found}")
"""


class Paper(Struct, forbid_unknown_fields=True):
    on: date
    pages: int = 1


def test_threads_that_ask_for_a_type_at_once_all_read_it() -> None:
    done = subprocess.run([sys.executable, "-c", RACE], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_json_is_read_as_its_kind() -> None:
    assert decoding.decode('[{"on": "2026-03-02"}]', list[Paper]) == [Paper(date(2026, 3, 2))]


def test_plain_data_is_read_as_its_kind() -> None:
    assert decoding.convert({"on": "2026-03-02", "pages": "7"}, Paper, strict=False) == Paper(date(2026, 3, 2), 7)


@pytest.mark.parametrize("data", [{"on": "2026-02-30"}, {"on": "2026-03-02", "pages": "7"}, {"at": 1}, []])
def test_what_is_of_another_kind_is_refused(data: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        decoding.convert(data, Paper)
    with pytest.raises(msgspec.ValidationError):
        decoding.decode(msgspec.json.encode(data), Paper)
