"""`deadlines evidence`: how the docket was kept over a time, as files for the insurer."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deadlines.commands.context import App, actor, json_option, pass_app
from deadlines.commands.dates import DAY
from deadlines.errors import Conflict, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from deadlines.evidence import Evidence, Wanted


@click.command()
@click.option("--from", "from_", required=True, type=DAY, metavar="DATE", help="The first day, as 2026-01-01.")
@click.option("--until", required=True, type=DAY, metavar="DATE", help="The last day.")
@click.option(
    "--out", required=True, metavar="FOLDER|FILE.zip", type=click.Path(path_type=Path), help="What is made; a new one."
)
@click.option("--names", is_flag=True, help="Name clients. Without it no client's name leaves the firm.")
@click.option("--by", metavar="ADDRESS", help="Mail address of the person who asks for it.")
@json_option
@pass_app
def command(app: App, from_: date, until: date, out: Path, names: bool, by: str | None, as_json: bool) -> None:
    """How the docket was kept: who verified what and when, what was sent, missed, decided, backed up.

    A page to print, JSON, a table for each part, and the hashes of all of them. Of restricted matters there are
    counts only, whoever asks.

    \b
    Example:
      deadlines evidence --from 2026-01-01 --until 2026-12-31 --out evidence-2026.zip
    """
    from deadlines import clock
    from deadlines.commands.output import answer
    from deadlines.evidence import Wanted, record_export

    wanted = Wanted(from_on=from_, until_on=until, names=names)
    if wanted.from_on > clock.today(app.settings.firm.timezone):
        raise InputError(f"{wanted.from_on} has not come yet: there is nothing to tell of it.")
    evidence, files = _made(app, wanted, by)
    _write(out, files)
    with app.writing() as session:
        record_export(session, evidence, files, actor=actor())
    shown = {"out": str(out), "files": sorted(files), "from": wanted.from_on, "until": wanted.until_on}
    answer(shown, f"Wrote {len(files)} files to {out}; look at evidence.html first.", as_json=as_json)


def _made(app: App, wanted: "Wanted", by: str | None) -> "tuple[Evidence, dict[str, bytes]]":
    from deadlines import clock
    from deadlines.evidence import files_of, gather
    from deadlines.wiring import build_desk, build_house

    desk, house = build_desk(app.settings, actor()), build_house(app.settings)
    with app.reading() as session:
        who = _asker(session, by) if by else actor()
        evidence = gather(session, desk, house, wanted, made_by=who, now=clock.now())
        return evidence, files_of(evidence)


def _asker(session: "Session", by: str) -> str:
    from deadlines.docket.people import active_person
    from deadlines.docket.roles import require

    person = active_person(session, by)
    require(person, "read-audit")
    return person.email


def _write(out: Path, files: "Mapping[str, bytes]") -> None:
    """All files or none; raises Conflict where something is there, InputError where nothing can be written."""
    import shutil

    from deadlines.evidence import zipped

    if out.exists():
        raise Conflict(f"{out} is there already; nothing was written. Choose another name with --out.")
    part = out.with_name(f".{out.name}.part")
    try:
        if out.suffix.lower() == ".zip":
            part.write_bytes(zipped(files))
        else:
            _write_folder(part, files)
        part.rename(out)
    except OSError as fault:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink()
        raise InputError(f"{out} cannot be written ({fault.strerror}); choose another place.") from None


def _write_folder(place: Path, files: "Mapping[str, bytes]") -> None:
    place.mkdir(mode=0o700)
    for name, body in files.items():
        file = place / name
        file.parent.mkdir(exist_ok=True, mode=0o700)
        file.write_bytes(body)
