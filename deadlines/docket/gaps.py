"""What the auditor found: kept once each, mended where that can only help, and told until it is gone."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from deadlines.docket.alarms import raise_alarm
from deadlines.docket.auditor import audit_entries
from deadlines.docket.away import is_catching_up, last_away
from deadlines.docket.judging import ON_ITS_WAY, PATIENCE, Found, Statement
from deadlines.docket.lanes import add_rows
from deadlines.docket.reminder_words import rank_of, words_of
from deadlines.docket.reminders import message_id
from deadlines.ical.wording import day_text
from deadlines.notify.message import clean_line
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Entry, Gap, Matter, Milestone, Person, Reminder

WORDS = {
    "missing": "must be reminded of and is not planned",
    "withdrawn": "was withdrawn although the dates hold",
    "misplaced": "is planned for a later day than its own",
    "unsent": "has been due for more than an hour and has not gone",
    "unproved": "stands as sent or covered, and nothing says that any mail of it was taken",
    "refused": "was refused, and nobody was told of that",
    "untold": "is of a step whose owner has left the firm or may not see the matter: they are told no more",
    "adrift": "is of an entry whose matter, attorney or notice is not there: no list shows it",
    "left": "still waits although the dates no longer hold",
    "lost": "was due and had not gone when the dates ended",
    "late": "went more than an hour late",
    "outdated": "went although the dates no longer held",
    "twice": "went twice, under two ids",
}
"""Each kind of gap, as the rest of a sentence about a reminder."""
STANDING = ("missing", "withdrawn", "misplaced", "unproved", "unsent", "refused", "left", "untold", "adrift")
"""Kinds that must be put right: the audit has passed when none is left. The others are told once."""
MENDED = ("missing", "withdrawn", "misplaced", "unproved")
"""Kinds that the auditor puts right itself: one reminder too many harms nobody."""
AGAIN_AFTER = timedelta(hours=24)
"""A gap that stays is told again after this time."""
LINES = 25
"""Gaps that one message names; of more it says how many."""


def settle(
    session: Session, statement: Statement, entry_ids: Collection[str], *, now: datetime, round_at: datetime
) -> list[Found]:
    """Look again at entries of which something was found, held this time; keep what is still so, and mend it.

    `round_at`: when the present round began. Returns what is still so.
    """
    query = select(Entry.id).where(Entry.id.in_(entry_ids)).order_by(Entry.id)
    held = session.scalars(query.with_for_update(**HELD)).all()
    found = audit_entries(session, statement, held, now=now)
    known = {gap.key: gap for gap in session.scalars(select(Gap).where(Gap.key.in_([each.key for each in found])))}
    for each in found:
        _keep(session, known.get(each.key), each, max(now, round_at))
    for each in found:
        if each.kind in MENDED:
            _mend(session, statement, each, now)
    session.flush()
    return found


def _keep(session: Session, gap: Gap | None, found: Found, now: datetime) -> None:
    if gap is not None:
        if gap.gone_at is not None:
            gap.found_at, gap.gone_at, gap.told_at = now, None, None
        gap.seen_at = now
        return
    session.add(
        Gap(
            key=found.key,
            kind=found.kind,
            entry_id=found.entry,
            rung=found.rung,
            person_id=found.person,
            due_at=found.due_at,
            found_at=now,
            seen_at=now,
        )
    )


def _mend(session: Session, statement: Statement, found: Found, now: datetime) -> None:
    """Plan a reminder that must be there, due at its moment or, where that has passed, at once. What was found of rows
    that are there is found only of people whom the entry still concerns."""
    due_at = max(found.due_at, now)
    if found.kind == "missing":
        if found.rung and session.get_one(Person, found.person).active:
            done = add_rows(session, [_row(statement, found, due_at)])
        else:
            return
    else:
        stood = ("sent", "covered") if found.kind == "unproved" else (*ON_ITS_WAY, "superseded", "cancelled")
        pending = Reminder.id == found.reminder, Reminder.state.in_(stood)
        values: dict[str, object] = {"state": "planned", "next_at": due_at, "owner": None, "lease_until": None}
        values |= {"sent_at": None, "lead_id": None} if found.kind == "unproved" else {}
        mended = update(Reminder).where(*pending).values(values).returning(Reminder.id)
        done = len(session.scalars(mended.execution_options(synchronize_session=False)).all())
    if done:
        detail = {"kind": found.kind, "rung": found.rung, "person": found.person, "reminder": found.reminder}
        audit.record(session, at=now, actor="auditor", action="reminder.mend", subject=found.entry, detail=detail)


def _row(statement: Statement, found: Found, due_at: datetime) -> dict[str, object]:
    return {
        "deadline_id": found.deadline,
        "entry_id": found.entry,
        "person_id": found.person,
        "channel": statement.channel,
        "rung": found.rung,
        "severity": found.severity,
        "due_at": due_at,
        "next_at": due_at,
        "state": "planned",
        "attempts": 0,
        "message_id": message_id(found.deadline, found.rung, found.person, statement.channel),
    }


def end_round(session: Session, *, now: datetime, round_at: datetime) -> int:
    """At the end of a round: what it did not see any more is gone. How many gaps stand."""
    gone = update(Gap).where(Gap.gone_at.is_(None), Gap.seen_at < round_at).values(gone_at=now)
    session.execute(gone.execution_options(synchronize_session=False))
    return len(standing(session))


def standing(session: Session) -> Sequence[Gap]:
    """The gaps that are to be put right, the oldest first."""
    query = select(Gap).where(Gap.gone_at.is_(None), Gap.kind.in_(STANDING))
    return session.scalars(query.order_by(Gap.found_at, Gap.key)).all()


def happened(session: Session) -> Sequence[Gap]:
    """What went wrong lately and cannot be put right."""
    query = select(Gap).where(Gap.gone_at.is_(None), Gap.kind.not_in(STANDING))
    return session.scalars(query.order_by(Gap.found_at, Gap.key)).all()


def tell(session: Session, *, now: datetime) -> int:
    """Raise one alarm of every gap that nobody was told of, and of those that stay; how many gaps.

    After the program was away nobody is alarmed while what fell due meanwhile is still leaving, for an hour at most;
    what has left by then is told of as late, and not as unsent.
    """
    if is_catching_up(session, now):
        return 0
    again = [gap for gap in standing(session) if gap.told_at is not None and gap.told_at <= now - AGAIN_AFTER]
    untold = select(Gap).where(Gap.told_at.is_(None), or_(Gap.kind != "unsent", Gap.gone_at.is_(None)))
    new = session.scalars(untold).all()
    if not new and not again:
        return 0
    parts = [*_part(session, "Found now", new), *_part(session, "Still so", again)]
    subject = f"The auditor found {_count(len(new) + len(again), 'reminder')} that did not go as the dates ask"
    text = (
        "The auditor works out anew which reminders the stored dates call for, and found differences.\n"
        "What is missing, withdrawn, misplaced or unproved it has planned again; all else is for you to look at.\n"
        + _was_away(session, [*new, *again])
        + "\n"
        + "".join(parts)
        + "\n`deadlines remind audit` shows how it stands now. docs/operations.md says what each line means.\n"
    )
    raised = raise_alarm(session, f"auditor/{now:%Y-%m-%dT%H:%M:%S}", subject=subject, text=text, now=now)
    for gap in (*new, *again) if raised else ():
        gap.told_at = now
    return len(new) + len(again)


def _part(session: Session, heading: str, gaps: Sequence[Gap]) -> Iterator[str]:
    if not gaps:
        return
    yield f"{heading}, what is fatal or urgent first:\n"
    for named in name_gaps(session, _first(session, gaps)[:LINES]):
        yield f"- {_line(named)}\n"
    if len(gaps) > LINES:
        counts = Counter(gap.kind for gap in gaps)
        yield f"- in all {len(gaps)}: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}\n"


def _first(session: Session, gaps: Sequence[Gap]) -> list[Gap]:
    """Fatal and urgent ones first, of these the nearest last day, steps last."""
    query = select(Entry.id, Entry.last_day).where(Entry.id.in_({gap.entry_id for gap in gaps}))
    days = {row.id: row.last_day or date.max for row in session.execute(query)}
    return sorted(gaps, key=lambda gap: (rank_of(gap.rung), days.get(gap.entry_id, date.min), gap.due_at, gap.key))


def _was_away(session: Session, gaps: Sequence[Gap]) -> str:
    """The sentence that tells of the outage in which some of them fell due."""
    away = last_away(session)
    if away is None or not any(away.since - PATIENCE <= gap.due_at <= away.until for gap in gaps):
        return ""
    since, until = (f"{day_text(moment.date())} {moment:%H:%M} UTC" for moment in (away.since, away.until))
    return f"The program was away from {since} to {until}: what fell due then is late for that reason.\n"


class Named(Struct, frozen=True):
    """A gap for people: matter and entry, whose reminder, and what is wrong. No client's name."""

    kind: str
    matter: str
    entry: str
    rung: str
    what: str
    person: str
    due_at: datetime


def name_gaps(session: Session, found: Sequence[Gap | Found]) -> list[Named]:
    """The gaps with the matter's number and the person's address."""
    gaps = [
        (gap.entry, gap.person, gap) if isinstance(gap, Found) else (gap.entry_id, gap.person_id, gap) for gap in found
    ]
    query = select(Entry.id, Matter.reference).join(Matter, Matter.id == Entry.matter_id)
    query = query.where(Entry.id.in_({entry for entry, _, _ in gaps}))
    matters = {row.id: row.reference for row in session.execute(query)}
    people = {row.id: row.email for row in session.execute(select(Person.id, Person.email))}
    titles = _titles(session, {entry for entry, _, _ in gaps})
    return [
        Named(
            gap.kind,
            matters.get(entry, "unknown"),
            entry,
            gap.rung or "all",
            words_of(gap.rung, titles),
            people.get(person, person),
            gap.due_at,
        )
        for entry, person, gap in gaps
    ]


def _titles(session: Session, entries: Collection[str]) -> dict[str, str]:
    """The words of steps by their ids; of a restricted matter none leave."""
    query = select(Milestone.id, Milestone.title).join(Entry, Entry.id == Milestone.entry_id)
    query = query.join(Matter, Matter.id == Entry.matter_id).where(Matter.restricted.is_(False))
    return {row.id: clean_line(row.title) for row in session.execute(query.where(Milestone.entry_id.in_(entries)))}


def _line(gap: Named) -> str:
    due = f"{gap.due_at:%Y-%m-%d %H:%M} UTC"
    where = f"{gap.matter}, entry {gap.entry[:8]}"
    return f"{where}: the reminder of {gap.what} to {gap.person}, due {due}, {WORDS[gap.kind]}"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
