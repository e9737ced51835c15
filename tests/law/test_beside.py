"""What stands beside the dates: fees by the day of filing, what answers a reason, and a firm's choice on rehearing."""

from datetime import date

import pytest

from deadlines.compute import Notice, Window, compute


def window(rule: str, kind: str, on: str, policy: dict[str, str] | None = None, **facts: str) -> Window:
    notice = Notice(kind=kind, decided_on=date.fromisoformat(on), facts=facts)
    return next(w for w in compute(notice, policy=policy).windows if w.rule == rule)


def amounts(found: Window) -> list[str]:
    return [fee.amount for fee in found.fees]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-05-05", ["110"]),  # thirty days end before the statute of 4 July 2025 (Pub. L. 119-21)
        ("2025-06-20", ["110", "1010"]),  # they end after it: the day of filing decides
        ("2026-03-12", ["1030"]),  # fiscal year 2026
        ("2026-09-15", ["1030", "1060"]),  # 1 October 2026 lies inside (91 FR 54211)
        ("2026-10-27", ["1060"]),
    ],
)
def test_the_fee_of_an_appeal_to_the_board_is_that_of_the_days_on_which_it_may_be_filed(
    on: str, expected: list[str]
) -> None:
    assert amounts(window("eoir.appeal.bia", "ij.order", on, asylum="none", appeal="reserved")) == expected


def test_a_bond_appeal_is_free() -> None:
    """8 USC 1812(d)(3), 8 CFR 1003.8(a)(2)(i)."""
    assert amounts(window("eoir.appeal.bia", "ij.bond", "2026-10-27")) == ["none"]


def test_of_the_motions_against_an_in_absentia_order_only_the_one_for_lack_of_notice_is_free() -> None:
    """8 USC 1812(g)(3)(A)."""
    free = window("eoir.motion.rescind-in-absentia.no-notice", "ij.in-absentia", "2026-10-27")
    owed = window("eoir.motion.rescind-in-absentia", "ij.in-absentia", "2026-10-27")
    assert amounts(free) == ["none"]
    assert "1095" in amounts(owed)


def test_a_motion_before_the_board_names_both_fees_of_fiscal_year_2027() -> None:
    """91 FR 54211: 1,060, or 950 for a motion on relief that has no fee."""
    found = window("bia.motion.reopen", "bia.decision", "2026-10-27", proceeding="removal", circuit="9")
    assert amounts(found) == ["1060", "950"]


def test_after_failure_to_appear_the_motion_to_rescind_answers_the_reason() -> None:
    """8 USC 1229a(b)(5)(C)."""
    found = window("eoir.motion.rescind-in-absentia", "ij.in-absentia", "2026-10-27", reason="abandonment")
    assert len(found.fits) == 1
    assert "180 days" in found.fits[0]


def test_a_firm_that_counts_forty_five_days_for_rehearing_works_to_them_where_the_court_gives_them() -> None:
    """Thursday 27 August 2026 and 45 days: Sunday 11 October, so Friday 9 October; the last day stays 13 October."""
    policy = {"rehearing-days": "forty-five"}
    given = window("court.rehearing", "circuit.judgment", "2026-08-27", policy, rehearing_days="45")
    unknown = window("court.rehearing", "circuit.judgment", "2026-08-27", policy)
    assert (given.safe_by, given.last_day) == (date(2026, 10, 9), date(2026, 10, 13))
    assert (unknown.safe_by, unknown.last_day) == (date(2026, 9, 10), date(2026, 9, 10))


def test_the_working_tells_how_the_open_question_on_rehearing_is_settled() -> None:
    found = window("court.rehearing", "circuit.judgment", "2026-08-27", rehearing_days="45")
    assert any("eoir 14" in step.text and "14 days" in step.text for step in found.working)
