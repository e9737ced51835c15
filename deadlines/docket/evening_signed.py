"""What was signed in the evening: who signed for a day, with which word on what stayed open, as far as a reader may see
the matters."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from deadlines.docket.signed import digest_of
from deadlines.docket.visible import visible
from deadlines.store.tables import Entry, EveningCheck, Incoming, Matter, Person, Review

AT_ONCE = 500
"""Ids in one question."""
VEILED = "Something of a restricted matter"


State = tuple[str, int, str]
"""Something on a list as it was: its id, and of a window its version and status."""


class Thing(Struct, frozen=True, kw_only=True):
    """What something on a signed list is: a `window`, a paper that was `not docketed`, a matter to `look again` at."""

    what: str
    title: str
    matter: Matter | None


class Left(Struct, frozen=True, kw_only=True):
    """Something that stayed open with a word, as `Thing` says what it is.

    A `veiled` one, of a restricted matter, is told to who said the word and to nobody else who does not see the matter.
    """

    id: str
    what: str
    matter: str
    title: str
    word: str
    veiled: bool


class Signature(Struct, frozen=True, kw_only=True):
    """Who signed for a day, and when. `open` and `closed` count the windows on the list, `left` everything that stayed
    open with a word: windows, papers, matters to look at again. `words` has those that the reader may see.

    `whole`: what is stored is what was signed.
    """

    check: str
    person: str
    at: datetime
    late: bool
    note: str | None
    open: int
    closed: int
    left: int
    words: list[Left]
    whole: bool


def digest(check: EveningCheck) -> str:
    """The digest over everything that was signed."""
    return digest_of(check.on.isoformat(), check.person_id, check.signed_at, check.late, check.note, check.sheet)


def is_whole(check: EveningCheck) -> bool:
    """Whether what was signed is what is stored."""
    return check.digest == digest(check)


def checks_of(session: Session, first: date, last: date | None = None) -> Sequence[EveningCheck]:
    """What was signed for the days from `first` to `last`, in the order in which it was."""
    query = (
        select(EveningCheck)
        .join(Person, Person.id == EveningCheck.person_id)
        .options(contains_eager(EveningCheck.person))
        .where(EveningCheck.on >= first)
        .order_by(EveningCheck.signed_at, EveningCheck.id)
    )
    return session.scalars(query if last is None else query.where(EveningCheck.on <= last)).all()


def said(check: EveningCheck) -> dict[str, str]:
    """What was said of each thing that stayed open, by its id."""
    things = [*check.sheet.get("open", []), *check.sheet.get("others", [])]
    return {str(item.get("entry") or item.get("id")): item["left"] for item in things if item.get("left")}


def covered(checks: Sequence[EveningCheck]) -> set[State]:
    """What was signed for, as it was. A signature that is no longer what was signed covers nothing."""
    sheets = [check.sheet for check in checks if is_whole(check)]
    windows = [item for sheet in sheets for item in (*sheet.get("open", []), *sheet.get("closed", []))]
    others = {other_state(item["id"]) for sheet in sheets for item in sheet.get("others", [])}
    return others | {(item["entry"], item["version"], item["status"]) for item in windows}


def other_state(name: str) -> State:
    """A paper or a matter to look again at is on a list or not."""
    return name, 0, ""


def signatures_of(session: Session, checks: Sequence[EveningCheck], reader: Person | None) -> list[Signature]:
    """The signatures with the words that a reader may see; nobody in particular reads none on restricted matters."""
    ids = {name for check in checks for name in said(check)}
    seen = things_of(session, ids, visible(reader))
    return [_signature(check, seen, reader) for check in checks]


def things_of(session: Session, ids: Collection[str], where: ColumnElement[bool] | None = None) -> dict[str, Thing]:
    """What each of them is, by its id; only of matters for which `where` holds, and papers without one."""
    every, seen = sorted(ids), true() if where is None else where
    parts = [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]
    found = [_rows(session, kind, part, seen) for part in parts for kind in (Entry, Incoming, Review)]
    return {row.id: _thing(row) for rows in found for row in rows}


def _rows(
    session: Session, kind: type[Entry | Incoming | Review], ids: list[str], seen: ColumnElement[bool]
) -> Sequence[Entry | Incoming | Review]:
    query = select(kind).outerjoin(Matter, Matter.id == kind.matter_id)
    found: Sequence[Any] = session.scalars(query.where(kind.id.in_(ids), or_(kind.matter_id.is_(None), seen))).all()
    return found


def _thing(row: Entry | Incoming | Review) -> Thing:
    if isinstance(row, Review):
        return Thing(what="look again", title="no date known", matter=row.matter)
    return Thing(what="window" if isinstance(row, Entry) else "not docketed", title=row.title, matter=row.matter)


def _signature(check: EveningCheck, seen: Mapping[str, Thing], reader: Person | None) -> Signature:
    words, own = said(check), reader is not None and reader.id == check.person_id
    return Signature(
        check=check.id,
        person=check.person.email,
        at=check.signed_at,
        late=check.late,
        note=check.note,
        open=len(check.sheet.get("open", [])),
        closed=len(check.sheet.get("closed", [])),
        left=len(words),
        words=[_left(name, word, seen.get(name)) for name, word in words.items() if own or name in seen],
        whole=is_whole(check),
    )


def _left(name: str, word: str, thing: Thing | None) -> Left:
    if thing is None:
        return Left(id=name, what="restricted", matter="", title=VEILED, word=word, veiled=True)
    matter = thing.matter.reference if thing.matter is not None else ""
    return Left(id=name, what=thing.what, matter=matter, title=thing.title, word=word, veiled=False)
