"""Whether whoever answers for dates, or stands in for somebody who does, may act on them: what `doctor` tells of it."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from deadlines.docket.answerable import ABLE
from deadlines.docket.findings import Finding
from deadlines.docket.roles import ATTORNEYS
from deadlines.store.tables import Absence, Entry, Matter, Person


def check_attorneys(session: Session) -> Finding:
    """Whether every open window has an attorney who may answer for it, and every matter that is not closed one who is
    here."""
    query = select(func.count(func.distinct(Matter.id))).join(Entry, Entry.matter_id == Matter.id)
    query = query.join(Person, Person.id == Matter.attorney_id)
    count = session.scalar(query.where(Entry.status == "open", Person.active.is_(False))) or 0
    if count:
        hint = "Give each matter an attorney who is here."
        return Finding("attorneys", "ill", f"{count} matters with open windows belong to people who left.", hint)
    of_nobody = select(func.count(Matter.id)).join(Person, Person.id == Matter.attorney_id)
    count = session.scalar(of_nobody.where(Matter.closed_at.is_(None), Person.active.is_(False))) or 0
    if count:
        hint = (
            "`deadlines matter hand-over` gives each an attorney who is here; until then no notice of it is recorded."
        )
        belongs = "matter that is not closed belongs" if count == 1 else "matters that are not closed belong"
        return Finding("attorneys", "warning", f"{count} {belongs} to people who left.", hint)
    count = session.scalar(query.where(Entry.status == "open", Person.role.not_in(ATTORNEYS))) or 0
    if count:
        hint = f"`deadlines matter hand-over` gives each to somebody with the role {' or '.join(ATTORNEYS)}."
        sentence = f"{count} matters with open windows belong to people whose role may not answer for them."
        return Finding("attorneys", "warning", sentence, hint)
    return Finding("attorneys", "well", "Every open window has an attorney.")


def check_deputies(session: Session, today: date) -> Finding:
    """Whether whoever is asked in somebody's place is here and may take dates on."""
    asked = aliased(Person)
    named = select(Person.id).join(asked, or_(asked.id == Person.deputy_id, asked.id == Person.supervisor_id))
    unable = or_(asked.role.not_in(ABLE), asked.active.is_(False))
    named = named.where(Person.active.is_(True), unable)
    away = select(Absence.person_id).join(asked, asked.id == Absence.deputy_id)
    away = away.where(Absence.until_on >= today, Absence.from_on <= Absence.until_on, unable)
    count = len({*session.scalars(named), *session.scalars(away)})
    if count:
        hint = "`deadlines person deputy` and `person absent` name somebody who may; `person list` shows the roles."
        sentence = f"In the place of {count} people somebody is asked who has left, or whose role may take no date on."
        return Finding("deputies", "warning", sentence, hint)
    return Finding("deputies", "well", "Whoever is asked in somebody's place is here and may take dates on.")
