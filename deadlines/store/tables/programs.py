"""Other programs: the tokens by which they ask, what they were answered, and the webhooks that tell them."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id
from deadlines.store.tables.people import Person


class AccessToken(Base):
    """A program's secret, by which it asks in the name of a person. Only its hash is kept.

    `scope`: `read`, or `write`, which reads as well. It ends at `expires_at` or `revoked_at`; `used_at` is when it was
    last used, to the minute. A row with the id of its person is that of the pages, and opens nothing.
    """

    __tablename__ = "access_token"
    __table_args__ = (CheckConstraint("scope in ('read','write')", name="scope"),)
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class KeptAnswer(Base):
    """What a change was answered, by the key that its program gave: the same key again changes nothing more.

    `digest` is a hash of what was asked. Under the pages' own row stands where a form led to, by a hash of the press.
    """

    __tablename__ = "kept_answer"
    token_id: Mapped[str] = mapped_column(ForeignKey("access_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    location: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)


class Webhook(Base):
    """An address of another program that is told of events, in the name of a person.

    `events` are the kinds it wants, none for all. `restricted`: also of the restricted matters that the person works
    on. `seen_id` is the last row of the audit trail that it has been looked at for. `failing_since` and `failures`
    tell of tries in a row that failed; before `rests_until` none is made. `dead_at`: given up, for the reason `why`.
    """

    __tablename__ = "webhook"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(120))
    events: Mapped[list[str] | None]
    restricted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    seen_id: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    rests_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(300), default="", server_default="")
    person: Mapped[Person] = relationship()


class Delivery(Base):
    """One event on its way to one webhook. `body` is what is signed and sent, the same in every repeat."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "audit_id"),
        CheckConstraint("state in ('planned','leased','uncertain','sent','dead','cancelled')", name="state"),
        Index(
            "ix_delivery_due",
            "next_at",
            sqlite_where=text("state in ('planned','leased','uncertain')"),
            postgresql_where=text("state in ('planned','leased','uncertain')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"))
    event: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="planned")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime]
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_at: Mapped[datetime]
