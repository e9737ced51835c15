"""No matter opens without an answer to its dates; and what is not known yet is looked at again on its day."""

import unicodedata
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.docket.board import counts
from deadlines.docket.closing import strike_notice
from deadlines.docket.health import check_docket
from deadlines.docket.history import history
from deadlines.docket.incoming import dismiss
from deadlines.docket.intake import open_matter, record_notice
from deadlines.docket.opening import Answer, Opened, open_answered
from deadlines.docket.quiet import matter_lines
from deadlines.docket.reviews import none_known, standing_review, tell_reviews
from deadlines.docket.undocketed import papers
from deadlines.docket.visible import require_visible_matter
from deadlines.errors import Conflict, InputError, NotFound
from deadlines.store.database import Database
from deadlines.store.tables import Incoming, Matter, Person
from tests.daemon.parts import Collector, sweeps
from tests.docket.desks import DENIAL, LATER, desk, firm
from tests.docket.samples import matter
from tests.docket.test_incoming import FRI, MON, NEXT_MON, SAT, THU, TUE, VETERANS, at, came, letters, room

FORTNIGHT = date(2026, 11, 16)
"""A Monday."""


def opened(session: Session, by: Person, reference: str = "N-1", *, client: str = "Canary-Ito", **said: Any) -> Opened:
    ana = session.scalars(select(Person).where(Person.role == "attorney")).one()
    who: dict[str, Any] = {"client": client, "attorney": ana, "by": by, "actor": by.email, "now": LATER}
    return open_answered(session, room(), reference, Answer(**said), **who)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"paper": "USCIS denial", "none_until": FORTNIGHT},
        {"paper": "USCIS denial", "incoming": "abcdefgh"},
        {"received_on": MON, "at": "fax"},
    ],
)
def test_a_matter_does_not_open_without_one_answer(database: Database, said: dict[str, Any]) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        with pytest.raises(InputError, match="Which deadline dates") as refused:
            opened(session, ben, **said)
        assert refused.value.code == "dates-unanswered"
        assert session.scalars(select(Matter)).all() == []


def test_what_is_to_be_docketed_waits_and_grows_old(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        made = opened(session, ben, paper="USCIS denial I-140", received_on=MON, at="fax")
        [view] = papers(session, room(), ana, now=at(TUE, 10))
        assert (view.matter, view.title, view.at, view.overdue) == ("N-1", "USCIS denial I-140", "fax", True)
        assert counts(session, ana, today=MON, now=LATER).undocketed == 1
        with pytest.raises(Conflict, match="exists already"):
            opened(session, ben, " N-1 ", none_until=FORTNIGHT)
        assert made.paper is not None


def test_a_paper_that_waits_already_is_the_answer_too(database: Database) -> None:
    with database.write() as session:
        _, ben, dora = firm(session)
        paper = came(session, dora)
        opened(session, ben, incoming=paper.id[:8])
        assert session.get_one(Incoming, paper.id).matter.reference == "N-1"  # type: ignore[union-attr]
        with pytest.raises(Conflict, match="another matter"):
            opened(session, ben, "N-2", incoming=paper.id)


def test_a_paper_of_a_restricted_matter_is_no_answer_to_who_does_not_see_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        paper = came(session, ana, matter=matter(session, ana, restricted=True))
        dismiss(session, paper, reason="Canary", by=ana, now=LATER, actor="test")
        for who in (ben, dora):
            with pytest.raises(NotFound, match="No incoming paper begins with"):
                opened(session, who, who.email, incoming=paper.id[:8])
        with pytest.raises(Conflict, match="was dismissed already"):
            opened(session, ana, "N-9", incoming=paper.id)


def test_of_a_number_that_is_not_theirs_to_see_people_learn_that_it_is_taken_and_no_more(database: Database) -> None:
    with database.write() as session:
        ana, ben, dora = firm(session)
        matter(session, ana, "S-1", restricted=True)
        for who in (ben, dora):
            for number in ("S-1", "s-1"):  # the same number in other capitals is the same number
                with pytest.raises(Conflict, match=r"^This number cannot be used: ask whoever keeps the docket\.$"):
                    opened(session, who, number, none_until=FORTNIGHT)
                with pytest.raises(NotFound, match=r"^This number cannot be used: ask whoever keeps the docket\.$"):
                    require_visible_matter(session, f" {number} ", who)
        with pytest.raises(Conflict, match="exists already"):
            opened(session, ana, "S-1", none_until=FORTNIGHT)
        with pytest.raises(Conflict, match="in capital and small letters only"):
            opened(session, ana, "s-1", none_until=FORTNIGHT)
        require_visible_matter(session, "s-1", ana)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_however_a_number_is_typed_it_is_the_same_number(database: Database, form: Literal["NFC", "NFD"]) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter(session, ana, "Café-1", restricted=True)
        typed = unicodedata.normalize(form, "Café-1")
        with pytest.raises(NotFound, match="This number cannot be used"):
            require_visible_matter(session, typed, ben)
        for attorney in (ana, ben):
            with pytest.raises(Conflict, match="This number cannot be used"):
                open_matter(session, typed, client=None, attorney=attorney, by=ben, actor="t", now=LATER)
        assert (
            open_matter(session, typed, client=None, attorney=ana, by=ana, actor="t", now=LATER).reference == "Café-1"
        )


@pytest.mark.parametrize("number", ["S-1", "ÉT-1"])
def test_a_number_in_other_capitals_is_spelled_to_nobody_who_does_not_see_its_matter(
    database: Database, number: str
) -> None:
    """Also where nothing asked before: two may type at once. Nobody in particular sees no restricted matter."""
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter(session, ana, number, restricted=True)
        for who, words in ((ben, "cannot be used"), (None, "cannot be used"), (ana, "in capital and small letters")):
            with pytest.raises(Conflict, match=words) as refused:
                open_matter(session, number.lower(), client=None, attorney=ana, by=who, actor="test", now=LATER)
            assert refused.value.code == "matter-exists"
        # One that stands there under its very number is told by it, whatever else is written so.
        session.add(Matter(reference=number.lower(), attorney_id=ana.id, created_at=LATER))
        session.flush()
        require_visible_matter(session, number.lower(), ben)


@pytest.mark.parametrize("day, part", [(MON, "not to come"), (MON + timedelta(days=367), "more than a year")])
def test_a_day_on_which_nobody_looks_is_no_answer(database: Database, day: date, part: str) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        with pytest.raises(InputError, match=part):
            opened(session, ben, none_until=day)


def test_who_said_that_nothing_is_known_is_reminded_on_the_day_and_again(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        opened(session, ben, none_until=SAT)
    with database.write() as session:
        # A Saturday is told of on Monday morning, when somebody is there.
        assert tell_reviews(session, room(), now=at(FRI, 20)) == 0
        assert tell_reviews(session, room(), now=at(NEXT_MON, 8, 59)) == 0
        assert tell_reviews(session, room(), now=at(NEXT_MON, 9)) == 1
        assert tell_reviews(session, room(), now=at(NEXT_MON, 17)) == 0
        assert [email for email, _ in letters(session)] == ["ana@firm.test", "ben@firm.test"]
        text = letters(session)[0][1].text
        assert "Ben Ode said on Mon 2 Nov 2026" in text
        assert "Sat 7 Nov 2026" in text
        assert "Canary" not in text
        assert tell_reviews(session, room(), now=at(NEXT_MON + timedelta(days=1), 9)) == 1
        assert tell_reviews(session, room(), now=at(VETERANS, 9)) == 0
        assert tell_reviews(session, room(), now=at(THU, 9)) == 1


def test_the_list_shows_it_as_put_off_until_the_day(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        opened(session, ben, none_until=FORTNIGHT)
        for today, now_to_look in ((MON, False), (FORTNIGHT - timedelta(days=1), False), (FORTNIGHT, True)):
            [line] = matter_lines(session, ana, today=today, quiet=True)
            assert (line.look_again_on, line.looked_by) == (FORTNIGHT, "Ben Ode")
            assert (line.quiet, line.to_look_at) == (True, now_to_look)
            assert counts(session, ana, today=today, now=LATER).quiet == int(now_to_look)

        def found(now: Any) -> str:
            return next(one for one in check_docket(session, now) if one.id == "reviews").state

        assert found(at(FORTNIGHT + timedelta(days=6), 12)) == "well"
        assert found(at(FORTNIGHT + timedelta(days=8), 12)) == "warning"


def test_said_anew_it_counts_from_then_and_a_notice_ends_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        matter = opened(session, ben, none_until=THU).matter
        tell_reviews(session, room(), now=at(THU, 9))
        none_known(session, room(), matter, again_on=FORTNIGHT, by=ana, now=at(THU, 10), actor=ana.email)
        assert letters(session) == []
        assert len(letters(session, "cancelled")) == 2
        assert tell_reviews(session, room(), now=at(THU, 12)) == 0
        words = [(one.who, one.words) for one in history(session, matter, ana) if "no date" in one.words]
        assert words == [
            ("Ana Ruiz", "Said that no date is known yet: to look again on 2026-11-16"),
            ("Ben Ode", "Said that no date is known yet: to look again on 2026-11-12"),
        ]
        made = record_notice(session, desk(), matter, DENIAL, now=at(THU, 11))
        assert standing_review(session, matter) is None
        with pytest.raises(Conflict, match="open dates"):
            none_known(session, room(), matter, again_on=FORTNIGHT, by=ana, now=at(THU, 11), actor="t")
        assert tell_reviews(session, room(), now=at(FORTNIGHT, 12)) == 0
        strike_notice(session, desk(), made.notice, reason="wrong matter", by=ana, now=at(THU, 12))
        [line] = matter_lines(session, ana, today=FORTNIGHT, quiet=True)
        assert (line.to_look_at, line.look_again_on) == (True, None)


def test_who_may_not_see_a_restricted_matter_is_not_reminded_of_it(database: Database) -> None:
    with database.write() as session:
        ana, ben, _ = firm(session)
        ana_only: dict[str, Any] = {
            "client": None,
            "attorney": ana,
            "by": ben,
            "actor": "t",
            "now": LATER,
            "restricted": True,
        }
        open_answered(session, room(), "S-1", Answer(none_until=THU), **ana_only)
        assert tell_reviews(session, room(), now=at(THU, 9)) == 1
        assert [email for email, _ in letters(session)] == ["ana@firm.test"]
        assert matter_lines(session, ben, today=THU, quiet=True) == []


def test_the_scheduler_reminds(database: Database) -> None:
    with database.write() as session:
        _, ben, _ = firm(session)
        opened(session, ben, none_until=THU)
    channel = Collector()
    daemon = sweeps(database, channel, mail_room=room())
    assert [daemon.tell_undocketed(at(THU, hour)) for hour in (8, 10)] == [0, 1]
    daemon.send_due(at(THU, 10))
    assert {message.to_email for message in channel.messages} == {"ana@firm.test", "ben@firm.test"}
    assert "LOOK AGAIN" in channel.messages[0].subject
