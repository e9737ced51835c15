"""What is rare and has to be right all the same: refused words, silence, laws changed beyond what is shipped."""

from datetime import date

import pytest
from msgspec import structs

from deadlines.compute import Notice, Service, compute
from deadlines.compute.contract import write_error
from deadlines.compute.result import Relation
from deadlines.errors import InputError
from deadlines.law import Law, load_law
from deadlines.law.base import Length
from deadlines.law.model import Circuits
from tests.compute.support import ask, window

LAW = load_law()
APPEAL = LAW.rules["eoir.appeal.bia"]


def with_rule(**changes: object) -> Law:
    """The law with the appeal to the Board changed."""
    return structs.replace(LAW, rules={**LAW.rules, APPEAL.id: structs.replace(APPEAL, **changes)})


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"days": "many"}, "unknown-fact-value"),
        ({"days": "-3"}, "unknown-fact-value"),
        ({"born_on": "yesterday"}, "unknown-fact-value"),
        ({"born_on": "20010203"}, "unknown-fact-value"),
        ({"born_on": "1600-01-01"}, "unknown-fact-value"),
        ({"reason": "new-facts,luck"}, "unknown-fact-value"),
    ],
)
def test_a_fact_of_the_wrong_sort_is_refused(facts: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as refused:
        ask("status.departure", "2026-06-10", facts=facts)
    assert refused.value.code == code


def test_an_unknown_way_of_service_is_refused_in_python_too() -> None:
    with pytest.raises(InputError, match="pigeon"):
        compute(Notice(kind="ij.order", decided_on=date(2026, 6, 1), service=Service("pigeon")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "code"),
    [({"motion-mail-day": "three"}, "unknown-policy"), ({"uscis-hour": "midnight"}, "unknown-policy"),
     ({"motion-mail-days": "four"}, "bad-policy")],
)  # fmt: skip
def test_a_policy_that_is_not_the_firms_to_set_is_refused(policy: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as refused:
        compute(Notice(kind="uscis.denial", form="I-485", decided_on=date(2026, 10, 23)), policy=policy)
    assert refused.value.code == code


def test_three_days_for_a_mailed_motion_are_the_firms_to_calendar() -> None:
    """8 CFR 103.5(a)(1)(i) and the form: day 30 is Sun 2026-11-22, day 33 Wed 11-25; last day and latest stay."""
    notice = Notice(kind="uscis.denial", form="I-485", decided_on=date(2026, 10, 23), service=Service("mail"))
    careful = window(compute(notice), "uscis.motion.reopen")
    decided = window(compute(notice, policy={"motion-mail-days": "three"}), "uscis.motion.reopen")
    assert (str(careful.safe_by), str(decided.safe_by)) == ("2026-11-20", "2026-11-25")
    assert (careful.last_day, careful.latest) == (decided.last_day, decided.latest)
    assert any("the careful answer" in step.text for step in careful.working)
    assert any("the firm's policy" in step.text for step in decided.working)
    assert compute(notice, policy={"motion-mail-days": "none"}) == compute(notice)


def test_a_notice_that_opens_nothing_and_asks_nothing_is_unknown_law() -> None:
    with pytest.raises(InputError) as refused:
        compute(Notice(kind="uscis.appeal.filed", form="I-140", decided_on=date(2026, 11, 12)))
    assert refused.value.code == "no-rule"
    assert "I-290B" in refused.value.sentence


def test_the_form_that_is_asked_for_has_choices() -> None:
    found = ask("uscis.appeal.filed", "2026-11-12")
    assert {"I-290B", "EOIR-29"} <= set(next(a.choices for a in found.asks if a.fact == "form"))


def test_a_printed_date_that_limits_nothing_is_told() -> None:
    found = ask("status.arrival", "2026-06-01", printed_deadline="2026-09-01")
    assert any("1 September 2026" in text for text in found.warnings)


@pytest.mark.parametrize(("circuit", "last_day"), [("9", "2026-04-13"), ("5", "2026-03-23")])
def test_a_court_order_for_one_circuit_leaves_the_text_elsewhere(circuit: str, last_day: str) -> None:
    """Ten days from Thu 2026-03-12 end on Sun 03-22, thirty on Sat 04-11."""
    action = structs.replace(APPEAL.court_action[0], reaches=Circuits(circuits=["9"]))
    notice = Notice(
        kind="ij.order",
        decided_on=date(2026, 3, 12),
        service=Service("oral"),
        facts={"asylum": "none", "circuit": circuit},
    )
    found = window(compute(notice, with_rule(court_action=[action])), APPEAL.id)
    assert str(found.last_day) == last_day


def test_an_order_for_the_parties_asks_whether_the_client_is_one() -> None:
    action = structs.replace(APPEAL.court_action[0], reaches="parties")
    notice = Notice(kind="ij.order", decided_on=date(2026, 3, 12), service=Service("oral"), facts={"asylum": "none"})
    found = compute(notice, with_rule(court_action=[action]))
    assert "case_party" in {a.fact for a in found.asks}
    assert str(window(found, APPEAL.id).last_day) == "2026-03-23", "meanwhile the earlier answer"


def test_what_waits_for_another_window_is_not_there_without_it() -> None:
    """The extension of time to ask for certiorari is counted from the last day of the petition."""
    law = structs.replace(LAW, rules={k: r for k, r in LAW.rules.items() if k != "court.certiorari"})
    found = compute(Notice(kind="circuit.judgment", decided_on=date(2026, 8, 27)), law)
    assert "court.certiorari.extension" not in {w.rule for w in found.windows}


def test_what_a_filing_excludes_comes_first_among_the_pitfalls() -> None:
    found = window(ask("uscis.denial", "2026-06-01", "mail", form="I-140"), "uscis.appeal.aao")
    twice = [r for r in found.relations if r.kind == "alternative"]
    assert len(twice) == 2
    assert found.pitfalls.count(twice[0].text) == 1
    assert found.pitfalls[0] == twice[0].text
    assert isinstance(twice[0], Relation)


def test_a_length_in_months_ends_on_the_last_day_of_a_shorter_month() -> None:
    """By the calendar: a month from 31 January 2025 is 28 February."""
    period = structs.replace(APPEAL.period[0], length=Length(months=1))
    notice = Notice(kind="ij.order", decided_on=date(2025, 1, 31), service=Service("oral"))
    found = window(compute(notice, with_rule(period=[period], court_action=[])), APPEAL.id)
    assert str(found.last_day) == "2025-02-28"


def test_an_error_is_a_line_of_the_contract() -> None:
    line = write_error("a", InputError("No.", code="bad-date"))
    assert line == b'{"ref":"a","error":{"code":"bad-date","message":"No."}}'


def test_a_form_that_such_a_decision_is_never_on_is_unknown_law() -> None:
    with pytest.raises(InputError, match="does not say which remedies") as refused:
        ask("uscis.revocation", "2026-06-01", form="I-90")
    assert refused.value.code == "no-rule"
