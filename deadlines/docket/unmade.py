"""Calendars that cannot be made: their addresses show what was last good, so nobody sees it by looking at them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.orm import Session

from deadlines import decoding
from deadlines.docket.alarms import raise_alarm
from deadlines.docket.findings import Finding
from deadlines.store.tables import Heartbeat

ROW = "unmade"
"""The heartbeat under which they are kept, from the address's id to since when."""
TOLD_AFTER = timedelta(minutes=10)
"""What recovers sooner is no news."""
NAMED = 10
TEXT = """\
{count} calendars cannot be made any more, the first since {since}. Their addresses go on showing what they
showed then: deadlines that were added or moved since then are missing there.

{named}

Rely on the docket alone until this is mended: `deadlines doctor` and the log of `deadlines serve` say why.
"""


def note_unmade(session: Session, since: Mapping[str, datetime], *, now: datetime) -> None:
    """Keep which calendars cannot be made, by the id of their address; once a day the docket is told of it."""
    session.merge(Heartbeat(sweep=ROW, at=now, detail=msgspec.json.encode(dict(since)).decode()))
    lasting = {name: at for name, at in since.items() if now - at > TOLD_AFTER}
    if not lasting:
        return
    named = ", ".join(name[:8] for name in sorted(lasting)[:NAMED])
    raise_alarm(
        session,
        f"unmade/{now:%Y-%m-%d}",
        subject="Calendars stand still: they cannot be made",
        text=TEXT.format(
            count=len(lasting),
            since=_at(min(lasting.values())),
            named=f"`deadlines feed list` shows whose they are: {named}.",
        ),
        now=now,
    )


def unmade(session: Session) -> dict[str, datetime]:
    """The calendars that cannot be made, and since when."""
    row = session.get(Heartbeat, ROW)
    try:
        return decoding.decode(row.detail, dict[str, datetime]) if row is not None else {}
    except msgspec.MsgspecError:
        return {}


def check_unmade(session: Session) -> Finding:
    """Whether every calendar that is asked for can be made."""
    found = unmade(session)
    if not found:
        return Finding("calendars-made", "well", "Every calendar that was asked for can be made.")
    calendars = "1 calendar cannot" if len(found) == 1 else f"{len(found)} calendars cannot"
    names = ", ".join(name[:8] for name in sorted(found)[:NAMED])
    hint = "The log of `deadlines serve` says why; `deadlines feed list` shows whose they are."
    sentence = f"{calendars} be made since {_at(min(found.values()))} and show what was good then: {names}."
    return Finding("calendars-made", "ill", sentence, hint)


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
