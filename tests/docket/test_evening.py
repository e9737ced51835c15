"""The evening check: what stands on the sheet, who may sign, and the alarm where nobody has."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from deadlines.compute import Notice, Service
from deadlines.docket.alarms import mark_told, untold
from deadlines.docket.amending import Amendment, amend_notice
from deadlines.docket.closing import file_entry, reopen_entry, strike_notice, waive_entry
from deadlines.docket.dispatching import dispatch_entry
from deadlines.docket.evening import sign_evening
from deadlines.docket.evening_sheet import VEILED, Sheet, sheet_of
from deadlines.docket.evening_watch import check_evening, evening_days, watch_evening
from deadlines.docket.people import set_deputies
from deadlines.docket.records import Proof
from deadlines.docket.reviews import none_known
from deadlines.docket.undocketed import VEILED as PAPER_VEILED
from deadlines.errors import Conflict, InputError
from deadlines.store import audit
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Entry, EveningCheck, Person
from tests.docket.desks import DENIAL, SAFE, desk, entered_by, firm, recorded, row
from tests.docket.samples import matter
from tests.docket.test_incoming import came, room

REOPEN, RECONSIDER, APPEAL = "uscis.motion.reopen", "uscis.motion.reconsider", "uscis.appeal.aao"
ALL = (REOPEN, RECONSIDER, APPEAL)
WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 19), SAFE
SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)
SEVEN = time(19)


def at(day: date, hour: int = 18) -> datetime:
    """That hour in New York, in winter."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(hours=5)


def sheet(session: Session, on: date = FRIDAY, of: Person | None = None) -> Sheet:
    return sheet_of(session, desk(), of, on=on)


def sign(session: Session, by: Person, on: date = FRIDAY, **more: Any) -> EveningCheck:
    given: dict[str, Any] = {"left": {}, "now": at(on), **more}
    return sign_evening(session, desk(actor="cli:test"), by=by, on=on, **given)


def close_all(session: Session, entries: dict[str, Entry], by: Person, now: datetime) -> None:
    waive_entry(session, desk(), entries[APPEAL], reason="no appeal", by=by, now=now)
    waive_entry(session, desk(), entries[RECONSIDER], reason="new evidence instead", by=by, now=now)
    file_entry(session, desk(), entries[REOPEN], on=now.date(), proof=Proof(text="IOE0912345678"), by=by, now=now)


def test_the_sheet_tells_what_has_come_what_was_closed_and_what_comes(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        assert sheet(session, date(2026, 11, 16)).coming == []
        assert {item.entry for item in sheet(session, THURSDAY).coming} == {entries[rule].id for rule in ALL}
        close_all(session, entries, ana, at(FRIDAY, 11))
        reopen_entry(session, desk(), entries[APPEAL], reason="it is to be appealed", by=ana, now=at(FRIDAY, 12))
        found = sheet(session)
        [left] = found.open
        assert (left.entry, left.on, left.what, left.matter) == (entries[APPEAL].id, SAFE, "file-by", "2026-0143")
        # The one that was taken back is not among the closed; the others are, each with its proof or reason.
        assert {(item.entry, item.event, item.proof, item.closed_by) for item in found.closed} == {
            (entries[RECONSIDER].id, "waived", "new evidence instead", ana.email),
            (entries[REOPEN].id, "filed", "IOE0912345678", ana.email),
        }
        assert found.next_on == MONDAY
        assert sheet(session, MONDAY).closed == []


def test_what_a_courier_must_have_today_and_nobody_has_sent_needs_a_word_today(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session)
        tuesday, due = sheet(session, date(2026, 11, 17)), {(entries[rule].id, WEDNESDAY, "courier") for rule in ALL}
        assert (tuesday.open, {(item.entry, item.on, item.what) for item in tuesday.coming}) == ([], due)
        assert {(item.entry, item.on, item.what) for item in sheet(session, WEDNESDAY).open} == due
        appeal, four = entries[APPEAL], at(WEDNESDAY, 16)
        dispatch_entry(session, desk(), appeal, on=WEDNESDAY, tracking="1Z999", by=ana, now=four)
        with pytest.raises(InputError, match="Still open on 2026-11-18"):
            sign(session, dora, WEDNESDAY)
        sign(session, dora, WEDNESDAY, left={entries[rule].id: "is filed online" for rule in (REOPEN, RECONSIDER)})
        # On the day after, the date to file by is what counts; and what is recorded then was on no list of Wednesday.
        assert sheet(session, THURSDAY).open == []
        [day] = [one for one in evening_days(session, desk(), days=2, now=at(THURSDAY)) if one.on == WEDNESDAY]
        assert day.unsigned == 0
        recorded(session, reference="2026-0144")
        [day] = [one for one in evening_days(session, desk(), days=2, now=at(THURSDAY)) if one.on == WEDNESDAY]
        assert day.unsigned == 3  # entered long before, and not on the list that was signed


@pytest.mark.parametrize(
    "on, what, day",
    [
        (date(2026, 11, 20), "file-by", date(2026, 11, 20)),
        (date(2026, 11, 24), "file-by", date(2026, 11, 20)),
        (date(2026, 11, 25), "last-day", date(2026, 11, 25)),
        (date(2026, 12, 1), "past", date(2026, 11, 25)),
    ],
)
def test_the_gravest_date_that_has_come_counts(database: Database, on: date, what: str, day: date) -> None:
    with database.write() as session:
        recorded(session)
        assert {(item.what, item.on) for item in sheet(session, on).open} == {(what, day)}


def test_what_was_entered_on_a_later_day_needs_no_word_for_the_day_before(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        entries = recorded(session)
        session.execute(update(Entry).values(created_at=at(date(2026, 11, 26), 0)))  # midnight, New York
        assert sheet(session, date(2026, 11, 25)).open == []
        assert sign(session, dora, date(2026, 11, 25)).sheet["open"] == []
        assert {item.entry for item in sheet(session, date(2026, 11, 26)).open} == {entries[rule].id for rule in ALL}


def test_the_next_working_day_lies_after_weekend_and_thanksgiving(database: Database) -> None:
    with database.write() as session:
        recorded(session)
        eve = sheet(session, date(2026, 11, 24))
        assert (eve.next_on, {(item.what, item.on) for item in eve.coming}) == (
            date(2026, 11, 25), {("last-day", date(2026, 11, 25))},
        )  # fmt: skip
        assert sheet(session, date(2026, 11, 25)).next_on == date(2026, 11, 27)


def test_nobody_signs_while_something_is_open_without_a_word(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session)
        with pytest.raises(InputError, match="Still open on 2026-11-20"):
            sign(session, dora)
        waive_entry(session, desk(), entries[APPEAL], reason="no", by=ana, now=at(FRIDAY, 10))
        with pytest.raises(InputError, match=entries[REOPEN].id[:8]):
            sign(session, dora, left={entries[RECONSIDER].id: "goes tomorrow"})
        with pytest.raises(InputError, match="Give a reason"):
            sign(session, dora, left={entries[RECONSIDER].id: "goes tomorrow", entries[REOPEN].id: " "})
        words = {entries[RECONSIDER].id: "goes tomorrow", entries[REOPEN].id: "the courier has it"}
        with pytest.raises(InputError, match="is not on the list"):
            sign(session, dora, left={**words, entries[APPEAL].id: "closed"})
        assert session.scalars(select(EveningCheck)).all() == []
        check = sign(session, dora, left=words, note="quiet day")
        assert {item["entry"]: item["left"] for item in check.sheet["open"]} == words
        [closed] = check.sheet["closed"]
        assert (closed["entry"], closed["status"], closed["event"]) == (entries[APPEAL].id, "waived", "waived")
        assert (check.late, check.note) == (False, "quiet day")
        [noted] = session.scalars(select(Audit).where(Audit.action == "evening.sign"))
        assert (noted.subject, noted.detail["digest"], noted.detail["person"]) == (check.id, check.digest, dora.id)
        # The client's name and what is filed stay on the docket.
        assert "Canary" not in str(check.sheet)


def test_one_signs_once_and_another_may_sign_as_well(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        sign(session, dora)
        with pytest.raises(Conflict, match="has signed for 2026-11-20 already"):
            sign(session, dora)
        sign(session, ana, now=at(FRIDAY, 19))
        [day] = evening_days(session, desk(), days=1, now=at(FRIDAY, 20))
        assert [signature.person for signature in day.signatures] == [dora.email, ana.email]


def test_a_signature_covers_nothing_that_came_after_it(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        first = recorded(session)
        waive_entry(session, desk(), first[APPEAL], reason="no appeal", by=ana, now=at(FRIDAY, 10))
        left = {first[rule].id: "goes by courier" for rule in (REOPEN, RECONSIDER)}
        sign(session, dora, left=left)
        assert sheet(session).after == []
        later = recorded(session, reference="2026-0144")
        reopen_entry(session, desk(), first[APPEAL], reason="an appeal after all", by=ana, now=at(FRIDAY, 19))
        waive_entry(session, desk(), first[RECONSIDER], reason="not used", by=ana, now=at(FRIDAY, 19))
        paper = came(session, ana, at(FRIDAY, 19))
        new = [*(one.id for one in later.values() if one.status == "open"), first[APPEAL].id, paper.id]
        assert set(sheet(session).after) == {*new, first[RECONSIDER].id}
        # A word is asked of what is new alone, and what was said before stands.
        with pytest.raises(InputError, match="Still open") as refused:
            sign(session, dora, now=at(FRIDAY, 20))
        assert all(name[:8] in refused.value.fact for name in new)
        assert first[REOPEN].id[:8] not in refused.value.fact
        again = sign(session, dora, left=dict.fromkeys(new, "seen to tomorrow"), now=at(FRIDAY, 20))
        kept = {item["entry"]: item["left"] for item in again.sheet["open"]}
        assert kept[first[REOPEN].id] == "goes by courier"
        assert sheet(session).after == []
        assert [one.at for one in sheet(session).signatures] == [at(FRIDAY, 18), at(FRIDAY, 20)]
        assert len(session.scalars(select(Audit).where(Audit.action == "evening.sign")).all()) == 2
        with pytest.raises(Conflict, match="nothing came after"):
            sign(session, dora, now=at(FRIDAY, 21))


def test_another_persons_word_and_another_version_are_no_word_of_ones_own(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entry = recorded(session)[REOPEN]
        needing = sheet(session).needing
        sign(session, dora, left=dict.fromkeys(needing, "by Dora"))
        with pytest.raises(InputError, match=entry.id[:8]):
            sign(session, ana, now=at(FRIDAY, 19))
        waive_entry(session, desk(), entry, reason="not used", by=ana, now=at(FRIDAY, 19))
        reopen_entry(session, desk(), entry, reason="used after all", by=ana, now=at(FRIDAY, 19))
        assert sheet(session).after == [entry.id]
        with pytest.raises(InputError, match=entry.id[:8]):
            sign(session, dora, now=at(FRIDAY, 20))


def test_what_came_after_the_signature_is_told_as_if_nobody_had_signed(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)

        def watch(now: datetime) -> list[str]:
            watch_evening(session, desk(), by=SEVEN, now=now)
            found = [(item.key, item.alarm.subject) for item in untold(session)]
            for key, _ in found:
                mark_told(session, key, dora.id, now)
            return [subject for _, subject in found]

        assert watch(at(THURSDAY, 10)) == []
        sign(session, dora, THURSDAY, now=at(THURSDAY, 17))
        sign(session, dora, FRIDAY, now=at(FRIDAY, 17))
        told = ["1 thing came after the evening check of Fri 20 Nov 2026 was signed"]
        first = came(session, ana, at(FRIDAY, 17) + timedelta(minutes=1), title="Canary denial")
        assert watch(at(FRIDAY, 18)) == []
        assert watch(at(FRIDAY, 19)) == told  # by the firm's hour
        assert watch(at(FRIDAY, 20)) == []
        sign(session, dora, FRIDAY, left={first.id: "on Monday"}, now=at(FRIDAY, 20))
        came(session, ana, at(FRIDAY, 21), title="another")
        assert watch(at(FRIDAY, 21) + timedelta(minutes=25)) == []
        assert watch(at(FRIDAY, 21) + timedelta(minutes=30)) == told  # a little later, once the hour has passed
        came(session, ana, at(SATURDAY, 8), title="of the next day")
        # Once more on the next morning, and only of what came on the day.
        assert watch(at(SATURDAY, 9)) == told
        assert watch(at(MONDAY, 9)) == []


def test_what_is_closed_after_the_signature_raises_no_alarm(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        entries = recorded(session)
        watch_evening(session, desk(), by=SEVEN, now=at(THURSDAY, 10))
        sign(session, dora, THURSDAY, now=at(THURSDAY, 17))
        sign(session, dora, left=dict.fromkeys(sheet(session).needing, "tonight"), now=at(FRIDAY, 17))
        close_all(session, entries, ana, at(FRIDAY, 18))
        assert len(sheet(session).after) == 3
        assert watch_evening(session, desk(), by=SEVEN, now=at(FRIDAY, 20)) == 0
        sign(session, dora, now=at(FRIDAY, 20))
        assert sheet(session).after == []


def test_a_day_is_signed_late_and_never_before_it_comes(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        assert sign(session, dora, THURSDAY, now=at(FRIDAY, 9)).late
        assert not sign(session, dora, FRIDAY, now=at(FRIDAY, 23)).late
        with pytest.raises(InputError, match="has not come yet"):
            sign(session, dora, MONDAY, now=at(FRIDAY))


def test_history_marks_the_working_days_that_nobody_signed_for(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        sign(session, dora, date(2026, 11, 17))
        sign(session, dora, FRIDAY)
        found = {day.on: day.gap for day in evening_days(session, desk(), days=30, now=at(MONDAY, 9))}
        # Monday goes on, the weekend is none, and before the first signature nobody was asked.
        assert found == {
            MONDAY: False, FRIDAY: False, THURSDAY: True, WEDNESDAY: True, date(2026, 11, 17): False,
        }  # fmt: skip


def test_history_marks_the_signed_days_on_which_something_came_afterwards(database: Database) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)

        def unsigned() -> dict[date, int]:
            found = evening_days(session, desk(), days=5, now=at(MONDAY, 9), reader=dora)
            return {day.on: day.unsigned for day in found if day.signatures}

        for day in (THURSDAY, FRIDAY):
            sign(session, dora, day, now=at(day, 17))
        entries = recorded(session)
        entry = entries[REOPEN]
        for each in entries.values():  # their dates had come by Friday, and they belong to the list of Monday
            row(session, each).created_at = at(MONDAY, 8)
        assert unsigned() == {THURSDAY: 0, FRIDAY: 0}
        row(session, entry).created_at = at(FRIDAY, 18)
        paper = came(session, ana, at(FRIDAY, 18), title="USCIS denial")
        assert unsigned() == {THURSDAY: 0, FRIDAY: 2}
        others = dict.fromkeys(sheet(session, of=dora).needing, "on Monday")
        sign(session, ana, FRIDAY, now=at(FRIDAY, 19), left=others)
        assert unsigned() == {THURSDAY: 0, FRIDAY: 0}
        waive_entry(session, desk(), entry, reason="no motion", by=ana, now=at(FRIDAY, 20))
        assert unsigned() == {THURSDAY: 0, FRIDAY: 1}
        assert paper.id in others


def test_what_came_or_changed_on_a_later_day_leaves_a_signed_day_signed(database: Database) -> None:
    """Of a paper that had come in on Friday and is registered on Monday, and of dates that were amended on Monday."""
    with database.write() as session:
        ana, ben, dora = firm(session)
        entry = recorded(session)[REOPEN]

        def unsigned() -> list[int]:
            [day] = [one for one in evening_days(session, desk(), days=5, now=at(MONDAY)) if one.on == FRIDAY]
            return [len(sheet(session).after), day.unsigned]

        sign(session, dora, FRIDAY, left=dict.fromkeys(sheet(session).needing, "on Monday"))
        secret = matter(session, ana, "2026-9", restricted=True)
        late = came(session, ana, at(MONDAY, 10), title="VAWA denial", matter=secret, received_on=FRIDAY)
        amendment = Amendment(method="in-person")
        amend_notice(
            session, desk(), entered_by(entry, ana), amendment, reason="it was handed over", by=ana, now=at(MONDAY, 10)
        )
        assert entry.version > 1
        assert unsigned() == [0, 0]
        with pytest.raises(Conflict, match="nothing came after"):
            sign(session, dora, FRIDAY, now=at(MONDAY, 11))
        assert late.id not in sheet(session).needing
        assert late.id in sheet(session, MONDAY).needing
        sign(session, ben, FRIDAY, left=dict.fromkeys(sheet(session).needing, "on Monday"), now=at(MONDAY, 11))
        with pytest.raises(Conflict, match="does not see the whole docket of 2026-11-23"):
            sign(session, ben, MONDAY)
        came(session, ana, at(FRIDAY, 23), title="USCIS denial")
        assert unsigned() == [1, 1]


def test_what_was_signed_cannot_be_changed(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        check = sign(session, dora)
        assert check.digest in str(session.scalars(select(Audit.detail).where(Audit.action == "evening.sign")).one())
    for words in ("UPDATE evening_check SET note = 'x'", "DELETE FROM evening_check"):
        with pytest.raises(DatabaseError, match="what was signed cannot be changed"), database.write() as session:
            session.execute(text(words))


def test_what_is_not_as_it_was_signed_is_told(database: Database) -> None:
    with database.write() as session:
        _, _, dora = firm(session)
        forged = EveningCheck(
            on=FRIDAY, person_id=dora.id, signed_at=at(FRIDAY), late=False, sheet={"open": []}, digest="0" * 64
        )
        session.add(forged)
        session.flush()
        [day] = evening_days(session, desk(), days=1, now=at(FRIDAY, 20))
        assert not day.signatures[0].whole
        assert check_evening(session, desk(), by=None, now=at(FRIDAY, 20)).state == "ill"


def test_a_restricted_matter_is_veiled_and_signed_for_by_who_may_see_it(database: Database) -> None:
    vawa = Notice(
        kind="uscis.denial",
        form="I-360",
        decided_on=DENIAL.decided_on,
        service=Service("mail"),
        facts={"basis": "vawa"},
    )
    with database.write() as session:
        ana, ben, dora = firm(session)
        for entry in recorded(session, vawa).values():
            assert entry.matter.restricted
        assert "I-290B" in str(sheet(session, of=ana))
        for of in (None, dora):
            veiled = sheet(session, of=of)
            assert veiled.open
            assert {(item.title, item.matter, item.form) for item in veiled.open} == {(VEILED, "", None)}
        assert sheet(session, of=ben).open == []
        with pytest.raises(Conflict, match="does not see the whole docket"):
            sign(session, ben)
        sign(session, dora, left={item.entry: "seen with its attorney" for item in sheet(session, of=dora).open})


def test_nobody_signed_is_told_in_the_evening_and_on_the_next_morning(database: Database) -> None:
    with database.write() as session:
        _, ben, dora = firm(session)
        set_deputies(
            session,
            dora,
            deputy=ben.email,
            supervisor=None,
            actor="test",
            now=at(WEDNESDAY),
            today=at(WEDNESDAY).date(),
        )

        def watch(day: date, hour: int, by: time | None = SEVEN) -> list[tuple[str, str]]:
            watch_evening(session, desk(), by=by, now=at(day, hour))
            found = [(item.key, item.person.email) for item in untold(session)]
            for item in untold(session):
                mark_told(session, item.key, item.person.id, at(day, hour))
            return found

        assert watch(THURSDAY, 18) == []
        assert watch(THURSDAY, 19) == [("evening/2026-11-19", dora.email), ("evening/2026-11-19", ben.email)]
        assert watch(THURSDAY, 20) == []
        assert watch(FRIDAY, 8) == []
        assert [key for key, _ in watch(FRIDAY, 9)] == ["evening/2026-11-19/again"] * 2
        sign(session, dora, FRIDAY)
        assert watch(FRIDAY, 20) == []
        # No weekend is asked for, and a day before the firm asked for it is no gap.
        assert [watch(FRIDAY + timedelta(days=n), 20) for n in (1, 2)] == [[], []]
        assert check_evening(session, desk(), by=SEVEN, now=at(MONDAY, 9)).state == "warning"
        sign(session, dora, THURSDAY, now=at(MONDAY, 9))
        assert check_evening(session, desk(), by=SEVEN, now=at(MONDAY, 9)).state == "well"
        assert watch(MONDAY, 23, by=None) == []
        assert check_evening(session, desk(), by=None, now=at(MONDAY, 23)).state == "well"
        # Today's is missed from the hour on by which somebody signs.
        assert [check_evening(session, desk(), by=SEVEN, now=at(MONDAY, n)).state for n in (18, 19)] == [
            "well",
            "warning",
        ]


def test_a_struck_notice_stands_among_the_closed(database: Database) -> None:
    with database.write() as session:
        ana, _, _ = firm(session)
        entries = recorded(session)
        notice = entries[REOPEN].notice
        strike_notice(session, desk(), notice, reason="another client", by=ana, now=at(WEDNESDAY))
        struck = sheet(session, WEDNESDAY).closed
        assert {(item.event, item.proof) for item in struck} == {("struck", "another client")}
        assert len(struck) == len(session.scalars(select(Entry).where(Entry.status == "struck")).all())
        assert audit.verify(session) is None


def test_an_altered_date_is_named(database: Database) -> None:
    with database.write() as session:
        firm(session)
        entry = recorded(session)[REOPEN]
        row(session, entry).safe_by = SAFE - timedelta(days=3)
        session.flush()
        [item] = [item for item in sheet(session).open if item.entry == entry.id]
        assert item.what == "altered"


def test_a_paper_that_waits_is_docketed_or_has_a_word(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        secret = matter(session, ana, "2026-9", restricted=True)
        paper = came(session, ana, at(FRIDAY, 10), title="USCIS denial")
        hidden = came(session, ana, at(FRIDAY, 10), title="VAWA denial", matter=secret)
        later = came(session, ana, at(MONDAY, 10), title="not yet")
        assert later.id not in str(sheet(session))
        assert {(item.id, item.words, item.must) for item in sheet(session, of=dora).others} == {
            (paper.id, "USCIS denial", True), (hidden.id, PAPER_VEILED, True),
        }  # fmt: skip
        assert [item.id for item in sheet(session, of=ben).others] == [paper.id]
        with pytest.raises(Conflict, match="does not see the whole docket"):
            sign(session, ben, left={paper.id: "tomorrow"})
        with pytest.raises(InputError, match=hidden.id[:8]):
            sign(session, dora, left={paper.id: "tomorrow"})
        check = sign(session, dora, left={paper.id: "tomorrow", hidden.id: "its attorney enters it"})
        assert {item["id"]: item["left"] for item in check.sheet["others"]} == {
            paper.id: "tomorrow", hidden.id: "its attorney enters it",
        }  # fmt: skip
        assert "denial" not in str(check.sheet)


def test_a_matter_that_was_to_be_looked_at_again_is_or_has_a_word(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        plain, secret = matter(session, ben, "2026-8"), matter(session, ana, "2026-9", restricted=True)
        for one, by in ((plain, ben), (secret, ana)):
            none_known(session, room(), one, again_on=FRIDAY, by=by, now=at(WEDNESDAY, 9), actor="t")
        assert sheet(session, THURSDAY).others == []
        assert [(item.what, item.words, item.must) for item in sheet(session, of=dora).others] == [
            ("look again", "2026-8, to be looked at again since Fri 20 Nov 2026, no date known", True),
            (
                "look again",
                "A restricted matter (ask its attorney), to be looked at again since Fri 20 Nov 2026, no date known",
                True,
            ),
        ]
        assert [item.words[:6] for item in sheet(session, of=ben).others] == ["2026-8"]
        with pytest.raises(Conflict, match="does not see the whole docket"):
            sign(session, ben, left={sheet(session, of=ben).others[0].id: "on Monday"})
        with pytest.raises(InputError, match="Still open"):
            sign(session, dora)
        none_known(session, room(), plain, again_on=MONDAY, by=ben, now=at(FRIDAY, 10), actor="t")
        [left] = sheet(session, of=dora).others
        check = sign(session, dora, left={left.id: "its attorney is asked"})
        assert [item["what"] for item in check.sheet["others"]] == ["look again"]
        assert "2026-9" not in str(check.sheet)


def test_the_words_are_read_with_the_signature_by_who_may_see_the_matter(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        plain = recorded(session)[REOPEN]
        secret = matter(session, ana, "2026-9", restricted=True)
        paper = came(session, ana, at(FRIDAY, 10), title="VAWA denial", matter=secret)
        left = {item: f"word on {item}" for item in sheet(session, of=dora).needing}
        sign(session, dora, left=left)

        def words(of: Person | None) -> dict[str, tuple[str, str, str]]:
            [one] = sheet(session, of=of).signatures
            [day] = evening_days(session, desk(), days=1, now=at(FRIDAY, 20), reader=of)
            assert (day.signatures, one.left) == ([one], 4)
            return {item.id: (item.matter, item.title, item.word) for item in one.words}

        told = ("2026-0143", plain.title, left[plain.id])
        assert words(ana)[plain.id] == words(ben)[plain.id] == words(None)[plain.id] == told
        assert words(ana)[paper.id] == ("2026-9", "VAWA denial", left[paper.id])
        # Who said it reads it again, and nothing of the matter.
        assert words(dora)[paper.id] == ("", "Something of a restricted matter", left[paper.id])
        assert paper.id not in words(ben) | words(None)


@pytest.mark.parametrize("pages", ["", "https://docket.test"])
def test_the_alarm_leads_to_the_page_where_there_is_one(database: Database, pages: str) -> None:
    with database.write() as session:
        ana, _, dora = firm(session)
        there = structs.replace(desk(), pages=pages)
        watch_evening(session, there, by=SEVEN, now=at(FRIDAY, 10))
        watch_evening(session, there, by=SEVEN, now=at(FRIDAY, 19))
        sign(session, dora, now=at(FRIDAY, 20))
        came(session, ana, at(FRIDAY, 21))
        watch_evening(session, there, by=SEVEN, now=at(FRIDAY, 22))
        texts = [item.alarm.text for item in untold(session)]
    assert len(texts) == 2
    for told in texts:
        assert (f"\n{pages}/evening?on=2026-11-20\n" in told) is bool(pages)
        assert ("`deadlines evening --sign --on 2026-11-20" in told) is not bool(pages)
