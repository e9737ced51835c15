"""What every law table is made of: read-only tables that refuse unknown keys, lengths, marks of confidence."""

from datetime import date
from typing import Literal

from msgspec import Struct

Confidence = Literal["primary", "primary-old", "secondary", "memory"]
When = dict[str, list[str]]
"""Conditions, all of which must hold: a fact, `kind`, `form` or `method`, and the values that satisfy it."""


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A TOML table: read-only, and an unknown key is an error."""


class Length(Table, frozen=True, kw_only=True):
    """A prescribed period. Days are counted first, then months and years, so `years = 1, days = -1`
    is the day before the anniversary, and 28 February stands for a missing 29 February. `then`: days counted
    after the months and years, so `years = 2, then = -90` is the ninetieth day before the second anniversary."""

    days: int = 0
    months: int = 0
    years: int = 0
    then: int = 0


class Reviewed(Table, frozen=True, kw_only=True):
    """When someone last held the file against its sources, and how good they were."""

    on: date
    confidence: Confidence
