"""What a way to send must offer."""

from typing import Protocol

from deadlines.notify.message import Message


class Channel(Protocol):
    """A way to send, used by one thread at a time."""

    @property
    def name(self) -> str:
        """The word of the configuration: `smtp`, `folder`, `console`."""

    def send(self, message: Message) -> None:
        """Hand the message over and return when it was taken.

        Raises SendError: `permanent` if no other try can help, `uncertain` if it may have been taken all
        the same; ChannelDown if the channel is at fault and not the message.
        """

    def close(self) -> None:
        """Let go of what was kept open between messages. Never raises; the channel stays usable."""
