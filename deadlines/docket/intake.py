"""Recording a notice: one transaction writes the notice, its entries, their dates with working, and the reminders."""

from datetime import datetime, time

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Result
from deadlines.compute.engine import engine_for
from deadlines.docket.answerable import require_attorney, require_attorney_here
from deadlines.docket.entries import enter, is_followed, reminded
from deadlines.docket.finishing import wake
from deadlines.docket.leaving import hold_matters
from deadlines.docket.milestones import lay_notice
from deadlines.docket.protected import is_protected
from deadlines.docket.renderings import touch
from deadlines.docket.restricting import follow_discreet, restrict_matter
from deadlines.docket.reviews import end_review
from deadlines.docket.telling import Leaves
from deadlines.docket.visible import UNUSABLE, is_taken_unseen
from deadlines.errors import Conflict, InputError
from deadlines.law import Law
from deadlines.practice import Practice
from deadlines.store import audit
from deadlines.store.spelling import as_kept, spelled
from deadlines.store.tables import Entry, Matter, NoticeRow, Person

REFERENCE_LENGTH, CLIENT_LENGTH = 60, 200
WRITTEN_OTHERWISE = (
    "A matter number that differs from this one in capital and small letters only is in use: write it as it is there."
)


class Desk(Struct, frozen=True):
    """How the firm works: the law it uses, its reminder channel, its time zone and time of day, who acts now.

    `policy`: its choices where the law leaves a question open, from ambiguity id to choice id. `practice`: its
    ladders, courier days and milestones. `partner`: the mail address of who follows up what was filed, if anybody.
    `door`: how what is entered came in: on a `page`, by a `command`, or by another `program`. `pages`: where mails link
    to; empty: nowhere, and they name commands. `leaves`: where letters go.
    """

    law: Law
    channel: str
    zone: str
    at: time
    actor: str
    policy: dict[str, str] = {}
    practice: Practice = Practice()
    partner: str = ""
    door: str = ""
    pages: str = ""
    leaves: Leaves = "mail"


class Recorded(Struct, frozen=True):
    """What one notice became. `restricted_now`: the matter became restricted by this notice; `reopened`: it was closed,
    and is open again."""

    notice: NoticeRow
    entries: list[Entry]
    result: Result
    restricted_now: bool
    reopened: bool = False


def open_matter(
    session: Session,
    reference: str,
    *,
    client: str | None,
    attorney: Person | None,
    restricted: bool = False,
    by: Person | None = None,
    actor: str,
    now: datetime,
) -> Matter:
    """The matter with that reference, opened if the firm has none yet. The caller records a notice of it in the same
    transaction; without one a matter is opened by `opening.open_answered`. `by`: who asks, where that is known.

    Raises InputError for an unusable reference or where a new matter lacks its attorney, or names one who may not be
    it, and Conflict where that person has left, or the matter exists with another client or attorney, or as a number
    that differs in capital and small letters only; how that one is written is told to who sees it. Also where it is one
    that `by` may not see.
    """
    reference = plain(reference, "matter number", REFERENCE_LENGTH)
    client = plain(client, "client name", CLIENT_LENGTH) if client else None
    by_number = select(Matter).where(Matter.reference == reference)
    found = session.scalars(by_number).one_or_none()
    if found is None:
        audit.hold(session)  # of two who open the same matter at once the second finds that of the first
        found = session.scalars(by_number).one_or_none()
    if by is not None and is_taken_unseen(session, reference, by):
        raise Conflict(UNUSABLE, code="matter-exists")
    if found is not None:
        refuse_other(found, client, attorney)
        if client is not None and found.client is None:
            found.client = client
            touch(session, found, now=now)
            audit.record(session, at=now, actor=actor, action="matter.client", subject=found.id, detail={})
        if restricted:
            restrict_matter(session, found, actor=actor, now=now)
        return found
    if attorney is None:
        raise InputError(
            f"Matter {reference} is new: it needs its attorney.",
            advice="Name them with --attorney and the person's e-mail.",
        )
    require_attorney(attorney)
    if session.scalar(select(Matter.id).where(spelled(Matter.reference, reference)).limit(1)) is not None:
        unseen = is_taken_unseen(session, reference, by)
        raise Conflict(UNUSABLE if unseen else WRITTEN_OTHERWISE, code="matter-exists")
    matter = Matter(reference=reference, client=client, attorney_id=attorney.id, restricted=restricted, created_at=now)
    session.add(matter)
    session.flush()
    audit.record(
        session,
        at=now,
        actor=actor,
        action="matter.open",
        subject=matter.id,
        detail={"attorney": attorney.id},
    )
    return matter


def plain(text: str, what: str, longest: int) -> str:
    """The text as the docket keeps it. Raises InputError where it is empty, too long, or holds odd characters."""
    found = as_kept(text)
    if not found or len(found) > longest or not found.isprintable():
        raise InputError(f"A {what} needs 1 to {longest} plain characters.")
    return found


def refuse_other(matter: Matter, client: str | None, attorney: Person | None) -> None:
    """Raises Conflict where the matter has another client or attorney; what is None says nothing."""
    if client is not None and matter.client is not None and client != matter.client:
        raise Conflict(f"Matter {matter.reference} exists with another client. Check the number.")
    if attorney is not None and attorney.id != matter.attorney_id:
        raise Conflict(
            f"Matter {matter.reference} exists with another attorney ({matter.attorney.email}). Check the number."
        )


def record_notice(
    session: Session, desk: Desk, matter: Matter, notice: Notice, *, now: datetime, again: bool = False
) -> Recorded:
    """Write the notice and everything it opens into the caller's transaction; a closed matter is open again.

    Args:
        again: record it although the matter has the same notice already.

    Raises:
        InputError: the notice cannot be computed.
        Conflict: the same notice is on the docket already, or the matter's attorney has left.
    """
    result = engine_for(desk.law).compute(notice, desk.policy)
    if matter.restricted or is_protected(notice):
        hold_matters(session, [matter])  # its earlier entries may change with it, and are held before the trail
    require_attorney_here(session, matter)
    if not again:
        _refuse_twice(session, matter, notice)
    reopened = wake(session, matter, why="a notice was recorded", actor=desk.actor, now=now, pages=desk.pages)
    row = NoticeRow(
        matter_id=matter.id,
        kind=notice.kind,
        form=notice.form,
        decided_on=notice.decided_on,
        facts=msgspec.to_builtins(notice),
        entered_by=desk.actor,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    end_review(session, matter, now)
    restricted_now = is_protected(notice) and not matter.restricted
    if restricted_now:
        restrict_matter(session, matter, actor=desk.actor, now=now)
    if matter.restricted:  # by this notice, or by who records it
        follow_discreet(session, desk, matter, now=now)
    people = reminded(session, matter)
    entries = [
        enter(session, desk, row, window, people=people, followed=is_followed(desk, matter, window), now=now)
        for window in result.windows
    ]
    lay_notice(session, desk, entries, now=now)
    opened = [entry.id for entry in entries]
    detail = {"kind": notice.kind, "edition": result.edition, "entries": opened, "door": desk.door}
    audit.record(session, at=now, actor=desk.actor, action="notice.record", subject=row.id, detail=detail)
    return Recorded(row, entries, result, restricted_now, reopened)


def find_twin(session: Session, matter: Matter, notice: Notice) -> NoticeRow | None:
    """The same notice of the same day, where the matter has it already and it was not struck."""
    standing = select(Entry.id).where(Entry.notice_id == NoticeRow.id, Entry.status != "struck").exists()
    return session.scalars(
        select(NoticeRow).where(
            standing,
            NoticeRow.matter_id == matter.id,
            NoticeRow.kind == notice.kind,
            NoticeRow.decided_on == notice.decided_on,
            NoticeRow.form == notice.form if notice.form is not None else NoticeRow.form.is_(None),
        )
    ).first()


def _refuse_twice(session: Session, matter: Matter, notice: Notice) -> None:
    twin = find_twin(session, matter, notice)
    if twin is not None:
        raise Conflict(
            f"Matter {matter.reference} has this {notice.kind} of {notice.decided_on} already (notice {twin.id[:8]}).",
            advice="Look at it with `deadlines show`, or record it once more with --again.",
        )
