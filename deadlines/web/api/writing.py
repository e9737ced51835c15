"""The operations that change the docket, each in one transaction, in the name of the token's person."""

from datetime import timedelta
from typing import Any

from deadlines import decoding
from deadlines.compute.contract import Facts, ServiceFacts, to_notice
from deadlines.compute.notice import Notice
from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.closing import waive_entry
from deadlines.docket.dispatching import record_filing
from deadlines.docket.doubts import odd_days, past_windows
from deadlines.docket.finishing import close_matter, reopen_matter
from deadlines.docket.incoming import WaitingPaper, docketed, hold_waiting, waiting_papers
from deadlines.docket.intake import Recorded, record_notice
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.opening import Answer, open_answered
from deadlines.docket.people import find_person
from deadlines.docket.proof import proof_of
from deadlines.errors import NotFound
from deadlines.store.tables import Entry, Matter
from deadlines.web.api.asked import Asked, Reply
from deadlines.web.api.reading import entry_answer, matter_answer, seen_entry, seen_matter, seen_notice, seen_paper
from deadlines.web.api.shapes import (
    Filing,
    MatterOpened,
    MatterReason,
    NewEntry,
    NewMatter,
    NewNotice,
    NoticeRecorded,
    PaperSettled,
    Settlement,
    TakenOn,
    TakingOn,
    Waiver,
)

ROOT = "/api/v1"


def new_matter(asked: Asked) -> Reply:
    """Open a matter, with the answer to which of its dates need to be calendared."""
    body: NewMatter = asked.body
    paper = body.paper
    opened = open_answered(
        asked.session,
        _room(asked),
        body.reference,
        Answer(
            paper=paper.title if paper is not None else None,
            received_on=paper.received_on if paper is not None else None,
            at=paper.at if paper is not None else "mail",
            none_until=body.none_until,
        ),
        client=body.client,
        attorney=find_person(asked.session, body.attorney),
        restricted=body.restricted,
        by=asked.by,
        now=asked.now,
        actor=asked.by.email,
    )
    made = opened.matter
    line = MatterOpened(
        id=made.id,
        reference=made.reference,
        client=made.client,
        restricted=made.restricted,
        attorney=made.attorney.email,
        open=0,
        closed_at=None,
        incoming=opened.paper.id if opened.paper is not None else None,
        look_again_on=opened.review.again_on if opened.review is not None else None,
    )
    return Reply(line, f"{ROOT}/matters/{made.id}")


def close(asked: Asked) -> Reply:
    """Close a matter of which nothing is open."""
    body: MatterReason = asked.body
    found = seen_matter(asked.session, asked.by, asked.ids["matter"])
    close_matter(asked.session, found, reason=body.reason, by=asked.by, now=asked.now, actor=asked.by.email)
    return Reply(matter_answer(asked, found))


def reopen(asked: Asked) -> Reply:
    """Open a closed matter again."""
    body: MatterReason = asked.body
    found = seen_matter(asked.session, asked.by, asked.ids["matter"])
    reopen_matter(asked.session, found, reason=body.reason, by=asked.by, now=asked.now, actor=asked.by.email)
    return Reply(matter_answer(asked, found))


def _room(asked: Asked) -> MailRoom:
    """The firm's hours. Raises NotFound where the server was not told."""
    if asked.firm.office.room is None:
        raise NotFound("This server keeps no list of papers.")
    return asked.firm.office.room


def new_notice(asked: Asked) -> Reply:
    """Record a notice and calendar its windows."""
    body: NewNotice = asked.body
    matter = seen_matter(asked.session, asked.by, body.matter)
    given = notice_of(body)
    doubts = odd_days(given, asked.today)
    paper = seen_paper(asked.session, asked.by, body.incoming) if body.incoming is not None else None
    if paper is not None:
        hold_waiting(asked.session, paper)
    made = record_notice(asked.session, asked.desk(), matter, given, now=asked.now, again=body.again)
    if paper is not None:
        docketed(asked.session, paper, made.notice, who=asked.by.id, now=asked.now, actor=asked.by.email)
    doubts += past_windows(made.result, asked.today)
    return Reply(
        _recorded(made, matter, doubts, waiting_papers(asked.session, matter)), f"{ROOT}/notices/{made.notice.id}"
    )


def settle_paper(asked: Asked) -> Reply:
    """A paper whose notice is on the docket already waits no longer."""
    body: Settlement = asked.body
    paper = seen_paper(asked.session, asked.by, asked.ids["paper"])
    notice = seen_notice(asked.session, asked.by, body.notice)
    docketed(asked.session, paper, notice, who=asked.by.id, now=asked.now, actor=asked.by.email)
    return Reply(
        PaperSettled(
            id=paper.id, matter=notice.matter_id, notice=notice.id, title=paper.title, received_on=paper.received_on
        )
    )


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


def _recorded(made: Recorded, matter: Matter, doubts: list[str], waiting: list[WaitingPaper]) -> NoticeRecorded:
    windows = {window.rule: window for window in made.result.windows}
    return NoticeRecorded(
        notice=made.notice.id,
        matter=matter.id,
        restricted=matter.restricted,
        reopened=made.reopened,
        edition=made.result.edition,
        entries=[_new_entry(entry, windows[entry.rule]) for entry in made.entries],
        asks=made.result.asks,
        warnings=[*made.result.warnings, *doubts],
        waiting=waiting,
    )


def _new_entry(entry: Entry, window: object) -> NewEntry:
    named = {"entry": entry.id, "rule": entry.rule, "title": entry.title, "form": entry.form, "status": entry.status}
    dates = ("state", "opens_on", "protective_by", "safe_by", "last_day", "latest")
    return decoding.convert({**named, **{name: getattr(window, name) for name in dates}}, NewEntry)
