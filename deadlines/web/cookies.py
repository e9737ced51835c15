"""The cookie that says in which browser somebody is signed in. It holds a random secret and nothing else."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from deadlines.docket.logins import LONGEST

NAME = "deadlines"
GUARDED = "__Host-"
"""Begins the name where people come by https: no other server of the domain can set it then."""


class Cookie:
    """Set and read for one server. `secure`: people reach it by https, and browsers then guard the name as well."""

    def __init__(self, *, secure: bool, name: str = NAME) -> None:
        self._secure = secure
        self._name = f"{GUARDED}{name}" if secure else name

    def read(self, request: Request) -> str:
        """The secret, or nothing."""
        return request.cookies.get(self._name, "")

    def give(self, response: Response, token: str, lasts: timedelta = LONGEST) -> None:
        """Lax, so that a link in a mail finds its reader signed in; every change is a form of our own pages."""
        response.set_cookie(
            self._name,
            token,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def take(self, response: Response) -> None:
        """The browser forgets it."""
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="lax")
