"""Column types shared by the tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, Date, DateTime, Dialect, Integer, String, TypeDecorator, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""What a damaged instant reads as: whatever waits for it is due now. Nothing writes it back as if it were true."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on every database. SQLite hands back naive values; they are made aware.

    One that is damaged reads as `LONG_AGO`; `docket.unreadable` names it, and so does the seal where there is one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        return _forgiving(super().result_processor(dialect, coltype), LONG_AGO)


class Day(TypeDecorator[date]):
    """A day. One that is damaged reads as that of `LONG_AGO`; `docket.unreadable` names it."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        return _forgiving(super().result_processor(dialect, coltype), LONG_AGO.date())


class Whole(TypeDecorator[int]):
    """A whole number. One that is damaged reads as `instead`, so that it stops nothing."""

    impl = Integer
    cache_ok = True

    def __init__(self, instead: int) -> None:
        super().__init__()
        self.instead = instead

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: D102
        return value if value is None or isinstance(value, int) else self.instead


class KeptDay(TypeDecorator[date]):
    """A day under a seal: one that is damaged reads as none, and the seal tells."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        return _forgiving(super().result_processor(dialect, coltype), None)


class Damaged(dict[str, Any]):
    """What a JSON object reads as that is none: empty, so that nothing of it is believed. `stands`: what is there."""

    def __init__(self, stands: str) -> None:
        super().__init__()
        self.stands = stands


class KeptJson(TypeDecorator[dict[str, Any]]):
    """A JSON object: one that is damaged reads as `Damaged`. `docket.unreadable` names it, and so does the seal where
    there is one."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:  # noqa: D102
        return self.impl_instance.coerce_compared_value(op, value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        inner = super().result_processor(dialect, coltype)
        return _whole(inner, lambda value: value if isinstance(value, dict) else Damaged(repr(value)))


class KeptList(TypeDecorator[list[str]]):
    """A JSON list of words: one that is damaged reads as empty, and what of it is no word is left out."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:  # noqa: D102
        return self.impl_instance.coerce_compared_value(op, value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        return _whole(super().result_processor(dialect, coltype), _words)


class is_json(GenericFunction[bool]):  # noqa: N801  (the name of a function of the database)
    """Whether a column holds JSON. PostgreSQL takes nothing else into it."""

    type = Boolean()
    inherit_cache = True


@compiles(is_json)
def _is_json(element: is_json, compiler: Any, **options: Any) -> str:
    return f"json_valid({compiler.process(element.clauses, **options)})"


@compiles(is_json, "postgresql")
def _is_always_json(_element: is_json, _compiler: Any, **_options: Any) -> str:
    return "true"


class json_kind(GenericFunction[str]):  # noqa: N801
    """What a column that holds JSON holds: `object`, `array` or another kind."""

    type = String()
    inherit_cache = True


@compiles(json_kind)
def _json_kind(element: json_kind, compiler: Any, **options: Any) -> str:
    return f"json_type({compiler.process(element.clauses, **options)})"


@compiles(json_kind, "postgresql")
def _json_typeof(element: json_kind, compiler: Any, **options: Any) -> str:
    return f"json_typeof({compiler.process(element.clauses, **options)})"


def word_in(column: InstrumentedAttribute[Any], key: str) -> ColumnElement[str]:
    """The text under `key` in a column of JSON objects; none where that is no JSON, over which SQLite ends the whole
    query."""
    found: ColumnElement[str] = case((is_json(column), column[key].as_string()))
    return found


def _whole(inner: Processor | None, read: Processor) -> Processor:
    """Reads what is JSON by `inner`, and hands on what stands there where it is none."""

    def processor(value: Any) -> Any:
        if value is None:
            return None
        try:
            found = inner(value) if inner is not None else value
        except (ValueError, TypeError, RecursionError):
            return read(value)
        return None if found is None else read(found)

    return processor


def _words(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _forgiving(inner: Processor | None, instead: Any) -> Processor | None:
    """One damaged value must not hide the whole list, nor hold up every reminder."""
    if inner is None:
        return None
    process = inner

    def processor(value: Any) -> Any:
        try:
            return process(value)
        except (ValueError, TypeError):
            return instead

    return processor
