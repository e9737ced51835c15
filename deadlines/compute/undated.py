"""Windows without a last day: what the law denies, what may be filed at any time, what ended for everybody."""

from typing import TYPE_CHECKING

from msgspec import structs

from deadlines.compute.case import Case
from deadlines.compute.frame import framed, own_words
from deadlines.compute.result import Fee, Step, Window
from deadlines.compute.routes import Route
from deadlines.compute.words import long_date
from deadlines.law.model import Answer, Rule

if TYPE_CHECKING:
    from deadlines.compute.plan import Plan


def denied(rule: Rule, found: Route) -> Window:
    """The matrix gives no such remedy for this form."""
    return framed(
        rule,
        state="not-available",
        working=[Step(found.why, None, found.cite[0] if found.cite else None)],
        cite=list(found.cite),
        confidence=found.confidence,
        notes=[found.why, *found.notes, *own_words(rule)],
    )


def answered(rule: Rule, answer: Answer) -> Window:
    """The rule itself gives something other than a date."""
    return framed(
        rule,
        state=answer.state,
        working=[Step(answer.why, None, answer.cite[0])],
        cite=list(answer.cite),
        confidence=rule.reviewed.confidence,
        notes=[answer.why, *own_words(rule)],
    )


def stated(plan: "Plan", fees: list[Fee]) -> Window:
    """It may be filed at any time, or the law gives no such remedy to anybody."""
    rule = plan.rule
    why = f"{rule.why[0].upper()}{rule.why[1:].rstrip('.')}." if rule.why else "No time limit."
    return framed(
        rule,
        state=rule.state,
        working=[Step(why, None, rule.cite[0])],
        cite=list(rule.cite),
        confidence=rule.reviewed.confidence,
        notes=[*([why] if rule.state == "not-available" else []), *(note.text for note in plan.notes)],
        relations=list(plan.relations),
        fees=fees,
        fits=list(plan.fits),
    )


def urgent(case: Case, window: Window) -> Window:
    """The same with the dates of other clocks that make it urgent all the same."""
    steps = list(window.working)
    for rule_id in case.rule.urgent:
        other = case.engine.window_of(rule_id, case.notice, case.policy)
        if other is not None and other.safe_by is not None:
            text = f"What makes it urgent: {other.title}, by {long_date(other.safe_by)}."
            steps.append(Step(text, other.safe_by, other.cite[0]))
    return structs.replace(window, working=steps)
