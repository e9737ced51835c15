"""What the law gives a notice, before any day is counted: which rules apply, which text, which notes.

All notices of one shape (kind, form, way of service, facts, and the stretch of time between two changes of the
law) share their plans, so that a batch works them out once. Only the dates differ from notice to notice.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from deadlines.compute import routes, undated
from deadlines.compute.conditions import match, recount_of
from deadlines.compute.fees import fees_between, fees_for
from deadlines.compute.frame import missing_for_doubts, notes_of
from deadlines.compute.notice import Notice
from deadlines.compute.result import Relation, Window
from deadlines.compute.routes import Route
from deadlines.compute.texts import Texts, texts_for
from deadlines.law import Law
from deadlines.law.advice import Fee
from deadlines.law.counting import Computation
from deadlines.law.model import Alternative, Note, Recount, Rule

if TYPE_CHECKING:
    from deadlines.compute.engine import Engine

SPECIAL = ("kind", "form", "method")
OPEN, CLOSED = Route(open=True), Route(open=False)
MOST_SHAPES = 20_000


class Plan(Struct, frozen=True, gc=False):
    """One rule for all notices of one shape.

    `window` is ready where no day has to be counted. `texts` is None where the law data holds none for that time.
    """

    rule: Rule
    route: Route
    asks: tuple[str, ...] = ()
    window: Window | None = None
    texts: Texts | None = None
    computation: Computation | None = None
    start: Rule | None = None
    """The rule with the day 0 that these facts give it, where that is not its own."""
    notes: tuple[Note, ...] = ()
    relations: tuple[Relation, ...] = ()
    fits: tuple[str, ...] = ()
    fees: tuple[Fee, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    losses: tuple[str, ...] = ()
    """What filing would destroy in this very case, by its facts: worth a warning before anything is filed."""

    @property
    def doubts(self) -> list[str]:
        """The notes that put the last day itself in doubt."""
        return [note.text for note in self.notes if note.contests]


class Planner:
    """Plans by shape, remembered."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._law = law = engine.law
        self._usual = {fact.name: fact.usual for fact in law.facts.values() if fact.usual is not None}
        self._rules: dict[tuple[str, str | None], list[Rule]] = {}
        self._changes: dict[tuple[str, str | None], list[date]] = {}
        self._known: dict[object, list[Plan]] = {}
        self._fits = _fits(law)

    def plans(self, notice: Notice) -> list[Plan]:
        """The plans of the notice's kind, in the order of the rules."""
        epoch = bisect_right(self._changes_for(notice), notice.decided_on)
        method, facts = notice.service.method, tuple(notice.facts.items())
        key = (notice.kind, notice.form, method, facts, epoch, notice.as_of)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > MOST_SHAPES:
                self._known.clear()
            plans = (self.plan(rule, notice) for rule in self._rules_for(notice))
            # What waits for other windows comes after them.
            found = sorted((plan for plan in plans if plan is not None), key=lambda plan: bool(plan.rule.urgent))
            self._known[key] = found
        return found

    def _changes_for(self, notice: Notice) -> list[date]:
        """The days on which something in the law of a kind and form begins or ends, in their order."""
        key = (notice.kind, notice.form)
        if key not in self._changes:
            rules = self._rules_for(notice)
            days = {day for rule in rules for day in _days(rule)}
            rows = {id(row): row for table in self._law.matrix.get(notice.kind, {}).values() for row in table}
            days |= {day for row in rows.values() for day in _ends(row.from_, row.until)}
            fees = (fee for rule in rules for fee in self._engine.fees_of(rule.id))
            days |= {day for fee in fees for day in _ends(fee.from_, fee.until)}
            self._changes[key] = sorted(days)
        return self._changes[key]

    def _rules_for(self, notice: Notice) -> list[Rule]:
        """The rules of a kind whose conditions do not exclude the form."""
        key = (notice.kind, notice.form)
        if key not in self._rules:
            rules = (rule for rule in self._law.rules.values() if notice.kind in rule.kinds)
            self._rules[key] = [rule for rule in rules if _reaches(rule, notice.kind, notice.form)]
        return self._rules[key]

    def plan(self, rule: Rule, notice: Notice) -> Plan | None:
        """What one rule gives notices of this shape; None where it is not there and nothing is to be asked."""
        there = match(rule.when, notice)
        if there.holds is not True:
            asks = there.missing if there.holds is None and rule.ask else ()
            return Plan(rule, CLOSED, asks) if asks else None
        route = routes.route(self._law, rule.route, notice) if rule.route is not None else OPEN
        asks = route.missing
        if route.denied:
            return Plan(rule, route, asks, undated.denied(rule, route))
        if not route.open:
            return Plan(rule, route, asks) if asks else None
        for answer in rule.answer:
            answered = match(answer.when, notice)
            if answered.holds:
                return Plan(rule, route, asks, undated.answered(rule, answer))
            asks += answered.missing if answered.holds is None else ()
        return self._open(Plan(rule, route, asks), notice)

    def _open(self, plan: Plan, notice: Notice) -> Plan:
        plan = structs.replace(plan, rule=_placed(plan.rule, notice))
        rule = plan.rule
        if not rule.period:
            return self._stated(plan, notice)
        texts = texts_for(rule, notice, self._usual)
        asks = plan.asks + (texts.missing if texts is not None else ())
        recount = recount_of(rule, notice)
        computation = rule.computation if recount is None else recount.computation
        if recount is not None and recount.form is not None:
            rule = structs.replace(rule, form=recount.form)
        return structs.replace(
            plan,
            rule=rule,
            asks=asks + missing_for_doubts(rule, notice),
            texts=texts,
            computation=self._law.computations[computation],
            start=_started(rule, recount),
            notes=tuple(notes_of(rule, notice, texts.out if texts is not None else {})),
            relations=tuple(self._relations(rule, notice)),
            fits=tuple(_fitting(self._fits.get(rule.id, {}), notice)),
            fees=fees_for(self._engine.fees_of(rule.id), notice),
            alternatives=tuple(_alternatives(rule, notice)),
            losses=tuple(_losses(rule, notice)),
        )

    def _stated(self, plan: Plan, notice: Notice) -> Plan:
        """A window without dates is ready at once."""
        rule = plan.rule
        plan = structs.replace(
            plan,
            notes=tuple(notes_of(rule, notice)),
            relations=tuple(self._relations(rule, notice)),
            fits=tuple(_fitting(self._fits.get(rule.id, {}), notice)),
        )
        fees = fees_between(fees_for(self._engine.fees_of(rule.id), notice), notice.decided_on, date.max)
        return structs.replace(plan, window=undated.stated(plan, fees))

    def _relations(self, rule: Rule, notice: Notice) -> Iterator[Relation]:
        """How it stands to others, but for a remedy that the form of this notice does not have."""
        for item in rule.relation:
            other = self._law.rules.get(item.rule) if item.rule is not None else None
            if other is not None and notice.kind in other.kinds and not _reaches(other, notice.kind, notice.form):
                continue
            if match(item.when, notice).holds:
                yield Relation(item.kind, item.on, item.rule, item.notice, item.facts, item.text, item.cite)


def _reaches(rule: Rule, kind: str, form: str | None) -> bool:
    """Whether the rule's conditions leave room for the form."""
    named = form is None or form in rule.when.get("form", [form])
    return named and form in rule.forms.get(kind, [form]) and form not in rule.not_forms.get(kind, ())


def _placed(rule: Rule, notice: Notice) -> Rule:
    place = next((item for item in rule.place if match(item.when, notice).holds), None)
    return rule if place is None else structs.replace(rule, file_with=place.file_with, cite=[*rule.cite, *place.cite])


def _started(rule: Rule, recount: Recount | None) -> Rule | None:
    if recount is None or recount.trigger is None:
        return None
    cite = [*recount.cite, *rule.cite]
    return structs.replace(rule, trigger=recount.trigger, trigger_words=recount.trigger_words, cite=cite)


def _alternatives(rule: Rule, notice: Notice) -> Iterator[Alternative]:
    """Those that reach the notice. A careful one counts also while its condition is not known."""
    on = notice.decided_on
    for item in rule.alternative:
        in_time = (item.from_ is None or on >= item.from_) and (item.until is None or on < item.until)
        fits = match(item.when, notice).holds if in_time else False
        if fits or (fits is None and item.effect == "safe"):
            yield item


def _losses(rule: Rule, notice: Notice) -> Iterator[str]:
    for item in rule.relation:
        of_the_case = any(name not in SPECIAL for name in item.when)
        if item.kind == "ends" and of_the_case and match(item.when, notice).holds:
            yield f"Before anything is filed: {item.text}"


def _fitting(texts: Mapping[str, str], notice: Notice) -> list[str]:
    """Why the remedy answers what the authority said, for each reason that the notice gives."""
    given = notice.facts.get("reason")
    return [] if given is None else [texts[reason] for reason in given.split(",") if reason in texts]


def _fits(law: Law) -> dict[str, dict[str, str]]:
    """Why a rule's remedy fits, by rule and reason."""
    found: dict[str, dict[str, str]] = {}
    for reason in law.reasons.values():
        for fit in reason.fit:
            for name in fit.rules:
                text = f"Fits the reason of the decision ({reason.title}): {fit.text}"
                found.setdefault(name, {})[reason.id] = text
    return found


def _days(rule: Rule) -> Iterator[date]:
    """Every day on which something in a rule begins or ends for decisions from that day."""
    yield from _ends(rule.not_before)
    for period in rule.period:
        yield from _ends(period.from_, period.until)
    for action in rule.court_action:
        yield from _ends(action.from_, action.until)
    for alternative in rule.alternative:
        yield from _ends(alternative.from_, alternative.until)
    for note in rule.note:
        yield from _ends(note.from_, note.until)


def _ends(*days: date | None) -> Iterator[date]:
    return (day for day in days if day is not None)
