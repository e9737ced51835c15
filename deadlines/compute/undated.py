"""Windows without a last day: what the law denies, what may be filed at any time, what ended for everybody."""

from msgspec import UNSET

from deadlines.compute.beside import beside
from deadlines.compute.case import Case
from deadlines.compute.frame import framed, notes_of
from deadlines.compute.result import Step, Window
from deadlines.compute.words import long_date
from deadlines.law.model import Answer


def denied(case: Case) -> Window:
    """The matrix gives no such remedy for this form."""
    found = case.route
    return framed(
        case.rule,
        state="not-available",
        working=[Step(found.why, None, found.cite[0] if found.cite else None)],
        cite=list(found.cite),
        confidence=found.confidence,
        notes=[found.why, *found.notes],
    )


def answered(case: Case, answer: Answer) -> Window:
    """The rule itself gives something other than a date."""
    return framed(
        case.rule,
        state=answer.state,
        working=[Step(answer.why, None, answer.cite[0])],
        cite=list(answer.cite),
        confidence=case.rule.reviewed.confidence,
        notes=[answer.why],
    )


def stated(case: Case) -> Window:
    """It may be filed at any time, or the law gives no such remedy to anybody."""
    rule, notice = case.rule, case.notice
    timely = rule.state == "no-limit" and notice.filed_on is not None
    why = f"No time limit: {rule.why}." if rule.state == "no-limit" and rule.why else rule.why or "No time limit."
    return framed(
        rule,
        state=rule.state,
        timeliness="timely" if timely else UNSET,
        working=[Step(why, None, rule.cite[0]), *_urgency(case)],
        cite=list(rule.cite),
        confidence=rule.reviewed.confidence,
        notes=[*([why] if rule.state == "not-available" else []), *(note.text for note in notes_of(rule, notice))],
        **beside(case, notice.decided_on, None),
    )


def _urgency(case: Case) -> list[Step]:
    """The dates of other clocks that make it urgent all the same."""
    steps = []
    for rule_id in case.rule.urgent:
        window = case.engine.window_of(rule_id, case.notice, case.policy)
        if window is not None and window.safe_by is not None:
            text = f"What makes it urgent: {window.title}, by {long_date(window.safe_by)}."
            steps.append(Step(text, window.safe_by, window.cite[0]))
    return steps
