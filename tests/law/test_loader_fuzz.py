"""Law files by the hundred, each with one slip of the hand: refused with a sentence, or the same law as before.

What is still valid law after a slip (another number of days, another reason) cannot be told from what somebody
meant; the seal of the edition tells it. So: never a traceback, and never other dates under an unbroken seal.
"""

import shutil
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from deadlines.compute.engine import Engine
from deadlines.compute.notice import Notice, Service
from deadlines.errors import DeadlinesError, LawDataError
from deadlines.law import Law, load_law
from deadlines.law import load as loader
from deadlines.law.files import read_toml
from tests.law.mutants import mutants

STRUCTURAL = {"typo_in_key"}
SAMPLE = [
    Notice(kind=kind, form=form, decided_on=date(2026, 3, 2) + timedelta(days=3 * at), service=Service("mail"))
    for at, (kind, form) in enumerate(
        [("uscis.denial", "I-140"), ("uscis.denial", "I-130"), ("uscis.revocation", "I-140"), ("uscis.rfe", None),
         ("ij.order", None), ("ij.in-absentia", None), ("bia.decision", None), ("status.arrival", None)]
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("law") / "data"
    shutil.copytree(Path(str(files("deadlines.law") / "data")), copy)
    return copy


@pytest.fixture
def remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Files that did not change are parsed once, so that a thousand loads take seconds."""
    known: dict[str, Any] = {}

    def read(file: Any) -> dict[str, Any]:
        if str(file) not in known:
            known[str(file)] = read_toml(file)
        found: dict[str, Any] = known[str(file)]
        return found

    monkeypatch.setattr("deadlines.law.files.read_toml", read)
    monkeypatch.setattr("deadlines.law.load.read_toml", read)
    return known


def answers(law: Law) -> list[Any]:
    engine = Engine(law)
    return [_dates(engine, notice) for notice in SAMPLE]


def _dates(engine: Engine, notice: Notice) -> Any:
    try:
        windows = engine.compute(notice).windows
    except DeadlinesError as refused:
        return refused.code
    return [(w.rule, w.state, w.safe_by, w.last_day, w.latest, w.protective_by, w.opens_on) for w in windows]


@pytest.mark.parametrize("count", [80, pytest.param(1000, marks=pytest.mark.long)])
def test_slips(folder: Path, remembered: dict[str, Any], count: int) -> None:
    before = answers(load_law())
    accepted, silent, lax = 0, [], []
    for path, what, text in mutants(folder, count):
        whole = path.read_bytes()
        path.write_bytes(text.encode())
        remembered.pop(str(path), None)
        try:
            law = loader.read_law(folder)
        except LawDataError as refused:
            # The sentence says where: a file, an id or a key, and what to do.
            if len(refused.sentence) < 20 or "Traceback" in refused.sentence:
                silent.append((path.name, what))
        else:
            accepted += text.encode() != whole
            if what in STRUCTURAL and text.encode() != whole and not text.startswith("#"):
                lax.append((path.name, what))
            answers(law)
        finally:
            path.write_bytes(whole)
            remembered.pop(str(path), None)
    assert silent == []
    assert lax == []
    assert accepted < count / 2, "most slips must be refused"
    assert answers(loader.read_law(folder)) == before
