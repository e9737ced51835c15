"""The one table of options: reading, the example file and the documentation all come from it."""

from typing import Any, Literal

from msgspec import Struct

from deadlines.config import checks
from deadlines.config.checks import Check
from deadlines.config.policy import POLICY, policy_help


class Option(Struct, frozen=True, kw_only=True):
    """One key of the configuration.

    `holds`: `path` is a text taken relative to the configuration file's folder; `secret` comes from
    the environment only.
    """

    section: str
    key: str
    type: type
    default: Any
    help: str
    check: Check = checks.anything
    holds: Literal["value", "path", "secret"] = "value"

    @property
    def name(self) -> str:
        """Its name in sentences: `mail.host`."""
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return f"DEADLINES_{self.section}_{self.key}".upper()


def _option(name: str, default: Any, text: str, check: Check = checks.anything, **more: Any) -> Option:
    section, key = name.split(".")
    holds = more.get("holds", "value")
    return Option(section=section, key=key, type=type(default), default=default, help=text, check=check, holds=holds)


_PACE = checks.between(1, 10000)

OPTIONS = (
    _option("firm.name", "", "The firm's name, shown as the name of its calendars."),
    _option(
        "firm.timezone",
        "America/New_York",
        "The time zone of the firm's office: it decides what day it is and when reminders leave.",
        checks.time_zone,
    ),
    _option(
        "firm.practice",
        "",
        "A file of the firm's ladders, courier days and milestones; see docs/practice.md. Read when a program starts. "
        "Empty: the default ladders, and no milestones.",
        holds="path",
    ),
    _option(
        "database.url",
        "sqlite:///deadlines.sqlite3",
        "A file (sqlite:///, relative to this file's folder) or a PostgreSQL server "
        "(postgresql://user@host/name), without a password.",
        checks.database_url,
    ),
    _option(
        "database.password_file",
        "",
        "A file that holds the server's password, readable by its owner only.",
        holds="path",
    ),
    _option("database.password", "", "The server's password.", holds="secret"),
    _option("web.host", "127.0.0.1", "The address to listen on.", checks.host_name),
    _option("web.port", 8099, "The port to listen on.", checks.between(1, 65535)),
    _option(
        "web.base_url",
        "",
        "The address under which people and calendar programs reach the server, through the reverse proxy; mails link "
        "to it. Empty: http://host:port, and mails link nowhere.",
        checks.web_address,
    ),
    _option(
        "web.feeds_folder",
        "",
        "A folder for the last good calendars, which are served while the database fails. "
        "Empty: beside a database file; with a server, in memory only.",
        holds="path",
    ),
    _option(
        "web.second_factor",
        "optional",
        "optional: who has set up an authenticator is asked for its code after the password. required: everybody is, "
        "and who has none sets one up before anything else.",
        checks.one_of("optional", "required"),
    ),
    _option(
        "oidc.issuer",
        "",
        "The provider's address, as it names itself: https://login.firm.example. Needs the extra [oidc]. Empty: people "
        "sign in with a password.",
        checks.issuer,
    ),
    _option("oidc.client_id", "", "The name under which the provider knows this program."),
    _option(
        "oidc.client_secret_file",
        "",
        "A file that holds the secret which the provider gave this program, readable by its owner only.",
        holds="path",
    ),
    _option("oidc.name", "Single sign-on", "What the button on the sign-in page calls the provider."),
    _option(
        "mail.channel",
        "smtp",
        "smtp sends mail, folder writes each message as a file, console prints it.",
        checks.one_of("smtp", "folder", "console"),
    ),
    _option(
        "mail.host",
        "",
        "The mail server. Empty: not set up yet; reminders wait and are sent once it is.",
        checks.host_name,
    ),
    _option("mail.port", 587, "The mail server's port.", checks.between(1, 65535)),
    _option(
        "mail.security",
        "starttls",
        "starttls (usually port 587), tls (usually port 465) or none (only for a server on this machine, or the one "
        "that mail.clear_to names).",
        checks.one_of("starttls", "tls", "none"),
    ),
    _option(
        "mail.clear_to",
        "",
        "The one mail server beside this machine to which mail may travel in clear, with security = none and without "
        "a user: a relay in the firm's own network. Empty: none.",
        checks.host_name,
    ),
    _option("mail.user", "", "The account to log in with. Empty: no log-in."),
    _option(
        "mail.password_file",
        "",
        "A file that holds the account's password, readable by its owner only.",
        holds="path",
    ),
    _option("mail.password", "", "The account's password.", holds="secret"),
    _option(
        "mail.sender",
        "",
        "The address reminders come from, with or without a name: Docket <docket@firm.example>.",
        checks.mail_sender,
    ),
    _option("mail.folder", "mail", "The folder for channel = folder.", holds="path"),
    _option("mail.timeout", 30, "Seconds to wait for the mail server.", checks.between(1, 300)),
    _option("mail.per_minute", 30, "How many messages the mail server is given in a minute at most.", _PACE),
    _option(
        "channels.allowed",
        "",
        "Hosts that chats and the webhook may be sent to although they lie inside the firm's network or at another "
        "port than 443, with spaces between them: chat.firm.example ntfy.firm.example:8443.",
        checks.hosts,
    ),
    _option(
        "channels.ca_file",
        "",
        "A file of certificates (PEM) of the firm's own authority, trusted beside the usual ones by every channel: "
        "mail, chats, Apprise, the webhooks, the monitor and the identity provider.",
        holds="path",
    ),
    _option("channels.slack_per_minute", 30, "How many messages Slack is given in a minute at most.", _PACE),
    _option("channels.teams_per_minute", 30, "How many messages Teams is given in a minute at most.", _PACE),
    _option("channels.apprise_per_minute", 30, "How many messages Apprise is given in a minute at most.", _PACE),
    _option(
        "webhook.address_file",
        "",
        "A file that holds the https address that is told of reminders, readable by its owner only. Empty: none.",
        holds="path",
    ),
    _option(
        "webhook.secret_file",
        "",
        "A file that holds the secret that requests are signed with: whsec_ and a key in base64.",
        holds="path",
    ),
    _option("webhook.per_minute", 60, "How many requests the webhook is sent in a minute at most.", _PACE),
    _option(
        "reminders.also",
        "urgent",
        "Which reminders go to a person's chats and the webhook, beside mail: urgent, warning (and urgent) or "
        "notice (all).",
        checks.one_of("urgent", "warning", "notice"),
    ),
    _option(
        "reminders.restricted",
        "mail",
        'mail: reminders of restricted matters go by mail only. all: chats and the webhook are told "Deadline – see '
        'the docket" of them, and nothing else.',
        checks.one_of("mail", "all"),
    ),
    _option(
        "reminders.at",
        "09:00",
        "The time of day, in the firm's time zone, at which reminders are due; `doctor` warns after 12:00.",
        checks.time_of_day,
    ),
    _option(
        "reminders.escalate_hours",
        24,
        "Hours that an urgent reminder may stay unanswered before the attorney's deputy is asked, then the supervisor, "
        "then the emergency contact; a quarter of the time left where that is shorter.",
        checks.between(1, 168),
    ),
    _option(
        "reminders.ack_days",
        7,
        "Days for which `deadlines ack` holds; the day before a date ends it, and so does the date itself.",
        checks.between(1, 30),
    ),
    _option(
        "reminders.emergency",
        "",
        "The mail address of the person who is asked last when nobody answers. Must be on the list of people.",
    ),
    _option(
        "incoming.opens",
        "09:00",
        "The time of day, in the firm's time zone, at which the firm opens on a working day.",
        checks.time_of_day,
    ),
    _option(
        "incoming.closes",
        "17:00",
        "The time of day at which it closes: by then a paper must be on the docket, or people are told.",
        checks.time_of_day,
    ),
    _option(
        "incoming.days",
        0,
        "Working days after the one on which a paper came in. 0: it must be on the docket the same day.",
        checks.between(0, 5),
    ),
    _option(
        "agenda.at",
        "07:30",
        "The time of day, in the firm's time zone, at which agendas are sent; none to who has nothing before them.",
        checks.time_of_day,
    ),
    _option(
        "agenda.days",
        "mon tue wed thu fri",
        "The weekdays on which agendas are sent, but for holidays and closures. Empty: none are.",
        checks.weekdays,
    ),
    _option(
        "agenda.weekly",
        "mon",
        "The weekday on which whoever supervises attorneys is sent the weekly docket; on a holiday, the next "
        "working day. Empty: never.",
        checks.weekday,
    ),
    _option(
        "evening.by",
        "",
        "The time of day, in the firm's time zone, by which somebody has signed the evening check of a working day, "
        'for example "19:00"; the docket role and its deputies are told where nobody has. Empty: none is asked for.',
        checks.time_or_nothing,
    ),
    _option(
        "follow_up.partner",
        "",
        "The mail address of the partner who is sent the weekly follow-up list, is told of missed dates, and alone may "
        "change what was recorded of one. Must be on the list of people. Empty: nobody.",
    ),
    _option(
        "follow_up.weekly",
        "fri",
        "The weekday on which the follow-up list is sent; on a holiday, the next working day. Empty: never.",
        checks.weekday,
    ),
    _option(
        "monitor.address_file",
        "",
        "A file that holds the https address that is told every five minutes that all is well, readable by its owner "
        "only: a check of healthchecks.io or of its like. Empty: nobody outside notices when this machine stops.",
        holds="path",
    ),
    _option("daemon.tick_seconds", 30, "Seconds between two looks for due reminders.", checks.between(1, 3600)),
    _option(
        "daemon.lease_seconds",
        120,
        "Seconds for which a reminder belongs to the process that sends it; more than mail.timeout.",
        checks.between(10, 3600),
    ),
    _option("daemon.batch", 50, "How many reminders one look takes at most.", checks.between(1, 1000)),
    _option(
        "log.format",
        "text",
        "text for people, json for programs that collect logs. Neither holds client data or secrets.",
        checks.one_of("text", "json"),
    ),
    _option(
        "keeping.key_file",
        "",
        "A file that holds the key which seals the stored dates, readable by its owner only; "
        "`deadlines init` writes one. Keep a copy of it apart from the backups. "
        "Empty: damage shows, careful forgery does not.",
        holds="path",
    ),
    _option(
        "keeping.folder",
        "",
        "A folder for the nightly backups, best on another disk. Empty: no backups are made.",
        holds="path",
    ),
    _option(
        "keeping.hour",
        3,
        "The hour of the night, in the firm's time zone, from which the backup is made.",
        checks.between(0, 23),
    ),
    _option(
        "keeping.backups",
        30,
        "For how many days backups are kept; the newest three always are.",
        checks.between(1, 3650),
    ),
    _option(
        "keeping.backup_key_file",
        "",
        "A file that holds the key with which backups are encrypted, readable by its owner only. "
        "Needs the extra [encryption]. Empty: they are not encrypted.",
        holds="path",
    ),
    _option(
        "print.folder",
        "",
        "A folder in which the docket is left each night as a file for browser and printer, best on another machine. "
        "It holds clients' names; restricted matters stand in it without a word of the case. Empty: none is left.",
        holds="path",
    ),
    _option(
        "print.days",
        90,
        "How many days ahead that file shows; what is overdue always stands in it.",
        checks.between(1, 3660),
    ),
    _option(
        "law.edition",
        "",
        "The edition of the law to compute with, such as 2026.11. Empty: the newest one that is there.",
    ),
    _option(
        "law.editions",
        "",
        "A folder of editions that the firm installed, each in a folder of its own name. "
        "Empty: only those of the program.",
        holds="path",
    ),
    _option(
        "law.folder",
        "",
        "A folder of the firm's own rules and closures, in the format of the law data, read when a program starts. "
        "Empty: none.",
        holds="path",
    ),
    *(
        _option(
            f"policy.{key}",
            choices[0][0],
            policy_help(question, choices),
            checks.one_of(*(choice for choice, _ in choices)),
        )
        for key, question, choices in POLICY
    ),
)

BY_NAME = {option.name: option for option in OPTIONS}
