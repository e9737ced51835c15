"""The editions that can be computed with: the packaged current one, earlier ones, and those a firm installed.

An edition is a folder of law files that bears its name. The current one lies in `data/` and is still worked on
between releases; every other one is issued, so its seal must hold before it is used.
"""

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from msgspec import Struct

from deadlines.errors import InputError, LawDataError
from deadlines.law.digest import UNSEALED, broken_seal, seal_words, sha256_of
from deadlines.law.files import read_one
from deadlines.law.load import Edition, Law, load_law, packaged, read_law

LONGEST_NAME = 20
"""Characters of a name: what the docket keeps of it."""


class Known(Struct, frozen=True):
    """An edition that is there: its name and day of issue, its folder, and how it came."""

    edition: Edition
    folder: Traversable
    place: Literal["current", "earlier", "installed"]

    @property
    def name(self) -> str:
        """The name of the edition, such as `2026.11`."""
        return self.edition.edition


def edition_names(extra: Sequence[Traversable] = ()) -> list[str]:
    """The names of all editions, the newest issued first. `extra`: further folders that hold editions.

    Raises LawDataError for a folder that is no edition, or where two differing editions bear one name.
    """
    return [known.name for known in known_editions(extra)]


def known_editions(extra: Sequence[Traversable] = ()) -> list[Known]:
    """The editions that are there, the newest issued first. Raises LawDataError as `edition_names` does."""
    current = Known(read_one(packaged() / "edition.toml", Edition), packaged(), "current")
    found = {current.name: current}
    issued = [*_in(files("deadlines.law") / "editions", "earlier")]
    issued += [known for folder in extra for known in _in(folder, "installed")]
    for known in issued:
        twin = found.setdefault(known.name, known)
        if twin is not known and sha256_of(twin.folder) != sha256_of(known.folder):
            raise LawDataError(
                f"Two editions of the law are called {known.name}, and their files differ. Take out the installed "
                "one, or give it the name under which it was issued."
            )
    return sorted(found.values(), key=lambda known: (known.edition.issued, known.name), reverse=True)


def load_edition(name: str = "", extra: Sequence[Traversable] = (), firm: Traversable | None = None) -> Law:
    """An edition by its name, the newest issued one for an empty name, with the firm's own folder.

    Raises:
        InputError: there is no edition of that name.
        LawDataError: a file breaks a rule of the format, or the seal of an issued edition is missing or broken.
    """
    known = known_editions(extra)
    found = next((item for item in known if item.name == name), None) if name else known[0]
    if found is None:
        names = ", ".join(item.name for item in known)
        raise InputError(f"There is no edition '{name}' of the law; there is {names}.", code="unknown-edition")
    if found.place == "current":
        return load_law() if firm is None else read_law(found.folder, firm)
    refused = refusal(found)
    if refused is not None:
        raise LawDataError(refused)
    return read_law(found.folder, firm)


def refusal(known: Known) -> str | None:
    """Why an edition is not computed with, and what to do; None where it may be used.

    An issued one needs a seal that holds: another edition in its place would give other dates, and say nothing.
    """
    broken = broken_seal(known.folder) if known.place != "current" else None
    if broken is None:
        return None
    said = seal_words(known.name, broken)
    if broken == UNSEALED:
        return (
            f"{said} It is not used. Ask for a sealed copy; if it was made here, seal it with "
            f"`python -m deadlines.law.seal {known.folder}`; or take its folder out."
        )
    return f"{said} It is not used. Install it again, or take its folder out."


def _in(folder: Traversable, place: Literal["earlier", "installed"]) -> list[Known]:
    if not folder.is_dir():
        if place == "earlier":
            return []
        raise LawDataError(f"{folder}: the folder of installed editions is not there, or it is not a folder.")
    return [
        _known(item, place)
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.is_dir() and not item.name.startswith((".", "_"))
    ]


def _known(folder: Traversable, place: Literal["earlier", "installed"]) -> Known:
    if not (folder / "edition.toml").is_file():
        raise LawDataError(f"{folder.name}: the folder among the editions holds no edition.toml. Take it out.")
    edition = read_one(folder / "edition.toml", Edition)
    if edition.edition != folder.name or len(edition.edition) > LONGEST_NAME:
        raise LawDataError(
            f"{folder.name}: the folder of an edition bears its name, of at most {LONGEST_NAME} characters; the one "
            f"in it is called {edition.edition}. Rename the folder."
        )
    return Known(edition, folder, place)
