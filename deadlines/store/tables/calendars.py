"""What calendars show, and who reads them."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id
from deadlines.store.tables.people import Matter, Person, Team


class Rendering(Base):
    """The calendar bytes of one date of an entry, rendered once when it changes."""

    __tablename__ = "rendering"
    __table_args__ = (
        UniqueConstraint("entry_id", "slot", "redaction"),
        # Answers what a feed's state is without reading the bytes.
        Index("ix_rendering_state", "entry_id", "redaction", "on", "cancelled", "sequence", "changed_at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    slot: Mapped[str] = mapped_column(String(20))
    redaction: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    sequence: Mapped[int] = mapped_column(Integer)
    cancelled: Mapped[bool] = mapped_column(Boolean, default=False)
    renderer: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]


class Variant(Base):
    """The bytes of one rendering in other words: another redaction, or its reminders as entries of their own.

    They hold while `sequence` and `renderer` are those of the rendering; otherwise they are made anew.
    """

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("rendering_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    rendering_id: Mapped[int] = mapped_column(ForeignKey("rendering.id"))
    kind: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int] = mapped_column(Integer)
    renderer: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Subscription(Base):
    """One person's secret link to a feed. Only the hash of the token is kept.

    `scope` says whose entries it shows: `own` (the person's matters), `matter`, `team`, `firm`. The filters:
    `remedies` (none: all), `fatal_only` (last days and protective dates), `protective` dates, `reminders` as
    entries of their own, `restricted` matters too, `whole` beyond the size that every program takes.

    It ends at `expires_at`, or at `revoked_at` for the reason `ending`; `replaced_by` is its successor. Before
    it is opened for the first time, `claim_hash` is the hash of the one-time link that opens it until
    `claim_until`. `silent_at`: when people were told that nobody fetches it any more.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("scope in ('own','matter','team','firm')", name="scope"),
        CheckConstraint("ending in ('rotated','revoked','leaked','left')", name="ending"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(10), server_default="own")
    matter_id: Mapped[str | None] = mapped_column(ForeignKey("matter.id"))
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    redaction: Mapped[str] = mapped_column(String(20), default="matter")
    remedies: Mapped[list[str] | None]
    fatal_only: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    protective: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    reminders: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    restricted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    whole: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    claim_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    claim_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(10))
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("subscription.id"))
    last_fetch_at: Mapped[datetime | None]
    last_agent: Mapped[str | None] = mapped_column(String(200))
    fetches: Mapped[int] = mapped_column(Integer, default=0)
    silent_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
    matter: Mapped[Matter | None] = relationship()
    team: Mapped[Team | None] = relationship()


class LeftCalendar(Base):
    """A date that a calendar showed and shows no more since `at`: its matter is restricted, or of other people, or
    the date is fatal no more and the calendar shows only those.

    It stands in the calendar as removed for a while, because programs do not notice what is missing.
    """

    __tablename__ = "left_calendar"
    subscription_id: Mapped[str] = mapped_column(ForeignKey("subscription.id"), primary_key=True)
    rendering_id: Mapped[int] = mapped_column(ForeignKey("rendering.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class Invitation(Base):
    """One date of an entry as one person's own calendar was told of it by mail: which day, the how manieth
    time, and for which sequence of its rendering."""

    __tablename__ = "invitation"
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    on: Mapped[date]
    sequence: Mapped[int] = mapped_column(Integer)
    rendered: Mapped[int] = mapped_column(Integer)
    cancelled: Mapped[bool] = mapped_column(Boolean, default=False)
    told_at: Mapped[datetime]
