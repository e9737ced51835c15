"""Notices, entries, the versions of their dates, and proposals of other dates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    column,
    false,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id
from deadlines.store.tables.people import Matter
from deadlines.store.types import KeptDay, Whole


class NoticeRow(Base):
    """The notice as it was entered: never edited. An amendment is a new row; `amends_id` names the one before."""

    __tablename__ = "notice"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    form: Mapped[str | None] = mapped_column(String(40))
    decided_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    """The whole notice as the machine contract writes it, so that it can be computed again."""
    entered_by: Mapped[str] = mapped_column(String(254))
    entered_at: Mapped[datetime]
    amends_id: Mapped[str | None] = mapped_column(ForeignKey("notice.id"))
    matter: Mapped[Matter] = relationship()


class Imported(Base):
    """A row of a table that became a notice: the firm's own key, and what the row said. It is recorded once."""

    __tablename__ = "imported"
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    said: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(26))
    """The id of the person who imported it."""


class Entry(Base):
    """One remedy after one notice. Lives for ever; `id` is the calendar UID.

    `verified_by`, `closed_by`, `resolved_by`, `initialed_by` and `rechecked_by` are ids of people. `closing` holds
    how it was closed (see `docket.closing`), `resolution` what was decided about a disputed date (see
    `docket.disputes`), `discrepancy` how a second reading of the notice differs (see `docket.verification`),
    `dispatched` that it was sent, while the law waits for its receipt (see `docket.proof`).
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("notice_id", "rule"),
        Index("ix_entry_matter", "matter_id", "status", "last_day"),  # whole in it: which matters have a day to come
        # Few are; each condition is written as a query of that database writes it.
        Index("ix_entry_disputed", "notice_id", sqlite_where=text("disputed = 1"), postgresql_where=text("disputed")),
        CheckConstraint("status in ('open','satisfied','waived','missed','struck','information')", name="status"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    rule: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    form: Mapped[str | None] = mapped_column(String(40))
    remedy: Mapped[str] = mapped_column(String(80), server_default="")
    discreet: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The remedy itself tells of a protected case: only a restricted matter shows it in calendars."""
    status: Mapped[str] = mapped_column(String(20), default="open")
    version: Mapped[int] = mapped_column(Whole(1), default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(String(254))
    discrepancy: Mapped[dict[str, Any] | None]
    initialed_at: Mapped[datetime | None]
    initialed_by: Mapped[str | None] = mapped_column(String(26))
    initialed_source: Mapped[str | None] = mapped_column(String(300))
    """What the responsible attorney had before them when they initialed the dates."""
    dispatched: Mapped[dict[str, Any] | None]
    closed_on: Mapped[date | None]
    """The day of the act: of a filing, the day on which the forum received it."""
    closed_at: Mapped[datetime | None]
    """When the closing was recorded; of entries that were closed before this was kept, `changed_at` says it."""
    closed_by: Mapped[str | None] = mapped_column(String(254))
    closing: Mapped[dict[str, Any] | None]
    rechecked_at: Mapped[datetime | None]
    rechecked_by: Mapped[str | None] = mapped_column(String(26))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(254))
    resolution: Mapped[dict[str, Any] | None]
    dispatch_by: Mapped[date | None]
    """By the firm's practice, the day on which a courier must have the filing; found anew with the dates."""
    protective_by: Mapped[date | None] = mapped_column(KeptDay)
    safe_by: Mapped[date | None] = mapped_column(KeptDay)
    last_day: Mapped[date | None] = mapped_column(KeptDay)
    disputed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """A copy of what the version in force says, by which lists are sorted and counted without reading every window.
    What is shown comes from the version itself; `docket.copies` puts one right that is out of step."""
    notice: Mapped[NoticeRow] = relationship()
    matter: Mapped[Matter] = relationship()


_LATER = table("deadline", column("entry_id"), column("version")).alias("later")


class DeadlineRow(Base):
    """One computed version of an entry's dates; never edited. `window` holds the whole answer, `policy` the
    firm's own choices under which it was computed."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("entry_id", "version"),
        Index("ix_deadline_safe_by", "safe_by"),
        Index("ix_deadline_last_day", "last_day"),
        Index("ix_deadline_protective_by", "protective_by"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    version: Mapped[int] = mapped_column(Whole(1))
    edition: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    opens_on: Mapped[date | None] = mapped_column(KeptDay)
    protective_by: Mapped[date | None] = mapped_column(KeptDay)
    safe_by: Mapped[date | None] = mapped_column(KeptDay)
    last_day: Mapped[date | None] = mapped_column(KeptDay)
    latest: Mapped[date | None] = mapped_column(KeptDay)
    window: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    digest: Mapped[str | None] = mapped_column(String(64))
    """A keyed hash over everything that carries the date, so that an edit behind the program's back shows."""
    superseded: Mapped[bool] = column_property(
        select(_LATER.c.version)
        .where(_LATER.c.entry_id == entry_id, _LATER.c.version > version)
        .correlate_except(_LATER)
        .exists(),
        expire_on_flush=False,  # only the program adds versions, and it goes on with the last
    )
    """Whether a later version of the entry's dates was there when this one was read: then it is not in force."""
    policy: Mapped[dict[str, Any] | None]


class Acknowledgement(Base):
    """Somebody took an entry's dates of one version on, until a moment."""

    __tablename__ = "acknowledgement"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    version: Mapped[int] = mapped_column(Whole(1))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    until: Mapped[datetime]


class Milestone(Base):
    """One step on the way to a filing, by the firm's template: its owner and its day.

    `template` is its id in the practice file, `title` the words at the time. `owner_id` and `done_by` are ids of
    people. Closed with its entry, it is `cancelled`.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("entry_id", "template"),
        CheckConstraint("state in ('open','done','cancelled')", name="state"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    template: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    assigned: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether a person named the owner, who then stays when the practice file changes."""
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default="open")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(26))
    entry: Mapped[Entry] = relationship()


WAITING = "state in ('pending','agreed')"


class Proposal(Base):
    """Other dates for an entry, and what became of them.

    `base_version` is the version that they would replace, `window` the whole answer with its new dates, `old`
    the dates before, `notice_id` the notice that they were computed from. `proposed_by`, `agreed_by` (the first
    of the two who must agree) and `decided_by` are ids of people, or name a program such as `daemon`.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("kind in ('earlier','later','mixed','gone','new')", name="kind"),
        CheckConstraint("state in ('pending','agreed','applied','accepted','ignored','superseded')", name="state"),
        # Two people never agree to different dates of one entry.
        Index(
            "uq_proposal_waiting",
            "entry_id",
            unique=True,
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    base_version: Mapped[int] = mapped_column(Whole(1))
    kind: Mapped[str] = mapped_column(String(20))
    edition: Mapped[str] = mapped_column(String(20))
    window: Mapped[dict[str, Any]]
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    old: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    authority: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[str] = mapped_column(String(254))
    proposed_at: Mapped[datetime]
    agreed_by: Mapped[str | None] = mapped_column(String(254))
    agreed_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(254))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[Entry] = relationship()
