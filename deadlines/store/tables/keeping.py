"""What the programs write of themselves: the audit and the signs of life."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deadlines.store.tables.base import Base


class Audit(Base):
    """Who did what, when. Append-only, enforced by triggers; each row carries the hash of the one before."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Heartbeat(Base):
    """The last sign of life of each sweep."""

    __tablename__ = "heartbeat"
    sweep: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")
