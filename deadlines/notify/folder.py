"""Messages as .eml files in a folder, for the demonstration and for mail programs that watch one."""

import contextlib
import os
import re
from pathlib import Path

from deadlines.errors import ChannelDown
from deadlines.notify.message import Message, sender_address, to_mail


class FolderChannel:
    """Writes each message as one file of mode 0600, whole or not at all.

    The name comes from the Message-ID, so a repeat replaces its first copy.
    """

    name = "folder"

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender_address(sender)

    def send(self, message: Message) -> None:
        """Write the message to disk, flushed; ChannelDown if the folder cannot be written."""
        data = to_mail(message, self._sender).as_bytes()
        name = re.sub(r"[^A-Za-z0-9_-]", "", message.message_id.partition("@")[0])
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder / f"{name}.eml", data)
        except OSError as fault:
            raise ChannelDown(f"The mail folder cannot be written: {fault.strerror}.") from fault

    def close(self) -> None:
        """Nothing is kept open."""


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
