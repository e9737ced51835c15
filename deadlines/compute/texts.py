"""Which length the law gives this notice: the text that prevails, and texts a court knocked out for now."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, structs

from deadlines.compute.conditions import NO, YES, Match, match
from deadlines.compute.days import add_length
from deadlines.compute.notice import Notice
from deadlines.law.base import Confidence, Length
from deadlines.law.model import Circuits, CourtAction, Period, Rule
from deadlines.law.resolve import layers


class Option(Struct, frozen=True, gc=False):
    """One length that the text may give."""

    length: Length
    why: str
    cite: tuple[str, ...]
    safe_length: Length
    confidence: Confidence | None = None


class Text(Struct, frozen=True, gc=False):
    """One text applied to one notice: the length shown, and those that missing facts could bring instead."""

    period: Period
    length: Length
    why: str
    cite: tuple[str, ...]
    safe_length: Length
    others: tuple[Option, ...] = ()
    missing: tuple[str, ...] = ()
    confidence: Confidence | None = None


class Texts(Struct, frozen=True, gc=False):
    """The prevailing text, those knocked out by a court, and the missing facts that decide between them."""

    prevailing: Text
    knocked_out: tuple[tuple[Text, CourtAction], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def out(self) -> dict[str, CourtAction]:
        """What keeps each text knocked out from the notice, by period."""
        return {text.period.id: action for text, action in self.knocked_out}


def texts_for(rule: Rule, notice: Notice, usual: Mapping[str, str]) -> Texts | None:
    """Resolve periods, exceptions and court actions. None: the date lies before known law.

    Where it depends on a missing fact whether a court action reaches the client, the text is shown as
    if it did not, and the fact is asked for. `usual` gives the ordinary value of facts that have one.
    """
    on = max(notice.decided_on, rule.not_before) if rule.not_before is not None else notice.decided_on
    knocked: list[tuple[Text, CourtAction]] = []
    for layer in layers(rule, on, notice.as_of):
        text = _text(layer.period, notice, on, usual)
        reach = _reaches(layer.action, notice) if layer.action is not None else NO
        if layer.action is None or not reach.holds:
            return Texts(text, tuple(knocked), reach.missing)
        knocked.append((text, layer.action))
    return None


def _reaches(action: CourtAction, notice: Notice) -> Match:
    if isinstance(action.reaches, Circuits):
        return match({"circuit": action.reaches.circuits}, notice)
    return YES if action.reaches == "everyone" else match({"case_party": ["yes"]}, notice)


def _text(period: Period, notice: Notice, on: date, usual: Mapping[str, str]) -> Text:
    """The length after exceptions. While one depends on a missing fact the earliest length is shown,
    or the ordinary case where the fact has one."""
    plain = Option(
        period.length, period.why, tuple(period.cite), period.safe_length or period.length, period.confidence
    )
    if not period.unless:
        return _shown(period, plain)
    possible, likely = [plain], [plain]
    missing: tuple[str, ...] = ()
    for unless in period.unless:
        answer = match(unless.when, notice)
        if answer.holds is False:
            continue
        careful = unless.safe_length or unless.length
        cite = tuple(dict.fromkeys((*unless.cite, *period.cite)))
        option = Option(unless.length, unless.why or period.why, cite, careful, unless.confidence)
        if answer.holds:
            possible, likely, missing = [option], [option], ()
            break
        possible.append(option)
        missing += answer.missing
        if match(unless.when, _assumed(notice, usual)).holds is not False:
            likely.append(option)
    shown = min(likely, key=lambda item: add_length(on, item.length))
    # What a missing fact could bring instead: each other length once.
    others = tuple({o.length: o for o in reversed(possible) if o.length != shown.length}.values())
    return structs.replace(_shown(period, shown), others=others, missing=missing)


def _shown(period: Period, option: Option) -> Text:
    return Text(
        period,
        option.length,
        option.why,
        option.cite,
        option.safe_length,
        confidence=option.confidence,
    )


def _assumed(notice: Notice, usual: Mapping[str, str]) -> Notice:
    return structs.replace(notice, facts={**usual, **notice.facts})
