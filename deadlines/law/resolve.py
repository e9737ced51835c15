"""Which text of the law holds for a decision, and what courts did to it.

The newest text stands on top. A court action knocks it out for those it reaches and lets the text
below revive; the text itself is never edited.
"""

from datetime import date

from msgspec import Struct

from deadlines.law.model import CourtAction, Period, Rule


class Layer(Struct, frozen=True):
    """One text in force on a day and the court action against it, if any."""

    period: Period
    action: CourtAction | None


def layers(rule: Rule, on: date, as_of: date | None = None) -> list[Layer]:
    """The texts for a decision of that day, newest first, down to one that no court touched.

    `as_of` leaves out what was published or decided after that day. Empty: before known law.
    """
    found: list[Layer] = []
    for period in reversed(rule.period):
        if not _holds(period, on) or not _known(period.published or period.from_, as_of):
            continue
        action = _action(rule, period, on, as_of)
        found.append(Layer(period, action))
        if action is None:
            break
    return found


def first_day(rule: Rule) -> date | None:
    """The first day the rule's law data covers, or None for a rule without periods."""
    return min((period.from_ for period in rule.period), default=None)


def _holds(period: Period, on: date) -> bool:
    return period.from_ <= on and (period.until is None or on < period.until)


def _known(published: date, as_of: date | None) -> bool:
    return as_of is None or published <= as_of


def _action(rule: Rule, period: Period, on: date, as_of: date | None) -> CourtAction | None:
    for action in rule.court_action:
        if action.of != period.id or (as_of is not None and action.from_ > as_of):
            continue
        # Its end is known only once it has come: asked as of an earlier day, the text is still knocked out.
        if action.until is None or on < action.until or not _known(action.until, as_of):
            return action
    return None
