"""Who works on a matter besides its attorney, and named groups of people: whose dates a calendar shows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import end_lost_answers
from deadlines.docket.handed import ask_attorneys
from deadlines.docket.leaving import noted
from deadlines.docket.passing_steps import pass_steps
from deadlines.docket.scopes import works_on
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store import audit
from deadlines.store.spelling import as_kept
from deadlines.store.tables import Matter, MatterMember, Person, Team, TeamMember

if TYPE_CHECKING:
    from deadlines.docket.intake import Desk

TEAM_NAME_LENGTH = 60


def find_matter(session: Session, reference: str) -> Matter:
    """The matter with the firm's number; raises NotFound."""
    found = session.scalars(select(Matter).where(Matter.reference == as_kept(reference))).one_or_none()
    if found is None:
        raise NotFound(f"No matter has the number '{reference}'.", advice="`deadlines list` shows the open ones.")
    return found


def require_on_matter(session: Session, matter: Matter, person: Person) -> None:
    """Raises Conflict unless the person is the matter's attorney or works on it."""
    query = select(Matter.id).where(Matter.id == matter.id, works_on(person.id))
    if session.scalar(query) is None:
        raise Conflict(
            f"{person.email} does not work on matter {matter.reference}.",
            advice="`deadlines matter assign` adds people to it.",
        )


def matters_of(session: Session, person: Person) -> Sequence[Matter]:
    """The matters that somebody is the attorney of or works on."""
    return session.scalars(select(Matter).where(works_on(person.id)).order_by(Matter.id)).all()


def leave_everything(session: Session, person: Person, *, now: datetime) -> None:
    """Somebody who leaves the firm works on nothing and is in no team any more, also if they come back."""
    with noted(session, lambda: matters_of(session, person), now=now):
        session.execute(delete(MatterMember).where(MatterMember.person_id == person.id))
        session.execute(delete(TeamMember).where(TeamMember.person_id == person.id))


def members(session: Session, matter: Matter) -> Sequence[Person]:
    """Who works on a matter besides its attorney, by name."""
    query = select(Person).join(MatterMember, MatterMember.person_id == Person.id)
    return session.scalars(query.where(MatterMember.matter_id == matter.id).order_by(Person.name)).all()


def join_matter(session: Session, matter: Matter, person: Person, *, actor: str, now: datetime) -> None:
    """Somebody works on a matter from now on. Raises Conflict for who has left or is on it already."""
    if not person.active:
        raise Conflict(f"{person.email} has left the firm.")
    if person.id == matter.attorney_id or session.get(MatterMember, (matter.id, person.id)) is not None:
        raise Conflict(f"{person.email} is on matter {matter.reference} already.")
    with noted(session, [matter], now=now):
        session.add(MatterMember(matter_id=matter.id, person_id=person.id, since=now))
    audit.record(session, at=now, actor=actor, action="matter.join", subject=matter.id, detail={"person": person.id})


def leave_matter(
    session: Session, desk: "Desk", matter: Matter, person: Person, *, actor: str, today: date, now: datetime
) -> None:
    """Somebody no longer works on a matter, and owns no open step of it. What they took on of it and may answer for no
    more is open again, and asked anew of its attorney; `today` is the firm's day.

    Raises NotFound for who was not on it, Conflict for its attorney.
    """
    if person.id == matter.attorney_id:
        raise Conflict(f"{person.email} is the attorney of matter {matter.reference} and answers for its dates.")
    member = session.get(MatterMember, (matter.id, person.id))
    if member is None:
        raise NotFound(f"{person.email} is not on matter {matter.reference}.")
    with noted(session, [matter], now=now):
        session.delete(member)
    pass_steps(session, desk, matter, before=person, actor=actor, now=now)
    ask_attorneys(session, end_lost_answers(session, person, today=today, now=now, of=Matter.id == matter.id), now)
    audit.record(session, at=now, actor=actor, action="matter.leave", subject=matter.id, detail={"person": person.id})


def add_team(session: Session, name: str, *, actor: str, now: datetime) -> Team:
    """A new team. Raises InputError for an unusable name, Conflict where there is one of that name."""
    name = as_kept(name)
    if not name or len(name) > TEAM_NAME_LENGTH or not name.isprintable():
        raise InputError(f"A team needs a name of 1 to {TEAM_NAME_LENGTH} plain characters.")
    if _called(session, name) is not None:
        raise Conflict(f'There is a team "{name}" already.', advice="`deadlines team list` shows it.")
    team = Team(name=name, created_at=now)
    session.add(team)
    session.flush()
    audit.record(session, at=now, actor=actor, action="team.add", subject=team.id, detail={})
    return team


def find_team(session: Session, name: str) -> Team:
    """The team of that name; raises NotFound."""
    found = _called(session, name)
    if found is None:
        raise NotFound(f'There is no team "{name}".', advice="`deadlines team list` shows them.")
    return found


def _called(session: Session, name: str) -> Team | None:
    """The team of that name, in whatever capitals and Unicode form either is written: teams are few."""
    wanted = as_kept(name).lower()
    found = session.scalars(select(Team).order_by(Team.created_at, Team.id))
    return next((team for team in found if as_kept(team.name).lower() == wanted), None)


def join_team(session: Session, team: Team, person: Person, *, actor: str, now: datetime) -> None:
    """Somebody belongs to a team from now on. Raises Conflict for who has left or belongs to it already."""
    if not person.active:
        raise Conflict(f"{person.email} has left the firm.")
    if session.get(TeamMember, (team.id, person.id)) is not None:
        raise Conflict(f'{person.email} is in team "{team.name}" already.')
    with noted(session, lambda: matters_of(session, person), now=now):
        session.add(TeamMember(team_id=team.id, person_id=person.id, since=now))
    audit.record(session, at=now, actor=actor, action="team.join", subject=team.id, detail={"person": person.id})


def leave_team(session: Session, team: Team, person: Person, *, actor: str, now: datetime) -> None:
    """Somebody no longer belongs to a team. Raises NotFound for who did not."""
    member = session.get(TeamMember, (team.id, person.id))
    if member is None:
        raise NotFound(f'{person.email} is not in team "{team.name}".')
    with noted(session, lambda: matters_of(session, person), now=now):
        session.delete(member)
    audit.record(session, at=now, actor=actor, action="team.leave", subject=team.id, detail={"person": person.id})


def list_teams(session: Session) -> list[tuple[Team, list[Person]]]:
    """Every team with its people, by name."""
    teams = session.scalars(select(Team).order_by(func.lower(Team.name))).all()
    query = select(TeamMember.team_id, Person).join(Person, Person.id == TeamMember.person_id).order_by(Person.name)
    people = session.execute(query).all()
    return [(team, [person for team_id, person in people if team_id == team.id]) for team in teams]
