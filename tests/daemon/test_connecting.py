"""A mail server that is slow to greet: what changes on the docket meanwhile is seen before the text is given to it."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import select

from deadlines.daemon import Sweeps
from deadlines.docket.closing import waive_entry
from deadlines.notify.smtp import SmtpChannel
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Person, Reminder
from tests.daemon.parts import WEEK_BEFORE, Collector
from tests.docket.desks import desk, recorded
from tests.docket.samples import ZONE, person
from tests.notify.servers import Script, raw_server


def waive_all(database: Database) -> None:
    with database.write() as session:
        ana = session.scalars(select(Person)).first()
        assert ana is not None
        for entry in session.scalars(select(Entry).where(Entry.status == "open")):
            waive_entry(session, desk(), entry, reason="decided", by=ana, now=WEEK_BEFORE)


class Slow(Collector):
    """A channel that takes long to connect, and long again to send."""

    def __init__(self, seen: Callable[[], float]) -> None:
        super().__init__(lambda _: self.ages.append(seen()))
        self.ages: list[float] = []

    def open(self) -> None:
        time.sleep(0.5)


def test_between_connecting_and_sending_it_shows_that_it_goes_on(database: Database) -> None:
    """Each may take as long as the watchdog's patience has room for once."""
    with database.write() as session:
        person(session)
        recorded(session)
    channel = Slow(lambda: time.monotonic() - daemon.alive_at["send"])
    daemon = Sweeps(database, {"smtp": channel}, zone=ZONE)
    daemon.send_due(WEEK_BEFORE)
    assert channel.ages
    assert min(channel.ages) < 0.5


def test_nothing_leaves_of_a_date_that_was_closed_while_the_server_was_slow_to_greet(database: Database) -> None:
    with database.write() as session:
        person(session)
        recorded(session)
    connected, waived = threading.Event(), threading.Event()
    said: list[bytes] = []

    def slow(script: Script) -> None:
        connected.set()
        assert waived.wait(60)
        script.say("220 raw")
        while line := script.hear():
            said.append(line.upper())
            script.say("354 go on" if line.upper().startswith(b"DATA") else "250 OK")

    with raw_server(slow) as port:
        smtp = SmtpChannel(host="127.0.0.1", port=port, security="none", sender="Docket <d@firm.test>")
        daemon = Sweeps(database, {"smtp": smtp}, zone=ZONE)
        sending = threading.Thread(target=daemon.send_due, args=[WEEK_BEFORE])
        sending.start()
        assert connected.wait(60)
        waive_all(database)
        waived.set()
        sending.join(60)
    assert said
    assert not [line for line in said if line.startswith((b"MAIL", b"RCPT", b"DATA"))]
    with database.read() as session:
        assert {row.state for row in session.scalars(select(Reminder))} == {"cancelled"}
