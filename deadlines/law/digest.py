"""The fingerprint of an edition: one hash over every law file, so that two states of the data can be told apart.

The seal of an issued edition is that hash, kept in a file beside the data. It proves that nobody edited the data
since, not who issued it.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from importlib.resources.abc import Traversable

from deadlines.errors import LawDataError
from deadlines.law.base import Table
from deadlines.law.files import read_one

SEAL = "seal.toml"
UNSEALED = f"it has no {SEAL}"
SHORT = 12
"""Characters of the hash that are shown and kept beside the name of an edition."""


class Seal(Table, frozen=True, kw_only=True):
    """What `seal.toml` holds: the hash of the data, and the day on which the edition was issued."""

    sha256: str
    issued: date


def sha256_of(folder: Traversable) -> str:
    """The SHA-256 over the path and the bytes of every TOML file of a folder, except the seal, in order of paths."""
    found = hashlib.sha256()
    for name, data in sorted(_files(folder)):
        found.update(f"{name}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()


def digest_of(folder: Traversable, firm: Traversable | None = None) -> str:
    """The short fingerprint of an edition, with the firm's own folder where there is one."""
    whole = sha256_of(folder)
    if firm is not None:
        whole = hashlib.sha256(f"{whole} {sha256_of(firm)}".encode()).hexdigest()
    return whole[:SHORT]


def broken_seal(folder: Traversable) -> str | None:
    """What is wrong with the seal of an edition, in a few words; None where the data matches it."""
    file = folder / SEAL
    if not file.is_file():
        return UNSEALED
    try:
        seal = read_one(file, Seal)
    except LawDataError as error:
        return f"its seal cannot be read ({error.sentence.removesuffix('.')})"
    return None if seal.sha256 == sha256_of(folder) else f"its files are not those that {SEAL} was made for"


def seal_words(edition: str, broken: str) -> str:
    """What a missing or broken seal says about an edition, as a sentence. `broken`: the words of `broken_seal`."""
    if broken == UNSEALED:
        return f"Edition {edition} of the law is not sealed: {broken}, so its files may be anybody's."
    return f"Edition {edition} of the law was changed after it was issued: {broken}."


def _files(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        name = f"{above}{item.name}"
        if item.is_dir():
            yield from _files(item, f"{name}/")
        elif name.endswith(".toml") and name != SEAL:
            yield name, item.read_bytes()
