"""The window of a rule that gives dates: its count, its safe date, what is missing, and how a filing stands."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from deadlines.compute import narrate
from deadlines.compute.case import Case, Dates
from deadlines.compute.conditions import match
from deadlines.compute.counting import Counting
from deadlines.compute.fees import fees_between
from deadlines.compute.frame import framed, weakest
from deadlines.compute.result import Step, Timeliness, Window
from deadlines.compute.safe import dispute_of, find_safe
from deadlines.compute.texts import Text
from deadlines.compute.trigger import ONE_DAY, Trigger, trigger_of
from deadlines.compute.words import end_words, listed, long_date
from deadlines.errors import BeforeKnownLaw
from deadlines.law.counting import Computation


def due_window(case: Case) -> Window | None:
    """The window of a rule that gives a date; None, and a question, where the day that starts it is not known."""
    found = _start(case)
    if found is None:
        return None
    text, _, counting = found
    dates = counting.dates()
    _allow_any_circuit(counting, dates)
    find_safe(counting, dates)
    if text.period.opens is not None:
        dates.steps.append(narrate.opens(_opens_on(counting, dates), text.period))
    _ask(counting, dates)
    return _window(case, text, counting, dates, dispute_of(counting, dates))


def opening_window(case: Case) -> Window | None:
    """The window of a rule that gives only a day from which something is possible, or a bar has ended."""
    found = _start(case)
    if found is None:
        return None
    text, trigger, counting = found
    opens = counting.add(trigger.base, text.length)
    case.ask_all(text.missing + trigger.missing)
    ends = Step(f"{end_words(text.length)} on {long_date(opens)}: {text.why}.", opens, text.cite[0])
    return framed(
        case.rule,
        state="no-limit",
        opens_on=opens,
        working=[*trigger.steps, ends],
        cite=_citations(case, text),
        confidence=weakest((case.rule.reviewed.confidence, text.confidence or "primary")),
        notes=[note.text for note in case.plan.notes],
        **_beside(case, opens, opens),
    )


def _start(case: Case) -> tuple[Text, Trigger, Counting] | None:
    rule, notice, texts, computation = case.rule, case.notice, case.plan.texts, case.plan.computation
    if texts is None or computation is None:
        raise BeforeKnownLaw(
            f"{rule.title}: the law data holds no text for {notice.decided_on}. Compute this date by hand."
        )
    trigger = trigger_of(
        case.plan.start or rule, notice, lambda other: case.engine.window_of(other, notice, case.policy)
    )
    if isinstance(trigger, str):
        case.ask_all((trigger,) if trigger else ())
        return None
    return texts.prevailing, trigger, Counting(case, texts, computation, trigger)


def _ask(counting: Counting, found: Dates) -> None:
    """Every missing fact that would change one of the dates."""
    case, rule, notice = counting.case, counting.case.rule, counting.case.notice
    case.ask_all(counting.text.missing + counting.trigger.missing)
    late = counting.trigger.latest > counting.trigger.base and not counting.trigger.missing
    if counting.method == "unknown" and (_service_matters(counting.computation) or late):
        case.questions.ask("service.method", rule)
    if rule.printed == "governs" and case.printed is None:
        case.questions.ask(rule.printed_fact or "printed_deadline", rule)
    if _any_circuit(counting, found) > counting.rest(found.last_raw):
        case.questions.ask("circuit", rule)
    if notice.received_on is None and any(item.start == "received" for item in case.plan.alternatives):
        case.questions.ask("received_on", rule)
    for item in case.plan.alternatives:
        if item.effect != "arguable" and item.start_fact is not None and match(item.when, notice).holds:
            case.ask_all(() if item.start_fact in notice.facts else (item.start_fact,))
    since = counting.computation.online_from
    rolls = found.last_day != found.last_raw and since is not None and found.last_raw >= since
    if rolls and notice.facts.get("filing") is None and not counting.computation.online_roll:
        case.questions.ask("filing", rule)


def _any_circuit(counting: Counting, found: Dates) -> date:
    """Where the last day comes to rest in the circuit whose state moves it furthest, while none is known."""
    here = counting.rest(found.last_raw)
    if not counting.computation.state_holidays or counting.circuit is not None:
        return here
    engine = counting.case.engine
    days = (engine.days(counting.computation.id, circuit) for circuit in engine.law.clerks)
    return max(here, *(each.forward(found.last_raw).day for each in days))


def _allow_any_circuit(counting: Counting, found: Dates) -> None:
    """A filing that is in time in some circuit is not called late while the circuit is not known."""
    day = _any_circuit(counting, found)
    if day > found.latest:
        found.readings.append(narrate.circuit_reading(counting.computation, day))
        found.latest = day


def _service_matters(computation: Computation) -> bool:
    unknown = next(line for line in computation.service if "unknown" in line.methods)
    return any(line.add != unknown.add for line in computation.service)


def _window(case: Case, text: Text, counting: Counting, dates: Dates, dispute: str | None) -> Window:
    plan = case.plan
    doubts = plan.doubts
    case.questions.doubts.extend((*doubts, *plan.losses, *_sooner(counting, dates)))
    if dispute is not None and case.rule.printed == "caps":
        case.questions.doubts.append(f"{case.rule.title}: {dispute}")
    return framed(
        case.rule,
        state="due",
        opens_on=_opens_on(counting, dates),
        protective_by=dates.protective_by,
        safe_by=dates.safe_by,
        last_day=dates.last_day,
        latest=dates.latest,
        contested=bool(doubts) or dates.protective_by is not None or dates.latest > dates.last_day,
        readings=dates.readings,
        working=dates.steps,
        cite=_citations(case, text),
        confidence=weakest((plan.rule.reviewed.confidence, plan.route.confidence, *dates.sources)),
        notes=[*plan.route.notes, *(note.text for note in plan.notes)],
        dispute=dispute,
        **_beside(case, case.notice.decided_on, dates.latest),
        **_timeliness(case, dates, bool(doubts)),
    )


def _sooner(counting: Counting, dates: Dates) -> Iterator[str]:
    """A warning for each missing fact that would end the window before the last day shown."""
    for option in counting.text.others:
        day = counting.rest(counting.add(counting.trigger.base, option.length, counting.line.add))
        if day < dates.last_day:
            facts = listed(counting.text.missing)
            yield (
                f"{counting.case.rule.title}: answer the question on {facts} first. The last day may be "
                f"{long_date(day)}, before the one shown: {option.why}. The safe date keeps to it meanwhile."
            )


def _opens_on(counting: Counting, dates: Dates) -> date:
    """From the start of the count; where it runs back from a later day, from the notice itself."""
    opens, trigger = counting.text.period.opens, counting.trigger
    if opens is not None:
        return counting.add(trigger.base, opens)
    if counting.case.notice.kind in counting.case.rule.day_one:
        return trigger.safe + ONE_DAY
    return trigger.safe if trigger.safe <= dates.safe_by else counting.case.notice.decided_on


def _beside(case: Case, first: date, last: date) -> dict[str, Any]:
    """How it stands to other clocks, what it costs on those days, and the reasons that it fits."""
    plan = case.plan
    return {"relations": list(plan.relations), "fees": fees_between(plan.fees, first, last), "fits": list(plan.fits)}


def _citations(case: Case, text: Text) -> list[str]:
    return list(dict.fromkeys((*case.rule.cite, *text.cite, *case.plan.route.cite)))


def _timeliness(case: Case, dates: Dates, doubtful: bool) -> dict[str, Timeliness]:
    """Timely up to the last day, late after the latest; in between, in doubt, or past a printed date: contested."""
    filed_on, printed = case.notice.filed_on, case.printed
    if filed_on is None:
        return {}
    if filed_on > dates.latest:
        return {"timeliness": "late"}
    past_printed = case.rule.printed == "caps" and printed is not None and filed_on > printed
    return {"timeliness": "contested" if filed_on > dates.last_day or doubtful or past_printed else "timely"}
