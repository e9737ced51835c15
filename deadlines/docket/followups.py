"""What comes next after a filing or a waiver, as the law data relates one remedy to other clocks.

Nothing here is entered by itself: each follow-on is a sentence with its authority, and the command that a
person would type to put it on the docket.
"""

import shlex
from collections.abc import Iterator

import msgspec

from deadlines.compute.notice import Notice
from deadlines.compute.result import Relation, Result, Window
from deadlines.docket.beside import Ending, endings_by, endings_of
from deadlines.docket.entries import computed
from deadlines.docket.intake import Desk
from deadlines.docket.legible import notice_of
from deadlines.docket.records import Ahead, Ended, FollowOn
from deadlines.errors import DeadlinesError
from deadlines.store.tables import Entry

EVENTS = {
    "satisfied": ("filed", "denied", "granted", "any"),
    "waived": ("not-filed",),
    "open": ("filed", "denied", "granted", "any", "not-filed"),
}
"""Which relations matter to an entry of that status; while it is open, all of them."""
FILED_ON = "case_filed_on"
"""The fact of the law data that says on which day the filing was made from which another clock runs."""
PLACES = {"date": "DATE", "number": "NUMBER"}
"""What stands in a command for a fact that only a person knows, by the type of the fact."""
AVAILABLE = ("due", "no-limit")
"""The states of a window in which something can be done; no other is proposed."""
BY_HAND = "--reason REASON --by ADDRESS"


def follow_ons(desk: Desk, entry: Entry, window: Window) -> list[FollowOn]:
    """What comes next for an entry, by its status; empty where the law data relates nothing.

    An entry whose clock a filing has ended says so, and nothing else of it comes next.
    """
    endings = endings_of(desk.law, entry, window.last_day)
    if endings:
        return [_was_ended(item) for item in endings]
    return _with_endings(
        [_of(desk, entry, relation) for relation in _mattering(entry, window)], endings_by(desk.law, entry)
    )


def _with_endings(found: list[FollowOn], endings: list[Ending]) -> list[FollowOn]:
    """Each ending beside the sentence that says it; one that the notice's own facts do not say comes first."""
    said = [
        msgspec.structs.replace(item, ended=[_ended(e) for e in endings if (e.text, e.ended.rule) == _ends(item)])
        for item in found
    ]
    known = {_ends(item) for item in found}
    return [_ending(item) for item in endings if (item.text, item.ended.rule) not in known] + said


def _ends(item: FollowOn) -> tuple[str, str | None] | None:
    return (item.text, item.rule) if (item.kind, item.on) == ("ends", "filed") else None


def _ending(item: Ending, on: str = "filed") -> FollowOn:
    return FollowOn(
        on=on,
        kind="ends",
        text=item.text,
        cite=item.cite,
        rule=item.ended.rule,
        notice=None,
        facts={},
        ended=[_ended(item)],
    )


def _was_ended(item: Ending) -> FollowOn:
    text = f"{item.filed.title}, entry {item.filed.id[:8]}, was filed on {item.filed.closed_on}. {item.text}"
    return msgspec.structs.replace(_ending(item, "ended"), text=text)


def _ended(item: Ending) -> Ended:
    """The entry whose clock has ended, with the command that closes it for that reason."""
    entry, filed = item.ended, item.filed
    reason = f"ended by the filing of entry {filed.id[:8]} on {filed.closed_on} ({'; '.join(item.cite)})"
    command = f"deadlines waive {entry.id[:8]} --reason {shlex.quote(reason)} --by ADDRESS"
    return Ended(
        entry=entry.id, title=entry.title, status=entry.status, command=command if entry.status == "open" else None
    )


def _mattering(entry: Entry, window: Window) -> Iterator[Relation]:
    events = EVENTS.get(entry.status, ())
    return (relation for relation in window.relations if relation.on in events)


def _of(desk: Desk, entry: Entry, relation: Relation) -> FollowOn:
    found = FollowOn(
        on=relation.on,
        kind=relation.kind,
        text=relation.text,
        cite=relation.cite,
        rule=relation.rule,
        notice=relation.notice,
        facts=relation.facts,
    )
    if relation.facts:
        return _with_facts(desk, entry, relation, found)
    if relation.notice:
        return msgspec.structs.replace(found, command=_add(entry, relation))
    return found


def _with_facts(desk: Desk, entry: Entry, relation: Relation, found: FollowOn) -> FollowOn:
    """The windows that the same notice would open then, beside those that it opens now."""
    try:
        notice = notice_of(entry.notice)
        now, then = computed(desk, notice), computed(desk, _with(notice, relation.facts))
        wanted = _wanted(desk, relation, now, then)
        known = _filed_on(entry, relation, wanted)
        then = computed(desk, _with(notice, {**relation.facts, **known})) if known else then
    except DeadlinesError as fault:
        return msgspec.structs.replace(found, fault=fault.sentence)
    facts = {**relation.facts, **wanted, **known}
    if all(notice.facts.get(name) == value for name, value in facts.items()):
        return found  # it was entered already
    now_open = {_key(window) for window in now.windows}
    windows = [window for window in then.windows if _concerns(relation, window, now_open)]
    gone = {window.rule for window in now.windows if window.state in AVAILABLE}
    elsewhere = relation.notice is not None and not windows and not wanted
    return msgspec.structs.replace(
        found,
        proposed=[_ahead(window) for window in windows if window.state in AVAILABLE],
        no_longer=[window.title for window in windows if window.state not in AVAILABLE and window.rule in gone],
        command=_add(entry, relation) if elsewhere else _amend(entry, facts),
    )


def _with(notice: Notice, facts: dict[str, str]) -> Notice:
    return msgspec.structs.replace(notice, facts={**notice.facts, **facts})


def _wanted(desk: Desk, relation: Relation, now: Result, then: Result) -> dict[str, str]:
    """What else has to be known before the windows of then have dates, each with the word to put in its place."""
    dated = {window.rule for window in then.windows}
    asked = {(ask.fact, rule) for ask in now.asks for rule in ask.rules}
    return {
        ask.fact: PLACES.get(desk.law.facts[ask.fact].type, "VALUE")
        for ask in then.asks
        for rule in ask.rules
        if ask.fact in desk.law.facts and rule not in dated and (rule == relation.rule or (ask.fact, rule) not in asked)
    }


def _filed_on(entry: Entry, relation: Relation, wanted: dict[str, str]) -> dict[str, str]:
    """The day of the filing, where it is wanted and the entry was filed."""
    if FILED_ON not in wanted or relation.on != "filed" or entry.status != "satisfied" or entry.closed_on is None:
        return {}
    return {FILED_ON: entry.closed_on.isoformat()}


def _amend(entry: Entry, facts: dict[str, str]) -> str:
    return f"deadlines amend {entry.notice_id[:8]} {_facts(facts)} {BY_HAND}"


def _facts(facts: dict[str, str]) -> str:
    return " ".join(f"--fact {shlex.quote(f'{name}={value}')}" for name, value in facts.items())


def _concerns(relation: Relation, window: Window, now_open: set[tuple[object, ...]]) -> bool:
    """The window that the relation names; where it names none, what is new or has other dates."""
    return window.rule == relation.rule if relation.rule is not None else _key(window) not in now_open


def _key(window: Window) -> tuple[object, ...]:
    return window.rule, window.state, window.safe_by, window.last_day


def _ahead(window: Window) -> Ahead:
    return Ahead(
        rule=window.rule,
        title=window.title,
        state=window.state,
        opens_on=window.opens_on,
        safe_by=window.safe_by,
        last_day=window.last_day,
    )


def _add(entry: Entry, relation: Relation) -> str:
    """The command for a notice that comes then. Facts that change nothing here are those of that notice."""
    kind = relation.notice or ""
    form = f" --form {entry.notice.form}" if entry.notice.form and kind.startswith(("uscis.", "aao.")) else ""
    words = f" {_facts(relation.facts)}" if relation.facts else ""
    matter = shlex.quote(entry.matter.reference)
    return f"deadlines add --matter {matter} --kind {kind}{form} --decided-on DATE{words} --by ADDRESS"
