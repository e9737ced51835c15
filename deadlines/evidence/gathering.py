"""All parts of the evidence, from one look at the docket."""

from datetime import datetime

from sqlalchemy.orm import Session

from deadlines.docket.house import House
from deadlines.docket.intake import Desk
from deadlines.evidence import control, entering, matters, papers, sending, standing
from deadlines.evidence.model import Asked, Evidence, Wanted
from deadlines.store import audit


def gather(session: Session, desk: Desk, house: House, wanted: Wanted, *, made_by: str, now: datetime) -> Evidence:
    """The evidence of the wanted days, from what the session reads; nothing is changed.

    `desk` says the firm's zone and working days, `made_by` who asks.
    """
    asked = Asked(session, desk, house, wanted, now)
    return Evidence(
        firm=house.firm,
        from_on=wanted.from_on,
        until_on=wanted.until_on,
        made_at=now,
        made_by=made_by,
        zone=desk.zone,
        program=house.program,
        edition=house.law.edition,
        names=wanted.names,
        head=audit.head(session),
        parts=[
            matters.matters(asked),
            papers.incoming(asked),
            entering.verification(asked),
            *sending.reminders(asked),
            sending.unanswered(asked),
            entering.proposals(asked),
            papers.extensions(asked),
            control.missed(asked),
            control.evening(asked),
            control.left_open(asked),
            control.backups(asked),
            control.editions(asked),
            standing.ladders(asked),
            standing.people(asked),
            standing.settings(asked),
            control.trail(asked),
        ],
    )
