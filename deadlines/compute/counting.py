"""The count of one due window: the period, the days for service, the roll, and every other reading.

`last_day` follows the prevailing reading, `protective_by` a text that a court knocked out while the case is
open, `latest` the most generous argument. The safe date has a file of its own, `safe.py`.
"""

from datetime import date

from deadlines.compute import narrate
from deadlines.compute.case import NO_DAYS, Case, Dates, superseded
from deadlines.compute.conditions import match
from deadlines.compute.days import ForumDays
from deadlines.compute.result import Reading
from deadlines.compute.texts import Option, Texts
from deadlines.compute.trigger import Trigger
from deadlines.law.base import Length
from deadlines.law.counting import Computation
from deadlines.law.days_off import Extension
from deadlines.law.model import Alternative


class Counting:
    """The count of one case. Each method adds its dates, readings and steps to what is found."""

    def __init__(self, case: Case, texts: Texts, computation: Computation, trigger: Trigger) -> None:
        self.case = case
        self.text = texts.prevailing
        self.texts = texts
        self.trigger = trigger
        self.computation = computation
        self.method = case.notice.service.method
        self.line = next(x for x in self.computation.service if self.method in x.methods)
        self.circuit = case.notice.facts.get("circuit") if self.computation.state_holidays else None
        self.days: ForumDays = case.engine.days(self.computation.id, self.circuit)
        self.online = not self.computation.online_roll and case.notice.facts.get("filing") == "online"
        self.ends = self.days.add(trigger.base, self.text.length)
        self.raw = self.days.add(self.ends, self.line.add) if self.line.add != NO_DAYS else self.ends
        """The end of the period without and with the days for service, before anything moves it."""

    def dates(self) -> Dates:
        """Count everything but the safe date, in the order in which a person would check it."""
        raw = self.raw
        found = Dates(raw, raw, raw, raw, readings=[], steps=list(self.trigger.steps), sources=[])
        found.sources += [self.text.confidence] if self.text.confidence is not None else []
        self._prevailing(found)
        self._printed(found)
        self._alternatives(found)
        self._extended(found)
        self._latest(found)
        self._knocked_out(found)
        return found

    def add(self, start: date, length: Length, *more: Length, careful: bool = False) -> date:
        """Where a period from `start` ends, counted as the forum counts, with any days for service after it."""
        end = self.days.add(start, length, careful=careful)
        for part in more:
            end = self.days.add(end, part) if part != NO_DAYS else end
        return end

    def printed_governs(self) -> bool:
        """Whether the deadline printed on the notice takes the place of the count."""
        return self.case.rule.printed == "governs" and self.case.printed is not None

    def alternative_raw(self, item: Alternative, found: Dates) -> date | None:
        """The day an alternative ends, or None where the day it starts from is not known."""
        start = self._alternative_start(item, found)
        return self.add(start, item.length) if start is not None else None

    def _alternative_start(self, item: Alternative, found: Dates) -> date | None:
        notice = self.case.notice
        if item.start == "fact":
            known = notice.facts.get(item.start_fact or "")
            return date.fromisoformat(known) if known is not None else None
        starts = {
            "decided": notice.decided_on,
            "served": self.trigger.base,
            "received": notice.received_on,
            "due": found.last_raw,
        }
        return starts[item.start]

    def _rolls(self, day: date) -> bool:
        """Whether a last day is moved: always on paper, and online before the paper-only policy."""
        if self.computation.roll.to == "stays":
            return False
        since = self.computation.online_from
        return not self.online or (since is not None and day < since)

    def rest(self, day: date) -> date:
        """Where a last day comes to rest."""
        return self.days.forward(day).day if self._rolls(day) else day

    def _prevailing(self, found: Dates) -> None:
        found.steps += narrate.counted(self.text, self.ends, self.line, self.raw, self.computation)
        if self.printed_governs():
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
                self.rest(self.ends),
                False,
                "the count without mail days; the safe date follows it",
                list(self.text.cite),
            )
            found.readings.append(bare)
            self._roll_first(found)

    def _option(self, option: Option) -> Reading:
        """What a missing fact could bring instead."""
        day = self.rest(self.add(self.trigger.base, option.length, self.line.add))
        name = narrate.reading_name(option.length, self.line.add)
        return Reading(name, day, False, narrate.if_so(option.why), list(option.cite))

    def _rolled(self, found: Dates, raw: date) -> date:
        if not self._rolls(raw):
            if self.days.off(raw) is not None:
                found.steps.append(narrate.stays(self.computation, raw, online=self.online))
            return raw
        rolled = self.days.forward(raw)
        found.sources += [off.confidence for _, off in rolled.skipped]
        found.steps += narrate.rolled(rolled, self.computation)
        if rolled.in_lieu:
            found.readings.append(narrate.lieu_reading(self.computation, self.days.without_lieu(raw)))
        return rolled.day

    def _roll_first(self, found: Dates) -> None:
        if not self.computation.roll_first_why:
            return
        day = self.rest(self.add(self.rest(self.ends), self.line.add))
        if day != found.last_day:
            found.readings.append(
                Reading("roll first, then add mail days", day, False,
                        f"Disfavoured: {self.computation.roll_first_why}", list(self.line.cite))
            )  # fmt: skip

    def _printed(self, found: Dates) -> None:
        """A printed response deadline is what the officer applies, shorter or longer than the maximum."""
        printed = self.case.printed
        if printed is None or not self.printed_governs():
            return
        fact = self.case.rule.printed_fact
        computed = self.rest(found.last_raw)
        if printed > computed:
            self.case.questions.doubts.append(
                f"{self.case.rule.title}: {narrate.prints(printed, fact)}, later than the law's maximum. "
                "Check the date; the safe date keeps to the maximum."
            )
        found.last_raw = found.latest = printed
        found.steps.append(narrate.printed(printed, fact, self.case.rule.cite[0]))
        found.readings = []
        found.last_day = self._rolled(found, printed)
        found.readings += [
            narrate.printed_reading(found.last_day, fact, self.case.rule.cite),
            Reading(f"the maximum of {narrate.reading_name(self.text.length, self.line.add)}", computed, False,
                    self.text.why, list(self.text.cite)),
        ]  # fmt: skip

    def _alternatives(self, found: Dates) -> None:
        for item in self.case.plan.alternatives:
            raw = self.alternative_raw(item, found)
            if raw is None:
                continue
            day = self.days.forward_past_closures(raw).day if item.rolls else self.rest(raw)
            if item.rolls and day == found.last_day:
                continue
            caps = item.effect == "caps" and day < found.last_day
            prevails = caps or (item.effect == "prevails" and day > found.last_day)
            if caps:
                found.capped, found.latest = True, raw
            if prevails:
                found.readings = [superseded(reading) for reading in found.readings]
                found.last_raw, found.last_day = raw, day
                found.sources.append(item.confidence)
                found.steps += narrate.alternative(item, raw, day)
            if item.effect == "arguable":
                found.latest = max(found.latest, day if item.rolls else raw)
            found.readings.append(Reading(item.name, day, prevails, item.why, list(item.cite)))

    def _extended(self, found: Dates) -> None:
        """A dated notice by which the forum accepted filings due in a span until a later day."""
        for extension in self.case.engine.law.closures.extension:
            inside = extension.due_from <= found.last_day <= extension.due_to
            if not inside or extension.forum != self.computation.forum:
                continue
            fits = match(extension.when, self.case.notice)
            self.case.ask_all(fits.missing if fits.holds is None else ())
            if fits.holds:
                self._extend(found, extension)

    def _extend(self, found: Dates, extension: Extension) -> None:
        found.readings = [superseded(reading) for reading in found.readings]
        found.steps.append(narrate.extended(extension, found.last_day))
        found.last_raw = found.last_day = extension.accepted_to
        found.sources.append(extension.confidence)
        found.readings.append(
            Reading("extended by notice", extension.accepted_to, True, extension.why, list(extension.cite))
        )

    def _latest(self, found: Dates) -> None:
        """The most generous argument: arguable mail days, a later start, a closure that counts."""
        raw = found.last_raw
        latest = max(found.last_day, self.days.forward_past_closures(raw).day if self._rolls(raw) else raw)
        if latest > found.last_day and self.days.forward_past_closures(found.last_day).skipped:
            found.readings.append(narrate.closure_reading(self.computation, latest))
        argued = self._argued(found)
        if argued is not None:
            latest = max(latest, argued)
        if self.online and not self._rolls(found.last_day) and self.days.off(found.last_day) is not None:
            rolled = self.days.forward_past_closures(found.last_day).day
            latest = max(latest, rolled)
            found.readings.append(narrate.online_reading(self.computation, rolled))
        if found.latest > found.last_raw:
            latest = max(latest, self._most(found.latest))
        found.latest = latest

    def _most(self, day: date) -> date:
        """The day after every roll that somebody could argue for."""
        return day if self.computation.roll.to == "stays" else self.days.forward_past_closures(day).day

    def _argued(self, found: Dates) -> date | None:
        """The last day with every arguable day added, where it is later than the prevailing one."""
        if self.printed_governs() or found.capped:
            return None
        argue = self.line.argue or self.line.add
        start = self.trigger.latest
        plain = start == self.trigger.base and argue == self.line.add and not self.text.others
        if plain and (found.last_raw >= self.raw or found.capped):
            return None
        lengths = [self.text.length, *(option.length for option in self.text.others)]
        length = max(lengths, key=lambda item: self.add(start, item))
        day = self._most(self.add(start, length, argue))
        if day <= found.last_day:
            return None
        if argue != self.line.add and start == self.trigger.base and length == self.text.length:
            name = narrate.reading_name(length, argue)
            found.readings.append(Reading(name, day, False, self.line.why, list(self.line.cite)))
        return day

    def _knocked_out(self, found: Dates) -> None:
        for text, action in self.texts.knocked_out:
            day = self.rest(self.add(self.trigger.base, text.length, self.line.add))
            why = f"{action.kind} {action.from_}: {action.case}"
            cite = [*text.cite, *action.cite]
            if day != found.last_day:
                found.readings.append(Reading(narrate.reading_name(text.length, NO_DAYS), day, False, why, cite))
            careful = self.rest(self.add(self.trigger.safe, text.length, self.line.add))
            if action.live and careful < found.last_day:
                found.protective_by = min(careful, found.protective_by or careful)
                found.steps.append(narrate.protective(text, action, careful))
                self.case.ask_all(text.missing)
