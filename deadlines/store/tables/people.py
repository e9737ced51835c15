"""The people of the firm, their matters and their teams."""

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base, new_id


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
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Who is told when the person does not answer, and always of fatal dates."""
    supervisor_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Who is told when the deputy does not answer either."""
    agenda: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """Whether the person is sent an agenda in the morning."""
    created_at: Mapped[datetime]


class Absence(Base):
    """Days on which a person is away, both included, and who covers. Its days may be cut short."""

    __tablename__ = "absence"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date] = mapped_column(index=True)
    noted_at: Mapped[datetime]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])


class Contact(Base):
    """Where a channel reaches a person: a chat's address, a topic. Mail is the person's own address."""

    __tablename__ = "contact"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When the person confirmed that a test message arrived."""


class Matter(Base):
    """The firm's file for one client and cause. `reference` is the firm's number, `closed_by` the id of a person."""

    __tablename__ = "matter"
    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    client: Mapped[str | None] = mapped_column(String(200))
    restricted: Mapped[bool] = mapped_column(Boolean, default=False)
    attorney_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(26))
    closed_reason: Mapped[str | None] = mapped_column(Text)
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
