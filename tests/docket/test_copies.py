"""The dates beside an entry are those of its version in force, and are put right where they are not."""

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deadlines.docket.copies import check_copies, out_of_step, put_right
from deadlines.docket.moves import Because, move
from deadlines.store.tables import Audit, Entry
from tests.docket.desks import LATER, changed, desk, firm, recorded, row


def test_every_version_is_copied(session: Session) -> None:
    ana, *_ = firm(session)
    entry = next(iter(recorded(session).values()))
    window = changed(session, entry, safe_by=date(2026, 11, 13), last_day=date(2026, 11, 16))
    move(session, desk(), entry, window, Because(entry.notice, "a holiday", ana), now=LATER)
    assert entry.version == 2
    now = row(session, entry)
    assert (entry.safe_by, entry.last_day, entry.protective_by) == (now.safe_by, now.last_day, now.protective_by)
    assert out_of_step(session) == []


def test_a_copy_out_of_step_is_put_right_unless_the_version_was_altered(session: Session) -> None:
    firm(session)
    first, second, *_ = recorded(session).values()
    days = {entry.id: entry.safe_by for entry in (first, second)}
    session.execute(text("UPDATE entry SET safe_by = '2030-01-01' WHERE id = :id"), {"id": first.id})
    session.execute(text("UPDATE entry SET safe_by = '2030-01-01' WHERE id = :id"), {"id": second.id})
    session.execute(text("UPDATE deadline SET latest = '2030-01-01' WHERE entry_id = :id"), {"id": second.id})
    session.expire_all()
    told = check_copies(session)
    assert (told.state, first.id[:8] in told.sentence, second.id[:8] in told.sentence) == ("warning", True, False)
    assert put_right(session, actor="daemon", now=LATER) == 1
    assert check_copies(session).state == "well"
    assert session.get_one(Entry, first.id).safe_by == days[first.id]
    assert session.get_one(Entry, second.id).safe_by == date(2030, 1, 1)
    assert session.scalars(select(Audit.detail).where(Audit.action == "dates.copied")).one() == {"entries": [first.id]}
