"""The settings as the program uses them: checked, typed, read-only. Paths are absolute here."""

from typing import Literal

from msgspec import Struct


class Secret:
    """A password. It prints as stars, so that it cannot slip into a log or an error."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The password itself, for the one place that logs in."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file."""


class Firm(Section, frozen=True, kw_only=True):
    """Who uses the program, whose clock on the wall counts, and the file that says how it works."""

    name: str
    timezone: str
    practice: str


class DatabaseSettings(Section, frozen=True, kw_only=True):
    """Where the docket is kept. `password` comes from the environment, or else from `password_file`."""

    url: str
    password_file: str
    password: Secret | None = None


class Web(Section, frozen=True, kw_only=True):
    """Where the web server listens, the address under which people reach it, where it keeps calendars, and whether
    everybody needs a second factor to sign in (optional or required)."""

    host: str
    port: int
    base_url: str
    feeds_folder: str
    second_factor: str


class OidcSettings(Section, frozen=True, kw_only=True):
    """The firm's identity provider. The file holds a secret."""

    issuer: str
    client_id: str
    client_secret_file: str
    name: str


class Mail(Section, frozen=True, kw_only=True):
    """How reminders leave. `password` comes from the environment, or else from `password_file`."""

    channel: Literal["smtp", "folder", "console"]
    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    clear_to: str
    user: str
    password_file: str
    sender: str
    folder: str
    timeout: int
    per_minute: int
    password: Secret | None = None


class Channels(Section, frozen=True, kw_only=True):
    """How people are reached beside mail: which inner hosts may be, whose certificates hold, and how fast."""

    allowed: str
    ca_file: str
    slack_per_minute: int
    teams_per_minute: int
    apprise_per_minute: int


class WebhookSettings(Section, frozen=True, kw_only=True):
    """The firm's program that is told of reminders. Both files hold secrets."""

    address_file: str
    secret_file: str
    per_minute: int


class Reminders(Section, frozen=True, kw_only=True):
    """When reminders are sent. `at` is a time of day in the firm's time zone, `HH:MM`.

    `also`: the least severity that goes to chats and the webhook too; `restricted`: whether any of a restricted
    matter does. `escalate_hours`: how long an urgent one may stay unanswered before the next person is asked;
    `ack_days`: how long an answer holds; `emergency`: the mail address of the last person to ask.
    """

    at: str
    also: Literal["urgent", "warning", "notice"]
    restricted: Literal["mail", "all"]
    escalate_hours: int
    ack_days: int
    emergency: str


class IncomingSettings(Section, frozen=True, kw_only=True):
    """By when a paper must be on the docket: the firm's hours as `HH:MM`, and `days` after the one it came on."""

    opens: str
    closes: str
    days: int


class AgendaSettings(Section, frozen=True, kw_only=True):
    """When agendas are sent: `at` as `HH:MM`, `days` and `weekly` as weekdays by their first three letters."""

    at: str
    days: str
    weekly: str


class EveningSettings(Section, frozen=True, kw_only=True):
    """By when the evening check is to be signed, as `HH:MM`; empty: it is not asked for."""

    by: str


class FollowUpSettings(Section, frozen=True, kw_only=True):
    """The partner who follows up what was filed, by mail address, and the weekday of the list, by three letters."""

    partner: str
    weekly: str


class MonitorSettings(Section, frozen=True, kw_only=True):
    """Who outside is told that all is well. The file holds a secret; empty: nobody."""

    address_file: str


class Daemon(Section, frozen=True, kw_only=True):
    """The rhythm of the scheduler, in seconds, and how many reminders one tick takes."""

    tick_seconds: int
    lease_seconds: int
    batch: int


class Log(Section, frozen=True, kw_only=True):
    """How the long-running commands write their log."""

    format: str


class Keeping(Section, frozen=True, kw_only=True):
    """How the docket is kept whole. `hour` in the firm's time zone, `backups` in days; empty paths: not used."""

    key_file: str
    folder: str
    hour: int
    backups: int
    backup_key_file: str


class PrintSettings(Section, frozen=True, kw_only=True):
    """Where the docket is left each night as a file, and how many days ahead it shows; an empty `folder`: nowhere."""

    folder: str
    days: int


class LawSettings(Section, frozen=True, kw_only=True):
    """Which edition of the law is used (empty: the newest), where installed ones lie, and the firm's own folder."""

    edition: str
    editions: str
    folder: str


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be configured. `source` is the file it was read from, if there was one.

    `policy`: from each key of `[policy]` to the choice.
    """

    firm: Firm
    database: DatabaseSettings
    web: Web
    oidc: OidcSettings
    mail: Mail
    channels: Channels
    webhook: WebhookSettings
    reminders: Reminders
    incoming: IncomingSettings
    agenda: AgendaSettings
    evening: EveningSettings
    follow_up: FollowUpSettings
    monitor: MonitorSettings
    daemon: Daemon
    log: Log
    keeping: Keeping
    print: PrintSettings
    law: LawSettings
    policy: dict[str, str]
    source: str | None = None

    @property
    def address(self) -> str:
        """The address under which people reach the web server, without a slash at its end."""
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return self.web.base_url.rstrip("/") or f"http://{host}:{self.web.port}"
