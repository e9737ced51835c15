"""What the channels that post JSON to a secret address of a person have in common."""

import contextlib
from datetime import datetime

import msgspec

from deadlines.errors import ChannelDown, SendError
from deadlines.notify.address import place_of, resolved
from deadlines.notify.message import Message
from deadlines.notify.outbound import LONGEST, Answer, Outbound, judge

JSON = {"Content-Type": "application/json; charset=utf-8"}


def post_json(outbound: Outbound, address: str, content: object, *, who: str, now: datetime) -> Answer:
    """Post and judge the answer. `who` begins the sentences; see `judge` for what is raised."""
    answer = outbound.post(address, msgspec.json.encode(content), JSON, now=now)
    judge(answer, who)
    return answer


def address_of(message: Message, who: str) -> str:
    """Where the message goes; raises SendError where the person has no address on this channel."""
    if message.address is None:
        raise SendError(f"The person has no address for {who}.", permanent=True)
    return message.address.reveal()


def check_address(address: str, outbound: Outbound) -> str:
    """What of an https address may be shown: its host. Raises InputError where it may not be used.

    A name that cannot be found now is taken: a test message will tell.
    """
    place = place_of(address, outbound.allowed)
    with contextlib.suppress(ChannelDown):
        resolved(place, outbound.allowed, LONGEST)
    return place.shown
