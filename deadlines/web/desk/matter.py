"""The page of one matter: the window map of each notice, its dates with their working, and what may be done to each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.clock import day_of
from deadlines.docket import reminder_words
from deadlines.docket.acknowledging import acknowledge, may_take_on, taken_on
from deadlines.docket.history import history
from deadlines.docket.incoming import waiting_of
from deadlines.docket.initials import answers_for
from deadlines.docket.looks import must_be_struck, words_of
from deadlines.docket.reviews import standing_review
from deadlines.docket.roles import may, require
from deadlines.docket.teams import members
from deadlines.docket.ticking import tick, untick
from deadlines.docket.unverified import unverified
from deadlines.docket.views import EntryView, MatterView, ReminderView, matter_view
from deadlines.store.tables import Entry, Matter, NoticeRow
from deadlines.web.desk.acts import back, kind_title, posting
from deadlines.web.desk.door import Door
from deadlines.web.desk.found import find_matter, find_visible_entry, find_visible_milestone
from deadlines.web.desk.service import SERVED
from deadlines.web.desk.visit import Visit
from deadlines.web.window_map import draw

DONE = {
    "asked": "Noted that more time was asked for. No date has moved",
    "granted": "The grant is recorded: the later date waits for a second person",
    "refused": "The refusal is recorded: the dates stay",
    "dispatched": "Noted that it was sent. It stays open, and reminders go on, until receipt is proved",
    "initialed": "You have initialed these dates",
    "rechecked": "You have signed that it was closed rightly",
    "ticked": "A milestone is done",
    "unticked": "A milestone is open again",
    "taken": "You have taken this date on",
    "waived": "Waived",
    "reopened": "Reopened: dates, reminders and calendar entries hold again",
    "amended": "The notice was amended: earlier dates hold at once, later ones wait for a second person",
    "resolved-printed": "Decided: the dates in force stay",
    "resolved-back": "Decided: the printed deadline holds after all. What comes earlier holds at once",
    "resolved-same": "Decided: the printed deadline is left aside. The dates stay as they are",
    "resolved-earlier": "Decided: the printed deadline is left aside, and the earlier dates hold at once",
    "resolved-later": "Decided: the printed deadline is left aside, and later dates wait for a second person",
    "resolved-mixed": "Decided: the printed deadline is left aside. What comes earlier holds at once, what comes later "
    "waits for a second person",
    "resolved-gone": "Decided: the printed deadline is left aside. By the law there is no date: that it goes waits for "
    "a second person",
    "recorded": "Recorded: the dates are on the docket. Somebody else verifies each of them against the notice",
    "recorded-again": "Recorded, and the matter, which was closed, is OPEN AGAIN",
    "closed": "The matter is closed",
    "open-again": "The matter is open again",
    "assigned": "The person works on the matter from now on",
    "unassigned": "The person no longer works on the matter",
    "handed-over": "The matter has another attorney",
    "restricted": "The matter is restricted: only who works on it sees it",
    "unrestricted": "The matter is no longer restricted",
    "opened": "The matter is open. What is to be docketed stands below",
    "paper-settled": "The paper is settled: its notice is on the docket already",
    "looked": "Noted that no date is known. You are reminded to look again",
    "struck": "Struck, with everything else of that notice",
}
"""What the page says after something was recorded, by the word in its address."""
TOLD = {
    "recorded-again": ("its attorney and who keeps the docket", "have been"),
    "handed-over": ("the new attorney", "has been"),
}
"""Who is told of it, by the same word."""
SETTLED = ("satisfied", "waived", "struck")
"""What is done. A missed date is not: it stays where it was, loudly."""


class MatterPages:
    """One matter, and its history."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/matter/{matter}", self.matter, methods=["GET"]),
            Route("/matter/{matter}/history", self.history, methods=["GET"]),
            posting(self._door, "/entry/{name}/ack", _take_on),
            posting(self._door, "/milestone/{name}/done", _tick),
            posting(self._door, "/milestone/{name}/undo", _untick),
        ]

    async def matter(self, request: Request) -> Response:
        """One matter with the window map of each notice."""
        identifier, query = request.path_params["matter"], request.query_params
        return await self._door.show(request, lambda visit: _matter(visit, identifier, query))

    async def history(self, request: Request) -> Response:
        """What was done about one matter."""
        identifier = request.path_params["matter"]
        return await self._door.show(request, lambda visit: _history(visit, identifier))


def _matter(visit: Visit, identifier: str, query: Mapping[str, str]) -> Response:
    row = find_matter(visit, identifier)
    found = matter_view(visit.session, row.reference, reader=visit.person)
    return visit.page(
        "matter.html",
        matter=found,
        matter_id=row.id,
        done=_done(visit, found, query),
        done_to=query.get("of") if query.get("of") in {entry.entry for entry in found.entries} else None,
        notices=_notices(found, visit.today, _rows(visit, row)),
        closed=_closed(found),
        served=SERVED,
        kinds={entry.kind: kind_title(visit, entry.kind) for entry in found.entries if entry.kind is not None},
        taken=_taken(visit, row),
        mine=_answered_for(visit, row, found),
        takable=_takable(visit, row),
        papers=visit.session.scalars(waiting_of(row)).all(),
        review=_review(visit, row),
        people=[visit.who(one.id) for one in members(visit.session, row)],
        unverified={one.notice: one for one in unverified(visit.session, visit.person, matter=row)},
        differing=_differing(found),
        orphaned=row.closed_at is None and not row.attorney.active,
        reminders=_reminders(found),
    )


def _reminders(found: MatterView) -> list[tuple[ReminderView, str, str, str]]:
    """Every reminder of the matter: of which window it is, of what it speaks, and what became of it, in words."""
    windows = {entry.entry: entry.window.title for entry in found.entries}
    steps = {step.template: step.title for entry in found.entries for step in entry.milestones}
    return [
        (one, windows[one.entry], reminder_words.words_of(one.rung, steps), reminder_words.became(one.state))
        for one in found.reminders
    ]


def _review(visit: Visit, matter: Matter) -> dict[str, Any] | None:
    """That no date of the matter is known, as somebody said."""
    found = standing_review(visit.session, matter)
    if found is None:
        return None
    return {"who": visit.who(found.said_by), "said_at": found.said_at, "again_on": found.again_on}


def _answered_for(visit: Visit, matter: Matter, found: MatterView) -> set[str]:
    """The entries whose dates the visitor may initial: all of the matter, or none."""
    return {entry.entry for entry in found.entries} if answers_for(matter, visit.person) else set()


def _differing(found: MatterView) -> dict[str, tuple[str, bool]]:
    """By entry, in which fields others read its notice otherwise, and whether the notice is then to be struck."""
    read = {entry.entry: [name for look in entry.discrepancy for name in look.fields] for entry in found.entries}
    return {entry: (words_of(names), must_be_struck(names)) for entry, names in read.items() if names}


def _takable(visit: Visit, matter: Matter) -> set[str]:
    """The open entries whose dates the visitor may take on."""
    if not may(visit.person, "acknowledge"):
        return set()
    found = visit.session.scalars(select(Entry).where(Entry.matter_id == matter.id, Entry.status == "open"))
    return {entry.id for entry in found if may_take_on(visit.session, entry, visit.person, visit.today)}


def _history(visit: Visit, identifier: str) -> Response:
    row = find_matter(visit, identifier)
    events = history(visit.session, row, visit.person, zone=visit.office.zone)
    return visit.page("history.html", matter=row, events=events, zone=str(visit.office.zone))


def _take_on(visit: Visit, identifier: str, _: Mapping[str, str]) -> Response:
    """Somebody takes a date on (POST only), and is back where they were."""
    entry, office = find_visible_entry(visit, identifier), visit.office
    require(visit.person, "acknowledge")
    acknowledge(visit.session, entry, visit.person, now=visit.now, lasts=office.ack_lasts, zone=str(office.zone))
    return back(visit, entry, "taken")


def _tick(visit: Visit, identifier: str, _: Mapping[str, str]) -> Response:
    """A step on the way to a filing is done."""
    require(visit.person, "acknowledge")
    milestone = find_visible_milestone(visit, identifier)
    tick(visit.session, visit.desk, milestone, visit.person, now=visit.now)
    return back(visit, milestone.entry, "ticked")


def _untick(visit: Visit, identifier: str, _: Mapping[str, str]) -> Response:
    """It is not done after all."""
    require(visit.person, "acknowledge")
    milestone = find_visible_milestone(visit, identifier)
    untick(visit.session, visit.desk, milestone, visit.person, now=visit.now)
    return back(visit, milestone.entry, "unticked")


def _done(visit: Visit, matter: MatterView, query: Mapping[str, str]) -> str:
    """What was just recorded, with the title of the entry that the address names; empty for anything else."""
    word = query.get("done", "")
    words = f"{DONE[word]}: {visit.told(*TOLD[word])}" if word in TOLD else DONE.get(word)
    title = next((entry.window.title for entry in matter.entries if entry.entry == query.get("of")), None)
    return f"{words}: {title}." if words and title else f"{words}." if words else ""


def _rows(visit: Visit, matter: Matter) -> dict[str, NoticeRow]:
    rows = visit.session.scalars(select(NoticeRow).where(NoticeRow.matter_id == matter.id))
    return {row.id: row for row in rows}


def _notices(matter: MatterView, today: date, rows: Mapping[str, NoticeRow]) -> list[dict[str, Any]]:
    """What is still followed of each notice, the latest notice first, each with its map."""
    ids = list(dict.fromkeys(entry.notice for entry in matter.entries))
    groups = [[entry for entry in matter.entries if entry.notice == identifier] for identifier in ids]
    latest_first = sorted(groups, key=lambda entries: rows[entries[0].notice].decided_on, reverse=True)
    return [_notice(entries, today, rows[entries[0].notice]) for entries in latest_first]


def _notice(entries: Sequence[EntryView], today: date, row: NoticeRow) -> dict[str, Any]:
    return {
        "head": entries[0],
        "row": row,
        "map": draw(entries, today),
        "followed": sorted(_of(entries, "open", "missed"), key=_next),
        "information": _of(entries, "information"),
        "late": [entry.entry for entry in entries if _is_over(entry, today)],
        "waits": any(entry.status == "open" and entry.verified_by is None for entry in entries),
        "struck": all(entry.status == "struck" for entry in entries),
    }


def _is_over(entry: EntryView, today: date) -> bool:
    """Whether an open entry has passed by every reading, so that it was missed."""
    last = entry.window.latest or entry.window.last_day
    return entry.status == "open" and last is not None and last < today


def _of(entries: Sequence[EntryView], *statuses: str) -> list[EntryView]:
    return [entry for entry in entries if entry.status in statuses]


def _next(entry: EntryView) -> date:
    return entry.window.safe_by or entry.window.last_day or date.max


def _closed(matter: MatterView) -> list[EntryView]:
    """What was filed, waived or struck, the latest first: it stays visible, so that it can be checked."""
    return sorted(_of(matter.entries, *SETTLED), key=lambda entry: entry.closed_on or date.min, reverse=True)


def _taken(visit: Visit, matter: Matter) -> dict[str, tuple[str, date]]:
    """By entry, who has taken it on, and until when."""
    standing = taken_on(visit.session, matter, visit.now)
    zone = visit.office.zone
    return {entry: (visit.who(row.person_id), day_of(row.until, zone)) for entry, row in standing.items()}
