"""The decision matrix: which remedies a decision on a form has, and why the others are missing."""

from msgspec import Struct

from deadlines.compute.conditions import match
from deadlines.compute.notice import Notice
from deadlines.law import Law
from deadlines.law.base import Confidence
from deadlines.law.matrix import Decision

MOTION_NONE = "none"


class Route(Struct, frozen=True, gc=False):
    """Whether the matrix opens a remedy for this notice.

    `open`: the remedy exists; `denied`: the law gives none, for this reason; neither: it is not the
    remedy of this form, and nothing is said. `missing` facts would change the answer.
    """

    open: bool
    denied: bool = False
    why: str = ""
    cite: tuple[str, ...] = ()
    confidence: Confidence = "primary"
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


CLOSED = Route(open=False)


def route(law: Law, name: str, notice: Notice) -> Route:
    """What the matrix says of one remedy. While form or basis is missing, every possible row counts."""
    rows, missing = rows_for(law, notice)
    answers = [_of_row(name, row, notice) for row in rows]
    usual = [a for a, row in zip(answers, rows, strict=True) if row.usual and notice.form is not None]
    chosen = usual or answers
    differs = len({(a.open, a.denied) for a in answers}) > 1
    asked = (missing if differs else ()) + tuple(m for a in chosen for m in a.missing)
    best = next((a for a in chosen if a.open), None) or next((a for a in chosen if a.denied), CLOSED)
    if len(rows) > 1 and not usual and best.denied and differs:
        best = CLOSED
    return Route(best.open, best.denied, best.why, best.cite, best.confidence, best.notes, tuple(dict.fromkeys(asked)))


def rows_for(law: Law, notice: Notice) -> tuple[list[Decision], tuple[str, ...]]:
    """The rows that fit, and what is missing to choose between them. A row for `*` is the fallback."""
    table = law.matrix.get(notice.kind, {})
    general = [row for row in table.get("*", ()) if _in_time(row, notice)]
    if notice.form is None:
        if general:
            return general, ()
        every = {row.row: row for rows in table.values() for row in rows if _in_time(row, notice)}
        return list(every.values()), (("form",) if every else ())
    special = [row for row in table.get(notice.form, ()) if _in_time(row, notice)]
    basis = notice.facts.get("basis")
    if basis is None:
        return (special or general), (("basis",) if len(special) > 1 else ())
    exact = [row for row in special if basis in row.basis]
    return exact or [row for row in special if not row.basis] or general, ()


def bases_of(law: Law, notice: Notice) -> list[str]:
    """The classes under this notice's form between which the matrix distinguishes."""
    rows = law.matrix.get(notice.kind, {}).get(notice.form or "", ())
    return list(dict.fromkeys(word for row in rows for word in row.basis))


def _in_time(row: Decision, notice: Notice) -> bool:
    on = notice.decided_on
    return (row.from_ is None or row.from_ <= on) and (row.until is None or on < row.until)


def _of_row(name: str, row: Decision, notice: Notice) -> Route:
    if name.startswith("motion-"):
        return _motion(name, row)
    if row.appeal == name:
        return _appeal(row, notice)
    if row.appeal == "none" and name == "aao":
        return Route(False, True, row.appeal_why, tuple(row.appeal_cite), row.confidence, tuple(row.note))
    return CLOSED


def _appeal(row: Decision, notice: Notice) -> Route:
    gone = match(row.appeal_unless, notice) if row.appeal_unless else None
    if gone is not None and gone.holds:
        return Route(False, True, row.unless_why, tuple(row.appeal_cite), row.confidence)
    missing = gone.missing if gone is not None else ()
    return Route(True, False, row.appeal_why, tuple(row.appeal_cite), row.confidence, tuple(row.note), missing)


def _motion(name: str, row: Decision) -> Route:
    if row.motion == "standard" or (row.motion == "reopen-only" and name == "motion-reopen"):
        notes = (row.motion_why,) if row.motion_why else ()
        confidence = row.motion_confidence or row.confidence
        return Route(True, notes=notes, cite=tuple(row.motion_cite), confidence=confidence)
    if row.motion == "not-listed":
        return CLOSED
    return Route(False, True, row.motion_why, tuple(row.motion_cite), row.motion_confidence or row.confidence)
