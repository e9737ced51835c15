"""Whether the evening check was signed: the days of the last weeks, and the alarm where nobody has signed."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deadlines.clock import end_of
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.evening_after import unsigned
from deadlines.docket.evening_sheet import sheet_of
from deadlines.docket.evening_signed import Signature, checks_of, signatures_of
from deadlines.docket.findings import Finding
from deadlines.docket.intake import Desk
from deadlines.docket.letters import docket_people
from deadlines.docket.ways import is_working_day
from deadlines.ical.wording import day_text
from deadlines.store.tables import EveningCheck, Heartbeat, Person

ROW = "evening"
"""The heartbeat that says since which day the firm asks for the check."""
LOOK_BACK = timedelta(days=30)
GRACE = timedelta(minutes=30)
"""Who still enters papers after the evening check has so long to have them signed for."""
AFTER = "{count} came or changed after the evening check of {day} was signed, and nobody has signed for it."
ALARM = "Nobody has signed the evening check of {day}."
BY_PAGE = """
Go through what was due and what was closed, and sign for it:
{pages}/evening?on={on}
"""
BY_COMMAND = """
Go through what was due and what was closed: `deadlines evening --on {on}` shows it, and
`deadlines evening --sign --on {on} --by ADDRESS` signs for it.
"""


class EveningDay(Struct, frozen=True, kw_only=True):
    """One day with its signatures. `gap`: a working day that has ended, and nobody has signed for it. `unsigned`: so
    many things came, changed or were closed that day after it was signed, and nobody has signed for them."""

    on: date
    working: bool
    signatures: list[Signature]
    gap: bool
    unsigned: int = 0


def evening_days(
    session: Session, desk: Desk, *, days: int, now: datetime, reader: Person | None = None
) -> list[EveningDay]:
    """The last so many days, the newest first: working days since the firm began with the check, and others that were
    signed for. Words on restricted matters are as far as the reader may see these."""
    works, today = is_working_day(desk), _today(desk, now)
    first = today - timedelta(days=days - 1)
    signed: dict[date, list[Signature]] = {}
    by_day: dict[date, list[EveningCheck]] = {}
    checks = checks_of(session, first)
    for check, signature in zip(checks, signatures_of(session, checks, reader), strict=True):
        signed.setdefault(check.on, []).append(signature)
        by_day.setdefault(check.on, []).append(check)
    since, after = began(session), unsigned(session, desk, by_day, reader)
    found = []
    for back in range(days):
        on = today - timedelta(days=back)
        wanted = works(on) and since is not None and on >= since
        if wanted or on in signed:
            gap = wanted and on < today and on not in signed
            found.append(
                EveningDay(on=on, working=works(on), signatures=signed.get(on, []), gap=gap, unsigned=after.get(on, 0))
            )
    return found


def began(session: Session) -> date | None:
    """Since which day the check is asked for or signed; None where it never was."""
    row = session.get(Heartbeat, ROW)
    asked = [date.fromisoformat(row.detail)] if row is not None and row.detail else []
    first = session.scalar(select(func.min(EveningCheck.on)))
    return min([*asked, *([first] if first is not None else [])], default=None)


def watch_evening(session: Session, desk: Desk, *, by: time | None, now: datetime) -> int:
    """Raise the alarm where nobody has signed: once on the evening at `by`, and once more on the next morning.

    The same where something came that day after the last signature, half an hour after it if `by` has passed. It goes
    to the docket role and its deputies. `by` None: the firm asks for no check. Returns how many alarms are new.
    """
    asked = _asked_since(session, desk, by, now)
    if by is None or asked is None:
        return 0
    local, works = now.astimezone(ZoneInfo(desk.zone)), is_working_day(desk)
    today, before = local.date(), local.date() - timedelta(days=1)
    while not works(before):
        before -= timedelta(days=1)
    raised = 0
    if works(today) and local.time() >= by:
        raised += _alarm(session, desk, today, f"{ROW}/{today}", now)
        raised += _alarm_after(session, desk, today, "", now - GRACE, now)
    if before >= asked and local.time() >= desk.at:
        midnight = end_of(before, ZoneInfo(desk.zone))
        raised += _alarm(session, desk, before, f"{ROW}/{before}/again", now)
        raised += _alarm_after(session, desk, before, "/again", midnight, now)
    return raised


def check_evening(session: Session, desk: Desk, *, by: time | None, now: datetime) -> Finding:
    """Whether the evening checks of the last weeks are signed, for the doctor."""
    days = evening_days(session, desk, days=LOOK_BACK.days, now=now)
    broken = [day for day in days if not all(signature.whole for signature in day.signatures)]
    if broken:
        sentence = f"The evening check of {day_text(broken[0].on)} is not as it was signed."
        return Finding("evening-signed", "ill", sentence, "Somebody changed the database; compare it with a backup.")
    if by is None:
        return Finding("evening-signed", "well", "The firm asks for no evening check (evening.by is empty).")
    local = now.astimezone(ZoneInfo(desk.zone))
    late = [day.on for day in days if day.on == local.date() and day.working and not day.signatures]
    gaps = [*(late if local.time() >= by else []), *(day.on for day in days if day.gap)]
    if not gaps:
        return Finding("evening-signed", "well", "The evening check of every working day is signed.")
    hint = "`deadlines evening list` shows the gaps; sign each late with `deadlines evening --sign --on DATE`."
    count = "1 working day has" if len(gaps) == 1 else f"{len(gaps)} working days have"
    sentence = f"{count} no signed evening check within {LOOK_BACK.days} days, the last {day_text(gaps[0])}."
    return Finding("evening-signed", "warning", sentence, hint)


def _asked_since(session: Session, desk: Desk, by: time | None, now: datetime) -> date | None:
    """Since which day the firm asks for the check; noted when it begins to, forgotten when it no longer does."""
    row = session.get(Heartbeat, ROW)
    if by is None:
        if row is not None and row.detail:
            row.detail, row.at = "", now
        return None
    if row is None or not row.detail:
        today = _today(desk, now)
        session.merge(Heartbeat(sweep=ROW, at=now, detail=today.isoformat()))
        return today
    row.at = now
    return date.fromisoformat(row.detail)


def _alarm(session: Session, desk: Desk, on: date, key: str, now: datetime) -> bool:
    signed = select(EveningCheck.id).where(EveningCheck.on == on).limit(1)
    if session.scalar(signed) is not None:
        return False
    subject = f"Nobody has signed the evening check of {day_text(on)}"
    text = ALARM.format(day=day_text(on)) + _how(desk, on)
    return _raise(session, key, subject, text, now)


def _alarm_after(session: Session, desk: Desk, on: date, again: str, until: datetime, now: datetime) -> bool:
    """The alarm for what came onto a signed list until a moment and stays open; once for each last signature."""
    if not checks_of(session, on, on):
        return False
    sheet = sheet_of(session, desk, None, on=on)
    came = {item.entry: item.came_at for item in sheet.open} | {item.id: item.came_at for item in sheet.others}
    count = sum(name in sheet.after and at <= until for name, at in came.items())
    if not count:
        return False
    things = "1 thing" if count == 1 else f"{count} things"
    subject = f"{things} came after the evening check of {day_text(on)} was signed"
    text = AFTER.format(count=things, day=day_text(on)) + _how(desk, on)
    return _raise(session, f"{ROW}/{on}/{sheet.signatures[-1].check}{again}", subject, text, now)


def _how(desk: Desk, on: date) -> str:
    """Where it is signed for: on its page, and by commands where people have no pages."""
    return "\n" + (BY_PAGE if desk.pages else BY_COMMAND).format(pages=desk.pages, on=on)


def _raise(session: Session, key: str, subject: str, text: str, now: datetime) -> bool:
    deputies = [person.deputy_id for person in docket_people(session) if person.deputy_id is not None]
    return raise_alarm(session, key, subject=subject, text=text, now=now, also=deputies)


def _today(desk: Desk, now: datetime) -> date:
    return now.astimezone(ZoneInfo(desk.zone)).date()
