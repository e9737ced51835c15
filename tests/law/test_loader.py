"""The loader is strict: a single mistake in a law file stops the start and names file, id and key."""

import re
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
    ("closure twice", "closures.toml", "on         = 2012-12-24", "on         = 2008-12-26", "closure 2008-12-26"),
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
    with pytest.raises(
        LawDataError, match=r"zz\.toml: the id eoir\.appeal\.bia stands in eoir-appeal-bia\.toml already"
    ):
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


RULES = "rules/"
SLIPS: list[tuple[str, str, str, str, str]] = [
    # what, file, pattern, replacement, what the sentence names
    ("a start from no fact", "shared.toml", r'start  = "decided"', 'start  = "fact"', "start_fact"),
    ("an empty word", APPEAL, r'remedy        = "appeal"', 'remedy        = ""', "remedy"),
    ("no kinds", APPEAL, r"(?m)^kinds +=.*$", "kinds = []", "kinds"),
    ("no reason for none", RULES + "consular-appeal.toml", r"(?m)^why .*\n", "", "why"),
    ("a trigger without its day", APPEAL, r'"stated-or-served"', '"after"', "after"),
    (
        "a chain of two links",
        RULES + "court-certiorari-extension.toml",
        r'after( +)= "[^"]+"',
        r'after\1= "eoir.motion.reopen"',
        "one link",
    ),
    (
        "an ignored printed day",
        RULES + "departure-voluntary.toml",
        r'printed( +)= "governs"',
        r'printed\1= "ignored"',
        "printed_fact",
    ),
    (
        "a trigger without words",
        RULES + "uscis-appeal-aao.toml",
        r'(?m)^trigger_words = "the date on the notice of.*\n',
        "",
        "recount.trigger_words",
    ),
    (
        "periods and no limit",
        APPEAL,
        r'computation   = "eoir-board"',
        'computation = "eoir-board"\nstate = "no-limit"',
        "period",
    ),
    ("a text twice", APPEAL, r'id( +)= "ten-days"', r'id\1= "thirty-days"', "period.id"),
    ("a doubt about nothing", RULES + "status-asylum-one-year.toml", r"(?m)^safe_length.*\n", "", "safe_doubt"),
    ("an exception without condition", APPEAL, r"(?m)^  when   = \{ kind.*$", "  when   = {}", "unless.when"),
    ("an unknown circuit", APPEAL, r'reaches = "everyone"', 'reaches = { circuits = ["12"] }', "reaches"),
    (
        "a relation that says nothing",
        APPEAL,
        r'(?m)(^\[\[relation\]\][^\[]*?^text +=) ".*"$',
        r'\1 ""',
        "relation.text",
    ),
    ("a row that is nowhere", "rows/courts.toml", r"(?m)^where = .*\n", "", "row eoir 1.2 statute"),
    ("a date as condition", APPEAL, r'appeal = \["waived"\]', 'hearing_on = ["2026-01-01"]', "a date is no condition"),
    ("a date with choices", "facts.toml", r'(name     = "born_on"\n)', r'\1choices = ["a"]\n', "choices"),
    ("words without a list", "facts.toml", r'(type     = "words"\n)choices.*\n', r"\1", "choices"),
    (
        "another order",
        "computation/uscis.toml",
        r'\["period", "service", "roll"\]',
        '["period", "roll", "service"]',
        "order",
    ),
    ("no reason for no roll", "computation/uscis.toml", r"(?m)^online_why.*\n", "", "online_cite"),
    (
        "fewer days argued than added",
        "computation/uscis.toml",
        r"add( +)= \{ days = 3 \}",
        r"add\1= { days = 4 }",
        "arguable",
    ),
    (
        "a month of mail",
        "computation/uscis.toml",
        r"add( +)= \{ days = 3 \}\nargue.*",
        r"add\1= { days = 30 }",
        "service",
    ),
    (
        "a holiday twice",
        "holidays/us-federal.toml",
        r'id( +)= "labor-day"|id( +)= "labor"',
        'id = "new-year"',
        "new-year",
    ),
    ("the 32nd", "holidays/us-federal.toml", r"day        = 25", "day        = 32", "no such day"),
    ("a row without authority", "decisions/general.toml", r"appeal_cite = .*", "appeal_cite = []", "appeal_cite"),
    ("a limit without authority", "decisions/general.toml", r"motion_cite = .*", "motion_cite = []", "motion_cite"),
    ("an extension twice", "closures.toml", r'"eoir-2012-board"', '"eoir-2010-board"', "id"),
    (
        "an extension into the past",
        "closures.toml",
        r"accepted_to = 2010-02-19",
        "accepted_to = 2010-02-18",
        "accepted_to",
    ),
    ("an extension of no forum", "closures.toml", r'forum       = "bia"', 'forum       = "bai"', "forum"),
    ("a fee in euros", "fees.toml", r'amount     = "110"', 'amount     = "110 EUR"', "amount"),
    ("two fees at once", "fees.toml", r"until      = 2025-07-04\namount     = \"110\"", 'amount     = "110"', "from"),
    (
        "one choice",
        "ambiguities.toml",
        r"(?s)choices  = \[\n.*?\n\]",
        'choices = [{ id = "a", text = "b" }]',
        "choices",
    ),
    ("a firm's three choices", "ambiguities.toml", r'(row      = "uscis A1"\n)', r"\1firm = true\n", "choices"),
    (
        "an end before its start",
        RULES + "bia-brief-reply.toml",
        r"until( +)= 2026-03-09",
        r"until\1= 1990-01-01",
        "ends before it begins",
    ),
    ("thirty years", APPEAL, r"length = \{ days = 30 \}", "length = { years = 30 }", "so long"),
    ("a shared note without id", "shared.toml", r"\[\[note\]\]\nid .*\n", "[[note]]\n", "has no id"),
    ("a shared note that is not there", APPEAL, r"(?m)^(shared +=.*)\]$", r'\1, "nobody"]', "shared"),
    ("an origin of one's own", APPEAL, r"(?m)^(cite .*)$", r"\1" + '\norigin = "me"', "origin"),
    ("a reason nobody can give", "reasons.toml", r'id    = "discretion"', 'id    = "mood"', "mood"),
    ("a like of nothing", "computation/uscis-no-mail.toml", r'like( +)= "[^"]+"', r'like\1= "nothing"', "like"),
]


@pytest.mark.parametrize(("what", "name", "pattern", "new", "named"), SLIPS, ids=[row[0] for row in SLIPS])
def test_one_slip_is_refused_with_its_place(
    folder: Path, what: str, name: str, pattern: str, new: str, named: str
) -> None:
    path = folder / name
    text, count = re.subn(pattern, new, path.read_text(), count=1)
    assert count, f"{name} no longer holds {pattern}"
    path.write_text(text)
    with pytest.raises(LawDataError) as refused:
        read_law(folder)
    assert named in refused.value.sentence, refused.value.sentence
    assert refused.value.sentence.rstrip().endswith(".")
