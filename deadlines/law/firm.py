"""What a firm adds to the law from a folder of its own: same format, same strictness, nothing overridden in silence.

Every fault found there is said to be the firm's, with the file, so that nobody looks for it in the shipped data.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from deadlines.errors import LawDataError
from deadlines.law import faults
from deadlines.law.days_off import Closure, Closures
from deadlines.law.files import convert, read_toml, toml_files
from deadlines.law.model import Rule
from deadlines.law.replaced import with_marks

if TYPE_CHECKING:
    from deadlines.law.load import Law

T = TypeVar("T")
OWN = "from the firm's own law folder"
"""Said of every closure and extension that no edition ships, wherever it moves a date."""
ORIGIN = "firm"
"""The origin of rules from the firm's own folder."""
FOLDERS = ("rules", "computation")
FILES = ("closures.toml", "facts.toml", "fees.toml", "forms.toml", "kinds.toml", "shared.toml")
HOMES = {"closure": "closures.toml", "closures": "closures.toml", "extension": "closures.toml"}
HOMES |= {"fact": "facts.toml", "fee": "fees.toml"}


class Additions:
    """What the firm's folder adds, gathered while it is read. Without a folder nothing is added.

    `said` tells each addition in words. Raises LawDataError for anything in the folder that does not belong there.
    """

    def __init__(self, folder: Traversable | None) -> None:
        self.folder = folder
        self.said: list[str] = []
        if folder is not None:
            _only_known(folder)

    def place(self, name: str) -> Traversable | None:
        """The firm's file or folder of that name; None where there is none."""
        found = self.folder / name if self.folder is not None else None
        return found if found is not None and (found.is_file() or found.is_dir()) else None

    def table(
        self, file: str, what: str, shipped: dict[str, T], read: Callable[[Traversable], dict[str, T]]
    ) -> dict[str, T]:
        """A shipped table with what the firm's file of the same name adds to it."""
        place = self.place(file)
        if place is None:
            return shipped
        with told():
            own = read(place)
            for key in own:
                if key in shipped:
                    raise LawDataError(f"{file}: the {what} {key} is in the shipped data already. Take it out.")
                self.said.append(f"{what} {key}")
        return {**shipped, **own}

    def rules(self, shipped: dict[str, Rule], read: Callable[[Traversable], dict[str, Rule]]) -> dict[str, Rule]:
        """Shipped rules and the firm's own. Replacing a shipped one must be said in the file."""
        if self.folder is None:
            return shipped
        rules = dict(shipped)
        with told():
            own = read(self.folder)
        with self.blamed():
            for key, rule in own.items():
                _may_stand(key, rule, shipped)
                if rule.replaces is not None:
                    rules.pop(rule.replaces, None)
                rules[key] = structs.replace(rule, origin=ORIGIN)
                self.said.append(f"rule {key}" + (f" in place of {rule.replaces}" if rule.replaces else ""))
        return with_marks(rules)

    def closures(self, shipped: Closures) -> Closures:
        """Shipped closures with the firm's. On a shipped day the firm may add an effect in another forum."""
        place = self.place("closures.toml")
        if place is None:
            return shipped
        with told():
            own = convert(place.name, {"closure": [], **read_toml(place)}, Closures)
            _once(own.closure)
            days = {closure.on: closure for closure in shipped.closure}
            for closure in own.closure:
                days[closure.on] = _joined(days.get(closure.on), closure)
                self.said.append(f"closure {closure.on}")
            known, extensions = {extension.id for extension in shipped.extension}, list(shipped.extension)
            for extension in own.extension:
                if extension.id in known:
                    raise LawDataError(
                        f"closures.toml: the extension {extension.id} is in the shipped data already. Take it out."
                    )
                extensions.append(structs.replace(extension, why=f"{extension.why} ({OWN})"))
                self.said.append(f"extension {extension.id}")
        return Closures(
            reviewed=shipped.reviewed,
            closure=[days[on] for on in sorted(days)],
            extension=extensions,
        )

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Checks of the whole: shipped data holds by itself, so with a folder a fault is the folder's."""
        try:
            yield
        except LawDataError as fault:
            if self.folder is None:
                raise
            file = _home(self.folder, fault.sentence)
            raise LawDataError(f"In the firm's folder, {file + ': ' if file else ''}{fault.sentence}") from None


@contextmanager
def told() -> Iterator[None]:
    """A fault in a file of the firm's says so."""
    try:
        yield
    except LawDataError as fault:
        raise LawDataError(f"In the firm's folder, {fault.sentence}") from None


def check_effects(law: "Law") -> None:
    """Closures take effect in forums and circuits that exist. Raises LawDataError."""
    forums = {computation.forum for computation in law.computations.values()}
    for closure in law.closures.closure:
        for effect in closure.effect:
            where = f"closure {closure.on}"
            faults.need_all([effect.forum], forums, where, "effect.forum")
            faults.need_all(effect.circuits, law.clerks, where, "effect.circuits")


def _only_known(folder: Traversable) -> None:
    """A misspelt name would be law that nobody reads. Hidden files and a README.md are nobody's law."""
    if not folder.is_dir():
        raise LawDataError("The firm's folder of law files is not there, or it is not a folder.")
    for item in folder.iterdir():
        if item.name.startswith(".") or item.name == "README.md":
            continue
        if item.name not in (FOLDERS if item.is_dir() else FILES):
            raise LawDataError(
                f"In the firm's folder, {item.name} does not belong there: it holds the folders "
                f"{' and '.join(FOLDERS)} and the files {', '.join(FILES)}."
            )
    for name in FOLDERS:
        inner = folder / name
        for item in inner.iterdir() if inner.is_dir() else ():
            if not item.name.startswith(".") and not (item.is_file() and item.name.endswith(".toml")):
                raise LawDataError(f"In the firm's folder, {name}/{item.name} is no TOML file. Take it out.")


def _may_stand(key: str, rule: Rule, shipped: dict[str, Rule]) -> None:
    if key in shipped and rule.replaces != key:
        raise LawDataError(
            f"rule {key}: key 'id': a shipped rule has it. Give it another id, or write "
            f'replaces = "{key}" if it is to stand in its place.'
        )
    if rule.replaces is not None and rule.replaces not in shipped:
        what = f"no shipped rule is called {rule.replaces!r}{faults.near(rule.replaces, shipped)}"
        faults.fail(f"rule {key}", "replaces", what)


def _once(own: list[Closure]) -> None:
    """No two closures of the firm's are about the same forum on a day, nor is one about no forum beside another."""
    seen: dict[date, set[str]] = {}
    for closure in own:
        forums, before = {effect.forum for effect in closure.effect}, seen.get(closure.on)
        twice = sorted(forums & before) if before else []
        if twice or (before is not None and not (forums and before)):
            where = f" for {' and '.join(twice)}" if twice else ""
            raise LawDataError(
                f"closures.toml: the closure of {closure.on} stands twice in this file{where}. Take one out, or write "
                "both as effects of one closure."
            )
        seen[closure.on] = forums | (before or set())


def _joined(shipped: Closure | None, own: Closure) -> Closure:
    if shipped is None:
        return structs.replace(own, name=f"{own.name} ({OWN})")
    forums = {effect.forum for effect in shipped.effect}
    if not own.effect or any(effect.forum in forums for effect in own.effect):
        raise LawDataError(
            f"closures.toml: the closure of {own.on} is in the shipped data already. Take it out; only an effect in "
            "a forum that the shipped one does not name may be added."
        )
    where = " and ".join(effect.forum for effect in own.effect)
    return structs.replace(shipped, name=f"{shipped.name} (for {where} {OWN})", effect=[*shipped.effect, *own.effect])


def _home(folder: Traversable, sentence: str) -> str | None:
    """The file in which the id stands that a fault begins with."""
    what, _, rest = sentence.partition(": key ")[0].partition(" ")
    if what in HOMES:
        return HOMES[what]
    where = {"rule": "rules", "computation": "computation"}.get(what)
    for file in toml_files(folder / where) if where else ():
        if read_toml(file).get("id") == rest:
            return f"{where}/{file.name}"
    return None
