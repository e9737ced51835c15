"""What holds between law files: citations, references, order of dates. The first fault stops the load."""

import re
from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

from deadlines.law import faults
from deadlines.law.advice import Ambiguity, Fee, Rescue
from deadlines.law.base import When
from deadlines.law.check_rules import check_rule
from deadlines.law.counting import Computation, Method
from deadlines.law.days_off import Extension, HolidayCalendar
from deadlines.law.faults import CHOICES, cited, fail, need, need_all
from deadlines.law.holidays import SATURDAY, Holidays
from deadlines.law.matrix import Decision, Fact

if TYPE_CHECKING:
    from deadlines.law.load import Law

RANGE = re.compile(r"\d+(-\d*)?")
AMOUNT = re.compile(r"\d{1,5}(\.\d\d)?|none|unknown")


def check(law: "Law") -> None:
    """Hold the files of one edition against each other. Raises LawDataError with id and key."""
    for rule in law.rules.values():
        check_rule(law, rule)
        for key, when in faults.whens(rule):
            check_when(law, f"rule {rule.id}", when, key)
    for computation in law.computations.values():
        _computation(law, computation)
    for calendar in law.calendars.values():
        _calendar(calendar)
    for decision in law.decisions:
        _decision(law, decision)
    for fact in law.facts.values():
        _fact(law, fact)
    for clerk in law.clerks.values():
        need(clerk.calendar, law.calendars, f"clerk {clerk.circuit}", "calendar")
    _closures(law)
    for fee in law.fees:
        _fee(law, fee)
    _overlapping_fees(law)
    for ambiguity in law.ambiguities.values():
        _ambiguity(ambiguity)
    _reasons(law)
    for rescue in law.rescues.values():
        _rescue(law, rescue)
    for row in law.rows:
        if bool(row.where) == bool(row.out):
            fail(f"row {row.id}", "where", "a row says where it went, or why it is left out")


def check_when(law: "Law", where: str, when: When, key: str = "when") -> None:
    """Conditions name known facts and values, and are never empty."""
    special: dict[str, Collection[str]] = {"kind": law.kinds, "form": law.forms, "method": get_args(Method)}
    for fact, values in when.items():
        if not values:
            fail(where, f"{key}.{fact}", "an empty list can never match")
        if fact in special:
            need_all(values, special[fact], where, f"{key}.{fact}")
        elif fact != "basis":
            need(fact, [*special, "basis", *law.facts], where, key)
            for value in values:
                _value(law.facts[fact], where, f"{key}.{fact}", value)


def _value(fact: Fact, where: str, key: str, value: str) -> None:
    if fact.type == "date":
        fail(where, key, "a date is no condition")
    if fact.type != "number":
        need(value, fact.choices or [value], where, key, CHOICES)
    elif RANGE.fullmatch(value) is None:
        fail(where, key, f"{value!r} is no whole number and no range such as 181-364 or 365-")


def _fact(law: "Law", fact: Fact) -> None:
    where = f"fact {fact.name}"
    need(fact.usual, [*fact.choices, None], where, "usual", CHOICES)
    if fact.type in ("date", "number") and fact.choices:
        fail(where, "choices", f"a {fact.type} has no choices")
    if fact.type == "words" and not fact.choices:
        fail(where, "choices", "several words need the list they come from")
    need_all(fact.forms, law.forms, where, "forms")


def _computation(law: "Law", computation: Computation) -> None:
    where = f"computation {computation.id}"
    cited(where, computation)
    need(computation.holidays, law.calendars, where, "holidays")
    if computation.order != ["period", "service", "roll"]:
        fail(where, "order", "only period, service, roll is a known order")
    if not computation.online_roll and not (computation.online_why and computation.online_cite):
        fail(where, "online_cite", "a roll denied to online filings needs its reason and citation")
    methods = [method for line in computation.service for method in line.methods]
    if sorted(methods) != sorted(get_args(Method)):
        fail(where, "service", f"each method stands in exactly one line; found {', '.join(methods)}")
    for line in computation.service:
        if line.argue is not None and line.argue.days < line.add.days:
            fail(where, f"service.{line.methods[0]}", "the arguable days are fewer than the added ones")
        if line.doubt is not None:
            need(line.doubt, law.ambiguities, where, "service.doubt")
        if line.add.days < 0 or line.add.days > 10:
            fail(where, f"service.{line.methods[0]}", "no service adds so many days")


def _calendar(calendar: HolidayCalendar) -> None:
    where = f"holidays {calendar.id}"
    cited(where, calendar)
    ids: set[str] = set()
    for day in calendar.holiday:
        if day.id in ids:
            fail(where, day.id, "the id stands twice")
        ids.add(day.id)
        shapes = (
            day.month is not None and day.day is not None,
            day.month is not None and day.weekday is not None and day.nth is not None,
            day.easter is not None,
            bool(day.dates),
        )
        if sum(shapes) != 1:
            fail(where, day.id, "a holiday has one definition: a day, an nth weekday, Easter, or dates")
        if not _in_calendar(day.month, day.day, day.nth) or day.year_cycle < 1:
            fail(where, day.id, "there is no such day in any year")
        faults.span(where, day.id, day.from_, day.until)
        faults.dates(where, day.id, *day.dates)


def _in_calendar(month: int | None, day: int | None, nth: int | None) -> bool:
    return (
        (month is None or 1 <= month <= 12)
        and (day is None or 1 <= day <= 31)
        and (nth is None or nth in (-1, 1, 2, 3, 4, 5))
    )


def _decision(law: "Law", row: Decision) -> None:
    where = f"decision {row.row} ({', '.join(row.forms)})"
    for key, names in (("forms", row.forms), ("kinds", row.kinds)):
        if not names:
            fail(where, key, "the list is empty, so the row is never used: name them, or take the row out")
    need_all((form for form in row.forms if form != "*"), law.forms, where, "forms")
    need_all(row.kinds, law.kinds, where, "kinds")
    check_when(law, where, row.appeal_unless, "appeal_unless")
    faults.span(where, "", row.from_, row.until)
    if not row.appeal_cite or not row.appeal_why.strip():
        fail(where, "appeal_cite", "a citation and a reason are needed")
    if row.motion in ("none", "reopen-only") and not (row.motion_why and row.motion_cite):
        fail(where, "motion_cite", "a limit on motions needs its reason and citation")


def _closures(law: "Law") -> None:
    for before, closure in pairwise(law.closures.closure):
        if closure.on <= before.on:
            fail(f"closure {closure.on}", "on", f"it follows {before.on}; each day is listed once, in their order")
    cited("closures", law.closures)
    for closure in law.closures.closure:
        faults.dates(f"closure {closure.on}", "on", closure.on)
    _extensions(law)


def _extensions(law: "Law") -> None:
    before: list[Extension] = []
    for extension in law.closures.extension:
        where = f"extension {extension.id}"
        if extension.id in [other.id for other in before]:
            fail(where, "id", "the id stands twice")
        check_when(law, where, extension.when)
        need(extension.forum, {c.forum for c in law.computations.values()}, where, "forum")
        calendars = {c.holidays for c in law.computations.values() if c.forum == extension.forum}
        faults.dates(where, "due_from", extension.due_from)
        faults.dates(where, "accepted_to", extension.accepted_to)
        if not extension.due_from <= extension.due_to < extension.accepted_to:
            fail(where, "accepted_to", "it must lie after the span it extends")
        if extension.accepted_to.weekday() >= SATURDAY or any(
            Holidays(law.calendars[name]).get(extension.accepted_to) for name in calendars
        ):
            fail(where, "accepted_to", f"{extension.accepted_to:%A %Y-%m-%d} is no open day of the forum")
        for other in before:
            if _both_extend(extension, other):
                fail(where, "due_from", f"extension {other.id} holds for some of the same days in the same forum")
        before.append(extension)


def _both_extend(one: Extension, other: Extension) -> bool:
    """Whether a filing could fall under both: forum and days meet, and no fact keeps them apart."""
    days = one.due_from <= other.due_to and other.due_from <= one.due_to
    apart = any(not set(one.when[fact]) & set(other.when[fact]) for fact in one.when.keys() & other.when.keys())
    return one.forum == other.forum and days and not apart


def _fee(law: "Law", fee: Fee) -> None:
    where = f"fee {fee.filing} from {fee.from_}"
    cited(where, fee)
    need_all(fee.rules, law.rules, where, "rules")
    faults.span(where, "", fee.from_, fee.until)
    check_when(law, where, fee.when)
    if AMOUNT.fullmatch(fee.amount) is None:
        fail(where, "amount", f"{fee.amount!r} is no amount in dollars, and not 'none' or 'unknown'")


def _overlapping_fees(law: "Law") -> None:
    seen: dict[str, Fee] = {}
    for fee in sorted(law.fees, key=lambda fee: fee.from_):
        key = f"{fee.filing} {sorted(fee.when.items())}"
        before = seen.get(key)
        if before is not None and (before.from_ == fee.from_ or (before.until is None or before.until > fee.from_)):
            what = f"the fee from {before.from_} for the same filing still holds then"
            fail(f"fee {fee.filing} from {fee.from_}", "from", what)
        seen[key] = fee


def _ambiguity(ambiguity: Ambiguity) -> None:
    where = f"ambiguity {ambiguity.id}"
    cited(where, ambiguity)
    ids = [choice.id for choice in ambiguity.choices]
    if len(ids) < 2 or len(set(ids)) != len(ids):
        fail(where, "choices", "an ambiguity has two choices or more, each with its own id")
    if ambiguity.firm and len(ids) != 2:
        fail(where, "choices", "where a firm may decide there are two choices: the careful one first")


def _rescue(law: "Law", rescue: Rescue) -> None:
    where = f"rescue {rescue.id}"
    cited(where, rescue)
    if not rescue.rules:
        fail(where, "rules", "the list is empty, so it is never shown: name the rules whose last day was missed")
    need_all(rescue.rules, law.rules, where, "rules")
    if rescue.leads_to is not None:
        need(rescue.leads_to, law.rules, where, "leads_to")
    if rescue.notice is not None:
        need(rescue.notice, law.kinds, where, "notice")
    for key in ("title", "text"):
        if not getattr(rescue, key).strip():
            fail(where, key, "it is empty")


def _reasons(law: "Law") -> None:
    choices = law.facts["reason"].choices if "reason" in law.facts else []
    for reason in law.reasons.values():
        where = f"reason {reason.id}"
        cited(where, reason)
        need(reason.id, choices, where, "id", "among the choices of the fact reason")
        for fit in reason.fit:
            need_all(fit.rules, law.rules, where, "fit.rules")
