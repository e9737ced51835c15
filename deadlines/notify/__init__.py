"""Ways to send a message, one small file each."""

from deadlines.notify.channel import Channel
from deadlines.notify.message import Message

__all__ = ["Channel", "Message"]
