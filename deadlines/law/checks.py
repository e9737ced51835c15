"""What holds between law files: citations, references, order of dates. The first fault stops the load."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct, structs

from deadlines.errors import LawDataError
from deadlines.law.model import (
    Circuits,
    Computation,
    CourtAction,
    Decision,
    HolidayCalendar,
    Method,
    Period,
    Rule,
    When,
)

if TYPE_CHECKING:
    from deadlines.law.load import Law

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)
SPECIAL = ("kind", "form", "method")
ROUTES = ("aao", "aao-revocation", "bia", "bia-revocation", "bia-waiver", "n336", "legalization")
MOTIONS = ("motion-reopen", "motion-reconsider")


def check(law: "Law") -> None:
    """Hold the files of one edition against each other. Raises LawDataError with id and key."""
    for rule in law.rules.values():
        _rule(law, rule)
    for computation in law.computations.values():
        _computation(law, computation)
    for calendar in law.calendars.values():
        _calendar(calendar)
    for decision in law.decisions:
        _decision(law, decision)
    for fact in law.facts.values():
        _need(fact.usual is None or fact.usual in fact.choices, f"fact {fact.name}", "usual", fact.usual)
    for clerk in law.clerks.values():
        _need(clerk.calendar in law.calendars, f"clerk {clerk.circuit}", "calendar", clerk.calendar)
    _closures(law)


def _fail(where: str, key: str, what: str) -> None:
    raise LawDataError(f"{where}: key '{key}': {what}. Correct the law file.")


def _need(holds: bool, where: str, key: str, value: object) -> None:
    if not holds:
        _fail(where, key, f"{value!r} is not known in this edition")


def _rule(law: "Law", rule: Rule) -> None:
    where = f"rule {rule.id}"
    _cited(where, rule)
    _need(rule.computation in law.computations, where, "computation", rule.computation)
    for recount in rule.recount:
        _need(recount.computation in law.computations, where, "recount.computation", recount.computation)
    for kind in rule.kinds:
        _need(kind in law.kinds, where, "kinds", kind)
    if rule.form is not None:
        _need(rule.form in law.forms, where, "form", rule.form)
    if rule.finality is not None:
        _need(rule.finality in law.rules, where, "finality", rule.finality)
    if (rule.trigger == "final-order") != (rule.finality is not None):
        _fail(where, "finality", "a final-order trigger and a finality rule belong together")
    if rule.route is not None:
        _need(rule.route in ROUTES + MOTIONS, where, "route", rule.route)
    for when in _whens(rule):
        _when(law, where, when)
    _periods(where, rule)
    for action in rule.court_action:
        _action(law, where, rule, action)


def _whens(item: object) -> Iterator[When]:
    """Every condition anywhere inside a table."""
    if isinstance(item, Struct):
        for name in item.__struct_fields__:
            value = getattr(item, name)
            if name in ("when", "appeal_unless"):
                yield value
            else:
                yield from _whens(value)
    elif isinstance(item, list):
        for part in item:
            yield from _whens(part)


def _when(law: "Law", where: str, when: When) -> None:
    for fact, values in when.items():
        if not values:
            _fail(where, f"when.{fact}", "an empty list can never match")
        if fact == "basis":
            continue
        known: Iterable[str]
        if fact == "kind":
            known = law.kinds
        elif fact == "form":
            known = law.forms
        elif fact == "method":
            known = get_args(Method)
        else:
            _need(fact in law.facts, where, "when", fact)
            known = law.facts[fact].choices or values
        for value in values:
            _need(value in known, where, f"when.{fact}", value)


def _cited(where: str, item: object, key: str = "") -> None:
    """No empty citation anywhere: a value without its source is not law data."""
    if isinstance(item, list):
        for part in item:
            _cited(where, part, key)
    if not isinstance(item, Struct):
        return
    for name, value in structs.asdict(item).items():
        if name.endswith("cite") and name == "cite":
            _sources(where, f"{key}{name}", value)
        elif isinstance(value, list | Struct):
            _cited(where, value, f"{key}{name}.")


def _sources(where: str, key: str, value: list[str]) -> None:
    if key.startswith("note."):
        return
    if not value or any(not text.strip() for text in value):
        _fail(where, key, "a citation is missing")


def _dates(where: str, key: str, *days: date | None) -> None:
    for day in days:
        if day is not None and not EARLIEST <= day <= LATEST:
            _fail(where, key, f"{day} lies outside {EARLIEST:%Y} to {LATEST:%Y}")


def _positive(where: str, key: str, length: Any) -> None:
    if length.years * 365 + length.months * 28 + length.days <= 0:
        _fail(where, key, "a period must be longer than nothing")


def _periods(where: str, rule: Rule) -> None:
    if (rule.state == "no-limit") != (not rule.period):
        _fail(where, "period", "a rule has periods, or state = 'no-limit', and never both")
    seen: dict[str, Period] = {}
    last: Period | None = None
    for period in rule.period:
        key = f"period.{period.id}"
        if period.id in seen:
            _fail(where, key, "the id stands twice")
        seen[period.id] = period
        _dates(where, key, period.from_, period.until, period.published)
        _positive(where, f"{key}.length", period.length)
        if period.until is not None and period.until <= period.from_:
            _fail(where, f"{key}.until", "it ends before it begins")
        if last is not None and (period.from_ <= last.from_ or (last.until is not None and period.from_ < last.until)):
            _fail(where, f"{key}.from", f"it overlaps or precedes {last.id}; list periods by their start")
        last = period


def _action(law: "Law", where: str, rule: Rule, action: CourtAction) -> None:
    key = f"court_action.{action.of}"
    _need(any(p.id == action.of for p in rule.period), where, "court_action.of", action.of)
    _dates(where, key, action.from_, action.until)
    if action.until is not None and action.until <= action.from_:
        _fail(where, f"{key}.until", "it ends before it begins")
    if action.of == rule.period[0].id:
        _fail(where, key, "no earlier text would be left; add the text that revives")
    if isinstance(action.reaches, Circuits):
        for circuit in action.reaches.circuits:
            _need(circuit in law.clerks, where, f"{key}.reaches", circuit)


def _computation(law: "Law", computation: Computation) -> None:
    where = f"computation {computation.id}"
    _cited(where, computation)
    _need(computation.holidays in law.calendars, where, "holidays", computation.holidays)
    if computation.order != ["period", "service", "roll"]:
        _fail(where, "order", "only period, service, roll is a known order")
    methods = [line.method for line in computation.service]
    if sorted(methods) != sorted(get_args(Method)):
        _fail(where, "service", f"each method has exactly one line; found {', '.join(methods)}")
    for line in computation.service:
        if line.argue is not None and line.argue.days < line.add.days:
            _fail(where, f"service.{line.method}", "the arguable days are fewer than the added ones")


def _calendar(calendar: HolidayCalendar) -> None:
    where = f"holidays {calendar.id}"
    _cited(where, calendar)
    ids: set[str] = set()
    for day in calendar.holiday:
        if day.id in ids:
            _fail(where, day.id, "the id stands twice")
        ids.add(day.id)
        shapes = (
            day.month is not None and day.day is not None,
            day.month is not None and day.weekday is not None and day.nth is not None,
            day.easter is not None,
            bool(day.dates),
        )
        if sum(shapes) != 1:
            _fail(where, day.id, "a holiday has one definition: a day, an nth weekday, Easter, or dates")
        _dates(where, day.id, day.from_, day.until, *day.dates)


def _decision(law: "Law", row: Decision) -> None:
    where = f"decision {row.row} ({', '.join(row.forms)})"
    for form in row.forms:
        _need(form == "*" or form in law.forms, where, "forms", form)
    for kind in row.kinds:
        _need(kind in law.kinds, where, "kinds", kind)
    _when(law, where, row.appeal_unless)
    if not row.appeal_cite or not row.appeal_why.strip():
        _fail(where, "appeal_cite", "a citation and a reason are needed")
    if row.motion in ("none", "reopen-only") and not (row.motion_why and row.motion_cite):
        _fail(where, "motion_cite", "a limit on motions needs its reason and citation")


def _closures(law: "Law") -> None:
    days = [closure.on for closure in law.closures.closure]
    if days != sorted(set(days)):
        _fail("closures", "on", "days are listed once and in order")
    _cited("closures", law.closures)
    for extension in law.closures.extension:
        _when(law, f"extension {extension.id}", extension.when)
        if not extension.due_from <= extension.due_to < extension.accepted_to:
            _fail(f"extension {extension.id}", "accepted_to", "it must lie after the span it extends")
