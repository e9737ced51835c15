"""Calendar addresses: one's own, and for who may everybody's; made, replaced, closed. No secret is shown again."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.clock import end_of
from deadlines.compute.dates import parse_day
from deadlines.docket.addresses import AddressView, address_view, addresses, what_it_shows
from deadlines.docket.confidential import RESTRICTED_WARNING
from deadlines.docket.endings import end_subscription, rotate
from deadlines.docket.people import active_person
from deadlines.docket.roles import may, require
from deadlines.docket.subscriptions import Choice, Scope, invite
from deadlines.docket.teams import find_team
from deadlines.docket.visible import visible
from deadlines.docket.wanted import remedies_of
from deadlines.errors import Forbidden, InputError, NotFound
from deadlines.ical import REDACTIONS
from deadlines.store.tables import Matter, Person, Subscription, Team
from deadlines.web.desk.acts import status_of
from deadlines.web.desk.door import UNKNOWN, Door, Refusal
from deadlines.web.desk.found import matter_called
from deadlines.web.desk.visit import Visit
from deadlines.web.plain import sentence

SCOPES: dict[Scope, str] = {
    "own": "the matters I work on",
    "firm": "the whole firm",
    "matter": "one matter",
    "team": "a team",
}
WORDS = {
    "matter": "number and remedy",
    "full": "the client's name too",
    "busy": "only that there is a deadline",
}
STATES = {
    "live": "in use",
    "waits": "waits to be opened",
    "unopened": "its link ran out unopened",
    "silent": "silent: its program does not fetch it",
    "ended": "ended, and says so",
    "gone": "gone",
}
DONE = {
    "revoked": "The address has ended. For 14 days it says so in the calendar, then it is gone.",
    "leaked": "The address is closed: it answers nothing more. What a program has fetched stays on its screen until "
    "the calendar is removed there.",
}
"""What was done, by the word at the end of the address."""


class FeedPages:
    """Calendar addresses."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route("/feeds", self.feeds, methods=["GET"]),
            Route("/feeds", self.make, methods=["POST"]),
            Route("/feeds/{feed}/again", self.again, methods=["GET"]),
            Route("/feeds/{feed}/rotate", self.replace, methods=["POST"]),
            Route("/feeds/{feed}/{ending}", self.end, methods=["POST"]),
        ]

    async def feeds(self, request: Request) -> Response:
        """One's own addresses, or everybody's."""
        query = dict(request.query_params)
        return await self._door.show(request, lambda visit: _feeds(visit, query))

    async def make(self, request: Request) -> Response:
        """A new address: on to the page that shows it once."""
        return await self._door.change(request, _make, lambda visit, form, no: _feeds(visit, {}, form, no))

    async def again(self, request: Request) -> Response:
        """Where the form of a new address leads that is sent a second time: its secret is shown once."""
        identifier = request.path_params["feed"]
        return await self._door.show(request, lambda visit: _again(visit, identifier))

    async def replace(self, request: Request) -> Response:
        """A new address that shows the same; the old one says that it has ended."""
        identifier = request.path_params["feed"]
        return await self._door.change(request, lambda visit, form: _replace(visit, identifier, form))

    async def end(self, request: Request) -> Response:
        """The address ends: at once where somebody else may have seen it."""
        identifier, ending = request.path_params["feed"], request.path_params["ending"]
        return await self._door.change(request, lambda visit, _: _end(visit, identifier, ending))


def _feeds(
    visit: Visit,
    query: Mapping[str, str],
    typed: Mapping[str, str] = MappingProxyType({}),
    refusal: Refusal | None = None,
) -> Response:
    manages = may(visit.person, "manage-feeds")
    everybody = manages and query.get("whose") == "all"
    ended = query.get("ended") == "1"
    found = addresses(visit.session, now=visit.now, today=visit.today, ended=ended)
    shown = [_veiled(visit, one) for one in found if everybody or one.person == visit.person.email]
    people = visit.session.scalars(select(Person).where(Person.active.is_(True)).order_by(Person.name)).all()
    return visit.page(
        "feeds.html",
        status=status_of(refusal),
        refused=sentence(refusal) if refusal else "",
        typed=typed,
        feeds=shown,
        states=STATES,
        words=WORDS,
        scopes=SCOPES,
        remedies=remedies_of(visit.law),
        teams=visit.session.scalars(select(Team.name).order_by(Team.name)).all(),
        manages=manages,
        makes=may(visit.person, "manage-own-feeds"),
        everybody=everybody,
        ended=ended,
        people=people,
        done=DONE.get(query.get("done", ""), ""),
    )


def _veiled(visit: Visit, one: AddressView) -> AddressView:
    """The address without the number of a matter that the visitor may not see."""
    row = visit.session.get_one(Subscription, one.id)
    if row.matter_id is None or _sees(visit, row.matter_id):
        return one
    hidden = what_it_shows(row).replace(f"matter {row.matter.reference if row.matter else ''}", "one restricted matter")
    return AddressView(**{**{name: getattr(one, name) for name in one.__struct_fields__}, "shows": hidden})


def _sees(visit: Visit, matter_id: str) -> bool:
    query = select(Matter.id).where(Matter.id == matter_id, visible(visit.person))
    return visit.session.scalar(query) is not None


def _make(visit: Visit, form: dict[str, str]) -> Response:
    person = _whose(visit, form.get("person", ""))
    choice = _choice(visit, form)
    if choice.restricted and person.id != visit.person.id:
        raise Forbidden("A calendar with restricted matters is for the person alone to ask.")
    if choice.restricted and form.get("agreed") != "yes":
        return _ask(visit, "/feeds", form)
    made, code = invite(
        visit.session, person, form.get("label", ""), actor=visit.person.email, now=visit.now, choice=choice
    )
    return _handed(visit, made, code)


def _whose(visit: Visit, email: str) -> Person:
    """Whose address it becomes: the visitor's own, or for who manages calendars anybody's."""
    if not email or email == visit.person.email:
        require(visit.person, "manage-own-feeds")
        return visit.person
    require(visit.person, "manage-feeds")
    return active_person(visit.session, email)


def _choice(visit: Visit, form: dict[str, str]) -> Choice:
    scope = next((known for known in SCOPES if known == form.get("scope")), None)
    if scope is None or form.get("redaction", "matter") not in REDACTIONS:
        raise InputError("Choose what the calendar shows, and what an entry says.")
    return Choice(
        scope=scope,
        matter=_matter(visit, form.get("matter", "")) if scope == "matter" else None,
        team=find_team(visit.session, form.get("team", "")) if scope == "team" else None,
        redaction=form.get("redaction", "matter"),
        remedies=_remedies(visit, form.get("remedy", "")),
        fatal_only=form.get("fatal_only") == "yes",
        protective=form.get("unprotected") != "yes",
        reminders=form.get("reminders") == "yes",
        restricted=form.get("restricted") == "yes",
        expires_at=_end_of_day(visit, form["expires"]) if form.get("expires") else None,
    )


def _matter(visit: Visit, reference: str) -> Matter:
    """A matter that the visitor may see; every other one is unknown."""
    found = matter_called(visit, reference)
    if found is None:
        raise InputError("There is no such matter, or it is not yours to see: look at its number.")
    return found


def _remedies(visit: Visit, word: str) -> tuple[str, ...]:
    if not word:
        return ()
    if word not in remedies_of(visit.law):
        raise InputError("Choose one of the remedies that the law knows.")
    return (word,)


def _end_of_day(visit: Visit, text: str) -> datetime:
    """The first moment of the day after, in the firm's zone: on the day itself it is still answered."""
    try:
        day = parse_day(text)
    except InputError:
        raise InputError("The last day must be a date, as 2027-06-30.", code="bad-date") from None
    return end_of(day, visit.office.zone)


def _ask(visit: Visit, action: str, form: dict[str, str]) -> Response:
    """What it means that restricted matters leave the firm; the person's own decision."""
    return visit.page("feed_restricted.html", action=action, form=form, warning=RESTRICTED_WARNING)


def _replace(visit: Visit, identifier: str, form: dict[str, str]) -> Response:
    row = _managed(visit, identifier)
    own = row.person_id == visit.person.id
    if row.restricted and not own:
        raise Forbidden("This calendar shows restricted matters: only its person can ask for a new address.")
    if row.restricted and form.get("agreed") != "yes":
        return _ask(visit, f"/feeds/{row.id}/rotate", form)
    made, code = rotate(visit.session, row, actor=visit.person.email, now=visit.now, by_link=True)
    visit.session.refresh(made)
    return _handed(visit, made, code)


def _handed(visit: Visit, made: Subscription, code: str) -> Response:
    """One's own: on to the page that shows the address once. Another's: the link to that page, shown once. Neither is
    kept: the same form, sent again as by a double click, makes no second address, and says how a new link is made."""
    visit.shown_once(f"/feeds/{made.id}/again")
    if made.person_id == visit.person.id:
        return visit.go(f"/subscribe/{code}")
    link = f"{visit.office.address}/subscribe/{code}"
    return visit.page("feed_link.html", feed=made, link=link, until=made.claim_until)


def _again(visit: Visit, identifier: str) -> Response:
    row = _managed(visit, identifier)
    view = address_view(visit.session, row, now=visit.now, today=visit.today)
    return visit.page("feed_again.html", feed=row, state=view.state, own=row.person_id == visit.person.id)


def _managed(visit: Visit, identifier: str) -> Subscription:
    """One's own address, or for who manages calendars anybody's; every other one is unknown."""
    row = visit.session.get(Subscription, identifier)
    own = row is not None and row.person_id == visit.person.id
    if row is None or not (own or may(visit.person, "manage-feeds")):
        raise NotFound(UNKNOWN[1])
    if own:
        require(visit.person, "manage-own-feeds")
    return row


def _end(visit: Visit, identifier: str, ending: str) -> Response:
    row = _managed(visit, identifier)
    if ending == "leaked":
        end_subscription(visit.session, row, "leaked", actor=visit.person.email, now=visit.now)
    elif ending == "revoked":
        end_subscription(visit.session, row, "revoked", actor=visit.person.email, now=visit.now)
    else:
        raise NotFound(UNKNOWN[1])
    whose = "" if row.person_id == visit.person.id else "&whose=all"
    return visit.go(f"/feeds?done={ending}{whose}")
