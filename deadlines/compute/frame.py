"""What every window takes from its rule, whether it has dates or not."""

from collections.abc import Iterable
from typing import Any

from deadlines.compute.conditions import match
from deadlines.compute.notice import Notice
from deadlines.compute.result import Window
from deadlines.law.base import Confidence
from deadlines.law.model import Note, Rule

WEAKER: tuple[Confidence, ...] = ("primary", "primary-old", "secondary", "memory")
"""From the best source to the weakest."""


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


def notes_of(rule: Rule, notice: Notice) -> list[Note]:
    """The pitfalls that fit what is known of the notice. A rule of the firm's own says so first."""
    own = [Note(text=text) for text in own_words(rule)]
    return own + [note for note in rule.note if _in_time(note, notice) and match(note.when, notice).holds]


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
