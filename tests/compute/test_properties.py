"""What must hold for every notice, whatever the date: found by hypothesis, not by examples."""

from datetime import date, timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from deadlines.compute import Notice, Service, Window, compute
from deadlines.compute.days import add_length
from deadlines.compute.engine import Engine, engine_for
from deadlines.errors import InputError
from deadlines.law import load_law
from deadlines.law.advice import Ambiguity
from deadlines.law.counting import Method
from deadlines.law.matrix import Fact

LAW = load_law()
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
METHODS: st.SearchStrategy[Method] = st.sampled_from(get_args(Method))
METHODS_COMPARED: tuple[Method, Method] = ("mail", "in-person")
REVERSED = Engine(structs.replace(LAW, rules=dict(reversed(LAW.rules.items()))))
WITHOUT_HOLIDAYS = Engine(
    structs.replace(LAW, calendars={key: structs.replace(c, holiday=[]) for key, c in LAW.calendars.items()})
)
KINDS = sorted({kind for rule in LAW.rules.values() for kind in rule.kinds})


def forms_of(kind: str) -> list[str | None]:
    """Every form that a decision of this kind may be on, and none."""
    named = {form for rule in LAW.rules.values() if kind in rule.kinds for form in rule.when.get("form", [])}
    return [None, *sorted(named | (set(LAW.matrix.get(kind, {})) - {"*"}))]


def values_of(fact: Fact, decided_on: date) -> st.SearchStrategy[str]:
    """What may be answered for a fact."""
    if fact.type == "date":
        return st.integers(-4000, 900).map(lambda days: str(decided_on + timedelta(days=days)))
    if fact.type == "number":
        return st.integers(0, 800).map(str)
    if fact.type == "words":
        return st.lists(st.sampled_from(fact.choices), min_size=1, max_size=3, unique=True).map(",".join)
    return st.sampled_from(fact.choices)


FACTS = [fact for fact in LAW.facts.values() if fact.choices or fact.type in ("date", "number")]


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Any notice that the law data knows: kind, form, days, service and up to six facts."""
    kind = draw(st.sampled_from(KINDS))
    on = draw(DAYS)
    later = draw(st.one_of(st.none(), st.integers(0, 40)))
    service = Service(draw(METHODS), on + timedelta(days=later) if later is not None else None)
    chosen = draw(st.lists(st.sampled_from(FACTS), max_size=6, unique_by=lambda fact: fact.name))
    facts = {fact.name: draw(values_of(fact, on)) for fact in chosen}
    received = draw(st.one_of(st.none(), st.integers(0, 30)))
    return Notice(
        kind=kind, form=draw(st.sampled_from(forms_of(kind))), decided_on=on, service=service, facts=facts,
        received_on=(service.on or on) + timedelta(days=received) if received is not None else None,
    )  # fmt: skip


def windows_of(notice: Notice) -> list[Window]:
    """The windows, or none where the law data says that it does not know: never anything else."""
    try:
        return compute(notice).windows
    except InputError as refused:
        if refused.code not in ("no-rule", "before-known-law"):
            raise
        return []


@settings(max_examples=600, deadline=None)
@given(notices())
def test_the_four_dates_stand_in_order_and_on_possible_days(notice: Notice) -> None:
    for window in windows_of(notice):
        days = engine_for(LAW).days(LAW.rules[window.rule].computation)
        if window.state != "due":
            assert (window.safe_by, window.last_day, window.latest, window.protective_by) == (None,) * 4
            continue
        assert window.safe_by is not None
        assert window.last_day is not None
        assert window.latest is not None
        assert window.opens_on is not None
        assert window.safe_by <= window.last_day <= window.latest
        assert days.is_working_day(window.safe_by), window.rule
        if window.protective_by:
            assert window.protective_by < window.last_day


@settings(max_examples=300, deadline=None)
@given(notices())
def test_a_last_day_is_never_before_its_start_and_the_shortest_text(notice: Notice) -> None:
    """Nothing that is added, rolled or argued may shorten what the text gives; only an event or a printed day may."""
    for window in windows_of(notice):
        rule = LAW.rules[window.rule]
        cut = rule.printed_fact is not None or any(item.effect == "caps" for item in rule.alternative)
        cut = cut or rule.counted_before in notice.facts  # days counted before shorten what is left
        if window.state != "due" or window.last_day is None or cut:
            continue
        start = window.working[0].date
        assert start is not None
        lengths = [period.length for period in rule.period]
        lengths += [unless.length for period in rule.period for unless in period.unless]
        if LAW.computations[rule.computation].count == "calendar":
            assert window.last_day >= min(add_length(start, length) for length in lengths), window.rule


@settings(max_examples=300, deadline=None)
@given(notices())
def test_every_date_explains_itself(notice: Notice) -> None:
    for window in windows_of(notice):
        assert window.cite
        assert window.working
        if window.state == "due":
            assert sum(reading.prevails for reading in window.readings) == 1
            prevailing = next(reading for reading in window.readings if reading.prevails)
            assert prevailing.last_day == window.last_day
            assert all(reading.cite and reading.why for reading in window.readings)
            dated = {step.date for step in window.working}
            assert {window.last_day, window.safe_by} <= dated


@settings(max_examples=200, deadline=None)
@given(DAYS, st.sampled_from(sorted(LAW.computations)))
def test_a_roll_never_goes_the_wrong_way_and_rests(day: date, name: str) -> None:
    days = engine_for(LAW).days(name)
    for roll, forward in ((days.forward, True), (days.forward_past_closures, True), (days.back, False)):
        found = roll(day).day
        assert found >= day if forward else found <= day
        assert abs((found - day).days) <= 6
        assert roll(found).day == found


@settings(max_examples=200, deadline=None)
@given(notices())
def test_mail_never_brings_an_earlier_date_than_personal_service(notice: Notice) -> None:
    by_mail, personal = (
        {w.rule: w.last_day for w in windows_of(structs.replace(notice, service=Service(method, notice.service.on)))}
        for method in METHODS_COMPARED
    )
    assert by_mail.keys() == personal.keys()
    assert all(by_mail[rule] >= day for rule, day in personal.items() if day is not None)  # type: ignore[operator]


@settings(max_examples=150, deadline=None)
@given(notices())
def test_a_holiday_never_moves_a_last_day_earlier_nor_a_safe_date_later(notice: Notice) -> None:
    try:
        without = {w.rule: w for w in WITHOUT_HOLIDAYS.compute(notice).windows}
    except InputError:
        return
    for window in windows_of(notice):
        bare = without[window.rule]
        if window.last_day is None or bare.last_day is None or _business(window.rule):
            continue
        assert window.last_day >= bare.last_day, window.rule
        days = {reading.name: reading.last_day for reading in bare.readings}
        assert all(days.get(r.name, r.last_day) <= r.last_day for r in window.readings), window.rule
        if LAW.rules[window.rule].trigger not in ("after", "final-order"):
            assert window.safe_by is not None
            assert bare.safe_by is not None
            assert window.safe_by <= bare.safe_by, window.rule


def _business(rule: str) -> bool:
    return LAW.computations[LAW.rules[rule].computation].count == "business"


@settings(max_examples=150, deadline=None)
@given(notices())
def test_neither_the_order_of_files_nor_what_was_asked_before_matters(notice: Notice) -> None:
    try:
        fresh = Engine(LAW).compute(notice)
    except InputError:
        return
    assert compute(notice) == fresh
    other = REVERSED.compute(notice)
    assert other.windows == fresh.windows
    assert sorted(ask.fact for ask in other.asks) == sorted(ask.fact for ask in fresh.asks)


@settings(max_examples=200, deadline=None)
@given(notices(), st.lists(st.sampled_from([a for a in LAW.ambiguities.values() if a.firm]), min_size=1, max_size=4))
def test_a_policy_moves_the_safe_date_only(notice: Notice, decided: list[Ambiguity]) -> None:
    before = {w.rule: w for w in windows_of(notice)}
    if not before:
        return
    policy = {ambiguity.id: ambiguity.choices[1].id for ambiguity in decided}
    for window in compute(notice, policy=policy).windows:
        was = before[window.rule]
        if LAW.rules[window.rule].trigger == "after":
            continue
        assert (window.last_day, window.latest, window.protective_by) == (was.last_day, was.latest, was.protective_by)
        if window.safe_by is not None and window.last_day is not None:
            assert window.safe_by <= window.last_day


@settings(max_examples=100, deadline=None)
@given(notices(), st.integers(0, 500))
def test_timeliness_follows_the_dates(notice: Notice, later: int) -> None:
    filed = notice.decided_on + timedelta(days=later)
    for window in windows_of(structs.replace(notice, filed_on=filed)):
        if window.last_day and window.latest:
            doubtful = any(note.contests and note.text in window.notes for note in LAW.rules[window.rule].note)
            timely = "contested" if doubtful else "timely"
            expected = timely if filed <= window.last_day else "late" if filed > window.latest else "contested"
            assert window.timeliness == expected
