"""The computation: every window that one notice opens, each with its dates, readings and working.

`compute` is a pure function of the notice, the law data and the firm's policy. It asks for missing facts,
refuses doubtful ones, and shows the earliest answer meanwhile.
"""

from collections.abc import Mapping
from datetime import date

from deadlines.compute import asking, checking, routes, undated
from deadlines.compute.case import Case, Policy
from deadlines.compute.conditions import match
from deadlines.compute.days import ForumDays
from deadlines.compute.dues import due_window, opening_window
from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Window
from deadlines.compute.routes import Route
from deadlines.compute.words import long_date
from deadlines.errors import BeforeKnownLaw
from deadlines.law import Law, load_law
from deadlines.law.advice import Fee
from deadlines.law.model import Rule
from deadlines.law.resolve import first_day

ORDER = {"due": 0, "no-limit": 1, "closed": 2, "not-available": 3}
OPEN = Route(open=True)


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
    """One edition of the law, with its calendars and the rules of each kind at hand."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._days: dict[tuple[str, str | None], ForumDays] = {}
        self.usual = {fact.name: fact.usual for fact in law.facts.values() if fact.usual is not None}
        self._by_kind: dict[str, list[Rule]] = {}
        self._for: dict[tuple[str, str | None], list[Rule]] = {}
        self._asked: tuple[Notice, dict[str, Window | None]] | None = None
        self._fees: dict[str, list[Fee]] = {}
        self._fits: dict[str, dict[str, str]] = {}
        self._index()

    def _index(self) -> None:
        for rule in self.law.rules.values():
            for kind in rule.kinds:
                self._by_kind.setdefault(kind, []).append(rule)
        for fee in self.law.fees:
            for name in fee.rules:
                self._fees.setdefault(name, []).append(fee)
        for reason in self.law.reasons.values():
            for fit in reason.fit:
                for name in fit.rules:
                    text = f"Fits the reason of the decision ({reason.title}): {fit.text}"
                    self._fits.setdefault(name, {})[reason.id] = text

    def days(self, computation: str, circuit: str | None = None) -> ForumDays:
        """The days off of a computation, for the circuit whose clerk's state counts."""
        key = (computation, circuit)
        if key not in self._days:
            self._days[key] = ForumDays(self.law, self.law.computations[computation], circuit)
        return self._days[key]

    def fees_of(self, rule_id: str) -> list[Fee]:
        """What the remedy of that rule costs, by date."""
        return self._fees.get(rule_id, [])

    def fits_of(self, rule_id: str) -> dict[str, str]:
        """Why the remedy of that rule fits, by reason."""
        return self._fits.get(rule_id, {})

    def compute(self, notice: Notice, policy: Mapping[str, str] | None = None) -> Result:
        """See `deadlines.compute.compute`."""
        checking.check(self.law, notice, self._by_kind)
        chosen = checking.chosen_otherwise(self.law, policy or {})
        questions = asking.Questions(self.law, notice)
        windows: list[Window] = []
        too_early: list[Rule] = []
        self._asked = (notice, {})
        for rule in self._rules_for(notice.kind, notice.form):
            try:
                window = self._window(rule, notice, questions, chosen)
            except BeforeKnownLaw:
                too_early.append(rule)
                continue
            if window is not None:
                windows.append(window)
        warnings = self._refuse_or_warn(notice, windows, too_early)
        warnings += [*checking.warnings(self.law, notice, windows), *questions.doubts]
        windows.sort(key=_order)
        return Result(notice.ref, self.law.edition, windows, questions.asks(), warnings)

    def _rules_for(self, kind: str, form: str | None) -> list[Rule]:
        """The rules of a kind whose conditions do not exclude the form."""
        key = (kind, form)
        if key not in self._for:
            rules = self._by_kind[kind]
            self._for[key] = [rule for rule in rules if form is None or form in rule.when.get("form", [form])]
        return self._for[key]

    def _refuse_or_warn(self, notice: Notice, windows: list[Window], too_early: list[Rule]) -> list[str]:
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

    def _window(self, rule: Rule, notice: Notice, questions: asking.Questions, policy: Policy) -> Window | None:
        if rule.when and not self._exists(rule, notice, questions):
            return None
        found = routes.route(self.law, rule.route, notice) if rule.route is not None else OPEN
        for fact in found.missing:
            questions.ask(fact, rule)
        case = Case(self, rule, notice, found, questions, policy)
        if found.denied:
            return undated.denied(case)
        if not found.open:
            return None
        for answer in rule.answer:
            answered = match(answer.when, notice)
            if answered.holds:
                return undated.answered(case, answer)
            case.ask_all(answered.missing if answered.holds is None else ())
        if rule.state in ("no-limit", "not-available"):
            return undated.stated(case)
        return due_window(case) if rule.state == "due" else opening_window(case)

    def _exists(self, rule: Rule, notice: Notice, questions: asking.Questions) -> bool:
        """Whether the rule is there for this notice; what is missing to know it is asked for where it matters."""
        found = match(rule.when, notice)
        if found.holds is None and rule.ask:
            for fact in found.missing:
                questions.ask(fact, rule)
        return found.holds is True

    def window_of(self, rule_id: str, notice: Notice, policy: Policy) -> Window | None:
        """Another rule's window for this notice; None where it has none."""
        if self._asked is None or self._asked[0] is not notice:
            self._asked = (notice, {})
        known = self._asked[1]
        if rule_id not in known:
            rule = self.law.rules[rule_id]
            quiet = asking.Questions(self.law, notice)
            known[rule_id] = self._window(rule, notice, quiet, policy) if notice.kind in rule.kinds else None
        return known[rule_id]


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
