"""Papers that came in, registered before anybody computes them; and matters of which no date is known yet."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id
from deadlines.store.tables.docket import NoticeRow
from deadlines.store.tables.people import Matter


class Incoming(Base):
    """One paper or message that came in, until it is on the docket or found to bear no date.

    `due_at` is the moment by which it was to be docketed, `next_at` the next one at which people are told that it
    is not. `registered_by` and `settled_by` are ids of people, or name who typed. `reason`: why it was dismissed.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        CheckConstraint("at in ('mail','e-mail','fax','portal','counter')", name="at"),
        CheckConstraint("state in ('waiting','docketed','dismissed')", name="state"),
        Index(
            "ix_incoming_waiting",
            "next_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(200))
    matter_id: Mapped[str | None] = mapped_column(ForeignKey("matter.id"), index=True)
    at: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str] = mapped_column(String(254))
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    notice_id: Mapped[str | None] = mapped_column(ForeignKey("notice.id"), index=True)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str | None] = mapped_column(Text)
    matter: Mapped[Matter | None] = relationship()
    notice: Mapped[NoticeRow | None] = relationship()


STANDING = "ended_at is null"


class Review(Base):
    """That somebody knows of no date of a matter yet, and on which day it is looked at again.

    `said_by` is the id of a person. `next_at` is the next moment at which people are told that the day has come. It
    ends with a notice on the docket or with the next such word; of each matter one stands at most.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_standing",
            "matter_id",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index("ix_review_due", "next_at", sqlite_where=text(STANDING), postgresql_where=text(STANDING)),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    again_on: Mapped[date]
    said_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    next_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    matter: Mapped[Matter] = relationship()
