"""What somebody has to look at in an edition: old reviews, dates to come, weak sources, open litigation.

Pure: the day is an argument. A `warning` asks for action now, a `note` is worth knowing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from deadlines.law.base import Reviewed
from deadlines.law.digest import seal_words
from deadlines.law.load import Law
from deadlines.law.model import CourtAction, Rule

STALE = timedelta(days=365)
"""A review that is older says little about the law of today."""
LIVE = timedelta(days=30)
"""How often the docket of an open case is looked at."""
Span = tuple[str, date | None, date | None]
"""Something, the day it begins, and the first day it no longer holds."""
WEAK = ("memory", "secondary", "primary-old")


class Remark(Struct, frozen=True):
    """One thing noticed, in a sentence, and what to do about it."""

    id: str
    state: Literal["well", "note", "warning"]
    sentence: str
    hint: str = ""


def review(law: Law, today: date, broken_seal: str | None = None) -> list[Remark]:
    """Everything to look at in an edition on a day. `broken_seal`: what is wrong with its seal, if anything is."""
    found = [
        _seal(law, broken_seal),
        *_stale(law, today),
        *_not_yet(law, today),
        *_litigation(law, today),
        *_to_come(law, today),
    ]
    found += [_confidence(law), *_old_sources(law), _firm(law)]
    return found


def reviews(law: Law) -> Iterator[tuple[str, Reviewed]]:
    """Every mark of review in an edition, with what it is of."""
    for rule in law.rules.values():
        yield f"rule {rule.id}", rule.reviewed
    for calendar in law.calendars.values():
        yield f"holidays {calendar.id}", calendar.reviewed
    yield "closures", law.closures.reviewed


def doubts_of(law: Law, rule: Rule) -> list[str]:
    """The ids of the ambiguities on which a rule's dates rest, in the order in which the file names them."""
    named = [rule.mail_doubt, rule.start_doubt]
    for name in (rule.computation, *(recount.computation for recount in rule.recount)):
        named += [line.doubt for line in law.computations[name].service]
    named += [period.safe_doubt for period in rule.period]
    named += [action.doubt for action in rule.court_action]
    named += [item.doubt for item in rule.alternative]
    return list(dict.fromkeys(doubt for doubt in named if doubt is not None))


def _seal(law: Law, broken: str | None) -> Remark:
    if broken is None:
        return Remark("seal", "well", f"The files of edition {law.edition} are those that were issued.")
    hint = "Install it again; whoever works on the data seals it with `python -m deadlines.law.seal`."
    return Remark("seal", "warning", seal_words(law.edition, broken), hint)


def _stale(law: Law, today: date) -> Iterator[Remark]:
    old = [f"{what} ({mark.on})" for what, mark in reviews(law) if today - mark.on > STALE]
    if old:
        hint = "Hold each against its sources, and write the day into `reviewed`."
        yield Remark("reviews", "warning", f"Reviewed more than {STALE.days} days ago: {', '.join(old)}.", hint)
    else:
        oldest = min(mark.on for _, mark in reviews(law))
        yield Remark("reviews", "well", f"Everything was reviewed within {STALE.days} days, the oldest on {oldest}.")


def _not_yet(law: Law, today: date) -> Iterator[Remark]:
    ahead = [f"{what} ({mark.on})" for what, mark in reviews(law) if mark.on > today]
    if ahead:
        hint = "Write the day of the review into `reviewed`, and look at the clock of this machine."
        yield Remark("reviews", "warning", f"Reviewed on a day that has not come: {', '.join(ahead)}.", hint)


def _litigation(law: Law, today: date) -> Iterator[Remark]:
    for rule in law.rules.values():
        for action in rule.court_action:
            if action.live:
                yield _case(rule, action, today)


def _case(rule: Rule, action: CourtAction, today: date) -> Remark:
    seen = rule.reviewed.on
    sentence = (
        f"{action.case}: the text {action.of} of {rule.id} is {action.kind} since {action.from_}, and the case was "
        f"open on {seen}."
    )
    hint = "Look at the docket of the case; a new order is a line of the court action in the rule's file."
    return Remark("litigation", "warning" if today - seen > LIVE else "note", sentence, hint)


def _to_come(law: Law, today: date) -> Iterator[Remark]:
    for what, on in sorted(_dates(law), key=lambda item: item[1]):
        if on > today:
            yield Remark("to-come", "note", f"On {on} {what}.")


def _dates(law: Law) -> Iterator[tuple[str, date]]:
    """Every day on which the data itself says that something begins or ends."""
    for rule in law.rules.values():
        spans: list[Span] = [(f"the text {p.id} of {rule.id}", p.from_, p.until) for p in rule.period]
        spans += [(f"the court action on {a.of} of {rule.id}", a.from_, a.until) for a in rule.court_action]
        spans += [(f"the reading '{a.name}' of {rule.id}", a.from_, a.until) for a in rule.alternative]
        spans += [(f"a note of {rule.id}", n.from_, n.until) for n in rule.note]
        yield from _ends(spans)
    yield from _ends([(f"the fee for {f.filing} ({f.amount})", f.from_, f.until) for f in law.fees])
    yield from _ends([(f"row {d.row} of the decisions", d.from_, d.until) for d in law.decisions])


def _ends(spans: Iterable[Span]) -> Iterator[tuple[str, date]]:
    for what, begins, ends in spans:
        if begins is not None:
            yield f"{what} begins", begins
        if ends is not None:
            yield f"{what} ends", ends


def _confidence(law: Law) -> Remark:
    marks = Counter(rule.reviewed.confidence for rule in law.rules.values())
    other: Counter[str] = Counter(calendar.reviewed.confidence for calendar in law.calendars.values())
    other.update(holiday.confidence for calendar in law.calendars.values() for holiday in calendar.holiday)
    for several in (law.closures.closure, law.closures.extension, law.decisions, law.fees, law.clerks.values()):
        other.update(item.confidence for item in several)
    weak = [f"{other[mark]} {mark}" for mark in WEAK if other[mark]]
    rules = ", ".join(f"{count} {mark}" for mark, count in sorted(marks.items()))
    sentence = (
        f"Sources of the rules: {rules}. Of days, decisions, fees and clerks: {', '.join(weak) or 'all primary'}."
    )
    return Remark("confidence", "note", sentence)


def _old_sources(law: Law) -> Iterator[Remark]:
    old = [what for what, mark in reviews(law) if mark.confidence == "primary-old"]
    old += [f"decision {row.row}" for row in law.decisions if row.confidence == "primary-old"]
    if old:
        sentence = f"Read in a source more than a year old: {', '.join(dict.fromkeys(old))}."
        yield Remark("old-sources", "note", sentence, "Read the present text, and correct the mark of confidence.")


def _firm(law: Law) -> Remark:
    if not law.firm:
        return Remark("firm", "well", "The firm adds nothing to the law.")
    return Remark("firm", "note", f"The firm adds to the law: {', '.join(law.firm)}.")
