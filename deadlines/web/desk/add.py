"""The page on which a notice is entered: what it opens is shown while it is typed, and recorded as it was shown.

Without scripts a button shows the preview. Recording needs the digest of the preview: where anything was typed since,
or the law is another, the preview is shown again and nothing is recorded.
"""

from collections.abc import Sequence

from anyio import CapacityLimiter, to_thread
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from deadlines.docket.answerable import attorneys
from deadlines.docket.incoming import docketed, find_seen_incoming, hold_waiting, require_waiting, waiting_of
from deadlines.docket.intake import open_matter, record_notice
from deadlines.docket.roles import require
from deadlines.docket.visible import visible
from deadlines.errors import DeadlinesError
from deadlines.law import load_law
from deadlines.pdf.reading import MOST_BYTES
from deadlines.store.tables import Incoming, Matter
from deadlines.web.desk.choosing import plain
from deadlines.web.desk.door import Door
from deadlines.web.desk.draft import LABELS, METHODS, Draft, kinds_of, missing, read_draft
from deadlines.web.desk.finding import matching
from deadlines.web.desk.paper import CARRIED, TAKE, Reading, carried, packed, read_paper, with_taken
from deadlines.web.desk.preview import Preview, preview_of
from deadlines.web.desk.visit import Visit
from deadlines.web.pages import HEADERS
from deadlines.web.plain import sentence

CHANGED = "What was typed, or the law, is another than in the preview: look at it again, then record it."
AGAIN = "The matter has this notice already: say that it is to be recorded once more, or leave it."
ANOTHER = "A notice of the matter waits for you to verify it: say that this is another one, or verify that one."
MOST_FIELDS = 100
"""What a PDF says is carried in the form, and needs room."""
ALONG = "along"
"""The field that says which paper of the matter the notice is, where it was not begun from one."""
PAPERS = 2
"""PDFs that are read in one moment, each in a process of its own."""
ALLOWED = 204
UNSHOWN = (
    '<p role="alert">The preview cannot be made just now. What you typed is still here: sign in again in another '
    "window if you were signed out, then go on typing.</p>"
)


class AddPages:
    """The form for a notice, its preview, and the recording."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._reading = CapacityLimiter(PAPERS)

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/add", self.form, methods=["GET"]),
            Route("/add", self.send, methods=["POST"]),
            Route("/add/preview", self.preview, methods=["POST"]),
            Route("/add/read", self.read, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """The empty form, or one for a matter or a paper that came in."""
        query = dict(request.query_params)
        return await self._door.show(request, lambda visit: _empty(visit, query))

    async def preview(self, request: Request) -> Response:
        """What the notice would open, for the page that asks while it is typed."""
        answer = await self._door.look(request, _live, fields=MOST_FIELDS)
        if answer.status_code == 200 or "hx-request" not in request.headers:
            return answer
        return HTMLResponse(UNSHOWN, 200, HEADERS)  # a redirect or another status would leave an old preview there

    async def send(self, request: Request) -> Response:
        """The form's buttons: show the preview, or record what it shows."""
        return await self._door.change(request, _sent, fields=MOST_FIELDS)

    async def read(self, request: Request) -> Response:
        """What a PDF says, beside the fields; who may not enter a notice is turned away before it is taken in."""
        refused = await self._door.show(request, _allowed)
        if refused.status_code != ALLOWED:
            return refused
        sent = await self._door.upload(request, keeps=MOST_BYTES)
        if isinstance(sent, Response):
            return sent
        law = load_law() if self._door.office.desk is None else self._door.office.desk("").law
        reading = await to_thread.run_sync(read_paper, sent, law, limiter=self._reading)
        return await self._door.show(request, lambda visit: _with_paper(visit, sent.fields, reading))


def _empty(visit: Visit, query: dict[str, str]) -> Response:
    require(visit.person, "enter")
    form = {name: plain(query, name) or "" for name in ("matter", "kind", "form", "incoming")}
    paper = _paper(visit, form["incoming"])
    if paper is not None:
        form |= {"received_on": paper.received_on.isoformat()}
        form |= {"matter": paper.matter.reference} if paper.matter is not None else {}
    return _page(visit, read_draft(visit.law, form), form, None)


def _allowed(visit: Visit) -> Response:
    require(visit.person, "enter")
    return Response(status_code=ALLOWED)


def _with_paper(visit: Visit, form: dict[str, str], reading: Reading) -> Response:
    """The form as it was typed, with what the paper says beside its fields; a fault stands beside the file."""
    form = {**form, CARRIED: packed(reading.proposals)}
    draft, shown = _shown(visit, form, whole=False)
    if reading.fault:
        return _page(visit, draft.wrong("file", reading.fault), form, shown, status=422, asked=False)
    return _page(visit, draft, form, shown, notes=reading.notes, asked=False)


def _shown(visit: Visit, form: dict[str, str], *, whole: bool = True) -> tuple[Draft, Preview | None]:
    draft = read_draft(visit.law, form)
    return preview_of(visit, draft, restricted=bool(form.get("restricted")), whole=whole)


def _paper(visit: Visit, name: str) -> Incoming | None:
    """The paper that the notice is recorded from, if the visitor may see it; raises NotFound and Conflict."""
    if not name:
        return None
    found = find_seen_incoming(visit.session, name, visit.person)
    require_waiting(found)
    return found


def _live(visit: Visit, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    draft, shown = _shown(visit, form)
    return _page(visit, draft, form, shown, live=True)


def _sent(visit: Visit, form: dict[str, str]) -> Response:
    require(visit.person, "enter")
    form = with_taken(form)
    if TAKE in form:
        draft, shown = _shown(visit, form, whole=False)
        return _page(visit, draft, form, shown, asked=False)
    records = form.get("do") == "record"
    draft = read_draft(visit.law, form)
    draft, shown = preview_of(visit, missing(draft) if records else draft, restricted=bool(form.get("restricted")))
    if not records:
        return _page(visit, draft, form, shown)
    if draft.errors or shown is None:
        return _page(visit, draft, form, shown, status=422)
    if form.get("digest") != shown.digest:
        return _page(visit, draft.wrong("", CHANGED), form, shown, status=409)
    if (shown.twin is not None or shown.unread) and not form.get("again"):
        why = AGAIN if shown.twin is not None else ANOTHER
        return _page(visit, draft.wrong("again", why), form, shown, status=409)
    attempt = visit.session.begin_nested()
    try:
        matter, reopened = _record(visit, draft, shown, form)
    except DeadlinesError as refused:
        attempt.rollback()
        return _page(visit, draft.wrong("", sentence(refused)), form, shown, status=refused.http_status)
    attempt.commit()
    return _recorded(visit, matter, reopened=reopened)


def _waiting(visit: Visit, form: dict[str, str], shown: Preview | None) -> Sequence[Incoming]:
    """The papers of the matter of which this notice may be one, where it was begun from none."""
    if shown is None or shown.target.matter is None or form.get("incoming"):
        return []
    return visit.session.scalars(waiting_of(shown.target.matter)).all()


def _record(visit: Visit, draft: Draft, shown: Preview, form: dict[str, str]) -> tuple[Matter, bool]:
    """Record the notice; answers its matter, and whether that was closed and is open again."""
    desk, session, now = visit.desk, visit.session, visit.now
    paper = _paper(visit, form.get("incoming") or form.get(ALONG, ""))
    if paper is not None:
        hold_waiting(session, paper)
    matter = open_matter(
        session,
        draft.typed["matter"],
        client=draft.typed["client"] or None,
        attorney=shown.target.attorney,
        restricted=bool(form.get("restricted")),
        by=visit.person,
        actor=desk.actor,
        now=now,
    )
    recorded = record_notice(session, desk, matter, shown.notice, now=now, again=bool(form.get("again")))
    if paper is not None:
        docketed(session, paper, recorded.notice, who=visit.person.id, now=now, actor=desk.actor)
    return matter, recorded.reopened


def _recorded(visit: Visit, matter: Matter, *, reopened: bool) -> Response:
    """On to the matter, if the visitor sees it: a notice may have made it one of others."""
    seen = visit.session.scalar(select(Matter.id).where(Matter.id == matter.id, visible(visit.person)))
    if seen is None:
        return visit.go("/recorded/notice")
    return visit.go(f"/matter/{matter.id}?done={'recorded-again' if reopened else 'recorded'}")


def _page(
    visit: Visit,
    draft: Draft,
    form: dict[str, str],
    shown: Preview | None,
    *,
    live: bool = False,
    status: int = 200,
    notes: Sequence[str] = (),
    asked: bool = True,
) -> Response:
    """The form. `asked`: for a preview or the recording, so that what stands in the way is said above it as well."""
    law = visit.law
    return visit.page(
        "add_answer.html" if live else "add.html",
        status=status,
        draft=draft,
        typed=draft.typed,
        errors=draft.errors,
        labels=LABELS,
        shown=shown,
        restricted=bool(form.get("restricted")),
        again=bool(form.get("again")),
        incoming=form.get("incoming", ""),
        waiting=_waiting(visit, form, shown),
        along=form.get(ALONG, ""),
        kinds=kinds_of(law),
        decided_words=law.kinds[draft.typed["kind"]].decided_on if draft.typed["kind"] in law.kinds else "",
        forms=law.forms.values(),
        facts=law.facts.values(),
        reasons=law.reasons.values(),
        methods=METHODS,
        titles={kind.id: kind.title for kind in law.kinds.values()},
        attorneys=attorneys(visit.session),
        matters=matching(visit, draft.typed["matter"]),
        live=live,
        asked=asked,
        paper=carried(form),
        packed=form.get(CARRIED, ""),
        notes=notes,
    )
