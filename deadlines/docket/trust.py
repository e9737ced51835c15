"""Is a stored date as the program wrote it? An altered one is shown and sent with an alarm, never in silence."""

from collections.abc import Collection
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.legible import is_legible
from deadlines.store.seal import DATES, FIELDS, PLAIN, content_of, seal_in, seal_of
from deadlines.store.tables import Audit, DeadlineRow, Entry, Heartbeat

SEALED, SUBJECT = "dates.sealed", "deadline"
"""The audit's word and subject for a run that sealed what was stored before; its detail names the key's fingerprint."""
ALTERED = (
    "INTEGRITY ALARM: this stored date was altered outside the program. Do not rely on it: "
    "check the notice and the cited law now."
)
SEALS = "seals"
"""The heartbeat of the nightly check of all seals; its detail names the entries whose dates were found altered then, or
since by the round over them (`docket.seal_watch`)."""
NEVER = "never"
IN_SESSION = "sealed-with"
"""Under this name a session remembers the answer of `sealed_with`."""


def is_altered(entry: Entry, row: DeadlineRow) -> bool:
    """Whether a version of an entry's dates, or what stands beside them, is not as the program wrote it, or the version
    is in force though a later one is there.

    Until the program has sealed what was there before it knew of seals, or of this key, that is believed.
    """
    if not is_legible(entry) or is_set_back(entry, row):
        return True
    seal = seal_of(row)
    content = content_of([getattr(row, name) for name in FIELDS], row.created_at, entry.rule)
    if seal.fits(row.digest, content):
        return False
    return not may_be_of_before(object_session(row), row.digest, content)


def is_set_back(entry: Entry, row: DeadlineRow) -> bool:
    """Whether the entry names a version of its dates as the one in force that is not its last, which no program does.

    What is read of the entry may be older than the row: before that is said, the database is asked for both at once.
    """
    session = object_session(row)
    if session is None or row.version < entry.version or (row.version == entry.version and not row.superseded):
        return False
    later = select(DeadlineRow.id).where(DeadlineRow.entry_id == Entry.id, DeadlineRow.version > Entry.version)
    return session.scalar(select(Entry.id).where(Entry.id == entry.id, later.exists())) is not None


def may_be_of_before(session: Session | None, digest: str | None, content: bytes) -> bool:
    """Whether a row that does not fit its seal is only one that has not been sealed yet."""
    if session is None or (digest is not None and not PLAIN.fits(digest, content)):
        return False
    if IN_SESSION not in session.info:
        session.info[IN_SESSION] = sealed_with(session)
    last = session.info[IN_SESSION]
    return last == NEVER or (digest is not None and last == "")


def told_altered(session: Session) -> list[str]:
    """The entries whose dates the last check of all seals, or the round since, found altered: five hundred at most."""
    beat = session.get(Heartbeat, SEALS)
    return beat.detail.split() if beat is not None else []


def forget_altered(session: Session, entries: Collection[str]) -> None:
    """Somebody has signed for these: altered again, they are new."""
    beat = session.get(Heartbeat, SEALS)
    if beat is not None:
        beat.detail = " ".join(entry for entry in beat.detail.split() if entry not in entries)


def altered_now(session: Session) -> list[str]:
    """Which of the entries that were found altered still are: most of the time none."""
    told = told_altered(session)
    if not told:
        return []
    current = (DeadlineRow.entry_id == Entry.id) & (DeadlineRow.version == Entry.version)
    query = select(Entry, DeadlineRow).join(DeadlineRow, current).where(Entry.id.in_(told))
    return [entry.id for entry, deadline in session.execute(query) if is_altered(entry, deadline)]


def sealed_with(session: Session) -> str:
    """The fingerprint of the key that the stored dates are sealed with: empty for none, or `never`.

    Whoever can write the database can add a row to the trail, so no row leads back: where one names a key, those that
    name none are not believed, and where one names the present key, no other is.
    """
    query = select(Audit.detail).where(Audit.subject == SUBJECT, Audit.action == SEALED).order_by(Audit.id.desc())
    keys = [_key_of(detail) for detail in session.scalars(query)]
    named, present = [key for key in keys if key], seal_in(session).fingerprint
    if present in named:
        return present
    return named[0] if named else "" if keys else NEVER


def is_of_another_key(session: Session) -> bool:
    """Whether the stored dates are sealed with another key than the present one: none of them can be checked."""
    return sealed_with(session) not in (NEVER, "", seal_in(session).fingerprint)


def _key_of(detail: object) -> str:
    """What a damaged row leaves is no key that anybody has."""
    return str(detail.get("key", detail)) if isinstance(detail, dict) else str(detail)


def window_of(entry: Entry, row: DeadlineRow) -> Window:
    """The stored answer; where it is altered so that it cannot be read, what is left of it.

    Raises msgspec.ValidationError for one that cannot be read though nobody altered it.
    """
    try:
        return decoding.convert(row.window, Window)
    except msgspec.ValidationError:
        if not is_altered(entry, row):
            raise
    return what_is_left(entry, row)


def what_is_left(entry: Entry, row: DeadlineRow | None = None) -> Window:
    """The answer where the stored one cannot be read: what the entry says, and the dates of a version, without one
    none."""
    dates: dict[str, Any] = {name: getattr(row, name, None) for name in DATES}
    return Window(
        rule=entry.rule,
        title=entry.title,
        remedy=entry.remedy,
        form=entry.form,
        file_with="see the notice",
        filed_when="see the notice",
        state="due",
        **dates,
        notes=[ALTERED],
        confidence="none",
        reviewed_on=date(1970, 1, 1),
    )
