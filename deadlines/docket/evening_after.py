"""What came onto the list of a day that was signed already, and nobody has signed for: by the signed day, how much."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlalchemy.orm import Session

from deadlines.clock import day_of
from deadlines.docket.evening_others import waiting_looks, waiting_papers
from deadlines.docket.evening_sheet import CLOSINGS, first_day, on_docket_of, reached, rows
from deadlines.docket.evening_signed import State, covered, other_state
from deadlines.docket.intake import Desk
from deadlines.docket.wanted import courier_day
from deadlines.store.tables import Audit, DeadlineRow, Entry, EveningCheck, Person


def unsigned(
    session: Session, desk: Desk, signed: Mapping[date, Sequence[EveningCheck]], person: Person | None
) -> dict[date, int]:
    """Of days that were signed, how many things came, changed or were closed by the end of the day and no signature
    covers; only days that have some, and only what stands on the docket of the person.

    What changed on a later day belongs to that day's list.
    """
    if not signed:
        return {}
    zone, lists = ZoneInfo(desk.zone), _lists(desk, signed)
    known = {on: covered(checks) for on, checks in signed.items()}
    found: dict[date, set[State]] = {}
    for on, state in (
        *_windows(session, zone, signed, person),
        *_others(session, zone, signed, person),
        *_closed(session, zone, lists, person),
    ):
        if state not in known[on]:
            found.setdefault(on, set()).add(state)
    return {on: len(states) for on, states in found.items()}


def _windows(
    session: Session, zone: ZoneInfo, signed: Mapping[date, object], person: Person | None
) -> Iterator[tuple[date, State]]:
    days = DeadlineRow.protective_by, DeadlineRow.safe_by, DeadlineRow.last_day
    query = rows(
        on_docket_of(person), Entry.id, Entry.version, Entry.status, DeadlineRow.created_at, courier_day(), *days
    )
    query = query.where(Entry.status == "open", or_(reached(max(signed)), courier_day().in_(signed)))
    for name, version, status, came_at, courier, *dates in session.execute(query):
        came, due = day_of(came_at, zone), min((day for day in dates if day is not None), default=date.min)
        yield from ((on, (name, version, status)) for on in signed if came <= on and (due <= on or courier == on))


def _others(
    session: Session, zone: ZoneInfo, signed: Mapping[date, object], person: Person | None
) -> Iterator[tuple[date, State]]:
    for on in signed:
        papers, looks = (found(session, person, on=on, zone=zone) for found in (waiting_papers, waiting_looks))
        yield from ((on, other_state(item.id)) for item in (*papers, *looks))


def _lists(desk: Desk, signed: Mapping[date, object]) -> dict[date, list[date]]:
    """By the day on which something was closed, the signed days on whose lists it stands."""
    found: dict[date, list[date]] = {}
    for on in signed:
        first = first_day(desk, on)
        for back in range((on - first).days + 1):
            found.setdefault(on - timedelta(days=back), []).append(on)
    return found


def _closed(
    session: Session, zone: ZoneInfo, lists: Mapping[date, Sequence[date]], person: Person | None
) -> Iterator[tuple[date, State]]:
    query = rows(on_docket_of(person), Entry.id, Entry.version, Entry.status, Audit.at)
    query = query.join(Audit, Audit.subject == Entry.id).where(Audit.action.in_(CLOSINGS), Entry.closing.is_not(None))
    for name, version, status, closed_at in session.execute(
        query.where(Audit.at >= datetime.combine(min(lists), time(), zone))
    ):
        yield from ((on, (name, version, status)) for on in lists.get(day_of(closed_at, zone), ()))
