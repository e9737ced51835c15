"""Messages written to a stream, for a first look and for trying things out."""

import sys
from typing import TextIO

from deadlines.errors import ChannelDown
from deadlines.notify.message import ICS_NAME, Message, clean_line, clean_text

RULE = "-" * 72


class ConsoleChannel:
    """Writes each message to a text stream, by default the standard output."""

    name = "console"

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message) -> None:
        """Write the message; ChannelDown if the stream does not take it."""
        stream = self._stream or sys.stdout
        head = f"To: {clean_line(message.to_name)} <{clean_line(message.to_email)}>"
        text = f"{RULE}\n{head}\nSubject: {clean_line(message.subject)}\n\n{clean_text(message.text)}\n"
        if message.method is not None:
            text += f"[{ICS_NAME}: {clean_line(message.method)}]\n"
        encoding = getattr(stream, "encoding", None) or "utf-8"
        try:
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except (OSError, ValueError) as fault:
            raise ChannelDown("The console does not take the message: its output is closed.") from fault

    def close(self) -> None:
        """Nothing is kept open."""
