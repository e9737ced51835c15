"""The words of a reminder. Mail is a copy that leaves the house: matter number yes, client name never."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from deadlines.docket.answering import place_of, to_know_more, to_record_missed, to_take_on, to_tick, why_asked
from deadlines.docket.coming import courier_for
from deadlines.docket.compose_dates import days_left, explained, lines_of_dates
from deadlines.docket.delays import LAST_DAY_PASSED, delay_lines, late_by, what_to_do
from deadlines.docket.fatal import PROTECTIVE
from deadlines.docket.lanes import ESCALATED, UNDELIVERED, stage_of
from deadlines.docket.reminders import MOVED, URGENT
from deadlines.docket.tidings import lines_of, mark_of
from deadlines.docket.trust import ALTERED
from deadlines.ical.wording import day_text
from deadlines.notify.message import Message, clean_line
from deadlines.store.tables import Absence, DeadlineRow, Entry, Matter, Milestone, Person, Reminder

FOOT = (
    "This is a reminder from the firm's docket, not legal advice. Check the date against the notice itself;\n"
    "the docket, not this message, is the record."
)
MANY = (
    "Reminders of {count} matters are late: they could not leave when they were due. This mail has all of them; how\n"
    "each date was found stands on the docket."
)
NO_LONGER_PROTECTED = "PROTECTIVE DATE HAS PASSED"
NOT_VERIFIED = "NOT VERIFIED"
REPEAT = "This may be a repeat: whether an earlier copy arrived is not known."


class Item(Struct, frozen=True):
    """A reminder with what it speaks of; `before` is the version of the dates before this one.

    `sees`: whether the person may see the matter. `concerned`: whether its dates are theirs to take on. `altered`: the
    stored date is not as the program wrote it; `doubt`: why every date is in doubt; `unverified`: no
    second person has read the notice, though one could. `milestone`: the step that it is
    about, rather than the dates themselves. `wanted`: the day until which more time is asked for and not granted.
    `covers`: the absence because of which it came to this person too. `silenced`: earlier reminders of the same never
    left, and this one speaks for them. `unreached`: it goes on to this person from a reminder that never reached the
    attorney.
    """

    reminder: Reminder
    entry: Entry
    deadline: DeadlineRow
    matter: Matter
    person: Person
    before: DeadlineRow | None = None
    sees: bool = False
    concerned: bool = False
    altered: bool = False
    doubt: str | None = None
    unverified: bool = False
    milestone: Milestone | None = None
    wanted: date | None = None
    covers: Absence | None = None
    silenced: bool = False
    unreached: bool = False


class Ahead(Struct, frozen=True):
    """The date that matters most to a reader on a day: what to call it and when it is."""

    words: str
    on: date


def compose(
    items: Sequence[Item],
    *,
    now: datetime,
    zone: str,
    message_id: str,
    repeat: bool,
    undelivered: dict[int, str] | None = None,
    pages: str = "",
) -> Message:
    """One message to one person about the entries of one matter, the first item being the most urgent.

    Of several matters, after hours of silence, each has its own part, without the workings of its dates.
    `undelivered` gives, for an alarm, the sentence that says which reminder did not arrive. For a restricted
    matter the message holds its number and dates only. `pages`: the address of the pages, where the firm has one; each
    matter is linked, by an id that tells nothing and a page that only who is signed in sees.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    told = undelivered or {}
    matters = by_matter(items)
    parts = [items[0].doubt] if items[0].doubt is not None else []
    parts += [MANY.format(count=len(matters))] if len(matters) > 1 else []
    for theirs in matters:
        parts.append(f"Matter {clean_line(theirs[0].matter.reference)}")
        blocks = under_their_dates(theirs)
        parts += [
            "\n".join(
                [
                    *_item(item, number, today, now, told.get(item.reminder.id), pages, brief=len(matters) > 1),
                    *_steps_below(steps, today, now, pages),
                ]
            )
            for number, (item, steps) in enumerate(blocks, start=1)
        ]
    if repeat:
        parts.append(REPEAT)
    return Message(
        to_name=items[0].person.name,
        to_email=items[0].person.email,
        subject=subject_of(items, today, now),
        text="\n\n".join([*parts, FOOT]) + "\n",
        message_id=message_id,
        at=now,
        headers=_headers(items),
    )


def compose_plain(items: Sequence[Item], *, now: datetime, message_id: str, repeat: bool) -> Message:
    """The least that must be said, from the stored columns alone, for when the full text cannot be made."""
    first = items[0]
    lines = []
    for theirs in by_matter(items):
        days = sorted({day for item in theirs for day in (item.deadline.safe_by, item.deadline.last_day) if day})
        lines.append(f"Deadlines of matter {clean_line(theirs[0].matter.reference)} fall on these days:")
        lines += [f"  {day_text(day)}" for day in days]
    lines += [ALTERED] if any(item.altered for item in items) else []
    mark = "".join(f"{said} " for said in _verified_marks(items))
    lines += [first.doubt] if first.doubt is not None else []
    lines.append("Open the docket to see what must be done.")
    return Message(
        to_name=items[0].person.name,
        to_email=items[0].person.email,
        subject=f"{_alarm(items)}{mark}Deadline of matter {first.matter.reference}: open the docket",
        text="\n".join([*lines, *([REPEAT] if repeat else []), "", FOOT]) + "\n",
        message_id=message_id,
        at=now,
        headers=_headers(items),
    )


def by_matter(items: Sequence[Item]) -> list[list[Item]]:
    """The items of each matter, in the order in which the matters come up."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.matter.id, []).append(item)
    return list(found.values())


def under_their_dates(items: Sequence[Item]) -> list[tuple[Item, list[Item]]]:
    """Each item of a matter with the steps that are said in short below it: those that lead to its date."""
    last = {item.entry.id: item.reminder.id for item in items if item.milestone is None}
    steps: dict[int, list[Item]] = {}
    for item in items:
        if item.milestone is not None and item.entry.id in last:
            steps.setdefault(last[item.entry.id], []).append(item)
    first = [item for item in items if item.milestone is None or item.entry.id not in last]
    return [(item, steps.get(item.reminder.id, [])) for item in first]


def ahead(item: Item, today: date) -> Ahead | None:
    """The date that a reminder speaks of today: its own, or the next one once that has passed."""
    deadline = item.deadline
    if item.milestone is not None:
        due_on = item.milestone.due_on
        return Ahead("to be done by" if due_on >= today else "was to be done by", due_on)
    stage = item.reminder.rung.partition("-")[0]
    by_courier = item.entry.dispatch_by
    if stage == "dispatch" and by_courier is not None and by_courier >= today:
        return Ahead("give it to the courier by", by_courier)
    if stage == "opens" and deadline.opens_on is not None and deadline.opens_on >= today:
        return Ahead("may be filed from", deadline.opens_on)
    protect, safe = _to_come(item, today)
    # What had passed at entry, and what moved, comes as one message: it speaks of the date that comes first.
    if stage in ("now", MOVED) and protect and safe:
        return min(protect, safe, key=lambda date: date.on)
    if stage in ("protective", "now", MOVED) and protect:
        return protect
    if safe and stage != "last":
        return safe
    if deadline.last_day is None:
        return None if deadline.safe_by is None else Ahead("was to be filed by", deadline.safe_by)
    return Ahead("last day is" if deadline.last_day >= today else "last day was", deadline.last_day)


def _to_come(item: Item, today: date) -> tuple[Ahead | None, Ahead | None]:
    """The protective and the safe date, as far as they have not passed."""
    protective_by, safe_by = item.deadline.protective_by, item.deadline.safe_by
    return (
        Ahead("to be protected, file by", protective_by) if protective_by and protective_by >= today else None,
        Ahead("file by", safe_by) if safe_by and safe_by >= today else None,
    )


def subject_of(items: Sequence[Item], today: date, now: datetime) -> str:
    """What matters most of the first item, on one line; for a restricted matter without the remedy."""
    first, apart = items[0], told_of(items)
    date_ahead = ahead(first, today)
    gone = _of_several(LAST_DAY_PASSED, [_last_day_passed(item, today) for item in apart])
    if _unprotected(items, today):
        gone.insert(0, NO_LONGER_PROTECTED)
    late = _late(first, now)
    said = [*gone, *_marks(first, today), *([f"REMINDER LATE by {late}"] if late else [])]
    marks = [f"[{mark}]" for mark in dict.fromkeys(said)]
    if date_ahead is not None:
        marks.append(f"[{days_left(date_ahead.on, today)}]")
    marks += _verified_marks(apart)
    dated = f"{date_ahead.words} {day_text(date_ahead.on)}" if date_ahead else "no date"
    matters = len(by_matter(items))
    more = f" (+{len(apart) - 1} more{f' in {matters} matters' if matters > 1 else ''})" if len(apart) > 1 else ""
    what = what_is_said(first, "deadline")
    return clean_line(f"{_alarm(items)}{' '.join(marks)} {what} – {first.matter.reference} – {dated}{more}", 200)


def told_of(items: Sequence[Item]) -> list[Item]:
    """The dates and steps that a message speaks of, each once, however many reminders of it there are."""
    found: dict[tuple[str, str | None], Item] = {}
    for item in items:
        found.setdefault((item.entry.id, item.milestone.id if item.milestone else None), item)
    return list(found.values())


def _verified_marks(items: Sequence[Item]) -> list[str]:
    return [f"[{said}]" for said in _of_several(NOT_VERIFIED, [item.unverified for item in items])]


def _of_several(said: str, which: Sequence[bool]) -> list[str]:
    """What is said of all, or of how many of several: the subject names the first only."""
    count = sum(which)
    return [said if count == len(which) else f"{count} of {len(which)} {said}"] if count else []


def _alarm(items: Sequence[Item]) -> str:
    return "[INTEGRITY ALARM] " if any(item.altered or item.doubt for item in items) else ""


def _unprotected(items: Sequence[Item], today: date) -> bool:
    """Whether one of them was to tell of a protective date and leaves only after it."""
    return any(
        item.reminder.rung.startswith(PROTECTIVE)
        and item.deadline.protective_by
        and item.deadline.protective_by < today
        for item in items
    )


def _last_day_passed(item: Item, today: date) -> bool:
    """Whether the last day of its date passed before a reminder left, unless its own mark says so."""
    last_day, rung = item.deadline.last_day, stage_of(item.reminder.rung)
    return item.milestone is None and rung not in ("past", MOVED) and last_day is not None and last_day < today


def _late(item: Item, now: datetime) -> str:
    """How late the reminder itself leaves; that nobody answered or got another is as true an hour later."""
    return "" if item.reminder.rung.startswith((UNDELIVERED, ESCALATED)) else late_by(item.reminder.due_at, now)


def _marks(item: Item, today: date) -> list[str]:
    """What a reader must know before anything else: not delivered, moved, passed."""
    reminder = item.reminder
    if reminder.rung.startswith(UNDELIVERED):
        return ["NOT DELIVERED"]
    if reminder.rung.startswith(ESCALATED):
        return ["NOBODY HAS ANSWERED"]
    marks = {"now": ["ENTERED LATE"], "past": ["LATE: last day has passed"]}.get(stage_of(reminder.rung), [])
    if _unprotected([item], today):
        marks = [NO_LONGER_PROTECTED]
    if stage_of(reminder.rung) == MOVED:
        marks = mark_of(item.deadline, item.before, today)
    return marks


def what_is_said(item: Item, discreetly: str) -> str:
    """What the reminder is about; of a restricted matter only that it is a deadline, or a step towards one."""
    if item.matter.restricted:
        return discreetly if item.milestone is None else "step"
    title = what_to_file(item.entry)
    return title if item.milestone is None else f"{clean_line(item.milestone.title)} ({title})"


def what_to_file(entry: Entry) -> str:
    """`I-290B motion to reopen`: the form, then the title of the remedy."""
    title, form = clean_line(entry.title), clean_line(entry.form or "")
    if not form or form in title:
        return title
    return f"{form} {title[:1].lower()}{title[1:]}"


def _item(
    item: Item, number: int, today: date, now: datetime, undelivered: str | None, pages: str, *, brief: bool = False
) -> list[str]:
    lines = [f"{number}. {what_is_said(item, 'Deadline')}"]
    lines += [f"   {ALTERED}"] if item.altered else []
    lines += (
        [f"   {NOT_VERIFIED}: no second person has read the notice against this date yet."] if item.unverified else []
    )
    lines += [f"   {mark}." for mark in _marks(item, today) if not undelivered]
    of = "date" if item.milestone is None else "step"
    lines += [f"   {line}" for line in delay_lines(_late(item, now), silenced=item.silenced, of=of)]
    if stage_of(item.reminder.rung) == MOVED:
        lines += [f"   {line}" for line in lines_of(item.deadline, item.before, item.matter)]
    if undelivered:
        lines.append(f"   {clean_line(undelivered)}")
        lines.append("   Please see to it that somebody acts on this date.")
    if item.reminder.rung.startswith(ESCALATED):
        lines.append(f"   {why_asked(item)}")
    if item.covers is not None:
        away = item.covers
        until = day_text(away.until_on)
        lines.append(f"   You cover for {clean_line(away.person.name)}, who is away until {until}.")
    if item.milestone is not None:
        return [*lines, *_step(item, item.milestone, today, pages)]
    lines += lines_of_dates(item.deadline, today)
    lines += [f"   {line}" for line in what_to_do(item.deadline, today, record=to_record_missed(item, pages))]
    if item.wanted is not None:
        lines.append(f"   More time until {day_text(item.wanted)} was asked for and is NOT GRANTED: these dates hold.")
    spoken_of = ahead(item, today)
    by_courier = courier_for(item.entry, spoken_of.on, today) if spoken_of is not None else None
    if by_courier is not None and not item.altered:
        lines.append(f"   By courier:      hand it over by {day_text(by_courier)} ({days_left(by_courier, today)})")
    if item.matter.restricted or undelivered or brief:
        lines.append(f"   {to_know_more(item)}")
    else:
        lines += explained(item.entry, item.deadline)
    lines += place_of(item, pages)
    if item.reminder.severity >= URGENT and item.entry.status == "open":
        lines.append(f"   To take it on: {to_take_on(item, pages)}")
    return lines


def _step(item: Item, step: Milestone, today: date, pages: str) -> list[str]:
    """A milestone: its day, the date it leads to, and how to tick it."""
    late = "" if step.due_on >= today else " NOT DONE."
    lines = [f"   To be done by:   {day_text(step.due_on)} ({days_left(step.due_on, today)}).{late}"]
    safe_by = item.deadline.safe_by
    lines += [f"   File by:         {day_text(safe_by)} ({days_left(safe_by, today)})"] if safe_by else []
    lines += place_of(item, pages)
    return [*lines, f"   When it is done: {to_tick(item, step.id[:8], pages)}"]


def _steps_below(items: Sequence[Item], today: date, now: datetime, pages: str) -> list[str]:
    """Steps in short, below the date that they lead to, and how each is ticked."""
    lines = []
    for item in items:
        step, delay = item.milestone, " ".join(delay_lines(_late(item, now), silenced=item.silenced, of="step"))
        if step is None:
            continue
        title = "step" if item.matter.restricted else clean_line(step.title)
        late = "" if step.due_on >= today else " NOT DONE."
        when = f"to be done by {day_text(step.due_on)} ({days_left(step.due_on, today)}).{late}"
        lines.append(f"   - {title}: {when} [{step.id[:8]}] {delay}".rstrip())
    if not lines:
        return []
    return ["   Steps:", *lines, f"   When one is done: {to_tick(items[0], 'STEP', pages)} (STEP: what is in brackets)"]


def _headers(items: Sequence[Item]) -> dict[str, str]:
    headers = {"X-Deadlines-Reminders": " ".join(str(item.reminder.id) for item in items)}
    if items[0].reminder.severity > 1:
        headers["Importance"] = "high"
    return headers
