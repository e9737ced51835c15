"""What each issued edition answers, sealed: a notice of every golden case, and the digest of its answer.

An answer of an issued edition is the same for ever, byte for byte. Write the file of a new edition with
`python -m tests.law.issued_answers NAME` on the day it is issued; never that of an old one.
"""

import hashlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from deadlines.compute import compute
from deadlines.compute.contract import read_facts, write_error, write_result
from deadlines.errors import DeadlinesError
from deadlines.law import Law
from deadlines.law.editions import load_edition

HERE = Path(__file__).parent
FOLDER = HERE / "answers"


def notices() -> Iterator[bytes]:
    """The facts of the golden cases, each once, in the order of their text."""
    cases = [case for file in (HERE / "golden").glob("*.toml") for case in tomllib.loads(file.read_text())["case"]]
    yield from sorted({msgspec.json.encode(case["notice"], order="sorted") for case in cases})


def answer(law: Law, facts: bytes) -> bytes:
    """The line that the machine contract answers."""
    try:
        return write_result(compute(read_facts(facts), law))
    except DeadlinesError as error:
        return write_error(None, error)


def sealed(law: Law, facts: Iterator[bytes]) -> str:
    """A line a notice: the digest of its answer, and the facts."""
    return "".join(f"{hashlib.sha256(answer(law, line)).hexdigest()}  {line.decode()}\n" for line in facts)


if __name__ == "__main__":
    NAME = sys.argv[1]
    (FOLDER / f"{NAME}.txt").write_text(sealed(load_edition(NAME), notices()), encoding="utf-8")
