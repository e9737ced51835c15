"""Whose dates a calendar shows, and which: scopes, filters, restricted matters, on both databases."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy.orm import Session

from deadlines.docket import feeds, subscriptions, teams
from deadlines.docket.endings import condition, off_matter
from deadlines.docket.renderings import render_entry
from deadlines.docket.subscriptions import Choice
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.tables import Entry, Matter, Person, Subscription, Team
from tests.docket import desks, samples
from tests.reading import events_of

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Firm:
    """Ana and Ben with a matter each, one of Ana's restricted; Paula, a paralegal; Dora keeps the docket."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ana, self.ben = (samples.person(session, name) for name in ("Ana", "Ben"))
        self.paula = samples.person(session, "Paula", role="paralegal")
        self.dora = samples.person(session, "Dora", role="docket")
        self.a, self.b = samples.matter(session, self.ana, "A-1"), samples.matter(session, self.ben, "B-1")
        self.secret = samples.matter(session, self.ana, "S-1", restricted=True)
        for matter in (self.a, self.b, self.secret):
            self.put(matter)

    def put(self, matter: Matter, **changes: Any) -> Entry:
        entry, deadline = samples.entry(self.session, matter, samples.window(**changes))
        render_entry(self.session, entry, deadline, now=samples.ENTERED)
        return entry

    def subscribe(self, person: Person, **choice: Any) -> Subscription:
        made, _ = subscriptions.add_subscription(
            self.session, person, "x", choice=Choice(**choice), actor="test", now=samples.ENTERED
        )
        return made

    def seen(self, person: Person, **choice: Any) -> set[str]:
        return self.matters(self.subscribe(person, **choice))

    def matters(self, subscription: Subscription) -> set[str]:
        shown = [event for event in self.events(subscription) if event.get("STATUS") != "CANCELLED"]
        return {str(event["SUMMARY"]).split(" – ")[1][:3] for event in shown}

    def events(self, subscription: Subscription) -> list[Any]:
        body = feeds.feed_body(self.session, subscription, today=TODAY)
        return [event for event in events_of(body) if "connected" not in event["SUMMARY"]]


@pytest.fixture
def firm(session: Session) -> Firm:
    return Firm(session)


def test_the_default_is_the_own_matters_and_for_the_docket_the_firm(firm: Firm) -> None:
    assert firm.seen(firm.ana) == {"A-1"}
    assert firm.seen(firm.paula) == set()
    assert firm.seen(firm.dora) == {"A-1", "B-1"}
    assert firm.seen(firm.ana, scope="firm") == {"A-1", "B-1"}
    assert firm.seen(firm.dora, scope="own") == set()


def test_who_works_on_a_matter_sees_it(firm: Firm) -> None:
    subscription = firm.subscribe(firm.paula)
    teams.join_matter(firm.session, firm.b, firm.paula, actor="t", now=NOW)
    assert firm.matters(subscription) == {"B-1"}
    teams.leave_matter(firm.session, desks.desk(), firm.b, firm.paula, actor="t", today=TODAY, now=NOW)
    assert firm.matters(subscription) == set()


def test_one_matter_only_for_who_works_on_it(firm: Firm) -> None:
    assert firm.seen(firm.ana, scope="matter", matter=firm.a) == {"A-1"}
    assert firm.seen(firm.dora, scope="matter", matter=firm.b) == {"B-1"}
    with pytest.raises(Conflict, match="does not work on matter B-1"):
        firm.subscribe(firm.paula, scope="matter", matter=firm.b)


def test_the_calendar_of_one_matter_ends_for_who_leaves_it(firm: Firm) -> None:
    teams.join_matter(firm.session, firm.b, firm.paula, actor="t", now=NOW)
    one, own = firm.subscribe(firm.paula, scope="matter", matter=firm.b), firm.subscribe(firm.paula)
    assert off_matter(firm.session, desks.desk(), firm.b, firm.paula, actor="t", today=TODAY, now=NOW) == 1
    assert (condition(one, NOW), one.ending, condition(own, NOW)) == ("ended", "left", "live")


def test_a_team_shows_the_matters_of_its_people(firm: Firm) -> None:
    team = teams.add_team(firm.session, "Removal", actor="t", now=NOW)
    subscription = firm.subscribe(firm.paula, scope="team", team=team)
    assert firm.matters(subscription) == set()
    teams.join_team(firm.session, team, firm.ben, actor="t", now=NOW)
    assert firm.matters(subscription) == {"B-1"}
    teams.join_team(firm.session, team, firm.paula, actor="t", now=NOW)
    teams.join_matter(firm.session, firm.a, firm.paula, actor="t", now=NOW)
    assert firm.matters(subscription) == {"A-1", "B-1"}
    teams.leave_team(firm.session, team, firm.ben, actor="t", now=NOW)
    assert firm.matters(subscription) == {"A-1"}


def test_teams_and_matters_refuse_what_makes_no_sense(firm: Firm) -> None:
    team = teams.add_team(firm.session, "Removal", actor="t", now=NOW)
    with pytest.raises(Conflict):
        teams.add_team(firm.session, " removal ", actor="t", now=NOW)
    accented = teams.add_team(firm.session, "Équipe", actor="t", now=NOW)
    assert teams.find_team(firm.session, "ÉQUIPE") is accented
    with pytest.raises(Conflict):
        teams.add_team(firm.session, unicodedata.normalize("NFD", "équipe"), actor="t", now=NOW)
    with pytest.raises(InputError):
        teams.add_team(firm.session, "", actor="t", now=NOW)
    with pytest.raises(NotFound):
        teams.leave_team(firm.session, team, firm.ana, actor="t", now=NOW)
    with pytest.raises(NotFound):
        teams.leave_matter(firm.session, desks.desk(), firm.a, firm.ben, actor="t", today=TODAY, now=NOW)
    with pytest.raises(Conflict):
        teams.leave_matter(firm.session, desks.desk(), firm.a, firm.ana, actor="t", today=TODAY, now=NOW)
    with pytest.raises(Conflict):
        teams.join_matter(firm.session, firm.a, firm.ana, actor="t", now=NOW)


@pytest.mark.parametrize(
    "choice",
    [
        {"scope": "matter"},
        {"scope": "team"},
        {"scope": "firm", "restricted": True},
        {"redaction": "all"},
        {"fatal_only": True, "reminders": True},
        {"expires_at": NOW - timedelta(days=365)},
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(firm: Firm, choice: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        firm.subscribe(firm.ana, **choice)


def test_restricted_matters_only_for_who_works_on_them_and_asked(firm: Firm) -> None:
    assert firm.seen(firm.ana, restricted=True) == {"A-1", "S-1"}
    with pytest.raises(InputError, match="its calendar would stay empty"):
        firm.subscribe(firm.ana, scope="matter", matter=firm.secret)
    assert firm.seen(firm.ana, scope="matter", matter=firm.secret, restricted=True) == {"S-1"}
    assert firm.seen(firm.ben, restricted=True) == {"B-1"}
    with pytest.raises(InputError):
        firm.subscribe(firm.dora, restricted=True)
    with pytest.raises(Conflict):
        firm.subscribe(firm.dora, scope="matter", matter=firm.secret, restricted=True)


def test_no_calendar_names_the_client_of_a_restricted_matter(firm: Firm) -> None:
    firm.secret.client, firm.a.client = "Canary", "Garcia"
    shown = firm.subscribe(firm.ana, restricted=True, redaction="full", reminders=True)
    body = feeds.feed_body(firm.session, shown, today=TODAY).decode().replace("\r\n ", "")
    assert "Garcia" in body
    assert "S-1" in body
    assert "Canary" not in body


def test_only_some_remedies(firm: Firm) -> None:
    firm.put(firm.a, rule="b", remedy="motion to reopen", title="Motion to reopen")
    firm.put(firm.a, rule="c", remedy="motion", title="Motion")
    firm.put(firm.a, rule="d", remedy="motionless", title="Motionless")

    def titles(*words: str) -> set[str]:
        found = firm.events(firm.subscribe(firm.ana, remedies=words))
        return {str(event["SUMMARY"]).split(": ")[1].split(" – ")[0].removeprefix("I-290B ") for event in found}

    assert titles("motion") == {"motion to reopen", "motion"}
    assert titles("motion to reopen") == {"motion to reopen"}
    assert titles("motionless", "motion to reopen") == {"motion to reopen", "motionless"}
    assert titles("mot") == set()


def test_only_fatal_dates_and_no_protective_ones(firm: Firm) -> None:
    firm.put(firm.b, rule="p", safe_by=date(2026, 11, 10), last_day=date(2026, 11, 10), protective_by=date(2026, 11, 5))

    def days(**choice: Any) -> list[str]:
        found = firm.events(firm.subscribe(firm.ben, **choice))
        return [f"{str(event['SUMMARY']).split(':')[0]} {event['DTSTART'].dt:%d}" for event in found]

    assert days() == ["PROTECTIVE DATE 05", "FILE BY AND LAST DAY 10", "FILE BY 20", "LAST DAY 25"]
    assert days(fatal_only=True) == ["PROTECTIVE DATE 05", "FILE BY AND LAST DAY 10", "LAST DAY 25"]
    assert days(fatal_only=True, protective=False) == ["FILE BY AND LAST DAY 10", "LAST DAY 25"]
    assert days(protective=False) == ["FILE BY AND LAST DAY 10", "FILE BY 20", "LAST DAY 25"]


def test_filters_and_scopes_change_the_state(firm: Firm) -> None:
    def state(**choice: Any) -> str:
        return feeds.feed_state(firm.session, firm.subscribe(firm.ana, **choice), today=TODAY)

    made = [state(), state(fatal_only=True), state(scope="firm"), state(restricted=True), state(redaction="busy")]
    assert len(set(made)) == len(made)


def test_no_two_sets_of_dates_have_the_same_state(firm: Firm) -> None:
    """Sums and sums of squares of 1, 5, 6 and of 2, 3, 7 are the same: the ids themselves must count."""
    teams.join_matter(firm.session, firm.a, firm.paula, actor="t", now=NOW)
    for number in range(5):
        firm.put(firm.a if number in (2, 3) else firm.b, rule=f"r{number}")
    subscription = firm.subscribe(firm.paula)
    before = feeds.feed_state(firm.session, subscription, today=TODAY)
    teams.leave_matter(firm.session, desks.desk(), firm.a, firm.paula, actor="t", today=TODAY, now=NOW)
    teams.join_matter(firm.session, firm.b, firm.paula, actor="t", now=NOW)
    assert feeds.feed_state(firm.session, subscription, today=TODAY) != before


@pytest.mark.parametrize("kept", ["NFC", "NFD"])
def test_a_team_is_found_however_its_name_is_typed_and_was_kept(firm: Firm, kept: Literal["NFC", "NFD"]) -> None:
    firm.session.add(Team(name=unicodedata.normalize(kept, "Équipe"), created_at=NOW))
    firm.session.flush()
    for typed in ("Équipe", unicodedata.normalize("NFD", "équipe"), " ÉQUIPE "):
        assert unicodedata.normalize("NFC", teams.find_team(firm.session, typed).name) == "Équipe"
    with pytest.raises(Conflict):
        teams.add_team(firm.session, "équipe", actor="t", now=NOW)
    with pytest.raises(NotFound):
        teams.find_team(firm.session, "é" * 20_000)


def test_a_restricted_matter_is_not_named_by_its_calendar(firm: Firm) -> None:
    subscription = firm.subscribe(firm.ana, scope="matter", matter=firm.a)
    firm.a.restricted = True
    firm.session.flush()
    assert b"A-1" not in feeds.feed_body(firm.session, subscription, today=TODAY)
