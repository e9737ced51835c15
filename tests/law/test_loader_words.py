"""What the loader says of a file that it cannot read, and of a table that its format refuses: in plain words, with the
place, and with what may have been meant."""

import re
from pathlib import Path

import pytest

from deadlines.errors import LawDataError
from deadlines.law.load import read_law
from tests.law.editing import APPEAL
from tests.law.test_loader_checks import spoil

BIA = "eoir-appeal-bia.toml, rule eoir.appeal.bia"
DO = "Correct the law file; docs/law.md tells what it may hold."
TEN = f"{BIA}, court_action ten-days: "
ANSWER = '[[answer]]\nstate = "closed"\nwhy = "x"\ncite = ["y"]\n'
UNREADABLE = [
    ("x = 1\nb c = 2\n", "line 2, column 3, at 'c = 2' in 'b c = 2': a key is followed by =. Correct the line."),
    ("x = thirty\n", "line 1, column 5, at 'thirty' in 'x = thirty': no value is written so: text stands in quotation"),
    ('x = "abc\ny = 2\n', "line 1, column 9, at the end of the line in 'x = \"abc': the quotation mark that closes a"),
    (
        "x = 'abc\ny = 'd'\n",
        'line 1, column 9, at the end of the line in "x = \'abc": the quotation mark that closes a',
    ),
    ("x = 2026-02-30\n", "line 1, column 5, at '2026-02-30' in 'x = 2026-02-30': there is no such day or time."),
    ("[[a]\n", "line 1, column 4, at ']' in '[[a]': the name of a table is closed as it was opened"),
    ("x = [1\n\n", "line 1, at the end of the file: a list is not closed with ], or a comma is missing in it."),
    ("x = 1\nx = 2\n# y\n", "line 2, column 6, at the end of the line in 'x = 2': the key or the table stands twice"),
    ('x = "a" "b"\n', 'line 1, column 9, at \'"b"\' in \'x = "a" "b"\': something follows after the value; every key'),
    ("x = {a = 1\n}", "line 1, column 11, at the end of the line in 'x = {a = 1': a table in braces is not closed"),
    ("= 3\n", "line 1, column 1, at '= 3' in '= 3': a line begins with a key, with the [[name]] of a table, or with #"),
    (f"x = y{'z' * 90}\n", f"line 1, column 5, at 'y{'z' * 59}...' in 'x = y{'z' * 55}...': no value is"),
    (f"x = {'9' * 5000}\n", "a number in it has too many digits. Correct the file."),
    ("\ufeffx = 1\n", "line 1 begins with an invisible byte order mark. Save the file as UTF-8 without it."),
]
TABLES = [
    (APPEAL, "^title ", "titel ", f"{BIA}: key 'titel': no such key belongs there (did you mean 'title'?). {DO}"),
    (APPEAL, "^filed_when .*", "", f"{BIA}: key 'filed_when': it is missing. {DO}"),
    (APPEAL, "^title .*", "title = 3", f"{BIA}: key 'title': text in quotation marks belongs there; found a whole num"),
    (APPEAL, "days = 30 ", 'days = "30" ', f"{BIA}, period thirty-days: key 'length.days': a whole number without quo"),
    (APPEAL, "^cite   = .*", 'cite = ["a", 3]', f"{BIA}, period thirty-days: key 'cite', value number 2: text in quot"),
    (APPEAL, "^published .*", 'published = "soon"', f"{BIA}, period ten-days: key 'published': 'soon' is no date; one"),
    (
        APPEAL,
        "^published .*",
        "published = 2026-02-06T10:00:00",
        f"{BIA}, period ten-days: key 'published': a date such as 2026-03-09 belongs there; found a date with a time o",
    ),
    (
        APPEAL,
        "^kind    = .*",
        'kind = "voided"',
        f"{TEN}key 'kind': 'voided' is not one of the words that may stand there (there is enjoined, stayed, vacated).",
    ),
    (
        APPEAL,
        "^reaches .*",
        'reaches = "everybody"',
        f"{TEN}key 'reaches': 'everybody' is not one of the words that may stand there (did you mean 'everyone'?).",
    ),
    (
        APPEAL,
        "^reaches .*",
        "reaches = 3",
        f"{BIA}, court_action ten-days: key 'reaches': text in quotation marks or a",
    ),
    (
        APPEAL,
        "^reaches .*",
        'reaches = { circuit = ["1"] }',
        f"{BIA}, court_action ten-days: key 'reaches.circuit': no",
    ),
    (APPEAL, "", f"{ANSWER}when = {{ kind = 3 }}\n", f"{BIA}, answer number 4: key 'when.kind': a list in [ ] belongs"),
    (
        APPEAL,
        "",
        f'{ANSWER}when = {{ kind = ["ij.order"], asylum = [3] }}\n',
        f"{BIA}, answer number 4: key 'when.asylum', value number 1: text in quotation marks belongs there; found a wh",
    ),
    (APPEAL, "^id  .*", "id = 3", "eoir-appeal-bia.toml: key 'id': text in quotation marks belongs there; found a who"),
    ("fees.toml", "^amount .*", "amount = 110", "fees.toml, fee number 1 (Appeal to the Board, Form EOIR-26): key 'am"),
    (
        "facts.toml",
        "^question ",
        "questoin ",
        "facts.toml, fact asylum: key 'questoin': no such key belongs there (did",
    ),
    ("facts.toml", "(?s).*", "fact = [3]", "facts.toml, fact number 1: a table belongs there; found a whole number. C"),
    ("facts.toml", "(?s).*", "[fact]", "facts.toml: only [[fact]] tables belong here; 'fact' stands there without its"),
    ("facts.toml", r"^\[\[fact\]\]", "[[facts]]", "facts.toml: only [[fact]] tables belong here; found 'facts' (did y"),
    (
        "closures.toml",
        "^confidence .*",
        "confidence = 1",
        "closures.toml, closure 1997-12-26: key 'confidence': text i",
    ),
    ("closures.toml", "^  why .*", "", "closures.toml, closure 1997-12-26, effect number 1: key 'why': it is missing."),
    (
        "holidays/us-federal.toml",
        "^month .*",
        'month = "May"',
        "us-federal.toml, holidays us-federal, holiday new-year: key 'month': a whole number without quotation marks b",
    ),
    (
        "computation/uscis.toml",
        '"fax"',
        '"telefax"',
        "uscis.toml, computation uscis, service number 5: key 'methods', value number 1: 'telefax' is not one of the w",
    ),
]


K1, CLERKS, COUNT = "rules/consular-k1-petition.toml", "clerks.toml", "computation/uscis.toml"
MEANT = [
    (APPEAL, '"ij.fear-review"', '"ij.fear-revue"', "key 'kinds': 'ij.fear-revue'", "did you mean 'ij.fear-review'?"),
    (APPEAL, '"EOIR-26"', '"EOIR26"', "key 'form': 'EOIR26'", "did you mean 'EOIR-26'?"),
    (APPEAL, '"eoir-board"', '"eoir-bord"', "key 'computation': 'eoir-bord'", "did you mean 'eoir-board'?"),
    (APPEAL, "^kinds ", 'urgent = ["eoir.apeal.bia"]\nkinds ', "key 'urgent'", "did you mean 'eoir.appeal.bia'?"),
    (APPEAL, "^kinds ", 'route = "aoa"\nkinds ', "key 'route': 'aoa'", "did you mean 'aao'?"),
    (APPEAL, "^kinds ", 'day_one = ["uscis.rfe"]\nkinds ', "'uscis.rfe' is not among the kinds of", "there is"),
    (APPEAL, '"oral-and-written"', '"oral-or-written"', "key 'start_doubt'", "did you mean 'oral-and-written'?"),
    (APPEAL, "^of      = .*", 'of = "tendays"', "'tendays' is not a text of this rule", "did you mean 'ten-days'?"),
    (APPEAL, "asylum = ", "asylm = ", "key 'period.ten-days.unless.when': 'asylm'", "did you mean 'asylum'?"),
    (APPEAL, "kind = ", "kid = ", "key 'period.ten-days.unless.when': 'kid'", "did you mean 'kind'?"),
    (APPEAL, '"denied-merits"', '"denied-merit"', "not among the choices of the fact", "mean 'denied-merits'?"),
    (APPEAL, "", f'{ANSWER}when = {{ method = ["mial"] }}\n', "key 'answer.when.method'", "did you mean 'mail'?"),
    (APPEAL, "", f'{ANSWER}when = {{ days = ["x"] }}\n', "'x' is no whole number", "no range such as 181-364 or 365-"),
    (APPEAL, "^reaches .*", 'reaches = { circuits = ["first"] }', "'first' is not known", "(there is 1, 10, 11, 2, 3,"),
    (K1, "^trigger_fact .*", 'trigger_fact = "days"', "'days' asks for a number", "and a date belongs there"),
    (K1, "^trigger_fact .*", 'trigger_fact = "bron_on"', "key 'trigger_fact': 'bron_on'", "did you mean 'born_on'?"),
    (CLERKS, '"us-ma"', '"us-mass"', "clerk 1: key 'calendar': 'us-mass'", "did you mean 'us-ma'?"),
    ("closures.toml", '"court-of-appeals"', '"court-of-apeals"', "key 'effect.forum'", "mean 'court-of-appeals'?"),
    (COUNT, '"us-federal"', '"us-fedral"', "key 'holidays': 'us-fedral'", "did you mean 'us-federal'?"),
    ("computation/uscis-no-mail.toml", "^like .*", 'like = "usics"', "key 'like': 'usics'", "did you mean 'uscis'?"),
    ("decisions/adoption.toml", '"I-600"', '"1-600"', "key 'forms': '1-600'", "did you mean 'I-600' or 'N-600'?"),
    ("reasons.toml", '"new-facts"', '"new-fact"', "among the choices of the fact reason", "did you mean 'new-facts'?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "said", "meant"), MEANT, ids=[f"{at} {row[3][-30:]}" for at, row in enumerate(MEANT)]
)
def test_a_misspelt_name_is_told_with_what_may_have_been_meant(
    folder: Path, name: str, old: str, new: str, said: str, meant: str
) -> None:
    spoil(folder, name, old, new)
    sentence = refusal(folder)
    assert said in sentence
    assert meant in sentence


def refusal(folder: Path) -> str:
    with pytest.raises(LawDataError) as refused:
        read_law(folder)
    return refused.value.sentence


@pytest.mark.parametrize(("text", "said"), UNREADABLE, ids=[row[1][:40] for row in UNREADABLE])
def test_a_file_that_is_no_toml_is_told_with_line_column_and_what_was_met(folder: Path, text: str, said: str) -> None:
    (folder / APPEAL).write_text(text, encoding="utf-8")
    assert refusal(folder).startswith(f"eoir-appeal-bia.toml: not a readable TOML file: {said}")


def test_a_file_that_is_no_text_is_told_with_what_to_do(folder: Path) -> None:
    (folder / APPEAL).write_bytes(b'a = 1\nb = "\xff"\n')
    assert refusal(folder).endswith("file: line 2 holds a character that is not UTF-8. Save the file as UTF-8.")
    (folder / APPEAL).unlink()
    (folder / APPEAL).mkdir()
    assert refusal(folder).endswith("file: the system refuses it (Is a directory). Correct who may read it.")
    (folder / APPEAL).rmdir()
    (folder / "closures.toml").unlink()
    assert refusal(folder).endswith("file: it is not there. Put it back, or correct the name of the folder.")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"), TABLES, ids=[f"{at} {row[3][-30:]}" for at, row in enumerate(TABLES)]
)
def test_a_table_of_another_format_is_told_in_plain_words(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    spoil(folder, name, old, new)
    sentence = refusal(folder)
    assert sentence.startswith(said)
    assert not re.search(r"[`$]|Object|Expected|array|\bstr\b|\bint\b", sentence)
