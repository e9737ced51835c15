"""`deadlines add` and what is seen of it: through the real program."""

from datetime import date, timedelta

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import RECENT

NOTICE = ("--kind", "uscis.denial", "--form", "I-140", "--service", "mail", "--decided-on")


@pytest.fixture
def office(firm: Firm) -> Firm:
    firm.add("Ana Ruiz", "ana@firm.test")
    return firm


def add(office: Firm, matter: str, *words: str, on: str = RECENT) -> dict[str, object]:
    found: dict[str, object] = office.data(
        "add", "--matter", matter, "--attorney", "ana@firm.test", *NOTICE, on, *words
    )
    return found


def refused(office: Firm, *words: str) -> tuple[int, str]:
    done = office.run(*words)
    return done.returncode, done.stderr


def test_a_notice_is_recorded_listed_shown_and_explained(office: Firm) -> None:
    added = add(office, "A-1", "--client", "Garcia")
    lines = office.data("list", "--matter", "A-1")
    assert {line["title"] for line in lines} == {
        "Appeal to the Administrative Appeals Office", "Motion to reopen", "Motion to reconsider",
    }  # fmt: skip
    assert office.data("show", "A-1")["client"] == "Garcia"
    entry = lines[0]["entry"]
    view = office.data("explain", entry[:8])
    assert view["window"]["working"]
    assert view["edition"] == added["edition"]
    text = office.good("explain", entry)
    assert "Working" in text
    assert "8 CFR" in text


def test_a_notice_is_found_by_its_id_and_shows_what_was_typed_in(office: Firm) -> None:
    printed = (date.fromisoformat(RECENT) + timedelta(days=33)).isoformat()
    first = add(office, "A-1", "--printed-deadline", printed)
    add(office, "A-1", "--again")
    one = office.data("show", str(first["notice"])[:8])
    assert {view["notice"] for view in one["entries"]} == {first["notice"]}
    assert {reminder["entry"] for reminder in one["reminders"]} <= {view["entry"] for view in one["entries"]}
    day = date.fromisoformat(printed)
    for name in (str(first["notice"])[:8], one["entries"][0]["entry"]):
        text = office.good("show", name)
        assert f"prints {day:%a} {day.day} {day:%b %Y}" in text
        assert "Form I-140" in text
        assert "served by mail" in text
    status, said = refused(office, "show", "nobody7")
    assert (status, "No matter has the number 'nobody7', and no notice or entry" in said) == (7, True)


@pytest.mark.parametrize("option", ["--decided-on", "--service-on"])
def test_a_day_that_has_not_come_is_refused(office: Firm, option: str) -> None:
    ahead = (date.today() + timedelta(days=40)).isoformat()  # noqa: DTZ011
    words = ["add", "--matter", "A-2", "--attorney", "ana@firm.test", "--kind", "uscis.denial", "--form", "I-140"]
    dates = {"--decided-on": RECENT, option: ahead}
    status, said = refused(office, *words, *(word for pair in dates.items() for word in pair))
    assert (status, "lies in the future" in said) == (3, True)
    assert office.data("list") == []


def test_a_day_of_next_week_is_recorded_with_a_warning(office: Firm) -> None:
    soon = (date.today() + timedelta(days=6)).isoformat()  # noqa: DTZ011
    added = add(office, "A-9", on=soon)
    assert any("lies in the future" in str(warning) for warning in added["warnings"])  # type: ignore[attr-defined]


def test_the_same_notice_twice_is_refused_unless_asked_for(office: Firm) -> None:
    add(office, "A-3")
    status, said = refused(office, "add", "--matter", "A-3", *NOTICE, RECENT)
    assert (status, "already" in said) == (8, True)
    assert len(office.data("list")) == 3
    add(office, "A-3", "--again")
    assert len(office.data("list")) == 6


def test_a_struck_notice_is_no_twin_of_the_right_one(office: Firm) -> None:
    first = add(office, "A-3")
    office.good("strike", str(first["notice"]), "--reason", "wrong matter", "--by", "ana@firm.test")
    add(office, "A-3")
    assert len(office.data("list")) == 3


def test_a_client_given_later_is_kept_and_another_one_refused(office: Firm) -> None:
    add(office, "A-4")
    add(office, "A-4", "--client", "Garcia", "--again")
    assert office.data("show", "A-4")["client"] == "Garcia"
    status, said = refused(office, "add", "--matter", "A-4", "--client", "Lopez", "--again", *NOTICE, RECENT)
    assert (status, "another client" in said) == (8, True)


def test_a_new_matter_needs_its_attorney(office: Firm) -> None:
    status, said = refused(office, "add", "--matter", "A-5", *NOTICE, RECENT)
    assert (status, "--attorney" in said) == (3, True)


def test_a_window_that_has_passed_is_said_loudly(office: Firm) -> None:
    added = add(office, "A-6", on="2012-02-08")
    assert any("has passed already" in str(warning) for warning in added["warnings"])  # type: ignore[attr-defined]
    assert "PAST" in office.good("list")


def test_questions_name_the_options_that_answer_them(office: Firm) -> None:
    said = office.good(
        "add", "--matter", "A-7", "--attorney", "ana@firm.test", "--kind", "uscis.denial", "--decided-on", RECENT
    )
    assert "(--form)" in said
    assert "(--service)" in said


@pytest.mark.parametrize("words", [("--attorney", "x@y.test"), ("--matter", "NOPE")])
def test_a_misspelt_filter_does_not_read_as_nothing_open(office: Firm, words: tuple[str, str]) -> None:
    status, said = refused(office, "list", *words)
    assert (status, words[1] in said) == (7, True)


@pytest.mark.parametrize(("form", "facts"), [("I-918", ()), ("I-360", ("--fact", "basis=vawa"))])
def test_protected_cases_are_restricted_by_themselves(office: Firm, form: str, facts: tuple[str, ...]) -> None:
    added = office.data(
        "add", "--matter", "A-8", "--attorney", "ana@firm.test", "--kind", "uscis.denial", "--form", form,
        "--service", "mail", "--decided-on", RECENT, *facts,
    )  # fmt: skip
    assert added["restricted"] is True


def test_a_reason_orders_the_windows_and_hides_none(office: Firm) -> None:
    """Error on the record is answered by a motion to reconsider or an appeal (8 CFR 103.5(a)(3))."""
    plain = add(office, "R-1")
    reasoned = add(office, "R-2", "--reason", "error", "--reason", "discretion")
    assert {e["rule"] for e in plain["entries"]} == {e["rule"] for e in reasoned["entries"]}  # type: ignore[attr-defined]
    shown = office.data("show", "R-2")["entries"]
    fits = {view["window"]["rule"]: view["window"]["fits"] for view in shown}
    assert fits["uscis.motion.reconsider"]
    code, said = refused(office, "add", "--matter", "R-3", *NOTICE, RECENT, "--reason", "bad luck")
    assert code == 2
    assert "bad luck" in said


def test_who_enters_a_notice_does_not_verify_it(office: Firm) -> None:
    office.add("Ben Cho", "ben@firm.test", role="paralegal")
    entered = add(office, "B-1", "--by", "ben@firm.test")
    entry = next(e["entry"] for e in entered["entries"] if e["rule"] == "uscis.motion.reopen")  # type: ignore[attr-defined]
    code, said = refused(office, "verify", entry, "--by", "ben@firm.test")
    assert code == 8
    assert "entered" in said
    office.good("verify", entry, *NOTICE, RECENT, "--by", "ana@firm.test")
    code, said = refused(office, "add", "--matter", "B-2", *NOTICE, RECENT, "--by", "nobody@firm.test")
    assert code == 7


def test_the_reasons_offered_are_those_of_the_law() -> None:
    from deadlines.commands.compute import REASONS
    from deadlines.law import load_law

    assert set(REASONS) == set(load_law().reasons) == set(load_law().facts["reason"].choices)
