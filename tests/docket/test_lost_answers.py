"""An answer ends with the right to give it, and its attorney is asked at once; on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.acknowledging import acknowledge
from deadlines.docket.auditor import audit_entries
from deadlines.docket.endings import off_matter
from deadlines.docket.escalation import escalate
from deadlines.docket.new_roles import amend_role
from deadlines.docket.people import set_deputies
from deadlines.docket.teams import join_matter
from deadlines.store.tables import Acknowledgement, Person, Reminder
from tests.docket import desks, samples
from tests.docket.test_handed import DAY, HOUR, LAID, LAST_DAY, NOW, RULE, Firm, all_leave

ANSWERED = NOW + 10 * timedelta(minutes=1)


class Team(Firm):
    """Max works on Ana's matter, of which the last mail went out this morning, and has taken its date on; Carla is
    Ana's deputy."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.max = samples.person(session, "Max", role="paralegal")
        set_deputies(
            session,
            self.ana,
            deputy=self.carla.email,
            supervisor=None,
            actor="t",
            now=samples.ENTERED,
            today=samples.ENTERED.date(),
        )
        join_matter(session, self.matter, self.max, actor="t", now=samples.ENTERED)
        self.take_on(self.max)

    def take_on(self, by: Person) -> None:
        acknowledge(self.session, self.entry, by, now=NOW, lasts=DAY, zone=samples.ZONE)

    def off(self, who: Person) -> None:
        off_matter(self.session, desks.desk(), self.matter, who, actor="t", today=LAST_DAY, now=ANSWERED)

    def role(self, who: Person, role: str) -> None:
        amend_role(self.session, who, role, actor="t", today=LAST_DAY, now=ANSWERED)

    def taken(self) -> bool:
        """Whether an answer still holds."""
        return self.session.scalar(select(Acknowledgement.id).where(Acknowledgement.until > ANSWERED)) is not None

    def again(self) -> list[tuple[str, str]]:
        """What Ana is asked again, and what became of it."""
        query = select(Reminder).where(Reminder.person_id == self.ana.id, Reminder.due_at == ANSWERED)
        return [(row.rung, row.state) for row in self.session.scalars(query)]


@pytest.fixture
def team(session: Session) -> Team:
    return Team(session)


def off(team: Team) -> None:
    team.off(team.max)


def no_role(team: Team) -> None:
    team.role(team.max, "auditor")


@pytest.mark.parametrize("act", [off, no_role])
def test_whoever_may_answer_no_more_leaves_nothing_taken_on(team: Team, act: Callable[[Team], None]) -> None:
    """The attorney is asked at once, and her deputy after the wait, which begins anew."""
    act(team)
    assert not team.taken()
    assert team.again() == [("last-0-again-1", "planned")]
    all_leave(team, ANSWERED)
    assert [row.person_id for row in escalate(team.session, RULE, now=ANSWERED + 4 * HOUR)] == [team.carla.id]
    all_leave(team, ANSWERED + 4 * HOUR)
    found = audit_entries(team.session, LAID, [team.entry.id], now=ANSWERED + 6 * HOUR)
    assert [one for one in found if one.due_at >= NOW] == []


def test_who_kept_the_docket_and_does_so_no_more_has_taken_on_nothing_of_others(team: Team) -> None:
    team.off(team.max)
    dora = samples.person(team.session, "Dora", role="docket")
    team.take_on(dora)
    team.role(dora, "paralegal")
    assert not team.taken()


def deputy(team: Team) -> None:
    set_deputies(team.session, team.ana, deputy=team.max.email, supervisor=None, actor="t", now=NOW, today=NOW.date())
    team.off(team.max)


def clerk(team: Team) -> None:
    team.role(team.max, "docket")
    team.off(team.max)


def other_role(team: Team) -> None:
    team.role(team.max, "attorney")


@pytest.mark.parametrize("act", [deputy, clerk, other_role])
def test_what_somebody_may_still_answer_for_stays_taken_on(team: Team, act: Callable[[Team], None]) -> None:
    act(team)
    assert team.taken()
    assert team.again() == []


def test_of_other_matters_an_answer_holds(team: Team) -> None:
    other = samples.matter(team.session, team.ana, "M-2")
    join_matter(team.session, other, team.max, actor="t", now=samples.ENTERED)
    off_matter(team.session, desks.desk(), other, team.max, actor="t", today=LAST_DAY, now=ANSWERED)
    assert team.taken()
