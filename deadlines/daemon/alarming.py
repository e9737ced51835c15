"""Sends the alarms of the program itself, at least once each, in the thread that sends reminders."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from uuid import uuid5

from msgspec import structs

from deadlines.daemon.mail_outage import tell_outage
from deadlines.daemon.pace import Pace
from deadlines.daemon.post import DATABASE_FAULTS
from deadlines.docket.alarms import Untold, mark_refused, mark_told, untold
from deadlines.docket.contacts import chat_contacts
from deadlines.docket.reminders import NAMESPACE
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.channel import CHATS, Channel
from deadlines.notify.message import Hidden, Message
from deadlines.store.database import Database

log = logging.getLogger(__name__)

UNMAILED = "An alarm of the firm's docket could not be mailed to you"
UNMAILED_TEXT = (
    "Mail to your address is refused, so an alarm of the program that keeps the firm's docket comes this way.\n"
    "Open the docket, run `deadlines doctor`, and have your address corrected.\n"
)
NO_PACES: Mapping[str, Pace] = MappingProxyType({})


def tell_faults(
    database: Database, channels: Mapping[str, Channel], now: datetime, paces: Mapping[str, Pace], *, zone: str
) -> None:
    """Tell of mail that is down by what is not, and send the alarms. Neither keeps the other from it; never raises."""
    for tell in (partial(tell_outage, zone=zone), tell_alarms):
        try:
            tell(database, channels, now, paces)
        except DATABASE_FAULTS:
            log.error("the database failed while alarms were sent; they are sent at the next turn")
        except Exception:
            log.exception("an alarm could not be sent in an unforeseen way; it is tried at the next turn")


def tell_alarms(
    database: Database, channels: Mapping[str, Channel], now: datetime, paces: Mapping[str, Pace] = NO_PACES
) -> int:
    """Tell everybody what they have still to hear; how many messages left.

    What a channel does not take now, or `paces` does not allow, stays, and is tried at the next turn. Raises what
    the database raises.
    """
    name, channel = next(iter(channels.items()), ("", None))
    pace = paces.get(name)
    with database.read() as session:
        waiting = untold(session, now)
    if channel is None or not waiting:
        return 0
    sent = 0
    chats = {name: way for name, way in channels.items() if name in CHATS}
    try:
        for item in waiting:
            if pace is not None:
                if not pace.has_room(now, urgent=True):
                    break
                pace.note(now)
            sent += _tell(database, channel, chats, item, now)
    except ChannelDown as fault:
        log.error("an alarm waits to be sent: %s", fault.sentence)
    finally:
        for way in (channel, *chats.values()):
            way.close()
    return sent


def _tell(database: Database, channel: Channel, chats: Mapping[str, Channel], item: Untold, now: datetime) -> bool:
    """Whether the message left. One that mail refuses for good goes by the person's chats; one that nothing takes is
    refused, which is not the end of it."""
    took = True
    try:
        channel.send(_message(item, now))
    except ChannelDown:
        raise
    except SendError as fault:
        log.error("alarm %s was not taken: %s", item.key, fault.sentence)
        if not fault.permanent:
            return False
        took = _by_chat(database, chats, item, now)
    with database.write() as session:
        (mark_told if took else mark_refused)(session, item.key, item.person.id, now)
    return took


def _by_chat(database: Database, chats: Mapping[str, Channel], item: Untold, now: datetime) -> bool:
    """Whether one of the person's chats took it. A chat is not told what: it may be of a restricted matter."""
    with database.read() as session:
        ways = [(contact.channel, Hidden(contact.address)) for contact in chat_contacts(session, item.person)]
    for name, address in ways:
        if name not in chats:
            continue
        try:
            chats[name].send(
                structs.replace(_message(item, now), subject=UNMAILED, text=UNMAILED_TEXT, address=address)
            )
        except SendError as fault:
            log.error("alarm %s was not taken by %s: %s", item.key, name, fault.sentence)
        else:
            return True
    return False


def _message(item: Untold, now: datetime) -> Message:
    return Message(
        to_name=item.person.name,
        to_email=item.person.email,
        subject=item.alarm.subject,
        text=f"{item.alarm.text}\nThis message is from the program that keeps the firm's docket.\n",
        message_id=f"<{uuid5(NAMESPACE, f'{item.key}/{item.person.id}').hex}@deadlines.invalid>",
        at=now,
        headers={"Importance": "high"},
    )
