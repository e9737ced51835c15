"""What the law data says of more time and of rescues: it holds together, and the loader refuses what does not."""

from pathlib import Path

import pytest

from deadlines.errors import LawDataError
from deadlines.law import load_law
from deadlines.law.load import read_law
from tests.law.editing import change, copy

RESCUES = "rescues.toml"
BRIEF = "rules/bia-brief.toml"


@pytest.mark.parametrize(
    "file, old, new, said",
    [
        (RESCUES, '["eoir.appeal.bia"]', '["eoir.apeal.bia"]', "rescue appeal-board-tolling: key 'rules'"),
        (RESCUES, '["eoir.appeal.bia"]', "[]", "rescue appeal-board-tolling: key 'rules': the list is empty"),
        (RESCUES, '"bia.certification"', '"bia.certificate"', "rescue appeal-board-certification: key 'leads_to'"),
        (RESCUES, '"eoir.fee-waiver.denial"', '"eoir.fee"', "rescue court-fee-waiver: key 'notice'"),
        (RESCUES, '["8 CFR 1003.1(c)", "8 CFR 1003.7"]', '[" "]', "rescue appeal-board-certification: key 'cite'"),
        (
            RESCUES,
            'title      = "Certification to the Board"',
            'title = " "',
            "rescue appeal-board-certification: key 'title'",
        ),
        (RESCUES, 'confidence = "primary"', 'confidence = "sure"', "rescues.toml"),
        (RESCUES, "steps ", "step ", "rescues.toml"),
        (BRIEF, 'why     = "The Board may give more time', 'why = " " # "', "rule bia.brief: key 'more_time.why'"),
        (BRIEF, "allowed = true", 'allowed = "yes"', "bia-brief.toml"),
    ],
)
def test_a_mistake_is_refused_by_its_place(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    change(place, file, old, new)
    with pytest.raises(LawDataError) as refused:
        read_law(place)
    assert refused.value.sentence.startswith(said)


def test_an_edition_from_before_there_were_rescues_loads(tmp_path: Path) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    (place / RESCUES).unlink()
    assert read_law(place).rescues == {}


def test_every_rescue_has_its_source_and_leads_away_from_what_was_missed() -> None:
    for rescue in load_law().rescues.values():
        assert rescue.cite
        if rescue.id != "uscis-reopen-late":  # the same motion, late
            assert rescue.leads_to not in rescue.rules


@pytest.mark.parametrize(
    "rule, cite",
    [
        ("uscis.appeal.aao", "8 CFR 103.3(a)(2)(v)(B)"),
        ("uscis.motion.reopen", "8 CFR 103.5(a)(1)(i)"),
        ("eoir.appeal.bia", "Matter of Morales-Morales, 28 I&N Dec. 714 (BIA 2023)"),
        ("eoir.motion.rescind-in-absentia", "8 USC 1229a(b)(5)(C)"),
        ("bia.motion.reopen", "8 CFR 1003.2"),
        ("status.asylum-one-year", "INA 208(a)(2)(D)"),
    ],
)
def test_the_remedies_that_are_missed_most_have_a_rescue_from_its_source(rule: str, cite: str) -> None:
    found = [rescue for rescue in load_law().rescues.values() if rule in rescue.rules]
    assert cite in {source for rescue in found for source in rescue.cite}
