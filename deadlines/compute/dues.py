"""The dates of one due window: count, add for service, roll, and show every other reading.

`last_day` follows the prevailing reading, `safe_by` the earliest serious one moved back to a working
day, `protective_by` a text that a court knocked out while the case is open, `latest` the most
generous argument.
"""

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from deadlines.compute import narrate
from deadlines.compute.conditions import match
from deadlines.compute.days import ForumDays, add_length
from deadlines.compute.frame import framed, missing_for_doubts, notes_of, weakest
from deadlines.compute.notice import Notice
from deadlines.compute.result import Reading, Step, Timeliness, Window
from deadlines.compute.routes import Route
from deadlines.compute.texts import Option, Text, Texts, texts_for
from deadlines.compute.trigger import Trigger, trigger_of
from deadlines.compute.words import long_date
from deadlines.errors import BeforeKnownLaw
from deadlines.law.base import Confidence, Length
from deadlines.law.counting import Computation
from deadlines.law.model import Alternative, Rule

if TYPE_CHECKING:
    from deadlines.compute.asking import Questions
    from deadlines.compute.engine import Engine

NO_DAYS = Length()


class Case(Struct, frozen=True):
    """One rule applied to one notice."""

    engine: "Engine"
    rule: Rule
    notice: Notice
    route: Route
    questions: "Questions"


class Dates(Struct):
    """The dates as they are found, each step beside them."""

    last_raw: date
    last_day: date
    latest: date
    safe_by: date
    protective_by: date | None = None
    readings: list[Reading] = []
    steps: list[Step] = []
    sources: list[Confidence] = []
    """How good the sources are that the last day rests on, beside the rule's own."""


def due_window(case: Case) -> Window:
    """The window of a rule that gives a date."""
    rule, notice = case.rule, case.notice
    texts = texts_for(rule, notice, case.engine.usual)
    if texts is None:
        raise BeforeKnownLaw(
            f"{rule.title}: the law data holds no text for {notice.decided_on}. Compute this date by hand."
        )
    trigger = trigger_of(rule, notice, lambda other: case.engine.last_day_of(other, notice))
    counted = Counting(case, texts, trigger)
    dates = counted.dates()
    return _window(case, trigger, texts, dates)


class Counting:
    """The count of one case. Each method adds its dates, readings and steps to what is found."""

    def __init__(self, case: Case, texts: Texts, trigger: Trigger) -> None:
        self.case = case
        self.text = texts.prevailing
        self.texts = texts
        self.trigger = trigger
        self.computation = _computation(case)
        self.line = next(x for x in self.computation.service if case.notice.service.method in x.methods)
        self.circuit = case.notice.facts.get("circuit") if self.computation.state_holidays else None
        self.days: ForumDays = case.engine.days(self.computation.id, self.circuit)
        self.online = not self.computation.online_roll and case.notice.facts.get("filing") == "online"

    def dates(self) -> Dates:
        """Count everything, in the order in which a person would check it."""
        raw = add_length(add_length(self.trigger.base, self.text.length), self.line.add)
        found = Dates(raw, raw, raw, raw, readings=[], steps=list(self.trigger.steps), sources=[])
        self._prevailing(found)
        self._printed(found)
        self._alternatives(found)
        self._extended(found)
        self._latest(found)
        self._knocked_out(found)
        self._safe(found)
        self._ask(found)
        return found

    def _rolls(self, day: date) -> bool:
        """Whether a last day is moved: always on paper, and online before the paper-only policy."""
        since = self.computation.online_from
        return not self.online or (since is not None and day < since)

    def _roll(self, day: date) -> date:
        return self.days.forward(day).day if self._rolls(day) else day

    def _prevailing(self, found: Dates) -> None:
        ends = add_length(self.trigger.base, self.text.length)
        found.steps += narrate.counted(self.text, ends, self.line, found.last_raw)
        if self._printed_governs():
            return
        found.last_day = self._rolled(found, found.last_raw)
        added = self.line.add != NO_DAYS
        name = narrate.reading_name(self.text.length, self.line.add)
        why = self.line.why if added else self.text.why
        cite = list(dict.fromkeys((*self.text.cite, *(self.line.cite if added else ()))))
        found.readings.append(Reading(name, found.last_day, True, why, cite))
        found.readings += [self._option(option) for option in self.text.others]
        if added:
            bare = Reading(
                f"{narrate.reading_name(self.text.length, NO_DAYS)}, no mail days",
                self._roll(ends),
                False,
                "the count without mail days; the safe date follows it",
                list(self.text.cite),
            )
            found.readings.append(bare)
            self._roll_first(found, ends)

    def _option(self, option: Option) -> Reading:
        """What a missing fact could bring instead."""
        day = self._roll(add_length(add_length(self.trigger.base, option.length), self.line.add))
        name = narrate.reading_name(option.length, self.line.add)
        return Reading(name, day, False, f"if so: {option.why}", list(option.cite))

    def _rolled(self, found: Dates, raw: date) -> date:
        if not self._rolls(raw):
            if self.days.off(raw) is not None:
                found.steps.append(narrate.online(self.computation, raw))
            return raw
        rolled = self.days.forward(raw)
        found.sources += [off.confidence for _, off in rolled.skipped]
        found.steps += narrate.rolled(rolled, self.computation)
        if rolled.in_lieu:
            found.readings.append(narrate.lieu_reading(self.computation, self.days.without_lieu(raw)))
        return rolled.day

    def _roll_first(self, found: Dates, ends: date) -> None:
        if not self.computation.roll_first_why:
            return
        day = self._roll(add_length(self._roll(ends), self.line.add))
        if day != found.last_day:
            found.readings.append(
                Reading("roll first, then add mail days", day, False,
                        f"Disfavoured: {self.computation.roll_first_why}", list(self.line.cite))
            )  # fmt: skip

    def _printed_governs(self) -> bool:
        return self.case.rule.printed == "governs" and self.case.notice.printed_deadline is not None

    def _printed(self, found: Dates) -> None:
        """A printed response deadline is what the officer applies, shorter or longer than the maximum."""
        printed = self.case.notice.printed_deadline
        if printed is None or not self._printed_governs():
            return
        computed = self._roll(found.last_raw)
        if printed > computed:
            self.case.questions.doubts.append(
                f"{self.case.rule.title}: the notice prints {long_date(printed)}, later than the law's maximum. "
                "Check the date; the safe date keeps to the maximum."
            )
        found.last_raw = found.latest = printed
        found.steps.append(narrate.printed(printed, self.case.rule.cite[0]))
        found.readings = []
        found.last_day = self._rolled(found, printed)
        found.readings += [
            Reading("the date printed on the notice", found.last_day, True,
                    "the deadline that the notice prints controls", list(self.case.rule.cite)),
            Reading(f"the maximum of {narrate.reading_name(self.text.length, self.line.add)}", computed, False,
                    self.text.why, list(self.text.cite)),
        ]  # fmt: skip

    def _alternatives(self, found: Dates) -> None:
        for item in self.case.rule.alternative:
            raw = self._alternative_raw(item, found)
            if raw is None:
                continue
            day = self._roll(raw)
            prevails = item.effect == "prevails" and day > found.last_day
            if prevails:
                found.readings = [_superseded(reading) for reading in found.readings]
                found.last_raw, found.last_day = raw, day
                found.sources.append(item.confidence)
                found.steps += narrate.alternative(item, raw, self.days.forward(raw))
            if item.effect == "arguable":
                found.latest = max(found.latest, raw)
            found.readings.append(Reading(item.name, day, prevails, item.why, list(item.cite)))

    def _alternative_raw(self, item: Alternative, found: Dates) -> date | None:
        """The day an alternative ends, or None where it does not reach this notice."""
        notice = self.case.notice
        on = notice.decided_on
        if (item.from_ and on < item.from_) or (item.until and on >= item.until):
            return None
        fits = match(item.when, notice).holds
        if fits is False or (fits is None and item.effect != "safe"):
            return None
        starts = {
            "decided": on,
            "served": self.trigger.base,
            "received": notice.received_on,
            "due": found.last_raw,
        }
        start = starts[item.start]
        return add_length(start, item.length) if start is not None else None

    def _extended(self, found: Dates) -> None:
        """A dated notice by which the forum accepted filings due in a span until a later day."""
        for extension in self.case.engine.law.closures.extension:
            inside = extension.due_from <= found.last_day <= extension.due_to
            if not inside or extension.forum != self.computation.forum:
                continue
            fits = match(extension.when, self.case.notice)
            self._ask_all(fits.missing if fits.holds is None else ())
            if fits.holds:
                found.readings = [_superseded(reading) for reading in found.readings]
                found.last_raw = found.last_day = extension.accepted_to
                found.sources.append(extension.confidence)
                found.steps.append(Step(f"{extension.why}.", extension.accepted_to, extension.cite[0]))
                found.readings.append(
                    Reading("extended by notice", extension.accepted_to, True, extension.why, list(extension.cite))
                )

    def _latest(self, found: Dates) -> None:
        """The most generous argument: arguable mail days, a later start, a closure that counts."""
        raw = found.last_raw
        latest = max(found.last_day, self.days.forward_past_closures(raw).day if self._rolls(raw) else raw)
        closures = self.days.forward_past_closures(found.last_day)
        if closures.skipped and latest > found.last_day:
            found.readings.append(narrate.closure_reading(self.computation, latest))
        argued = self._argued(found)
        if argued is not None:
            latest = max(latest, argued)
        if not self._rolls(found.last_day) and self.days.off(found.last_day) is not None:
            rolled = self.days.forward_past_closures(found.last_day).day
            latest = max(latest, rolled)
            found.readings.append(narrate.online_reading(self.computation, rolled))
        if found.latest > found.last_raw:
            latest = max(latest, self.days.forward_past_closures(found.latest).day)
        found.latest = latest

    def _argued(self, found: Dates) -> date | None:
        """The last day with every arguable day added, where it is later than the prevailing one."""
        if self._printed_governs():
            return None
        argue = self.line.argue or self.line.add
        start = self.trigger.latest
        lengths = [self.text.length, *(option.length for option in self.text.others)]
        length = max(lengths, key=lambda item: add_length(start, item))
        day = self.days.forward_past_closures(add_length(add_length(start, length), argue)).day
        if day <= found.last_day:
            return None
        if argue != self.line.add and start == self.trigger.base and length == self.text.length:
            name = narrate.reading_name(length, argue)
            found.readings.append(Reading(name, day, False, self.line.why, list(self.line.cite)))
        return day

    def _knocked_out(self, found: Dates) -> None:
        for text in self.texts.knocked_out:
            action = text.action
            if action is None:
                continue
            day = self._roll(add_length(add_length(self.trigger.base, text.length), self.line.add))
            why = f"{action.kind} {action.from_}: {action.case}"
            cite = [*text.cite, *action.cite]
            found.readings.append(Reading(narrate.reading_name(text.length, NO_DAYS), day, False, why, cite))
            if action.live and day < found.last_day:
                found.protective_by = min(day, found.protective_by or day)
                found.steps.append(narrate.protective(text, action, day))
                self._ask_all(text.missing)

    def _safe(self, found: Dates) -> None:
        """The earliest serious reading, moved back to a working day; never later than the last day."""
        length = self.text.period.safe_length or self.text.length
        careful = (add_length(self.trigger.safe, length), narrate.without_mail(length, self.trigger.safe))
        reasons = [careful, (found.last_raw, "the last day itself")]
        for item in self.case.rule.alternative:
            if item.effect == "safe" and (day := self._alternative_raw(item, found)) is not None:
                reasons.append((day, f"{item.name}: {item.why}"))
        printed = self.case.notice.printed_deadline
        if printed is not None and self.case.rule.printed != "ignored":
            reasons.append((printed, "the deadline printed on the notice"))
        raw, why = min(reasons, key=lambda reason: reason[0])
        back = self.days.back(raw)
        found.safe_by = back.day
        found.steps.append(narrate.safe(raw, why, back, self.text.cite[0]))
        if found.latest > found.last_day:
            found.steps.append(narrate.latest(found.latest, self.text.cite[0]))

    def _ask(self, found: Dates) -> None:
        """Every missing fact that would change one of the dates."""
        self._ask_all(self.texts.missing + self.text.missing + self.trigger.missing)
        if self.case.notice.service.method == "unknown" and (
            _service_matters(self.computation) or self.trigger.latest > self.trigger.base
        ):
            self.case.questions.ask("service.method", self.case.rule)
        if self.case.rule.printed == "governs" and self.case.notice.printed_deadline is None:
            self.case.questions.ask("printed_deadline", self.case.rule)
        if self.computation.state_holidays and self.circuit is None and self._circuit_matters(found.last_raw):
            self.case.questions.ask("circuit", self.case.rule)
        receipt = any(item.start == "received" for item in self.case.rule.alternative)
        if receipt and self.case.notice.received_on is None:
            self.case.questions.ask("received_on", self.case.rule)
        self._ask_filing(found)

    def _ask_filing(self, found: Dates) -> None:
        since = self.computation.online_from
        asked = self.case.notice.facts.get("filing") is None and not self.computation.online_roll
        if asked and found.last_day != found.last_raw and since is not None and found.last_raw >= since:
            self.case.questions.ask("filing", self.case.rule)

    def _ask_all(self, missing: tuple[str, ...]) -> None:
        for fact in missing:
            self.case.questions.ask(fact, self.case.rule)

    def _circuit_matters(self, raw: date) -> bool:
        here = self.days.forward(raw).day
        others = (self.case.engine.days(self.computation.id, c) for c in self.case.engine.law.clerks)
        return any(days.forward(raw).day != here for days in others)


def _computation(case: Case) -> Computation:
    for recount in case.rule.recount:
        if match(recount.when, case.notice).holds:
            return case.engine.law.computations[recount.computation]
    return case.engine.law.computations[case.rule.computation]


def _service_matters(computation: Computation) -> bool:
    unknown = next(line for line in computation.service if "unknown" in line.methods)
    return any(line.add != unknown.add for line in computation.service)


def _superseded(reading: Reading) -> Reading:
    return Reading(reading.name, reading.last_day, False, reading.why, reading.cite)


def _window(case: Case, trigger: Trigger, texts: Texts, dates: Dates) -> Window:
    notes = notes_of(case.rule, case.notice)
    doubts = [note.text for note in notes if note.contests]
    case.questions.doubts.extend(doubts)
    for fact in missing_for_doubts(case.rule, case.notice):
        case.questions.ask(fact, case.rule)
    _warn_of_printed(case, dates)
    return framed(
        case.rule,
        state="due",
        opens_on=trigger.safe,
        protective_by=dates.protective_by,
        safe_by=dates.safe_by,
        last_day=dates.last_day,
        latest=dates.latest,
        contested=bool(doubts) or dates.protective_by is not None or dates.latest > dates.last_day,
        readings=dates.readings,
        working=dates.steps,
        cite=_citations(case.rule, texts.prevailing, case.route),
        confidence=weakest((case.rule.reviewed.confidence, case.route.confidence, *dates.sources)),
        notes=[*case.route.notes, *(note.text for note in notes)],
        **_timeliness(case, dates, bool(doubts)),
    )


def _warn_of_printed(case: Case, dates: Dates) -> None:
    printed = case.notice.printed_deadline
    if case.rule.printed == "caps" and printed is not None and printed < dates.last_day:
        case.questions.doubts.append(
            f"{case.rule.title}: the notice prints {long_date(printed)}, earlier than the computed last day "
            f"{long_date(dates.last_day)}. The printed date caps the safe date."
        )


def _citations(rule: Rule, text: Text, route: Route) -> list[str]:
    return list(dict.fromkeys((*rule.cite, *text.cite, *route.cite)))


def _timeliness(case: Case, dates: Dates, doubtful: bool) -> dict[str, Timeliness]:
    """Timely up to the last day, late after the latest; in between, in doubt, or past a printed date: contested."""
    filed_on, printed = case.notice.filed_on, case.notice.printed_deadline
    if filed_on is None:
        return {}
    if filed_on > dates.latest:
        return {"timeliness": "late"}
    past_printed = case.rule.printed == "caps" and printed is not None and filed_on > printed
    return {"timeliness": "contested" if filed_on > dates.last_day or doubtful or past_printed else "timely"}
