"""Worked examples of the law research, each counted by hand from the cited text, not by this engine.

Every row: notice, rule, (safe_by, last_day, latest). The safe date is moved back to a working day.
"""

from typing import Any

import pytest

from tests.compute.support import ask, dates, window

EXAMPLES: list[tuple[str, tuple[Any, ...], dict[str, Any], str, tuple[str | None, ...]]] = [
    # I-485 denied and mailed Fri 2026-10-23: day 30 is a Sunday, day 33 a Wednesday (8 CFR 103.5(a)(1)(i), 103.8(b)).
    ("I-485 reopen", ("uscis.denial", "2026-10-23", "mail"), {"form": "I-485"}, "uscis.motion.reopen",
     ("2026-11-20", "2026-11-25", "2026-11-25")),
    ("I-485 reconsider", ("uscis.denial", "2026-10-23", "mail"), {"form": "I-485"}, "uscis.motion.reconsider",
     ("2026-11-20", "2026-11-25", "2026-11-25")),
    # I-140 posted online Mon 2026-11-02: no mail days (8 CFR 103.8(a)(1)(ii)).
    ("I-140 e-posted", ("uscis.denial", "2026-11-02", "electronic"), {"form": "I-140"}, "uscis.appeal.aao",
     ("2026-12-02", "2026-12-02", "2026-12-02")),
    # I-130 mailed Wed 2026-11-04: the form gives 30 days from mailing, 33 is an argument only (8 CFR 1003.3(a)(2)).
    ("I-130 EOIR-29", ("uscis.denial", "2026-11-04", "mail"), {"form": "I-130"}, "uscis.appeal.bia",
     ("2026-12-04", "2026-12-04", "2026-12-07")),
    ("I-130 motion", ("uscis.denial", "2026-11-04", "mail"), {"form": "I-130"}, "uscis.motion.reopen",
     ("2026-12-04", "2026-12-07", "2026-12-07")),
    ("I-130 EOIR-29, Saturday", ("uscis.denial", "2026-10-15", "mail"), {"form": "I-130"}, "uscis.appeal.bia",
     ("2026-11-13", "2026-11-16", "2026-11-17")),
    # N-400 mailed Tue 2026-12-01, received Mon 2026-12-07 (8 CFR 336.2(a)).
    ("N-336", ("uscis.denial", "2026-12-01", "mail"), {"form": "N-400", "received_on": "2026-12-07"},
     "uscis.hearing.n336", ("2026-12-31", "2027-01-04", "2027-01-06")),
    # RFE mailed Thu 2026-11-12, no printed date: 84 and 87 days (8 CFR 103.2(b)(8)(iv)).
    ("RFE paper", ("uscis.rfe", "2026-11-12", "mail"), {}, "uscis.response.rfe",
     ("2027-02-04", "2027-02-08", "2027-02-08")),
    ("RFE online", ("uscis.rfe", "2026-11-12", "mail"), {"facts": {"filing": "online"}}, "uscis.response.rfe",
     ("2027-02-04", "2027-02-07", "2027-02-08")),
    ("RFE printed 30 days", ("uscis.rfe", "2026-11-12", "mail"), {"printed_deadline": "2026-12-12"},
     "uscis.response.rfe", ("2026-12-11", "2026-12-14", "2026-12-14")),
    # Petition approval revoked on notice, mailed Mon 2026-11-16 (8 CFR 205.2(d), 1205.2(d)).
    ("I-140 revoked", ("uscis.revocation", "2026-11-16", "mail"), {"form": "I-140"}, "uscis.appeal.aao-revocation",
     ("2026-12-01", "2026-12-04", "2026-12-04")),
    ("I-130 revoked", ("uscis.revocation", "2026-11-16", "mail"), {"form": "I-130"}, "uscis.appeal.bia-revocation",
     ("2026-12-01", "2026-12-01", "2026-12-04")),
    # I-687 mailed Mon 2026-11-16: the thirty days include the mail (8 CFR 245a.2(p)).
    ("I-687", ("uscis.denial", "2026-11-16", "mail"), {"form": "I-687"}, "uscis.appeal.legalization",
     ("2026-12-16", "2026-12-16", "2026-12-16")),
    # COVID-19 flexibilities for Form I-290B.
    ("COVID 90, Sunday", ("uscis.denial", "2021-11-15", "mail"), {"form": "I-140"}, "uscis.appeal.aao",
     ("2021-12-15", "2022-02-14", "2022-02-14")),
    ("COVID 60", ("uscis.denial", "2021-06-14", "mail"), {"form": "I-140"}, "uscis.appeal.aao",
     ("2021-07-14", "2021-08-13", "2021-08-13")),
    ("COVID last day", ("uscis.denial", "2023-03-23", "mail"), {"form": "I-140"}, "uscis.appeal.aao",
     ("2023-04-21", "2023-06-21", "2023-06-21")),
    # Oral decisions of an immigration judge (8 CFR 1003.38(b)).
    ("oral, Saturday", ("ij.order", "2026-03-12", "oral"), {"facts": {"asylum": "none"}}, "eoir.appeal.bia",
     ("2026-04-10", "2026-04-13", "2026-04-13")),
    ("oral, before the ten-day text", ("ij.order", "2026-03-06", "oral"), {}, "eoir.appeal.bia",
     ("2026-04-03", "2026-04-06", "2026-04-06")),
    ("oral, Thanksgiving", ("ij.order", "2026-10-27", "oral"), {}, "eoir.appeal.bia",
     ("2026-11-25", "2026-11-27", "2026-11-27")),
    ("oral, in the 2025 shutdown", ("ij.order", "2025-09-15", "oral"), {}, "eoir.appeal.bia",
     ("2025-10-15", "2025-10-15", "2025-10-15")),
    # In absentia order Mon 2026-07-06 (8 CFR 1003.23(b)).
    # Until somebody says which proceeding it was, the safe date keeps to the 90 days of 8 CFR 1208.2(c)(3)(ii).
    ("absentia rescind", ("ij.in-absentia", "2026-07-06"), {}, "eoir.motion.rescind-in-absentia",
     ("2026-10-02", "2027-01-04", None)),
    ("absentia rescind, removal", ("ij.in-absentia", "2026-07-06"), {"facts": {"proceeding": "removal"}},
     "eoir.motion.rescind-in-absentia", ("2026-12-31", "2027-01-04", None)),
    ("absentia reconsider", ("ij.in-absentia", "2026-07-06"), {}, "eoir.motion.reconsider",
     ("2026-08-05", "2026-08-05", "2026-08-05")),
    ("absentia reopen", ("ij.in-absentia", "2026-07-06"), {}, "eoir.motion.reopen",
     ("2026-10-02", "2026-10-05", "2026-10-05")),
    ("absentia VAWA", ("ij.in-absentia", "2026-07-06"), {}, "eoir.motion.reopen.vawa",
     ("2027-07-06", "2027-07-06", "2027-07-06")),
    # Appeal reserved, none filed: final on Wed 2026-06-03; safe from the decision (8 CFR 1003.39).
    ("final by expiry, reconsider", ("ij.order", "2026-05-04", "oral"), {"facts": {"appeal": "none-filed"}},
     "eoir.motion.reconsider", ("2026-06-03", "2026-07-06", "2026-07-06")),
    ("final by expiry, reopen", ("ij.order", "2026-05-04", "oral"), {"facts": {"appeal": "none-filed"}},
     "eoir.motion.reopen", ("2026-07-31", "2026-09-01", "2026-09-01")),
    ("final by waiver, reopen", ("ij.order", "2026-05-04", "oral"), {"facts": {"appeal": "waived"}},
     "eoir.motion.reopen", ("2026-07-31", "2026-08-03", "2026-08-03")),
    # Final administrative removal order Mon 2026-06-01 (8 USC 1252(b)(1), Riley v. Bondi).
    ("238(b) order", ("dhs.removal.administrative", "2026-06-01"), {}, "court.petition-for-review",
     ("2026-07-01", "2026-07-01", "2026-07-01")),
    # The asylum year: Minasyan v. Mukasey counts the anniversary in; the firm calendars the day before.
    ("asylum year", ("status.arrival", "2001-04-09"), {}, "status.asylum-one-year",
     ("2002-04-08", "2002-04-09", "2002-04-09")),
    ("asylum year from 29 February", ("status.arrival", "2024-02-29"), {}, "status.asylum-one-year",
     ("2025-02-28", "2025-02-28", "2025-02-28")),
    ("asylum year never before 1 April 1997", ("status.arrival", "1995-06-01"), {}, "status.asylum-one-year",
     ("1998-03-31", "1998-04-01", "1998-04-01")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "notice", "more", "rule", "expected"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_example(
    name: str, notice: tuple[Any, ...], more: dict[str, Any], rule: str, expected: tuple[str | None, ...]
) -> None:
    found = dates(ask(*notice, **more), rule)
    assert found[: len([d for d in expected if d])] == tuple(d for d in expected if d)


def test_fax_brings_no_mail_days() -> None:
    """AAO, L-1A, 2005: fax of 2004-07-28, due 2004-08-27."""
    assert dates(ask("uscis.denial", "2004-07-28", "fax", form="I-129"), "uscis.appeal.aao") == (
        "2004-08-27", "2004-08-27", "2004-08-27",
    )  # fmt: skip


def test_the_contract_example_of_the_ten_day_text() -> None:
    found = window(ask("ij.order", "2026-03-12", "oral", facts={"asylum": "none"}), "eoir.appeal.bia")
    assert str(found.protective_by) == "2026-03-23"
    assert found.contested
    assert [(r.name, str(r.last_day), r.prevails) for r in found.readings] == [
        ("30 days", "2026-04-13", True),
        ("10 days", "2026-03-23", False),
    ]


@pytest.mark.parametrize("asylum", ["granted", "denied-merits"])
def test_a_decision_on_asylum_keeps_thirty_days_and_needs_no_protective_date(asylum: str) -> None:
    """8 USC 1158(d)(5)(A)(iv)."""
    found = window(ask("ij.order", "2026-03-12", "oral", facts={"asylum": asylum}), "eoir.appeal.bia")
    assert (str(found.last_day), found.protective_by) == ("2026-04-13", None)


def test_asylum_is_asked_for_only_where_it_matters() -> None:
    assert "asylum" in {a.fact for a in ask("ij.order", "2026-03-12", "oral").asks}
    assert "asylum" not in {a.fact for a in ask("ij.order", "2026-03-06", "oral").asks}
    bond = ask("ij.bond", "2026-03-12", "oral")
    assert "asylum" not in {a.fact for a in bond.asks}
    assert str(window(bond, "eoir.appeal.bia").protective_by) == "2026-03-23"


def test_before_the_vacatur_was_known_the_ten_days_prevailed() -> None:
    found = window(
        ask("ij.order", "2026-03-12", "oral", facts={"asylum": "none"}, as_of="2026-03-07"), "eoir.appeal.bia"
    )
    assert (str(found.last_day), found.protective_by) == ("2026-03-23", None)


def test_before_the_rule_was_published_only_thirty_days_were_known() -> None:
    found = window(ask("ij.order", "2026-03-12", "oral", as_of="2026-02-05"), "eoir.appeal.bia")
    assert (str(found.last_day), found.protective_by) == ("2026-04-13", None)


@pytest.mark.parametrize(
    ("notice", "more", "rule", "cite"),
    [
        (("uscis.denial", "2026-10-23", "mail"), {"form": "I-485"}, "uscis.appeal.aao", "8 CFR 245.2(a)(5)(ii)"),
        (("uscis.denial", "2026-10-23", "mail"), {"form": "I-601A"}, "uscis.appeal.aao", "8 CFR 212.7(e)"),
        (("uscis.denial", "2026-10-23", "mail"), {"form": "I-601A"}, "uscis.motion.reopen", "8 CFR 212.7(e)"),
        (("uscis.denial", "2026-10-23", "mail"), {"form": "I-601A"}, "uscis.motion.reconsider", "8 CFR 212.7(e)"),
        (("uscis.denial", "2026-10-23", "mail"), {"form": "I-765"}, "uscis.appeal.aao", "8 CFR 274a.13(c)"),
        (("uscis.denial.abandonment", "2026-10-23", "mail"), {"form": "I-140"}, "uscis.appeal.aao",
         "8 CFR 103.2(b)(15)"),
        (("uscis.denial.abandonment", "2026-10-23", "mail"), {"form": "I-140"}, "uscis.motion.reconsider",
         "8 CFR 103.2(b)(15)"),
        (("uscis.rejection", "2026-10-23", "mail"), {"form": "I-140"}, "uscis.appeal.aao", "8 CFR 103.2(a)(7)(iii)"),
        (("uscis.revocation.automatic", "2026-10-23", "mail"), {"form": "I-130"}, "uscis.appeal.aao", "8 CFR 205.1"),
        (("ij.in-absentia", "2026-07-06"), {}, "eoir.appeal.bia", "8 CFR 1240.15"),
        (("ij.order", "2026-07-06", "oral"), {"facts": {"appeal": "waived"}}, "eoir.appeal.bia", "8 CFR 1003.39"),
        (("ij.fear-review", "2026-07-06"), {}, "eoir.appeal.bia", "8 CFR 1003.42(f)(2)"),
    ],
)  # fmt: skip
def test_what_the_law_denies_is_an_answer_with_its_citation(
    notice: tuple[Any, ...], more: dict[str, Any], rule: str, cite: str
) -> None:
    found = window(ask(*notice, **more), rule)
    assert (found.state, found.last_day, found.safe_by) == ("not-available", None, None)
    assert any(cite in text for text in found.cite), found.cite


def test_patriots_day_moves_a_petition_in_the_first_circuit_only() -> None:
    """Mon 2025-04-21 is Patriots' Day in Massachusetts (M.G.L. c. 4, s. 7); safe dates ignore it."""
    first = ask("bia.decision", "2025-03-22", facts={"circuit": "1"})
    second = ask("bia.decision", "2025-03-22", facts={"circuit": "2"})
    unknown = ask("bia.decision", "2025-03-22", facts={"proceeding": "removal", "voluntary_departure": "none"})
    assert dates(first, "court.petition-for-review")[:2] == ("2025-04-21", "2025-04-22")
    assert dates(second, "court.petition-for-review")[:2] == ("2025-04-21", "2025-04-21")
    assert dates(unknown, "court.petition-for-review")[:2] == ("2025-04-21", "2025-04-21")
    assert [a.fact for a in unknown.asks] == ["circuit"]


def test_the_circuit_is_not_asked_for_where_no_state_holiday_lies_in_the_way() -> None:
    assert ask("bia.decision", "2026-06-01", facts={"proceeding": "removal", "voluntary_departure": "none"}).asks == []


def test_the_proceeding_is_asked_for_because_the_clock_may_have_run_from_another_order() -> None:
    """Riley v. Bondi: in withholding-only proceedings the Board's decision starts nothing."""
    known = {"circuit": "9", "voluntary_departure": "none"}
    assert [a.fact for a in ask("bia.decision", "2026-06-01", facts=known).asks] == ["proceeding"]


@pytest.mark.parametrize("kind", ["ij.order", "bia.decision"])
def test_voluntary_departure_is_asked_for_because_its_bond_is_due_in_days(kind: str) -> None:
    """8 CFR 1240.26(c)(3)(i): five business days; a motion or petition within the period ends it (1240.26(e), (i))."""
    assert "voluntary_departure" in {a.fact for a in ask(kind, "2026-06-03").asks}
    live = ask("ij.order", "2026-06-03", "oral", facts={"voluntary_departure": "post-conclusion"})
    assert dates(live, "departure.voluntary.bond")[:2] == ("2026-06-10", "2026-06-10")
    assert any("ends it" in text for text in live.warnings)


def test_a_shorter_answer_to_an_open_question_is_warned_of() -> None:
    """8 CFR 1208.2(c)(3)(ii): 90 days in asylum-only proceedings, 180 in removal proceedings."""
    found = ask("ij.in-absentia", "2026-06-03")
    assert any("proceeding" in text and "Tuesday 1 September 2026" in text for text in found.warnings)
    assert not any(
        "1 September" in text for text in ask("ij.in-absentia", "2026-06-03", facts={"proceeding": "removal"}).warnings
    )


def test_a_fact_of_other_forms_changes_nothing_and_is_told() -> None:
    """8 CFR 274a.14(b)(2): fifteen days for a work permit, whatever class somebody gives with it."""
    given = ask("uscis.noir", "2026-06-10", "mail", form="I-765", facts={"nonimmigrant_class": "H"})
    plain = ask("uscis.noir", "2026-06-10", "mail", form="I-765")
    assert given.windows == plain.windows
    assert given.asks == plain.asks
    for form in ("I-765", "I-539", "N-400", "EOIR-26"):
        asked = ask("uscis.noir", "2026-06-10", "mail", form=form).asks
        assert "nonimmigrant_class" not in [one.fact for one in asked]
    assert [text for text in given.warnings if text not in plain.warnings] == [
        "The fact 'nonimmigrant_class' changes nothing for a uscis.noir on Form I-765: check that it belongs here."
    ]


def test_a_notice_dated_long_after_the_edition_is_warned_of() -> None:
    """2036 typed for 2026."""
    assert any("check the year" in text for text in ask("uscis.denial", "2036-02-04", "mail", form="I-140").warnings)
    assert not any("check the year" in text for text in ask("uscis.denial", "2027-02-04", form="I-140").warnings)


def test_a_fact_that_changes_nothing_is_told() -> None:
    found = ask("uscis.denial", "2026-06-03", "mail", form="I-140", facts={"hearing_on": "2026-07-01"})
    assert any("hearing_on" in text for text in found.warnings)


def test_a_protective_date_counts_from_the_earliest_event() -> None:
    """Stated or notified on one day, served on a later one: the earliest starts the protective count."""
    found = ask("ij.order", "2026-06-03", "electronic", service_on="2026-06-09", facts={"asylum": "none"})
    assert str(window(found, "eoir.appeal.bia").protective_by) == "2026-06-15"


def test_inauguration_day_is_no_safe_date_and_moves_no_last_day() -> None:
    """5 USC 6103(c): a holiday in the District of Columbia area and Falls Church only."""
    found = ask("ij.order", "2016-12-21", "oral", facts={"asylum": "none"})
    assert dates(found, "eoir.appeal.bia")[:2] == ("2017-01-19", "2017-01-20")


@pytest.mark.parametrize(
    ("notice", "more", "rule", "confidence"),
    [
        (("uscis.denial", "2026-11-02", "electronic"), {"form": "I-140"}, "uscis.appeal.aao", "primary"),
        (("uscis.denial", "2021-06-14", "mail"), {"form": "I-140"}, "uscis.appeal.aao", "secondary"),  # COVID notice
        (("uscis.denial", "2026-11-02", "electronic"), {"form": "N-600K"}, "uscis.appeal.aao", "memory"),
        (("ij.order", "2012-06-04", "oral"), {}, "eoir.appeal.bia", "secondary"),  # reposted notice of grace
        (("bia.decision", "2005-10-26"), {"facts": {"circuit": "9"}}, "court.petition-for-review", "secondary"),
    ],
)
def test_a_window_is_no_surer_than_the_weakest_source_of_its_last_day(
    notice: tuple[Any, ...], more: dict[str, Any], rule: str, confidence: str
) -> None:
    assert window(ask(*notice, **more), rule).confidence == confidence


def test_a_closure_by_order_moves_the_safe_date_and_the_argument_but_not_the_last_day() -> None:
    """Tue 2024-12-24 was closed by Executive order: 5 USC 6103(b) sets such days apart."""
    result = ask("uscis.denial", "2024-11-24", "electronic", form="I-140")
    assert dates(result, "uscis.appeal.aao") == ("2024-12-23", "2024-12-24", "2024-12-26")


def test_certified_mail_and_unknown_service_give_the_early_date_and_the_late_argument() -> None:
    certified = ask("uscis.denial", "2026-11-02", "certified-mail", form="I-140")
    unknown = ask("uscis.denial", "2026-11-02", form="I-140")
    assert dates(certified, "uscis.appeal.aao") == ("2026-12-02", "2026-12-02", "2026-12-07")
    assert dates(unknown, "uscis.appeal.aao") == ("2026-12-02", "2026-12-02", "2026-12-07")
    assert "service.method" in {a.fact for a in unknown.asks}
    assert "service.method" not in {a.fact for a in certified.asks}


def test_a_later_mailing_moves_the_last_day_and_never_the_safe_date() -> None:
    result = ask("uscis.denial", "2026-10-23", "mail", form="I-140", service_on="2026-10-28")
    assert dates(result, "uscis.appeal.aao") == ("2026-11-20", "2026-11-30", "2026-11-30")


def test_an_oral_decision_counts_from_the_statement_not_from_the_later_paper() -> None:
    result = ask("ij.order", "2026-10-27", "oral", service_on="2026-11-05")
    assert dates(result, "eoir.appeal.bia")[1] == "2026-11-27"


def test_the_2013_lapse_extends_filings_due_at_the_board() -> None:
    """EOIR notice of 2013-10-25: filings due in October 2013 timely if received by 2013-11-01."""
    assert dates(ask("ij.order", "2013-09-09", "oral"), "eoir.appeal.bia")[:2] == ("2013-10-09", "2013-11-01")


def test_no_limit_and_pending_appeal() -> None:
    found = window(ask("ij.in-absentia", "2026-07-06"), "eoir.motion.rescind-in-absentia.no-notice")
    assert (found.state, found.last_day) == ("no-limit", None)
    pending = ask("ij.order", "2026-05-04", "oral", facts={"appeal": "filed"})
    assert window(pending, "eoir.motion.reopen").state == "not-available"


def test_asylum_only_proceedings_have_ninety_days() -> None:
    """8 CFR 1208.2(c)(3)(ii)."""
    result = ask("ij.in-absentia", "2026-07-06", facts={"proceeding": "asylum-only"})
    assert dates(result, "eoir.motion.rescind-in-absentia")[1] == "2026-10-05"


def test_the_day_after_thanksgiving_in_the_ninth_circuit() -> None:
    """Yepremyan v. Holder, 614 F.3d 1042 (9th Cir. 2010): order of 2005-10-26, petition of 2005-11-28 in time."""
    result = ask("bia.decision", "2005-10-26", facts={"circuit": "9"}, filed_on="2005-11-28")
    found = window(result, "court.petition-for-review")
    assert (str(found.safe_by), str(found.last_day), found.timeliness) == (
        "2005-11-25",
        "2005-11-28",
        "timely",
    )


def test_the_ninth_circuit_counted_the_day_of_mourning_of_2018_as_a_holiday() -> None:
    """Notice of the Ninth Circuit for 2018-12-05, FRAP 26(a)(6)(B); no such notice is known elsewhere."""
    ninth = ask("bia.decision", "2018-11-05", facts={"circuit": "9"})
    fourth = ask("bia.decision", "2018-11-05", facts={"circuit": "4"})
    assert dates(ninth, "court.petition-for-review") == ("2018-12-04", "2018-12-06", "2018-12-06")
    assert dates(fourth, "court.petition-for-review") == ("2018-12-04", "2018-12-05", "2018-12-06")


def test_notices_of_grace_of_2010_and_2012() -> None:
    """BIA notices: due 5 to 18 February 2010 until 19 February; due in the week of 2 July 2012 until 11 July."""
    assert dates(ask("ij.order", "2010-01-11", "oral"), "eoir.appeal.bia")[:2] == ("2010-02-10", "2010-02-19")
    assert dates(ask("ij.order", "2012-06-04", "oral"), "eoir.appeal.bia")[:2] == ("2012-07-03", "2012-07-11")


def test_a_denied_motion_keeps_the_fifteen_days_of_a_revocation_until_it_is_known() -> None:
    """8 CFR 103.5(a)(6), 205.2(d): thirty days; where the motion was about a revocation the safe view is fifteen."""
    unknown = ask("uscis.motion.denial", "2026-10-23", "mail", form="I-140")
    revoked = ask("uscis.motion.denial", "2026-10-23", "mail", form="I-140", facts={"original": "revocation"})
    denied = ask("uscis.motion.denial", "2026-10-23", "mail", form="I-140", facts={"original": "denial"})
    assert dates(unknown, "uscis.appeal.aao")[:2] == ("2026-11-06", "2026-11-25")
    assert dates(revoked, "uscis.appeal.aao")[:2] == ("2026-11-06", "2026-11-25")
    assert window(revoked, "uscis.appeal.aao").contested
    assert dates(denied, "uscis.appeal.aao")[:2] == ("2026-11-20", "2026-11-25")
    assert "original" in {a.fact for a in unknown.asks}


@pytest.mark.parametrize("form", ["I-821D", "I-941", "I-687"])
def test_abandonment_opens_no_motion_where_the_form_has_none(form: str) -> None:
    """8 CFR 236.23(c), 212.19(d)(4), 103.5(b)."""
    result = ask("uscis.denial.abandonment", "2026-10-23", "mail", form=form)
    assert window(result, "uscis.motion.reopen").state == "not-available"


def test_an_abandoned_naturalization_case_still_has_its_hearing() -> None:
    result = ask("uscis.denial.abandonment", "2026-10-23", "mail", form="N-400")
    assert window(result, "uscis.hearing.n336").state == "due"


def test_a_printed_deadline_beyond_the_maximum_is_warned_of() -> None:
    """8 CFR 103.2(b)(8)(iv): in no case more than twelve weeks."""
    result = ask("uscis.rfe", "2026-10-23", "mail", printed_deadline="2027-03-19")
    assert dates(result, "uscis.response.rfe")[:2] == ("2027-01-15", "2027-03-19")
    assert any("later than the law's maximum" in warning for warning in result.warnings)


def test_a_filing_after_the_printed_date_is_contested() -> None:
    result = ask(
        "uscis.denial", "2026-10-23", "mail", form="I-140", printed_deadline="2026-11-10", filed_on="2026-11-24"
    )
    assert {w.timeliness for w in result.windows if w.state == "due"} == {"contested"}
    assert dates(result, "uscis.appeal.aao")[0] == "2026-11-10"


def test_a_petition_in_withholding_only_proceedings_is_in_doubt() -> None:
    """Riley v. Bondi: the thirty days ran from the order of the Department."""
    result = ask("bia.decision", "2026-05-04", facts={"proceeding": "withholding-only"}, filed_on="2026-06-03")
    found = window(result, "court.petition-for-review")
    assert (found.contested, found.timeliness) == (True, "contested")
    assert any("order of the Department" in warning for warning in result.warnings)


def test_detention_is_asked_for_where_a_notice_of_grace_depends_on_it() -> None:
    result = ask("ij.order", "2013-09-05", "oral", facts={"appeal": "waived"})
    assert "detained" in {a.fact for a in result.asks}
    told = ask("ij.order", "2013-09-05", "oral", facts={"appeal": "waived", "detained": "no"})
    assert dates(told, "eoir.motion.reconsider")[1] == "2013-11-08"


def test_an_earlier_closure_by_order_is_known() -> None:
    """Fri 2003-12-26 was closed by E.O. 13320."""
    result = ask("uscis.denial", "2003-11-26", "in-person", form="I-140")
    assert dates(result, "uscis.appeal.aao") == ("2003-12-24", "2003-12-26", "2003-12-29")


def test_every_step_and_every_date_of_a_window_is_explained_and_cited() -> None:
    result = ask("uscis.denial", "2026-11-04", "mail", form="I-130")
    for found in result.windows:
        assert all(step.cite for step in found.working)
        assert {found.safe_by, found.last_day, found.latest} <= {step.date for step in found.working}


@pytest.mark.parametrize("form", ["I-130", "I-192", "I-360"])
def test_after_form_eoir_29_nothing_of_a_removal_order_is_calendared(form: str) -> None:
    """8 CFR 1003.1(b)(5), (6), 1003.2(g)(2)(ii): no order of removal, and a motion is filed with the DHS office."""
    found = ask("bia.decision", "2026-10-28", "mail", form=form)
    states = {one.rule: one.state for one in found.windows}
    assert states.pop("court.petition-for-review.no-order") == "not-available"
    assert not [
        name for name in states if "petition" in name or "stay" in name or "vawa" in name or "departure" in name
    ]
    for rule in ("bia.motion.reopen", "bia.motion.reconsider"):
        motion = window(found, rule)
        assert motion.file_with == "the DHS office with the record, not the Board"
        assert "8 CFR 1003.2(g)(2)(ii)" in motion.cite
        assert not [one for one in motion.relations if one.rule == "court.petition-for-review"]
    assert dates(found, "court.apa") == ("2032-10-27", "2032-10-28", "2032-10-28")
    assert not {ask.fact for ask in found.asks} & {"circuit", "proceeding", "voluntary_departure"}


@pytest.mark.parametrize("kind", ["uscis.fear.credible", "uscis.fear.reasonable"])
@pytest.mark.parametrize("on", ["2026-10-12", "2026-10-11", "2026-12-24"])
def test_what_is_asked_for_at_service_is_never_due_before_it(kind: str, on: str) -> None:
    """8 CFR 208.30(g)(1), 208.31(f): a holiday, a Sunday and a day closed by order are days of service as any other."""
    assert dates(ask(kind, on, "in-person"), "eoir.review.fear") == (on, on, on)


@pytest.mark.parametrize(
    ("kind", "fact", "day", "wrong"),
    [
        ("ij.order", "departure_until", "2026-10-25", "before"),
        ("consular.termination.203g", "refused_on", "2026-12-01", "after"),
        ("consular.termination.203g", "notified_on", "2026-12-01", "after"),
    ],
)
def test_a_day_on_the_wrong_side_of_the_notice_is_warned_of(kind: str, fact: str, day: str, wrong: str) -> None:
    facts = {fact: day} | ({"voluntary_departure": "post-conclusion"} if kind == "ij.order" else {})
    warned = [text for text in ask(kind, "2026-11-20", facts=facts).warnings if text.startswith(fact)]
    assert len(warned) == 1
    assert f"lies {wrong} the date of the notice" in warned[0]
