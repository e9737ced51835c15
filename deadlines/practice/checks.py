"""What a practice file may not say: names that the law data does not have, and ladders too thin for a fatal date."""

import re
from datetime import date, time
from typing import NoReturn
from zoneinfo import ZoneInfo

from msgspec import Struct

from deadlines.compute.ladder import moment
from deadlines.compute.ladders import Reach, WindowClass, is_remedy
from deadlines.errors import ConfigError
from deadlines.law import Law
from deadlines.law.faults import near
from deadlines.practice.files import DispatchTable, LadderTable, MilestoneTable, PracticeFile, ReachTable
from deadlines.practice.model import Practice

CORRECT = "Correct the practice file; docs/practice.md tells what it may hold."
ROLES = ("attorney", "paralegal", "docket")
LAST_STAGE = (1, 0)
LONG_RANGE = ((45, 30), (20, 14), (8, 7), (0, 2))
"""Where a ladder serves windows of so many days, a fatal one needs a first reminder so many days before."""
ALWAYS_FATAL = (
    "appeal",
    "brief",
    "civil action",
    "habeas corpus",
    "hearing",
    "motion",
    "petition",
    "response",
    "review",
)
FARTHEST = 730
LATEST_HOUR = "12:00"
SEASONS = (date(2026, 1, 15), date(2026, 7, 15))
"""Zones change to summer time on different days, or not at all."""
MOST_DISPATCH, MOST_STEP, MOST_REMIND = 20, 365, 60
TITLE = 120


class FirmsDay(Struct, frozen=True):
    """The firm's time zone, and the time of day of reminders where a ladder has none of its own."""

    zone: str
    at: str = "09:00"


def check(name: str, table: PracticeFile, law: Law, day: FirmsDay) -> None:
    """Refuse what cannot be or may not be. Raises ConfigError with file, table, key and fault."""
    for number, ladder in enumerate(table.ladder, start=1):
        _ladder(f"{name}, ladder number {number}", ladder, law, day)
    for number, dispatch in enumerate(table.dispatch, start=1):
        _dispatch(f"{name}, dispatch number {number}", dispatch, law)
    for milestone in table.milestone:
        _milestone(f"{name}, milestone {milestone.id}", milestone, law)
    for word in table.fatal.excepted:
        if word not in law.rules and not _known_remedy(word, law):
            _fail(f"{name}, fatal", "except", f"'{word}' is neither a rule nor a kind of remedy")
        remedy = law.rules[word].remedy if word in law.rules else word
        if any(is_remedy(remedy, always) for always in ALWAYS_FATAL):
            _fail(f"{name}, fatal", "except", f"the last day of '{word}' ends a right, so it stays fatal")
    _whole(name, table)


def check_ties(name: str, practice: Practice, law: Law) -> None:
    """Refuse two tables of which neither is the narrower for a rule that both fit. Raises ConfigError with both."""
    for rule in law.rules.values():
        of = practice.class_of_rule(rule)
        ladders = [(ladder.reach, f"at_least = {ladder.at_least}") for ladder in practice.ladders]
        _no_tie(name, "ladder", ladders, of)
        _no_tie(name, "dispatch", [(dispatch.reach, "") for dispatch in practice.dispatches], of)


def _no_tie(name: str, what: str, tables: list[tuple[Reach, str]], of: WindowClass) -> None:
    first: dict[tuple[tuple[int, int, int], str], int] = {}
    for number, (reach, beside) in enumerate(tables, start=1):
        if not reach.fits(of):
            continue
        other = first.setdefault((reach.narrowness(of), beside), number)
        if other != number:
            raise ConfigError(
                f"{name}: {what} number {other} and {what} number {number} are both for '{of.rule}' and neither is the "
                f"narrower{f' ({beside})' if beside else ''}. Take the window out of one; docs/practice.md tells how."
            )


def is_time(text: str) -> bool:
    """Whether it is `HH:MM` of a 24-hour clock."""
    found = re.fullmatch(r"([0-9]{2}):([0-9]{2})", text)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60


def _fail(where: str, key: str, what: str) -> NoReturn:
    raise ConfigError(f"{where}: key '{key}': {what}. {CORRECT}")


def _whole(name: str, table: PracticeFile) -> None:
    """What only the tables together show: a gap below the shortest ladder, the same thing said twice."""
    general = [ladder for ladder in table.ladder if _for_all(ladder)]
    if general and all(ladder.at_least > 0 for ladder in general):
        shortest = min(ladder.at_least for ladder in general)
        _fail(
            f"{name}, ladder",
            "at_least",
            f"windows of less than {shortest} days would have no ladder; add one for every window with at_least = 0",
        )
    _long_range(name, table.ladder)
    _once(name, "ladder", [f"{_words(ladder)}, at_least = {ladder.at_least}" for ladder in table.ladder])
    _once(name, "dispatch", [_words(dispatch) for dispatch in table.dispatch])
    _once(name, "milestone", [f"id = {milestone.id}" for milestone in table.milestone])


def _once(name: str, what: str, said: list[str]) -> None:
    for words in said:
        if said.count(words) > 1:
            raise ConfigError(f"{name}: two [[{what}]] tables are for the same ({words}). Take one out.")


def _for_all(table: ReachTable) -> bool:
    return not (table.rules or table.remedies or table.forums) and table.fatal is None and table.filed is None


def _words(table: ReachTable) -> str:
    named = [f"{key} = {sorted(getattr(table, key))}" for key in ("rules", "remedies", "forums") if getattr(table, key)]
    halves = [f"{key} = {half}" for key in ("fatal", "filed") if (half := getattr(table, key)) is not None]
    return ", ".join([*named, *halves]) or "every window"


def _reach(where: str, table: ReachTable, law: Law) -> None:
    named = [key for key in ("rules", "remedies", "forums") if getattr(table, key)]
    if len(named) > 1:
        _fail(where, named[1], f"it stands beside '{named[0]}'; one table says its windows in one way, so make two")
    forums = {rule.forum for rule in law.rules.values()}
    for key, known in (("rules", set(law.rules)), ("forums", forums)):
        for word in getattr(table, key):
            if word not in known:
                _fail(where, key, f"{word!r} is not in the law data{near(word, known)}")
    for word in table.remedies:
        if not _known_remedy(word, law):
            remedies = {rule.remedy for rule in law.rules.values()}
            _fail(where, "remedies", f"{word!r} is no kind of remedy in the law data{near(word, remedies)}")


def _known_remedy(word: str, law: Law) -> bool:
    return any(is_remedy(rule.remedy, word) for rule in law.rules.values())


def _ladder(where: str, ladder: LadderTable, law: Law, day: FirmsDay) -> None:
    _reach(where, ladder, law)
    _between(where, "at_least", ladder.at_least, 0, FARTHEST)
    for before in ladder.days:
        _between(where, "days", before, 0, FARTHEST)
    if len(set(ladder.days)) < len(ladder.days):
        _fail(where, "days", "a day stands there twice")
    if not ladder.days:
        _fail(where, "days", "nobody would be reminded at all")
    if ladder.fatal is not False:
        _last_stage(where, ladder)
    if ladder.at is not None and not is_time(ladder.at):
        _fail(where, "at", f'{ladder.at!r} is no time of day; one is written as "09:00"')
    if ladder.zone is not None and not _is_zone(ladder.zone):
        _fail(where, "zone", f"{ladder.zone!r} is no IANA time zone; one is written as America/New_York")
    if ladder.at is not None or ladder.zone is not None:
        _in_time(where, ladder, day)


def _in_time(where: str, ladder: LadderTable, day: FirmsDay) -> None:
    """The reminder of the day itself comes on that day, and early enough to act on, by the clock of the firm."""
    key = "at" if ladder.at is not None else "zone"
    at, zone = time.fromisoformat(ladder.at or day.at), ladder.zone or day.zone
    for on in SEASONS:
        here = moment(on, at, zone).astimezone(ZoneInfo(day.zone))
        said = f"a reminder of the day itself would come at {here:%H:%M} of the firm's time"
        if here.date() != on:
            _fail(where, key, f"{said}, {'the day before' if here.date() < on else 'the day after'}")
        if f"{here:%H:%M}" > LATEST_HOUR:
            _fail(where, key, f"{said}, after {LATEST_HOUR} and too late to act on")


def _last_stage(where: str, ladder: LadderTable) -> None:
    """A fatal date has a reminder on the day and on the day before."""
    for day, words in ((0, "on the day itself"), (1, "on the day before")):
        if day not in ladder.days:
            _fail(where, "days", f"a fatal date needs a reminder {words}, so {day} must stand there")


def _long_range(name: str, ladders: list[LadderTable]) -> None:
    """A fatal date has a first reminder long before, wherever there is time: the longest window that a ladder serves
    decides."""
    for number, ladder in enumerate(ladders, start=1):
        if ladder.fatal is False:
            continue
        longer = [other.at_least for other in ladders if _words(other) == _words(ladder)]
        longest = min((at - 1 for at in longer if at > ladder.at_least), default=FARTHEST)
        needed = next(days for length, days in LONG_RANGE if longest >= length)
        if max(ladder.days) < needed:
            what = (
                f"it serves windows of up to {longest} days" if longest < FARTHEST else "it serves the longest windows"
            )
            _fail(
                f"{name}, ladder number {number}",
                "days",
                f"{what}, and a fatal date needs a first reminder {needed} days before or earlier",
            )


def _dispatch(where: str, dispatch: DispatchTable, law: Law) -> None:
    _reach(where, dispatch, law)
    _between(where, "days", dispatch.days, 1, MOST_DISPATCH)


def _milestone(where: str, milestone: MilestoneTable, law: Law) -> None:
    _reach(where, milestone, law)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", milestone.id):
        _fail(where, "id", "an id is 1 to 40 small letters, digits and hyphens")
    title = " ".join(milestone.title.split())
    if not title or len(title) > TITLE or not title.isprintable():
        _fail(where, "title", f"a title is 1 to {TITLE} plain characters")
    keys = ("after_notice", "before_safe_by", "before_dispatch")
    given = [key for key in keys if getattr(milestone, key) is not None]
    if len(given) != 1:
        _fail(where, given[1] if given else keys[0], f"exactly one of {', '.join(keys)} says the day")
    _between(where, given[0], getattr(milestone, given[0]), 0, MOST_STEP)
    if milestone.owner.strip().lower() not in ROLES and "@" not in milestone.owner:
        _fail(where, "owner", f"{milestone.owner!r} is neither {', '.join(ROLES)} nor a mail address")
    for day in milestone.remind:
        _between(where, "remind", day, 0, MOST_REMIND)
    if not milestone.remind:
        _fail(where, "remind", "its owner would not be told of it; 0 is the day itself")


def _between(where: str, key: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        _fail(where, key, f"{value} lies outside {low} to {high}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return "/" in name or name == "UTC"
