"""Webhooks out, by real https: whatever happens is told at least once, in ids and dates, to who may know."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.daemon import Scheduler
from deadlines.docket import (
    closing,
    deliveries,
    handing,
    incoming,
    moves,
    people,
    proposals,
    restricting,
    webhooks,
)
from deadlines.docket.alarms import untold
from deadlines.docket.events import OF_ACTIONS
from deadlines.docket.intake import record_notice
from deadlines.docket.mailroom import MailRoom
from deadlines.docket.moves import Because
from deadlines.docket.records import Proof
from deadlines.docket.webhooks import GIVE_UP, check_webhooks
from deadlines.errors import ConfigError, SendError
from deadlines.notify.outbound import Outbound
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Delivery, Entry, Matter, Person, Webhook
from deadlines.store.vault import Vault
from tests.daemon.parts import Collector, sweeps, until
from tests.docket import desks, samples
from tests.docket.samples import ZONE
from tests.notify.receivers import Handler, Receiver, answers, receiver, resets, silent
from tests.notify.servers import certificate
from tests.web.api_firm import NOW

VAULT = Vault(b"a key outside of the database")
Tls = tuple[ssl.SSLContext, ssl.SSLContext]


on_sqlite = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
"""Tests of what travels: the kind of database makes no difference to them."""


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def outside(tls: Tls) -> Iterator[Receiver]:
    with receiver(tls[0], answers(200)) as running:
        yield running


class Told:
    """A firm whose docket tells one receiver, and the sweep that does it."""

    def __init__(self, database: Database, outside: Receiver, tls: Tls) -> None:
        self.database, self.outside, self.now = database, outside, NOW
        self.outbound = Outbound(allowed=[outside.host], context=tls[1], longest=60)
        self.sweeps = sweeps(database, outbound=self.outbound, vault=VAULT)
        self.desk = desks.desk(actor="test")
        with database.write() as session:
            ana, ben, dora = desks.firm(session)
            self.people = {"Ana": ana.id, "Ben": ben.id, "Dora": dora.id}
            self.matter = samples.matter(session, ana, "A-1").id

    def hook(self, person: str = "Ana", *events: str, restricted: bool = False, url: str = "") -> str:
        with self.database.write() as session:
            who = session.get_one(Person, self.people[person])
            made, self.secret = webhooks.add_webhook(
                session,
                who,
                url or self.outside.url,
                events,
                vault=VAULT,
                restricted=restricted,
                actor="t",
                now=self.now,
            )
            return made.id

    def record(self, session: Session, form: str = "I-140") -> list[Entry]:
        notice = desks.DENIAL if form == "I-140" else msgspec.structs.replace(desks.DENIAL, form=form)
        matter = session.get_one(Matter, self.matter)
        made = record_notice(session, self.desk, matter, notice, now=self.now)
        return [entry for entry in made.entries if entry.status == "open"]

    def send(self) -> list[Any]:
        """What the receiver is told now, besides what it knew."""
        before = len(self.outside.requests)
        self.sweeps.send_events(self.now)
        return [json.loads(request.body) for request in self.outside.requests[before:]]

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def states(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))

    def view(self) -> webhooks.WebhookView:
        with self.database.read() as session:
            return webhooks.webhook_views(session, ended=True)[0]

    def alarms(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            return [(item.person.email, item.alarm.subject) for item in untold(session)]


@pytest.fixture
def told(database: Database, outside: Receiver, tls: Tls) -> Told:
    return Told(database, outside, tls)


def test_whatever_happens_is_told_in_ids_and_dates(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    told.hook()
    desks.give_what_waits(monkeypatch)
    with told.database.write() as session:
        ben, dora = (session.get_one(Person, told.people[name]) for name in ("Ben", "Dora"))
        filed, waived, moved = told.record(session)[:3]
        desks.verify(session, moved, ben, now=told.now)
        closing.file_entry(
            session, told.desk, filed, on=date(2026, 11, 2), proof=Proof(text="Canary"), by=ben, now=told.now
        )
        closing.reopen_entry(session, told.desk, filed, reason="Canary", by=ben, now=told.now)
        closing.waive_entry(session, told.desk, waived, reason="Canary", by=ben, now=told.now)
        earlier = desks.changed(session, moved, safe_by=date(2026, 11, 18))
        moves.move(session, told.desk, moved, earlier, Because(moved.notice, "Canary"), now=told.now)
        later = desks.changed(session, moved, last_day=date(2026, 11, 27), latest=date(2026, 11, 27))
        moves.move(session, told.desk, moved, later, Because(moved.notice, "Canary", ben), now=told.now)
        waiting = proposals.waiting_for(session, moved)
        assert waiting is not None
        proposals.accept(session, told.desk, waiting, dora, now=told.now)
        closing.strike_notice(session, told.desk, moved.notice, reason="Canary", by=ben, now=told.now)
        ids = {"moved": moved.id, "filed": filed.id, "notice": moved.notice_id}
    found = told.send()
    kinds = [event["type"] for event in found]
    assert kinds[:8] == [
        "notice.recorded",
        "entry.verified",
        "entry.filed",
        "entry.reopened",
        "entry.waived",
        "dates.moved",
        "dates.proposed",
        "dates.moved",
    ]
    assert set(kinds[8:]) == {"entry.struck", "notice.struck"}
    assert "canary" not in str(found).lower()
    first = found[0]["data"]
    assert (first["matter"], first["notice"]) == (told.matter, ids["notice"])
    assert {entry["dates"]["last_day"] for entry in first["entries"] if entry["dates"]["last_day"]}
    assert found[2]["data"]["closed_on"] == "2026-11-02"
    assert (found[2]["data"]["entry"], found[2]["timestamp"]) == (ids["filed"], "2026-11-02T15:00:00Z")
    assert found[5]["data"]["old"]["safe_by"] == "2026-11-20"
    assert found[6]["data"]["proposed"]["last_day"] == "2026-11-27"
    assert found[6]["data"]["proposal"] == found[7]["data"]["proposal"]
    assert (told.send(), set(told.states())) == ([], {"sent"})


def test_what_other_systems_of_the_firm_follow_is_told(told: Told) -> None:
    told.hook()
    room = MailRoom(ZONE, time(9), time(17), 1, lambda day: day.weekday() < 5)
    with told.database.write() as session:
        ben, dora = (session.get_one(Person, told.people[name]) for name in ("Ben", "Dora"))
        matter = session.get_one(Matter, told.matter)
        common: dict[str, Any] = {"received_on": None, "at": "mail", "by": ben, "now": told.now, "actor": "t"}
        homeless = incoming.register(session, room, "Canary", matter=None, **common)
        paper = incoming.register(session, room, "Canary", matter=matter, **common)
        entry = told.record(session)[0]
        incoming.docketed(session, paper, entry.notice, who=ben.id, now=told.now, actor="t")
        incoming.dismiss(session, homeless, reason="Canary", by=ben, now=told.now, actor="t")
        later = desks.changed(session, entry, last_day=date(2026, 11, 27), latest=date(2026, 11, 27))
        moves.move(session, told.desk, entry, later, Because(entry.notice, "Canary", ben), now=told.now)
        waiting = proposals.waiting_for(session, entry)
        assert waiting is not None
        proposals.ignore(session, told.desk, waiting, dora, reason="Canary", now=told.now)
        handing.hand_over(session, matter, samples.person(session, "Pat", "partner"), actor="t", now=told.now)
        expected = {"paper": paper.id, "proposal": waiting.id, "notice": entry.notice_id}
    found = told.send()
    assert [event["type"] for event in found] == [
        "paper.registered",
        "notice.recorded",
        "paper.docketed",
        "dates.proposed",
        "dates.ignored",
        "matter.handed-over",
    ]
    assert "canary" not in str(found).lower()
    assert found[2]["data"] == {"matter": told.matter, "paper": expected["paper"], "notice": expected["notice"]}
    assert found[4]["data"]["proposal"] == expected["proposal"]
    assert found[5]["data"] == {"matter": told.matter}


def test_the_secret_is_hidden_also_one_from_before(told: Told) -> None:
    hook = told.hook()
    with told.database.write() as session:
        kept = session.get_one(Webhook, hook).secret
        assert told.secret[6:] not in kept
        assert len(kept) <= 120
        session.get_one(Webhook, hook).secret = told.secret  # as earlier versions kept it
        told.record(session)
    assert len(told.send()) == 1
    with told.database.read() as session:
        kept = session.get_one(Webhook, hook).secret
        assert told.secret[6:] not in kept
        assert webhooks.secret_of(session.get_one(Webhook, hook), VAULT) == told.secret
        with pytest.raises(ConfigError):
            VAULT.show(kept, "somebody's second factor")


def test_a_lost_key_fails_the_webhook_and_holds_up_no_other(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)
    sweeps(told.database, outbound=told.outbound, vault=Vault(b"another key")).send_events(told.now)
    assert (told.outside.requests, told.view().state) == ([], "failing")
    assert "Restore the key" in told.view().why
    told.later(minutes=2)
    assert len(told.send()) == 1


def test_what_was_taken_goes_after_thirty_days_and_is_not_told_again(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)
    assert len(told.send()) == 1
    for days, left in ((29, 1), (2, 0)):
        told.later(days=days)
        with told.database.write() as session:
            deliveries.forget_old(session, told.now)
            assert len(session.scalars(select(Delivery.id)).all()) == left
    assert told.send() == []
    with told.database.read() as session:
        assert session.scalars(select(Audit.id).where(Audit.action == "notice.record")).one()


@on_sqlite
def test_every_event_is_signed_as_standard_webhooks_say(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)
    told.send()
    request = told.outside.requests[0]
    key = base64.b64decode(told.secret.removeprefix("whsec_"))
    assert len(key) == 32
    named = [request.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
    signed = f"{named[0]}.{named[1]}.".encode() + request.body
    assert named[2] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert int(named[1]) == int(NOW.timestamp())
    assert named[0].startswith("evt_")


@on_sqlite
def test_a_webhook_hears_what_it_asked_for_from_then_on(told: Told) -> None:
    with told.database.write() as session:
        entry = told.record(session)[0]
    told.hook("Ana", "entry.waived")
    with told.database.write() as session:
        ben = session.get_one(Person, told.people["Ben"])
        found = session.get_one(Entry, entry.id)
        closing.waive_entry(session, told.desk, found, reason="x", by=ben, now=told.now)
        closing.reopen_entry(session, told.desk, found, reason="x", by=ben, now=told.now)
    assert [event["type"] for event in told.send()] == ["entry.waived"]


@pytest.mark.parametrize(
    ("person", "restricted", "hears"), [("Ana", True, 1), ("Ana", False, 0), ("Ben", True, 0), ("Dora", True, 0)]
)
def test_of_restricted_matters_only_who_may_see_them_and_asks_is_told(
    told: Told, person: str, restricted: bool, hears: int
) -> None:
    told.hook(person, restricted=restricted)
    with told.database.write() as session:
        told.record(session, "I-918")  # a petition of a victim, which restricts its matter
    assert [event["type"] for event in told.send()] == ["notice.recorded"] * hears


def test_what_became_restricted_meanwhile_is_not_sent(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)
    with told.database.write() as session:
        assert not deliveries.write(session, webhooks.webhook_views(session)[0].id, told.now)
        restricting.restrict_matter(session, session.get_one(Matter, told.matter), actor="t", now=told.now)
    assert told.send() == []
    assert told.states() == ["cancelled"]


def test_an_event_is_repeated_with_the_same_id_and_bytes_until_it_is_taken(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)
    told.outside.becomes(resets)
    assert len(told.send()) == 1
    assert told.states() == ["uncertain"]
    assert told.send() == []  # it rests
    for minutes in (2, 3, 6):  # more than the pause, which also counts what the tries themselves took
        told.later(minutes=minutes)
        if minutes == 6:
            told.outside.becomes(answers(204))
        told.send()
    assert told.states() == ["sent"]
    assert len({(request.headers["webhook-id"], request.body) for request in told.outside.requests}) == 1
    assert len(told.outside.requests) == 4
    assert (told.view().state, told.view().why) == ("live", "")


def test_a_process_that_dies_between_sending_and_marking_repeats_the_same(told: Told, tls: Tls) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)

    def die(moment: str) -> None:
        if moment == "hooks.send.after":
            raise KeyboardInterrupt

    outbound = Outbound(allowed=[told.outside.host], context=tls[1])
    with pytest.raises(KeyboardInterrupt):
        sweeps(told.database, outbound=outbound, vault=VAULT, hook=die).send_events(told.now)
    assert (len(told.outside.requests), told.states()) == (1, ["leased"])
    assert told.send() == []  # it is the other process's while the lease holds
    told.later(minutes=3)
    told.send()
    assert told.states() == ["sent"]
    first, second = told.outside.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def test_one_that_fails_rests_is_told_of_and_given_up_and_hears_all_when_it_is_well(told: Told) -> None:
    hook = told.hook()
    told.outside.becomes(answers(500))
    with told.database.write() as session:
        told.record(session)
    begun = told.now
    while told.view().state != "dead":
        told.send()
        told.later(minutes=15)
        if told.now - begun > timedelta(minutes=40) and told.now - begun < timedelta(hours=2):
            told.later(days=4.8)  # nobody looks at night
    assert told.now - begun < GIVE_UP + timedelta(hours=2)
    host = told.outside.host
    words = ("takes nothing", "is given up")
    assert told.alarms() == [("dora@firm.test", f"The webhook to {host} {what}") for what in words]
    with told.database.read() as session:
        assert check_webhooks(session).state == "ill"
    told.outside.becomes(answers(200))
    with told.database.write() as session:
        told.record(session, "I-485")
    assert (told.send(), told.view().behind > 0) == ([], True)
    with told.database.write() as session:
        webhooks.note_taken(session, session.get_one(Webhook, hook), told.now)
    assert [event["type"] for event in told.send()] == ["notice.recorded"] * 2
    with told.database.read() as session:
        assert check_webhooks(session).state == "well"


@on_sqlite
def test_after_half_an_hour_of_failures_the_docket_role_is_told_once(told: Told) -> None:
    told.hook()
    told.outside.becomes(answers(404))
    with told.database.write() as session:
        told.record(session)
    for _ in range(5):
        told.send()
        told.later(minutes=16)
    assert told.alarms() == []
    for _ in range(4):
        told.send()
        told.later(minutes=16)
    host = told.outside.host
    assert told.alarms() == [("dora@firm.test", f"The webhook to {host} takes nothing")]
    assert told.view().state == "failing"


@on_sqlite
def test_an_address_that_is_gone_is_not_asked_again(told: Told) -> None:
    told.hook()
    told.outside.becomes(answers(410))
    with told.database.write() as session:
        told.record(session)
    assert len(told.send()) == 1
    told.later(days=1)
    assert (told.send(), told.view().state) == ([], "dead")
    assert told.alarms() == [("dora@firm.test", f"The webhook to {told.outside.host} is given up")]


def test_an_event_that_is_refused_holds_up_no_other(told: Told) -> None:
    told.hook()
    with told.database.write() as session:
        told.record(session)

    def picky(handler: Any) -> None:
        refuses = handler.requests[-1].headers["webhook-id"] == handler.requests[0].headers["webhook-id"]
        answers(422 if refuses else 200)(handler)

    told.outside.becomes(picky)
    told.send()
    with told.database.write() as session:
        told.record(session, "I-485")
    assert len(told.send()) == 1
    assert (told.states(), told.view().state) == (["planned", "sent"], "live")
    told.now += GIVE_UP + timedelta(minutes=1)  # what the first turn took counts too
    told.send()
    assert told.states() == ["dead", "sent"]
    assert told.alarms() == [("dora@firm.test", f"The webhook to {told.outside.host} refuses events")]


@on_sqlite
def test_one_that_hangs_does_not_hold_up_another(told: Told, tls: Tls) -> None:
    told.hook("Ana")
    with receiver(tls[0], silent(20)) as slow:
        told.hook("Ben", url=slow.url)
        told.sweeps = sweeps(
            told.database,
            outbound=Outbound(allowed=[told.outside.host, slow.host], context=tls[1], longest=4),
            vault=VAULT,
        )
        with told.database.write() as session:
            for form in ("I-140", "I-485"):
                told.record(session, form)
        assert len(told.send()) == 2
        assert len(slow.requests) == 1
    assert sorted(told.states()) == ["planned", "sent", "sent", "uncertain"]


@on_sqlite
def test_nothing_goes_into_the_house(told: Told, tls: Tls) -> None:
    told.hook()
    told.sweeps = sweeps(told.database, outbound=Outbound(context=tls[1]), vault=VAULT)
    with told.database.write() as session:
        told.record(session)
    assert (told.send(), told.view().state) == ([], "failing")
    assert told.view().why.startswith("localhost is to be reached at port")


def test_no_page_of_the_trail_is_lost(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "PAGE", 2)
    told.hook()
    with told.database.write() as session:
        ben, entries = session.get_one(Person, told.people["Ben"]), told.record(session)
        for entry in entries:
            closing.waive_entry(session, told.desk, entry, reason="x", by=ben, now=told.now)
            closing.reopen_entry(session, told.desk, entry, reason="x", by=ben, now=told.now)
    with told.database.read() as session:
        known = Audit.action.in_(OF_ACTIONS)
        assert len(told.send()) == len(session.scalars(select(Audit.id).where(known)).all()) >= 7


def test_a_webhook_ends_with_its_person_or_by_hand(told: Told) -> None:
    told.hook("Ben")
    with told.database.write() as session:
        told.record(session)
        ben = session.get_one(Person, told.people["Ben"])
        people.deactivate_person(session, ben, successor=None, actor="t", today=told.now.date(), now=told.now)
    assert (told.send(), told.view().state) == ([], "revoked")
    assert told.alarms() == [("dora@firm.test", f"The webhook to {told.outside.host} has ended with its person")]


def test_a_clock_that_goes_back_holds_nothing_up(told: Told) -> None:
    told.hook()
    told.outside.becomes(answers(503))
    with told.database.write() as session:
        told.record(session)
    told.later(days=30)
    told.send()
    told.now = NOW
    told.outside.becomes(answers(200))
    with told.database.write() as session:
        deliveries.forget_future(session, now=told.now, lease=timedelta(minutes=2))
    assert len(told.send()) == 1


def test_a_reminder_that_does_not_arrive_is_told_too(told: Told, tls: Tls) -> None:
    told.hook("Ana", "reminder.undelivered")
    with told.database.write() as session:
        entry = told.record(session)[0].id

    def refuse(message: Any) -> None:
        raise SendError("There is nobody of that name.", permanent=True)

    outbound = Outbound(allowed=[told.outside.host], context=tls[1])
    told.sweeps = sweeps(told.database, Collector(refuse), outbound=outbound, vault=VAULT)
    told.later(days=17)
    told.sweeps.send_due(told.now)
    found = told.send()
    assert {event["type"] for event in found} == {"reminder.undelivered"}
    assert entry in {event["data"]["entry"] for event in found}
    assert all(isinstance(event["data"]["reminder"], int) for event in found)


def test_a_stop_gives_back_what_was_claimed_and_not_begun(told: Told, tls: Tls) -> None:
    told.hook()
    with told.database.write() as session:
        for form in ("I-140", "I-129", "I-130"):
            told.record(session, form)
    begun, free = threading.Event(), threading.Event()

    def waits(handler: Handler) -> None:
        begun.set()
        free.wait(60)
        answers(200)(handler)

    told.outside.becomes(waits)
    patient = Outbound(allowed=[told.outside.host], context=tls[1], longest=60)
    ended = sweeps(told.database, outbound=patient, vault=VAULT)
    scheduler = Scheduler(ended, only=("hooks",), now=lambda: told.now)
    scheduler.start()
    try:
        assert begun.wait(60)
        claimed = told.states()
        assert claimed.count("leased") == len(claimed) > 2
        scheduler.stop()
        assert sorted(told.states()) == ["leased", *["planned"] * (len(claimed) - 1)]
        told.outside.becomes(answers(200))
        other = sweeps(told.database, outbound=told.outbound, vault=VAULT)
        assert other.send_events(told.now + timedelta(seconds=1)) == len(claimed) - 1
    finally:
        free.set()
    assert until(lambda: set(told.states()) == {"sent"})
    with told.database.read() as session:
        assert {row.attempts for row in session.scalars(select(Delivery))} == {1}
