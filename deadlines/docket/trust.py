"""Is a stored date as the program wrote it? An altered one is shown and sent with an alarm, never in silence."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.legible import is_legible
from deadlines.store.seal import DATES, FIELDS, PLAIN, content_of, seal_of
from deadlines.store.tables import Audit, DeadlineRow, Entry, Heartbeat

SEALED = "dates.sealed"
"""The audit's word for a run that sealed what was stored before; its detail names the key's fingerprint."""
ALTERED = (
    "INTEGRITY ALARM: this stored date was altered outside the program. Do not rely on it: "
    "check the notice and the cited law now."
)
SEALS = "seals"
"""The heartbeat of the nightly check of all seals; its detail names the entries whose dates it found altered."""
NEVER = "never"
IN_SESSION = "sealed-with"
"""Under this name a session remembers the answer of `sealed_with`."""


def is_altered(entry: Entry, row: DeadlineRow) -> bool:
    """Whether a version of an entry's dates, or what stands beside them, is not as the program wrote it.

    Until the program has sealed what was there before it knew of seals, or of this key, that is believed.
    """
    if not is_legible(entry):
        return True
    seal = seal_of(row)
    content = content_of([getattr(row, name) for name in FIELDS], row.created_at, entry.rule)
    if seal.fits(row.digest, content):
        return False
    return not may_be_of_before(object_session(row), row.digest, content)


def may_be_of_before(session: Session | None, digest: str | None, content: bytes) -> bool:
    """Whether a row that does not fit its seal is only one that has not been sealed yet."""
    if session is None or (digest is not None and not PLAIN.fits(digest, content)):
        return False
    if IN_SESSION not in session.info:
        session.info[IN_SESSION] = sealed_with(session)
    last = session.info[IN_SESSION]
    return last == NEVER or (digest is not None and last == "")


def told_altered(session: Session) -> list[str]:
    """The entries whose dates the last check of all seals found altered, five hundred at most."""
    beat = session.get(Heartbeat, SEALS)
    return beat.detail.split() if beat is not None else []


def sealed_with(session: Session) -> str:
    """The fingerprint of the key that the stored dates were last sealed with: empty for none, or `never`."""
    query = select(Audit.detail).where(Audit.action == SEALED).order_by(Audit.id.desc()).limit(1)
    detail = session.scalars(query).first()
    return NEVER if detail is None else str(detail.get("key", ""))


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
