"""Which https addresses the program may send to: none inside the firm's network unless the administrator names it.

An address is checked when it is stored and again each time that something is sent to it.
"""

import re
import socket
import threading
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from msgspec import Struct

from deadlines.errors import ChannelDown, InputError

LONGEST_ADDRESS = 2000
MOST_ADDRESSES = 4
"""How many of a name's addresses are tried, one after the other."""
_NOT_PUBLIC_4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_GLOBAL_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in ("2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20")
)  # fmt: skip
Resolve = Callable[[str, int], list[str]]


class Place(Struct, frozen=True):
    """Where a request goes: host, port, and the path with its query, which may hold a secret."""

    host: str
    port: int
    path: str

    def __repr__(self) -> str:
        return f"Place({self.shown})"

    @property
    def shown(self) -> str:
        """The part that people may see, and the name under which the administrator allows it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def place_of(address: str, allowed: Collection[str] = ()) -> Place:
    """The parts of an https address; raises InputError where it is none that may be used.

    `allowed`: the `host` or `host:port` that the administrator named; only those may have another port than 443.
    """
    plain = address.isascii() and address.isprintable() and not re.search(r"[\s\\]", address)
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port or 443
    except ValueError:
        plain, host, port = False, "", 0
    if not plain or not host or parts.scheme != "https" or len(address) > LONGEST_ADDRESS:
        raise InputError("The address must begin with https:// and a host, without spaces.")
    if "@" in parts.netloc or parts.fragment or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*", host):
        raise InputError("The address must hold no name or password before the host, and no part after #.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = Place(host, port, path)
    if port != 443 and not is_allowed(place, allowed):
        raise InputError(f"{host} is to be reached at port {port}; only 443 is used unless channels.allowed names it.")
    _refuse_literal(place, allowed)
    return place


def is_allowed(place: Place, allowed: Collection[str]) -> bool:
    """Whether the administrator named this host, with its port where that is not 443."""
    return place.shown in allowed or (place.port == 443 and f"{place.shown}:443" in allowed)


def _refuse_literal(place: Place, allowed: Collection[str]) -> None:
    try:
        number = str(ip_address(place.host))
    except ValueError:
        return
    if not is_public(number) and not is_allowed(place, allowed):
        raise inside(place)


def inside(place: Place) -> InputError:
    """Says that an address belongs to this machine or a private network."""
    return InputError(f"{place.shown} lies within this machine or a private network; channels.allowed may name it.")


def is_public(number: str) -> bool:
    """Whether a numeric address is one of the open internet, also where it only wraps another address."""
    found = ip_address(number.partition("%")[0])
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC_4)
    wrapped = _wrapped(found)
    if wrapped:
        return all(is_public(str(each)) for each in wrapped)
    return found in _GLOBAL_6 and not any(found in network for network in _NOT_PUBLIC_6)


def _wrapped(found: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for: IPv4-mapped, NAT64, 6to4, Teredo."""
    if found.ipv4_mapped:
        return [found.ipv4_mapped]
    if found in _NAT64:
        return [IPv4Address(int(found) & 0xFFFFFFFF)]
    return [found.sixtofour] if found.sixtofour else list(found.teredo or ())


def resolved(place: Place, allowed: Collection[str], limit: float, resolve: Resolve | None = None) -> list[str]:
    """The numeric addresses of a place, asked for once. All must be public, or else it must be allowed.

    Raises InputError where one is not, ChannelDown where the name cannot be found within `limit` seconds.
    """
    numbers = _asked(resolve or _system, place, limit)
    if not numbers:
        raise ChannelDown(f"The name {place.host} cannot be found; nothing was sent.")
    if not is_allowed(place, allowed) and not all(is_public(number) for number in numbers):
        raise inside(place)
    return numbers[:MOST_ADDRESSES]


def _asked(resolve: Resolve, place: Place, limit: float) -> list[str]:
    """What the resolver says, asked in a thread of its own: nothing else limits how long it takes."""
    found: list[str] = []

    def ask() -> None:
        try:
            found.extend(resolve(place.host, place.port))
        except (OSError, UnicodeError):
            return

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(limit)
    return list(found) if not asking.is_alive() else []


def _system(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))
