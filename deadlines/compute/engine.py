"""The computation: every window that one notice opens, each with its dates, readings and working.

`compute` is a pure function of the notice and the law data. It asks for missing facts, refuses
doubtful ones, and shows the earliest answer meanwhile.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import UNSET

from deadlines.compute import asking, checking, routes
from deadlines.compute.conditions import match
from deadlines.compute.days import ForumDays
from deadlines.compute.dues import Case, due_window
from deadlines.compute.frame import framed, notes_of
from deadlines.compute.notice import Notice
from deadlines.compute.result import Result, Step, Window
from deadlines.compute.routes import Route
from deadlines.compute.words import long_date
from deadlines.errors import BeforeKnownLaw
from deadlines.law import Law, load_law
from deadlines.law.model import Answer, Rule
from deadlines.law.resolve import first_day

ORDER = {"due": 0, "no-limit": 1, "closed": 2, "not-available": 3}


def compute(notice: Notice, law: Law | None = None, policy: Mapping[str, str] | None = None) -> Result:
    """Every window the notice opens, with questions and warnings.

    Args:
        notice: what the paper says; only `kind` and `decided_on` are needed.
        law: the law data, by default the packaged edition.
        policy: how the firm settles what the law leaves open, from ambiguity id to choice id; by default
            the careful choice each time.

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
        self._asked: tuple[Notice, str, date | None] | None = None
        for rule in law.rules.values():
            for kind in rule.kinds:
                self._by_kind.setdefault(kind, []).append(rule)

    def days(self, computation: str, circuit: str | None = None) -> ForumDays:
        """The days off of a computation, for the circuit whose clerk's state counts."""
        key = (computation, circuit)
        if key not in self._days:
            self._days[key] = ForumDays(self.law, self.law.computations[computation], circuit)
        return self._days[key]

    def compute(self, notice: Notice, policy: Mapping[str, str] | None = None) -> Result:
        """See `deadlines.compute.compute`."""
        checking.check(self.law, notice, self._by_kind)
        questions = asking.Questions(self.law, notice)
        warnings: list[str] = []
        windows: list[Window] = []
        too_early: list[Rule] = []
        for rule in self._by_kind[notice.kind]:
            try:
                window = self._window(rule, notice, questions)
            except BeforeKnownLaw:
                too_early.append(rule)
                continue
            if window is not None:
                windows.append(window)
        self._refuse_or_warn(notice, windows, too_early, warnings)
        warnings += [*checking.warnings(notice), *questions.doubts]
        windows.sort(key=lambda w: (ORDER[w.state], w.safe_by or date.max, w.rule))
        return Result(notice.ref, self.law.edition, windows, questions.asks(), warnings)

    def _refuse_or_warn(
        self, notice: Notice, windows: list[Window], too_early: list[Rule], warnings: list[str]
    ) -> None:
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
        for rule in too_early:
            warnings.append(f"{rule.title}: the law data holds no text for {notice.decided_on}; no date is given.")

    def _window(self, rule: Rule, notice: Notice, questions: asking.Questions) -> Window | None:
        found = routes.route(self.law, rule.route, notice) if rule.route is not None else Route(open=True)
        for fact in found.missing:
            questions.ask(fact, rule)
        if found.denied:
            return _denied(rule, found)
        if not found.open:
            return None
        for answer in rule.answer:
            answered = match(answer.when, notice)
            if answered.holds:
                return _answered(rule, answer)
            for fact in answered.missing if answered.holds is None else ():
                questions.ask(fact, rule)
        if rule.state == "no-limit":
            return _unlimited(rule, notice)
        return due_window(Case(self, rule, notice, found, questions))

    def last_day_of(self, rule_id: str, notice: Notice) -> date | None:
        """The last day of another rule's window for this notice; None where it has none."""
        asked = self._asked
        if asked is None or asked[0] is not notice or asked[1] != rule_id:
            window = self._window(self.law.rules[rule_id], notice, asking.Questions(self.law, notice))
            self._asked = asked = (notice, rule_id, window.last_day if window is not None else None)
        return asked[2]


_engines: dict[int, Engine] = {}


def engine_for(law: Law) -> Engine:
    """The engine of an edition, kept: it remembers rolls, which is what makes a batch fast."""
    found = _engines.get(id(law))
    if found is None or found.law is not law:
        found = _engines[id(law)] = Engine(law)
    return found


def _denied(rule: Rule, found: Route) -> Window:
    """The matrix gives no such remedy for this form."""
    return framed(
        rule,
        state="not-available",
        working=[Step(found.why, None, found.cite[0] if found.cite else None)],
        cite=list(found.cite),
        confidence=found.confidence,
        notes=[found.why, *found.notes],
    )


def _answered(rule: Rule, answer: Answer) -> Window:
    """The rule itself gives something other than a date."""
    return framed(
        rule,
        state=answer.state,
        working=[Step(answer.why, None, answer.cite[0])],
        cite=list(answer.cite),
        confidence=rule.reviewed.confidence,
        notes=[answer.why],
    )


def _unlimited(rule: Rule, notice: Notice) -> Window:
    """It may be filed at any time."""
    return framed(
        rule,
        state="no-limit",
        timeliness="timely" if notice.filed_on is not None else UNSET,
        working=[Step("No time limit.", None, rule.cite[0])],
        cite=list(rule.cite),
        confidence=rule.reviewed.confidence,
        notes=[note.text for note in notes_of(rule, notice)],
    )
