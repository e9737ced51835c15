"""How the docket is controlled: evening checks, extensions that were asked for, missed dates with their logs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id
from deadlines.store.tables.docket import Entry
from deadlines.store.tables.people import Person


class EveningCheck(Base):
    """One person's signature under one day: what was to be done and closed, and what was said of what stayed open.

    Who has signed signs again for what came after. Append-only, enforced by triggers. `sheet` is the list as it was;
    `digest` is over everything that was signed and stands in the audit trail too. `late`: signed after the day had
    ended.
    """

    __tablename__ = "evening_check"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    on: Mapped[date] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    signed_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str | None] = mapped_column(Text)
    sheet: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    person: Mapped[Person] = relationship()


REQUESTED = "state = 'requested'"


class Extension(Base):
    """More time that was asked for: provisional until it is granted, and no date moves by it before.

    `wanted_on` is the day asked for, `proof` that it was asked for, `granted_to` the new last day, `decision` the proof
    of the grant or the reason of the refusal. `proposal_id` is the later date that two people must agree to.
    """

    __tablename__ = "extension"
    __table_args__ = (
        CheckConstraint("state in ('requested','granted','refused','ended')", name="state"),
        # What is asked for is decided before more is asked for.
        Index(
            "uq_extension_requested",
            "entry_id",
            unique=True,
            sqlite_where=text(REQUESTED),
            postgresql_where=text(REQUESTED),
        ),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    wanted_on: Mapped[date]
    asked_on: Mapped[date]
    proof: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(26))
    recorded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="requested")
    granted_to: Mapped[date | None]
    granted_on: Mapped[date | None]
    safe_to: Mapped[date | None]
    """The working day on or before `granted_to`: the firm files by then."""
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(26))
    decided_at: Mapped[datetime | None]
    proposal_id: Mapped[str | None] = mapped_column(ForeignKey("proposal.id"))
    entry: Mapped[Entry] = relationship()


class Missed(Base):
    """A date that passed without filing: when it was found, how it came about, and the record as it stood then.

    Append-only, enforced by triggers. `snapshot` holds the notice, every version of the dates, reminders, answers and
    checks; `digest` is over it and stands in the audit trail too.
    """

    __tablename__ = "missed"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    found_on: Mapped[date]
    how: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(26))
    recorded_at: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    entry: Mapped[Entry] = relationship()


class MissedNote(Base):
    """One line of the diligence log of a missed date: who did what on which day. Append-only, enforced by triggers."""

    __tablename__ = "missed_note"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    missed_id: Mapped[str] = mapped_column(ForeignKey("missed.id"), index=True)
    on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
