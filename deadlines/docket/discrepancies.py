"""A second look that is not what was entered: it is kept on every date in doubt, and people are told what ends it.

Nobody is told what either of the two read, so that a third look is as blind; and who may be that third person is led to
the paper first.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.compute.notice import Notice
from deadlines.docket import letters
from deadlines.docket.answering import ELSEWHERE
from deadlines.docket.blind import reads_first
from deadlines.docket.direction import dates_of
from deadlines.docket.entries import computed
from deadlines.docket.granted import extended, granted
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.looks import differences, looks_of, must_be_struck, seen, words_of
from deadlines.docket.records import Discrepancy, Look
from deadlines.docket.roles import may, who_may
from deadlines.docket.versions import current
from deadlines.docket.visible import is_visible
from deadlines.errors import DeadlinesError
from deadlines.store import audit
from deadlines.store.tables import Entry, NoticeRow, Person

LETTER = """\
{by} read the notice {notice} of matter {matter} off the paper, and it is not
what was entered. What differs: {fields}.
{agreed}{effect}

The dates of the matter stay as they are until somebody decides. Look at the paper itself.
{ways}
What either of them read is not told here, so that the third look is blind.
"""
AMENDED_BY_PAGE = """\
If the entry is wrong, correct it:
{pages}/notice/{id}/amend
"""
STRUCK_BY_PAGE = """\
If the entry is wrong, strike the notice and record it anew, because no amendment
reaches its kind, its form and the date of the decision:
{pages}/notice/{id}/strike
"""
STRUCK_BY_OTHERS = """\
If the entry is wrong, no amendment reaches its kind, its form and the date of the
decision: {may} strikes the notice,
and it is recorded anew.
"""
READ_BY_PAGE = """\
You may be that third person, and so what was entered is not shown to you: read the
notice off the paper first. It is verified where you read it as it was entered;
otherwise you may correct it then:
{pages}/notice/{id}/verify
"""
VERIFIED_BY_PAGE = """\

If it is right, a third person verifies it:
{pages}/notice/{id}/verify
"""
AMENDED_BY_COMMAND = """\
If the entry is wrong, correct it with `deadlines amend {notice}`; if it is right,
a third person says so with `deadlines verify --notice {notice}`.
"""
READ_BY_COMMAND = """\
You may be that third person, and so what was entered is not shown to you: read the
notice off the paper first, with `deadlines verify --notice {notice}`. It is verified
where you read it as it was entered; otherwise `deadlines amend {notice}` corrects it.
"""
STRUCK_BY_COMMAND = """\
If the entry is wrong, no amendment reaches its kind, its form and the date of the
decision: {may} strikes the notice
with `deadlines strike {notice}`, and it is recorded anew. If it is right, a third
person says so with `deadlines verify --notice {notice}`.
"""
AGREED = "An earlier second look read the same as this one: two people read the paper otherwise than it was entered.\n"


def note_discrepancy(
    session: Session,
    desk: Desk,
    row: NoticeRow,
    entries: Sequence[Entry],
    look: Notice,
    *,
    by: Person,
    now: datetime,
) -> list[str]:
    """Keep on every entry in doubt that a second look differs, and tell people; the names of the fields that differ."""
    differs, read = differences(notice_of(row), look), seen(look)
    before = looks_of(entries[0]) if entries else []
    made = Look(by=by.id, at=now, differs=differs, seen=read)
    for entry in entries:
        entry.discrepancy = msgspec.to_builtins(Discrepancy([*before, made]))
    session.flush()
    moved = _moved(session, desk, row, entries, look)
    detail = {
        "person": by.id,
        "differs": differs,
        "entered": read,
        "entries": [entry.id for entry in entries],
        "dates": moved,
    }
    audit.record(session, at=now, actor=desk.actor, action="notice.discrepancy", subject=row.id, detail=detail)
    agrees = any(earlier.seen == read for earlier in before)
    _tell(session, desk, row, differs, by, now, effect=_effect(moved, len(entries)), agreed=AGREED if agrees else "")
    return differs


def _moved(session: Session, desk: Desk, row: NoticeRow, entries: Sequence[Entry], look: Notice) -> list[str] | None:
    """The entries whose dates would be others by the second look; None where it cannot be computed."""
    facts = notice_of(row).facts
    try:
        found = computed(desk, msgspec.structs.replace(look, facts=facts))
    except DeadlinesError:
        return None
    windows = {window.rule: window for window in found.windows}
    more = granted(session, [entry.id for entry in entries], holding=True)

    def moved(entry: Entry) -> bool:
        window = windows.get(entry.rule)
        dates = dates_of(extended(window, more.get(entry.id))) if window is not None else None
        return dates != dates_of(current(session, entry))

    return [entry.id for entry in entries if moved(entry)]


def _effect(moved: list[str] | None, of: int) -> str:
    if moved is None:
        return "By what they read no date can be computed."
    return f"By what they read {len(moved)} of {of} open dates would be others." if moved else "No date would change."


def _tell(
    session: Session,
    desk: Desk,
    row: NoticeRow,
    differs: list[str],
    by: Person,
    now: datetime,
    *,
    effect: str,
    agreed: str,
) -> None:
    """Write to the docket role and to who entered the notice; to the matter's attorney where that is nobody."""
    enterer = session.scalars(select(Person).where(Person.email == row.entered_by, Person.active.is_(True))).all()
    people = [person for person in (*letters.docket_people(session), *enterer) if person.id != by.id]
    for person in {person.id: person for person in people or [row.matter.attorney]}.values():
        letters.queue(
            session,
            key=f"look/{row.id}/{by.id}/{now:%Y%m%dT%H%M%S}/{person.id}",
            person=person,
            subject=f"TWO ENTRIES DIFFER: notice {row.id[:8]} of matter {row.matter.reference}",
            text=LETTER.format(
                by=by.name,
                notice=row.id[:8],
                matter=row.matter.reference,
                fields=words_of(differs),
                effect=effect,
                agreed=agreed,
                ways=_ways(session, desk, row, differs, person),
            ),
            now=now,
        )


def _ways(session: Session, desk: Desk, row: NoticeRow, differs: Sequence[str], person: Person) -> str:
    """What ends the difference, as one person may do it or see it done."""
    named = {"pages": desk.pages, "id": row.id, "notice": row.id[:8], "may": who_may("close")}
    if desk.pages and not is_visible(session, row.matter_id, person):
        return f"{ELSEWHERE}\n"
    struck = must_be_struck(differs)
    if not struck and reads_first(session, person, row):
        return (READ_BY_PAGE if desk.pages else READ_BY_COMMAND).format(**named)
    if not desk.pages:
        return (STRUCK_BY_COMMAND if struck else AMENDED_BY_COMMAND).format(**named)
    strikes = STRUCK_BY_PAGE if may(person, "close") else STRUCK_BY_OTHERS
    return ((strikes if struck else AMENDED_BY_PAGE) + VERIFIED_BY_PAGE).format(**named)
