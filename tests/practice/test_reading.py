"""A practice file: what it sets, and what it may not say."""

from datetime import time
from pathlib import Path

import pytest

from deadlines.compute.ladders import LADDERS, WindowClass, ladder_of
from deadlines.compute.milestones import DISPATCHES
from deadlines.errors import ConfigError
from deadlines.law import Law, load_law
from deadlines.practice import FirmsDay, Practice, example, load_practice

APPEAL = WindowClass("eoir.appeal.bia", "appeal", "bia")
MOTION = WindowClass("uscis.motion.reopen", "motion to reopen", "uscis")
STEP = '[[milestone]]\nid = "x"\ntitle = "T"\nafter_notice = 1\n'
GENERAL = "[[ladder]]\nat_least = 0\ndays = [30, 3, 1, 0]\n"


MOTION_AND_APPEAL = '[[ladder]]\nremedies = ["motion", "appeal"]\nat_least = 0\ndays = [31, 1, 0]\n'
NOTHING_IS_FILED = {
    # Somebody leaves, a bar or a status ends, a body acts or decides, a person appears or asks, money is posted.
    "status.unlawful-presence-180", "status.unlawful-presence-365", "departure.voluntary",
    "departure.voluntary.after-petition", "departure.voluntary.travel-document", "departure.voluntary.bond",
    "status.bar-3-year", "status.bar-10-year", "status.bar-removal", "status.asylum-permit", "dhs.stay.end",
    "court.mandate", "court.mandate.after-rehearing", "uscis.hearing.n336-scheduled", "uscis.field-review",
    "eoir.hearing.credible-fear", "eoir.hearing.reasonable-fear", "eoir.review.fear", "uscis.n600k.before-18",
    "consular.k1-petition", "consular.petition-returned", "consular.waiver-nonimmigrant",
}  # fmt: skip
DAY = FirmsDay("America/New_York")


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law()


def read(folder: Path, text: str, law: Law) -> Practice:
    file = folder / "practice.toml"
    file.write_text(text, encoding="utf-8")
    return load_practice(file, law, DAY)


def test_the_file_to_begin_with_holds_the_default_and_a_template(tmp_path: Path, law: Law) -> None:
    practice = read(tmp_path, example(), law)
    assert (practice.ladders, practice.dispatches) == (LADDERS, DISPATCHES)
    assert [item.id for item in practice.milestones] == [
        "attorney-review", "strategy", "client-told", "draft", "signature-and-fee", "dispatch", "client-warned",
    ]  # fmt: skip
    assert practice.state != Practice().state


def test_the_template_asks_for_a_draft_only_where_something_is_filed(tmp_path: Path, law: Law) -> None:
    practice = read(tmp_path, example(), law)
    filing = ["attorney-review", "strategy", "client-told", "draft", "signature-and-fee", "dispatch"]
    asked = {
        rule.id: [each.id for each in practice.templates(practice.class_of(law, rule.id, rule.remedy))]
        for rule in law.rules.values()
    }
    clocks = {name for name, steps in asked.items() if steps != filing}
    assert clocks == NOTHING_IS_FILED
    assert {tuple(asked[name]) for name in clocks} == {("attorney-review", "client-told", "client-warned")}


@pytest.mark.parametrize(
    "keys, firm, what",
    [
        ('at = "12:00"\nzone = "Etc/GMT+12"', "America/New_York", "19:00 of the firm's time"),
        ('at = "12:00"\nzone = "Pacific/Pago_Pago"', "America/New_York", "18:00 of the firm's time"),
        ('zone = "Pacific/Kiritimati"', "America/New_York", "the day before"),
        ('at = "01:00"\nzone = "America/New_York"', "Pacific/Honolulu", "the day before"),
        ('at = "10:00"\nzone = "America/Los_Angeles"', "America/New_York", "too late to act on"),
        ('at = "09:00"\nzone = "America/Los_Angeles"', "America/New_York", ""),
        ('at = "12:00"\nzone = "America/New_York"', "America/Los_Angeles", ""),
    ],
)
def test_the_reminder_of_the_day_itself_comes_on_that_morning_of_the_firm(
    tmp_path: Path, law: Law, keys: str, firm: str, what: str
) -> None:
    file = tmp_path / "practice.toml"
    file.write_text(f"[[ladder]]\nat_least = 0\ndays = [31, 14, 7, 1, 0]\n{keys}\n", encoding="utf-8")
    if not what:
        load_practice(file, law, FirmsDay(firm))
        return
    with pytest.raises(ConfigError, match=what):
        load_practice(file, law, FirmsDay(firm))


def test_an_empty_file_is_the_default(tmp_path: Path, law: Law) -> None:
    assert read(tmp_path, "# nothing yet\n", law) == Practice()


def test_the_narrowest_ladder_holds_and_where_it_has_none_the_general_one(tmp_path: Path, law: Law) -> None:
    text = """
    [[ladder]]
    forums = ["bia"]
    at_least = 20
    days = [20, 14, 1, 0, 40]
    [[ladder]]
    remedies = ["appeal"]
    at_least = 20
    days = [33, 21, 1, 0]
    count = "business"
    at = "07:30"
    zone = "America/Los_Angeles"
    [[ladder]]
    remedies = ["motion"]
    at_least = 0
    days = [31, 1, 0]
    """
    practice = read(tmp_path, text, law)
    found = ladder_of(30, practice.ladders, APPEAL)
    assert found.days == (33, 21, 1, 0)
    assert (found.count, found.at, found.zone) == ("business", time(7, 30), "America/Los_Angeles")
    assert ladder_of(30, practice.ladders, WindowClass("x", "brief", "bia")).days == (40, 20, 14, 1, 0)
    assert ladder_of(30, practice.ladders, MOTION).days == (31, 1, 0)
    assert ladder_of(10, practice.ladders, APPEAL).days == (7, 3, 1, 0)


def test_of_two_remedies_the_longer_words_are_the_narrower(tmp_path: Path, law: Law) -> None:
    one = '[[ladder]]\nremedies = ["motion"]\nat_least = 0\ndays = [31, 1, 0]\n'
    other = '[[ladder]]\nremedies = ["motion to reopen"]\nat_least = 0\ndays = [32, 1, 0]\n'
    courier = '[[dispatch]]\nremedies = ["motion to reopen"]\ndays = 4\n[[dispatch]]\nremedies = ["motion"]\ndays = 3\n'
    reopen = WindowClass("uscis.motion.reopen", "motion to reopen", "uscis")
    reconsider = WindowClass("uscis.motion.reconsider", "motion to reconsider", "uscis")
    for text in (one + other, other + one):
        practice = read(tmp_path, text + courier, law)
        assert ladder_of(30, practice.ladders, reopen).days == (32, 1, 0)
        assert ladder_of(30, practice.ladders, reconsider).days == (31, 1, 0)
        assert [practice.dispatch(of).days for of in (reopen, reconsider)] == [4, 3]  # type: ignore[union-attr]


def test_ladders_for_every_window_replace_the_default_ones(tmp_path: Path, law: Law) -> None:
    assert [ladder.days for ladder in read(tmp_path, GENERAL, law).ladders] == [(30, 3, 1, 0)]


def test_a_courier_s_days_for_some_windows_stand_beside_the_default(tmp_path: Path, law: Law) -> None:
    practice = read(tmp_path, '[[dispatch]]\nforums = ["bia"]\ndays = 4\n', law)
    bia, uscis = practice.dispatch(APPEAL), practice.dispatch(MOTION)
    assert bia is not None
    assert uscis is not None
    assert ((bia.days, bia.remind), (uscis.days, uscis.remind)) == ((4, True), (2, False))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[ladder]]\nat_least = 0\ndays = [30, 3, 1]", "ladder number 1: key 'days': a fatal date needs a reminder"),
        ("[[ladder]]\nat_least = 0\ndays = [30, 3, 0]", "a fatal date needs a reminder on the day before"),
        ("[[ladder]]\nat_least = 0\ndays = []", "nobody would be reminded at all"),
        ("[[ladder]]\nat_least = 0\ndays = [14, 3, 1, 0]", "it serves the longest windows, and a fatal date needs"),
        ('[[ladder]]\nremedies = ["appeal"]\nat_least = 0\ndays = [7, 1, 0]', "first reminder 30 days before"),
        (f"{GENERAL}[[ladder]]\nat_least = 60\ndays = [14, 1, 0]", "ladder number 2: key 'days'"),
        ("[[ladder]]\nat_least = 8\ndays = [30, 1, 0]", "windows of less than 8 days would have no ladder"),
        (f"{GENERAL}{GENERAL}", "two [[ladder]] tables are for the same"),
        ("[[ladder]]\nat_least = 0\ndays = [30, 1, 1, 0]", "a day stands there twice"),
        ("[[ladder]]\nat_least = 0\ndays = [30, 1, 0, -1]", "-1 lies outside 0 to 730"),
        (f'{GENERAL}at = "12:01"', "too late to act on"),
        (f'{GENERAL}at = "9:00"', "no time of day"),
        (f'{GENERAL}zone = "EST"', "no IANA time zone"),
        (f"{GENERAL}protective = [1]", "key 'protective': the reminders of a protective date are fixed"),
        (f'{GENERAL}rules = ["eoir.appeal.bai"]', "did you mean 'eoir.appeal.bia'?"),
        (f'{GENERAL}remedies = ["apeal"]', "did you mean 'appeal'?"),
        (f'{GENERAL}rules = ["eoir.appeal.bia"]\nforums = ["bia"]', "key 'forums': it stands beside 'rules'"),
        (
            MOTION_AND_APPEAL + '[[ladder]]\nremedies = ["appeal"]\nat_least = 0\ndays = [32, 1, 0]',
            "ladder number 1 and ladder number 2 are both for '",
        ),
        (
            '[[dispatch]]\nforums = ["bia"]\ndays = 3\n[[dispatch]]\nforums = ["bia", "uscis"]\ndays = 4',
            "dispatch number 1 and dispatch number 2 are both for '",
        ),
        ("[[dispatch]]\ndays = 0", "dispatch number 1: key 'days': 0 lies outside 1 to 20"),
        ('[[milestone]]\nid = "x"\ntitle = "T"', "milestone x: key 'after_notice': exactly one of"),
        (f"{STEP}before_safe_by = 1", "key 'before_safe_by': exactly one of"),
        (f'{STEP}owner = "boss"', "neither attorney, paralegal, docket nor a mail address"),
        (f"{STEP}remind = []", "its owner would not be told"),
        ('[[milestone]]\nid = "A b"\ntitle = "T"\nafter_notice = 1', "an id is 1 to 40"),
        ('[fatal]\nexcept = ["motion to reopen"]', "ends a right, so it stays fatal"),
        ('[fatal]\nexcept = ["court.petition-for-review"]', "ends a right, so it stays fatal"),
        ('[fatal]\nexcept = ["nothing"]', "neither a rule nor a kind of remedy"),
        ("[ladders]", "key 'ladders': no such key belongs there (did you mean 'ladder'?)"),
        ("[[ladder]\n", "line 1, column 9"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, law: Law, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text, law)
    assert refused.value.sentence.startswith("practice.toml")
    assert told in refused.value.sentence


def test_what_ends_no_right_may_have_a_thin_ladder(tmp_path: Path, law: Law) -> None:
    text = (
        '[fatal]\nexcept = ["mandate"]\n[[ladder]]\nremedies = ["mandate"]\nfatal = false\nat_least = 0\ndays = [1]\n'
    )
    practice = read(tmp_path, text, law)
    mandate = WindowClass("court.mandate", "mandate", "court-of-appeals", fatal=False)
    assert ladder_of(90, practice.ladders, mandate).days == (1,)
    assert ladder_of(90, practice.ladders, APPEAL).days == (30, 14, 7, 3, 1, 0)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, law: Law) -> None:
    file = tmp_path / "practice.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_practice(file, law, DAY)
