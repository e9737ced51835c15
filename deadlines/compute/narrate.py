"""The sentences of a working: one for each counted step, each day passed over, each date found."""

from collections.abc import Sequence
from datetime import date

from deadlines.compute.days import Rolled
from deadlines.compute.result import Reading, Step
from deadlines.compute.texts import Text
from deadlines.compute.words import end_words, length_words, listed, long_date
from deadlines.law.advice import Ambiguity
from deadlines.law.base import Length
from deadlines.law.counting import Computation, ServiceLine
from deadlines.law.days_off import Extension
from deadlines.law.model import Alternative, CourtAction, Period

NO_DAYS = Length()


def reading_name(length: Length, added: Length) -> str:
    """`30 days`, or `30 days and 3 for mail`."""
    words = length_words(length)
    return words if added == NO_DAYS else f"{words} and {added.days} for mail"


def counted(text: Text, ends: date, line: ServiceLine, last: date, computation: Computation) -> list[Step]:
    """The period counted, and the days added for service."""
    cite = text.cite[0]
    kind = " (only business days are counted)" if computation.count == "business" else ""
    steps = [Step(f"{end_words(text.length)} on {long_date(ends)}{kind}: {text.why}.", ends, cite)]
    if line.add != NO_DAYS:
        sentence = f"{length_words(line.add)} more, to {long_date(last)}: {line.why}."
        steps.append(Step(sentence, last, line.cite[0]))
    return steps


def rolled(found: Rolled, computation: Computation) -> list[Step]:
    """Each day passed over, and the last day reached."""
    cite = computation.roll.cite[0]
    if not found.skipped:
        return [Step(f"{long_date(found.day)} is an open day: it is the last day.", found.day, cite)]
    steps = [Step(_passed_over(day, off.name), day, off.cite or cite) for day, off in found.skipped]
    return [*steps, Step(f"The last day is {long_date(found.day)}.", found.day, cite)]


def _passed_over(day: date, name: str) -> str:
    """Why a day cannot be the last one; the name of a weekend day says no more than its date."""
    if name == f"{day:%A}":
        return f"{long_date(day)} is on a weekend and cannot be the last day."
    return _sentence(f"{long_date(day)} cannot be the last day: {name}")


def _sentence(text: str) -> str:
    """With one full stop at its end; some names bring theirs (`Jr.`)."""
    return text if text.endswith(".") else f"{text}."


def stays(computation: Computation, day: date, *, online: bool) -> Step:
    """A last day that stays on a day off: an online filing, or a clock that no text moves."""
    if not online:
        text = f"{long_date(day)} is not an open day, and no text moves the last day: act before it."
        return Step(text, day, computation.roll.cite[0])
    text = f"{long_date(day)} is not an open day, and the last day stays there: {computation.online_why}."
    return Step(text, day, computation.online_cite[0])


def online_reading(computation: Computation, day: date) -> Reading:
    """The argument that the regulation's roll reaches online filings too."""
    return Reading(
        "the roll applies online too", day, False, "the regulation makes no difference between paper and online",
        list(computation.roll.cite),
    )  # fmt: skip


def prints(day: date, fact: str | None) -> str:
    """`the notice prints Friday 8 January 2027`; where a fact carries the day, that it is the decision's own."""
    return f"the notice prints {long_date(day)}" if fact is None else f"the decision gives {long_date(day)} ({fact})"


def printed(day: date, fact: str | None, cite: str) -> Step:
    """The printed date takes over."""
    controls = "the printed deadline controls" if fact is None else "that day controls"
    said = prints(day, fact)
    return Step(f"{said[0].upper()}{said[1:]}: {controls}, not the count above.", day, cite)


def printed_reading(day: date, fact: str | None, cite: Sequence[str]) -> Reading:
    """The reading by the day that the paper itself gives."""
    if fact is not None:
        return Reading("the day that the decision gives", day, True, f"that day ({fact}) controls", list(cite))
    why = "the deadline that the notice prints controls"
    return Reading("the date printed on the notice", day, True, why, list(cite))


def if_so(why: str) -> str:
    """Why it would be otherwise, of an answer that is not known yet."""
    return f"if so: {why}"


def alternative(item: Alternative, raw: date, day: date) -> list[Step]:
    """A reading that replaced the last day."""
    steps = [Step(f"{item.name}: to {long_date(raw)}, because {item.why}.", raw, item.cite[0])]
    if day != raw:
        steps.append(Step(f"The last day moves to the next open day, {long_date(day)}.", day, None))
    return steps


def extended(extension: Extension, before: date) -> Step:
    """A forum's notice that took late filings as timely."""
    after = extension.accepted_to
    return Step(
        f"The last day moves from {long_date(before)} to {long_date(after)}: {extension.why}.", after, extension.cite[0]
    )


def protective(text: Text, action: CourtAction, day: date) -> Step:
    """The date under the text that a court knocked out for now."""
    sentence = (
        f"Protective date {long_date(day)}: {length_words(text.length)} under a text that was {action.kind} on "
        f"{long_date(action.from_)} ({action.case}); the litigation is open, so the text may come back."
    )
    return Step(sentence, day, action.cite[0])


def careful(length: Length, start: date, more: Length, *, mail: bool) -> str:
    """`30 days from Friday 23 October 2026 without mail days`."""
    words = f"{length_words(length)} from {long_date(start)}"
    if more != NO_DAYS:
        return f"{words} and {more.days} more for mail, as the firm has decided"
    return f"{words} without mail days" if mail else words


def settled(ambiguity: Ambiguity, chosen: str | None, *, idle: bool = False) -> Step:
    """An open question that could move the safe date, and how it is settled; `idle`: by a choice of the firm that an
    earlier day leaves without effect."""
    choice = next((item for item in ambiguity.choices if item.id == chosen), ambiguity.choices[0])
    careful = choice is ambiguity.choices[0]
    whose = "the careful answer" if careful else "the firm's policy"
    said = f"The safe date follows {whose}: {choice.text}."
    if idle and not careful:
        said = f"By the firm's policy {choice.text}; that moves nothing here, because an earlier day holds."
    return Step(f"Open question ({ambiguity.row}): {ambiguity.question} {said}", None, ambiguity.cite[0])


def safe(raw: date, why: str, back: Rolled, cite: str) -> Step:
    """The date to calendar, and why it is not later."""
    sentence = f"Safe date {long_date(raw)}: {why}."
    if back.skipped:
        over = listed([off.name for _, off in back.skipped])
        sentence = (
            f"Safe date {long_date(back.day)}: {why}, that is {long_date(raw)}, moved back to a working day over {over}"
        )
    return Step(_sentence(sentence), back.day, cite)


def opens(day: date, period: Period) -> Step:
    """The first day of a window that opens later than its trigger."""
    length = length_words(period.opens or NO_DAYS)
    return Step(f"The window opens on {long_date(day)}: {length} from day 0.", day, period.cite[0])


def latest(day: date, cite: str) -> Step:
    """The most generous argument, named so that nobody takes it for the last day."""
    return Step(f"Latest day that somebody could argue: {long_date(day)}. Never rely on it.", day, cite)


def closure_reading(computation: Computation, day: date) -> Reading:
    """The argument that a closure by order counts as a day off."""
    return Reading(
        "the closure by order counts as a day off",
        day,
        False,
        computation.closure_why,
        list(computation.closure_cite),
    )


def circuit_reading(computation: Computation, day: date) -> Reading:
    """The last day in the circuit whose State's holidays move it furthest, while the circuit is not known."""
    why = if_so("a holiday of the State where that circuit's clerk sits is no last day")
    return Reading("in a circuit whose State keeps a holiday then", day, False, why, list(computation.roll.cite))


def lieu_reading(computation: Computation, day: date) -> Reading:
    """The doubt whether a day kept in lieu of a weekend holiday moves anything."""
    return Reading(
        "a day kept in lieu of a weekend holiday is not a legal holiday", day, False,
        computation.observed_why, ["5 USC 6103(b)(1)"],
    )  # fmt: skip
