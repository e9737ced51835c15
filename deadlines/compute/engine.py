"""The computation: every window that one notice opens, each with its dates, readings and working.

`compute` is a pure function of the notice, the law data and the firm's policy. It asks for missing facts,
refuses doubtful ones, and shows the earliest answer meanwhile.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import structs

from deadlines.compute import asking, checking, undated
from deadlines.compute.case import Case, Policy
from deadlines.compute.days import ForumDays
from deadlines.compute.dues import due_window, opening_window
from deadlines.compute.notice import Notice
from deadlines.compute.plan import Plan, Planner
from deadlines.compute.result import Result, Window
from deadlines.compute.usage import foreign_facts, used_facts, without
from deadlines.compute.words import long_date
from deadlines.errors import BeforeKnownLaw, InputError
from deadlines.law import Law, load_law
from deadlines.law.advice import Fee
from deadlines.law.counting import Computation
from deadlines.law.holidays import Holidays
from deadlines.law.model import Rule
from deadlines.law.resolve import first_day

MOST_RESULTS, MOST_SEEN = 4096, 100_000
ORDER = {"due": 0, "no-limit": 1, "closed": 2, "not-available": 3}


def compute(notice: Notice, law: Law | None = None, policy: Mapping[str, str] | None = None) -> Result:
    """Every window the notice opens, with questions and warnings.

    Args:
        notice: what the paper says; only `kind` and `decided_on` are needed.
        law: the law data, by default the packaged edition.
        policy: the firm's choices where the law leaves a question open, by ambiguity; by default the careful ones.

    Raises:
        InputError: an unknown word, or dates that contradict each other.
        BeforeKnownLaw: the date lies before the law data begins for this kind.
    """
    return engine_for(load_law() if law is None else law).compute(notice, policy)


class Engine:
    """One edition of the law, with its calendars and the plans of each shape of notice at hand."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._days: dict[tuple[str, str | None], ForumDays] = {}
        self._forums: dict[tuple[str | None, ...], ForumDays] = {}
        self._calendars: dict[str, Holidays] = {}
        self._results: dict[object, Result] = {}
        self._seen: set[int] = set()
        self._used: dict[str, frozenset[str]] = {}
        self._asked: tuple[Notice, dict[str, Window | None]] | None = None
        self._covered = {kind for rule in law.rules.values() for kind in rule.kinds}
        self._fees: dict[str, list[Fee]] = {}
        for fee in law.fees:
            for name in fee.rules:
                self._fees.setdefault(name, []).append(fee)
        self._planner = Planner(self)

    def days(self, computation: str, circuit: str | None = None) -> ForumDays:
        """The days off of a computation, for the circuit whose clerk's state counts."""
        key = (computation, circuit)
        found = self._days.get(key)
        if found is None:
            self._days[key] = found = self._shared(self.law.computations[computation], circuit)
        return found

    def _shared(self, computation: Computation, circuit: str | None) -> ForumDays:
        """Computations with the same days off share what was worked out."""
        state = circuit if computation.state_holidays else None
        key = (computation.count, *computation.roll.off, computation.holidays, computation.forum, state)
        if key not in self._forums:
            self._forums[key] = ForumDays(self.law, computation, state, self._calendar)
        return self._forums[key]

    def _calendar(self, name: str) -> Holidays:
        if name not in self._calendars:
            self._calendars[name] = Holidays(self.law.calendars[name])
        return self._calendars[name]

    def fees_of(self, rule_id: str) -> list[Fee]:
        """What the remedy of that rule costs, by date."""
        return self._fees.get(rule_id, [])

    def compute(self, notice: Notice, policy: Mapping[str, str] | None = None) -> Result:
        """See `deadlines.compute.compute`. A notice that comes again is answered from memory."""
        chosen = checking.chosen_otherwise(self.law, policy) if policy else {}
        key = _key(notice, chosen)
        found = self._results.get(key)
        if found is None:
            checking.check(self.law, notice, self._covered)
            found = self._compute(notice, chosen)
            self._remember(key, found)
        return found if found.ref == notice.ref else structs.replace(found, ref=notice.ref)

    def _remember(self, key: object, result: Result) -> None:
        """Keep what was asked for twice: a batch of notices that never come again would only fill the memory."""
        if len(self._seen) >= MOST_SEEN or len(self._results) >= MOST_RESULTS:
            self._seen.clear()
            self._results.clear()
        if hash(key) in self._seen:
            self._results[key] = result
        self._seen.add(hash(key))

    def _compute(self, notice: Notice, chosen: Policy) -> Result:
        foreign = foreign_facts(self.law, notice)
        idle = [*foreign, *self._idle(notice)]
        notice = without(notice, foreign)
        questions = asking.Questions(self.law, notice)
        windows: list[Window] = []
        too_early: list[Rule] = []
        known = self._known(notice)
        for plan in self._planner.plans(notice):
            try:
                known[plan.rule.id] = window = self._window(plan, notice, questions, chosen)
            except BeforeKnownLaw:
                too_early.append(plan.rule)
                continue
            if window is not None:
                windows.append(window)
        warnings = _refuse_or_warn(notice, windows, too_early)
        warnings += [*checking.warnings(self.law, notice, windows), *_unused(notice, idle), *questions.doubts]
        asks = questions.asks()
        if not windows and not asks:
            raise InputError(checking.silent(self.law, notice), code="no-rule")
        windows.sort(key=_order)
        return Result(notice.ref, self.law.edition, windows, asks, list(dict.fromkeys(warnings)))

    def _window(self, plan: Plan, notice: Notice, questions: asking.Questions, policy: Policy) -> Window | None:
        for fact in plan.asks:
            questions.ask(fact, plan.rule)
        if plan.window is None and not plan.route.open:
            return None
        case = Case(self, plan, plan.rule, notice, questions, policy)
        if plan.window is not None:
            window = _ready(plan.window, notice)
            return undated.urgent(case, window) if plan.rule.urgent and window.state == "no-limit" else window
        return due_window(case) if plan.rule.state == "due" else opening_window(case)

    def _idle(self, notice: Notice) -> list[str]:
        """Each fact on which nothing of this kind of notice depends: it may be a slip."""
        if notice.kind not in self._used:
            self._used[notice.kind] = used_facts(self.law, notice.kind)
        return [name for name in notice.facts if name not in self._used[notice.kind]]

    def _known(self, notice: Notice) -> dict[str, Window | None]:
        """The windows of this notice that were worked out already."""
        if self._asked is None or self._asked[0] is not notice:
            self._asked = (notice, {})
        return self._asked[1]

    def window_of(self, rule_id: str, notice: Notice, policy: Policy) -> Window | None:
        """Another rule's window for this notice; None where it has none."""
        known = self._known(notice)
        if rule_id not in known:
            plan = next((plan for plan in self._planner.plans(notice) if plan.rule.id == rule_id), None)
            quiet = asking.Questions(self.law, notice)
            known[rule_id] = self._window(plan, notice, quiet, policy) if plan is not None else None
        return known[rule_id]


def _key(notice: Notice, chosen: Policy) -> object:
    """Everything of a notice that an answer depends on."""
    return (
        notice.kind,
        notice.form,
        notice.decided_on,
        notice.service,
        notice.received_on,
        notice.printed_deadline,
        tuple(notice.facts.items()),
        notice.as_of,
        notice.filed_on,
        tuple(chosen.items()),
    )


def _unused(notice: Notice, idle: list[str]) -> list[str]:
    what = f"{notice.kind} on Form {notice.form}" if notice.form is not None else notice.kind
    return [f"The fact '{name}' changes nothing for a {what}: check that it belongs here." for name in idle]


def _ready(window: Window, notice: Notice) -> Window:
    """A window in which no day is counted; a filing is always in time where there is no limit."""
    if notice.filed_on is None or window.state != "no-limit":
        return window
    return structs.replace(window, timeliness="timely")


def _refuse_or_warn(notice: Notice, windows: list[Window], too_early: list[Rule]) -> list[str]:
    """The date lies before the law data: refused where nothing else has a date, else told."""
    if too_early and not any(w.state == "due" for w in windows):
        if notice.as_of is not None:
            raise BeforeKnownLaw(
                f"On {notice.as_of} (as_of) the law data held no text yet for {notice.kind} of "
                f"{notice.decided_on}. Ask for a later day."
            )
        starts = min(day for rule in too_early if (day := first_day(rule)) is not None)
        raise BeforeKnownLaw(
            f"The law data for {notice.kind} begins on {long_date(starts)}; {notice.decided_on} lies before "
            "it. Compute this date by hand."
        )
    return [
        f"{rule.title}: the law data holds no text for {notice.decided_on}; no date is given." for rule in too_early
    ]


def _order(window: Window) -> tuple[int, bool, date, str]:
    """With dates first; of those, what answers the reason of the decision; then by the safe date."""
    return ORDER[window.state], not window.fits, window.safe_by or window.opens_on or date.max, window.rule


_engines: dict[int, Engine] = {}


def engine_for(law: Law) -> Engine:
    """The engine of an edition, kept: it remembers rolls, which is what makes a batch fast."""
    found = _engines.get(id(law))
    if found is None or found.law is not law:
        found = _engines[id(law)] = Engine(law)
    return found
