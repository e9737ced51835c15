"""Who may sign for a date now, and who may not and why; never with a word of the date itself."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute.result import Window
from deadlines.docket.looks import looks_of
from deadlines.docket.notices import ancestors
from deadlines.docket.records import is_disputed
from deadlines.docket.roles import ATTORNEYS, may
from deadlines.docket.trust import is_altered
from deadlines.docket.versions import current
from deadlines.docket.visible import is_visible
from deadlines.errors import Conflict
from deadlines.store.tables import DeadlineRow, Entry, NoticeRow, Person

BEST_SOURCES = "primary"
FOR_LAWYERS = "for-an-attorney"
"""The code of the refusal to who is neither attorney nor partner."""


def unresolved_dispute(entry: Entry, window: Window) -> str | None:
    """The sentence of the dispute that nobody has decided yet."""
    return window.dispute if is_disputed(entry, window.dispute) else None


def needs_attorney(window: Window) -> bool:
    """Whether staff may not sign for a window, because its dates are contested or its sources not the best."""
    return window.contested or window.confidence != BEST_SOURCES


def refusal_of(entry: Entry, row: DeadlineRow, by: Person) -> Conflict | None:
    """Why nobody, or not this person, can sign for an entry now; without a word of its dates."""
    name = entry.id[:8]
    if entry.status != "open":
        return Conflict(f"Entry {name} is {entry.status}, not open.")
    if is_altered(entry, row):
        return altered(name)
    window = decoding.convert(row.window, Window)
    if entry.verified_at is not None:
        return Conflict(f"Entry {name} is verified already.", advice="`deadlines show` says by whom.")
    if unresolved_dispute(entry, window) is not None:
        return disputed(name, f"The deadline printed on the notice is disputed in entry {name}.")
    if needs_attorney(window) and by.role not in ATTORNEYS:
        return Conflict(
            f"Entry {name} is no routine date (contested, or by a lesser source): an attorney must verify it, or a "
            "partner.",
            code=FOR_LAWYERS,
        )
    return None


def altered(name: str) -> Conflict:
    """The refusal to sign for dates that somebody changed in the database."""
    return Conflict(
        f"The dates of entry {name} were altered outside the program: whoever looks after it must see to them first.",
        advice="`deadlines db seal` helps.",
    )


def disputed(name: str, dispute: str) -> Conflict:
    """The refusal to sign for dates of which the notice prints another."""
    advice = f"`deadlines resolve {name} --use printed|computed` does."
    return Conflict(f"{dispute} It has to be decided first.", advice=advice, code="disputed")


def knows_it(session: Session, row: NoticeRow, entries: Sequence[Entry], by: Person) -> Conflict | None:
    """Why somebody may not look at a notice any more, None where they may: who read it otherwise before, or entered it
    before it was amended, knows by now what it should say. As long as somebody else may look, they do not."""
    looked = {look.by for entry in entries for look in looks_of(entry)}
    known = _entered_before(session, row) if row.amends_id is not None else set()
    if by.id not in looked and by.email not in known:
        return None
    others = select(Person).where(Person.active.is_(True), Person.id.not_in(looked))
    others = others.where(Person.email.not_in({row.entered_by, *known}))
    windows = [decoding.convert(current(session, entry).window, Window) for entry in entries]
    if all(needs_attorney(window) for window in windows):
        others = others.where(Person.role.in_(ATTORNEYS))
    if not any(may(other, "verify") and is_visible(session, row.matter_id, other) for other in session.scalars(others)):
        return None
    if by.id in looked:
        return Conflict(
            f"{by.email} read notice {row.id[:8]} otherwise than it was entered: a third person looks at it now, or "
            "what was entered is corrected.",
            advice=f"`deadlines explain {entries[0].id[:8]}` says how.",
        )
    return Conflict(f"{by.email} entered this notice before it was amended: another person must verify it.")


def _entered_before(session: Session, row: NoticeRow) -> set[str]:
    """The addresses of who entered what a notice amends."""
    earlier = ancestors(session, row)[1:]
    return set(session.scalars(select(NoticeRow.entered_by).where(NoticeRow.id.in_(earlier))))
