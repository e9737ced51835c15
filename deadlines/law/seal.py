"""`python -m deadlines.law.seal FOLDER`: seals an edition that is ready to be issued.

Writes `seal.toml` into the folder, by default that of the packaged edition. Whoever edits the data afterwards
breaks the seal, and is told so.
"""

import argparse
import sys
from pathlib import Path

from deadlines.errors import DeadlinesError
from deadlines.law.digest import SEAL, sha256_of
from deadlines.law.files import read_one
from deadlines.law.load import Edition, packaged, read_law


def seal(folder: Path) -> str:
    """Seal the edition in a folder and answer its hash. Raises LawDataError for data that cannot be loaded."""
    read_law(folder)
    issued = read_one(folder / "edition.toml", Edition).issued
    found = sha256_of(folder)
    words = "# Made by `python -m deadlines.law.seal` when the edition is issued. An issued edition is not edited."
    (folder / SEAL).write_text(f'{words}\nsha256 = "{found}"\nissued = {issued}\n', encoding="utf-8")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Seal the folder that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deadlines.law.seal", description="Seal an edition of the law.")
    parser.add_argument("folder", nargs="?", default=str(packaged()), help="the edition; default: the packaged one")
    folder = Path(parser.parse_args(arguments).folder)
    try:
        sys.stdout.write(f"{folder / SEAL}: {seal(folder)}\n")
    except DeadlinesError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"{folder}: the seal cannot be written ({error.strerror}).\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
