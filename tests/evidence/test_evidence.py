"""The evidence: figures worked out by hand, tables that no spreadsheet obeys, and nothing of protected cases."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket import acknowledging, closing, escalation, evening, evening_sheet, restricting
from deadlines.docket.absences import coming, note_absence
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.house import House
from deadlines.docket.moves import Because, move
from deadlines.docket.people import deactivate_person
from deadlines.docket.records import Proof
from deadlines.docket.trail import Sought, trail
from deadlines.errors import InputError
from deadlines.evidence import Evidence, Part, Wanted, files_of, gather, record_export, zipped
from deadlines.evidence.figures import Spread, spread
from deadlines.evidence.packing import safe, table_of
from deadlines.keeping.drill import Drill
from deadlines.keeping.records import note_drill
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Entry, Incoming, Matter, Person, Reminder
from tests.docket import desks, samples
from tests.houses import house_in

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
NOVEMBER = Wanted(from_on=date(2026, 10, 1), until_on=date(2026, 11, 30))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_in(tmp_path)


def made(session: Session, house: House, wanted: Wanted = NOVEMBER, now: datetime = NOW) -> Evidence:
    return gather(session, desks.desk(), house, wanted, made_by="eve@firm.test", now=now)


def part(evidence: Evidence, name: str) -> Part:
    return next(each for each in evidence.parts if each.name == name)


def figures(evidence: Evidence, name: str) -> dict[str, Any]:
    return dict(part(evidence, name).figures)


def objects(found: Part) -> list[dict[str, Any]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def followed(session: Session) -> list[Entry]:
    """The three windows of the denial of which people are reminded."""
    return [entry for entry in desks.recorded(session).values() if entry.status == "open"]


def test_a_spread_is_that_of_the_textbook() -> None:
    assert spread([]) == Spread()
    assert spread([4.0]) == Spread(4.0, 4.0, 4.0)
    assert spread(list(range(1, 11))) == Spread(5.5, 9, 10)
    assert spread([1.0] * 9 + [100.0]) == Spread(1.0, 1.0, 100.0)


def test_who_entered_and_verified_what_and_how_long_it_took(session: Session, house: House) -> None:
    desks.firm(session)
    ben = samples.person(session, "Bea Roe", email="ben.roe@firm.test")  # contested dates are an attorney's to verify
    entries = followed(session)
    for entry, after in zip(entries[:2], (timedelta(hours=2), timedelta(hours=30)), strict=True):
        desks.verify(session, entry, ben, now=desks.ENTERED + after)
    found = made(session, house)
    told = figures(found, "verification")
    assert told["Windows that came on the docket"] == len(entries) == 3
    assert told["Verified by a second person"] == 2
    assert told["Not verified by the end of the time"] == 1
    # Dated Friday 23 October, entered on Tuesday the 27th; verified two hours and thirty hours later.
    assert told["Days from the notice's date to its entry: median"] == 4
    assert told["Hours from entry to verification: median"] == 16
    assert told["Hours from entry to verification: worst"] == 30
    assert told["Days from the notice's date to verification: worst"] == 5
    rows = objects(part(found, "verification"))
    assert {row["verified_by"] for row in rows} == {"ben.roe@firm.test", None}
    assert {row["entered_by"] for row in rows} == {"cli:test"}


def test_a_verification_that_a_correction_or_other_dates_ended_counts_no_more(session: Session, house: House) -> None:
    _, ben, dora = desks.firm(session)
    first, second, third = followed(session)
    desks.entered_by(first, ben)
    for each in (first, second, third):
        desks.verify(session, each, dora, now=desks.ENTERED + timedelta(hours=2))
    later = desks.changed(session, third, safe_by=date(2026, 11, 18))
    move(session, desks.desk(), third, later, Because(third.notice, "another law"), now=desks.LATER)
    assert figures(made(session, house), "verification")["Verified by a second person"] == 2
    received = Amendment(received_on=date(2026, 10, 30))
    amend_notice(session, desks.desk(), first.notice, received, reason="the stamp", by=ben, now=desks.LATER)
    assert figures(made(session, house), "verification")["Verified by a second person"] == 0
    desks.verify(session, first, dora, now=desks.LATER + timedelta(hours=1))
    rows = [row for row in objects(part(made(session, house), "verification")) if row["verified_by"]]
    assert [row["verified_at"] for row in rows] == [desks.LATER + timedelta(hours=1)]
    october = Wanted(from_on=date(2026, 10, 1), until_on=date(2026, 10, 31))
    assert figures(made(session, house, october), "verification")["Verified by a second person"] == 3


def test_another_time_has_other_rows(session: Session, house: House) -> None:
    desks.firm(session)
    desks.recorded(session)
    empty = made(session, house, Wanted(from_on=date(2026, 11, 1), until_on=date(2026, 11, 30)))
    assert part(empty, "verification").rows == []
    # The day is the firm's: 27 October begins at 04:00 UTC in New York.
    day = made(session, house, Wanted(from_on=date(2026, 10, 27), until_on=date(2026, 10, 27)))
    assert len(part(day, "verification").rows) == 3


def test_what_was_late_refused_or_never_answered_is_told(session: Session, house: House) -> None:
    ana, ben, _ = desks.firm(session)
    ana.deputy_id = ben.id
    entry = followed(session)[0]
    mine = [row for row in desks.reminders(session, entry) if row.person_id == ana.id]
    for row in mine:
        row.state, row.sent_at = "sent", row.due_at + timedelta(minutes=1)
    mine[0].sent_at = mine[0].due_at + timedelta(hours=3)
    mine[1].state, mine[1].sent_at = "dead", None
    urgent = [row for row in mine if row.severity == 2]
    session.flush()
    how = escalation.Escalation(timedelta(hours=4), None, samples.ZONE, "smtp")
    assert urgent[0].sent_at is not None
    escalation.escalate(session, how, now=urgent[0].sent_at + timedelta(hours=5))
    found = made(session, house)
    told, months = figures(found, "reminders"), objects(part(found, "reminders"))
    assert (told["Late"], told["Undelivered"]) == (1, 1)
    assert sum(row["due"] for row in months) == sum(told[kind] for kind in list(told)[:6])
    what = [row["what"] for row in objects(part(found, "reminders-late")) if row["to"] == ana.email]
    assert sorted(word for word in what if word != "overdue") == ["late", "undelivered"]  # nothing else was sent at all
    answers = figures(found, "answers")
    assert answers["Urgent reminders to attorneys"] == answers["Not answered by anybody"] == len(urgent)
    assert answers["Of these not known to have reached the attorney"] == 0
    assert answers["Went on to somebody else"] == 1
    assert any("ben@firm.test" in row["went_on_to"] for row in objects(part(found, "answers")))


def test_what_went_on_because_it_reached_nobody_is_told(session: Session, house: House) -> None:
    """Refused for good, asked on, and closed afterwards: it stays in the table, and the trail says why it went on."""
    ana, ben, _ = desks.firm(session)
    ana.deputy_id = ben.id
    entry = followed(session)[0]
    urgent = next(row for row in desks.reminders(session, entry) if row.person_id == ana.id and row.severity == 2)
    urgent.state, urgent.sent_at = "dead", None
    session.flush()
    how = escalation.Escalation(timedelta(hours=4), None, samples.ZONE, "smtp")
    escalation.escalate(session, how, now=urgent.due_at + timedelta(hours=5))
    for state in ("dead", "cancelled"):
        urgent.state = state
        session.flush()
        found = made(session, house)
        told = figures(found, "answers")
        assert told["Urgent reminders to attorneys"] == told["Went on to somebody else"] == 1
        assert told["Of these not known to have reached the attorney"] == 1
        [row] = objects(part(found, "answers"))
        assert (row["to"], row["sent_at"]) == ("ana@firm.test", None)
        assert row["went_on_to"].startswith("ben@firm.test")
    [line] = trail(session, ana, Sought(action="reminder.escalate")).rows
    assert "answered" not in line.what
    assert line.more == "Ben Ode; no reminder reached the attorney"


def test_another_attorney_rewrites_nothing_of_the_time_before(session: Session, house: House) -> None:
    """What was asked of Ana, who was away and left in November, stays in the evidence of October; and she has left."""
    ana, ben, dora = desks.firm(session)
    ana.deputy_id = ben.id
    followed(session)
    first, late = datetime(2026, 11, 20, 14, 0, tzinfo=UTC), datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    for row in session.scalars(select(Reminder).where(Reminder.due_at <= first)):
        row.state, row.sent_at = "sent", row.due_at
    session.flush()
    escalation.escalate(session, escalation.Escalation(timedelta(hours=4), None, samples.ZONE, "smtp"), now=late)
    note_absence(
        session,
        ana,
        from_on=late.date(),
        until_on=date(2026, 12, 9),
        deputy=dora,
        today=late.date(),
        actor="t",
        now=late,
    )
    before = made(session, house, now=late)
    asked, rows = figures(before, "answers")["Urgent reminders to attorneys"], objects(part(before, "answers"))
    assert asked == len(rows) > 0
    assert {row["to"] for row in rows} == {ana.email}
    assert any(row["went_on_to"] for row in rows)
    carla = samples.person(session, "Carla Oz", email="carla.oz@firm.test")
    deactivate_person(session, ana, successor=carla, actor="t", now=late, today=late.date())
    after = made(session, house, now=late)
    assert figures(after, "answers") == figures(before, "answers")
    assert objects(part(after, "answers")) == rows
    assert {row["name"]: row["state"] for row in objects(part(after, "people"))}[ana.name] == "left"
    assert coming(session, late.date()) == []


def test_an_answer_is_whoever_takes_the_date_on_or_closes_it(session: Session, house: House) -> None:
    ana, _, _ = desks.firm(session)
    first, second, _ = followed(session)
    for entry in (first, second):
        row = next(r for r in desks.reminders(session, entry) if r.person_id == ana.id and r.severity == 2)
        row.state, row.sent_at = "sent", desks.LATER
    session.flush()
    soon, later = desks.LATER + timedelta(hours=2), desks.LATER + timedelta(hours=6)
    acknowledging.acknowledge(session, first, ana, now=soon, lasts=timedelta(days=3), zone=samples.ZONE)
    closing.waive_entry(session, desks.desk(), second, reason="decided against", by=ana, now=later)
    told = figures(made(session, house), "answers")
    assert (told["Answered"], told["Not answered by anybody"]) == (2, 0)
    assert (told["Hours to the answer: median"], told["Hours to the answer: worst"]) == (4, 6)


def test_missed_and_late_filings_are_not_hidden(session: Session, house: House) -> None:
    ana, _, _ = desks.firm(session)
    first, _, _ = followed(session)
    late = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    closing.file_entry(session, desks.desk(), first, on=date(2026, 11, 27), proof=Proof(text="IOE1"), by=ana, now=late)
    told = figures(made(session, house), "missed")
    assert (told["Filed late"], told["Open after the last day"]) == (1, 2)
    before = figures(made(session, house, now=datetime(2026, 11, 24, 15, 0, tzinfo=UTC)), "missed")
    assert before["Open after the last day"] == 0


def test_what_was_waived_or_struck_after_its_last_day_is_not_hidden(session: Session, house: House) -> None:
    """The last day is Wed 25 November: waived on it, on the Saturday after it, and struck on the Monday."""
    ana, _, _ = desks.firm(session)
    first, second, third = followed(session)
    for entry, day in ((first, 25), (second, 28)):
        now = datetime(2026, 11, day, 16, 0, tzinfo=UTC)
        closing.waive_entry(session, desks.desk(), entry, reason="Canary wants it so", by=ana, now=now)
    desk, struck = desks.desk(), datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    closing.strike_notice(session, desk, third.notice, reason="of another case", by=ana, now=struck)
    found = made(session, house)
    told = figures(found, "missed")
    assert (told["Waived after the last day"], told["Struck after the last day"]) == (1, 1)
    assert told["Open after the last day"] == told["Recorded as missed"] == 0
    rows = {row["window"]: (row["what"], row["on"]) for row in objects(part(found, "missed"))}
    assert rows == {
        second.title: ("waived after the last day", date(2026, 11, 28)),
        third.title: ("struck after the last day", date(2026, 11, 30)),
    }
    # Of the time in which it was waived, and of that in which its last day lies.
    for first_day, final in ((26, 29), (20, 25)):
        wanted = Wanted(from_on=date(2026, 11, first_day), until_on=date(2026, 11, final))
        assert figures(made(session, house, wanted), "missed")["Waived after the last day"] == 1
    december = made(session, house, Wanted(from_on=date(2026, 12, 1), until_on=date(2026, 12, 1)))
    assert set(figures(december, "missed").values()) == {0}


def test_what_was_kept_as_information_is_struck_and_no_date_of_the_firm(session: Session, house: House) -> None:
    ana, _, _ = desks.firm(session)
    entry = followed(session)[0]
    entry.status = "information"
    now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    closing.strike_notice(session, desks.desk(), entry.notice, reason="of another case", by=ana, now=now)
    assert entry.title not in {row["window"] for row in objects(part(made(session, house), "missed"))}


def test_papers_that_came_in_are_timed(session: Session, house: House) -> None:
    ana, _, _ = desks.firm(session)
    of, due = samples.matter(session, ana), desks.ENTERED + timedelta(hours=7)
    secret = samples.matter(session, ana, "SECRET-7", restricted=True)
    paper = {"at": "mail", "received_on": date(2026, 10, 27), "registered_at": desks.ENTERED, "registered_by": ana.id}
    times = {"due_at": due, "next_at": due}
    for matter_of, after, state in ((of, 2, "docketed"), (None, 30, "dismissed"), (secret, None, "waiting")):
        settled = desks.ENTERED + timedelta(hours=after) if after else None
        mine = {"settled_at": settled, "settled_by": ana.id if settled else None, "state": state}
        session.add(
            Incoming(title="Canary denial", matter_id=matter_of.id if matter_of else None, **paper, **times, **mine)
        )
    session.flush()
    found = made(session, house)
    told = figures(found, "incoming")
    assert (told["Papers registered"], told["Docketed"], told["Still waiting"]) == (3, 1, 1)
    assert told["Settled later than the firm has set, or overdue now"] == 2
    assert told["Hours from registration to settlement: worst"] == 30
    assert {row["matter"] for row in objects(part(found, "incoming"))} == {"2026-0143", ""}
    everything = b"".join(files_of(found).values())
    assert b"Canary" not in everything
    assert b"SECRET" not in everything


@pytest.mark.parametrize("names", [False, True])
def test_what_was_said_of_what_stayed_open_is_told(session: Session, house: House, *, names: bool) -> None:
    _, _, dora = desks.firm(session)
    entries = followed(session)
    secret = next(iter(desks.recorded(session, reference="SECRET-7").values()))
    restricting.restrict_matter(session, session.get_one(Matter, secret.matter_id), actor="t", now=desks.LATER)
    on = date(2026, 11, 20)
    sheet = evening_sheet.sheet_of(session, desks.desk(), dora, on=on)
    left = {name: f"Canary word on {name}" for name in sheet.needing}
    evening.sign_evening(
        session, desks.desk(), by=dora, on=on, left=left, now=datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    )
    wanted = Wanted(from_on=NOVEMBER.from_on, until_on=NOVEMBER.until_on, names=names)
    found = made(session, house, wanted)
    assert objects(part(found, "evening"))[0]["left_open"] == len(left)
    rows = objects(part(found, "evening-left"))
    assert {(row["matter"], row["window"], row["by"]) for row in rows} == {
        ("2026-0143", entry.title, dora.email) for entry in entries
    }
    assert part(found, "evening-left").withheld == len(left) - len(entries)
    everything = b"".join(files_of(found).values())
    for entry in entries:
        assert (left[entry.id].encode() in everything) is names
    assert not any(word.encode() in everything for name, word in left.items() if name not in {e.id for e in entries})


def test_a_rehearsal_stays_in_the_evidence_when_the_next_is_held(session: Session, house: House) -> None:
    for day, faults in ((5, []), (20, ["3 stored dates were altered outside the program"])):
        at = datetime(2026, 11, day, 3, 0, tzinfo=UTC)
        note_drill(session, Drill(file=f"deadlines-{day}", made_at=at, seconds=4.5, faults=faults), at)
    found = made(session, house)
    assert figures(found, "backups")["Rehearsals"] == 2
    assert figures(found, "backups")["Rehearsals that found a fault"] == 1
    assert objects(part(found, "backups"))[0]["found"] == "everything is there"


def test_the_trail_and_its_head_are_told(session: Session, house: House) -> None:
    desks.firm(session)
    desks.recorded(session)
    found = made(session, house)
    assert figures(found, "audit")["The chain holds"] == "yes"
    assert found.head == figures(found, "audit")["Its head (SHA-256)"] == audit.head(session)


@pytest.mark.parametrize("names", [False, True])
def test_clients_are_named_only_where_it_is_asked_for(session: Session, house: House, *, names: bool) -> None:
    _, ben, dora = desks.firm(session)
    entry = next(iter(desks.recorded(session).values()))
    later = desks.changed(session, entry, safe_by=date(2026, 11, 27), last_day=date(2026, 11, 30))
    move(session, desks.desk(), entry, later, Because(entry.notice, "Canary-Garcia asked for it", ben), now=NOW)
    wanted = Wanted(from_on=date(2026, 10, 1), until_on=date(2026, 12, 31), names=names)
    found = made(session, house, wanted, now=NOW + timedelta(hours=1))
    assert len(part(found, "changes").rows) == 1
    everything = b"".join(files_of(found).values())
    assert (b"Canary" in everything) is names
    assert dora.email.encode() in everything


def test_restricted_matters_are_counts_and_nothing_else(session: Session, house: House) -> None:
    desks.firm(session)
    ben = samples.person(session, "Bea Roe", email="ben.roe@firm.test")
    desks.recorded(session, reference="OPEN-1")
    entries = desks.recorded(session, reference="SECRET-7")
    secret = next(iter(entries.values()))
    desks.verify(session, secret, ben)
    restricting.restrict_matter(session, session.get_one(Matter, secret.matter_id), actor="t", now=desks.LATER)
    wanted = Wanted(from_on=NOVEMBER.from_on, until_on=NOVEMBER.until_on, names=True)
    found = made(session, house, wanted)
    assert figures(found, "verification")["Windows that came on the docket"] == 6
    assert (len(part(found, "verification").rows), part(found, "verification").withheld) == (3, 3)
    everything = b"".join(files_of(found).values())
    assert b"SECRET-7" not in everything
    assert not any(entry.id.encode() in everything for entry in entries.values())


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(text: str) -> None:
    found = Part(name="x", title="x", about="x", columns=["a", "b"], rows=[[text, -3]])
    _, *rows = csv.reader(io.StringIO(table_of(found).decode("utf-8-sig")))
    assert rows[0][0].startswith("'")
    assert rows[0][1] == "-3"
    assert safe(text).isprintable()


def test_the_page_stands_alone_and_says_what_people_typed_as_text(session: Session, house: House) -> None:
    session.add(Person(name="<script>x</script>", email="x@firm.test", role="attorney", created_at=NOW))
    desks.recorded(session)
    page = files_of(made(session, house))["evidence.html"].decode()
    assert "<script" not in page
    assert "Sample &amp; Sons" in page
    assert not any(word in page for word in ("http:", "https:", "src=", "@import", "url("))


def test_the_manifest_holds_every_file_and_the_archive_is_the_same_each_time(session: Session, house: House) -> None:
    desks.firm(session)
    desks.recorded(session)
    found = made(session, house)
    files = files_of(found)
    lines = dict(line.split("  ")[::-1] for line in files["MANIFEST.sha256"].decode().splitlines())
    assert lines == {n: hashlib.sha256(body).hexdigest() for n, body in files.items() if n != "MANIFEST.sha256"}
    told = {each["name"]: each["rows"] for each in json.loads(files["evidence.json"])["parts"]}
    assert told["verification"][0]["matter"] == "2026-0143"
    archive = zipfile.ZipFile(io.BytesIO(zipped(files)))
    assert sorted(archive.namelist()) == sorted(f"evidence/{name}" for name in files)
    assert zipped(files) == zipped(files_of(made(session, house)))


def test_it_stands_in_the_trail_that_the_evidence_left(session: Session, house: House) -> None:
    found = made(session, house)
    files = files_of(found)
    record_export(session, found, files, actor="eve")
    assert audit.head(session) != found.head
    assert figures(made(session, house, now=NOW + timedelta(1)), "audit")["Rows in the trail"] == 1


def test_no_time_runs_backwards() -> None:
    with pytest.raises(InputError, match="lies before"):
        Wanted(from_on=date(2026, 2, 1), until_on=date(2026, 1, 1))


@pytest.mark.parametrize("kind_of_database", ["sqlite", "postgres"], indirect=True)
def test_both_databases_tell_the_same(database: Database, house: House) -> None:
    with database.write() as session:
        desks.firm(session)
        desks.recorded(session)
    with database.read() as session:
        found = made(session, house)
        assert session.query(Entry).count() == 4
    assert len(part(found, "verification").rows) == 3
