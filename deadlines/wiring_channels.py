"""The part of the wiring that builds the ways to send: mail, chats, the webhook, and how fast each goes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.config import Settings, read_secret
from deadlines.errors import ChannelDown, ConfigError, InputError

if TYPE_CHECKING:
    from ssl import SSLContext

    from deadlines.daemon.monitor import Monitor
    from deadlines.docket.lanes import Lanes
    from deadlines.docket.telling import Leaves
    from deadlines.notify.channel import Channel
    from deadlines.notify.message import Message
    from deadlines.notify.outbound import Outbound
    from deadlines.store.database import Database


MONITOR_SECONDS = HOOK_SECONDS = 5.0
"""A ping, or an event for a webhook, takes no longer, so that it never holds up the end of the program."""
FOLDER_SENDER = "deadlines@localhost"
"""Where messages only go to a folder or the console, and no sender is set."""


def build_channels(settings: Settings) -> Mapping[str, "Channel"]:
    """Every way to send, by its name, the one for mail first; raises ConfigError where one cannot work."""
    builders: dict[str, Callable[[Settings], Channel]] = {
        "smtp": _smtp,
        "folder": _folder,
        "console": _console,
    }
    return {settings.mail.channel: builders[settings.mail.channel](settings), **_chats(settings)}


def leaves(settings: Settings) -> "Leaves":
    """Where letters go: nowhere while mail is to go to a server and none is set."""
    channel = settings.mail.channel
    if channel == "smtp":
        return "mail" if settings.mail.host else "nowhere"
    return channel


def _chats(settings: Settings) -> dict[str, "Channel"]:
    """The ways beside mail. Chats are always there: each person has an address of their own or none."""
    from deadlines.notify.apprise import AppriseChannel
    from deadlines.notify.slack import SlackChannel
    from deadlines.notify.teams import TeamsChannel

    outbound = build_outbound(settings)
    made: dict[str, Channel] = {
        "slack": SlackChannel(outbound),
        "teams": TeamsChannel(outbound),
        "apprise": AppriseChannel(outbound, settings.channels.ca_file),
    }
    if settings.webhook.address_file:
        made["webhook"] = _webhook(settings, outbound)
    return made


def _webhook(settings: Settings, outbound: "Outbound") -> "Channel":
    try:
        return build_webhook(settings, outbound)
    except ConfigError:
        # Mail and chats do not wait for what is beside them; `doctor` tells of it.
        return UnreadChannel("webhook", lambda: build_webhook(settings, outbound))


def build_webhook(settings: Settings, outbound: "Outbound") -> "Channel":
    """The firm's webhook; raises ConfigError where its files cannot be read or what they say cannot be used."""
    from deadlines.notify.webhook import WebhookChannel

    address = read_secret(None, settings.webhook.address_file, "webhook address")
    secret = read_secret(None, settings.webhook.secret_file, "webhook secret")
    if address is None or secret is None:
        raise ConfigError("webhook.address_file needs webhook.secret_file beside it: every request is signed.")
    _require_allowed("webhook.address_file", address.reveal(), outbound)
    return WebhookChannel(outbound, address.reveal(), secret.reveal())


def _require_allowed(option: str, address: str, outbound: "Outbound") -> None:
    from deadlines.notify.address import place_of

    try:
        place_of(address, outbound.allowed)
    except InputError as error:
        raise ConfigError(f"{option}: {error.sentence}") from None


def build_monitor(settings: Settings, database: "Database") -> "Monitor | None":
    """The monitor outside, None where none is named. Its address is read whenever it is told something."""
    from deadlines.daemon.monitor import Monitor

    if not settings.monitor.address_file:
        return None
    outbound = build_outbound(settings, longest=MONITOR_SECONDS)
    return Monitor(database, outbound, lambda: monitor_address(settings, outbound))


def monitor_address(settings: Settings, outbound: "Outbound") -> str:
    """The address of the monitor outside; raises ConfigError where it cannot be read or may not be used."""
    address = read_secret(None, settings.monitor.address_file, "monitor address")
    if address is None:
        raise ConfigError("monitor.address_file names no file.")
    _require_allowed("monitor.address_file", address.reveal(), outbound)
    return address.reveal()


def build_outbound(settings: Settings, longest: float = 10.0) -> "Outbound":
    """The one way to send https requests, each within `longest` seconds.

    Raises ConfigError where the file of certificates cannot be used.
    """
    from deadlines.notify.outbound import Outbound

    allowed = settings.channels.allowed.lower().split()
    return Outbound(allowed=allowed, context=trusting(settings), longest=longest)


def trusting(settings: Settings) -> "SSLContext | None":
    """Trusts the firm's own authority beside the usual ones; None where it has none. Raises ConfigError."""
    import ssl

    file = settings.channels.ca_file
    if not file:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise ConfigError(f"{file}: holds no certificates; correct channels.ca_file.") from None
    except OSError as fault:
        raise ConfigError(f"{file}: channels.ca_file cannot be read ({fault.strerror}).") from None
    return context


def build_lanes(settings: Settings) -> "Lanes":
    """Which reminders go to chats and the webhook too."""
    from deadlines.compute.ladder import SEVERITIES
    from deadlines.docket.lanes import Lanes

    chosen = settings.reminders
    return Lanes(also=SEVERITIES.index(chosen.also), restricted=chosen.restricted == "all")


def per_minute(settings: Settings) -> dict[str, int]:
    """How many messages each channel is given in a minute. What stays on this machine needs no limit."""
    chosen = settings.channels
    return {
        "smtp": settings.mail.per_minute,
        "slack": chosen.slack_per_minute,
        "teams": chosen.teams_per_minute,
        "apprise": chosen.apprise_per_minute,
        "webhook": settings.webhook.per_minute,
    }


def _smtp(settings: Settings) -> "Channel":
    from deadlines.notify.smtp import LONGEST, SmtpChannel

    mail = settings.mail
    if leaves(settings) == "nowhere":
        return WaitingChannel()
    password = read_secret(mail.password, mail.password_file)
    return SmtpChannel(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        security=mail.security,
        user=mail.user or None,
        password=password.reveal() if password else None,
        timeout=float(mail.timeout),
        # A message must end before its lease does, or another process would send it again.
        longest=min(LONGEST, settings.daemon.lease_seconds * 0.75),
        context=trusting(settings),
        clear_to=mail.clear_to,
    )


def _folder(settings: Settings) -> "Channel":
    from deadlines.notify.folder import FolderChannel

    return FolderChannel(Path(settings.mail.folder), settings.mail.sender or FOLDER_SENDER)


def _console(settings: Settings) -> "Channel":
    from deadlines.notify.console import ConsoleChannel

    return ConsoleChannel()


class WaitingChannel:
    """Stands in while no mail server is configured: reminders stay due, and leave once there is one."""

    name = "smtp"

    def send(self, message: "Message") -> None:
        """Refuses every message for now."""
        raise ChannelDown("No mail server is configured.", advice="Set mail.host and mail.sender.")

    def close(self) -> None:
        """Nothing is kept open."""


class UnreadChannel:
    """Stands in for a channel whose files could not be used at the start; they are looked at anew for each message."""

    def __init__(self, name: str, build: Callable[[], "Channel"]) -> None:
        self.name, self._build = name, build

    def send(self, message: "Message") -> None:
        """Send it where the channel can be built by now; else it counts as down."""
        try:
            channel = self._build()
        except ConfigError as error:
            raise ChannelDown(error.sentence) from None
        try:
            channel.send(message)
        finally:
            channel.close()

    def close(self) -> None:
        """Nothing is kept open."""
