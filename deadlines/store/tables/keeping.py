"""What the programs write of themselves: the audit trail, the signs of life, what the auditor found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deadlines.store.tables.base import Base


class Audit(Base):
    """Who did what, when. Append-only, enforced by triggers; each row carries the hash of the one before."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Heartbeat(Base):
    """The last sign of life of each sweep."""

    __tablename__ = "heartbeat"
    sweep: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


class Gap(Base):
    """A difference that the auditor found between the reminders that must exist and those that do.

    `key` is what is wrong with which reminder, so that it is told once. `told_at` is when people were last told,
    `gone_at` when the auditor no longer found it.
    """

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_seen_at", "seen_at"),)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    rung: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
