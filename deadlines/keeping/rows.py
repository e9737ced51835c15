"""The rows of a PostgreSQL server as text, in the format of COPY: written, read, and loaded into another database."""

import gzip
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from msgspec import Struct
from sqlalchemy import Boolean, Connection, DateTime, Integer, LargeBinary, func, inspect, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.types import TypeEngine

from deadlines.errors import BackupError

HEAD = re.compile(rb'COPY (?:"?public"?\.)?"?(\w+)"? \(([^)]*)\) FROM stdin;\n')
END = b"\\.\n"
REVISION = "alembic_version"
ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"\\": b"\\"}
TOGETHER = 1000
"""Rows in one statement."""


class Block(Struct, frozen=True):
    """One table: its columns, and its rows as COPY writes them, each with its line end. To be read in order."""

    table: str
    columns: list[str]
    lines: Iterable[bytes]


def write_rows(connection: Connection, into: Path, progress: Callable[[int, int], None]) -> None:
    """Write every table of a PostgreSQL connection's transaction, gzipped. `progress` is told the tables done."""
    look = inspect(connection)
    names = sorted(look.get_table_names())
    for setting in ("TIME ZONE 'UTC'", "datestyle = 'ISO'", "bytea_output = 'hex'"):
        connection.exec_driver_sql(f"SET LOCAL {setting}")
    with gzip.open(into, "wb", compresslevel=6) as file, driver(connection).cursor() as cursor:
        for done, name in enumerate(names):
            progress(done, len(names))
            columns = ", ".join(f'"{column["name"]}"' for column in look.get_columns(name))
            file.write(f'COPY "{name}" ({columns}) FROM stdin;\n'.encode())
            with cursor.copy(f'COPY "{name}" ({columns}) TO STDOUT') as rows:
                for row in rows:
                    file.write(row)
            file.write(END)


def read_rows(form: str, file: Path) -> Iterator[Block]:
    """The tables of an export or of a pg_dump archive. Raises BackupError for one that ends too early."""
    if form == "copy":
        with gzip.open(file, "rb") as stream:
            yield from _blocks(stream)
        return
    words = ["pg_restore", "--data-only", "--file=-", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as archive:  # noqa: S603
        if archive.stdout is None or archive.stderr is None:
            raise BackupError("pg_restore cannot be read from.")
        yield from _blocks(archive.stdout)
        said = archive.stderr.read().decode(errors="replace").strip()
    if archive.returncode:
        raise BackupError(f"pg_restore cannot read the archive ({said[:200]}).")


def _blocks(stream: Any) -> Iterator[Block]:
    for line in stream:
        found = HEAD.fullmatch(line)
        if found is not None:
            columns = [name.strip().strip('"') for name in found[2].decode().split(",")]
            lines = _lines(stream)
            yield Block(found[1].decode(), columns, lines)
            for _ in lines:
                pass  # whatever the reader left


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    for line in stream:
        if line == END:
            return
        yield line
    raise BackupError("The backup ends in the middle of a table: it is not whole.")


def load(connection: Connection, blocks: Iterable[Block]) -> None:
    """Put rows into empty tables of the same schema, within the caller's transaction."""
    (_into_sqlite if connection.dialect.name == "sqlite" else _into_server)(connection, blocks)


def _into_sqlite(connection: Connection, blocks: Iterable[Block]) -> None:
    look = inspect(connection)
    for block in blocks:
        if block.table == REVISION:
            continue
        types = {column["name"]: column["type"] for column in look.get_columns(block.table)}
        turns = [_turn(types[name]) for name in block.columns]
        names, marks = ", ".join(f'"{name}"' for name in block.columns), ", ".join("?" * len(block.columns))
        statement = f'INSERT INTO "{block.table}" ({names}) VALUES ({marks})'  # noqa: S608
        rows = (tuple(_value(*pair) for pair in zip(turns, _cells(line), strict=True)) for line in block.lines)
        while part := list(islice(rows, TOGETHER)):
            driver(connection).executemany(statement, part)


def _cells(line: bytes) -> list[str | None]:
    return [None if cell == b"\\N" else _plain(cell) for cell in line.removesuffix(b"\n").split(b"\t")]


def _plain(cell: bytes) -> str:
    if b"\\" in cell:
        cell = re.sub(rb"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), cell, flags=re.DOTALL)
    return cell.decode()


def _value(turn: Callable[[str], Any], cell: str | None) -> Any:
    return None if cell is None else turn(cell)


def _turn(kind: TypeEngine[Any]) -> Callable[[str], Any]:
    """How SQLite keeps what PostgreSQL writes as that text."""
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, LargeBinary):
        return lambda text: bytes.fromhex(text.removeprefix("\\x"))
    if isinstance(kind, Boolean):
        return lambda text: int(text == "t")
    return int if isinstance(kind, Integer) else str


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


KEYS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
 WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
COUNTERS = """
SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_default LIKE 'nextval(%'
"""


def _into_server(connection: Connection, blocks: Iterable[Block]) -> None:
    keys = connection.exec_driver_sql(KEYS).all()
    # Rows refer to rows further down: keys are checked once, when everything is there.
    for table, key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {table} ALTER CONSTRAINT "{key}" DEFERRABLE INITIALLY DEFERRED')
    for block in blocks:
        if block.table != REVISION:
            columns = ", ".join(f'"{name}"' for name in block.columns)
            with (
                driver(connection).cursor() as cursor,
                cursor.copy(f'COPY "{block.table}" ({columns}) FROM STDIN') as into,
            ):
                for line in block.lines:
                    into.write(line)
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {table} ALTER CONSTRAINT "{key}" NOT DEFERRABLE')
    for table, column in connection.exec_driver_sql(COUNTERS.replace("%", "%%")).all():
        highest = connection.scalar(select(func.max(sql_table(table, sql_column(column)).c[column]))) or 0
        counter = func.setval(func.pg_get_serial_sequence(f'"{table}"', column), highest + 1, False)
        connection.execute(select(counter))


def driver(connection: Connection) -> Any:
    """The driver's own connection, within the same transaction."""
    return connection.connection.driver_connection
