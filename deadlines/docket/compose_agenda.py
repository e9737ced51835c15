"""The words of an agenda and of the weekly docket. As in every mail, a matter's number and never a client's name."""

from collections.abc import Iterator, Sequence
from datetime import date

from deadlines.docket.agenda import Agenda, Dated, Step
from deadlines.docket.compose import what_to_file
from deadlines.docket.compose_dates import days_left
from deadlines.docket.trust import ALTERED
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line

MOST_LINES = 60
LIST, STEP_LIST = "deadlines list", "deadlines milestone list"
FOOT = (
    "This list takes the place of no reminder: each is a mail of its own. The docket is the record; check each date\n"
    "against the notice itself."
)


def compose_agenda(agenda: Agenda, *, today: date, sent: int | None = None) -> tuple[str, str]:
    """Subject and text of a person's agenda. `sent`: how many mails with reminders they were sent within a week."""
    parts = [*_away(agenda), blocks(agenda, today)]
    parts += [f"YOU COVER FOR {clean_line(name)}\n\n{blocks(day, today)}" for name, day in agenda.covers.items()]
    parts = [part for part in parts if part]
    if sent is not None:
        fewer = "If you have got fewer, tell whoever keeps the docket."
        parts.append(f"Mails with reminders sent to you in the last seven days: {sent}. {fewer}")
    return f"Your docket on {day_text(today)}: {_counts(agenda)}", "\n\n".join([*parts, FOOT]) + "\n"


def compose_weekly(found: dict[str, Agenda], *, today: date) -> tuple[str, str]:
    """Subject and text of the weekly docket: for each attorney what falls within thirty days."""
    parts = [f"{clean_line(name)}\n\n{blocks(agenda, today)}" for name, agenda in found.items()]
    attorneys = "1 attorney" if len(found) == 1 else f"{len(found)} attorneys"
    return f"Weekly docket of {attorneys}, {day_text(today)}", "\n\n\n".join([*parts, FOOT]) + "\n"


def _away(agenda: Agenda) -> list[str]:
    if agenda.away is None:
        return []
    deputy, until = clean_line(agenda.away.deputy.name), day_text(agenda.away.until_on)
    return [f"You are away until {until}. {deputy} covers and gets your reminders too."]


def _counts(agenda: Agenda) -> str:
    """The gravest first: what has passed, what nobody answered, today, ahead, steps; last, of whom one covers."""
    late = sum(step.milestone.due_on < agenda.day for step in agenda.steps)
    named = (
        (len(agenda.past), "PAST"),
        (len(agenda.unanswered), "not answered"),
        (len(agenda.today), "today"),
        (len(agenda.ahead), "within a week"),
        (late, "steps overdue"),
        (len(agenda.steps) - late, "steps ahead"),
        (len(agenda.covers), "covered for"),
    )
    return ", ".join(f"{count} {words}" for count, words in named if count)


def blocks(agenda: Agenda, today: date) -> str:
    """What stands on an agenda, the gravest first; empty where nothing does."""
    late = [step for step in agenda.steps if step.milestone.due_on < today]
    ahead = [step for step in agenda.steps if step.milestone.due_on >= today]
    named = (
        ("PAST: the last day has gone by, and the entry is still open", _dates(agenda.past, today), LIST),
        ("TODAY", _dates(agenda.today, today), LIST),
        ("NOT ANSWERED: urgently reminded of, and nobody has taken it on", _dates(agenda.unanswered, today), LIST),
        ("AHEAD", _dates(agenda.ahead, today), LIST),
        ("STEPS OVERDUE", _steps(late, today), STEP_LIST),
        ("STEPS AHEAD", _steps(ahead, today), STEP_LIST),
    )
    return "\n\n".join("\n".join([heading, *_short(lines, of)]) for heading, lines, of in named if lines)


def _dates(items: Sequence[Dated], today: date) -> list[str]:
    return [line for item in items for line in _date(item, today)]


def _date(item: Dated, today: date) -> Iterator[str]:
    title = "deadline" if item.matter.restricted else what_to_file(item.entry)
    when = f"{day_text(item.on)} ({days_left(item.on, today)})"
    courier = f"; by courier {day_text(item.dispatch_by)}" if item.dispatch_by is not None else ""
    checked = ", NOT VERIFIED" if item.unverified else ""
    reference = clean_line(item.matter.reference)
    yield f"  {when}  {reference}  {title}, {item.what}{courier}{checked}  [{item.entry.id[:8]}]"
    if item.altered:
        yield f"    {ALTERED}"


def _steps(items: Sequence[Step], today: date) -> list[str]:
    return [
        f"  {day_text(step.milestone.due_on)} ({days_left(step.milestone.due_on, today)})  "
        f"{clean_line(step.matter.reference)}  "
        f"{'step' if step.matter.restricted else f'{clean_line(step.milestone.title)} ({what_to_file(step.entry)})'}"
        f"  [{step.milestone.id[:8]}]"
        for step in items
    ]


def _short(lines: list[str], command: str) -> list[str]:
    """A mail that nobody reads to its end helps nobody; what is left out is said, and which command shows it."""
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"  and {len(lines) - MOST_LINES} more: `{command}` shows them."]
