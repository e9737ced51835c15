"""The operations that change the docket, each in one transaction, in the name of the token's person."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from deadlines.compute.contract import Facts, ServiceFacts, to_notice
from deadlines.compute.notice import Notice
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.closing import waive_entry
from deadlines.docket.dispatching import record_filing
from deadlines.docket.doubts import odd_days, past_windows
from deadlines.docket.intake import Recorded, open_matter, record_notice
from deadlines.docket.people import find_person
from deadlines.docket.proof import proof_of
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, Matter
from deadlines.web.api.asked import Asked, Reply
from deadlines.web.api.reading import entry_answer, seen_entry, seen_matter
from deadlines.web.api.shapes import (
    Filing,
    MatterLine,
    NewEntry,
    NewMatter,
    NewNotice,
    NoticeRecorded,
    TakenOn,
    TakingOn,
    Waiver,
)

ROOT = "/api/v1"


def new_matter(asked: Asked) -> Reply:
    """Open a matter."""
    body: NewMatter = asked.body
    reference = " ".join(body.reference.split())
    if asked.session.scalar(select(Matter.id).where(Matter.reference == reference)) is not None:
        raise Conflict("A matter with this number exists already.", code="matter-exists")
    attorney = find_person(asked.session, body.attorney)
    if not attorney.active:
        raise Conflict(f"{attorney.email} has left the firm; name an active person as attorney.")
    made = open_matter(
        asked.session,
        body.reference,
        client=body.client,
        attorney=attorney,
        restricted=body.restricted,
        actor=asked.by.email,
        now=asked.now,
    )
    line = MatterLine(
        id=made.id,
        reference=made.reference,
        client=made.client,
        restricted=made.restricted,
        attorney=attorney.email,
        open=0,
    )
    return Reply(line, f"{ROOT}/matters/{made.id}")


def new_notice(asked: Asked) -> Reply:
    """Record a notice and calendar its windows."""
    body: NewNotice = asked.body
    matter = seen_matter(asked.session, asked.by, body.matter)
    given = notice_of(body)
    doubts = odd_days(given, asked.today)
    made = record_notice(asked.session, asked.desk(), matter, given, now=asked.now, again=body.again)
    doubts += past_windows(made.result, asked.today)
    return Reply(_recorded(made, matter, doubts), f"{ROOT}/notices/{made.notice.id}")


def notice_of(body: NewNotice) -> Notice:
    """The notice as the machine contract reads it, so that both doors take the same words."""
    service = body.service
    facts: dict[str, Any] | None = dict(body.facts) if body.facts is not None else None
    return to_notice(
        Facts(
            kind=body.kind,
            decided_on=body.decided_on.isoformat(),
            form=body.form,
            service=ServiceFacts(service.method, service.on.isoformat() if service.on else None) if service else None,
            received_on=body.received_on.isoformat() if body.received_on else None,
            printed_deadline=body.printed_deadline.isoformat() if body.printed_deadline else None,
            facts=facts,
        )
    )


def take_on(asked: Asked) -> Reply:
    """The person of the token takes a date on, so that nobody else is asked."""
    body: TakingOn = asked.body
    entry = seen_entry(asked.session, asked.by, asked.ids["entry"])
    office = asked.firm.office
    lasts = timedelta(days=body.days) if body.days is not None else office.ack_lasts
    row = acknowledge(asked.session, entry, asked.by, now=asked.now, lasts=lasts, zone=str(office.zone))
    return Reply(TakenOn(entry=entry.id, by=asked.by.email, version=row.version, until=row.until))


def file(asked: Asked) -> Reply:
    """Record that an entry was filed, with proof; where that proves only dispatch, the entry stays open."""
    body: Filing = asked.body
    entry = seen_entry(asked.session, asked.by, asked.ids["entry"])
    record_filing(
        asked.session,
        asked.desk(),
        entry,
        on=body.on,
        proof=proof_of(receipt=body.receipt, tracking=body.tracking, text=body.proof),
        by=asked.by,
        now=asked.now,
        anyway=body.anyway,
    )
    return Reply(entry_answer(asked, entry))


def waive(asked: Asked) -> Reply:
    """Record that a remedy will not be used, with the reason."""
    body: Waiver = asked.body
    entry = seen_entry(asked.session, asked.by, asked.ids["entry"])
    waive_entry(asked.session, asked.desk(), entry, reason=body.reason, by=asked.by, now=asked.now)
    return Reply(entry_answer(asked, entry))


def _recorded(made: Recorded, matter: Matter, doubts: list[str]) -> NoticeRecorded:
    windows = {window.rule: window for window in made.result.windows}
    return NoticeRecorded(
        notice=made.notice.id,
        matter=matter.id,
        restricted=matter.restricted,
        edition=made.result.edition,
        entries=[_new_entry(entry, windows[entry.rule]) for entry in made.entries],
        asks=made.result.asks,
        warnings=[*made.result.warnings, *doubts],
    )


def _new_entry(entry: Entry, window: object) -> NewEntry:
    named = {"entry": entry.id, "rule": entry.rule, "title": entry.title, "form": entry.form, "status": entry.status}
    dates = ("state", "opens_on", "protective_by", "safe_by", "last_day", "latest")
    return msgspec.convert({**named, **{name: getattr(window, name) for name in dates}}, NewEntry)
