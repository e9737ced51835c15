"""Signing in to the pages: passwords that people choose on a one-time link, and browsers that are signed in.

Whether an address has an account is told to nobody: a wrong address and a wrong password are refused alike, after
the same work.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from deadlines.docket.subscriptions import hash_token
from deadlines.errors import InputError, NotFound
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Login, Person, SecondFactor, SignedIn

LINK_FOR = timedelta(hours=24)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
"""A browser that is not used, and one that is, for so long: then the person signs in again (OWASP ASVS 5.0, 7.3)."""
WAIT = timedelta(minutes=10)
"""Between the password and the second factor."""
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
TRIES = 5
"""Wrong passwords and codes before an account rests; with each more the rest is twice as long."""
LONGEST_REST = timedelta(minutes=15)
LOOKED_AT, STRONG = 72, 3
"""How many letters of a password are looked at, and from which grade of zxcvbn on it holds: 10^8 guesses and more."""
KNOWN_WORDS = ("deadlines", "docket", "calendar", "attorney", "immigration", "visa", "uscis", "greencard")
"""Words that everybody here would try; beside them the person's own name and address."""
SECRET_BYTES = 32
REFUSED = "Address and password do not fit. After several wrong tries an account rests for some minutes."
NO_LINK = "This link has been used or is too old. Ask for another one."


def invite(session: Session, person: Person, *, actor: str, now: datetime) -> str:
    """A one-time link on which a person chooses a password; its secret. The present password holds until then."""
    login = session.get(Login, person.id) or Login(person_id=person.id)
    code = secrets.token_urlsafe(SECRET_BYTES)
    login.link_hash, login.link_until = hash_token(code), now + LINK_FOR
    session.add(login)
    session.flush()
    audit.record(session, at=now, actor=actor, action="login.invite", subject=person.id, detail={})
    return code


def find_invited(session: Session, code: str, *, now: datetime) -> Login:
    """Who may choose a password on a link. Raises NotFound for used, expired and unknown ones alike."""
    query = select(Login).where(Login.link_hash == hash_token(code)).with_for_update(**HELD)
    found = session.scalars(query).one_or_none()
    if found is None or found.link_until is None or found.link_until <= now or not found.person.active:
        raise NotFound(NO_LINK)
    return found


def hashed(password: str, person: Person) -> str:
    """What is kept of a password. Takes a tenth of a second by design, so in no transaction.

    Raises InputError for one that is too easy to guess.
    """
    _require_strong(password, person)
    return _hasher().hash(password)


def choose_password(session: Session, code: str, kept: str, *, now: datetime) -> Person:
    """Keep what `hashed` made of a password and use the link up; every browser of the person is signed out.

    Raises NotFound as `find_invited`.
    """
    login = find_invited(session, code, now=now)
    login.password, login.chosen_at = kept, now
    login.link_hash = login.link_until = login.locked_until = None
    login.failures = 0
    session.execute(delete(SignedIn).where(SignedIn.person_id == login.person_id))
    session.flush()
    who = login.person
    audit.record(session, at=now, actor=who.id, action="login.choose", subject=who.id, detail={})
    return who


class Kept(Struct, frozen=True):
    """What is known of who wants to sign in: nothing where the address has no account."""

    person: str | None = None
    password: str | None = None
    rests: bool = False


def look_up(session: Session, email: str, *, now: datetime) -> Kept:
    """The account of a mail address, of somebody who is here."""
    query = select(Login).join(Login.person).where(Person.email == email.strip().lower(), Person.active.is_(True))
    login = session.scalars(query).one_or_none()
    if login is None:
        return Kept()
    return Kept(login.person_id, login.password, login.locked_until is not None and login.locked_until > now)


def fits(kept: Kept, password: str) -> bool:
    """Whether it is the password. Takes a tenth of a second and some memory by design, so in no transaction; the same
    for an address without an account."""
    try:
        _hasher().verify(kept.password or _nobody(), password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept.password is not None and not kept.rests


class Entered(Struct, frozen=True):
    """The secret for the browser's cookie; `awaits_code`: it opens nothing before the second factor is seen to."""

    token: str
    awaits_code: bool


def sign_in(session: Session, kept: Kept, *, right: bool, now: datetime, required: bool = False) -> Entered | None:
    """Let somebody in, or half in where a second factor is set up or `required`; None where it is refused, which counts
    and must be committed too."""
    if kept.person is None:
        return None
    login = session.get_one(Login, kept.person, with_for_update=HELD, populate_existing=True)
    if not right or login.password != kept.password:
        if not kept.rests:
            count_failure(session, login.person, now)
        return None
    factor = session.get(SecondFactor, login.person_id)
    has_one = factor is not None and factor.confirmed_at is not None
    if not has_one:  # with one, wrong codes count on until a right one comes
        login.failures, login.locked_until = 0, None
    awaits = has_one or required
    return Entered(_signed_in(session, login.person, now, awaits_code=awaits), awaits)


def sign_in_elsewhere(session: Session, person: Person, *, now: datetime) -> str:
    """Let somebody in whom the firm's identity provider knows; the secret for the browser's cookie."""
    return _signed_in(session, person, now, way="oidc")


def find_waiting(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """The browser in which the password fitted and the second factor is still to come, for some minutes."""
    found = session.get(SignedIn, hash_token(token))
    if found is None or not found.person.active or not found.awaits_code:
        return None
    return found if now - found.since < WAIT else None


def admit(session: Session, waiting: SignedIn, *, now: datetime) -> str:
    """The second factor is seen to: a new secret for the browser's cookie, which is signed in with it."""
    person = waiting.person
    session.delete(waiting)
    login = session.get(Login, person.id)
    if login is not None:
        login.failures, login.locked_until = 0, None
    return _signed_in(session, person, now)


def rests(session: Session, person: Person, now: datetime) -> bool:
    """Whether nobody is let in for some minutes, after several wrong tries."""
    login = session.get(Login, person.id, populate_existing=True)
    return login is not None and login.locked_until is not None and login.locked_until > now


def find_signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """The browser with that secret, unless it rested for too long, is too old, or its person has left."""
    found = session.get(SignedIn, hash_token(token))
    if found is None or not found.person.active or found.awaits_code:
        return None
    alive = now - found.seen_at < IDLE and now - found.since < LONGEST
    return found if alive else None


def why_out(session: Session, token: str, *, now: datetime) -> Literal["rest", "age"] | None:
    """Why a browser is signed in no more: it rested for too long, or is too old; None for any other reason, such as
    that somebody signed out, or that its person has left."""
    found = session.get(SignedIn, hash_token(token))
    if found is None or found.awaits_code or not found.person.active:
        return None
    if now - found.since >= LONGEST:
        return "age"
    return "rest" if now - found.seen_at >= IDLE else None


def is_due(found: SignedIn, now: datetime) -> bool:
    """Whether it is time to write down that the browser is used."""
    return now - found.seen_at >= SEEN_EVERY


def browsers(session: Session, person: Person, *, now: datetime) -> Sequence[SignedIn]:
    """The browsers in which somebody is signed in, the one used last first."""
    query = select(SignedIn).where(SignedIn.person_id == person.id, SignedIn.awaits_code.is_(False))
    alive = query.where(SignedIn.seen_at > now - IDLE, SignedIn.since > now - LONGEST)
    return session.scalars(alive.order_by(SignedIn.seen_at.desc(), SignedIn.token_hash)).all()


def change_password(session: Session, found: SignedIn, kept: str, *, now: datetime) -> str:
    """Keep what `hashed` made of somebody's new password; every browser is signed out but this one, which gets the
    secret that is returned."""
    person = found.person
    login = session.get_one(Login, person.id, with_for_update=HELD)
    login.password, login.chosen_at = kept, now
    login.link_hash = login.link_until = None
    audit.record(session, at=now, actor=person.id, action="login.change", subject=person.id, detail={})
    return end_others(session, found, now=now)


def end_others(session: Session, found: SignedIn, *, now: datetime) -> str:
    """Sign somebody out of every browser but this one, which gets the secret that is returned."""
    person, way = found.person, found.way
    session.execute(delete(SignedIn).where(SignedIn.person_id == person.id))
    session.expire_all()
    return _signed_in(session, person, now, way=way)


def sign_out(session: Session, token: str) -> None:
    """The browser's secret is worth nothing any more."""
    session.execute(delete(SignedIn).where(SignedIn.token_hash == hash_token(token)))


def end_of_person(session: Session, person: Person) -> None:
    """Sign somebody who leaves out of every browser, also where a code is awaited, and end a link that was not used: if
    they come back, none of it opens anything. The password and the second factor are theirs again then."""
    session.execute(delete(SignedIn).where(SignedIn.person_id == person.id))
    session.execute(update(Login).where(Login.person_id == person.id).values(link_hash=None, link_until=None))


def forget_old(session: Session, now: datetime) -> None:
    """Remove what is of no use any more."""
    session.execute(delete(SignedIn).where(SignedIn.seen_at < now - LONGEST))


def _signed_in(
    session: Session, person: Person, now: datetime, *, way: str = "password", awaits_code: bool = False
) -> str:
    token = secrets.token_urlsafe(SECRET_BYTES)
    kept = SignedIn(token_hash=hash_token(token), person_id=person.id, since=now, seen_at=now)
    kept.way, kept.awaits_code = way, awaits_code
    session.add(kept)
    session.flush()
    action = "login.half" if awaits_code else "login.sign-in"
    detail = {} if way == "password" else {"way": way}
    audit.record(session, at=now, actor=person.id, action=action, subject=person.id, detail=detail)
    return token


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(SECRET_BYTES))


def count_failure(session: Session, person: Person, now: datetime) -> None:
    """One more wrong password or code; with the fifth the account rests."""
    login = session.get(Login, person.id, with_for_update=HELD)
    if login is None:
        return
    login.failures += 1
    if login.failures < TRIES:
        return
    rest = min(timedelta(minutes=1) * 2 ** min(login.failures - TRIES, 10), LONGEST_REST)
    login.locked_until = now + rest
    detail = {"failures": login.failures}
    audit.record(session, at=now, actor="web", action="login.rest", subject=login.person_id, detail=detail)


def _require_strong(password: str, person: Person) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; four words are good.")
    name, _, firm = person.email.partition("@")
    known = [person.email, name, firm, person.name, *person.name.split(), *KNOWN_WORDS]
    left = password.lower()
    for word in sorted((word.lower() for word in known if len(word) > 2), key=len, reverse=True):
        left = left.replace(word, "")
    if len(set(left)) < 5 or zxcvbn(password[:LOOKED_AT], user_inputs=known)["score"] < STRONG:
        raise InputError("This password is easy to guess: take words that have nothing to do with you.")
