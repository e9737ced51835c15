"""The checks of `doctor` that concern this machine and its settings, not the docket."""

import re
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from typing import TYPE_CHECKING

from deadlines.docket.findings import Finding
from deadlines.errors import ConfigError, LawDataError

if TYPE_CHECKING:
    from deadlines.config import Settings
    from deadlines.store.database import Database

OLD_LAW_MONTHS = 6
VERY_OLD_LAW_MONTHS = 15
HEAD = ("kind", "version", "journal_mode_wanted")
SAFE = {"synchronous": "full", "fsync": "on", "synchronous_commit": "on"}
"""What the database must be set to, by the names of `Database.facts`."""
LOCAL = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def check_configuration(settings: "Settings") -> Finding:
    """Which file the settings come from."""
    if settings.source is None:
        hint = "`deadlines init` writes one; or name it with --config."
        return Finding("configuration", "warning", "There is no configuration file; defaults are used.", hint)
    return Finding("configuration", "well", f"The configuration is {settings.source}.")


def check_law(now: datetime, settings: "Settings | None" = None) -> Finding:
    """Whether the law data is whole, and how old the edition is that the firm works by."""
    from deadlines.law import load_law
    from deadlines.law.digest import broken_seal, seal_words
    from deadlines.law.load import packaged
    from deadlines.wiring import build_law

    try:
        law = load_law() if settings is None else build_law(settings)
        broken = broken_seal(packaged()) if law.edition == load_law().edition else None
    except LawDataError as error:
        hint = "Correct the firm's files, or install the program or the edition again."
        return Finding("law", "ill", error.sentence, hint)
    except ConfigError as error:
        return Finding("law", "ill", error.sentence, "Correct the configuration; then run this again.")
    if broken is not None:
        return Finding("law", "warning", seal_words(law.edition, broken), "Install the program again.")
    return _law_age(law.edition, now)


def check_practice(settings: "Settings") -> Finding:
    """Whether the firm's practice file can be used."""
    from deadlines.wiring import build_practice

    if not settings.firm.practice:
        return Finding("practice", "well", "The default ladders are in force, and no milestones.")
    try:
        practice = build_practice(settings)
    except ConfigError as error:
        return Finding("practice", "ill", error.sentence, "Correct the file; `deadlines practice check` reads it.")
    except LawDataError:
        return Finding("practice", "warning", "The practice file cannot be checked without the law.", "See above.")
    number = len(practice.milestones)
    return Finding("practice", "well", f"The firm's practice file is in force, with {number} milestones.")


def check_reminders(settings: "Settings") -> Finding:
    """Whether the reminder of the day itself comes while there is time to act on it."""
    from deadlines.practice.checks import LATEST_HOUR

    at = settings.reminders.at
    if at <= LATEST_HOUR:
        return Finding("reminders-time", "well", f"Reminders leave at {at} of the firm's time.")
    sentence = f"Reminders leave at {at}: that of the last day itself comes too late to act on."
    return Finding("reminders-time", "warning", sentence, f"Set reminders.at to {LATEST_HOUR} or earlier.")


def _law_age(edition: str, now: datetime) -> Finding:
    found = re.match(r"(\d{4})\.(\d{1,2})", edition)
    months = (now.year - int(found[1])) * 12 + now.month - int(found[2]) if found else 0
    sentence = f"The law data is edition {edition}, {max(months, 0)} months old."
    hint = "Install a newer release; until then check every date against the present law."
    if months > VERY_OLD_LAW_MONTHS:
        return Finding("law", "ill", sentence, hint)
    return Finding("law", "warning" if months > OLD_LAW_MONTHS else "well", sentence, hint)


def check_firm_law(settings: "Settings") -> Finding:
    """What the firm's own folder adds to the law, or replaces. A folder that cannot be read is told by `check_law`."""
    from deadlines.wiring import build_law

    try:
        added = build_law(settings).firm
    except (LawDataError, ConfigError):
        return Finding("law-of-the-firm", "ill", "What the firm adds to the law is not known.", "See the check `law`.")
    if not settings.law.folder:
        return Finding("law-of-the-firm", "well", "The firm adds nothing to the law.")
    return Finding(
        "law-of-the-firm", "well", f"{settings.law.folder} adds to the law: {', '.join(added) or 'nothing yet'}."
    )


def check_zone_data(now: datetime) -> Finding:
    """How old the time zone data is: it decides which day it is, and when reminders leave."""
    try:
        version = metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return Finding("time-zones", "warning", "The package tzdata is missing.", "Install it with pip.")
    year = int(version.split(".")[0])
    old = now.year - year > 1
    hint = "Upgrade the package tzdata."
    return Finding("time-zones", "warning" if old else "well", f"The time zone data is {version}.", hint)


def check_mail(settings: "Settings") -> Finding:
    """Whether the mail settings can work. Nothing is sent."""
    from deadlines.notify.smtp import is_loopback
    from deadlines.wiring import build_channels

    mail = settings.mail
    try:
        build_channels(settings)
    except ConfigError as error:
        return Finding("mail", "ill", error.sentence, "Correct the configuration.")
    if mail.channel != "smtp":
        sentence = f"Reminders go to the {mail.channel}, not by mail."
        return Finding("mail", "warning", sentence, 'Set mail.channel = "smtp" for real use.')
    if not mail.host:
        hint = "Set mail.host and mail.sender; what is due until then is sent as soon as they are set."
        return Finding("mail", "warning", "No mail server is configured; reminders wait.", hint)
    sentence = f"Mail goes to {mail.host}:{mail.port}, security {mail.security}"
    if mail.security == "none" and not is_loopback(mail.host):
        hint = (
            'Set mail.security = "starttls" or "tls" as soon as that server offers it; mail.clear_to allows this one.'
        )
        return Finding("mail", "warning", f"{sentence}: it travels in clear.", hint)
    return Finding("mail", "well", f"{sentence}.")


def check_files(settings: "Settings") -> Finding:
    """Whether the files can be used that the settings name for channels, monitor, identity provider and backups."""
    from deadlines.config import read_key, read_secret
    from deadlines.wiring_channels import build_outbound, build_webhook, trusting

    faults: dict[str, None] = {}
    looks: list[Callable[[], object]] = [
        lambda: trusting(settings),
        lambda: settings.webhook.address_file and build_webhook(settings, build_outbound(settings)),
        lambda: _look_at_monitor(settings),
        lambda: read_secret(None, settings.oidc.client_secret_file, "client secret"),
        lambda: read_key(settings.keeping.backup_key_file),
    ]
    for look in looks:
        try:
            look()
        except ConfigError as error:
            faults[error.sentence.rstrip(".")] = None  # once, where one stands in the way of another
    if not faults:
        return Finding("files", "well", "Every file that the configuration names for channels and keys can be used.")
    hint = (
        "Give it to the service's account with mode 0600, or correct the configuration; docs/operations.md says more."
    )
    return Finding("files", "ill", f"{'; '.join(faults)}.", hint)


def check_monitor_file(settings: "Settings") -> Finding | None:
    """That the monitor outside cannot be told anything; None where its address can be used or none is named."""
    try:
        _look_at_monitor(settings)
    except ConfigError as error:
        hint = "Mend the file; the monitor outside raises the alarm meanwhile."
        return Finding("monitor", "ill", f"The monitor outside is told nothing: {error.sentence}", hint)
    return None


def _look_at_monitor(settings: "Settings") -> None:
    from deadlines.wiring_channels import build_outbound, monitor_address

    if settings.monitor.address_file:
        monitor_address(settings, build_outbound(settings))


def check_web(settings: "Settings") -> Finding:
    """Whether the address of the feeds is fit to be given out."""
    address = settings.address
    if address.startswith("https://"):
        return Finding("web", "well", f"Calendar programs reach the server at {address}.")
    if address.startswith(LOCAL):
        hint = "Set web.base_url to the address of the reverse proxy."
        return Finding("web", "warning", f"Feeds live at {address}: only this machine can read them.", hint)
    hint = "Put a reverse proxy with TLS before the server and set web.base_url to its https address."
    return Finding("web", "warning", f"Feeds live at {address}: their secret travels in clear.", hint)


def check_database(database: "Database") -> Finding:
    """What kind of database answers, and whether a commit survives a power failure there."""
    facts = database.facts()
    wanted = {**SAFE, "journal_mode": facts.get("journal_mode_wanted", "")}
    weak = [name for name, good in wanted.items() if name in facts and facts[name] != good]
    rest = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if name not in HEAD)
    sentence = f"The database is {facts['kind']} {facts['version']}: {rest}."
    if weak:
        hint = f"Set {', '.join(name.replace('_', ' ') for name in weak)} as it should be: commits may be lost."
        return Finding("database", "warning", sentence, hint)
    return Finding("database", "well", sentence)
