"""Refuse a notice that cannot be computed, and warn of one that looks odd. Nothing is corrected silently."""

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import get_args

from deadlines.compute import routes
from deadlines.compute.notice import Notice
from deadlines.compute.words import listed, long_date
from deadlines.errors import InputError
from deadlines.law import Law
from deadlines.law.counting import Method
from deadlines.law.model import Rule

LAST_YEAR = 2090
LATE_SERVICE_DAYS = 7


def check(law: Law, notice: Notice, covered: Mapping[str, list[Rule]]) -> None:
    """Raise InputError for a word that the law data does not know or dates that contradict each other."""
    _real_dates(notice)
    _kind(law, notice, covered)
    if notice.form is not None and notice.form not in law.forms:
        _unknown("form", notice.form, law.forms, "unknown-form")
    if notice.service.method not in get_args(Method):
        _unknown("service method", notice.service.method, get_args(Method), "unknown-service-method")
    for name, value in notice.facts.items():
        _fact(law, notice, name, value)
    _form_fits(law, notice)
    _dates(notice)


def _real_dates(notice: Notice) -> None:
    """Somebody who writes Python may hand over text for a day."""
    days = (notice.received_on, notice.printed_deadline, notice.as_of, notice.filed_on, notice.service.on)
    for day in (notice.decided_on, *(day for day in days if day is not None)):
        if type(day) is not date:
            raise InputError(f"{day!r} is not a datetime.date; dates of a notice are dates.", code="bad-date")


def _kind(law: Law, notice: Notice, covered: Mapping[str, list[Rule]]) -> None:
    if notice.kind not in law.kinds:
        _unknown("kind", notice.kind, law.kinds, "unknown-kind")
    if notice.kind not in covered:
        raise InputError(
            f"Kind '{notice.kind}' has no rule in edition {law.edition}: no window is computed for it. "
            "Calendar this notice by hand.",
            code="no-rule",
        )


def _unknown(what: str, value: str, known: Iterable[str], code: str) -> None:
    near = get_close_matches(value, list(known), n=3, cutoff=0.5)
    hint = f" Did you mean {listed(near)}?" if near else f" Known: {listed(sorted(known)[:40])}."
    raise InputError(f"Unknown {what} '{value}'.{hint}", code=code)


def _fact(law: Law, notice: Notice, name: str, value: str) -> None:
    if name not in law.facts:
        _unknown("fact", name, law.facts, "unknown-fact")
    choices = law.facts[name].choices or (routes.bases_of(law, notice) if name == "basis" else [])
    if choices and value not in choices:
        raise InputError(
            f"Fact '{name}' cannot be '{value}'; it is one of {listed(choices)}.", code="unknown-fact-value"
        )


def _form_fits(law: Law, notice: Notice) -> None:
    """A form for which the matrix has no row of this kind is unknown law, not an empty list."""
    if notice.kind in law.matrix and notice.form is not None and not routes.rows_for(law, notice)[0]:
        raise InputError(
            f"Edition {law.edition} does not say which remedies a {notice.kind} on Form {notice.form} has. "
            "Check the notice and calendar it by hand.",
            code="no-rule",
        )


def _dates(notice: Notice) -> None:
    served = notice.service.on
    for what, day, earliest, start in (
        ("service date", served, notice.decided_on, "decision date"),
        ("date of receipt", notice.received_on, notice.served_on, "service date"),
        ("printed deadline", notice.printed_deadline, notice.decided_on, "decision date"),
        ("filing date", notice.filed_on, notice.decided_on, "decision date"),
    ):
        if day is not None and day < earliest:
            raise InputError(
                f"The {what} {day} lies before the {start} {earliest}. Check both dates on the notice.",
                code="contradictory-dates",
            )
    for day in (notice.decided_on, served, notice.received_on, notice.printed_deadline, notice.filed_on):
        if day is not None and day.year > LAST_YEAR:
            raise InputError(f"{day} is too far ahead to be real. Check the year.", code="bad-date")


def warnings(notice: Notice) -> list[str]:
    """What a careful colleague would say of the notice itself."""
    if (notice.served_on - notice.decided_on).days <= LATE_SERVICE_DAYS:
        return []
    sentence = (
        f"Service on {long_date(notice.served_on)} is more than {LATE_SERVICE_DAYS} days after the date of the "
        "decision: keep the envelope or posting record as proof. The safe dates count from the decision."
    )
    return [sentence]
