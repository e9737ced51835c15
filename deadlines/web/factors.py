"""The second factor: the code after the password, and the page on which it is set up and removed.

Between the password and the code a browser is signed in nowhere; it sees this page alone. A change by somebody who is
signed in for longer asks for the password again.
"""

import logging
from typing import Any

import segno
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket import factors, logins
from deadlines.store.tables import Person, SignedIn
from deadlines.web.own import WRONG_PASSWORD, OwnPages

log = logging.getLogger(__name__)

PATH = "/second-factor"
WRONG = (
    "That is not the code. It changes every half minute and counts once; after several wrong tries the account rests."
)


class FactorPages(OwnPages):
    """The page of the second factor."""

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(f"{PATH}/code", self.code, methods=["POST"]),
            Route(f"{PATH}/begin", self.begin, methods=["POST"]),
            Route(f"{PATH}/confirm", self.confirm, methods=["POST"]),
            Route(f"{PATH}/remove", self.remove, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """What is to be done now: give a code, set the second factor up, or remove it."""
        return await self._run(request, {}, self._shown)

    async def code(self, request: Request) -> Response:
        """The code after the password (POST only)."""
        return await self._form(request, self._code)

    async def begin(self, request: Request) -> Response:
        """A new secret, shown with its QR code (POST only)."""
        return await self._form(request, self._begin)

    async def confirm(self, request: Request) -> Response:
        """The first code takes the second factor into use; the recovery codes are shown this once (POST only)."""
        return await self._form(request, self._confirm)

    async def remove(self, request: Request) -> Response:
        """Take the second factor away, with the password and a code (POST only)."""
        return await self._form(request, self._remove)

    def _shown(self, session: Session, found: SignedIn, _form: dict[str, str], problem: str = "") -> Response:
        has_one = factors.has_factor(session, found.person)
        what = ("code" if has_one else "begin") if found.awaits_code else ("remove" if has_one else "begin")
        left = factors.recovery_codes_left(session, found.person)
        return self._page(found.person, what, problem, waiting=found.awaits_code, left=left)

    def _code(self, session: Session, found: SignedIn, form: dict[str, str]) -> Response:
        if not found.awaits_code:
            return self._go("/")
        if not factors.has_factor(session, found.person):
            return self._go(PATH)
        if not factors.fits(session, found.person, form.get("code", ""), self._entrance.vault, now=self._now()):
            log.warning("a wrong code of a second factor was refused")
            return self._shown(session, found, {}, WRONG)
        return self._admitted(session, found, self._go("/"))

    def _begin(self, session: Session, found: SignedIn, _form: dict[str, str], problem: str = "") -> Response:
        person, vault = found.person, self._entrance.vault
        if problem:
            secret = factors.begun(session, person, vault)
        else:
            secret = factors.begin(session, person, vault, now=self._now())
        shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        code = _drawing(factors.address_of(secret, person, self._firm))
        return self._page(person, "confirm", problem, waiting=found.awaits_code, secret=shown, code=code)

    def _confirm(self, session: Session, found: SignedIn, form: dict[str, str]) -> Response:
        person = found.person
        if not found.awaits_code and not form["knows"]:
            logins.count_failure(session, person, self._now())
            return self._begin(session, found, {}, WRONG_PASSWORD)
        if logins.rests(session, person, self._now()):
            return self._begin(session, found, {}, WRONG)
        codes = factors.confirm(session, person, form.get("code", ""), self._entrance.vault, now=self._now())
        if not codes:
            return self._begin(session, found, {}, WRONG)
        page = self._page(person, "codes", "", waiting=False, codes=codes)
        return self._admitted(session, found, page)

    def _remove(self, session: Session, found: SignedIn, form: dict[str, str]) -> Response:
        person, now = found.person, self._now()
        if found.awaits_code or not form["knows"]:
            if not found.awaits_code:
                logins.count_failure(session, person, now)
            return self._shown(session, found, {}, WRONG_PASSWORD)
        if not factors.fits(session, person, form.get("code", ""), self._entrance.vault, now=now):
            return self._shown(session, found, {}, WRONG)
        factors.remove(session, person, actor=person.id, now=now)
        answer = self._go("/sign-in")
        self._cookie.take(answer)
        return answer

    def _admitted(self, session: Session, found: SignedIn, answer: Response) -> Response:
        """The browser gets a new secret; the one from before the second factor is worth nothing any more."""
        self._cookie.give(answer, logins.admit(session, found, now=self._now()))
        return answer

    # -- answers -------------------------------------------------------------------------------------------

    def _page(self, person: Person, what: str, problem: str, *, waiting: bool, **values: Any) -> Response:
        status = 422 if problem else 200
        return self._pages.make(
            "second_factor.html",
            status=status,
            what=what,
            person=person,
            problem=problem,
            waiting=waiting,
            required=self._entrance.required,
            **self._frame(person, PATH, waits=waiting),
            **values,
        )


def _drawing(address: str) -> str:
    """The QR code as SVG that a strict content policy allows."""
    drawing = segno.make_qr(address, error="m").svg_inline(border=4, light="white", title="QR code", omitsize=True)
    return drawing.replace("<svg ", '<svg role="img" aria-label="QR code for the authenticator" ', 1)
