"""A firm's own law folder: what it adds holds, what does not belong is refused with the firm's file."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from deadlines.compute import Notice, Service, Window, compute
from deadlines.errors import LawDataError
from deadlines.law import Law, load_law
from deadlines.law.load import packaged, read_law
from tests.law.editing import APPEAL, DATA, change

REVIEWED = 'reviewed = { on = 2026-11-20, confidence = "primary" }\n'
RULE = """
id            = "firm.county-record"
title         = "Record of the county court"
remedy        = "request"
forum         = "uscis"
file_with     = "the county clerk"
filed_when    = "received"
computation   = "uscis"
kinds         = ["uscis.rfe"]
trigger       = "decided"
trigger_words = "the date on the request"
reviewed      = { on = 2026-11-20, confidence = "primary" }
cite          = ["Office manual 4.2"]

[[period]]
id     = "ten-days"
from   = 2000-01-01
length = { days = 10 }
why    = "the office asks for the record within ten days"
cite   = ["Office manual 4.2"]
"""
OUTAGE = """
[[extension]]
id          = "eoir-2026-outage"
forum       = "bia"
due_from    = 2026-06-08
due_to      = 2026-06-12
accepted_to = 2026-06-15
why         = "after the outage of June 2026 the Board took filings due in that week as timely until 15 June"
confidence  = "primary"
cite        = ["EOIR notice of 2026-06-12"]
"""
CLOSING = """
[[closure]]
on         = 2026-06-15
name       = "the Board's clerk closed for flooding"
confidence = "primary"
cite       = ["EOIR notice of 2026-06-14"]
  [[closure.effect]]
  forum = "bia"
  why   = "the Board took filings due that day on the next open day"
  cite  = ["EOIR notice of 2026-06-14"]
"""


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "computation").mkdir()
    return tmp_path


def with_firm(firm: Path) -> Law:
    return read_law(packaged(), firm)


def appeal(law: Law, decided_on: date) -> Window:
    notice = Notice(kind="ij.order", decided_on=decided_on, service=Service("oral"), facts={"asylum": "none"})
    return next(w for w in compute(notice, law).windows if w.rule == "eoir.appeal.bia")


def last_day(law: Law, decided_on: date) -> date | None:
    return appeal(law, decided_on).last_day


def steps(law: Law, decided_on: date) -> list[str]:
    return [step.text for step in appeal(law, decided_on).working]


def test_an_empty_folder_changes_nothing_but_the_digest(firm: Path) -> None:
    law, shipped = with_firm(firm), load_law()
    assert law.firm == ()
    assert law.rules == shipped.rules
    assert law.digest != shipped.digest


def test_a_rule_of_the_firms_is_computed_and_marked(firm: Path) -> None:
    (firm / "rules" / "county.toml").write_text(RULE)
    law = with_firm(firm)
    assert law.firm == ("rule firm.county-record",)
    assert law.rules["firm.county-record"].origin == "firm"
    assert {rule.origin for key, rule in law.rules.items() if key != "firm.county-record"} == {""}
    windows = compute(Notice(kind="uscis.rfe", decided_on=date(2026, 6, 1)), law).windows
    assert next(w.last_day for w in windows if w.rule == "firm.county-record") == date(2026, 6, 11)


def test_a_shipped_rule_is_replaced_only_where_the_file_says_so(firm: Path) -> None:
    text = (DATA / "rules" / "eoir-appeal-bia.toml").read_text()
    (firm / "rules" / "appeal.toml").write_text(text)
    with pytest.raises(LawDataError, match=r"folder, rules/appeal\.toml: rule eoir\.appeal\.bia: key 'id'"):
        with_firm(firm)
    (firm / "rules" / "appeal.toml").write_text(f'replaces = "eoir.appeal.bia"\n{text}')
    law = with_firm(firm)
    assert law.firm == ("rule eoir.appeal.bia in place of eoir.appeal.bia",)
    assert law.rules["eoir.appeal.bia"].origin == "firm"
    (firm / "rules" / "appeal.toml").write_text(f'replaces = "eoir.appeal"\n{RULE}')
    with pytest.raises(LawDataError, match=r"called 'eoir\.appeal' \(did you mean 'eoir\.appeal\.bia'\?\)"):
        with_firm(firm)


@pytest.fixture
def replacing(firm: Path) -> Law:
    """With an appeal of the firm's own that takes the place of the shipped one."""
    text = (DATA / "rules" / "eoir-appeal-bia.toml").read_text()
    (firm / "rules" / "appeal.toml").write_text(f'replaces = "eoir.appeal.bia"\n{text}')
    return with_firm(firm)


def test_what_stands_on_a_replaced_rule_says_so(replacing: Law) -> None:
    said = "the firm's own rule in place of eoir.appeal.bia"
    notice = Notice(kind="ij.order", decided_on=date(2026, 6, 1), facts={"asylum": "none", "appeal": "none-filed"})
    windows = {window.rule: window for window in compute(notice, replacing).windows}
    shipped = {window.rule: window for window in compute(notice, load_law()).windows}
    own, motion, certification = (windows[n] for n in ("eoir.appeal.bia", "eoir.motion.reopen", "bia.certification"))
    assert "This rule is the firm's own; it stands in place of the shipped rule eoir.appeal.bia." in own.notes
    assert own.fees == shipped["eoir.appeal.bia"].fees != []
    assert motion.last_day == shipped["eoir.motion.reopen"].last_day
    assert said in motion.working[0].text
    assert f"It rests on another window, which is counted by {said}." in motion.notes
    assert f"It rests on another window, which is counted by {said}." in certification.notes
    [relation] = [item for item in motion.relations if item.kind == "alternative"]
    assert said in relation.text
    assert not any(said in str(window) for window in shipped.values())


def test_a_replaced_rule_that_gives_no_date_says_whose_answer_it_is(replacing: Law) -> None:
    notice = Notice(kind="ij.order", decided_on=date(2026, 6, 1), facts={"appeal": "waived", "asylum": "none"})
    window = next(item for item in compute(notice, replacing).windows if item.rule == "eoir.appeal.bia")
    assert window.state == "not-available"
    assert window.notes[-1].endswith("in place of the shipped rule eoir.appeal.bia.")


def test_an_outage_notice_of_a_forum_moves_the_last_days_in_its_span(firm: Path) -> None:
    (firm / "closures.toml").write_text(REVIEWED + OUTAGE)
    law = with_firm(firm)
    assert law.firm == ("extension eoir-2026-outage",)
    assert last_day(load_law(), date(2026, 5, 11)) == date(2026, 6, 10)
    assert last_day(law, date(2026, 5, 11)) == date(2026, 6, 15)
    assert last_day(law, date(2026, 5, 4)) == last_day(load_law(), date(2026, 5, 4)) == date(2026, 6, 3)


@pytest.mark.parametrize(("added", "day"), [(OUTAGE, date(2026, 5, 11)), (CLOSING, date(2026, 5, 15))])
def test_what_the_firm_adds_is_said_to_be_the_firms_where_it_moves_a_date(firm: Path, added: str, day: date) -> None:
    (firm / "closures.toml").write_text(REVIEWED + added)
    (moved,) = [step for step in steps(with_firm(firm), day) if "from the firm's own law folder" in step]
    assert "Monday 15 June 2026" in moved
    assert not any("firm's own" in step for step in steps(load_law(), day))


def test_a_closure_moves_a_last_day_only_in_the_forum_it_names(firm: Path) -> None:
    (firm / "closures.toml").write_text(REVIEWED + CLOSING)
    law = with_firm(firm)
    assert law.firm == ("closure 2026-06-15",)
    assert last_day(load_law(), date(2026, 5, 15)) == date(2026, 6, 15)
    assert last_day(law, date(2026, 5, 15)) == date(2026, 6, 16)
    (firm / "closures.toml").write_text(REVIEWED + CLOSING.replace('"bia"', '"uscis"'))
    assert last_day(with_firm(firm), date(2026, 5, 15)) == date(2026, 6, 15)


def test_on_a_shipped_closure_the_firm_may_add_a_forum_and_nothing_else(firm: Path) -> None:
    (firm / "closures.toml").write_text(REVIEWED + CLOSING.replace("2026-06-15", "2018-12-05"))
    closure = next(c for c in with_firm(firm).closures.closure if c.on == date(2018, 12, 5))
    assert [effect.forum for effect in closure.effect] == ["court-of-appeals", "bia"]
    again = CLOSING.replace("2026-06-15", "2018-12-05").replace('"bia"', '"court-of-appeals"')
    for text in (again, CLOSING.replace("2026-06-15", "2018-12-05").partition("  [[closure.effect]]")[0]):
        (firm / "closures.toml").write_text(REVIEWED + text)
        with pytest.raises(LawDataError, match=r"folder, closures\.toml: the closure of 2018-12-05"):
            with_firm(firm)


def test_two_closures_of_the_firms_on_one_day_are_told_as_the_firms(firm: Path) -> None:
    elsewhere = CLOSING.replace('"bia"', '"uscis"')
    (firm / "closures.toml").write_text(REVIEWED + CLOSING + elsewhere)
    (closure,) = [c for c in with_firm(firm).closures.closure if c.on == date(2026, 6, 15)]
    assert [effect.forum for effect in closure.effect] == ["bia", "uscis"]
    nowhere = CLOSING.partition("  [[closure.effect]]")[0]
    for text, where in ((CLOSING + CLOSING, " for bia"), (CLOSING + nowhere, ""), (nowhere + CLOSING, "")):
        (firm / "closures.toml").write_text(REVIEWED + text)
        said = f"folder, closures.toml: the closure of 2026-06-15 stands twice in this file{where}. Take one out"
        with pytest.raises(LawDataError, match=re.escape(said)):
            with_firm(firm)


def test_a_fault_of_the_edition_is_not_blamed_on_the_firm(firm: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (firm / "rules" / "county.toml").write_text(RULE)
    shipped = tmp_path_factory.mktemp("law") / "data"
    shutil.copytree(DATA, shipped)
    change(shipped, APPEAL, '"ij.fear-review"', '"ij.fear-revue"')
    with pytest.raises(LawDataError, match=r"^rule eoir\.appeal\.bia: key 'kinds'"):
        read_law(shipped, firm)


def test_words_forms_fees_and_computations_are_added(firm: Path) -> None:
    (firm / "facts.toml").write_text('[[fact]]\nname = "county"\nquestion = "Which county?"\nchoices = ["a", "b"]\n')
    (firm / "kinds.toml").write_text('[[kind]]\nid = "county.order"\ntitle = "Order"\ndecided_on = "the date on it"\n')
    (firm / "forms.toml").write_text('[[form]]\nid = "CC-1"\ntitle = "Request for a record"\n')
    (firm / "fees.toml").write_text(
        '[[fee]]\nfiling = "CC-1"\nrules = ["firm.county-record"]\nfrom = 2026-01-01\namount = "25"\n'
        'confidence = "primary"\ncite = ["Fee schedule of the county"]\n'
    )
    (firm / "shared.toml").write_text('[[note]]\nid = "county-hours"\ntext = "The clerk closes at four."\n')
    (firm / "computation" / "county.toml").write_text('id = "county"\nlike = "uscis"\nholidays = "us-ny"\n')
    text = RULE.replace('"uscis.rfe"', '"county.order"').replace('computation   = "uscis"', 'computation = "county"')
    (firm / "rules" / "county.toml").write_text(
        text.replace("file_with ", 'form = "CC-1"\nshared = ["county-hours"]\nwhen = { county = ["a"] }\nfile_with ')
    )
    law = with_firm(firm)
    assert set(law.firm) == {
        "rule firm.county-record", "computation county", "kind county.order", "fact county", "form CC-1",
        "fee CC-1 from 2026-01-01", "shared note county-hours",
    }  # fmt: skip
    notice = Notice(kind="county.order", decided_on=date(2026, 2, 2), facts={"county": "a"})
    (window,) = compute(notice, law).windows
    # Day 10 is Lincoln's Birthday, Thursday 12 February 2026, a holiday of New York State and not a federal one.
    assert window.last_day == date(2026, 2, 13)
    assert "The clerk closes at four." in window.notes


MISTAKES = [
    ("rules/county.toml", RULE.replace("title  ", "titel  "), "county.toml, rule firm.county-record: key 'titel'"),
    ("rules/county.toml", RULE.replace('cite   = ["Office manual 4.2"]', "cite = []"), "rules/county.toml: .*cite"),
    ("rules/county.toml", RULE.replace('"uscis.rfe"', '"uscis.rfi"'), "rules/county.toml: rule firm.*uscis.rfi"),
    ("rules/county.toml", f"origin = 'us'\n{RULE}", "county.toml, rule firm.county-record: key 'origin'"),
    ("rules/county.tml", RULE, "rules/county.tml is no TOML file"),
    ("rule.toml", RULE, "rule.toml does not belong there: .*rules and computation and the files closures.toml"),
    ("holidays/ours.toml", "", "holidays does not belong there"),
    ("closures.toml", OUTAGE, "closures.toml.*reviewed"),
    ("closures.toml", REVIEWED + OUTAGE.replace('"bia"', '"moon"'), "closures.toml: extension eoir-2026-outage.*moon"),
    ("closures.toml", REVIEWED + CLOSING.replace('"bia"', '"moon"'), "closures.toml: closure 2026-06-15.*moon"),
    ("closures.toml", REVIEWED + OUTAGE.replace("to = 2026-06-15", "to = 2026-06-13"), "accepted_to.*Saturday 2026"),
    ("closures.toml", REVIEWED + OUTAGE.replace("to = 2026-06-15", "to = 2026-06-19"), "accepted_to.*Friday 2026"),
    ("closures.toml", REVIEWED + OUTAGE + OUTAGE.replace("outage\"", "other\""), "due_from.*eoir-2026-outage holds"),
    ("rules/county.toml", RULE.replace("days = 10", "days = -10"), "ten-days.length.*longer than nothing"),
    (
        "closures.toml",
        REVIEWED + OUTAGE.replace("eoir-2026-outage", "eoir-2013-board"),
        "closures.toml: the extension eoir-2013-board is in the shipped data already",
    ),
    (
        "facts.toml",
        '[[fact]]\nname = "asylum"\nquestion = "Was there asylum?"\n',
        "facts.toml: the fact asylum is in the shipped data already",
    ),
    ("facts.toml", '[[fact]]\nname = "x"\nquestion = "X?"\nusual = "y"\n', "facts.toml: fact x: key 'usual'"),
    ("forms.toml", "[[forms]]\n", "forms.toml: only"),
    ("computation/c.toml", 'id = "uscis"\nlike = "frap"\n', "c.toml: the id uscis stands in uscis.toml already"),
    ("computation/c.toml", 'id = "c"\nlike = "nobody"\n', "c.toml, computation c: key 'like': 'nobody'"),
    ("computation/c.toml", 'id = "c"\nlike = "uscis"\nholidays = "us-xx"\n', "computation/c.toml: .*us-xx"),
]  # fmt: skip


@pytest.mark.parametrize("file, text, said", MISTAKES, ids=[f"{row[0]} {row[2][-20:]}" for row in MISTAKES])
def test_a_mistake_names_the_firms_file(firm: Path, file: str, text: str, said: str) -> None:
    (firm / file).parent.mkdir(exist_ok=True)
    (firm / file).write_text(text)
    with pytest.raises(LawDataError, match=f"In the firm's folder, .*{said}"):
        with_firm(firm)


def test_notes_for_people_and_hidden_files_do_no_harm(firm: Path) -> None:
    (firm / "README.md").write_text("Ours.")
    (firm / ".git").mkdir()
    (firm / "rules" / ".county.toml.swp").write_text("x")
    assert with_firm(firm).firm == ()
