"""What all tables share."""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from deadlines.store.types import Day, Instant, KeptJson, KeptList


def new_id() -> str:
    """A random identifier of 26 lower-case characters (130 bits)."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(secrets.choice(alphabet) for _ in range(26))


class Base(DeclarativeBase):
    """One metadata with named constraints, so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant,
        date: Day,
        # Nothing is NULL, not the word `null`.
        dict[str, Any]: KeptJson,
        list[str]: KeptList,
    }


class Instance(Base):
    """The marker that makes a database ours: one row, written by `init`."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]
    created_by_version: Mapped[str] = mapped_column(String(40))
