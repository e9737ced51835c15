"""What the service manager is told: that the program is ready, that it is well, that it ends (sd_notify(3)).

The protocol is one datagram to a socket that the environment names. Without a socket nothing is told.
"""

import contextlib
import logging
import socket
from collections.abc import MutableMapping

log = logging.getLogger(__name__)

SOCKET, WATCHDOG, OWNER = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


class ServiceManager:
    """Tells the service manager how it is. `every`: seconds between two signs of life, None where it wants none."""

    def __init__(self, address: str = "", every: float | None = None) -> None:
        self._address = address
        self.every = every

    @classmethod
    def of(cls, environ: MutableMapping[str, str], pid: int) -> "ServiceManager":
        """The one that started this process, as its environment says; what it starts is told nothing of it."""
        address = environ.pop(SOCKET, "")
        given, owner = environ.pop(WATCHDOG, ""), environ.pop(OWNER, "")
        wanted = given.isdigit() and int(given) > 0 and owner in ("", str(pid))
        # A third of the time, so that one that is late harms nothing.
        return cls(address, int(given) / 3_000_000 if address and wanted else None)

    def ready(self) -> None:
        """The program works now."""
        self._say("READY=1\nSTATUS=at work")

    def alive(self) -> None:
        """The program is well at this moment."""
        self._say("WATCHDOG=1")

    def ill(self, sentence: str) -> None:
        """The program is not well: shown by `systemctl status`."""
        self._say(f"STATUS={sentence}")

    def ending(self) -> None:
        """The program ends because it was asked to."""
        self._say("STOPPING=1\nSTATUS=ending")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)  # a service manager that is busy must not hold up reminders
            to.sendto(text.encode(), address)
