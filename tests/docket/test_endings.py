"""One-time links and the ends of calendar addresses, on both databases."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from deadlines.docket import endings, subscriptions
from deadlines.docket.addresses import address_view, addresses, find_address
from deadlines.docket.people import deactivate_person
from deadlines.docket.subscriptions import CLAIM_FOR, Choice, Fetches
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.tables import Person, Subscription
from tests.docket import samples

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def subscribe(session: Session, person: Person, **choice: Any) -> tuple[Subscription, str]:
    return subscriptions.add_subscription(session, person, "Phone", choice=Choice(**choice), actor="t", now=NOW)


def invite(session: Session, person: Person) -> tuple[Subscription, str]:
    return subscriptions.invite(session, person, "Phone", actor="t", now=NOW)


# -- one-time links ------------------------------------------------------------------------------------------


def test_a_link_makes_the_address_when_it_is_opened_and_only_then(session: Session, ana: Person) -> None:
    subscription, code = invite(session, ana)
    assert re.fullmatch(r"dlc_[A-Za-z0-9_-]{43}", code)
    assert subscriptions.find_by_hash(session, subscription.token_hash) is None
    opened, token = subscriptions.claim(session, code, now=NOW + CLAIM_FOR - timedelta(seconds=1))
    assert opened is subscription
    assert subscriptions.find_subscription(session, token) is subscription
    assert subscription.hint == token[4:10]


def test_a_link_opens_once(session: Session, ana: Person) -> None:
    _, code = invite(session, ana)
    _, token = subscriptions.claim(session, code, now=NOW)
    with pytest.raises(NotFound):
        subscriptions.claim(session, code, now=NOW)
    assert subscriptions.find_subscription(session, token) is not None


@pytest.mark.parametrize("why", ["too old", "revoked", "left", "misspelt", "a token", "nothing"])
def test_every_dead_link_is_the_same(session: Session, ana: Person, why: str) -> None:
    subscription, code = invite(session, ana)
    moment = NOW
    if why == "too old":
        moment += CLAIM_FOR
    elif why == "revoked":
        endings.end_subscription(session, subscription, "revoked", actor="t", now=NOW)
    elif why == "left":
        ana.active = False
    else:
        code = {"misspelt": code[:-1], "a token": subscribe(session, ana)[1], "nothing": ""}[why]
    session.flush()
    with pytest.raises(NotFound, match="This link has been used or is too old"):
        subscriptions.claim(session, code, now=moment)


def test_a_hint_can_be_typed_as_it_is(session: Session, ana: Person) -> None:
    hints = {subscribe(session, ana)[0].hint for _ in range(300)}
    assert all(hint.isalnum() and len(hint) == 6 for hint in hints)


# -- rotation ------------------------------------------------------------------------------------------------


def test_rotation_makes_an_address_that_shows_the_same_and_ends_the_old_one(session: Session, ana: Person) -> None:
    choice = {"redaction": "busy", "remedies": ("motion",), "fatal_only": True, "protective": False}
    old, old_token = subscribe(session, ana, **choice, whole=True, restricted=True)
    new, token = endings.rotate(session, old, actor="t", now=NOW)
    same = ("person_id", "label", "scope", "redaction", "remedies", "fatal_only", "reminders", "protective")
    assert {name: getattr(new, name) for name in same} == {name: getattr(old, name) for name in same}
    assert (new.whole, new.restricted, old.replaced_by) == (True, True, new.id)
    assert subscriptions.find_subscription(session, token) is new
    assert subscriptions.find_subscription(session, old_token) is old
    assert [endings.condition(row, NOW) for row in (old, new)] == ["ended", "live"]
    with pytest.raises(Conflict, match="has ended"):
        endings.rotate(session, old, actor="t", now=NOW)


def test_rotation_by_link_gives_no_token_before_the_link_is_opened(session: Session, ana: Person) -> None:
    old, _ = subscribe(session, ana)
    new, code = endings.rotate(session, old, actor="t", now=NOW, by_link=True)
    opened, _ = subscriptions.claim(session, code, now=NOW)
    assert opened is new


# -- ends ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "days", "expected"),
    [
        ("revoked", 0, "ended"),
        ("rotated", 13, "ended"),
        ("left", 14, "gone"),
        ("leaked", 0, "gone"),
    ],
)
def test_how_an_address_stands_after_its_end(session: Session, ana: Person, why: Any, days: int, expected: str) -> None:
    subscription, _ = subscribe(session, ana)
    endings.end_subscription(session, subscription, why, actor="t", now=NOW)
    assert endings.condition(subscription, NOW + timedelta(days=days)) == expected


def test_a_leak_closes_also_what_has_ended(session: Session, ana: Person) -> None:
    subscription, _ = subscribe(session, ana)
    endings.end_subscription(session, subscription, "rotated", actor="t", now=NOW)
    endings.end_subscription(session, subscription, "leaked", actor="t", now=NOW + timedelta(days=1))
    assert (subscription.ending, endings.condition(subscription, NOW)) == ("leaked", "gone")


def test_who_leaves_takes_along_the_addresses_and_each_says_so(session: Session, ana: Person) -> None:
    ben = samples.person(session, "Ben")
    subscription, _ = subscribe(session, ana)
    deactivate_person(session, ana, successor=ben, actor="t", today=NOW.date(), now=NOW)
    assert (subscription.ending, endings.condition(subscription, NOW)) == ("left", "ended")
    assert b"no longer works" in endings.end_body(subscription, NOW).replace(b"\r\n ", b"")


def test_an_address_changes_by_itself_only_where_a_day_was_set(session: Session, ana: Person) -> None:
    plain, _ = subscribe(session, ana)
    until = NOW + timedelta(days=3)
    dated, _ = subscribe(session, ana, expires_at=until)
    assert endings.next_change(plain, NOW) is None
    assert endings.next_change(dated, NOW) == until
    assert endings.next_change(dated, until) == until + timedelta(days=endings.NOTICE_DAYS)
    assert endings.next_change(dated, until + timedelta(days=99)) is None


# -- what is told of them ------------------------------------------------------------------------------------


def test_what_is_listed_of_each(session: Session, ana: Person) -> None:
    live, _ = subscribe(session, ana, redaction="full", remedies=("motion", "appeal"), reminders=True)
    waits, _ = invite(session, ana)
    gone, _ = subscribe(session, ana)
    endings.end_subscription(session, gone, "leaked", actor="t", now=NOW)
    subscriptions.record_fetches(session, {live.id: Fetches(7, NOW, "Google-Calendar-Importer")})
    session.expire_all()
    seen = {row.id: row for row in addresses(session, now=NOW, today=NOW.date(), ended=True)}
    assert [seen[row.id].state for row in (live, waits, gone)] == ["live", "waits", "gone"]
    assert seen[live.id].shows == "own matters, only appeal, motion, with reminders"
    assert (seen[live.id].program, seen[live.id].fetches) == ("Google Calendar", 7)
    assert gone.id not in {row.id for row in addresses(session, now=NOW, today=NOW.date())}
    live.silent_at = NOW
    assert address_view(session, live, now=NOW, today=NOW.date()).state == "silent"


def test_an_address_is_found_by_id_its_beginning_or_its_hint(session: Session, ana: Person) -> None:
    subscription, _ = subscribe(session, ana)
    for name in (subscription.id, subscription.id[:8], subscription.id[:8].upper(), subscription.hint):
        assert find_address(session, name) is subscription
    other, _ = subscribe(session, ana)
    other.hint = subscription.hint
    session.flush()
    with pytest.raises(InputError):
        find_address(session, subscription.hint)
    for unknown in ("", "abc", "zzzz-nobody"):
        with pytest.raises(NotFound):
            find_address(session, unknown)
