"""Whatever the library Apprise reaches: ntfy, Pushover, SMS and others. It comes with the extra `apprise`.

Apprise sends in its own way and says only whether it worked. So its addresses are restricted: a secure service,
its certificate checked, and a server of one's own only where that is public or allowed.
"""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deadlines.errors import ChannelDown, ConfigError, InputError, SendError
from deadlines.notify.message import Message, clean_line, clean_text
from deadlines.notify.outbound import LONGEST, Outbound
from deadlines.notify.posting import address_of, check_address

MISSING = 'The channel apprise needs an extra of the program; install it with: pip install "deadlines[apprise]".'
REFUSED = frozenset({"jsons", "xmls", "forms", "mailtos"})
"""Services that this program has channels of its own for."""
LONGEST_TITLE, LONGEST_TEXT = 200, 3000


class AppriseChannel:
    """Hands messages to Apprise, which is imported when the first one goes.

    `ca_file`: certificates (PEM) of the firm's own authority, trusted beside those that the library trusts.
    """

    name = "apprise"

    def __init__(self, outbound: Outbound, ca_file: str = "") -> None:
        self._outbound, self._ca_file = outbound, ca_file

    def send(self, message: Message) -> None:
        """Send one message; see `Channel.send` for what it raises."""
        try:
            service, _ = built(address_of(message, "apprise"), self._outbound)
        except ConfigError as error:
            raise ChannelDown(error.sentence) from None
        except InputError as error:
            raise SendError(error.sentence, permanent=True) from None
        with _trusting(service, self._ca_file):
            _notify(service, message)

    def close(self) -> None:
        """Nothing is kept open."""


def built(address: str, outbound: Outbound) -> tuple[Any, str]:
    """The service of an Apprise address, and what of the address may be shown: its kind.

    Raises ConfigError where the library is missing, InputError where the address may not be used.
    """
    library = _library()
    asset = library.AppriseAsset(async_mode=False, secure_logging=True, http_redirects=False, storage_mode="memory")
    service = library.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    kind = address.partition("://")[0].lower()
    if service is None or kind not in _secure(service) or kind in REFUSED:
        raise InputError("The address must be one of Apprise's for a secure service, such as ntfys://topic.")
    if not service.verify_certificate:
        raise InputError("The address must not switch off the check of certificates (verify=no).")
    _check_server(service, outbound)
    service.redirects = False
    return service, kind


def _library() -> Any:
    try:
        import apprise
    except ImportError:
        raise ConfigError(MISSING) from None
    # Their logs tell parts of addresses, which are secrets.
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return apprise


def _secure(service: Any) -> tuple[str, ...]:
    named = service.secure_protocol
    return (named,) if isinstance(named, str) else tuple(named or ())


def _check_server(service: Any, outbound: Outbound) -> None:
    """Where the address names a server of one's own, hold it to the rule for every https address."""
    if "host" not in service.template_tokens or getattr(service, "mode", "") == "cloud":
        return
    port = f":{service.port}" if service.port else ""
    check_address(f"https://{service.host}{port}/", outbound)


@contextlib.contextmanager
def _trusting(service: Any, ca_file: str) -> Iterator[None]:
    """Let a service trust the firm's own authority too. The library takes one file with all certificates, so it gets
    one for as long as it sends."""
    if not ca_file:
        yield
        return
    import certifi

    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(b"\n".join(Path(each).read_bytes() for each in (certifi.where(), ca_file)))
        file.flush()
        service.verify_certificate = file.name
        yield


def _notify(service: Any, message: Message) -> None:
    import apprise

    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    try:
        result = sender.notify(
            title=clean_line(message.subject, LONGEST_TITLE),
            body=clean_text(message.text)[:LONGEST_TEXT],
            body_format=apprise.NotifyFormat.TEXT,
            timeout=LONGEST,
        )
    except Exception as fault:  # noqa: BLE001  (whatever a service of the library raises)
        raise SendError(f"Apprise failed ({type(fault).__name__}).", uncertain=True) from None
    if result.status == apprise.AppriseResultStatus.TIMEOUT:
        raise SendError("Apprise did not end in time.", uncertain=True)
    if not result:
        raise SendError("The service behind Apprise did not take the message; Apprise does not say why.")
