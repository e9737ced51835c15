"""How people sign in to the pages."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deadlines.store.tables.base import Base
from deadlines.store.tables.people import Person


class Login(Base):
    """One person's password, as an Argon2id hash; none until the person has chosen one.

    `link_hash` is the hash of the one-time link on which a password is chosen until `link_until`. `failures` counts
    wrong passwords and codes since the last right one; before `locked_until` none is looked at.
    """

    __tablename__ = "login"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password: Mapped[str | None] = mapped_column(String(200))
    chosen_at: Mapped[datetime | None]
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class SignedIn(Base):
    """One browser in which somebody is signed in: the hash of its secret, and when it was last used."""

    __tablename__ = "signed_in"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(10), default="password", server_default="password")
    """How the person showed who they are: by password, or by the firm's identity provider."""
    awaits_code: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The password fitted, and the code of the second factor is still to come: nobody is signed in yet."""
    person: Mapped[Person] = relationship()


class SecondFactor(Base):
    """The secret from which a person's authenticator makes codes; nothing is asked for before it is confirmed.

    `last_step` is the time step of the last code that was taken: none of it or before is taken again.
    """

    __tablename__ = "second_factor"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    person: Mapped[Person] = relationship()


class RecoveryCode(Base):
    """The hash of a code that stands in for an authenticator once."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    used_at: Mapped[datetime | None]
