"""Column types shared by the tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, Dialect, Integer, TypeDecorator
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


class KeptJson(TypeDecorator[dict[str, Any]]):
    """A JSON object under a seal: one that is damaged reads as empty, and the seal tells."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:  # noqa: D102
        return self.impl_instance.coerce_compared_value(op, value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:  # noqa: D102
        inner = _forgiving(super().result_processor(dialect, coltype), {})
        return None if inner is None else lambda value: _object(inner(value))


def _object(value: Any) -> Any:
    return value if value is None or isinstance(value, dict) else {}


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
