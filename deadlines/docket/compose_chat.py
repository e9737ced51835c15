"""The words of a reminder in a chat or for the webhook: less than in a mail, because they stay on foreign servers."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from deadlines.docket.compose import REPEAT, Item, subject_of
from deadlines.notify.message import Hidden, Message, clean_line

RESTRICTED = "Deadline – see the docket"
"""All that is said of a restricted matter."""
LAST_LINE = "Open the docket to see what must be done."
WORDS = ("notice", "warning", "urgent")


def compose_chat(
    items: Sequence[Item],
    *,
    now: datetime,
    zone: str,
    message_id: str,
    repeat: bool,
    undelivered: dict[int, str],
    address: Hidden | None,
) -> Message:
    """One message to one person about the entries of one matter: a line for each, and never a client's name."""
    secret = any(item.matter.restricted for item in items)
    return Message(
        to_name=items[0].person.name,
        to_email=items[0].person.email,
        subject=RESTRICTED if secret else "Reminder from the docket",
        text=RESTRICTED if secret else _text(items, now, zone, undelivered, repeat=repeat),
        message_id=message_id,
        at=now,
        headers={} if secret else _headers(items),
        address=address,
    )


def _text(items: Sequence[Item], now: datetime, zone: str, undelivered: dict[int, str], *, repeat: bool) -> str:
    today = now.astimezone(ZoneInfo(zone)).date()
    lines: list[str] = []
    for item in items:
        lines.append(subject_of([item], today, now))
        if item.reminder.id in undelivered:
            lines.append(clean_line(undelivered[item.reminder.id]))
    return "\n".join([*lines, LAST_LINE, *([REPEAT] if repeat else [])])


def _headers(items: Sequence[Item]) -> dict[str, str]:
    return {
        "X-Deadlines-Severity": WORDS[max(item.reminder.severity for item in items)],
        "X-Deadlines-Reminders": " ".join(str(item.reminder.id) for item in items),
    }
