"""The group `law` through the real program."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from deadlines.law import load_law
from deadlines.law.seal import main as seal_program
from tests.commands import program
from tests.commands.conftest import Firm
from tests.commands.program import PROGRAM, environment
from tests.law.editing import APPEAL, change, copy, issue
from tests.law.test_firm import CLOSING, OUTAGE, REVIEWED, RULE


def configure(firm: Firm, text: str) -> None:
    with firm.config.open("a") as file:
        file.write(f"\n{text}\n")


@pytest.fixture
def office(firm: Firm) -> Firm:
    """A firm with a rule, a closure and an outage notice of its own, and a policy."""
    (firm.folder / "ours" / "rules").mkdir(parents=True)
    (firm.folder / "ours" / "rules" / "county.toml").write_text(RULE)
    (firm.folder / "ours" / "closures.toml").write_text(REVIEWED + CLOSING + OUTAGE)
    configure(firm, '[law]\nfolder = "ours"\n[policy]\nmotion_mail_days = "three"')
    return firm


def test_list_tells_period_sources_and_review_of_each_rule() -> None:
    rows = {row["id"]: row for row in program.data("law", "list")}
    assert set(rows) == set(load_law().rules)
    appeal = rows["eoir.appeal.bia"]
    assert appeal["periods"] == "30 days; 10 days or 30 days from 2026-03-09 (vacated)"
    reviewed = load_law().rules["eoir.appeal.bia"].reviewed
    assert (appeal["confidence"], appeal["reviewed_on"]) == (reviewed.confidence, reviewed.on.isoformat())
    assert appeal["origin"] == ""
    assert rows["bia.motion.reopen.joint"]["periods"] == "no time limit"
    text = program.good("law", "list", "--kind", "uscis.rfe")
    assert re.search(r"^uscis\.response\.rfe +Response", text, re.MULTILINE)
    assert "uscis.response.noid" not in text
    assert {row["forum"] for row in program.data("law", "list", "--forum", "bia")} == {"bia"}


@pytest.mark.parametrize(
    "words, said",
    [
        (("list", "--forum", "moon"), "Unknown forum 'moon'; there is "),
        (("list", "--kind", "uscis.rfee"), "Unknown kind 'uscis.rfee'; there is uscis.rfe"),
        (("list", "--edition", "2027.1"), "There is no edition '2027.1' of the law; there is 2026.11."),
        (
            ("show", "eoir.appeal"),
            "Edition 2026.11 has no rule and no ambiguity 'eoir.appeal'. Did you mean eoir.appeal.bia",
        ),
        (("news", "1999.1"), "There are no news of an edition '1999.1'; there are those of 2026.11."),
        (("diff", "2026.11", "2027.1"), "There is no edition '2027.1' of the law; there is 2026.11."),
        (("diff", "2026.11", "./nowhere"), "edition.toml: not a readable TOML file"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(words: tuple[str, ...], said: str) -> None:
    done = program.run("law", *words)
    assert done.returncode in (3, 4, 7)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_show_tells_all_that_a_lawyer_reviews() -> None:
    text = program.good("law", "show", "eoir.appeal.bia")
    for part in (
        "Appeal to the Board of Immigration Appeals (Form EOIR-26)",
        "File with Board of Immigration Appeals. It counts when received.",
        "Immigration judge bond decision (ij.bond)",
        "ten-days, from 9 March 2026: 10 days; the interim final rule of 2026",
        "ten-days: 30 days where kind is ij.order, and asylum is granted or denied-merits;",
        "ten-days was vacated from 8 March 2026 for everyone: Amica Center",
        "The case is open: the protective date follows this text.",
        "no days added; EOIR adds no days for mail",
        "not-available where kind is ij.in-absentia",
        "1060 US dollars for",
    ):
        assert part in text
    rule = load_law().rules["eoir.appeal.bia"]
    assert f"Reviewed on {rule.reviewed.on:%A} {rule.reviewed.on.day} {rule.reviewed.on:%B %Y}; sources:" in text
    for cite in (*rule.cite, *rule.court_action[0].cite, *rule.period[1].cite, *rule.note[0].cite):
        assert cite in text


def words_of(item: object) -> Iterator[str]:
    """Every source, reason and text anywhere in a table of the law data."""
    if isinstance(item, list):
        for part in item:
            yield from words_of(part)
    elif isinstance(item, Struct):
        for name in item.__struct_fields__:
            value = getattr(item, name)
            if name == "cite":
                yield from value
            elif name in ("why", "text", "case", "trigger_words", "file_with", "filed_when") and value:
                yield value
            else:
                yield from words_of(value)


@pytest.mark.parametrize("rule", load_law().rules)
def test_every_rule_can_be_shown_whole(rule: str) -> None:
    from deadlines.compute.describe import rule_sections

    law = load_law()
    shown = law.rules[rule]
    text = " ".join(line for _, lines in rule_sections(law, shown, {}) for line in lines)
    fees = [fee for fee in law.fees if rule in fee.rules]
    for said in [*words_of(shown), *words_of(law.computations[shown.computation].service), *words_of(fees)]:
        assert said in text
    assert "None" not in text


def test_show_answers_programs_with_the_whole_rule() -> None:
    found = program.data("law", "show", "uscis.motion.reopen")
    assert found["rule"]["period"][0]["from"] == "2000-01-01"
    assert found["computation"]["id"] == "uscis"
    assert found["edition"] == "2026.11"
    for row in ("uscis A2", "A2", "a2"):
        assert program.data("law", "show", row)["ambiguity"]["id"] == "motion-mail-days"
    question = program.data("law", "show", "motion-mail-days")
    assert (question["choice"], question["ambiguity"]["choices"][1]["id"]) == ("none", "three")


def test_show_tells_the_firms_choice(office: Firm) -> None:
    text = office.good("law", "show", "motion-mail-days")
    assert "three: thirty-three days, as the form and the AAO count (holds here)" in text
    assert "motion_mail_days" in text
    assert office.data("law", "show", "motion-mail-days")["choice"] == "three"
    assert "(holds here)" in office.good("law", "show", "weekend-online")


def test_news_are_plain_in_a_pipe() -> None:
    text = program.good("law", "news", "2026.11")
    assert text.startswith("## 2026.11, issued 2026-11-28\n")
    assert "Changes to future dates" in text
    assert program.good("law", "news").startswith("# Law data: news\n")


def test_news_answer_programs_edition_by_edition(firm: Firm) -> None:
    (row,) = program.data("law", "news", "2026.11")
    assert (row["edition"], row["issued"]) == ("2026.11", "2026-11-28")
    assert row["text"].startswith("The first edition.")
    assert f"## 2026.11, issued 2026-11-28\n\n{row['text']}" in program.good("law", "news")
    place = issue(firm.folder / "editions")
    (place / "NEWS.md").write_text("# News\n\n## 2026.12\n\nThe text is back.\n")
    configure(firm, '[law]\neditions = "editions"')
    told = {"edition": "2026.12", "issued": None, "text": "The text is back."}
    assert firm.data("law", "news") == [told, row]
    refused = firm.run("law", "news", "1999.1", "--json")
    assert json.loads(refused.stdout)["error"]["code"] == "not-found"


def test_an_installed_edition_brings_its_own_news(firm: Firm) -> None:
    place = issue(firm.folder / "editions")
    (place / "NEWS.md").write_text("# News\n\n## 2026.12, issued 2026-12-10\n\nThe text is back.\n")
    configure(firm, '[law]\neditions = "editions"')
    assert firm.good("law", "news", "2026.12") == "## 2026.12, issued 2026-12-10\n\nThe text is back.\n"
    assert "## 2026.11, issued" in firm.good("law", "news")


def test_editions_tell_seal_and_place(firm: Firm) -> None:
    place = issue(firm.folder / "editions")
    configure(firm, '[law]\neditions = "editions"')
    rows = firm.data("law", "editions")
    assert [(row["edition"], row["in_use"]) for row in rows] == [("2026.12", True), ("2026.11", False)]
    assert rows[0]["sealed"]
    assert rows[0]["folder"] == str(place)
    change(place, APPEAL, "length = { days = 30 }", "length = { days = 31 }")
    assert "BROKEN: its files are not those that seal.toml was made for" in firm.good("law", "editions")
    done = firm.run("law", "list")
    assert done.returncode == 4
    assert "Edition 2026.12 of the law was changed after it was issued" in done.stderr


def test_an_installed_edition_without_a_seal_is_refused_and_said_to_be_unsealed(firm: Firm) -> None:
    place = copy(firm.folder / "editions", "2026.12", "2026-12-10")
    (place / "seal.toml").unlink()
    configure(firm, '[law]\neditions = "editions"')
    shown = firm.good("law", "editions")
    assert re.search(r"^2026\.12 .*NONE: it has no seal\.toml .*no: refused$", shown, re.MULTILINE)
    assert f"Ask for a sealed copy; if it was made here, seal it with `python -m deadlines.law.seal {place}`" in shown
    rows = firm.data("law", "editions")
    assert [(row["edition"], row["chosen"], row["in_use"]) for row in rows] == [
        ("2026.12", True, False),
        ("2026.11", False, False),
    ]
    assert rows[1]["refused"] is None
    for words in (("law", "list"), ("compute", "--kind", "uscis.rfe", "--decided-on", "2026-06-01")):
        done = firm.run(*words)
        assert (done.returncode, done.stderr) == (4, f"deadlines: {rows[0]['refused']}\n")
    assert rows[0]["refused"] in firm.run("doctor").stdout
    (place / "seal.toml").write_text("sha256 = 3\n")
    assert "BROKEN: its seal cannot be read (seal.toml" in firm.good("law", "editions")
    assert seal_program([str(place)]) == 0
    assert firm.data("law", "editions")[0]["in_use"]
    assert firm.good("law", "list").endswith("everything about one.\n")


def test_an_edition_is_installed_as_the_document_says(firm: Firm) -> None:
    document = (program.ROOT / "docs" / "law.md").read_text(encoding="utf-8").partition("### Installing an edition")[2]
    for said in ('editions = "editions"', "deadlines.law.seal editions/2026.12", "deadlines recompute --dry-run"):
        assert said in document
    firm.add("Ann", "ann@example.org")
    matter = ("--matter", "1", "--client", "X", "--attorney", "ann@example.org", "--fact", "asylum=none")
    made = firm.data("add", *matter, "--kind", "ij.order", "--decided-on", program.RECENT, "--service", "oral")
    appeal = next(entry for entry in made["entries"] if entry["rule"] == "eoir.appeal.bia")
    configure(firm, '[law]\neditions = "editions"')
    place = copy(firm.folder / "editions", "2026.12", "2026-12-10")
    change(place, APPEAL, "length = { days = 30 }", "length = { days = 20 }")
    assert firm.run("recompute").returncode == 4
    assert seal_program([str(place)]) == 0
    assert re.search(r"^2026\.12 .* holds .* yes$", firm.good("law", "editions"), re.MULTILINE)
    assert "rule eoir.appeal.bia: period.thirty-days.length" in firm.good("law", "diff", "2026.11", "2026.12")
    assert "computed anew by edition 2026.12 of the law data" in firm.good("recompute", "--dry-run")
    firm.good("recompute")
    moved = firm.data("show", appeal["entry"])
    assert (moved["edition"], moved["version"]) == ("2026.12", 2)
    assert moved["window"]["last_day"] < appeal["last_day"]
    configure(firm, 'edition = "2026.11"')
    assert [row["in_use"] for row in firm.data("law", "editions")] == [False, True]


def test_check_ends_with_one_where_somebody_has_to_act(firm: Firm) -> None:
    issue(firm.folder / "editions")
    configure(firm, '[law]\neditions = "editions"')
    well = firm.run("law", "check", "--on", "2026-12-01")
    assert well.returncode == 0
    assert "Look at the docket of the case" in well.stdout
    late = firm.run("law", "check", "--on", "2028-12-01", "--json")
    assert late.returncode == 1
    found = json.loads(late.stdout)
    assert (found["state"], found["edition"], len(found["digest"])) == ("warning", "2026.12", 12)
    assert {check["id"] for check in found["checks"] if check["state"] == "warning"} == {"reviews", "litigation"}


def test_what_the_firm_adds_is_told_by_list_show_check_and_doctor(office: Firm) -> None:
    origins = {row["id"]: row["origin"] for row in office.data("law", "list")}
    assert {key for key, origin in origins.items() if origin == "firm"} == {"firm.county-record"}
    assert "It comes from the firm's own folder." in office.good("law", "show", "firm.county-record")
    added = "rule firm.county-record, closure 2026-06-15, extension eoir-2026-outage"
    assert f"The firm adds to the law: {added}." in office.run("law", "check", "--on", "2026-12-01").stdout
    checks = {check["id"]: check for check in json.loads(office.run("doctor", "--json").stdout)["checks"]}
    assert checks["law-of-the-firm"]["sentence"] == f"{office.folder / 'ours'} adds to the law: {added}."


def test_a_mistake_in_the_firms_folder_is_told_with_its_file(office: Firm) -> None:
    change(office.folder / "ours", "rules/county.toml", "length = { days = 10 }", "length = { days = 0 }")
    done = office.run("list")
    said = "In the firm's folder, rules/county.toml: rule firm.county-record: key 'period.ten-days.length'"
    assert done.returncode == 0  # looking at what is stored needs no law
    done = office.run("law", "list")
    assert (done.returncode, said in done.stderr) == (4, True)
    checks = {check["id"]: check for check in json.loads(office.run("doctor", "--json").stdout)["checks"]}
    assert (checks["law"]["state"], said in checks["law"]["sentence"]) == ("ill", True)


def test_a_notice_is_recorded_by_the_firms_law(office: Firm) -> None:
    office.add("Ana Ruiz", "ana@firm.test")
    words = ("--matter", "1", "--attorney", "ana@firm.test", "--fact", "asylum=none")
    made = office.data("add", *words, "--kind", "ij.order", "--decided-on", "2026-05-15", "--service", "oral")
    entry = next(entry for entry in made["entries"] if entry["rule"] == "eoir.appeal.bia")
    # Day 30 is Sunday 14 June, Monday 15 June is closed by the firm's closure.
    assert entry["last_day"] == "2026-06-16"
    made = office.data("add", "--matter", "1", "--kind", "uscis.rfe", "--decided-on", "2026-06-01")
    assert "firm.county-record" in {entry["rule"] for entry in made["entries"]}


def test_compute_takes_the_firms_law_only_from_a_named_configuration(office: Firm) -> None:
    words = (
        "compute",
        "--kind",
        "ij.order",
        "--decided-on",
        "2026-05-15",
        "--service",
        "oral",
        "--fact",
        "asylum=none",
    )

    def last_day(found: dict[str, list[dict[str, str]]]) -> str:
        return next(window["last_day"] for window in found["windows"] if window["rule"] == "eoir.appeal.bia")

    assert last_day(office.data(*words)) == "2026-06-16"
    assert last_day(program.data(*words, folder=office.folder)) == "2026-06-15"


@pytest.mark.parametrize(
    "words, code, said",
    [
        (("--edition", "1999.1"), "unknown-edition", "There is no edition '1999.1' of the law; there is 2026.11."),
        (("--policy", "motion-mail-day=three"), "unknown-policy", "Did you mean motion-mail-days"),
        (("--policy", "weekend-online=roll"), "unknown-policy", "Unknown policy 'weekend-online'."),
        (("--policy", "motion-mail-days=four"), "bad-policy", "it is one of none and three."),
        (("--policy", "motion-mail-days"), "bad-input", "--policy 'motion-mail-days' is not NAME=VALUE"),
        (
            ("--policy", "motion-mail-days=none", "--policy", "motion-mail-days=three"),
            "bad-input",
            "'motion-mail-days' is given twice",
        ),
    ],
)
def test_compute_refuses_an_edition_or_policy_that_is_none(words: tuple[str, ...], code: str, said: str) -> None:
    done = program.run("compute", "--kind", "uscis.rfe", "--decided-on", "2026-06-01", *words, "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"], said in error["message"]) == (3, code, True)


def test_compute_takes_a_policy_in_either_spelling() -> None:
    words = ("compute", "--kind", "uscis.rfe", "--decided-on", "2026-06-01", "--service", "mail")
    one = program.good(*words, "--policy", "motion-mail-days=three", "--json")
    assert program.good(*words, "--policy", "motion_mail_days=three", "--json") == one


def test_a_batch_takes_edition_and_policy() -> None:
    done = subprocess.run(
        [*PROGRAM, "compute", "--jsonl", "--edition", "2026.11", "--policy", "motion-mail-days=three"],
        input='{"kind": "uscis.rfe", "decided_on": "2026-06-01"}\n',
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["edition"] == "2026.11"


@pytest.mark.long
def test_diff_tells_what_changed_and_what_moves(tmp_path: Path) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    change(place, APPEAL, "live    = true", "live    = true\nuntil   = 2026-06-01")
    text = program.good("law", "diff", "2026.11", str(place))
    assert "Edition 2026.11 of 2026-11-28 and edition 2026.12 of 2026-12-10.\n" in text
    broken = "its files are not those that seal.toml was made for"
    assert f"Edition 2026.12 of the law was changed after it was issued: {broken}. Nothing else is" in text
    assert "  - rule eoir.appeal.bia: court_action.ten-days.until: nothing -> 2026-06-01\n" in text
    assert re.search(r"eoir\.appeal\.bia after ij\.bond: \d+ of \d+ sample dates move: .*last day \d+ earlier", text)
    assert "last day 2026-07-01 -> 2026-06-11." in text
    found = program.data("law", "diff", "2026.11", str(place))
    assert found["changes"] == [
        {
            "part": "rule",
            "id": "eoir.appeal.bia",
            "key": "court_action.ten-days.until",
            "old": None,
            "new": "2026-06-01",
        }
    ]
    assert found["year"] == 2026
    assert (found["old"]["edition"], found["new"]["edition"]) == ("2026.11", "2026.12")
    assert (found["old"]["seal"], found["new"]["seal"]) == (None, broken)
    assert seal_program([str(place)]) == 0
    assert "seal" not in program.good("law", "diff", "2026.11", str(place))


def test_diff_of_an_edition_with_itself() -> None:
    text = program.good("law", "diff", "2026.11", "2026.11")
    assert "Nothing: both say the same." in text
    assert "No date: nothing that dates rest on changed." in text


def on_terminal(*words: str) -> str:
    """What the program shows on a terminal, both streams."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        env=environment(TERM="xterm", COLUMNS="100"),
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode()


def test_on_a_terminal_diff_shows_how_far_it_is_and_news_are_set(tmp_path: Path) -> None:
    place = copy(tmp_path, "2026.12", "2026-12-10")
    change(place, "rules/uscis-response-noid.toml", "length = { days = 30 }", "length = { days = 29 }")
    shown = on_terminal("law", "diff", "2026.11", str(place))
    assert "Computing the sample" in shown
    assert "100%" in shown
    news = on_terminal("law", "news", "2026.11")
    assert "## 2026.11" not in news
    assert "Changes to future dates" in news
