"""Which length the law gives this notice: the text that prevails, and texts a court knocked out for now."""

from datetime import date

from msgspec import Struct

from deadlines.compute.conditions import YES, Match, match
from deadlines.compute.days import add_length
from deadlines.compute.notice import Notice
from deadlines.law.model import Circuits, CourtAction, Length, Period, Rule
from deadlines.law.resolve import layers


class Text(Struct, frozen=True):
    """One text applied to one notice: its shortest possible length, and its longest while facts are missing."""

    period: Period
    length: Length
    longest: Length
    why: str
    cite: tuple[str, ...]
    missing: tuple[str, ...] = ()
    action: CourtAction | None = None


class Texts(Struct, frozen=True):
    """The prevailing text, those knocked out by a court, and the missing facts that decide between them."""

    prevailing: Text
    knocked_out: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()


def texts_for(rule: Rule, notice: Notice, on: date) -> Texts | None:
    """Resolve periods, exceptions and court actions. None: the date lies before known law.

    Where it depends on a missing fact whether a court action reaches the client, the shorter text is
    shown as prevailing and the fact is asked for.
    """
    found = layers(rule, on, notice.as_of)
    if not found:
        return None
    knocked: list[Text] = []
    for layer in found:
        text = _text(layer.period, layer.action, notice, on)
        reach = _reaches(layer.action, notice) if layer.action is not None else None
        if reach is None or reach.holds is False:
            return Texts(text, tuple(knocked))
        if reach.holds is None:
            return Texts(text, tuple(knocked), reach.missing)
        knocked.append(text)
    return None


def _reaches(action: CourtAction, notice: Notice) -> Match:
    if isinstance(action.reaches, Circuits):
        return match({"circuit": action.reaches.circuits}, notice)
    return YES if action.reaches == "everyone" else match({"case_party": ["yes"]}, notice)


def _text(period: Period, action: CourtAction | None, notice: Notice, on: date) -> Text:
    """The length after exceptions; while one depends on a missing fact, both lengths are kept."""
    possible = [(period.length, period.why, tuple(period.cite))]
    missing: tuple[str, ...] = ()
    for unless in period.unless:
        answer = match(unless.when, notice)
        if answer.holds is False:
            continue
        exception = (unless.length, unless.why or period.why, (*unless.cite, *period.cite))
        if answer.holds:
            possible = [exception]
            missing = ()
            break
        possible.append(exception)
        missing += answer.missing
    ordered = sorted(possible, key=lambda item: add_length(on, item[0]))
    length, why, cite = ordered[0]
    return Text(period, length, ordered[-1][0], why, cite, missing, action)
