"""Each check of the loader, with one edit that breaks it: the sentence names table, id, key, and what to do.

A row is (file, what is replaced, what stands there instead, how the sentence begins). What is replaced is a pattern for
one line; where it is empty, the new text is appended to the file.
"""

import re
from pathlib import Path

import pytest

from deadlines.errors import LawDataError
from deadlines.law.load import read_law
from tests.law.editing import APPEAL

PRESENCE = "rules/status-unlawful-presence-180.toml"
REOPEN = "rules/eoir-motion-reopen.toml"
YEAR = "rules/status-asylum-one-year.toml"
LAST = "rules/bia-brief-reply.toml"
DEPARTURE = "rules/departure-voluntary.toml"
NOIR = "rules/uscis-response-noir.toml"
CURE = "rules/consular-k1-petition.toml"
NO_REMEDY = "rules/consular-appeal.toml"
NO_LIMIT = "rules/bia-motion-remand.toml"
FEDERAL = "holidays/us-federal.toml"
ADOPTION = "decisions/adoption.toml"
COUNT = "computation/consular.toml"
BIA = "rule eoir.appeal.bia: key "
ALTERNATIVE = '[[alternative]]\nname = "x"\neffect = "arguable"\nwhy = "y"\nconfidence = "memory"\ncite = ["z"]\n'
RELATION = '[[relation]]\nkind = "starts"\ntext = "x"\ncite = ["y"]\n'
ANSWER = '[[answer]]\nstate = "closed"\nwhy = "x"\ncite = ["y"]\n'
HOLIDAY = '[[holiday]]\nid = "x"\nname = "X"\ncite = ["y"]\nconfidence = "memory"\n'
FEE = '[[fee]]\nfiling = "x"\nconfidence = "memory"\n'
GOOD_FEE = 'rules = ["eoir.appeal.bia"]\namount = "1"\ncite = ["y"]\n'
EXTENSION = '[[extension]]\nid = "x"\nwhy = "y"\nconfidence = "memory"\ncite = ["z"]\n'
GRACE = "due_from = 2026-01-05\ndue_to = 2026-01-06\naccepted_to = 2026-01-07\n"
ROW = '[[row]]\nid = "x"\nabout = "y"\n'

Mistake = tuple[str, str, str, str]
RULES: list[Mistake] = [
    *(
        (APPEAL, rf"^{key} .*", f'{key} = " "', f"{BIA}'{key}': it is empty")
        for key in ("title", "remedy", "forum", "file_with", "filed_when", "trigger_words")
    ),
    (APPEAL, "^kinds .*", "kinds = []", f"{BIA}'kinds'"),
    (NO_REMEDY, "^why .*", 'why = " "', "rule consular.appeal: key 'why'"),
    (APPEAL, "", '[[note]]\ntext = "x"\nout = "nine-days"\n', f"{BIA}'note.out': 'nine-days'"),
    (APPEAL, "", '[[note]]\ntext = "x"\nlive = true\n', f"{BIA}'note.live'"),
    (APPEAL, "^kinds ", 'urgent = ["eoir.apeal"]\nkinds ', f"{BIA}'urgent': 'eoir.apeal'"),
    (APPEAL, "^kinds ", 'day_one = ["uscis.rfe"]\nkinds ', f"{BIA}'day_one': 'uscis.rfe'"),
    (APPEAL, "^kinds ", 'route = "aap"\nkinds ', f"{BIA}'route': 'aap'"),
    (APPEAL, "^kinds ", 'mail_doubt = "nobody"\nkinds ', f"{BIA}'mail_doubt': 'nobody'"),
    (APPEAL, "^start_doubt .*", 'start_doubt = "nobody"', f"{BIA}'start_doubt': 'nobody'"),
    (
        NOIR,
        "^computation   = .uscis-no-mail.",
        'computation = "uscis-mail"',
        "rule uscis.response.noir: key 'recount.comp",
    ),
    (NOIR, "^trigger       = .received.", "", "rule uscis.response.noir: key 'recount.trigger_words'"),
    (
        PRESENCE,
        '^"uscis.termination" .*',
        '"uscis.termination" = []',
        "rule status.unlawful-presence-180: key 'forms.uscis.termination': the list of forms is empty",
    ),
    (APPEAL, "^kinds ", 'finality = "eoir.motion.reopen"\nkinds ', f"{BIA}'finality'"),
    (APPEAL, "^trigger .*", 'trigger = "final-order"', f"{BIA}'finality'"),
    (APPEAL, "^trigger .*", 'trigger = "fact"', f"{BIA}'trigger_fact'"),
    (APPEAL, "^trigger .*", 'trigger = "after"', f"{BIA}'after'"),
    (
        REOPEN,
        "^finality .*",
        'finality = "eoir.motion.reopen"',
        "rule eoir.motion.reopen: key 'finality': the rule names",
    ),
    (REOPEN, "^finality .*", 'finality = "eoir.motion.reconsider"', "rule eoir.motion.reopen: key 'finality': eoir.m"),
    (LAST, "^after .*", 'after = "court.mandate"', "rule bia.brief.reply: key 'after': court.mandate itself"),
    (LAST, "^after .*", 'after = "bia.brief.reply"', "rule bia.brief.reply: key 'after': the rule names itself"),
    (LAST, "^after .*", 'after = "bia.breif"', "rule bia.brief.reply: key 'after': 'bia.breif'"),
    (CURE, "^trigger_fact .*", 'trigger_fact = "days"', "rule consular.k1-petition: key 'trigger_fact': 'days'"),
    (DEPARTURE, "^printed_fact .*", 'printed_fact = "days"', "rule departure.voluntary: key 'printed_fact': 'days'"),
    (DEPARTURE, "^printed .*", 'printed = "ignored"', "rule departure.voluntary: key 'printed_fact': a printed day"),
    (YEAR, "^not_before .*", "not_before = 1897-04-01", "rule status.asylum-one-year: key 'not_before': 1897"),
    (APPEAL, "on = 2026-11-23", "on = 2126-11-23", f"{BIA}'reviewed.on': 2126-11-23"),
    (APPEAL, "^kinds ", 'state = "no-limit"\nkinds ', f"{BIA}'period': a rule has periods"),
    (NO_LIMIT, "^state .*", 'state = "due"', "rule bia.motion.remand: key 'period'"),
    (APPEAL, '^id        = "ten-days"', 'id = "thirty-days"', f"{BIA}'period.id'"),
    (APPEAL, "^from   = 1996-07-01", "from = 1996-07-01\nuntil = 1996-07-01", f"{BIA}'period.thirty-days.until'"),
    (APPEAL, "^from   = 1996-07-01", "from = 1996-07-01\nuntil = 2026-04-01", f"{BIA}'period.ten-days.from'"),
    (APPEAL, "^published .*", "published = 1926-02-06", f"{BIA}'period.ten-days.published'"),
    (APPEAL, "days = 30 ", "days = 9999 ", f"{BIA}'period.thirty-days.length': no period"),
    (APPEAL, "^length = ", "safe_length = { days = 0 }\nlength = ", f"{BIA}'period.thirty-days.safe_length'"),
    (APPEAL, "^length = ", "safe_length = { days = -9 }\nlength = ", f"{BIA}'period.thirty-days.safe_length'"),
    (APPEAL, "^length = ", 'safe_doubt = "nobody"\nlength = ', f"{BIA}'period.thirty-days.safe_doubt': 'nobody'"),
    (APPEAL, "^length = ", 'safe_doubt = "oral-and-written"\nlength = ', f"{BIA}'period.thirty-days.safe_doubt': an"),
    (APPEAL, "^  length = .*", "  length = { days = -30 }", f"{BIA}'period.ten-days.unless.length'"),
    (APPEAL, "^  length = ", "  safe_length = {}\n  length = ", f"{BIA}'period.ten-days.unless.safe_length'"),
    (APPEAL, "^  when   = .*", "  when = {}", f"{BIA}'period.ten-days.unless.when'"),
    (APPEAL, "^from    = 2026-03-08", "from = 2026-03-08\nuntil = 2026-03-07", f"{BIA}'court_action.ten-days.until'"),
    (APPEAL, "^doubt .*", 'doubt = "nobody"', f"{BIA}'court_action.ten-days.doubt': 'nobody'"),
    (APPEAL, "^reaches .*", 'reaches = { circuits = ["13"] }', f"{BIA}'court_action.ten-days.reaches': '13'"),
    (APPEAL, "", f'{RELATION}rule = "eoir.apeal"\n', f"{BIA}'relation.rule': 'eoir.apeal'"),
    (APPEAL, "", f'{RELATION}notice = "ij.ordr"\n', f"{BIA}'relation.notice': 'ij.ordr'"),
    (APPEAL, "", f'{RELATION}facts = {{ asylm = "none" }}\n', f"{BIA}'relation.facts': 'asylm'"),
    (APPEAL, "", f'{RELATION}facts = {{ asylum = "no" }}\n', f"{BIA}'relation.facts.asylum': 'no'"),
    (APPEAL, "", RELATION.replace('"x"', '" "'), f"{BIA}'relation.text': it is empty"),
    (APPEAL, "", RELATION.replace('["y"]', "[]"), f"{BIA}'relation.cite'"),
    (APPEAL, "", f'{ALTERNATIVE}start = "decided"\n', f"{BIA}'alternative.x.length'"),
    (APPEAL, "", f'{ALTERNATIVE}start = "due"\nlength = {{ years = 26 }}\n', f"{BIA}'alternative.x.length': no period"),
    (
        APPEAL,
        "",
        f'{ALTERNATIVE}start = "due"\nlength = {{ days = 1 }}\ndoubt = "nobody"\n',
        f"{BIA}'alternative.x.doubt'",
    ),
    (APPEAL, "", f'{ALTERNATIVE}start = "fact"\n', f"{BIA}'alternative.x.start_fact': a start"),
    (APPEAL, "", f'{ALTERNATIVE}start = "fact"\nstart_fact = "days"\n', f"{BIA}'alternative.x.start_fact': 'days'"),
    (
        APPEAL,
        "",
        f'{ALTERNATIVE}start = "due"\nstart_fact = "born_on"\nlength = {{ days = 1 }}\n',
        f"{BIA}'alternative.x.start_fact': a start",
    ),
    (APPEAL, "", f'{ALTERNATIVE}start = "due"\nfrom = 2026-01-02\nuntil = 2026-01-02\n', f"{BIA}'alternative.x.until'"),
    (APPEAL, "", '[[note]]\ntext = "x"\nfrom = 2026-01-02\nuntil = 2026-01-01\n', f"{BIA}'note.until'"),
    (APPEAL, "", '[[note]]\ntext = "x"\ncite = [" "]\n', f"{BIA}'note.cite'"),
    (APPEAL, "^cite          = .*", "cite = []", f"{BIA}'cite'"),
    (APPEAL, "", f'{ANSWER}when = {{ kind = ["ij.ordr"] }}\n', f"{BIA}'answer.when.kind': 'ij.ordr'"),
    (APPEAL, "", f'{ANSWER}when = {{ form = ["EOIR-62"] }}\n', f"{BIA}'answer.when.form': 'EOIR-62'"),
    (APPEAL, "", f'{ANSWER}when = {{ method = ["pigeon"] }}\n', f"{BIA}'answer.when.method': 'pigeon'"),
    (APPEAL, "", f'{ANSWER}when = {{ days = ["many"] }}\n', f"{BIA}'answer.when.days': 'many'"),
    (APPEAL, "", f'{ANSWER}when = {{ days = ["1-2-3"] }}\n', f"{BIA}'answer.when.days': '1-2-3'"),
    (
        APPEAL,
        "",
        f'{ANSWER}when = {{ born_on = ["2000-01-01"] }}\n',
        f"{BIA}'answer.when.born_on': a date is no condition",
    ),
    (APPEAL, "", f"{ANSWER}when = {{ basis = [] }}\n", f"{BIA}'answer.when.basis': an empty list"),
]
TABLES: list[Mistake] = [
    (COUNT, "^order .*", 'order = ["service", "period", "roll"]', "computation consular: key 'order'"),
    (COUNT, "^forum ", "online_roll = false\nforum ", "computation consular: key 'online_cite'"),
    (COUNT, "^forum ", 'online_roll = false\nonline_why = "x"\nforum ', "computation consular: key 'online_cite'"),
    (COUNT, "^add .*", "add = { days = 3 }\nargue = { days = 2 }", "computation consular: key 'service.mail': the arg"),
    (COUNT, "^add .*", "add = { days = 11 }", "computation consular: key 'service.mail': no service"),
    (COUNT, "^add .*", "add = { days = -1 }", "computation consular: key 'service.mail': no service"),
    (COUNT, "^add .*", 'add = { days = 0 }\ndoubt = "nobody"', "computation consular: key 'service.doubt': 'nobody'"),
    (COUNT, "^cite     = .*", "cite = []", "computation consular: key 'cite'"),
    (FEDERAL, "", f"{HOLIDAY.replace('x', 'new-year')}easter = 1\n", "holidays us-federal: key 'new-year': the id"),
    (FEDERAL, "", f"{HOLIDAY}month = 1\n", "holidays us-federal: key 'x': a holiday has one definition"),
    (FEDERAL, "", f"{HOLIDAY}month = 13\nday = 1\n", "holidays us-federal: key 'x': there is no such day"),
    (FEDERAL, "", f"{HOLIDAY}month = 1\nday = 32\n", "holidays us-federal: key 'x': there is no such day"),
    (
        FEDERAL,
        "",
        f'{HOLIDAY}month = 1\nweekday = "monday"\nnth = 6\n',
        "holidays us-federal: key 'x': there is no such",
    ),
    (FEDERAL, "", f"{HOLIDAY}easter = 1\nyear_cycle = 0\n", "holidays us-federal: key 'x': there is no such day"),
    (
        FEDERAL,
        "",
        f"{HOLIDAY}easter = 1\nfrom = 2026-02-01\nuntil = 2026-01-01\n",
        "holidays us-federal: key 'x.until'",
    ),
    (FEDERAL, "", f"{HOLIDAY}dates = [2101-01-01]\n", "holidays us-federal: key 'x': 2101-01-01 lies outside"),
    (FEDERAL, r"^cite     = .*", "cite = []", "holidays us-federal: key 'cite'"),
    (ADOPTION, "^forms .*", 'forms = ["I-60"]', "decision D53a (I-60): key 'forms': 'I-60'"),
    (ADOPTION, "^forms .*", "forms = []", "decision D53a (): key 'forms': the list is empty"),
    (ADOPTION, "^kinds .*", "kinds = []", "decision D53a (I-600, I-600A): key 'kinds': the list is empty"),
    (ADOPTION, "^row ", "from = 1926-01-01\nrow ", "decision D53a (I-600, I-600A): key 'from': 1926-01-01 lies"),
    (ADOPTION, "^kinds .*", 'kinds = ["uscis.denail"]', "decision D53a (I-600, I-600A): key 'kinds': 'uscis.denail'"),
    (ADOPTION, "^appeal_cite .*", "appeal_cite = []", "decision D53a (I-600, I-600A): key 'appeal_cite'"),
    (ADOPTION, "^appeal_why .*", 'appeal_why = " "', "decision D53a (I-600, I-600A): key 'appeal_cite'"),
    (ADOPTION, "^motion .*\nmotion_why .*", 'motion = "none"', "decision D53a (I-600, I-600A): key 'motion_cite'"),
    (
        ADOPTION,
        "^row ",
        "from = 2026-01-01\nuntil = 2026-01-01\nrow ",
        "decision D53a (I-600, I-600A): key 'until': it ends",
    ),
    (
        ADOPTION,
        "^row ",
        "appeal_unless = { abroad = [] }\nrow ",
        "decision D53a (I-600, I-600A): key 'appeal_unless.abroad'",
    ),
    ("facts.toml", "", '[[fact]]\nname = "x"\nquestion = "?"\nusual = "y"\n', "fact x: key 'usual': 'y'"),
    (
        "facts.toml",
        "",
        '[[fact]]\nname = "x"\nquestion = "?"\ntype = "date"\nchoices = ["y"]\n',
        "fact x: key 'choices'",
    ),
    ("facts.toml", "", '[[fact]]\nname = "x"\nquestion = "?"\ntype = "words"\n', "fact x: key 'choices': several"),
    ("clerks.toml", '"us-ma"', '"us-am"', "clerk 1: key 'calendar': 'us-am'"),
    ("closures.toml", "^cite       = .*", "cite = []", "closures: key 'closure.cite'"),
    ("closures.toml", "^on         = 1997", "on = 1947", "closure 1947-12-26: key 'on'"),
    ("closures.toml", '^  forum    = "court-of-appeals"', '  forum = "moon"', "closure 1997-12-26: key 'effect.forum'"),
    ("closures.toml", "^  circuits = .*", '  circuits = ["13"]', "closure 1997-12-26: key 'effect.circuits': '13'"),
    (
        "closures.toml",
        '^id          = "eoir-2012-board"',
        'id = "eoir-2010-board"',
        "extension eoir-2010-board: key 'id'",
    ),
    ("closures.toml", "", f'{EXTENSION}{GRACE}forum = "moon"\n', "extension x: key 'forum': 'moon'"),
    (
        "closures.toml",
        "",
        f'{EXTENSION}{GRACE}forum = "bia"\nwhen = {{ kind = ["x"] }}\n',
        "extension x: key 'when.kind'",
    ),
    ("closures.toml", "", f'{EXTENSION}{GRACE}forum = "bia"\n'.replace("-07", "-06"), "extension x: key 'accepted_to'"),
    ("closures.toml", "", f'{EXTENSION}{GRACE}forum = "bia"\n'.replace("-05", "-07"), "extension x: key 'accepted_to'"),
    (
        "fees.toml",
        "",
        f"{FEE}{GOOD_FEE}from = 2026-01-02\nuntil = 2026-01-02\n",
        "fee x from 2026-01-02: key 'until': it ends",
    ),
    (
        "fees.toml",
        "",
        f"{FEE}{GOOD_FEE.replace('bia', 'bai')}from = 2026-01-02\n",
        "fee x from 2026-01-02: key 'rules'",
    ),
    (
        "fees.toml",
        "",
        f"{FEE}{GOOD_FEE.replace('1', '$1')}from = 2026-01-02\n",
        "fee x from 2026-01-02: key 'amount': '$1'",
    ),
    (
        "fees.toml",
        "",
        f"{FEE}{GOOD_FEE}from = 2026-01-02\nwhen = {{ form = [] }}\n",
        "fee x from 2026-01-02: key 'when.form'",
    ),
    (
        "fees.toml",
        "",
        f"{FEE}from = 2026-01-02\n{GOOD_FEE}".replace('["y"]', "[]"),
        "fee x from 2026-01-02: key 'cite'",
    ),
    *(
        (
            "fees.toml",
            "",
            f"{FEE}{GOOD_FEE}from = 2026-01-02\n{end}{FEE}{GOOD_FEE}from = {second}\n",
            f"fee x from {second}: key 'from': the fee from 2026-01-02 for",
        )
        for end, second in (("", "2026-01-02"), ("", "2026-02-02"), ("until = 2026-02-03\n", "2026-02-02"))
    ),
    (
        "ambiguities.toml",
        "^row      = .uscis A1.",
        'firm = true\nrow = "x"',
        "ambiguity roll-and-mail-days: key 'choices'",
    ),
    ("ambiguities.toml", r'"mail-then-roll", text', '"neither", text', "ambiguity roll-and-mail-days: key 'choices'"),
    (
        "ambiguities.toml",
        r'^  \{ id = "three", .*',
        "",
        "ambiguity motion-mail-days: key 'choices': an ambiguity has two",
    ),
    ("ambiguities.toml", "^cite .*", "cite = []", "ambiguity roll-and-mail-days: key 'cite'"),
    ("reasons.toml", '"new-facts"', '"newer-facts"', "reason newer-facts: key 'id'"),
    ("reasons.toml", r'\["uscis.motion.reopen"\]', '["uscis.motion.repoen"]', "reason new-facts: key 'fit.rules'"),
    ("reasons.toml", "^  cite .*", "  cite = []", "reason new-facts: key 'fit.cite'"),
    ("rows/eoir.toml", "", ROW, "row x: key 'where'"),
    ("rows/eoir.toml", "", f'{ROW}where = ["engine"]\nout = "z"\n', "row x: key 'where'"),
]


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    if old:
        text, count = re.subn(old, lambda _: new, text, count=1, flags=re.M)
        assert count == 1, f"{name} no longer holds {old!r}"
    else:
        text = f"{text}\n{new}"
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    RULES + TABLES,
    ids=[f"{at} {row[3]}" for at, row in enumerate(RULES + TABLES)],
)
def test_what_a_check_refuses_is_named_by_table_id_and_key(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    spoil(folder, name, old, new)
    with pytest.raises(LawDataError) as refused:
        read_law(folder)
    assert refused.value.sentence.startswith(said)
    assert refused.value.sentence.endswith("Correct the law file.")


FILES: list[tuple[str, str, str, str]] = [
    ("facts.toml", "(?s).*", "", "facts.toml: only [[fact]] tables belong here"),
    ("facts.toml", "(?s).*", "fact = 3", "facts.toml: only [[fact]] tables belong here"),
    ("shared.toml", "", '[[shared]]\nid = "x"\n', "shared.toml: only [[note]] and [[alternative]] tables belong here"),
    ("shared.toml", '^id     = "covid-60"', "", "shared.toml: a shared table has no id. Give it one."),
    ("shared.toml", '^id     = "covid-90"', 'id = "covid-60"', "shared.toml: the id covid-60 stands twice in the file"),
    (
        APPEAL,
        '"eoir-filing"',
        '"eoir-filling"',
        "eoir-appeal-bia.toml, rule eoir.appeal.bia: key 'shared': 'eoir-filling' is not in shared.toml (did you",
    ),
    (
        APPEAL,
        "^id ",
        'origin = "firm"\nid ',
        "eoir-appeal-bia.toml, rule eoir.appeal.bia: key 'origin' is set by the program",
    ),
    ("facts.toml", '^name     = "appeal"', 'name = "asylum"', "facts.toml: the name asylum stands twice in the file"),
    ("clerks.toml", '^circuit    = "2"', 'circuit = "1"', "clerks.toml: the circuit 1 stands twice in the file"),
    (COUNT, "^id .*", 'id = "asylum"', "consular.toml: the id asylum stands in asylum.toml already"),
    (
        COUNT,
        "^id .*",
        'id = "consular"\nlike = 3',
        "consular.toml, computation consular: key 'like': 3 is no computation",
    ),
    (
        COUNT,
        "^id .*",
        'id = "consular"\nlike = "fixed-day"',
        "consular.toml, computation consular: key 'like': 'fixed-day' is no computation",
    ),
    (
        COUNT,
        "^id .*",
        'id = "consular"\nlike = "consul"',
        "consular.toml, computation consular: key 'like': 'consul' is no computation",
    ),
    ("edition.toml", "^issued .*", "", "edition.toml: key 'issued': it is missing. Correct the law file"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), FILES, ids=[f"{at} {row[3]}" for at, row in enumerate(FILES)])
def test_what_a_file_may_not_hold_is_named_by_file(folder: Path, name: str, old: str, new: str, said: str) -> None:
    spoil(folder, name, old, new)
    with pytest.raises(LawDataError) as refused:
        read_law(folder)
    assert refused.value.sentence.startswith(said)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = \n", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_refused_by_its_name(folder: Path, content: bytes) -> None:
    (folder / APPEAL).write_bytes(content)
    with pytest.raises(LawDataError, match=r"^eoir-appeal-bia\.toml: not a readable TOML file"):
        read_law(folder)


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "closures.toml").unlink()
    with pytest.raises(LawDataError, match=r"^closures\.toml: not a readable TOML file"):
        read_law(folder)
