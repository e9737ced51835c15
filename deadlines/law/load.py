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
from deadlines.law.advice import Ambiguity, Fee, Reason, Rescue, Row, Shared
from deadlines.law.base import Table
from deadlines.law.counting import Computation
from deadlines.law.days_off import Clerk, Closures, HolidayCalendar
from deadlines.law.digest import digest_of
from deadlines.law.faults import fail, near
from deadlines.law.files import by_id, convert, read_list, read_lists, read_one, read_toml, toml_files
from deadlines.law.firm import Additions, check_effects, told
from deadlines.law.matrix import Decision, Fact, Form, Kind
from deadlines.law.model import Alternative, Note, Rule

T = TypeVar("T")


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
    rescues: dict[str, Rescue] = {}
    """What may still help after a missed date; none in editions from before there were any."""
    firm: tuple[str, ...] = ()
    """What the firm's own folder added or replaced, in words."""
    digest: str = ""
    """The short fingerprint of every file behind it, the firm's included: it tells two states of an edition apart."""


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
    try:
        return _read_law(folder, firm)
    except LawDataError:
        if firm is not None:
            # What is wrong without the firm's files as well is the edition's own fault, and is told as that.
            _read_law(folder, None)
        raise


def _read_law(folder: Traversable, firm: Traversable | None) -> Law:
    own = Additions(firm)
    edition = read_one(folder / "edition.toml", Edition)
    shared = _shared(folder / "shared.toml", own)
    decisions = [row for file in toml_files(folder / "decisions") for row in read_list(file, "decision", Decision)]
    law = Law(
        edition=edition.edition,
        issued=edition.issued,
        rules=own.rules(_rules(folder, shared), lambda place: _rules(place, shared)),
        computations=_computations(folder, own),
        calendars=by_id([(f.name, read_one(f, HolidayCalendar)) for f in toml_files(folder / "holidays")]),
        closures=own.closures(read_one(folder / "closures.toml", Closures)),
        decisions=decisions,
        matrix=_matrix(decisions),
        kinds=_table(folder, own, "kinds.toml", "kind", Kind),
        facts=_table(folder, own, "facts.toml", "fact", Fact, "name"),
        forms=_table(folder, own, "forms.toml", "form", Form),
        clerks=_named(folder / "clerks.toml", "clerk", Clerk, "circuit"),
        fees=_fees(folder, own),
        ambiguities=_named(folder / "ambiguities.toml", "ambiguity", Ambiguity),
        reasons=_named(folder / "reasons.toml", "reason", Reason),
        rows=[row for file in toml_files(folder / "rows") for row in read_list(file, "row", Row)],
        rescues=_rescues(folder / "rescues.toml"),
        firm=tuple(own.said),
        digest=digest_of(folder, firm),
    )
    with own.blamed():
        checks.check(law)
        check_effects(law)
    return law


def _table(folder: Traversable, own: Additions, file: str, key: str, kind: type[T], name: str = "id") -> dict[str, T]:
    """A file of the edition that is nothing but `[[key]]` tables, with the firm's file of the same name."""
    return own.table(file, key, _named(folder / file, key, kind, name), lambda place: _named(place, key, kind, name))


def _fees(folder: Traversable, own: Additions) -> list[Fee]:
    """Fees have no id: the check of the whole refuses two that hold at the same time."""
    shipped = read_list(folder / "fees.toml", "fee", Fee)
    place = own.place("fees.toml")
    if place is None:
        return shipped
    with told():
        added = read_list(place, "fee", Fee)
    own.said += [f"fee {fee.filing} from {fee.from_}" for fee in added]
    return [*shipped, *added]


def _named(file: Traversable, key: str, kind: type[T], name: str = "id") -> dict[str, T]:
    return by_id([(file.name, item) for item in read_list(file, key, kind)], name)


def _rescues(file: Traversable) -> dict[str, Rescue]:
    return _named(file, "rescue", Rescue) if file.is_file() else {}


def _shared(file: Traversable, own: Additions) -> Shared:
    """What rules may share: of the edition, and of the firm."""
    return Shared(
        own.table(file.name, "shared note", _named_parts(file, "note"), lambda place: _named_parts(place, "note")),
        own.table(
            file.name,
            "shared alternative",
            _named_parts(file, "alternative"),
            lambda place: _named_parts(place, "alternative"),
        ),
    )


def _named_parts(file: Traversable, key: str) -> dict[str, Any]:
    found = read_lists(file, {"note": Note, "alternative": Alternative})[key]
    if any(item.id is None for item in found):
        raise LawDataError(f"{file.name}: a shared table has no id. Give it one.")
    return by_id([(file.name, item) for item in found])


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
        known = [*shared.notes, *shared.alternatives]
        unknown = next(key for key in rule.shared if key not in known)
        fail(f"{name}, rule {rule.id}", "shared", f"{unknown!r} is not in shared.toml{near(unknown, known)}")
    if rule.origin:
        raise LawDataError(f"{name}, rule {rule.id}: key 'origin' is set by the program. Take it out.")
    return structs.replace(rule, note=[*rule.note, *notes], alternative=[*rule.alternative, *alternatives])


def _computations(folder: Traversable, own: Additions) -> dict[str, Computation]:
    """Computations; one that is `like` another repeats every key that it does not name itself."""
    raw = _raw(folder / "computation", {})
    shipped = {key: _computation(name, data, raw) for key, (name, data) in raw.items()}
    place = own.place("computation")
    if place is None:
        return shipped
    with told():
        every = _raw(place, raw)
        added = {key: _computation(name, data, every) for key, (name, data) in every.items() if key not in raw}
    own.said += [f"computation {key}" for key in added]
    return {**shipped, **added}


def _raw(folder: Traversable, known: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, tuple[str, dict[str, Any]]]:
    raw = dict(known)
    for file in toml_files(folder):
        data = read_toml(file)
        key = str(data.get("id"))
        if key in raw:
            raise LawDataError(f"{file.name}: the id {key} stands in {raw[key][0]} already; ids are unique. Change it.")
        raw[key] = (file.name, data)
    return raw


def _computation(name: str, data: dict[str, Any], raw: dict[str, tuple[str, dict[str, Any]]]) -> Computation:
    like = data.get("like")
    if like is None:
        return convert(name, data, Computation)
    whole = [key for key, (_, other) in raw.items() if "like" not in other]
    if like not in whole:
        what = f"{like!r} is no computation that stands by itself{near(like, whole)}"
        fail(f"{name}, computation {data.get('id')}", "like", what)
    return convert(name, {**raw[like][1], **data}, Computation)


def _matrix(decisions: list[Decision]) -> dict[str, dict[str, list[Decision]]]:
    table: dict[str, dict[str, list[Decision]]] = {}
    for row in decisions:
        for kind in row.kinds:
            for form in row.forms:
                table.setdefault(kind, {}).setdefault(form, []).append(row)
    return table
