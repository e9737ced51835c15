"""What the settings say of the firm, in words: for the pages and the evidence."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.config import Settings
from deadlines.docket.house import House
from deadlines.law import Law
from deadlines.law.editions import Known
from deadlines.law.news import News
from deadlines.practice import Practice
from deadlines.version import VERSION
from deadlines.wiring_channels import build_channels, build_outbound

if TYPE_CHECKING:
    from deadlines.ical import Party
    from deadlines.notify.channel import Channel

MAIL = {"smtp": "by mail over the firm's mail server", "folder": "into a folder, as mails", "console": "on the console"}


def house(
    settings: Settings,
    build_law: Callable[..., Law],
    build_policy: Callable[[Settings, Law], dict[str, str]],
    build_practice: Callable[[Settings, Law], Practice],
    known_editions: Callable[[Settings], list[Known]],
    build_news: Callable[[Settings], list[News]],
    organizer: Callable[[Settings], "Party | None"],
) -> House:
    """The firm as these settings describe it; the rest are the builders of `wiring`, which raise what they raise."""
    law = build_law(settings)
    policy = build_policy(settings, law)

    def channels() -> Mapping[str, "Channel"]:
        return build_channels(settings)

    return House(
        firm=settings.firm.name,
        law=law,
        policy=policy,
        practice=build_practice(settings, law),
        practice_file=settings.firm.practice,
        editions=lambda: known_editions(settings),
        load=lambda name: build_law(settings, name),
        news=lambda: build_news(settings),
        settings=tuple(_words(settings, law, policy)),
        backups=Path(settings.keeping.folder) if settings.keeping.folder else None,
        channels=channels,
        mail=settings.mail.channel,
        check_address=lambda channel, address: _checked(settings, channel, address),
        invites=organizer(settings) is not None,
        program=VERSION,
    )


def _checked(settings: Settings, channel: str, address: str) -> str:
    from deadlines.notify.apprise import built
    from deadlines.notify.posting import check_address

    outbound = build_outbound(settings)
    return built(address, outbound)[1] if channel == "apprise" else check_address(address, outbound)


def _words(settings: Settings, law: Law, policy: Mapping[str, str]) -> list[tuple[str, str]]:
    reminders, keeping, agenda = settings.reminders, settings.keeping, settings.agenda
    kept = f"every day after {keeping.hour}:00, kept for {keeping.backups} days"
    return [
        ("Time zone of every day and hour", settings.firm.timezone),
        ("Reminders leave", f"at {reminders.at}, {MAIL[settings.mail.channel]}"),
        ("Chats and the webhook are told as well", f"from the severity {reminders.also} on"),
        ("Chats hear of restricted matters", "no" if reminders.restricted == "mail" else "yes"),
        ("An urgent reminder that nobody answers goes on", f"after {reminders.escalate_hours} hours at the latest"),
        ("Who is asked last", reminders.emergency or "nobody is named"),
        ("A date that somebody has taken on is asked of again", f"after {reminders.ack_days} days at the latest"),
        ("Agendas leave", f"at {agenda.at} on {agenda.days}; weekly dockets on {agenda.weekly or 'no day'}"),
        ("Backups are made", kept if keeping.folder else "no: no folder is named"),
        ("Backups are encrypted", "yes" if keeping.backup_key_file else "no"),
        ("Stored dates are sealed with a key outside the database", "yes" if keeping.key_file else "no"),
        ("Somebody outside is told that all is well", "yes" if settings.monitor.address_file else "no"),
        ("Edition of the law", f"{law.edition}{'' if settings.law.edition else ', the newest'}"),
        *_choices(law, policy),
    ]


def _choices(law: Law, policy: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the firm calendars where the law leaves a question open, each with whose choice it is."""
    found = []
    for item in law.ambiguities.values():
        if not item.firm:
            continue
        chosen = next(choice for choice in item.choices if choice.id == policy.get(item.id, item.choices[0].id))
        whose = "the firm's choice" if item.id in policy else "the careful choice"
        found.append((item.question, f"{chosen.text} ({whose})"))
    return found
