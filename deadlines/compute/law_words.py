"""How law data is said to people: lengths, conditions, spans, court actions."""

from datetime import date

from deadlines.compute.words import length_words, listed, long_date
from deadlines.law import Law
from deadlines.law.advice import Fee
from deadlines.law.base import When
from deadlines.law.model import CourtAction, Period, Rule


def span_words(from_: date | None, until: date | None) -> str:
    """`from 9 March 2026`, `before 1 June 2026`, or both; nothing where it always holds."""
    parts = [f"from {_day(from_)}"] if from_ is not None else []
    parts += [f"before {_day(until)}"] if until is not None else []
    return " and ".join(parts)


def _day(day: date) -> str:
    return long_date(day).partition(" ")[2]


def when_words(when: When) -> str:
    """`asylum is granted or denied-merits, and kind is ij.order`."""
    return ", and ".join(f"{name} is {' or '.join(values)}" for name, values in when.items())


def periods_words(rule: Rule) -> str:
    """The rule's texts in a few words, the one in force first."""
    if not rule.period:
        return {"no-limit": "no time limit", "not-available": "not available"}.get(rule.state, "no date")
    gone = {action.of: action for action in rule.court_action}
    parts = []
    for period in reversed(rule.period):
        action = gone.get(period.id)
        since = f" from {period.from_}" if period is not rule.period[0] else ""
        parts.append(f"{_lengths(period)}{since}{f' ({_struck(action)})' if action else ''}")
    return "; ".join(sorted(parts, key=lambda part: part.endswith(")")))


def _lengths(period: Period) -> str:
    lengths = [period.length, *(unless.length for unless in period.unless)]
    return " or ".join(dict.fromkeys(length_words(length) for length in lengths))


def _struck(action: CourtAction) -> str:
    return f"{action.kind}{f' until {action.until}' if action.until else ''}"


def reach_words(action: CourtAction) -> str:
    """Whom a court action reaches."""
    if isinstance(action.reaches, str):
        return {"everyone": "for everyone", "parties": "for the parties of the case"}[action.reaches]
    return f"in circuit {listed(action.reaches.circuits)}"


def cited(text: str, cite: list[str]) -> str:
    """The text with its sources in brackets."""
    return f"{text} [{'; '.join(cite)}]" if cite else text


def fees_of(law: Law, rule: Rule) -> list[str]:
    """The fees of a rule's filing, the latest first."""
    found = sorted((fee for fee in law.fees if rule.id in fee.rules), key=lambda fee: fee.from_, reverse=True)
    return [
        cited(
            f"{span_words(fee.from_, fee.until)}: {_amount(fee)} "
            f"for {fee.filing}{f' where {when_words(fee.when)}' if fee.when else ''}"
            f"{f'; {fee.text}' if fee.text else ''} ({fee.confidence})",
            fee.cite,
        )
        for fee in found
    ]


def _amount(fee: Fee) -> str:
    return {"none": "no fee", "unknown": "an amount that no source gave"}.get(fee.amount, f"{fee.amount} US dollars")
