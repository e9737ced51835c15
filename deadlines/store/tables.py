"""The tables. Nothing is deleted: rows are superseded, revoked or struck, and the audit is append-only.

Ids are random text (`new_id`), so that they may travel; an entry's id is the calendar UID for life.
"""

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from deadlines.store.types import Instant


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
        date: Date,
        # Nothing is NULL, not the word `null`.
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


class Instance(Base):
    """The marker that makes a database ours: one row, written by `init`."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]
    created_by_version: Mapped[str] = mapped_column(String(40))


class Person(Base):
    """Someone of the firm: subscribes, is reminded, answers for entries."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    invitations: Mapped[str | None] = mapped_column(String(20))
    """The redaction of invitations by mail to the person's own calendar; none: not wanted."""
    created_at: Mapped[datetime]


class Matter(Base):
    """The firm's file for one client and cause. `reference` is the firm's number."""

    __tablename__ = "matter"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    client: Mapped[str | None] = mapped_column(String(200))
    restricted: Mapped[bool] = mapped_column(Boolean, default=False)
    attorney_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    attorney: Mapped[Person] = relationship()


class MatterMember(Base):
    """Somebody who works on a matter besides its attorney: the matter stands in their calendar too."""

    __tablename__ = "matter_member"
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    since: Mapped[datetime]


class Team(Base):
    """A named group of people whose matters one calendar shows together."""

    __tablename__ = "team"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime]


class TeamMember(Base):
    """Somebody of a team."""

    __tablename__ = "team_member"
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    since: Mapped[datetime]


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


class Entry(Base):
    """One remedy after one notice. Lives for ever; `id` is the calendar UID.

    `verified_by`, `closed_by` and `resolved_by` are ids of people. `closing` holds how it was closed (see
    `docket.closing`), `resolution` what was decided about a disputed date (see `docket.verification`).
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("notice_id", "rule"),
        CheckConstraint("status in ('open','satisfied','waived','missed','struck','information')", name="status"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    rule: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    form: Mapped[str | None] = mapped_column(String(40))
    remedy: Mapped[str] = mapped_column(String(80), server_default="")
    status: Mapped[str] = mapped_column(String(20), default="open")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(String(254))
    closed_on: Mapped[date | None]
    closed_by: Mapped[str | None] = mapped_column(String(254))
    closing: Mapped[dict[str, Any] | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(254))
    resolution: Mapped[dict[str, Any] | None]
    notice: Mapped[NoticeRow] = relationship()
    matter: Mapped[Matter] = relationship()


class DeadlineRow(Base):
    """One computed version of an entry's dates; never edited. `window` holds the whole answer, `policy` the
    firm's own choices under which it was computed."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("entry_id", "version"),
        Index("ix_deadline_safe_by", "safe_by"),
    )
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    edition: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    opens_on: Mapped[date | None]
    protective_by: Mapped[date | None]
    safe_by: Mapped[date | None]
    last_day: Mapped[date | None]
    latest: Mapped[date | None]
    window: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    policy: Mapped[dict[str, Any] | None]


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
    base_version: Mapped[int] = mapped_column(Integer)
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
    severity: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="planned")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
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
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime]
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_at: Mapped[datetime]


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
