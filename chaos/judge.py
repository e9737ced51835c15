"""Holds what was sent against what must be sent: lost, wrong, leaked, and repeats with or without a reason."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chaos.ledger import Ledger, Want
from chaos.post import Accepted
from chaos.tally import Tally


@dataclass
class Unclear:
    """Times, on this process's steady clock, at which it became unclear whether a message was out: a process was
    killed or stopped, a database went away. `forgotten`: those at which an older backup was put back, so that the
    program no longer knows which reminders it had put into one message."""

    times: list[float] = field(default_factory=list)
    forgotten: list[float] = field(default_factory=list)

    def between(self, first: float, second: float) -> bool:
        """Whether there was one since a message was taken, with a little for the way to the server."""
        return any(first - 1.0 <= moment <= second for moment in (*self.times, *self.forgotten))

    def forgot(self, first: float, second: float) -> bool:
        """Whether the program has forgotten since the first how it put reminders together."""
        return any(first <= moment <= second for moment in self.forgotten)


def lost(ledger: Ledger, mails: Iterable[Accepted], since: datetime, until: datetime) -> list[Want]:
    """What nobody was told of, though it fell due."""
    told: dict[tuple[str, str], datetime] = {}
    for mail in mails:
        if mail.reminders and "NOT DELIVERED" not in mail.subject:
            for matter, _ in mail.said:
                key = (mail.to, matter)
                told[key] = max(told.get(key, mail.at), mail.at)
    wants = ledger.wants(since, until)
    # A mail says when it was written to the second only.
    return [want for want in wants if _whole(told.get((want.email, want.matter))) < _whole(want.moment)]


def _whole(moment: datetime | None) -> float:
    return moment.timestamp() // 1 if moment is not None else 0.0


def wrong(dates: Mapping[str, set[tuple[date, date]]], mails: Iterable[Accepted]) -> list[str]:
    """Reminders that say other dates than the ledger, or of a matter that there is none of."""
    return [
        f"a mail of matter {matter} says {sorted(said)}"
        for mail in mails
        if mail.reminders and not _doubted(mail)
        for matter, said in mail.said
        if not said or not said <= dates.get(matter, set())
    ]


def _doubted(mail: Accepted) -> bool:
    """Whether the mail itself says not to rely on its dates, or is about another that did not arrive."""
    return "INTEGRITY ALARM" in mail.subject or "NOT DELIVERED" in mail.subject


def listed_wrong(dates: Mapping[str, set[tuple[date, date]]], listing: Iterable[Mapping[str, Any]]) -> list[str]:
    """Lines of `deadlines list` that say other dates than the ledger, and no alarm beside them."""
    said = [
        (line["matter"], _date(line["safe_by"]), _date(line["last_day"])) for line in listing if not line["altered"]
    ]
    return [
        f"list says {safe} and {last} of matter {matter}"
        for matter, safe, last in said
        if (safe, last) not in dates.get(matter, set())
    ]


def _date(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def leaked(canaries: Collection[str], texts: Mapping[str, str]) -> list[str]:
    """Where a secret shows, and which, by its first letters."""
    return [f"{canary[:6]}… in {where}" for where, text in texts.items() for canary in canaries if canary in text]


def repeats(mails: Iterable[Accepted], unclear: Unclear) -> tuple[int, int, list[str]]:
    """How many mails came again, how many of those with a reason, and what the others are.

    A reason: the same Message-ID, and since it was first taken the server had left it unclear, or a process or
    database had gone away. After an older backup was put back, reminders may also come in other company.
    """
    seen: dict[str, Accepted] = {}
    under: dict[str, Accepted] = {}
    count, explained, strange = 0, 0, []
    for mail in mails:
        before = seen.get(mail.message_id)
        others = [each for each in (under.get(name) for name in mail.reminders) if each is not None]
        others = [each for each in others if each.message_id != mail.message_id]
        forgot = bool(others) and all(unclear.forgot(each.clock, mail.clock) for each in others)
        under.update(dict.fromkeys(mail.reminders, mail))
        if before is None and not others:
            seen[mail.message_id] = mail
            continue
        count += 1
        known = before is not None and (before.unclear or unclear.between(before.clock, mail.clock))
        if forgot or (known and not others):
            explained += 1
        else:
            strange.append(f"a repeat without a reason to {mail.to} of matter {mail.matter}: {mail.subject}")
        seen[mail.message_id] = mail
    return count, explained, strange


def judge_mail(
    tally: Tally, ledger: Ledger, mails: list[Accepted], unclear: Unclear, since: datetime, until: datetime
) -> None:
    """Count everything that mails tell, into the tally, with a few sentences about what is not right."""
    missing, false = lost(ledger, mails, since, until), wrong(ledger.dates(), mails)
    count, explained, strange = repeats(mails, unclear)
    tally.lost += len(missing)
    tally.wrong += len(false)
    tally.duplicates += count
    tally.explained += explained
    for want in missing[:3]:
        tally.note(f"LOST: {want.email} was not told of matter {want.matter}, due {want.moment:%Y-%m-%d %H:%M} UTC")
    for sentence in [*false[:3], *strange[:3]]:
        tally.note(f"NOT RIGHT: {sentence}")
