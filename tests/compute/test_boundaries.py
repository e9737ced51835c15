"""The day on which something begins or ends, and the day beside it: each counted by hand, each on the right side."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs

from deadlines.compute import Notice, Service, Window, compute
from deadlines.compute.engine import engine_for
from deadlines.law import load_law
from deadlines.law.base import Length
from deadlines.law.model import Note, Unless
from deadlines.law.resolve import first_day, layers
from tests.compute.support import ask, dates, window

LAW = load_law()
APPEAL = LAW.rules["eoir.appeal.bia"]
AAO = "uscis.appeal.aao"


def appeal(on: date, as_of: date | None = None, facts: dict[str, str] | None = None, **changes: Any) -> Window:
    """The appeal from an oral order, under the law with its rule changed."""
    law = structs.replace(LAW, rules={**LAW.rules, APPEAL.id: structs.replace(APPEAL, **changes)})
    facts = {"asylum": "none", **(facts or {})}
    notice = Notice(kind="ij.order", decided_on=on, service=Service("oral"), facts=facts, as_of=as_of)
    return window(compute(notice, law), APPEAL.id)


def readings(found: Window) -> dict[str, str]:
    return {reading.name: str(reading.last_day) for reading in found.readings}


@pytest.mark.parametrize(
    ("as_of", "last_day"),
    [
        (date(2026, 2, 5), "2026-04-13"),  # the day before the rule was published: thirty days, from Saturday
        (date(2026, 2, 6), "2026-03-23"),  # the day of publication: ten days, from Sunday
        (date(2026, 3, 7), "2026-03-23"),  # the day before the court vacated it
        (date(2026, 3, 8), "2026-04-13"),  # that day
    ],
)
def test_what_was_published_or_decided_that_day_is_known_on_it(as_of: date, last_day: str) -> None:
    assert str(appeal(date(2026, 3, 12), as_of).last_day) == last_day


@pytest.mark.parametrize(
    ("on", "as_of", "last_day"),
    [
        (date(2026, 5, 31), None, "2026-06-30"),  # the last decision that the court's order reaches
        (date(2026, 6, 1), None, "2026-06-11"),  # the first after its end
        (date(2026, 6, 10), date(2026, 5, 31), "2026-07-10"),  # its end is not known yet
        (date(2026, 6, 10), date(2026, 6, 1), "2026-06-22"),  # it is: ten days end on Saturday 20 June
    ],
)
def test_a_court_action_ends_on_its_day_and_not_before_that_is_known(on: date, as_of: date, last_day: str) -> None:
    ended = structs.replace(APPEAL.court_action[0], until=date(2026, 6, 1))
    assert str(appeal(on, as_of, court_action=[ended]).last_day) == last_day


def test_a_text_holds_until_the_day_before_its_end() -> None:
    brief = LAW.rules["bia.brief"]
    assert layers(brief, date(2021, 3, 9))[0].period.id == "simultaneous-2021"
    assert layers(brief, date(2021, 3, 10))[0].period.id == "simultaneous-enjoined"
    reply = LAW.rules["bia.brief.reply"]  # the rule of 2026 leaves no reply brief from 9 March on
    assert [layer.period.id for layer in layers(reply, date(2026, 3, 8))] == ["twenty-one-days"]
    assert layers(reply, date(2026, 3, 9)) == []
    assert first_day(APPEAL) == date(1996, 7, 1)


def test_of_two_texts_knocked_out_the_earlier_day_protects_and_says_so() -> None:
    """Ten days from Monday 4 May 2026 end on the 14th, twenty on Sunday 24, before Memorial Day; thirty on 3 June."""
    second = structs.replace(APPEAL.period[1], id="twenty", from_=date(2026, 4, 1), length=Length(days=20))
    other = structs.replace(APPEAL.court_action[0], of="twenty", from_=date(2026, 4, 1))
    found = appeal(date(2026, 5, 4), period=[*APPEAL.period, second], court_action=[*APPEAL.court_action, other])
    assert (str(found.protective_by), str(found.last_day)) == ("2026-05-14", "2026-06-03")
    assert readings(found) == {"30 days": "2026-06-03", "20 days": "2026-05-26", "10 days": "2026-05-14"}
    assert [str(step.date) for step in found.working if step.text.startswith("Protective date")] == [
        "2026-05-26", "2026-05-14",
    ]  # fmt: skip


def test_a_shorter_exception_holds_while_its_fact_is_missing() -> None:
    """Thirty days from 4 May 2026 end on 3 June, ten on 14 May; who does not know whether he is detained has ten."""
    ten = Unless(when={"detained": ["yes"]}, length=Length(days=10), cite=["x"], why="he is detained")
    changed: dict[str, Any] = {"period": [structs.replace(APPEAL.period[0], unless=[ten])], "court_action": []}
    assert str(appeal(date(2026, 5, 4), **changed).last_day) == "2026-05-14"
    assert str(appeal(date(2026, 5, 4), facts={"detained": "no"}, **changed).last_day) == "2026-06-03"
    told = appeal(date(2026, 5, 4), facts={"detained": "yes"}, **changed).working[1].text
    assert "he is detained" in told


@pytest.mark.parametrize(
    ("reason", "shown"),
    [("error", True), ("error,evidence", True), ("evidence", False), ("evidence,discretion", False)],
)
def test_a_condition_on_several_words_holds_where_one_of_them_is_named(reason: str, shown: bool) -> None:
    note = Note(text="Errors go to the Board.", when={"reason": ["error"]})
    assert ("Errors go to the Board." in appeal(date(2026, 5, 4), facts={"reason": reason}, note=[note]).notes) is shown


@pytest.mark.parametrize(("method", "shown"), [("electronic", True), ("mail", False), ("unknown", False)])
def test_a_note_on_a_way_of_service_needs_that_way(method: Any, shown: bool) -> None:
    note = next(note for note in LAW.rules[AAO].note if note.when.get("method") == ["electronic"])
    found = window(ask("uscis.denial", "2026-11-02", method, form="I-140"), AAO)
    assert (note.text in found.notes) is shown


@pytest.mark.parametrize(
    ("decided_on", "amounts"),
    [
        ("2025-06-03", ["110"]),  # day 30 is Thursday 3 July, the last day of the old fee
        ("2025-06-04", ["110", "1010"]),  # day 30 is the holiday, moved to Monday 7 July
        ("2025-07-04", ["1010"]),
        ("2025-08-29", ["1010"]),  # day 30 is Sunday 28 September
        ("2025-09-01", ["1010", "1030"]),  # day 30 is Wednesday 1 October, the first day of the new fee
    ],
)
def test_the_fees_of_a_window_are_those_of_its_days(decided_on: str, amounts: list[str]) -> None:
    """8 USC 1812: the fees of fiscal year 2025 from 4 July 2025, those of 2026 from 1 October 2025."""
    found = window(ask("ij.order", decided_on, "oral"), APPEAL.id)
    assert [fee.amount for fee in found.fees] == amounts


@pytest.mark.parametrize(("facts", "shown"), [({}, True), ({"basis": "sij"}, True), ({"basis": "religious"}, False)])
def test_a_fee_is_left_out_only_where_its_condition_fails(facts: dict[str, str], shown: bool) -> None:
    found = window(ask("uscis.denial", "2026-11-02", "mail", form="I-360", facts=facts), AAO)
    assert any("juvenile" in fee.filing for fee in found.fees) is shown


@pytest.mark.parametrize(
    ("day", "working"),
    [(date(2026, 11, 25), True), (date(2026, 11, 26), False), (date(2026, 11, 28), False), (date(2024, 12, 24), False)],
)
def test_a_working_day_is_no_weekend_no_holiday_and_no_closure(day: date, working: bool) -> None:
    assert engine_for(LAW).days("uscis").is_working_day(day) is working


def test_business_days_leave_out_a_day_in_lieu_and_the_safe_date_counts_it() -> None:
    """Five business days from Monday 29 June 2026; Friday 3 July is kept for Saturday the 4th (5 USC 6103(b)(1))."""
    result = ask("ij.order", "2026-06-29", "oral", facts={"voluntary_departure": "post-conclusion"})
    assert dates(result, "departure.voluntary.bond")[:2] == ("2026-07-06", "2026-07-07")


def test_the_roll_reached_online_filings_before_the_policy_for_paper() -> None:
    """Day 30 from Friday 1 March 2019 is a Sunday; the policy is of 29 March 2023."""
    result = ask("uscis.denial", "2019-03-01", "in-person", form="I-140", facts={"filing": "online"})
    assert dates(result, AAO)[1] == "2019-04-01"
    assert window(result, AAO).contested is False


@pytest.mark.parametrize(
    ("notice", "facts", "asked"),
    [
        (("uscis.denial", "2026-10-16", "in-person"), {}, True),  # day 30 is Sunday 15 November
        (("uscis.denial", "2026-10-16", "in-person"), {"filing": "paper"}, False),
        (("uscis.denial", "2026-11-02", "in-person"), {}, False),  # day 30 is a Wednesday
        (("uscis.denial", "2019-03-01", "in-person"), {}, False),  # a Sunday, before the policy for paper
    ],
)
def test_how_it_is_filed_is_asked_where_it_moves_the_day(
    notice: tuple[Any, ...], facts: dict[str, str], asked: bool
) -> None:
    found = {a.fact for a in ask(*notice, form="I-140", facts=facts).asks if AAO in a.rules}
    assert ("filing" in found) is asked


def test_the_day_of_receipt_is_asked_where_a_reading_counts_from_it() -> None:
    def asked(**more: Any) -> set[str]:
        result = ask("uscis.denial", "2026-11-02", "mail", form="N-400", **more)
        return {a.fact for a in result.asks if "uscis.hearing.n336" in a.rules}

    assert "received_on" in asked()
    assert "received_on" not in asked(received_on="2026-11-05")


def test_the_way_of_service_is_asked_where_a_later_paper_may_start_the_count() -> None:
    def asked(**more: Any) -> set[str]:
        return {a.fact for a in ask("ij.order", "2026-10-27", **more).asks if APPEAL.id in a.rules}

    assert "service.method" in asked(service_on="2026-11-05")
    assert "service.method" not in asked()


OTHERS: list[tuple[tuple[Any, ...], dict[str, Any], str, dict[str, str]]] = [
    # Certified: day 30 is Friday 3 July 2026, kept for the 4th, so Monday; the 33rd day is that Monday.
    (("uscis.denial", "2026-06-03", "certified-mail"), {"form": "I-140"}, AAO,
     {"30 days": "2026-07-06", "a day kept in lieu of a weekend holiday is not a legal holiday": "2026-07-03"}),
    # Day 30 is Sunday 4 July 2027, kept on Monday the 5th.
    (("uscis.denial", "2027-06-04", "in-person"), {"form": "I-140"}, AAO,
     {"30 days": "2027-07-06", "a day kept in lieu of a weekend holiday is not a legal holiday": "2027-07-05"}),
    # Thirty days from receipt (8 CFR 336.2) on Thursday 5 November end on Saturday 5 December.
    (("uscis.denial", "2026-11-02", "in-person"), {"form": "N-400", "received_on": "2026-11-05"},
     "uscis.hearing.n336", {"30 days": "2026-12-02", "thirty days from proved receipt": "2026-12-07"}),
    # An H petition counts from receipt; while that day is not known, from the notice: nothing is named beside it.
    (("uscis.noir", "2026-11-17", "in-person"),
     {"form": "I-129", "service_on": "2026-11-20", "facts": {"nonimmigrant_class": "H"}}, "uscis.response.noir",
     {"30 days": "2026-12-17"}),
    # A text that gives the later of two days is not followed where the other day is earlier.
    (("uscis.appeal.filed", "2026-11-02"), {"form": "I-694", "facts": {"record_mailed_on": "2026-10-20"}},
     "uscis.brief.legalization", {"30 days": "2026-12-02", "Thirty days from the mailing of the record": "2026-11-19"}),
]  # fmt: skip


@pytest.mark.parametrize(("notice", "more", "rule", "expected"), OTHERS)
def test_the_readings_of_rarer_windows(
    notice: tuple[Any, ...], more: dict[str, Any], rule: str, expected: dict[str, str]
) -> None:
    assert readings(window(ask(*notice, **more), rule)) == expected


def test_a_reading_that_only_could_make_it_later_does_not_bring_the_safe_date_forward() -> None:
    facts = {"record_mailed_on": "2026-10-20"}
    result = ask("uscis.appeal.filed", "2026-11-02", form="I-694", facts=facts)
    assert dates(result, "uscis.brief.legalization")[0] == "2026-12-02"


@pytest.mark.parametrize(
    ("ends", "prevails"), [("2026-07-30", "End of the authorized validity"), ("2026-07-31", "60 days")]
)
def test_what_ends_a_window_ends_it_only_where_it_is_earlier(ends: str, prevails: str) -> None:
    """8 CFR 214.1(l)(2): sixty days from 1 June 2026 end on 31 July, or earlier with the authorised stay."""
    found = window(ask("status.employment-end", "2026-06-01", facts={"stay_ends_on": ends}), "status.grace-60")
    assert [reading.name for reading in found.readings if reading.prevails] == [prevails]
    assert str(found.last_day) == ends


@pytest.mark.parametrize(("printed", "warned"), [("2027-01-19", False), ("2027-01-20", True)])
def test_a_printed_day_is_the_last_and_only_past_the_maximum_it_is_warned_of(printed: str, warned: bool) -> None:
    """84 and 3 days from 23 October 2026 end on Martin Luther King Day: the maximum is Tuesday 19 January 2027."""
    result = ask("uscis.rfe", "2026-10-23", "mail", printed_deadline=printed)
    assert any("later than the law's maximum" in text for text in result.warnings) is warned
    assert not any("somebody has to find out" in text for text in result.warnings)
    told = [
        step for step in window(result, "uscis.response.rfe").working if "the printed deadline controls" in step.text
    ]
    assert [str(step.date) for step in told] == [printed]


def test_a_day_that_the_decision_gives_is_not_said_to_be_printed_on_the_notice() -> None:
    """The last day of voluntary departure is typed in as a fact (8 CFR 1240.26(e)); 60 days end on 9 January 2027."""
    facts = {"voluntary_departure": "post-conclusion", "departure_until": "2027-01-20"}
    result = compute(Notice(kind="bia.decision", decided_on=date(2026, 11, 10), facts=facts))
    found = window(result, "departure.voluntary")
    said = "The decision gives Wednesday 20 January 2027 (departure_until)"
    assert f"{said}: that day controls, not the count above." in [step.text for step in found.working]
    assert (found.dispute or "").startswith(f"{said}, later than the computed last day")
    assert not any("print" in text for text in (str(found.working), str(found.readings), *result.warnings))


def test_the_working_of_a_printed_day_names_no_question_that_cannot_move_it() -> None:
    """30 days and 3 from 10 November 2026 end on Sunday 13 December; an earlier printed day leaves the order of
    mail days and roll without effect."""
    mail: dict[str, Any] = {"form": "I-140", "service": Service("mail")}
    early, plain = (
        window(compute(Notice(kind="uscis.noir", decided_on=date(2026, 11, 10), printed_deadline=day, **mail)),
               "uscis.response.noir")
        for day in (date(2026, 12, 4), None)
    )  # fmt: skip
    assert not any(step.text.startswith("Open question") for step in early.working)
    told = [step.text for step in plain.working]
    assert "Sunday 13 December 2026 is on a weekend and cannot be the last day." in told
    assert any(text.startswith("Open question (uscis A1)") for text in told)
    assert all(len(item.cite) == len(set(item.cite)) for item in (*early.readings, *plain.readings))


def test_a_filing_on_the_printed_day_is_in_time_and_the_day_after_is_contested() -> None:
    def filed(on: str) -> object:
        result = ask(
            "uscis.denial", "2026-11-02", "in-person", form="I-140", printed_deadline="2026-11-30", filed_on=on
        )
        return window(result, AAO).timeliness

    assert (filed("2026-11-30"), filed("2026-12-01")) == ("timely", "contested")


def test_the_working_says_from_where_the_safe_date_is_counted_and_what_the_count_rests_on() -> None:
    """8 CFR 103.8(b) adds three days for mail; nothing of that is said where nothing was mailed."""
    mailed = window(ask("uscis.denial", "2026-11-02", "mail", form="I-140"), AAO)
    given = window(ask("uscis.denial", "2026-11-02", "in-person", form="I-140"), AAO)
    assert [s.text for s in mailed.working if s.text.startswith("Safe date") and "without mail days" in s.text]
    assert [s.text for s in given.working if s.text.startswith("Safe date") and "mail" not in s.text]
    first, plain = mailed.readings[0], given.readings[0]
    assert ("8 CFR 103.8(b)" in first.cite, "ordinary mail" in first.why) == (True, True)
    assert ("8 CFR 103.8(b)" in plain.cite, "mail" in plain.why) == (False, False)


def test_a_doubt_about_a_clock_is_told_where_its_day_is_known() -> None:
    def told(**facts: str) -> bool:
        found = window(ask("consular.termination.203g", "2026-06-01", facts=facts), "consular.reinstatement-203g")
        return any("uscis A18" in step.text for step in found.working)

    assert told(refused_on="2025-05-01")
    assert not told()


def test_a_window_that_opens_later_says_when_and_others_do_not() -> None:
    """8 CFR 216.4(a)(1): the ninety days before Wednesday 6 May 2026 begin on Thursday 5 February."""
    found = window(ask("status.conditional-residence", "2024-05-06"), "status.i751-window")
    opens = [step for step in found.working if step.text.startswith("The window opens")]
    assert (str(found.opens_on), [str(step.date) for step in opens]) == ("2026-02-05", ["2026-02-05"])
    other = window(ask("ij.order", "2026-05-04", "oral"), APPEAL.id)
    assert not any(step.text.startswith("The window opens") for step in other.working)


def test_a_first_counted_day_is_the_first_day_of_the_window() -> None:
    found = window(ask("status.unlawful-presence", "2026-06-11"), "status.unlawful-presence-180")
    assert str(found.opens_on) == "2026-06-11"


def test_the_later_of_two_days_holds_back_the_count_and_days_before_bring_it_nearer() -> None:
    """INA 212(a)(9)(B)(iii)(I): day 0 is 31 December 2027, before the 18th birthday; day 181 is 29 June 2028."""
    facts = {"born_on": "2010-01-01", "stay_ends_on": "2027-06-01"}
    rule = "status.unlawful-presence-180"
    assert dates(ask("uscis.denial", "2027-05-03", "mail", form="I-485", facts=facts), rule)[1] == "2028-06-29"
    counted = ask("uscis.denial", "2026-06-01", "in-person", form="I-485", facts={"days_before": "100"})
    assert dates(counted, rule)[1:] == ("2026-08-21", "2026-08-21")


def test_why_an_order_is_final_is_told() -> None:
    """8 CFR 1003.39: on waiver; 8 CFR 1241.1(e): an order in absentia at once."""
    waived = window(ask("ij.order", "2026-05-04", "oral", facts={"appeal": "waived"}), "eoir.motion.reopen")
    absent = window(ask("ij.in-absentia", "2026-05-04"), "eoir.motion.reconsider")
    assert "appeal was waived" in waived.working[0].text
    assert "no appeal is final when entered" in absent.working[0].text


def test_what_would_move_the_day_from_which_something_is_possible_is_asked() -> None:
    """A law of the test's own: the suit of INA 336(b) after 121 days, or after 30 for somebody detained."""
    rule = LAW.rules["court.naturalization.delay"]
    thirty = Unless(when={"detained": ["yes"]}, length=Length(days=30), cite=["x"], why="he is detained")
    period = structs.replace(rule.period[0], unless=[thirty])
    law = structs.replace(LAW, rules={**LAW.rules, rule.id: structs.replace(rule, period=[period])})
    result = compute(Notice(kind="uscis.n400.examination", decided_on=date(2026, 6, 1)), law)
    assert [a.rules for a in result.asks if a.fact == "detained"] == [[rule.id]]
    assert str(window(result, rule.id).opens_on) == "2026-07-01"
