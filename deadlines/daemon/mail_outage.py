"""Tells by every other channel that mail is down, in the thread that sends reminders, at the end of its round."""

import logging
from collections.abc import Mapping
from datetime import datetime

from deadlines.daemon.pace import Pace
from deadlines.docket.mail_outage import Told, note, untold
from deadlines.errors import ChannelDown, SendError
from deadlines.notify.channel import MAIL, Channel
from deadlines.store.database import Database

log = logging.getLogger(__name__)


def tell_outage(
    database: Database, channels: Mapping[str, Channel], now: datetime, paces: Mapping[str, Pace], *, zone: str
) -> int:
    """Tell everybody who has still to hear it; how many messages left.

    What a channel does not take now is tried again in some minutes. Raises what the database raises.
    """
    others = {name: channel for name, channel in channels.items() if name not in MAIL}
    with database.read() as session:
        waiting = untold(session, others, now=now, zone=zone)
    sent, down = 0, set[str]()
    for item in waiting:
        pace = paces.get(item.channel)
        if item.channel in down or (pace is not None and not pace.has_room(now, urgent=True)):
            continue
        if pace is not None:
            pace.note(now)
        fault = _fault(others[item.channel], item)
        # One that hangs or is down holds up no other for longer than one try.
        if isinstance(fault, ChannelDown) or (fault is not None and (fault.uncertain or fault.wait)):
            down.add(item.channel)
        done = fault is None or fault.permanent
        with database.write() as session:
            note(session, item.mail, told=[item.key] if done else [], tried=[] if done else [item.key], now=now)
        sent += fault is None
    return sent


def _fault(channel: Channel, item: Told) -> SendError | None:
    """Send one message; what went wrong. Never raises."""
    try:
        channel.send(item.message)
    except SendError as fault:
        log.error("that mail is down was not taken by %s: %s", item.channel, fault.sentence)
        return fault
    except Exception:
        log.exception("channel %s failed in an unforeseen way", item.channel)
        return SendError("The channel failed in an unforeseen way; see the log.", uncertain=True)
    finally:
        channel.close()
    return None
