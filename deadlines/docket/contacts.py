"""Where channels beside mail reach a person, and whether a test message ever came through.

An address is a secret: whoever has it can write there. It is never shown again, only what kind it is.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.errors import InputError, NotFound
from deadlines.notify.channel import CHATS
from deadlines.store import audit
from deadlines.store.tables import Audit, Contact, Person

MAIL_CONTACT = "smtp"
"""The channel of the row that says when a person's mail address was proved, whichever way mail goes."""
CODE_HOLDS = timedelta(days=3)
PROOF_HOLDS = timedelta(days=180)
TEST = "contact.test"


class Path(Struct, frozen=True):
    """One way to a person. `shown` is what people may see of the address."""

    person: str
    channel: str
    shown: str
    proved_at: datetime | None


def set_contact(
    session: Session, person: Person, channel: str, address: str, shown: str, *, actor: str, now: datetime
) -> None:
    """Keep where a chat reaches a person, in place of an earlier address; it has to be proved anew."""
    if channel not in CHATS:
        raise InputError(f'"{channel}" takes no address; choose {", ".join(CHATS)}.')
    session.merge(Contact(person_id=person.id, channel=channel, address=address, added_at=now, proved_at=None))
    detail = {"channel": channel, "to": shown}
    audit.record(session, at=now, actor=actor, action="contact.set", subject=person.id, detail=detail)


def remove_contact(session: Session, person: Person, channel: str, *, actor: str, now: datetime) -> None:
    """Forget an address; what waits for it is not sent. Raises NotFound."""
    contact = session.get(Contact, (person.id, channel)) if channel in CHATS else None
    if contact is None:
        raise NotFound(f"{person.name} has no address for {channel}.")
    session.delete(contact)
    detail = {"channel": channel}
    audit.record(session, at=now, actor=actor, action="contact.remove", subject=person.id, detail=detail)


def chat_contacts(session: Session, person: Person) -> Sequence[Contact]:
    """The chats that reach a person, by name."""
    query = select(Contact).where(Contact.person_id == person.id, Contact.channel.in_(CHATS))
    return session.scalars(query.order_by(Contact.channel)).all()


def paths(session: Session, person: Person) -> list[Path]:
    """Every way to a person, mail first."""
    mail = session.get(Contact, (person.id, MAIL_CONTACT))
    proved = mail.proved_at if mail is not None and mail.address == person.email else None
    chats = [
        Path(person.email, contact.channel, shown_address(contact), contact.proved_at)
        for contact in chat_contacts(session, person)
    ]
    return [Path(person.email, "mail", person.email, proved), *chats]


def shown_address(contact: Contact) -> str:
    """The host of a chat's address, or the kind of an Apprise address, whose host may itself be a secret."""
    kind, _, rest = contact.address.partition("://")
    return kind if contact.channel == "apprise" else rest.partition("/")[0].partition("?")[0]


def new_code(session: Session, person: Person, channel: str, *, actor: str, now: datetime) -> str:
    """Six digits for a test message by a channel. Only their hash is kept, with the test, in the audit."""
    code = f"{secrets.randbelow(10**6):06}"
    detail = {"channel": channel, "code": _hash(person, code)}
    audit.record(session, at=now, actor=actor, action=TEST, subject=person.id, detail=detail)
    return code


def confirm(session: Session, person: Person, code: str, *, actor: str, now: datetime) -> list[str]:
    """The channels that the code of a test message proves. Raises InputError where it proves none."""
    query = select(Audit.detail).where(Audit.action == TEST, Audit.subject == person.id, Audit.at > now - CODE_HOLDS)
    wanted = _hash(person, code.strip())
    found = {str(detail["channel"]) for detail in session.scalars(query) if detail.get("code") == wanted}
    channels = sorted(channel for channel in found if _prove(session, person, channel, now))
    if not channels:
        raise InputError(
            "This code belongs to no test message of the last three days.",
            advice="Send another with `deadlines remind test`.",
        )
    for channel in channels:
        detail = {"channel": channel}
        audit.record(session, at=now, actor=actor, action="contact.prove", subject=person.id, detail=detail)
    return channels


def _prove(session: Session, person: Person, channel: str, now: datetime) -> bool:
    if channel == "mail":
        proof = Contact(person_id=person.id, channel=MAIL_CONTACT, address=person.email, added_at=now, proved_at=now)
        session.merge(proof)
        return True
    contact = session.get(Contact, (person.id, channel))
    if contact is not None:
        contact.proved_at = now
    return contact is not None


def unproved(session: Session, *, now: datetime) -> list[Path]:
    """The ways to active people that no test ever proved, or none in 180 days."""
    people = session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.email))
    every = [path for person in people for path in paths(session, person)]
    return [path for path in every if path.proved_at is None or now - path.proved_at > PROOF_HOLDS]


def _hash(person: Person, code: str) -> str:
    return hashlib.sha256(f"{person.id}/{code}".encode()).hexdigest()
