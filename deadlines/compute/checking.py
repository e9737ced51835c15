"""Refuse a notice that cannot be computed, and warn of one that looks odd. Nothing is corrected silently."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import NoReturn, get_args

from deadlines.compute import routes
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.compute.words import listed, long_date
from deadlines.errors import InputError
from deadlines.law import Law
from deadlines.law.counting import Method

LAST_YEAR = 2090
AHEAD = timedelta(days=366)
LATE_SERVICE_DAYS = 7
FIRST_YEAR = 1900
MOST_DIGITS = 5
MOST_NAMES = 40


def check(law: Law, notice: Notice, covered: Collection[str]) -> None:
    """Raise InputError for a word that the law data does not know or dates that contradict each other."""
    _real_dates(notice)
    _kind(law, notice, covered)
    if notice.form is not None and notice.form not in law.forms:
        refuse_unknown("form", notice.form, law.forms, "unknown-form")
    if notice.service.method not in get_args(Method):
        refuse_unknown("service method", notice.service.method, get_args(Method), "unknown-service-method")
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


def _kind(law: Law, notice: Notice, covered: Collection[str]) -> None:
    if notice.kind not in law.kinds:
        refuse_unknown("kind", notice.kind, law.kinds, "unknown-kind")
    if notice.kind not in covered:
        raise InputError(
            f"Kind '{notice.kind}' has no rule in edition {law.edition}: no window is computed for it. "
            "Calendar this notice by hand.",
            code="no-rule",
        )


def refuse_unknown(what: str, value: str, known: Iterable[str], code: str) -> NoReturn:
    """Raises InputError for a word that is none of those known, with the nearest of them."""
    near = get_close_matches(value, list(known), n=3, cutoff=0.5)
    names = sorted(known)
    more = f", and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    hint = f" Did you mean {listed(near)}?" if near else f" Known: {listed(names[:MOST_NAMES])}{more}."
    raise InputError(f"Unknown {what} '{value}'.{hint}", code=code)


def _fact(law: Law, notice: Notice, name: str, value: str) -> None:
    if name not in law.facts:
        refuse_unknown("fact", name, law.facts, "unknown-fact")
    fact = law.facts[name]
    if fact.type == "date":
        _date_fact(name, value)
    elif fact.type == "number" and not (value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS):
        raise InputError(f"Fact '{name}' is a whole number, not '{value}'.", code="unknown-fact-value")
    choices = fact.choices or (routes.bases_of(law, notice) if name == "basis" else [])
    words = value.split(",") if fact.type == "words" else [value]
    if choices and any(word not in choices for word in words):
        raise InputError(
            f"Fact '{name}' cannot be '{value}'; it is one of {listed(choices)}.", code="unknown-fact-value"
        )


def _date_fact(name: str, value: str) -> None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or len(value) != len("2026-01-31") or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(f"Fact '{name}' is a day such as 2026-01-31, not '{value}'.", code="unknown-fact-value")


def chosen_otherwise(law: Law, policy: Mapping[str, str]) -> dict[str, str]:
    """The firm's choices that are not the careful ones. Raises InputError for an unknown question or choice."""
    found = {}
    for name, choice in policy.items():
        ambiguity = law.ambiguities.get(name)
        if ambiguity is None or not ambiguity.firm:
            refuse_unknown("policy", name, [a.id for a in law.ambiguities.values() if a.firm], "unknown-policy")
        choices = [item.id for item in ambiguity.choices]
        if choice not in choices:
            raise InputError(
                f"Policy '{name}' cannot be '{choice}'; it is one of {listed(choices)}.", code="bad-policy"
            )
        if choice != choices[0]:
            found[name] = choice
    return found


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


def silent(law: Law, notice: Notice) -> str:
    """The sentence for a notice that opens nothing and asks nothing: unknown law, never an empty list."""
    rules = (rule for rule in law.rules.values() if notice.kind in rule.kinds)
    forms = sorted({form for rule in rules for form in rule.when.get("form", ())})
    on = f" on Form {notice.form}" if notice.form else ""
    known = f" It knows the forms {listed(forms)}." if forms else ""
    return (
        f"Edition {law.edition} holds no window for a {notice.kind}{on} with these facts.{known} "
        "Check the notice and calendar it by hand."
    )


def warnings(law: Law, notice: Notice, windows: list[Window]) -> list[str]:
    """What a careful colleague would say of the notice itself."""
    found = []
    if (notice.served_on - notice.decided_on).days > LATE_SERVICE_DAYS:
        found.append(
            f"Service on {long_date(notice.served_on)} is more than {LATE_SERVICE_DAYS} days after the date of the "
            "decision: keep the envelope or posting record as proof. The safe dates count from the decision."
        )
    found += [*_beyond(law, notice), *_contradicted(law, notice)]
    rules = [law.rules[window.rule] for window in windows]
    limited = any(rule.printed != "ignored" and rule.printed_fact is None for rule in rules)
    if notice.printed_deadline is not None and not limited:
        found.append(
            f"The notice prints {long_date(notice.printed_deadline)}, and none of its windows is limited by a printed "
            "date. Find out what the date is for."
        )
    found += [
        f"{rule.title}: the firm's own rule stands in place of {rule.replaces}." for rule in rules if rule.replaces
    ]
    return found


def _beyond(law: Law, notice: Notice) -> Iterator[str]:
    """The notice is dated so long after the edition that the year may be a slip, or the law another by then."""
    if notice.decided_on > law.issued + AHEAD:
        yield (
            f"{long_date(notice.decided_on)} lies more than a year after edition {law.edition} of the law was issued, "
            f"{long_date(law.issued)}: check the year, and look for a newer edition."
        )


def _contradicted(law: Law, notice: Notice) -> Iterator[str]:
    """The days among the facts that lie on the wrong side of the notice's own date."""
    for name, value in notice.facts.items():
        side = law.facts[name].falls
        if side is None:
            continue
        day, on = date.fromisoformat(value), notice.decided_on
        if day < on if side == "after" else day > on:
            wrong = "before" if side == "after" else "after"
            yield (
                f"{name}, {long_date(day)}, lies {wrong} the date of the notice, {long_date(on)}: look at both again "
                "before anything is calendared."
            )
