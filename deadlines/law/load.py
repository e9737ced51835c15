"""Read one edition of the law strictly: anything doubtful stops the start, with file, id and key.

The files are TOML under `data/`; docs/law.md describes every table. A firm's own folder has the same format.
Loading does no other I/O.
"""

from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from msgspec import Struct, structs

from deadlines.errors import LawDataError
from deadlines.law import checks
from deadlines.law.advice import Ambiguity, Fee, Reason, Row, Shared
from deadlines.law.base import Table
from deadlines.law.counting import Computation
from deadlines.law.days_off import Clerk, Closures, HolidayCalendar
from deadlines.law.files import by_id, convert, read_list, read_lists, read_one, read_toml, toml_files
from deadlines.law.matrix import Decision, Fact, Form, Kind
from deadlines.law.model import Alternative, Note, Rule

T = TypeVar("T")
FIRM = "firm"
"""The origin of rules and closures from the firm's own folder."""


class Law(Struct, frozen=True):
    """One edition of the law data, checked as a whole."""

    edition: str
    issued: date
    rules: dict[str, Rule]
    computations: dict[str, Computation]
    calendars: dict[str, HolidayCalendar]
    closures: Closures
    decisions: list[Decision]
    matrix: dict[str, dict[str, list[Decision]]]
    """The decisions by kind and form, `*` for every form."""
    kinds: dict[str, Kind]
    facts: dict[str, Fact]
    forms: dict[str, Form]
    clerks: dict[str, Clerk]
    fees: list[Fee]
    ambiguities: dict[str, Ambiguity]
    reasons: dict[str, Reason]
    rows: list[Row]
    firm: tuple[str, ...] = ()
    """What the firm's own folder added or replaced, in words."""


class Edition(Table, frozen=True, kw_only=True):
    """The name of the edition and the day it was issued."""

    edition: str
    issued: date


@cache
def load_law() -> Law:
    """The packaged edition, read once.

    Raises LawDataError, naming file, id and key, when any file breaks a rule of the format.
    """
    return read_law(packaged())


def packaged() -> Traversable:
    """The folder of the edition that this program ships as the current one."""
    return files("deadlines.law") / "data"


def read_law(folder: Traversable, firm: Traversable | None = None) -> Law:
    """Every law file of a folder, with those of the firm's own folder, held against each other.

    Raises LawDataError.
    """
    edition = read_one(folder / "edition.toml", Edition)
    shared = _shared(folder / "shared.toml")
    decisions = [row for file in toml_files(folder / "decisions") for row in read_list(file, "decision", Decision)]
    rules, added = _with_firm(_rules(folder, shared), firm, shared)
    closures, closed = _closures(read_one(folder / "closures.toml", Closures), firm)
    law = Law(
        edition=edition.edition,
        issued=edition.issued,
        rules=rules,
        computations=_computations([folder, *([firm] if firm is not None else [])]),
        calendars=by_id([(f.name, read_one(f, HolidayCalendar)) for f in toml_files(folder / "holidays")]),
        closures=closures,
        decisions=decisions,
        matrix=_matrix(decisions),
        kinds=_named(folder / "kinds.toml", "kind", Kind),
        facts=_named(folder / "facts.toml", "fact", Fact, "name"),
        forms=_named(folder / "forms.toml", "form", Form),
        clerks=_named(folder / "clerks.toml", "clerk", Clerk, "circuit"),
        fees=read_list(folder / "fees.toml", "fee", Fee),
        ambiguities=_named(folder / "ambiguities.toml", "ambiguity", Ambiguity),
        reasons=_named(folder / "reasons.toml", "reason", Reason),
        rows=[row for file in toml_files(folder / "rows") for row in read_list(file, "row", Row)],
        firm=(*added, *closed),
    )
    checks.check(law)
    return law


def _named(file: Traversable, key: str, kind: type[T], name: str = "id") -> dict[str, T]:
    return by_id([(file.name, item) for item in read_list(file, key, kind)], name)


def _shared(file: Traversable) -> Shared:
    found = read_lists(file, {"note": Note, "alternative": Alternative})
    for item in (*found["note"], *found["alternative"]):
        if item.id is None:
            raise LawDataError(f"{file.name}: a shared table has no id. Give it one.")
    return Shared(
        by_id([(file.name, note) for note in found["note"]]),
        by_id([(file.name, item) for item in found["alternative"]]),
    )


def _rules(folder: Traversable, shared: Shared) -> dict[str, Rule]:
    found = []
    for file in toml_files(folder / "rules"):
        rule = read_one(file, Rule)
        found.append((file.name, _completed(file.name, rule, shared)))
    return by_id(found)


def _completed(name: str, rule: Rule, shared: Shared) -> Rule:
    """The rule with the shared notes and alternatives it names."""
    notes = [shared.notes[key] for key in rule.shared if key in shared.notes]
    alternatives = [shared.alternatives[key] for key in rule.shared if key in shared.alternatives]
    if len(notes) + len(alternatives) != len(rule.shared):
        unknown = [key for key in rule.shared if key not in shared.notes and key not in shared.alternatives]
        raise LawDataError(f"{name}, {rule.id}: key 'shared': {unknown} is not in shared.toml. Correct the law file.")
    if rule.origin:
        raise LawDataError(f"{name}, {rule.id}: key 'origin' is set by the program. Take it out.")
    return structs.replace(rule, note=[*rule.note, *notes], alternative=[*rule.alternative, *alternatives])


def _with_firm(
    shipped: dict[str, Rule], firm: Traversable | None, shared: Shared
) -> tuple[dict[str, Rule], tuple[str, ...]]:
    """Shipped rules and the firm's own. Replacing a shipped one must be said in the file: never silently."""
    if firm is None:
        return shipped, ()
    rules, said = dict(shipped), []
    for key, rule in _rules(firm, shared).items():
        if key in shipped and rule.replaces != key:
            raise LawDataError(
                f"The firm's rule {key} has the id of a shipped rule. Give it another id, or write "
                f'replaces = "{key}" if it is to stand in its place.'
            )
        if rule.replaces is not None and rule.replaces not in shipped:
            raise LawDataError(f"The firm's rule {key}: key 'replaces': no shipped rule is called {rule.replaces!r}.")
        if rule.replaces is not None:
            rules.pop(rule.replaces)
        rules[key] = structs.replace(rule, origin=FIRM)
        said.append(f"rule {key}" + (f" in place of {rule.replaces}" if rule.replaces else ""))
    return rules, tuple(said)


def _closures(shipped: Closures, firm: Traversable | None) -> tuple[Closures, tuple[str, ...]]:
    file = firm / "closures.toml" if firm is not None else None
    if file is None or not file.is_file():
        return shipped, ()
    data = read_toml(file)
    own = convert(file.name, {"closure": [], **data}, Closures)
    days = {closure.on for closure in shipped.closure}
    for closure in own.closure:
        if closure.on in days:
            raise LawDataError(f"The firm's closure of {closure.on}: the day is in the shipped closures already.")
    merged = Closures(
        reviewed=shipped.reviewed,
        closure=sorted((*shipped.closure, *own.closure), key=lambda closure: closure.on),
        extension=[*shipped.extension, *own.extension],
    )
    said = [f"closure {c.on}" for c in own.closure] + [f"extension {e.id}" for e in own.extension]
    return merged, tuple(said)


def _computations(folders: list[Traversable]) -> dict[str, Computation]:
    """Computations; one that is `like` another repeats every key it does not name itself."""
    raw: dict[str, tuple[str, dict[str, Any]]] = {}
    for file in (file for folder in folders for file in toml_files(folder / "computation")):
        data = read_toml(file)
        key = str(data.get("id"))
        if key in raw:
            raise LawDataError(f"{file.name}: the id {key} stands in another file already; ids are unique.")
        raw[key] = (file.name, data)
    return {key: _computation(name, data, raw) for key, (name, data) in raw.items()}


def _computation(name: str, data: dict[str, Any], raw: dict[str, tuple[str, dict[str, Any]]]) -> Computation:
    like = data.get("like")
    if like is None:
        return convert(name, data, Computation)
    if not isinstance(like, str) or like not in raw or "like" in raw[like][1]:
        raise LawDataError(f"{name}: key 'like': {like!r} is no computation that stands by itself. Correct it.")
    return convert(name, {**raw[like][1], **data}, Computation)


def _matrix(decisions: list[Decision]) -> dict[str, dict[str, list[Decision]]]:
    table: dict[str, dict[str, list[Decision]]] = {}
    for row in decisions:
        for kind in row.kinds:
            for form in row.forms:
                table.setdefault(kind, {}).setdefault(form, []).append(row)
    return table
