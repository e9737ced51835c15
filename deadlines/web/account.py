"""What somebody sees to themselves: the password, and the browsers in which they are signed in."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deadlines.docket import factors, logins
from deadlines.store.tables import SignedIn
from deadlines.web.own import WRONG_PASSWORD, OwnPages
from deadlines.web.pages import moment_text

PATH = "/account"
DIFFER = "The two new passwords differ: type the same twice."
NONE = "Type the new password."
CHANGED = "The new password holds from now on, and you are signed out everywhere else."
ENDED = "You are signed out everywhere else."


class AccountPages(OwnPages):
    """The page of one's own sign-in."""

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(f"{PATH}/password", self.password, methods=["POST"]),
            Route(f"{PATH}/others", self.others, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The browsers, and the forms."""
        return await self._run(request, {}, self._shown)

    async def password(self, request: Request) -> Response:
        """Another password, for who knows the present one (POST only)."""
        return await self._form(request, self._change)

    async def others(self, request: Request) -> Response:
        """End every other browser, for who knows the password (POST only)."""
        return await self._form(request, self._end_others)

    def _shown(
        self, session: Session, found: SignedIn, _form: dict[str, str], problem: str = "", done: str = ""
    ) -> Response:
        if found.awaits_code:
            return self._go("/second-factor")
        return self._pages.make(
            "account.html",
            status=422 if problem else 200,
            person=found.person,
            browsers=logins.browsers(session, found.person, now=self._now()),
            this=found.token_hash,
            has_factor=factors.has_factor(session, found.person),
            problem=problem,
            done=done,
            moment=lambda at: moment_text(at, self._zone),
            **self._frame(found.person, PATH),
        )

    def _change(self, session: Session, found: SignedIn, form: dict[str, str]) -> Response:
        new = form.get("new", "")
        problem = self._refusal(session, found, form)
        if not problem and new != form.get("again", ""):
            problem = DIFFER
        problem = problem or form.get("weak", "") or ("" if form.get("kept") else NONE)
        if problem:
            return self._shown(session, found, {}, problem)
        token = logins.change_password(session, found, form["kept"], now=self._now())
        return self._renewed(session, found, token, CHANGED)

    def _end_others(self, session: Session, found: SignedIn, form: dict[str, str]) -> Response:
        problem = self._refusal(session, found, form)
        if problem:
            return self._shown(session, found, {}, problem)
        token = logins.end_others(session, found, now=self._now())
        return self._renewed(session, found, token, ENDED)

    def _refusal(self, session: Session, found: SignedIn, form: dict[str, str]) -> str:
        if form["knows"] and not found.awaits_code:
            return ""
        logins.count_failure(session, found.person, self._now())
        return WRONG_PASSWORD

    def _renewed(self, session: Session, found: SignedIn, token: str, done: str) -> Response:
        """The page for the browser's new secret."""
        kept = logins.find_signed_in(session, token, now=self._now()) or found
        page = self._shown(session, kept, {}, done=done)
        self._cookie.give(page, token)
        return page
