"""What must hold for every notice, whatever the date: found by hypothesis, not by examples."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.compute import Notice, Service, compute
from deadlines.compute.engine import engine_for
from deadlines.law import load_law
from deadlines.law.counting import Method

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
METHODS: st.SearchStrategy[Method] = st.sampled_from(
    ["mail", "certified-mail", "in-person", "electronic", "fax", "oral", "unknown"]
)
CASES = st.sampled_from(
    [
        ("uscis.denial", "I-485"), ("uscis.denial", "I-130"), ("uscis.denial", "I-140"), ("uscis.denial", "N-400"),
        ("uscis.denial", None), ("uscis.revocation", "I-130"), ("uscis.revocation", "I-140"), ("uscis.rfe", None),
        ("uscis.noid", None), ("ij.order", None), ("ij.in-absentia", None), ("ij.bond", None),
        ("bia.decision", None), ("bia.motion.denial", None), ("dhs.removal.administrative", None),
        ("status.arrival", None),
    ]
)  # fmt: skip
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "asylum": st.sampled_from(["none", "granted", "denied-merits", "denied-bar"]),
        "appeal": st.sampled_from(["reserved", "waived", "none-filed", "filed"]),
        "circuit": st.sampled_from([*map(str, range(1, 12)), "dc"]),
        "filing": st.sampled_from(["paper", "online"]),
    },
)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    kind, form = draw(CASES)
    on = draw(DAYS)
    later = draw(st.one_of(st.none(), st.integers(0, 40)))
    service = Service(draw(METHODS), on + timedelta(days=later) if later is not None else None)
    return Notice(kind=kind, form=form, decided_on=on, service=service, facts=draw(FACTS))


@settings(max_examples=400, deadline=None)
@given(notices())
def test_the_four_dates_stand_in_order_and_on_possible_days(notice: Notice) -> None:
    days = engine_for(load_law()).days("uscis")
    for window in compute(notice).windows:
        if window.state != "due":
            assert (window.safe_by, window.last_day, window.latest, window.protective_by) == (None,) * 4
            continue
        assert window.safe_by is not None
        assert window.last_day is not None
        assert window.latest is not None
        assert window.opens_on is not None
        assert notice.decided_on < window.safe_by <= window.last_day <= window.latest
        assert days.is_working_day(window.safe_by), window.rule
        if window.protective_by:
            assert notice.decided_on < window.protective_by < window.last_day


@settings(max_examples=200, deadline=None)
@given(notices())
def test_every_date_explains_itself(notice: Notice) -> None:
    for window in compute(notice).windows:
        assert window.cite
        assert window.working
        if window.state == "due":
            assert sum(reading.prevails for reading in window.readings) == 1
            prevailing = next(reading for reading in window.readings if reading.prevails)
            assert prevailing.last_day == window.last_day
            assert all(reading.cite and reading.why for reading in window.readings)
            assert window.last_day in {step.date for step in window.working}
            assert window.safe_by in {step.date for step in window.working}


@settings(max_examples=200, deadline=None)
@given(DAYS, st.sampled_from(["uscis", "eoir-board", "frap"]))
def test_a_roll_never_goes_the_wrong_way_and_rests(day: date, name: str) -> None:
    days = engine_for(load_law()).days(name)
    for roll, forward in ((days.forward, True), (days.forward_past_closures, True), (days.back, False)):
        found = roll(day).day
        assert found >= day if forward else found <= day
        assert abs((found - day).days) <= 6
        assert roll(found).day == found


@settings(max_examples=200, deadline=None)
@given(notices())
def test_mail_never_brings_an_earlier_date_than_personal_service(notice: Notice) -> None:
    on = notice.service.on

    def last_days(method: str) -> dict[str, date]:
        result = compute(Notice(
            kind=notice.kind, form=notice.form, decided_on=notice.decided_on, facts=notice.facts,
            service=Service(method, on),  # type: ignore[arg-type]
        ))  # fmt: skip
        return {w.rule: w.last_day for w in result.windows if w.last_day}

    mail, personal = last_days("mail"), last_days("in-person")
    assert mail.keys() == personal.keys()
    assert all(mail[rule] >= personal[rule] for rule in mail)


@settings(max_examples=100, deadline=None)
@given(notices(), st.integers(0, 500))
def test_timeliness_follows_the_dates(notice: Notice, later: int) -> None:
    filed = notice.decided_on + timedelta(days=later)
    asked = Notice(
        kind=notice.kind, form=notice.form, decided_on=notice.decided_on, service=notice.service,
        facts=notice.facts, filed_on=filed,
    )  # fmt: skip
    for window in compute(asked).windows:
        if window.last_day and window.latest:
            expected = "timely" if filed <= window.last_day else "late" if filed > window.latest else "contested"
            assert window.timeliness == expected
