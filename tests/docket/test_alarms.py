"""What the people who keep the docket must hear of the program: nothing of it is lost where several tell at once."""

import threading
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from deadlines.docket.alarms import raise_alarm, untold
from deadlines.store.database import Database
from deadlines.store.tables import Heartbeat
from tests.docket.samples import person

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def test_the_first_alarms_of_two_at_the_same_moment_are_both_kept(database: Database) -> None:
    with database.write() as session:
        person(session, "Dora Docket", "docket")
        session.execute(delete(Heartbeat))
    faults: list[SQLAlchemyError] = []

    def tell(key: str, wait: threading.Event, done: threading.Event) -> None:
        try:
            with database.write() as session:
                raise_alarm(session, key, subject=key, text=key, now=NOW)
                done.set()
                wait.wait(1)
        except SQLAlchemyError as fault:
            faults.append(fault)

    written, never = threading.Event(), threading.Event()
    first = threading.Thread(target=tell, args=("one", never, written))
    first.start()
    written.wait(60)
    tell("two", written, never)
    first.join(60)
    assert faults == []
    with database.read() as session:
        assert {each.key for each in untold(session)} == {"one", "two"}
