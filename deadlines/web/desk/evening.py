"""The evening check: today's list, a word on what stays open, the signature, and the days before."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import or_, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.evening import LONGEST_NOTE, sign_evening, standing_words
from deadlines.docket.evening_sheet import DueItem, Sheet, sees_all, sheet_of
from deadlines.docket.evening_watch import evening_days
from deadlines.docket.roles import require
from deadlines.docket.visible import visible
from deadlines.errors import Conflict
from deadlines.store.tables import Entry, Incoming, Matter, Review
from deadlines.web.desk.acts import MOVED_ON, status_of
from deadlines.web.desk.days import chosen_day, shown_day
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.typed import Typed, faults_of
from deadlines.web.desk.visit import Visit

FIELDS = 5000
"""More dates than that do not stay open on one evening."""
LEFT = "left-"
WHAT = {
    "protective": "protective date",
    "file-by": "file by",
    "last-day": "LAST DAY",
    "past": "PAST",
    "courier": "courier",
    "altered": "ALTERED",
}
HISTORY_DAYS = 60
UNSIGNED = "{}: say why it stays open, or file or waive it first."
UNSAID = "{}: say a word on it, or see to it first."


def evening_routes(door: Door) -> list[Route]:
    """The addresses and what answers them."""

    async def show(request: Request) -> Response:
        query = request.query_params
        return await door.show(request, lambda visit: _ask(visit, query, {}, None))

    async def sign(request: Request) -> Response:
        return await door.change(request, _sign, lambda visit, form, no: _ask(visit, form, form, no), fields=FIELDS)

    async def history(request: Request) -> Response:
        return await door.show(request, _history)

    return [
        Route("/evening", show, methods=["GET"]),
        Route("/evening", sign, methods=["POST"]),
        Route("/evening/history", history, methods=["GET"]),
    ]


def _ask(visit: Visit, asked: Mapping[str, str], typed: Mapping[str, str], refusal: Refusal | None) -> Response:
    on = shown_day(asked, visit.today, to_come=False)
    sheet = sheet_of(visit.session, visit.desk, visit.person, on=on)
    return visit.page(
        "evening.html",
        status=status_of(refusal),
        typed=typed,
        faults=faults_of(refusal),
        sheet=sheet,
        ways=_ways(visit, sheet),
        told=_told(sheet),
        free=_free(sheet),
        what=WHAT,
        whole=sees_all(visit.session, visit.desk, visit.person, on=on),
        mine=any(one.person == visit.person.email for one in sheet.signatures) and not sheet.after,
        standing=standing_words(visit.session, sheet, visit.person),
        longest=LONGEST_NOTE,
        seen=_seen(sheet),
    )


def _sign(visit: Visit, form: dict[str, str]) -> Response:
    require(visit.person, "sign-evening")
    on, typed = chosen_day(form.get("on", "")), Typed(form)  # the day of the page, though another may have begun
    sheet = sheet_of(visit.session, visit.desk, visit.person, on=on)
    if form.get("seen") != _seen(sheet):
        raise Conflict(MOVED_ON)
    standing = standing_words(visit.session, sheet, visit.person)
    names = [name for name in sheet.needing if name not in standing]
    names += [one.id for one in sheet.others if typed.text(LEFT + one.id) and not one.must]
    silent = _silent(sheet)
    left = {name: typed.words(LEFT + name, silent[name]) for name in names}
    note = typed.words("note", "", "note", LONGEST_NOTE) if typed.text("note") else None
    if not typed.ticked("gone_through"):
        typed.fault("gone_through", "Tick that you have gone through the list.")
    typed.check()
    sign_evening(visit.session, visit.desk, by=visit.person, on=on, left=left, note=note, now=visit.now)
    return visit.go(f"/evening?on={on}")


def _free(sheet: Sheet) -> list[date]:
    """The days before on which nobody works: what happened on them is gone through with the list."""
    return [sheet.closed_since + timedelta(days=n) for n in range((sheet.on - sheet.closed_since).days)]


def _silent(sheet: Sheet) -> dict[str, str]:
    """What is said where something has no word, by its id: each names what it is about."""
    told = _told(sheet)
    entries = {item.entry: UNSIGNED.format(told[item.entry]) for item in sheet.open}
    return {**entries, **{o.id: UNSAID.format(told[o.id][:1].upper() + told[o.id][1:]) for o in sheet.others}}


def _told(sheet: Sheet) -> dict[str, str]:
    """What each thing is called, by its id; several that would be called alike, as those of restricted matters, are
    numbered as they stand on the list."""
    names = {item.entry: _named(item) for item in sheet.open} | {item.id: item.line for item in sheet.others}
    alike: dict[str, list[str]] = {}
    for name, words in names.items():
        alike.setdefault(words, []).append(name)
    return {
        name: words if len(alike[words]) == 1 else f"{words} ({alike[words].index(name) + 1} of {len(alike[words])})"
        for name, words in names.items()
    }


def _named(item: DueItem) -> str:
    return item.title if item.veiled else f"{item.title}, {item.matter}"


def _ways(visit: Visit, sheet: Sheet) -> dict[str, str]:
    """Where each thing on the sheet is seen to, by its id; only of the matters that the person sees."""
    ids = [*(one.entry for one in (*sheet.open, *sheet.coming)), *(one.entry for one in sheet.closed)]
    others = [item.id for item in sheet.others]
    entries = _seen_of(visit, Entry, ids)
    looks, papers = _seen_of(visit, Review, others), _seen_of(visit, Incoming, others)
    return {
        **{name: f"/matter/{matter}#{name}" for name, matter in entries.items()},
        **{name: f"/matter/{matter}/look" for name, matter in looks.items()},
        **dict.fromkeys(papers, "/incoming"),
    }


def _seen_of(visit: Visit, kind: type[Entry | Review | Incoming], ids: list[str]) -> dict[str, str | None]:
    """Which of them the person sees, each with its matter; a paper may have none yet."""
    query = select(kind.id, kind.matter_id).outerjoin(Matter, Matter.id == kind.matter_id)
    seen = or_(kind.matter_id.is_(None), visible(visit.person))
    return {row.id: row.matter_id for row in visit.session.execute(query.where(kind.id.in_(ids), seen))}


def _history(visit: Visit) -> Response:
    days = evening_days(visit.session, visit.desk, days=HISTORY_DAYS, now=visit.now, reader=visit.person)
    return visit.page("evening_history.html", days=days)


def _seen(sheet: Sheet) -> str:
    """What the page showed: another one as soon as something of it changes, so that nobody signs for what they
    have not seen."""
    shown = [f"{one.entry}.{one.version}.{one.status}" for one in sheet.open]
    shown += [f"{one.entry}.{one.version}.{one.status}" for one in sheet.closed]
    return sha256(" ".join([str(sheet.on), *shown, *(one.id for one in sheet.others)]).encode()).hexdigest()[:16]
