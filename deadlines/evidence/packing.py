"""The files of the evidence: a page to print, JSON, a table for each part, and the hashes of all of them."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.orm import Session

from deadlines.compute.words import long_date
from deadlines.evidence.model import Cell, Evidence, Part
from deadlines.sheets.harmless import for_csv
from deadlines.store import audit

MANIFEST = "MANIFEST.sha256"
EXPORTED = "evidence.export"
EPOCH = (1980, 1, 1, 0, 0, 0)


def files_of(evidence: Evidence) -> dict[str, bytes]:
    """Every file by its name, the same bytes for the same evidence. The manifest is in the form of `sha256sum`."""
    files = {"evidence.html": page_of(evidence), "evidence.json": json_of(evidence)}
    files |= {f"tables/{part.name}.csv": table_of(part) for part in evidence.parts if part.columns}
    lines = [f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items())]
    return {**files, MANIFEST: "".join(lines).encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            info = zipfile.ZipInfo(f"evidence/{name}", EPOCH)
            info.external_attr = 0o600 << 16
            archive.writestr(info, body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def record_export(session: Session, evidence: Evidence, files: Mapping[str, bytes], *, actor: str) -> None:
    """Note in the audit trail that the evidence left, for which days, and the hash of its manifest."""
    detail = {
        "from": evidence.from_on,
        "until": evidence.until_on,
        "names": evidence.names,
        "manifest": hashlib.sha256(files[MANIFEST]).hexdigest(),
    }
    audit.record(session, at=evidence.made_at, actor=actor, action=EXPORTED, subject="", detail=detail)


def json_of(evidence: Evidence) -> bytes:
    """For programs: each part with its figures by name and its rows as objects."""
    plain = msgspec.to_builtins(evidence)
    for part in plain["parts"]:
        part["figures"] = dict(part["figures"])
        part["rows"] = [dict(zip(part["columns"], row, strict=True)) for row in part["rows"]]
        del part["columns"]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2)


def table_of(part: Part) -> bytes:
    """For spreadsheets: UTF-8 with its mark, every cell quoted, and none that a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(part.columns)
    writer.writerows([safe(cell) for cell in row] for row in part.rows)
    return text.getvalue().encode("utf-8-sig")


def safe(cell: Cell) -> str:
    """A cell as text that a spreadsheet only shows; moments in UTC."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return str(cell)
    return for_csv(cell)


def page_of(evidence: Evidence) -> bytes:
    """For people: one file that needs nothing beside it, to be read or printed; moments in the firm's zone."""
    zone = ZoneInfo(evidence.zone)

    def shown(cell: Cell) -> str:
        if isinstance(cell, datetime):
            return f"{cell.astimezone(zone):%Y-%m-%d %H:%M}"
        return "–" if cell is None else str(cell)

    template = _environment().get_template("evidence.html")
    return template.render(evidence=evidence, shown=shown, long_date=long_date).encode()


@cache
def _environment() -> Environment:
    loader = PackageLoader("deadlines.evidence")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
