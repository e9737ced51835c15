"""The web application: feeds, the page behind one-time links, and probes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from deadlines import clock
from deadlines.store.database import Database
from deadlines.web.account import AccountPages
from deadlines.web.api import Api, Firm
from deadlines.web.assets import Assets
from deadlines.web.cookies import Cookie
from deadlines.web.desk import Door, Office, desk_routes
from deadlines.web.entrance import Entrance
from deadlines.web.factors import FactorPages
from deadlines.web.feeds import FeedRoute
from deadlines.web.fetches import FetchLog
from deadlines.web.guard import Guard
from deadlines.web.metrics import Metrics
from deadlines.web.pages import Pages
from deadlines.web.probes import Readyz, healthz
from deadlines.web.shelf import Shelf
from deadlines.web.signing import Signing
from deadlines.web.subscribe import SubscribeRoute

if TYPE_CHECKING:
    from deadlines.docket.house import House
    from deadlines.docket.intake import Desk
    from deadlines.docket.mailroom import MailRoom
    from deadlines.law.news import News

HEARTBEAT = "daemon"
BEAT = timedelta(seconds=60)
PATIENCE = timedelta(hours=1)
ACK_LASTS = timedelta(days=7)
ADDRESS = "http://127.0.0.1:8099"


class Beats(NamedTuple):
    """Whose sign of life is looked at, how often it comes, and how long it may stay away."""

    sweep: str
    interval: timedelta
    patience: timedelta


class Beneath(BaseRoute):
    """Everything whose path begins like this, whatever follows and whatever the method.

    A path pattern would leave out what holds an encoded line feed, and answer it in another way.
    """

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        self.prefix, self.app = prefix, app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the request is for us."""
        ours = scope["type"] == "http" and scope["path"].startswith(self.prefix)
        return (Match.FULL if ours else Match.NONE), {}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """No address beneath has a name."""
        raise NoMatchFound(name, dict(path_params))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)


def create_app(
    database: Database,
    *,
    zone: str,
    name: str = "",
    address: str = ADDRESS,
    kept: Path | None = None,
    heartbeat: str = HEARTBEAT,
    beat: timedelta = BEAT,
    patience: timedelta = PATIENCE,
    ack_lasts: timedelta = ACK_LASTS,
    desk: "Callable[[str], Desk] | None" = None,
    room: "MailRoom | None" = None,
    entrance: Entrance = Entrance(),  # noqa: B008  (it never changes)
    house: "Callable[[], House] | None" = None,
    now: Callable[[], datetime] = clock.now,
    news: "Callable[[], list[News]]" = list,
) -> Starlette:
    """The application over an open database.

    Args:
        database: where the docket is.
        zone: the firm's IANA time zone; its calendar day decides what a feed shows.
        name: the firm, as calendars name it.
        address: the address under which people and programs reach the server, without a slash at its end.
        kept: folder for the last good calendars, readable by the owner only; None keeps them in memory.
        heartbeat: the sweep whose sign of life `/readyz` looks at.
        beat: how often it comes.
        patience: how long it may stay away before calendars say that they are stale.
        ack_lasts: how long it holds that somebody has taken a date on.
        desk: by what somebody changes the docket, given who; without it the pages only show, and there is no API.
        room: by when papers that came in must be on the docket.
        entrance: what the firm decides about signing in.
        house: what the firm has laid down, for the pages that tell of it.
        now: what tells the time.
        news: what each edition of the law changed.

    `app.state.flush(session, now)` writes down which feeds were fetched, and `app.state.watch(session, now)` forgets
    what must not be served any more; something must call them now and then.
    """
    place, beats = ZoneInfo(zone), Beats(heartbeat, beat, patience)
    office = _office(address, place, ack_lasts, beats, now, desk, house, room)
    feed, assets = _feed(database, Shelf(kept), office, name), Assets()
    pages = Pages(assets, address=address, firm=name)
    door = Door(database, pages, Cookie(secure=address.startswith("https://")), office)
    app = Starlette(
        routes=[
            *([Beneath("/api/", Api(database, Firm(office, desk, news)))] if desk is not None else []),
            Beneath("/f/", feed),
            Beneath("/subscribe/", SubscribeRoute(database, pages, address=address, firm=name, zone=place, now=now)),
            Beneath("/static/", assets),
            *_for_people(door, database, entrance, name),
            *_probes(database, feed, beats, now),
        ],
        exception_handlers={404: door.unknown, 405: door.only_sent},
    )
    app.add_middleware(Guard, secure=address.startswith("https://"))
    app.router.redirect_slashes = False  # it would carry the secret into a header, and not every program follows it
    app.state.flush, app.state.watch = feed.flush, feed.watch
    return app


def _office(
    address: str,
    zone: ZoneInfo,
    ack_lasts: timedelta,
    beats: Beats,
    now: Callable[[], datetime],
    desk: "Callable[[str], Desk] | None",
    house: "Callable[[], House] | None",
    room: "MailRoom | None",
) -> Office:
    return Office(
        address=address,
        zone=zone,
        ack_lasts=ack_lasts,
        heartbeat=beats.sweep,
        patience=beats.patience,
        now=now,
        desk=desk,
        house=house,
        room=room,
    )


def _feed(database: Database, shelf: Shelf, office: Office, firm: str) -> FeedRoute:
    return FeedRoute(
        database,
        shelf,
        FetchLog(),
        firm=firm,
        now=office.now,
        today=office.today,
        zone=office.zone,
        heartbeat=office.heartbeat,
        patience=office.patience,
    )


def _probes(database: Database, feed: FeedRoute, beats: Beats, now: Callable[[], datetime]) -> list[Route]:
    """What machines ask: is it there, is it ready, how does it fare."""
    return [
        Route("/healthz", healthz),
        Route("/readyz", Readyz(database, sweep=beats.sweep, interval=beats.interval, now=now).answer),
        Route("/metrics", Metrics(database, feed.answered, now=now).answer),
    ]


def _for_people(door: Door, database: Database, entrance: Entrance, firm: str) -> list[Route]:
    """The pages on which people sign in, and those behind the door."""
    pages, office = door.pages, door.office
    cookie = Cookie(secure=office.address.startswith("https://"))
    signing = Signing(database, pages, cookie, entrance, address=office.address, now=office.now)
    more: Any = {"address": office.address, "firm": firm, "zone": office.zone, "now": office.now}
    factors = FactorPages(database, pages, cookie, entrance, **more)
    account = AccountPages(database, pages, cookie, entrance, **more)
    elsewhere = []
    if entrance.provider is not None:
        from deadlines.web.oidc import Elsewhere

        made = Elsewhere(database, pages, cookie, entrance.provider, address=office.address, now=office.now)
        elsewhere = made.routes()
    return [
        *signing.routes(),
        *factors.routes(),
        *account.routes(),
        *elsewhere,
        *desk_routes(door),
    ]
