"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes that stand in for it once each.

A code counts once: none of its time step or of one before is taken again. Wrong codes count like wrong passwords.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from deadlines.docket import logins
from deadlines.docket.subscriptions import hash_token
from deadlines.errors import Conflict, NotFound
from deadlines.store import audit
from deadlines.store.holding import HELD
from deadlines.store.tables import Login, Person, RecoveryCode, SecondFactor, SignedIn
from deadlines.store.vault import Vault

STEP_SECONDS, STEPS_BESIDE = 30, 1
"""How long a code lasts, and how many steps a clock may be off."""
RECOVERY_CODES = 10
RECOVERY_LETTERS, GROUP = 24, 4
"""A recovery code has 120 bits: enough that a plain hash keeps it (OWASP ASVS 5.0, 6.5.2)."""
ALONE, BOTH = "password", "password and code"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def begin(session: Session, person: Person, vault: Vault, *, now: datetime) -> str:
    """A new secret for somebody's authenticator; nothing is asked for before `confirm`.

    Raises Conflict for who has one.
    """
    row = session.get(SecondFactor, person.id, with_for_update=HELD) or SecondFactor(person_id=person.id)
    if row.confirmed_at is not None:
        raise Conflict("A second factor is set up already; remove it first.")
    secret = pyotp.random_base32()
    row.secret, row.begun_at, row.last_step = vault.hide(secret, person.id), now, 0
    session.add(row)
    session.flush()
    return secret


def begun(session: Session, person: Person, vault: Vault) -> str:
    """The secret that waits to be confirmed. Raises NotFound where there is none."""
    row = session.get(SecondFactor, person.id)
    if row is None or row.confirmed_at is not None:
        raise NotFound("No second factor is being set up.")
    return vault.show(row.secret, person.id)


def confirm(session: Session, person: Person, code: str, vault: Vault, *, now: datetime) -> list[str]:
    """Take the second factor into use with a first code; the recovery codes, which are shown this once. None of them:
    the code was wrong."""
    row = session.get(SecondFactor, person.id, with_for_update=HELD, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        raise NotFound("No second factor is being set up.")
    if not _takes(row, code, vault, now):
        logins.count_failure(session, person, now)
        return []
    row.confirmed_at = now
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    session.add_all(RecoveryCode(code_hash=_hash(one), person_id=person.id) for one in codes)
    session.flush()
    audit.record(session, at=now, actor=person.id, action="factor.confirm", subject=person.id, detail={})
    return codes


def fits(session: Session, person: Person, code: str, vault: Vault, *, now: datetime) -> bool:
    """Whether it is a code of the authenticator, or a recovery code that was not used; it is used up then.

    A wrong one counts, which must be committed too, and while the account rests none is looked at.
    """
    row = session.get(SecondFactor, person.id, with_for_update=HELD, populate_existing=True)
    if row is None or row.confirmed_at is None or logins.rests(session, person, now):
        return False
    if _takes(row, code, vault, now) or _recovers(session, person, code, now):
        return True
    logins.count_failure(session, person, now)
    return False


def has_factor(session: Session, person: Person) -> bool:
    """Whether somebody is asked for a code."""
    row = session.get(SecondFactor, person.id)
    return row is not None and row.confirmed_at is not None


def recovery_codes_left(session: Session, person: Person) -> int:
    """How many recovery codes were not used."""
    query = select(func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def remove(session: Session, person: Person, *, actor: str, now: datetime) -> None:
    """The second factor, its recovery codes and every browser of the person are gone; they sign in anew.

    Raises NotFound where there is none.
    """
    if session.get(SecondFactor, person.id) is None:
        raise NotFound(f"{person.email} has no second factor.")
    for table in (SecondFactor, RecoveryCode, SignedIn):
        session.execute(delete(table).where(table.person_id == person.id))
    session.flush()
    audit.record(session, at=now, actor=actor, action="factor.remove", subject=person.id, detail={})


def lacking(session: Session) -> Sequence[Person]:
    """The people who sign in with a password alone, by name."""
    alone = [person for person, way in ways_in(session).items() if way == ALONE]
    query = select(Person).where(Person.active.is_(True), Person.id.in_(alone))
    return session.scalars(query.order_by(Person.name)).all()


def ways_in(session: Session) -> dict[str, str]:
    """From everybody who has chosen a password to how they sign in with it: `password`, or `password and code`."""
    with_code = set(session.scalars(select(SecondFactor.person_id).where(SecondFactor.confirmed_at.is_not(None))))
    people = session.scalars(select(Login.person_id).where(Login.password.is_not(None)))
    return {person: BOTH if person in with_code else ALONE for person in people}


def address_of(secret: str, person: Person, firm: str) -> str:
    """The otpauth address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=firm or "Deadlines")


def _takes(row: SecondFactor, code: str, vault: Vault, now: datetime) -> bool:
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return False
    clock = pyotp.TOTP(vault.show(row.secret, row.person_id), interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - STEPS_BESIDE, present + STEPS_BESIDE + 1):
        if compare_digest(clock.generate_otp(step), typed) and step > row.last_step:
            row.last_step = step
            return True
    return False


def _recovers(session: Session, person: Person, code: str, now: datetime) -> bool:
    mine = RecoveryCode.code_hash == _hash(code), RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None)
    used = session.execute(update(RecoveryCode).where(*mine).values(used_at=now).returning(RecoveryCode.code_hash))
    if used.first() is None:
        return False
    detail = {"left": recovery_codes_left(session, person)}
    audit.record(session, at=now, actor=person.id, action="factor.recover", subject=person.id, detail=detail)
    return True


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS))
    return "-".join(letters[at : at + GROUP] for at in range(0, RECOVERY_LETTERS, GROUP))


def _hash(code: str) -> str:
    return hash_token("".join(letter for letter in code.upper() if letter.isalnum()))
