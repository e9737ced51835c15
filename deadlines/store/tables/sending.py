"""What is sent: reminders, letters, and each try."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from deadlines.store.tables.base import Base
from deadlines.store.types import Whole


class Reminder(Base):
    """One message due at a moment to a person on a channel. `next_at` is the next moment of interest.

    `severity` is 0 notice, 1 warning, 2 urgent. `lead_id`, once set, names the reminder under whose
    Message-ID this one goes out, so that a repeat carries the same one; for a covered reminder, the one
    that covers it.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("deadline_id", "rung", "person_id", "channel"),
        CheckConstraint(
            "state in ('planned','leased','uncertain','sent','covered','superseded','cancelled','dead')",
            name="state",
        ),
        Index(
            "ix_reminder_due",
            "next_at",
            sqlite_where=text("state in ('planned','leased','uncertain')"),
            postgresql_where=text("state in ('planned','leased','uncertain')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[str] = mapped_column(ForeignKey("deadline.id"), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    rung: Mapped[str] = mapped_column(String(40))
    severity: Mapped[int] = mapped_column(Whole(2), default=0)
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="planned")
    attempts: Mapped[int] = mapped_column(Whole(1), default=0)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(120))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("reminder.id"))


class Attempt(Base):
    """One try to send a reminder, and what came of it."""

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(300), default="")


class Letter(Base):
    """One mail that is not a reminder: to one person, with a calendar object where `method` says so.

    `key` says what it is about, so that it is written once. Claimed and marked as reminders are.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state in ('planned','leased','uncertain','sent','dead','cancelled')", name="state"),
        Index(
            "ix_letter_due",
            "next_at",
            sqlite_where=text("state in ('planned','leased','uncertain')"),
            postgresql_where=text("state in ('planned','leased','uncertain')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    method: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default="planned")
    attempts: Mapped[int] = mapped_column(Whole(1), default=0)
    next_at: Mapped[datetime]
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_at: Mapped[datetime]
