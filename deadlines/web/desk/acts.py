"""A page that asks before something is recorded: shown by GET, recorded by POST, shown again with what was wrong."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket.blind import blind_to
from deadlines.docket.followups import follow_ons
from deadlines.docket.records import FollowOn
from deadlines.docket.trust import window_of
from deadlines.docket.versions import current
from deadlines.docket.views import EntryView, entry_view
from deadlines.errors import Conflict
from deadlines.store.tables import Entry
from deadlines.web.desk.door import Door, Refusal
from deadlines.web.desk.visit import Visit

Ask = Callable[[Visit, str, Mapping[str, str], Refusal | None], Response]
"""Makes the page from what the address names, what was typed, and why that was refused."""
Record = Callable[[Visit, str, dict[str, str]], Response]
"""Records what was typed; raises a Refusal where nothing can be recorded."""
HAND_OVER = {"attorney-left": "Who may hand matters over does it on the matter's page."}
"""What to do on a page where the attorney of a matter has left, by the refusal's code."""
MOVED_ON = "This changed while you looked at it: look at it again, then confirm."


def asking_page(door: Door, path: str, ask: Ask, record: Record) -> list[Route]:
    """The routes of one such page; `{name}` in its path says what it is about."""

    async def show(request: Request) -> Response:
        return await door.show(request, lambda visit: ask(visit, _name(request), request.query_params, None))

    async def change(request: Request) -> Response:
        return await door.change(
            request,
            lambda visit, form: record(visit, _name(request), form),
            lambda visit, form, refusal: ask(visit, _name(request), form, refusal),
        )

    return [Route(path, show, methods=["GET"]), Route(path, change, methods=["POST"])]


def posting(door: Door, path: str, record: Record) -> Route:
    """The route of a button that needs no page of its own (POST only)."""

    async def change(request: Request) -> Response:
        return await door.change(request, lambda visit, form: record(visit, _name(request), form))

    return Route(path, change, methods=["POST"])


def status_of(refusal: Refusal | None) -> int:
    """The status of a page that is shown again."""
    return refusal.http_status if refusal is not None else 200


def marked(entry: Entry) -> str:
    """What an entry's page was made from: another one as soon as its dates or its status change."""
    return f"{entry.version}.{entry.status}"


def require_unmoved(entry: Entry, typed: Mapping[str, str]) -> None:
    """Raises Conflict where the entry changed since the page was made, so that nobody confirms what was not shown."""
    if typed.get("seen") != marked(entry):
        raise Conflict(MOVED_ON)


def about(visit: Visit, entry: Entry) -> dict[str, Any]:
    """What every page about one entry shows of it."""
    view: EntryView = entry_view(visit.session, entry, reader=visit.person)
    return {"entry": view, "matter_id": entry.matter_id, "seen": marked(entry)}


def nexts_of(visit: Visit, entry: Entry, events: Collection[str]) -> list[FollowOn]:
    """What the law relates to an entry on these events, each sentence once; nothing where the server only shows the
    docket, nor to who may still verify the notice, whose days and facts choose it."""
    window = window_of(entry, current(visit.session, entry))
    if visit.office.desk is None or not window.relations or blind_to(visit.session, visit.person, [entry.notice_id]):
        return []
    return _once_each(item for item in follow_ons(visit.desk, entry, window) if item.on in events)


def _once_each(found: Iterable[FollowOn]) -> list[FollowOn]:
    """What one sentence says of two remedies, as one: with all that it opens, closes and ends."""
    said: dict[tuple[str, ...], FollowOn] = {}
    for item in found:
        key = (item.text, *item.cite)
        said[key] = _together(said[key], item) if key in said else item
    return list(said.values())


def _together(first: FollowOn, second: FollowOn) -> FollowOn:
    return replace(
        first,
        proposed=[*first.proposed, *(one for one in second.proposed if one not in first.proposed)],
        no_longer=list(dict.fromkeys((*first.no_longer, *second.no_longer))),
        ended=[*first.ended, *(one for one in second.ended if one not in first.ended)],
        fault=first.fault or second.fault,
    )


def kind_title(visit: Visit, kind: str) -> str:
    """A kind of notice as people call it; its id where the law data no longer has it."""
    found = visit.law.kinds.get(kind)
    return found.title if found is not None else kind


def back(visit: Visit, entry: Entry, done: str) -> Response:
    """To the matter's page, which says what was done."""
    return visit.go(f"/matter/{entry.matter_id}?done={done}&of={entry.id}#{entry.id}")


def _name(request: Request) -> str:
    return str(request.path_params.get("name", ""))
