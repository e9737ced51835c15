"""Sends the alarms of the program itself, at least once each, in the thread that sends reminders."""

import logging
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import uuid5

from deadlines.daemon.pace import Pace
from deadlines.docket.alarms import Untold, mark_told, untold
from deadlines.docket.reminders import NAMESPACE
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.channel import Channel
from deadlines.notify.message import Message
from deadlines.store.database import Database

log = logging.getLogger(__name__)

NO_PACES: Mapping[str, Pace] = MappingProxyType({})


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
        waiting = untold(session)
    if channel is None or not waiting:
        return 0
    sent = 0
    try:
        for item in waiting:
            if pace is not None:
                if not pace.has_room(now, urgent=True):
                    break
                pace.note(now)
            sent += _tell(database, channel, item, now)
    except ChannelDown as fault:
        log.error("an alarm waits to be sent: %s", fault.sentence)
    finally:
        channel.close()
    return sent


def _tell(database: Database, channel: Channel, item: Untold, now: datetime) -> bool:
    """Whether the message left. One that is refused for good is not tried again."""
    took = True
    try:
        channel.send(_message(item, now))
    except ChannelDown:
        raise
    except SendError as fault:
        log.error("alarm %s was not taken: %s", item.key, fault.sentence)
        if not fault.permanent:
            return False
        took = False
    with database.write() as session:
        mark_told(session, item.key, item.person.id, now)
    return took


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
