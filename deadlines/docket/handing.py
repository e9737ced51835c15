"""A matter goes to another attorney: with it the reminders that wait, and the calendars of who leaves it. Or all that
is open for somebody goes to another person."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from deadlines.docket import letters
from deadlines.docket.absences import require_cover
from deadlines.docket.acknowledging import end_answers_of
from deadlines.docket.answerable import require_able, require_attorney
from deadlines.docket.attorneys import HAND_OVER
from deadlines.docket.endings import end_of_matter
from deadlines.docket.handed import ask_anew, ask_in_place, tell_successor, unanswered, unanswered_for_others
from deadlines.docket.leaving import hold_matters, noted
from deadlines.docket.passing import end_refused_escalations, pass_on
from deadlines.docket.passing_steps import pass_unseen_steps
from deadlines.docket.teams import matters_of
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.tables import Absence, Entry, Matter, MatterMember, Milestone, Person, Reminder

TAKEN_OVER = """\
{matter} is yours from now on: {count}, and you are reminded of each.

{how} look at the nearest ones today.
"""
BY_PAGE = """\
{pages}/matter/{id}

Open it, and"""
BY_COMMAND = "`deadlines list` shows them;"


def hand_over(session: Session, matter: Matter, to: Person, *, actor: str, now: datetime, pages: str = "") -> int:
    """Make somebody the attorney of a matter, and tell them by mail; how many open entries they answer for now.

    What was urgently asked of the attorney before and nobody else has taken on is asked of them at once, and so is what
    did not reach the attorney before; what another has taken on is asked when that ends (`ended_answers`). What did not
    reach who was asked in the attorney's place goes to nobody any more. Whoever was it is on the matter no more, and
    calendars of theirs that show that matter only end. `pages`: where the mail links to; empty: nowhere.

    Raises Conflict for who is its attorney already, and as `require_attorney`.
    """
    require_attorney(to)
    if to.id == matter.attorney_id:
        raise Conflict(f"{to.email} is the attorney of matter {matter.reference} already.")
    before = matter.attorney
    with noted(session, [matter], now=now):
        give(session, [matter], to)
    theirs = Reminder.entry_id.in_(select(Entry.id).where(Entry.matter_id == matter.id))
    end_answers_of(session, before, matter, now)
    asked = unanswered(session, before, [matter.id], now)
    pass_on(session, before, to, now, theirs)
    end_refused_escalations(session, now, theirs)
    ask_anew(session, asked, to, now)
    _pass_steps(session, matter, before, to)
    _end(session, matter, before, to, actor, now)
    count = _open(session, matter)
    _tell(session, matter, to, count, pages, now)
    return count


def hand_all_over(
    session: Session, person: Person, to: Person, *, actor: str, today: date, now: datetime, pages: str = ""
) -> int:
    """Make somebody the attorney of all matters of a person, also of closed ones, and give them the reminders that wait
    and the open milestones; for whom the person stands in and covers, they do. Steps of restricted matters that they do
    not see go to these matters' attorneys. How many matters that were.

    They are told by mail with what comes next from `today`, and asked at once what was urgently asked of the person, as
    attorney or in the place of one, and has no answer. `pages` as for `hand_over`.

    Raises InputError for the person, and for who has left or could not carry it, Conflict for who is away when they
    would cover.
    """
    if to is person or not to.active:
        raise InputError("The successor must be another, active person.")
    require_cover(session, person, to, today)
    hold_matters(session, lambda: matters_of(session, person))  # before anything of this is written down
    matters = session.scalars(select(Matter).where(Matter.attorney_id == person.id)).all()
    require_attorney(to) if matters else require_able(to, "successor")
    _stand_in_for(session, person, to)
    with noted(session, matters, now=now):
        give(session, matters, to)
    for matter in matters:
        _end(session, matter, person, to, actor, now)
    ids = [matter.id for matter in matters]
    asked, for_others = unanswered(session, person, ids, now), unanswered_for_others(session, person, now)
    pass_unseen_steps(session, person, to, pages=pages, now=now)
    pass_on(session, person, to, now)
    ask_anew(session, asked, to, now)
    ask_in_place(session, for_others, to, now)
    steps = update(Milestone).where(Milestone.owner_id == person.id, Milestone.state == "open")
    moved = session.scalars(steps.values(owner_id=to.id).returning(Milestone.id)).all()
    tell_successor(session, person, to, ids, moved, today=today, pages=pages, now=now)
    return len(matters)


def _end(session: Session, matter: Matter, before: Person, to: Person, actor: str, now: datetime) -> None:
    """The calendars of that matter end for whoever was its attorney, and the trail says whose it is now."""
    end_of_matter(session, before, matter.id, actor=actor, now=now)
    detail = {"from": before.id, "to": to.id}
    audit.record(session, at=now, actor=actor, action=HAND_OVER, subject=matter.id, detail=detail)


def _stand_in_for(session: Session, person: Person, to: Person) -> None:
    """For whoever the person stands in or covers, the other does; nobody stands in for themselves."""
    for place in (Person.deputy_id, Person.supervisor_id):
        theirs = update(Person).where(place == person.id)
        session.execute(theirs.where(Person.id != to.id).values({place: to.id}))
        session.execute(theirs.where(Person.id == to.id).values({place: None}))
    covered = update(Absence).where(Absence.deputy_id == person.id, Absence.person_id != to.id)
    session.execute(covered.values(deputy_id=to.id))


def give(session: Session, matters: Sequence[Matter], to: Person) -> None:
    """Somebody is the attorney of these matters, and no longer one who works beside."""
    for matter in matters:
        matter.attorney_id, matter.attorney = to.id, to
        beside = MatterMember.matter_id == matter.id, MatterMember.person_id == to.id
        session.execute(delete(MatterMember).where(*beside))


def _pass_steps(session: Session, matter: Matter, before: Person, to: Person) -> None:
    """What was the attorney's to do on the way to a filing is now the other's, also once an entry is reopened; what
    others do stays theirs."""
    theirs = select(Entry.id).where(Entry.matter_id == matter.id)
    not_done = Milestone.owner_id == before.id, Milestone.state != "done", Milestone.entry_id.in_(theirs)
    session.execute(update(Milestone).where(*not_done).values(owner_id=to.id))


def _open(session: Session, matter: Matter) -> int:
    theirs = Entry.matter_id == matter.id, Entry.status == "open"
    return session.scalar(select(func.count()).select_from(Entry).where(*theirs)) or 0


def _tell(session: Session, matter: Matter, to: Person, count: int, pages: str, now: datetime) -> None:
    what = "A matter" if matter.restricted else f"Matter {matter.reference}"
    dates = "one open date" if count == 1 else f"{count} open dates"
    letters.queue(
        session,
        key=f"hand-over/{matter.id}/{now.isoformat(timespec='seconds')}",
        person=to,
        subject=f"{what} is yours now, with {dates}",
        # A link by the id alone tells nothing, and whoever opens it has signed in.
        text=TAKEN_OVER.format(
            matter=what, count=dates, how=(BY_PAGE if pages else BY_COMMAND).format(pages=pages, id=matter.id)
        ),
        now=now,
    )
