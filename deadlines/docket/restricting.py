"""Restricted matters: they leave every calendar but that of who asked for them, and mail says nothing of the case.

What only a protected person may file is calendared in a restricted matter alone: outside one it would tell of the case.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.direction import classify, dates_of, merged
from deadlines.docket.entries import is_followed, new_version
from deadlines.docket.leaving import noted
from deadlines.docket.legible import notice_of
from deadlines.docket.passing_steps import pass_steps
from deadlines.docket.protected import is_protected
from deadlines.docket.renderings import touch
from deadlines.docket.versions import current, locked
from deadlines.errors import Conflict
from deadlines.store import audit
from deadlines.store.tables import DeadlineRow, Entry, Matter, NoticeRow, Person

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

NOW_RESTRICTED = "the matter is restricted now, and this window is the client's to act on"
NO_LONGER = "the matter is no longer restricted"


def restrict_matter(session: Session, matter: Matter, *, actor: str, now: datetime, reason: str = "") -> None:
    """The matter leaves every calendar, and mail says nothing of the case. A second time changes nothing.

    `reason`: why, where a person says so; a notice that tells of a protected case needs none.
    """
    if matter.restricted:
        return
    with noted(session, [matter], now=now):
        matter.restricted = True
    touch(session, matter, now=now)
    detail = {"reason": reason} if reason else {}
    audit.record(session, at=now, actor=actor, action="matter.restrict", subject=matter.id, detail=detail)


def follow_discreet(session: Session, desk: "Desk", matter: Matter, *, now: datetime) -> list[Entry]:
    """Have people reminded of the windows that only a protected person has, from the day on which the matter is
    restricted; in one that is no longer, have nobody reminded of them. Returns the entries for which that changed.

    What has passed by then stays as it is. Open steps of whoever does not see the restricted matter go to who does.
    """
    pass_steps(session, desk, matter, actor=desk.actor, now=now)
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    found = select(Entry).where(Entry.matter_id == matter.id, Entry.discreet.is_(True)).order_by(Entry.id)
    changed = []
    for entry in session.scalars(found.where(Entry.status == ("information" if matter.restricted else "open"))).all():
        held = locked(session, entry)
        window = decoding.convert(current(session, held).window, Window)
        days = [window.last_day]
        if matter.restricted:
            window = _no_later(session, held, window)
        ahead = any(day is not None and day >= today for day in (*days, window.last_day))
        if ahead and is_followed(desk, matter, window) == matter.restricted:
            new_version(
                session,
                desk,
                held,
                window,
                followed=matter.restricted,
                reason=NOW_RESTRICTED if matter.restricted else NO_LONGER,
                now=now,
                actor=desk.actor,
                moved="urgent",
            )
            changed.append(held)
    if changed:
        detail = {"entries": [entry.id for entry in changed], "restricted": matter.restricted}
        audit.record(session, at=now, actor=desk.actor, action="deadline.discreet", subject=matter.id, detail=detail)
    return changed


def _no_later(session: Session, entry: Entry, window: Window) -> Window:
    """The window with no later date than when people were last reminded of it, and with those dates where all have gone
    since: what changed while nobody was reminded waits for two people, as the nightly check puts it forward."""
    turned = DeadlineRow.entry_id == entry.id, DeadlineRow.reason.in_((NO_LONGER, NOW_RESTRICTED))
    query = select(DeadlineRow).where(*turned).order_by(DeadlineRow.version.desc()).limit(1)
    before = session.scalars(query).first()
    if before is None or before.reason != NO_LONGER:  # people were reminded of it since: what they decided holds
        return window
    kind = classify(dates_of(before), dates_of(window))
    if kind not in ("later", "mixed", "gone"):
        return window
    return decoding.convert(before.window, Window) if kind == "gone" else merged(window, dates_of(before))


def unrestrict_matter(session: Session, matter: Matter, by: Person, reason: str, *, now: datetime) -> None:
    """Take a restriction back that was set by mistake, or while a form's class was not known.

    Raises Conflict for a matter that is not restricted, or whose notices tell of a protected case.
    """
    if not matter.restricted:
        raise Conflict(f"Matter {matter.reference} is not restricted.")
    told = session.scalars(select(NoticeRow).where(NoticeRow.matter_id == matter.id, ~_amended(), ~_struck()))
    for row in told:
        if is_protected(notice_of(row)):
            raise Conflict(
                f"Notice {row.id[:8]} of matter {matter.reference} tells of a VAWA, T or U case, or may do so; "
                "say its class first.",
                advice="`deadlines amend` does.",
            )
    with noted(session, [matter], now=now):
        matter.restricted = False
    touch(session, matter, now=now)
    detail = {"reason": reason}
    audit.record(session, at=now, actor=by.id, action="matter.unrestrict", subject=matter.id, detail=detail)


def _amended() -> ColumnElement[bool]:
    later = aliased(NoticeRow)
    return select(later.id).where(later.amends_id == NoticeRow.id).exists()


def _struck() -> ColumnElement[bool]:
    """Whether every entry of a notice was struck."""
    entries = select(Entry.id).where(Entry.notice_id == NoticeRow.id)
    return and_(entries.exists(), ~entries.where(Entry.status != "struck").exists())
