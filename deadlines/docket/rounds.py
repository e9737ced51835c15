"""How far the auditor is: its round over all entries, kept as a heartbeat, and how `doctor` judges it."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket import gaps
from deadlines.docket.findings import Finding
from deadlines.store.tables import Gap, Heartbeat, Instance

ROW = "auditor"
EVERY = timedelta(minutes=15)
"""How long after the end of a round the next one begins."""
FRESH = timedelta(hours=2)
"""A finished round that is older says nothing any more."""


class Round(Struct):
    """One pass over the entries. `after`: the entry up to which it came; `passed`: how the last whole one ended."""

    started_at: datetime
    after: str = ""
    checked: int = 0
    finished_at: datetime | None = None
    passed_at: datetime | None = None
    last_checked: int = 0
    standing: int = 0


def read_round(session: Session) -> Round | None:
    """The present or the last round; None before the first."""
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, Round) if row is not None else None
    except msgspec.MsgspecError:
        return None


def write_round(session: Session, found: Round, now: datetime) -> None:
    """Keep how far it is."""
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(found).decode()))


def told_of(session: Session, entries: Collection[str]) -> set[str]:
    """The keys of what was found of these entries before and has not gone since."""
    return set(session.scalars(select(Gap.key).where(Gap.entry_id.in_(entries), Gap.gone_at.is_(None))))


def has_passed(session: Session, now: datetime) -> bool:
    """Whether the last whole round found every reminder in its place, not long ago."""
    found = read_round(session)
    return found is not None and found.passed_at is not None and timedelta() <= now - found.passed_at <= FRESH


def is_under_way(session: Session, now: datetime) -> bool:
    """Whether it is at its first round, or at one that began after a time away, and found nothing amiss before."""
    found = read_round(session)
    if found is None or found.standing or not timedelta() <= now - found.started_at <= FRESH:
        return False
    return found.finished_at is None or found.finished_at < found.started_at


def check_auditor(session: Session, now: datetime) -> Finding:
    """What the auditor says of the reminders, and whether it says anything."""
    name = "reminders-audited"
    found = read_round(session)
    if found is None or found.finished_at is None:
        return _first_round(session, found, now)
    standing, happened = gaps.standing(session), gaps.happened(session)
    hint = "`deadlines remind audit` names them; docs/operations.md says what each line means."
    if standing:
        return Finding(name, "ill", f"{_reminders(len(standing))} not as the stored dates ask.", hint)
    if now - found.finished_at > FRESH:
        hint = "See that the scheduler runs, and what its log says of the auditor."
        return Finding(name, "ill", f"The auditor finished no round since {_at(found.finished_at)}.", hint)
    if happened:
        sentence = f"{_reminders(len(happened))} late, lost, left over, outdated or doubled."
        return Finding(name, "warning", sentence, hint)
    sentence = (
        f"The auditor found every reminder of {found.last_checked} entries in its place, {_at(found.finished_at)}."
    )
    return Finding(name, "well", sentence)


def _first_round(session: Session, found: Round | None, now: datetime) -> Finding:
    """The first round has its time too: from its start, or from that of the docket where a daemon runs for it."""
    name, sentence = "reminders-audited", "The auditor has not gone through all reminders yet."
    began = found.started_at if found is not None else _began(session)
    if began is None or now - began <= FRESH:
        return Finding(name, "well", sentence)
    hint = "See that the scheduler runs, and what its log says of the auditor."
    return Finding(name, "ill", f"The auditor finished no round at all, since {_at(began)}.", hint)


def _began(session: Session) -> datetime | None:
    """When the docket was made; None where no daemon ever ran, which is told elsewhere."""
    if session.get(Heartbeat, "daemon") is None:
        return None
    return session.scalars(select(Instance.created_at)).first()


def _reminders(count: int) -> str:
    return "1 reminder is" if count == 1 else f"{count} reminders are"


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
