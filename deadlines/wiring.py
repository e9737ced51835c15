"""The only builder: from settings to the parts that work. Everything is imported when it is built."""

import hashlib
import os
from collections.abc import Callable
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.config import Settings, read_key
from deadlines.errors import ConfigError, InputError
from deadlines.version import VERSION
from deadlines.wiring_channels import (
    FOLDER_SENDER,
    HOOK_SECONDS,
    build_lanes,
    build_monitor,
    build_outbound,
    leaves,
    per_minute,
)
from deadlines.wiring_channels import WaitingChannel as WaitingChannel  # noqa: PLC0414  (part of this module)
from deadlines.wiring_channels import build_channels as build_channels  # noqa: PLC0414
from deadlines.wiring_database import create_database as create_database  # noqa: PLC0414
from deadlines.wiring_database import database_url as database_url  # noqa: PLC0414
from deadlines.wiring_database import open_database as open_database  # noqa: PLC0414
from deadlines.wiring_database import shown_url as shown_url  # noqa: PLC0414
from deadlines.wiring_entrance import build_vault
from deadlines.wiring_sheets import build_sheet

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from deadlines.compute import Notice, Result
    from deadlines.daemon import Scheduler, Sweeps
    from deadlines.daemon.keeper import Keeper
    from deadlines.docket.agendas import Rhythm
    from deadlines.docket.house import House
    from deadlines.docket.intake import Desk
    from deadlines.docket.judging import Statement
    from deadlines.docket.mailroom import MailRoom
    from deadlines.ical import Party
    from deadlines.law import Law
    from deadlines.law.editions import Known
    from deadlines.law.news import News
    from deadlines.practice import Practice
    from deadlines.store.database import Database


def organizer(settings: Settings) -> "Party | None":
    """Who invites people to dates: the firm by the address that its mail comes from; None where no mail can leave."""
    from deadlines.ical import Party
    from deadlines.notify.message import sender_address

    mail = settings.mail
    if mail.channel == "smtp" and not (mail.host and mail.sender):
        return None
    sender = sender_address(mail.sender or FOLDER_SENDER)
    return Party(sender.display_name or settings.firm.name or "Deadlines", sender.addr_spec)


def build_law(settings: Settings, edition: str | None = None) -> "Law":
    """The law that the firm works by, read once: its edition, the newest by default, with the firm's own folder.

    Args:
        settings: names the edition, the folder of installed ones, and the firm's own.
        edition: another edition than the configured one.

    Raises:
        ConfigError: the configured edition or one of the folders is not there.
        InputError: the edition asked for is not there.
        LawDataError: a law file is wrong, or an issued edition was edited.
    """
    chosen = settings.law
    if edition is not None:
        return _law(edition, chosen.editions, chosen.folder)
    try:
        return _law(chosen.edition, chosen.editions, chosen.folder)
    except InputError as error:
        raise ConfigError(f"law.edition: {error.sentence}") from None


def known_editions(settings: Settings) -> "list[Known]":
    """The editions that can be computed with, the newest issued first. Raises ConfigError and LawDataError."""
    from deadlines.law import editions

    return editions.known_editions(editions_folders(settings))


def news_texts(settings: Settings) -> list[str]:
    """The program's own news of the law, after those that installed editions bring along."""
    from importlib.resources import files

    found = [known.folder / "NEWS.md" for known in known_editions(settings) if known.place == "installed"]
    found = [file for file in found if file.is_file()]
    return [file.read_text(encoding="utf-8") for file in (*found, files("deadlines.law") / "NEWS.md")]


def build_news(settings: Settings) -> "list[News]":
    """The same, edition by edition."""
    from deadlines.law.news import news_of, sections

    return [news_of(name, section) for name, section in sections(news_texts(settings)).items()]


def editions_folders(settings: Settings) -> list[Path]:
    """Where the firm keeps installed editions, if it does. Raises ConfigError where that is no folder."""
    _must_be_there("law.editions", settings.law.editions)
    return [Path(settings.law.editions)] if settings.law.editions else []


def _must_be_there(key: str, path: str) -> None:
    if path and not Path(path).is_dir():
        raise ConfigError(f"{path}: there is no such folder; correct {key}.")


@lru_cache(maxsize=8)
def _law(edition: str, editions: str, folder: str) -> "Law":
    _must_be_there("law.editions", editions)
    _must_be_there("law.folder", folder)
    if not (edition or editions or folder):
        from deadlines.law import load_law

        return load_law()
    from deadlines.law.editions import load_edition

    return load_edition(edition, [Path(editions)] if editions else [], Path(folder) if folder else None)


def build_policy(settings: Settings, law: "Law | None" = None) -> dict[str, str]:
    """Where the firm settles what the law leaves open otherwise than with care, from ambiguity id to choice id.

    A question that no firm decides in this edition is left out: editions differ. Raises InputError for a
    choice that this edition does not have.
    """
    from deadlines.compute.checking import chosen_otherwise

    law = build_law(settings) if law is None else law
    chosen = {key.replace("_", "-"): choice for key, choice in settings.policy.items()}
    open_to_firms = {item.id for item in law.ambiguities.values() if item.firm}
    return chosen_otherwise(law, {key: choice for key, choice in chosen.items() if key in open_to_firms})


def build_practice(settings: Settings, law: "Law | None" = None) -> "Practice":
    """How the firm works, read once: its own file, or the default. Raises ConfigError with what is wrong in it."""
    from deadlines.practice import Practice

    path = settings.firm.practice
    if not path:
        return Practice()
    if not Path(path).is_file():
        raise ConfigError(f"{path}: there is no such file; correct firm.practice, or write one with `practice write`.")
    return read_practice(settings, Path(path), law)


def read_practice(settings: Settings, file: Path, law: "Law | None" = None) -> "Practice":
    """What a practice file says, judged by the law and by the firm's time. Raises ConfigError with what is wrong."""
    from deadlines.practice import FirmsDay, load_practice

    day = FirmsDay(settings.firm.timezone, settings.reminders.at)
    return load_practice(file, build_law(settings) if law is None else law, day)


def build_compute(settings: Settings) -> Callable[["Notice"], "Result"]:
    """The computation by the firm's law and policy, for the nightly check."""
    from deadlines.compute import compute

    law, policy = build_law(settings), build_policy(settings)
    return lambda notice: compute(notice, law, policy)


def law_state(settings: Settings) -> str:
    """What the dates rest on, in a few characters: another state means that every stored date is to be checked.

    The edition, the fingerprint of its files and the firm's, and that of the policy where it is not the careful one.
    """
    law = build_law(settings)
    own = sorted(build_policy(settings, law).items())
    state = f"{law.edition}+{law.digest}"
    return f"{state}+{hashlib.sha256(repr(own).encode()).hexdigest()[:8]}" if own else state


def build_keeper(settings: Settings, database: "Database") -> "Keeper":
    """The nightly care of the docket, as configured; raises ConfigError for the key of the backups."""
    from deadlines.daemon.keeper import Keeper, Keeping

    keeping = settings.keeping
    return Keeper(
        database,
        Keeping(
            zone=settings.firm.timezone,
            hour=keeping.hour,
            folder=Path(keeping.folder) if keeping.folder else None,
            days=keeping.backups,
            key=read_key(keeping.backup_key_file),
            program=VERSION,
            statement=build_statement(settings),
            leave_sheet=build_sheet(settings, build_law(settings).edition) if settings.print.folder else None,
        ),
    )


def build_statement(settings: Settings) -> "Statement":
    """What the firm lays down about reminders, for the auditor."""
    from deadlines.docket.judging import Statement
    from deadlines.docket.ways import is_working_day, way

    desk = build_desk(settings, "auditor")
    return Statement(
        zone=settings.firm.timezone,
        at=time.fromisoformat(settings.reminders.at),
        channel=settings.mail.channel,
        is_working_day=is_working_day(desk),
        way=lambda window, dispatch_by: way(desk, window, dispatch_by),
        practice=desk.practice.state,
        steps={template.id: template.remind for template in desk.practice.milestones},
        not_fatal=desk.practice.not_fatal,
        wait=timedelta(hours=settings.reminders.escalate_hours),
    )


def feeds_folder(settings: Settings) -> Path | None:
    """Where the last good calendars are kept: as configured, else beside a database file, else nowhere."""
    if settings.web.feeds_folder:
        return Path(settings.web.feeds_folder)
    url = settings.database.url
    return Path(f"{url.removeprefix('sqlite:///')}.feeds") if url.startswith("sqlite:///") else None


def build_desk(settings: Settings, actor: str, door: str = "") -> "Desk":
    """How notices are recorded for this firm: its law and policy, its channel, zone and time of day."""
    from deadlines.docket.intake import Desk

    return Desk(
        law=build_law(settings),
        policy=build_policy(settings),
        practice=build_practice(settings),
        channel=settings.mail.channel,
        zone=settings.firm.timezone,
        at=time.fromisoformat(settings.reminders.at),
        actor=actor,
        partner=settings.follow_up.partner.strip().lower(),
        door=door,
        pages=settings.web.base_url.rstrip("/"),
        leaves=leaves(settings),
    )


def build_house(settings: Settings) -> "House":
    """What pages and the evidence tell of the firm. Raises what `build_law` and `build_practice` raise."""
    from deadlines.wiring_house import house

    return house(settings, build_law, build_policy, build_practice, known_editions, build_news, organizer)


def build_mail_room(settings: Settings) -> "MailRoom":
    """By when papers that came in must be on the docket. Raises ConfigError where the firm closes before it opens."""
    from deadlines.docket.mailroom import MailRoom
    from deadlines.docket.ways import is_working_day

    chosen = settings.incoming
    opens, closes = time.fromisoformat(chosen.opens), time.fromisoformat(chosen.closes)
    if closes <= opens:
        raise ConfigError(f"incoming.closes: {chosen.closes} must be later than incoming.opens, {chosen.opens}.")
    return MailRoom(
        zone=settings.firm.timezone,
        opens=opens,
        closes=closes,
        days=chosen.days,
        is_working_day=is_working_day(build_desk(settings, "daemon")),
        pages=settings.web.base_url.rstrip("/"),
    )


def build_sweeps(settings: Settings, database: "Database", web: "Starlette | None" = None) -> "Sweeps":
    """The sweeps over a database, with the configured channel, the firm's law and the web's notes."""
    from deadlines.daemon import Sweeps
    from deadlines.daemon.auditing import Auditor
    from deadlines.docket.escalation import Escalation

    return Sweeps(
        database,
        build_channels(settings),
        lanes=build_lanes(settings),
        per_minute=per_minute(settings),
        zone=settings.firm.timezone,
        lease=timedelta(seconds=settings.daemon.lease_seconds),
        batch=settings.daemon.batch,
        desk=build_desk(settings, "daemon"),
        escalation=Escalation(
            wait=timedelta(hours=settings.reminders.escalate_hours),
            emergency=settings.reminders.emergency.strip().lower() or None,
            zone=settings.firm.timezone,
            channel=settings.mail.channel,
        ),
        rhythm=build_rhythm(settings),
        mail_room=build_mail_room(settings),
        evening=evening_by(settings),
        compute=build_compute(settings),
        edition=law_state(settings),
        organizer=organizer(settings),
        flush=web.state.flush if web is not None else None,
        watch=web.state.watch if web is not None else None,
        keeper=build_keeper(settings, database),
        auditor=Auditor(database, build_statement(settings)),
        monitor=build_monitor(settings, database),
        outbound=build_outbound(settings, longest=HOOK_SECONDS),
        vault=build_vault(settings),
        pages=settings.web.base_url.rstrip("/"),
    )


def build_rhythm(settings: Settings) -> "Rhythm":
    """When agendas and weekly dockets are sent."""
    from deadlines.docket.agendas import Rhythm, weekdays
    from deadlines.docket.ways import is_working_day

    chosen = settings.agenda
    return Rhythm(
        at=time.fromisoformat(chosen.at),
        days=frozenset(weekdays(chosen.days)),
        weekly=next(iter(weekdays(chosen.weekly)), None),
        zone=settings.firm.timezone,
        follow_up=next(iter(weekdays(settings.follow_up.weekly)), None),
        partner=settings.follow_up.partner.strip().lower(),
        is_working_day=is_working_day(build_desk(settings, "daemon")),
    )


def evening_by(settings: Settings) -> time | None:
    """By when the evening check is to be signed; None where the firm asks for none."""
    return time.fromisoformat(settings.evening.by) if settings.evening.by else None


def build_scheduler(settings: Settings, database: "Database", web: "Starlette | None" = None) -> "Scheduler":
    """The scheduler, not yet started. With `web` it also writes down which feeds were fetched.

    Raises ServeError where another daemon works on the same database file.
    """
    from deadlines.daemon import Scheduler
    from deadlines.daemon.service import ServiceManager
    from deadlines.store.leader import leader_of

    sweeps = build_sweeps(settings, database, web)
    return Scheduler(
        sweeps,
        tick=float(settings.daemon.tick_seconds),
        leader=leader_of(database.engine),
        manager=ServiceManager.of(os.environ, os.getpid()),
    )


def build_housekeeping(settings: Settings, database: "Database", web: "Starlette") -> "Scheduler":
    """What a web server without a daemon does by the clock: it writes down which feeds were fetched."""
    from deadlines.daemon import Scheduler
    from deadlines.daemon.scheduler import OWN
    from deadlines.daemon.service import ServiceManager

    manager = ServiceManager.of(os.environ, os.getpid())
    return Scheduler(build_sweeps(settings, database, web), manager=manager, only=OWN)


def build_web(settings: Settings, database: "Database") -> "Starlette":
    """The web application; raises ConfigError where its folder cannot be used."""
    from msgspec.structs import replace

    from deadlines.web.app import create_app
    from deadlines.wiring_entrance import build_entrance

    kept, desk = feeds_folder(settings), build_desk(settings, "web")
    try:
        return create_app(
            database,
            zone=settings.firm.timezone,
            name=settings.firm.name,
            address=settings.address,
            kept=kept,
            ack_lasts=timedelta(days=settings.reminders.ack_days),
            desk=lambda who: replace(desk, actor=who),
            room=build_mail_room(settings),
            house=lambda: build_house(settings),
            news=lambda: build_news(settings),
            entrance=build_entrance(settings),
        )
    except OSError as error:
        raise ConfigError(
            f"{kept}: the folder for calendars cannot be used ({error.strerror}); correct web.feeds_folder."
        ) from None
