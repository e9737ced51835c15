"""Whether a row that was imported before says the same as the docket, and if not, what to do about it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.compute import Notice
from deadlines.docket.blind import blind_to
from deadlines.docket.import_rows import FACT, Fault, ImportRow
from deadlines.docket.legible import notice_of
from deadlines.store.tables import Entry, Imported, NoticeRow, Person

QUIET = ("client",)
"""Columns whose values no message repeats."""
OPTIONAL = ("client", "attorney", "restricted")
"""Columns of the matter: where the file leaves one empty it says nothing."""
AMENDED = ("service", "service_on", "received_on", "printed_deadline")


def difference(session: Session, kept: Imported, row: ImportRow, by: Person) -> Fault | None:
    """The mistake of a row whose key is on the docket with other facts; None where it says the same.

    The same is what the row said when it was imported, or what the docket says now, after amendments. Of a notice
    that was struck the key is free for the corrected row. Where `by` may still verify the notice blind, only the names
    of what differs are told.
    """
    before = decoding.convert({**kept.said, "row": 0, "again": False}, ImportRow)
    old, new = _flat(before), _flat(row)
    if not _other(new, old, old):
        return None
    notice = _in_force(session, kept.notice_id)
    if _is_struck(session, notice):
        return None
    now = {**old, **_of_notice(notice_of(notice)), **_of_matter(notice)}
    other = _other(new, old, now)
    if not other:
        return None
    blind = bool(blind_to(session, by, [notice.id]))
    rest = [name for name in other if not (name == "matter" and _only_spelt_otherwise(new, now))]
    advice = _what_to_do(notice, rest, new) if rest else ""
    return row.fault(other[0], _sentence(row, other, rest, new, now, blind=blind), advice=advice)


def says_the_same(kept: Imported, row: ImportRow) -> bool:
    """Whether the row says what it said when it was imported, whatever became of it since."""
    old = _flat(decoding.convert({**kept.said, "row": 0, "again": False}, ImportRow))
    return not _other(_flat(row), old, old)


def settled(session: Session, kept: Imported, row: ImportRow) -> bool:
    """Whether the row, which `difference` let pass, adds nothing: not so where it corrects a notice that was struck."""
    return says_the_same(kept, row) or not _is_struck(session, _in_force(session, kept.notice_id))


def _other(new: dict[str, str], old: dict[str, str], now: dict[str, str]) -> list[str]:
    names = list(dict.fromkeys([*new, *now, *old]))
    found = [name for name in names if new.get(name, "") not in (old.get(name, ""), now.get(name, ""))]
    return [name for name in found if name not in OPTIONAL or new.get(name)]


def _flat(row: ImportRow) -> dict[str, str]:
    restricted = "yes" if row.restricted else ""
    own = {"matter": row.matter, "client": row.client or "", "attorney": row.attorney or "", "restricted": restricted}
    return {**own, **_of_notice(row.notice)}


def _of_notice(notice: Notice) -> dict[str, str]:
    return {
        "kind": notice.kind,
        "form": notice.form or "",
        "decided_on": str(notice.decided_on),
        "service": notice.service.method,
        "service_on": str(notice.service.on or ""),
        "received_on": str(notice.received_on or ""),
        "printed_deadline": str(notice.printed_deadline or ""),
        **{f"{FACT}{name}": value for name, value in notice.facts.items()},
    }


def _of_matter(notice: NoticeRow) -> dict[str, str]:
    matter = notice.matter
    restricted = "yes" if matter.restricted else ""
    own = {"matter": matter.reference, "client": matter.client or "", "restricted": restricted}
    return {**own, "attorney": matter.attorney.email}


def _in_force(session: Session, notice_id: str) -> NoticeRow:
    found = session.get_one(NoticeRow, notice_id)
    while (later := session.scalars(select(NoticeRow).where(NoticeRow.amends_id == found.id)).first()) is not None:
        found = later
    return found


def _is_struck(session: Session, notice: NoticeRow) -> bool:
    states = session.scalars(select(Entry.status).where(Entry.notice_id == notice.id)).all()
    return bool(states) and all(state == "struck" for state in states)


def _only_spelt_otherwise(new: dict[str, str], now: dict[str, str]) -> bool:
    """Whether the file means the matter of the docket, and has other capital letters: nothing of it is to be struck."""
    return new["matter"] != now["matter"] and new["matter"].lower() == now["matter"].lower()


def _sentence(
    row: ImportRow, other: list[str], rest: list[str], new: dict[str, str], now: dict[str, str], *, blind: bool
) -> str:
    said = "; ".join(
        f"another {name}" if blind or name in QUIET else _pair(name, new.get(name, ""), now.get(name, ""))
        for name in other
    )
    todo = [] if rest == other else [f"Write {now['matter']} as the docket does."]
    todo += ["Correct what is wrong: the file or the docket."] if rest else []
    return f"the key '{row.key}' is on the docket with other facts: {said}. {' '.join(todo)}"


def _pair(name: str, new: str, now: str) -> str:
    return f"{name} is {now or 'empty'} on the docket and {new or 'empty'} in the file"


def _what_to_do(notice: NoticeRow, other: list[str], new: dict[str, str]) -> str:
    if all(name in AMENDED or name.startswith(FACT) for name in other):
        options = " ".join(_option(name, new.get(name, "")) for name in other)
        return f"To amend it: deadlines amend {notice.id[:8]} {options} --reason … --by …"
    if any(name not in OPTIONAL for name in other):
        return f"To strike it and import the row again: deadlines strike {notice.id[:8]}."
    return "To change the matter: deadlines matter --help."


def _option(name: str, value: str) -> str:
    if name.startswith(FACT):
        return f"--fact {name.removeprefix(FACT)}={value}"
    return f"--{name.replace('_', '-')} {value or 'none'}"
