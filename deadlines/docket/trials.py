"""Test messages: one for each way to a person, with a code that proves the way once it comes back."""

from datetime import datetime

from sqlalchemy.orm import Session

from deadlines.docket.contacts import chat_contacts, new_code
from deadlines.errors import NotFound
from deadlines.notify.channel import WEBHOOK
from deadlines.notify.message import Hidden, Message
from deadlines.store.tables import Person, new_id

TEXT = """This is a test of how the firm's docket reaches {name}. Nothing is due.

Your code is {code}. Enter it on the page "Me" of the docket, or tell it to whoever keeps the docket, who enters:
deadlines remind confirm {email} {code}
"""
TO_A_PROGRAM = "This is a test of how the firm's docket reaches this program. Nothing is due.\n"
"""Nobody reads a code out: the program answers, or does not."""


def trial_messages(
    session: Session, person: Person, only: str | None, *, actor: str, now: datetime, webhook: bool = False
) -> dict[str, Message]:
    """One message for each way to the person, or for `only` one; to be sent once the transaction has ended.

    The webhook's only where it is there and asked for, since it is the firm's. Raises NotFound for a way that does
    not reach the person.
    """
    ways: dict[str, Hidden | None] = {"mail": None}
    ways |= {contact.channel: Hidden(contact.address) for contact in chat_contacts(session, person)}
    if only is not None:
        ways |= {WEBHOOK: None} if webhook else {}
        if only not in ways:
            raise NotFound(
                f"{person.name} is not reached by {only}.", advice="`deadlines person contact` shows by what."
            )
        ways = {only: ways[only]}
    return {channel: _message(session, person, channel, address, actor, now) for channel, address in ways.items()}


def _message(
    session: Session, person: Person, channel: str, address: Hidden | None, actor: str, now: datetime
) -> Message:
    code = new_code(session, person, channel, actor=actor, now=now)
    told = TEXT.format(name=person.name, email=person.email, code=code)
    return Message(
        to_name=person.name,
        to_email=person.email,
        subject="Test of the firm's docket: please answer",
        text=TO_A_PROGRAM if channel == WEBHOOK else told,
        message_id=f"<test-{new_id()}@deadlines.invalid>",
        at=now,
        address=address,
        kind="deadline.test",
    )
