"""Every stored date is computed again, page by page; what fails holds up nothing else."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from deadlines.compute import Notice, Result, Window, compute
from deadlines.daemon import recomputing
from deadlines.daemon.recomputing import Recomputed, recompute
from deadlines.docket.intake import Desk
from deadlines.docket.recompute import bring_up_to_date
from deadlines.law import load_law
from deadlines.store.database import Database
from deadlines.store.tables import Audit, DeadlineRow, Entry, Proposal
from tests.docket.desks import DENIAL, LAST, LATER, SAFE, desk, firm, proposals, recorded, row, stored
from tests.docket.samples import entry, matter, person, version, window

RULE = "uscis.motion.reopen"
EARLY, LATE = date(2026, 11, 13), date(2026, 12, 4)


def answers(*windows: Window) -> Callable[[Notice], Result]:
    return lambda notice: Result(None, "2026.12", list(windows), [], [])


def altered(rule: str = RULE, **changes: Any) -> Callable[[Notice], Result]:
    """The law as it is, but for one window."""

    def found(notice: Notice) -> Result:
        result = compute(notice)
        replaced = [msgspec.structs.replace(w, **changes) if w.rule == rule else w for w in result.windows]
        return msgspec.structs.replace(result, windows=replaced)

    return found


def run(database: Database, with_: Callable[[Notice], Result] = compute, **more: Any) -> Recomputed:
    return recompute(database, desk(), with_, now=LATER, **more)


def many(database: Database, count: int) -> None:
    with database.write() as session:
        firm(session)
        for number in range(count):
            recorded(session, reference=f"m-{number:03}")


def test_the_law_that_gave_the_dates_still_gives_them(database: Database) -> None:
    many(database, 2)
    found = run(database)
    with database.read() as session:
        opened = session.scalar(select(func.count()).select_from(Entry).where(Entry.status == "open"))
    assert (found.checked, found.moves, found.failures, found.finished) == (opened, [], [], True)


def test_only_the_version_in_force_of_open_entries_is_checked(database: Database) -> None:
    with database.write() as session:
        of = matter(session, person(session))
        made, _ = entry(session, of, window(safe_by=date(2026, 11, 2)))
        version(session, made, window(), 2)
        entry(session, of, window(safe_by=date(2026, 11, 1)), status="satisfied")
    assert run(database, answers(window())).moves == []


def test_earlier_later_and_new_windows_in_one_run(database: Database) -> None:
    many(database, 1)
    fresh = window(rule="uscis.other", safe_by=SAFE, last_day=LAST)

    def with_(notice: Notice) -> Result:
        result = altered(RULE, safe_by=EARLY)(notice)
        later = [
            msgspec.structs.replace(w, last_day=LATE, latest=LATE) if w.rule == "uscis.motion.reconsider" else w
            for w in result.windows
        ]
        return msgspec.structs.replace(result, windows=[*later, fresh])

    found = run(database, with_)
    assert sorted((move.kind, move.outcome) for move in found.moves) == [
        ("earlier", "applied"), ("later", "waiting"), ("new", "applied"),
    ]  # fmt: skip
    assert {move.matter for move in found.moves} == {"m-000"}
    again = run(database, with_)
    assert [(move.kind, move.outcome) for move in again.moves] == [("later", "known")]


def test_what_waits_is_withdrawn_when_the_law_gives_the_stored_dates_again(database: Database) -> None:
    many(database, 1)
    changed = altered(RULE, last_day=LATE, latest=LATE)
    assert [move.outcome for move in run(database, changed).moves] == ["waiting"]
    assert [move.outcome for move in run(database, changed).moves] == ["known"]
    tried = run(database, dry_run=True)
    assert [(move.kind, move.outcome) for move in tried.moves] == [("same", "withdrawn")]
    assert [(move.kind, move.outcome) for move in run(database).moves] == [("same", "withdrawn")]
    with database.read() as session:
        [proposal] = session.scalars(select(Proposal))
        assert (proposal.state, proposal.decision) == ("superseded", "the computed dates are the stored ones again")
        [*_, moved] = session.scalars(select(Audit).where(Audit.action == "deadline.move").order_by(Audit.id))
        assert (moved.subject, moved.detail["outcome"]) == (proposal.entry_id, "withdrawn")
    assert run(database).moves == []


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    many(database, 2)
    with_ = altered(safe_by=EARLY, last_day=LATE, latest=LATE)
    with database.read() as session:
        before = [session.scalar(select(func.count()).select_from(t)) for t in (DeadlineRow, Proposal, Audit)]
    said = run(database, with_, dry_run=True)
    with database.read() as session:
        after = [session.scalar(select(func.count()).select_from(t)) for t in (DeadlineRow, Proposal, Audit)]
    assert before == after
    done = run(database, with_)
    assert [(m.entry, m.kind, m.outcome) for m in said.moves] == [(m.entry, m.kind, m.outcome) for m in done.moves]
    assert len(done.moves) == 2
    assert {move.proposal for move in said.moves} == {None}
    assert None not in {move.proposal for move in done.moves}


def test_a_notice_that_cannot_be_computed_is_told_once_and_is_not_the_end(database: Database) -> None:
    many(database, 3)
    with database.write() as session:
        first, second, _ = session.scalars(select(Entry).where(Entry.rule == RULE).order_by(Entry.notice_id)).all()
        first.notice.facts = {"kind": 7}
        second.notice.facts = {**second.notice.facts, "form": "I-999"}

    for _ in range(2):
        found = run(database, altered(safe_by=EARLY))
    assert sorted(failure.sentence.split(":")[0].split("'")[0] for failure in found.failures) == [
        "The stored notice cannot be read",
        "Unknown form ",
    ]
    with database.read() as session:
        assert len(session.scalars(select(Audit).where(Audit.action == "recompute.failed")).all()) == 2
        assert sorted(session.scalars(select(Entry.version).where(Entry.rule == RULE))) == [1, 1, 2]


def test_a_row_that_cannot_be_read_holds_up_nothing_else(database: Database) -> None:
    many(database, 3)
    with database.write() as session:
        broken = session.scalars(
            select(DeadlineRow).join(Entry, Entry.id == DeadlineRow.entry_id).where(Entry.rule == RULE).limit(1)
        ).one()
        broken.window = {"working": "nonsense"}
    found = run(database, altered(safe_by=EARLY))
    assert len(found.moves) == 2
    assert [failure.sentence.startswith("What is stored cannot be read") for failure in found.failures] == [True]


def test_a_window_that_the_law_no_longer_gives_waits_for_two_people(database: Database) -> None:
    with database.write() as session:
        entry(session, matter(session, person(session)), window())
    found = run(database, answers())
    assert [(move.kind, move.outcome) for move in found.moves] == [("gone", "waiting")]


def test_it_goes_page_by_page_and_may_end_between_any_two(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "PAGE", 3)
    many(database, 10)
    pages: list[int] = []

    def go_on(done: int) -> bool:
        pages.append(done)
        return done < 6

    with_ = altered(safe_by=EARLY)
    half = run(database, with_, go_on=go_on)
    assert (pages, half.finished, len(half.moves)) == ([0, 3, 6], False, 6)
    rest = run(database, with_)
    assert (rest.finished, len(rest.moves)) == (True, 4)
    with database.read() as session:
        assert set(session.scalars(select(Entry.version).where(Entry.rule == RULE))) == {2}


def test_a_process_killed_in_a_page_leaves_no_half_of_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    many(database, 4)
    calls = 0

    def dies(session: Any, firm_desk: Desk, found: Any, *, now: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = bring_up_to_date(session, firm_desk, found, now=now)
        if calls == 2:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(recomputing, "PAGE", 2)
    monkeypatch.setattr(recomputing, "bring_up_to_date", dies)
    with pytest.raises(KeyboardInterrupt):
        run(database, altered(safe_by=EARLY))
    with database.read() as session:
        versions = sorted(session.scalars(select(Entry.version).where(Entry.rule == RULE)))
        assert versions == [1, 1, 2, 2]
        assert session.scalar(select(func.count()).select_from(Proposal)) == 2


def test_an_entry_without_the_printed_deadline_is_computed_without_it(database: Database) -> None:
    printed = msgspec.structs.replace(DENIAL, printed_deadline=date(2026, 11, 13))
    with database.write() as session:
        made = recorded(session, printed)[RULE]
        assert row(session, made).safe_by == date(2026, 11, 13)
        made.resolution = {"use": "computed", "dispute": None, "reason": "a misprint"}
    found = run(database)
    assert [(move.kind, move.outcome, move.new.safe_by) for move in found.moves] == [("later", "waiting", SAFE)]


def test_a_dispute_that_is_stored_already_is_no_difference(database: Database) -> None:
    many(database, 1)
    with_ = altered(dispute="The notice prints Thursday 19 November 2026.")
    assert [(move.kind, move.outcome) for move in run(database, with_).moves] == [("same", "applied")]
    assert run(database, with_).moves == []
    with database.read() as session:
        made = session.scalars(select(Entry).where(Entry.rule == RULE)).one()
        assert stored(session, made).dispute == "The notice prints Thursday 19 November 2026."
        assert proposals(session, made) == []


def test_what_was_closed_while_a_page_was_computed_stays_as_it_is(database: Database) -> None:
    many(database, 1)

    def meanwhile(notice: Notice) -> Result:
        with database.write() as session:
            for made in session.scalars(select(Entry)):
                made.status = "satisfied"
        return altered(safe_by=EARLY)(notice)

    assert run(database, meanwhile).moves == []


def test_edition_and_reason_are_those_of_the_law_in_use(database: Database) -> None:
    many(database, 1)
    newer = msgspec.structs.replace(load_law(), edition="2031.01")
    found = recompute(database, desk(newer), altered(safe_by=EARLY), now=LATER + timedelta(days=1))
    assert [move.reason for move in found.moves] == ["computed anew by edition 2031.01 of the law data"]
    with database.read() as session:
        assert session.scalars(select(DeadlineRow.edition).where(DeadlineRow.version == 2)).one() == "2031.01"


def test_an_unknown_kind_of_fault_is_not_swallowed(database: Database) -> None:
    many(database, 1)

    def broken(notice: Notice) -> Result:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(database, broken)


def test_a_choice_of_the_firm_is_named_as_the_cause_and_not_the_law(database: Database) -> None:
    """Mail days are counted for motions from now on: the day to file by comes later, the last day is the law's."""
    many(database, 1)
    choice = {"motion-mail-days": "three"}

    def chosen(notice: Notice) -> Result:
        return compute(notice, policy=choice)

    with_choice = msgspec.structs.replace(desk(), policy=choice)
    found = recompute(database, with_choice, chosen, now=LATER, dry_run=True).moves
    said = "motion_mail_days is three now, was the careful answer; the law data is the same"
    assert {(move.kind, move.reason) for move in found} == {
        ("later", f"computed anew because the firm chose otherwise under [policy]: {said}")
    }
    newer = msgspec.structs.replace(with_choice, law=msgspec.structs.replace(load_law(), edition="2031.01"))
    [both, *_] = recompute(database, newer, chosen, now=LATER, dry_run=True).moves
    assert both.reason.startswith("computed anew by edition 2031.01 of the law data, and because the firm chose")


@pytest.mark.parametrize(
    "last, on, asked",
    [
        (LAST, LAST, True),  # the last day itself
        (LAST, LAST + timedelta(days=1), False),  # the safe date of a date that has passed
        (LATE, LAST + timedelta(days=1), True),  # the law gives more time: it may still be filed
        (LATE, LATE + timedelta(days=1), False),
    ],
)
def test_nobody_is_asked_about_a_later_date_that_has_passed_as_well(
    database: Database, last: date, on: date, asked: bool
) -> None:
    many(database, 1)
    later = altered(safe_by=LAST, last_day=last, latest=last)
    now = LATER + (on - LATER.date())
    found = recompute(database, desk(), later, now=now)
    assert [(move.kind, move.outcome) for move in found.moves] == ([("later", "waiting")] if asked else [])
