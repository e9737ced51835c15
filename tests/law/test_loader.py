"""The loader is strict: a single mistake in a law file stops the start and names file, id and key."""

import shutil
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from deadlines.errors import LawDataError
from deadlines.law import load_law
from deadlines.law.load import read_law
from deadlines.law.resolve import layers

DATA = Path(str(files("deadlines.law") / "data"))
APPEAL = "rules/eoir-appeal-bia.toml"
PRESENCE = "rules/status-unlawful-presence-180.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text, f"{name} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))


def test_the_packaged_edition_loads() -> None:
    law = load_law()
    assert law.edition == "2026.11"
    assert len(law.rules) >= 26


MISTAKES: list[tuple[str, str, str, str, str]] = [
    ("unknown key", APPEAL, "title         =", "titel         =", "titel"),
    ("missing key", APPEAL, 'filed_when    = "received"\n', "", "filed_when"),
    ("duplicate key", APPEAL, 'remedy        = "appeal"', 'remedy = "appeal"\nremedy = "appeal"', APPEAL[6:]),
    ("empty citation", APPEAL, 'cite   = ["8 CFR 1003.38(b)"]', "cite   = []", "period"),
    ("blank citation", APPEAL, 'cite   = ["8 CFR 1003.38(b)"]', 'cite   = [" "]', "period"),
    ("impossible date", APPEAL, "1996-07-01", "1996-02-30", APPEAL[6:]),
    ("overlap", APPEAL, "from      = 2026-03-09", "from      = 1996-07-01", "ten-days"),
    ("absurd year", APPEAL, "from   = 1996-07-01", "from   = 1096-07-01", "thirty-days"),
    (
        "dangling computation",
        APPEAL,
        'computation   = "eoir-board"',
        'computation   = "eoir-bord"',
        "computation",
    ),
    ("dangling kind", APPEAL, '"ij.fear-review"]', '"ij.fear-revue"]', "kinds"),
    ("dangling form", APPEAL, 'form          = "EOIR-26"', 'form          = "EOIR-62"', "form"),
    ("dangling court action", APPEAL, 'of      = "ten-days"', 'of      = "tendays"', "court_action"),
    ("action on the only text", APPEAL, 'of      = "ten-days"', 'of      = "thirty-days"', "court_action"),
    ("unknown fact", APPEAL, "asylum = [", "asylm = [", "when"),
    ("unknown fact value", APPEAL, '"denied-merits"]', '"denied"]', "when.asylum"),
    ("empty condition", APPEAL, 'appeal = ["waived"]', "appeal = []", "when.appeal"),
    ("zero length", APPEAL, "length = { days = 30 }", "length = { days = 0 }", "length"),
    ("text for a number", APPEAL, "length = { days = 30 }", 'length = { days = "30" }', "days"),
    ("unknown action", APPEAL, 'kind    = "vacated"', 'kind    = "voided"', "kind"),
    ("method without a line", "computation/uscis.toml", 'methods = ["fax"]', 'methods = ["mail"]', "service"),
    ("unknown method", "computation/uscis.toml", 'methods = ["fax"]', 'methods = ["telefax"]', "method"),
    ("dangling calendar", "computation/uscis.toml", '"us-federal"', '"us-federale"', "holidays"),
    (
        "two definitions",
        "holidays/us-federal.toml",
        "day        = 1\n",
        "day        = 1\neaster = 1\n",
        "new-year",
    ),
    (
        "dangling finality",
        "rules/eoir-motion-reopen.toml",
        '"eoir.appeal.bia"',
        '"eoir.appeal.bai"',
        "finality",
    ),
    (
        "dangling route",
        "rules/uscis-appeal-aao.toml",
        'route         = "aao"',
        'route         = "aoa"',
        "route",
    ),
    (
        "dangling form of a kind",
        PRESENCE,
        '"uscis.termination"        = ["I-751"',
        '"uscis.termination" = ["I-715"',
        "forms",
    ),
    ("form of a kind that opens nothing", PRESENCE, '"uscis.termination"        =', '"uscis.noid" =', "forms"),
    ("floor that is no date", PRESENCE, 'fact   = "born_on"', 'fact   = "days"', "floor.fact"),
    ("days that are no number", PRESENCE, '= "days_before"', '= "stay_ends_on"', "counted_before"),
    ("closure twice", "closures.toml", "on         = 2012-12-24", "on         = 2008-12-26", "closures"),
    ("stray table", "facts.toml", "[[fact]]", "[[facts]]", "facts.toml"),
]


@pytest.mark.parametrize(("what", "name", "old", "new", "named"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_one_mistake_is_refused_with_its_place(
    folder: Path, what: str, name: str, old: str, new: str, named: str
) -> None:
    edit(folder, name, old, new)
    with pytest.raises(LawDataError) as refused:
        read_law(folder)
    assert named in refused.value.sentence, what


def test_the_same_id_in_two_files_is_refused(folder: Path) -> None:
    shutil.copy(folder / APPEAL, folder / "rules/zz.toml")
    with pytest.raises(LawDataError, match=r"zz\.toml: the id eoir\.appeal\.bia"):
        read_law(folder)


def test_the_order_of_files_does_not_matter(folder: Path) -> None:
    (folder / APPEAL).rename(folder / "rules/000.toml")
    assert read_law(folder).rules["eoir.appeal.bia"] == load_law().rules["eoir.appeal.bia"]


def appeal_texts(folder: Path, on: date) -> list[tuple[str, bool]]:
    found = layers(read_law(folder).rules["eoir.appeal.bia"], on)
    return [(layer.period.id, layer.action is not None) for layer in found]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda text: text, [("ten-days", True), ("thirty-days", False)]),
        (
            lambda text: text.replace("live    = true", "live    = true\nuntil   = 2026-06-01"),
            [("ten-days", False)],
        ),
    ],
    ids=["vacated", "reversed on 2026-06-01"],
)
def test_a_reversal_revives_the_text_without_editing_it(
    folder: Path, change: Callable[[str], str], after: list[tuple[str, bool]]
) -> None:
    path = folder / APPEAL
    path.write_text(change(path.read_text()))
    assert appeal_texts(folder, date(2026, 7, 1)) == after
    assert appeal_texts(folder, date(2026, 3, 6)) == [("thirty-days", False)]
