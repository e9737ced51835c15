"""What every window takes from its rule, whether it has dates or not."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from deadlines.compute.conditions import match
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.law.base import Confidence
from deadlines.law.model import CourtAction, Note, Rule

WEAKER: tuple[Confidence, ...] = ("primary", "primary-old", "secondary", "memory")
"""From the best source to the weakest."""


NOTHING_OUT: Mapping[str, CourtAction] = MappingProxyType({})
FIRM_RULE = "This rule is the firm's own; it does not come with the program."
REPLACING = "This rule is the firm's own; it stands in place of the shipped rule {}."


def framed(rule: Rule, **found: Any) -> Window:
    """A window of the rule, with what was found for this notice."""
    return Window(
        rule=rule.id,
        title=rule.title,
        remedy=rule.remedy,
        form=rule.form,
        file_with=rule.file_with,
        filed_when=rule.filed_when,
        reviewed_on=rule.reviewed.on,
        party=rule.party,
        **found,
    )


def weakest(marks: Iterable[Confidence]) -> Confidence:
    """The weakest of several marks: an answer is no better than the worst source it rests on."""
    return max(marks, key=WEAKER.index)


def notes_of(rule: Rule, notice: Notice, out: Mapping[str, CourtAction] = NOTHING_OUT) -> list[Note]:
    """The pitfalls that fit what is known of the notice. A rule of the firm's own says so first.

    `out`: the texts that a court keeps from the notice, by period.
    """
    own = [Note(text=text) for text in own_words(rule)]
    fitting = (note for note in rule.note if _in_time(note, notice) and match(note.when, notice).holds)
    return own + [note for note in fitting if _as_courts_left_it(note, out)]


def _as_courts_left_it(note: Note, out: Mapping[str, CourtAction]) -> bool:
    return note.out is None or (note.out in out and (out[note.out].live or not note.live))


def own_words(rule: Rule) -> list[str]:
    """Whose rule it is, where it is no shipped one, and which one it replaces."""
    if not rule.origin:
        return []
    return [FIRM_RULE if rule.replaces is None else REPLACING.format(rule.replaces)]


def missing_for_doubts(rule: Rule, notice: Notice) -> tuple[str, ...]:
    """The missing facts on which it depends whether the last day is in doubt."""
    doubts = (match(note.when, notice) for note in rule.note if note.contests and _in_time(note, notice))
    return tuple(fact for doubt in doubts if doubt.holds is None for fact in doubt.missing)


def _in_time(note: Note, notice: Notice) -> bool:
    on = notice.decided_on
    return (note.from_ is None or note.from_ <= on) and (note.until is None or on < note.until)
