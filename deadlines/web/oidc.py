"""Signing in with the firm's identity provider: OpenID Connect, authorization code flow with PKCE (extra [oidc]).

Authlib does the protocol: state, nonce, code challenge, and the signature and claims of the ID token. What is decided
here is who may come in: somebody of the list of people who is active, by a mail address that the provider has
verified. Nobody is added to the list by signing in.
"""

import base64
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deadlines.docket import logins
from deadlines.errors import ConfigError
from deadlines.store.database import Database
from deadlines.store.tables import Person
from deadlines.web.asking import Asking
from deadlines.web.cookies import Cookie
from deadlines.web.feeds import DATABASE_FAULTS
from deadlines.web.pages import HEADERS, Pages

log = logging.getLogger(__name__)

START, BACK = "/sign-in/elsewhere", "/sign-in/back"
LASTS = timedelta(minutes=10)
SECONDS = 10.0
LARGEST = 2000
"""Characters of what a browser keeps while its person is at the provider."""
SAFE_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""With which an ID token may be signed: a key pair of the provider's, never a shared secret and never nothing."""
REFUSED = (
    "You are not let in",
    "The identity provider did not tell of an active person of this docket, by a mail address that it has verified.",
    "Ask whoever looks after the program whether you are on the list of people with that very address.",
)
FAILED = ("Signing in did not come to its end", "Begin again at the door. If it fails once more, use your password.")


class Provider:
    """One identity provider. `name` stands on the button, `issuer` is its address, `context` trusts its certificate.

    Raises ConfigError where the extra [oidc] is not installed.
    """

    def __init__(
        self, *, name: str, issuer: str, client_id: str, client_secret: str, context: SSLContext | None = None
    ) -> None:
        try:
            from authlib.integrations.starlette_client import OAuth
        except ModuleNotFoundError:
            raise ConfigError("oidc.issuer is set: install deadlines with the extra [oidc].") from None
        self.name, self._issuer = name, issuer.rstrip("/")
        # No proxy and no certificate is taken from the environment, and no answer leads to another address.
        options = {"scope": "openid email", "code_challenge_method": "S256", "timeout": SECONDS, "trust_env": False}
        trusted = {"verify": context} if context is not None else {}
        self._client: Any = OAuth().register(
            "firm",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={**options, **trusted, "follow_redirects": False},
        )

    async def start(self, request: Request, back: str) -> Response:
        """On to the provider; what must be known when its person is back lies in the request's session."""
        await self._metadata()
        answer: Response = await self._client.authorize_redirect(request, back)
        return answer

    async def claims(self, request: Request) -> Mapping[str, Any]:
        """What the checked ID token says of who is back. Raises one of `faults()`."""
        await self._metadata()
        token = await self._client.authorize_access_token(request)
        return token.get("userinfo") or {}

    async def _metadata(self) -> None:
        found = await self._client.load_server_metadata()
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise ValueError("the provider names another issuer than oidc.issuer")
        offered = found.get("id_token_signing_alg_values_supported") or []
        found["id_token_signing_alg_values_supported"] = [a for a in offered if a in SAFE_ALGORITHMS] or ["RS256"]


def faults() -> tuple[type[Exception], ...]:
    """What may be raised while somebody comes back: a forged answer, a wrong token, a provider that fails."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.httpx_client._compat import httpx2
    from joserfc.errors import JoseError

    return AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError, RuntimeError


class Elsewhere:
    """The two addresses of signing in elsewhere; `address` is the one under which people reach the server."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        cookie: Cookie,
        provider: Provider,
        *,
        address: str,
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._pages, self._cookie, self._provider = database, pages, cookie, provider
        self._address, self._now = address, now
        self._root = urlsplit(address).path.rstrip("/")
        self._journey = Cookie(secure=address.startswith("https://"), name="deadlines-elsewhere")
        self._ask = Asking()

    def routes(self) -> list[Route]:
        """The addresses and what answers them."""
        return [Route(START, self.start, methods=["GET"]), Route(BACK, self.back, methods=["GET"])]

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider."""
        request.scope["session"] = {}
        try:
            answer = await self._provider.start(request, f"{self._address}{BACK}")
        except faults() as fault:
            return self._failed(fault)
        answer.headers.update(HEADERS)
        self._journey.give(answer, _packed(request.scope["session"]), LASTS)
        return answer

    async def back(self, request: Request) -> Response:
        """Who comes back from the provider, in the very browser that was sent there, is let in or refused."""
        request.scope["session"] = _unpacked(self._journey.read(request))
        try:
            claims = await self._provider.claims(request)
            token = await self._ask(self._let_in, dict(claims))
        except DATABASE_FAULTS as fault:
            return self._failed(fault)
        except faults() as fault:
            return self._failed(fault)
        answer = self._answered(token)
        self._journey.take(answer)
        return answer

    def _let_in(self, claims: dict[str, Any]) -> str | None:
        """In a thread: the secret for the browser's cookie, or None for who is not let in."""
        email, verified = claims.get("email"), claims.get("email_verified")
        if verified is not True or not isinstance(email, str):
            return None
        with self._database.write() as session:
            wanted = Person.email == email.strip().lower(), Person.active.is_(True)
            person = session.scalars(select(Person).where(*wanted)).one_or_none()
            return logins.sign_in_elsewhere(session, person, now=self._now()) if person is not None else None

    def _answered(self, token: str | None) -> Response:
        if token is None:
            log.warning("somebody whom the identity provider knows was refused at the door")
            return self._pages.notice(403, *REFUSED)
        answer = RedirectResponse(f"{self._root}/", 303, HEADERS)
        self._cookie.give(answer, token)
        return answer

    def _failed(self, fault: Exception) -> Response:
        log.warning("signing in with the identity provider failed (%s)", type(fault).__name__)
        page = self._pages.notice(403, *FAILED)
        self._journey.take(page)
        return page


def _packed(journey: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(journey).encode()).decode()


def _unpacked(kept: str) -> dict[str, Any]:
    """What the browser kept; nothing where it kept nothing of ours."""
    try:
        found = json.loads(base64.urlsafe_b64decode(kept)) if len(kept) <= LARGEST else {}
    except (ValueError, RecursionError):
        return {}
    states = found if isinstance(found, dict) else {}
    return {name: state for name, state in states.items() if _is_state(state)}


def _is_state(kept: object) -> bool:
    """Whether it is of the shape in which Authlib keeps a journey: texts, and the moment at which it ends."""
    if not isinstance(kept, dict) or not isinstance(kept.get("exp"), int | float):
        return False
    data = kept.get("data")
    return isinstance(data, dict) and all(isinstance(value, str) for value in data.values())
