"""What a way to send must offer."""

from typing import Protocol, runtime_checkable

from deadlines.notify.message import Message

MAIL = ("smtp", "folder", "console")
"""The channels that write to a person's mail address; every reminder goes by one of them."""
CHATS = ("slack", "teams", "apprise")
"""The channels that reach a person at an address of their own, beside mail."""
WEBHOOK = "webhook"
"""The channel that tells one address of the firm of every reminder, whoever it is for."""


class Channel(Protocol):
    """A way to send, used by one thread at a time."""

    @property
    def name(self) -> str:
        """The word of the configuration: `smtp`, `slack`, …"""

    def send(self, message: Message) -> None:
        """Hand the message over and return when it was taken.

        Raises SendError: `permanent` if no other try can help, `uncertain` if it may have been taken all
        the same; ChannelDown if the channel is at fault and not the message.
        """

    def close(self) -> None:
        """Let go of what was kept open between messages. Never raises; the channel stays usable."""


@runtime_checkable
class Connecting(Protocol):
    """A channel that makes a connection before it can hand anything over."""

    def open(self) -> None:
        """Be connected, so that nothing waits between the last look at the dates and the text. Raises ChannelDown."""
