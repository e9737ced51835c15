"""The window of a rule that gives dates: its count, its safe date, what is missing, and how a filing stands."""

from collections.abc import Iterable

from deadlines.compute import narrate
from deadlines.compute.beside import beside
from deadlines.compute.case import Case, Dates
from deadlines.compute.conditions import match
from deadlines.compute.counting import Counting
from deadlines.compute.frame import framed, missing_for_doubts, notes_of, weakest
from deadlines.compute.result import Step, Timeliness, Window
from deadlines.compute.routes import Route
from deadlines.compute.safe import dispute_of, find_safe
from deadlines.compute.texts import Text, texts_for
from deadlines.compute.trigger import Trigger, trigger_of
from deadlines.compute.words import end_words, long_date
from deadlines.errors import BeforeKnownLaw
from deadlines.law.counting import Computation
from deadlines.law.model import Note


def due_window(case: Case) -> Window | None:
    """The window of a rule that gives a date; None, and a question, where the day that starts it is not known."""
    found = _start(case)
    if found is None:
        return None
    text, trigger, counting = found
    dates = counting.dates()
    if counting.printed_governs():
        maximum = counting.add(trigger.base, text.length, counting.line.add)
        dispute = dispute_of(case, dates.last_day, dates.safe_by) if dates.last_raw > maximum else None
    find_safe(counting, dates)
    if text.period.opens is not None:
        dates.steps.append(narrate.opens(counting.add(trigger.base, text.period.opens), text.period))
    _ask(counting, dates)
    if not counting.printed_governs():
        dispute = dispute_of(case, dates.last_day, dates.safe_by)
    return _window(case, text, counting, dates, dispute)


def opening_window(case: Case) -> Window | None:
    """The window of a rule that gives only a day from which something is possible, or a bar has ended."""
    found = _start(case)
    if found is None:
        return None
    text, trigger, counting = found
    opens = counting.add(trigger.base, text.length)
    case.ask_all(text.missing + trigger.missing)
    ends = Step(f"{end_words(text.length)} on {long_date(opens)}: {text.why}.", opens, text.cite[0])
    notes = notes_of(case.rule, case.notice)
    return framed(
        case.rule,
        state="no-limit",
        opens_on=opens,
        working=[*trigger.steps, ends],
        cite=_citations(case, text),
        confidence=case.rule.reviewed.confidence,
        notes=[note.text for note in notes],
        **beside(case, opens, opens),
    )


def _start(case: Case) -> tuple[Text, Trigger, Counting] | None:
    rule, notice = case.rule, case.notice
    texts = texts_for(rule, notice, case.engine.usual)
    if texts is None:
        raise BeforeKnownLaw(
            f"{rule.title}: the law data holds no text for {notice.decided_on}. Compute this date by hand."
        )
    trigger = trigger_of(rule, notice, lambda other: case.engine.window_of(other, notice, case.policy))
    if isinstance(trigger, str):
        case.ask_all((trigger,) if trigger else ())
        return None
    case.ask_all(texts.missing)
    return texts.prevailing, trigger, Counting(case, texts, trigger)


def _ask(counting: Counting, found: Dates) -> None:
    """Every missing fact that would change one of the dates."""
    case, rule, notice = counting.case, counting.case.rule, counting.case.notice
    case.ask_all(counting.text.missing + counting.trigger.missing)
    late = counting.trigger.latest > counting.trigger.base and not counting.trigger.missing
    if counting.method == "unknown" and (_service_matters(counting.computation) or late):
        case.questions.ask("service.method", rule)
    if rule.printed == "governs" and notice.printed_deadline is None:
        case.questions.ask("printed_deadline", rule)
    if counting.computation.state_holidays and counting.circuit is None and _circuit_matters(counting, found):
        case.questions.ask("circuit", rule)
    if notice.received_on is None and any(item.start == "received" for item in rule.alternative):
        case.questions.ask("received_on", rule)
    for item in rule.alternative:
        if item.effect != "arguable" and item.start_fact is not None and match(item.when, notice).holds:
            case.ask_all(() if item.start_fact in notice.facts else (item.start_fact,))
    since = counting.computation.online_from
    rolls = found.last_day != found.last_raw and since is not None and found.last_raw >= since
    if rolls and notice.facts.get("filing") is None and not counting.computation.online_roll:
        case.questions.ask("filing", rule)


def _circuit_matters(counting: Counting, found: Dates) -> bool:
    here = counting.days.forward(found.last_raw).day
    engine = counting.case.engine
    others = (engine.days(counting.computation.id, circuit) for circuit in engine.law.clerks)
    return any(days.forward(found.last_raw).day != here for days in others)


def _service_matters(computation: Computation) -> bool:
    unknown = next(line for line in computation.service if "unknown" in line.methods)
    return any(line.add != unknown.add for line in computation.service)


def _window(case: Case, text: Text, counting: Counting, dates: Dates, dispute: str | None) -> Window:
    notes = notes_of(case.rule, case.notice)
    doubts = [note.text for note in notes if note.contests]
    case.questions.doubts.extend(doubts)
    case.ask_all(missing_for_doubts(case.rule, case.notice))
    if dispute is not None and case.rule.printed == "caps":
        case.questions.doubts.append(f"{case.rule.title}: {dispute}")
    opens = text.period.opens
    return framed(
        case.rule,
        state="due",
        opens_on=counting.trigger.safe if opens is None else counting.add(counting.trigger.base, opens),
        protective_by=dates.protective_by,
        safe_by=dates.safe_by,
        last_day=dates.last_day,
        latest=dates.latest,
        contested=bool(doubts) or dates.protective_by is not None or dates.latest > dates.last_day,
        readings=dates.readings,
        working=dates.steps,
        cite=_citations(case, text),
        confidence=weakest((case.rule.reviewed.confidence, case.route.confidence, *dates.sources)),
        notes=_notes(case.route, notes),
        dispute=dispute,
        **beside(case, dates.safe_by, dates.latest),
        **_timeliness(case, dates, bool(doubts)),
    )


def _notes(route: Route, notes: Iterable[Note]) -> list[str]:
    return [*route.notes, *(note.text for note in notes)]


def _citations(case: Case, text: Text) -> list[str]:
    return list(dict.fromkeys((*case.rule.cite, *text.cite, *case.route.cite)))


def _timeliness(case: Case, dates: Dates, doubtful: bool) -> dict[str, Timeliness]:
    """Timely up to the last day, late after the latest; in between, in doubt, or past a printed date: contested."""
    filed_on, printed = case.notice.filed_on, case.notice.printed_deadline
    if filed_on is None:
        return {}
    if filed_on > dates.latest:
        return {"timeliness": "late"}
    past_printed = case.rule.printed == "caps" and printed is not None and filed_on > printed
    return {"timeliness": "contested" if filed_on > dates.last_day or doubtful or past_printed else "timely"}
