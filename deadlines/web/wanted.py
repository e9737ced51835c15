"""The page that somebody wanted and was sent from to sign in: shown as soon as they are in, whichever way they came."""

import re
from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from deadlines.web.cookies import Cookie
from deadlines.web.pages import HEADERS
from deadlines.web.signed_out import DOOR

NAME, LASTS = "deadlines-wanted", timedelta(minutes=15)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%-]+){1,8}")
"""A path of ours. Never `//` or a backslash: browsers would take what follows for another server."""


class Wanted:
    """Keeps the path, and no more of the address, in the browser. `root` stands before every path of ours."""

    def __init__(self, *, secure: bool, root: str) -> None:
        self._cookie, self._root = Cookie(secure=secure, name=NAME), root

    def lead(self, request: Request, page: Response) -> Response:
        """The answer to a request: to the door it notes what is wanted, from the docket it goes there.

        Of a form it is the page on which it stands, where that has the same address.
        """
        if request.method != "GET" and not _is_shown(request):
            return page
        path = self._root + quote(request.url.path.removeprefix(self._root))
        if page.status_code == 303 and _path_of(page) == f"{self._root}{DOOR}":
            if self._is_ours(path):
                self._cookie.give(page, path, LASTS)
        elif request.method == "GET" and page.status_code == 200 and path == f"{self._root}/":
            wanted = self._cookie.read(request)
            page = RedirectResponse(wanted, 303, HEADERS) if self._is_ours(wanted) else page
            if wanted:
                self._cookie.take(page)
        return page

    def _is_ours(self, path: str) -> bool:
        return bool(_PATH.fullmatch(path)) and path.startswith(f"{self._root}/")


def _path_of(page: Response) -> str:
    return page.headers.get("location", "").partition("?")[0]


def _is_shown(request: Request) -> bool:
    """Whether a page stands at the address to which something was sent."""
    scope = {**request.scope, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes if isinstance(route, Route))
