"""Signing in with an identity provider: a real one on this machine (OWASP ASVS 5.0, chapters 9 and 10)."""

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.testclient import TestClient

from deadlines.config import load_settings
from deadlines.docket.people import deactivate_person
from deadlines.store.database import Database
from deadlines.store.tables import Audit, Person
from deadlines.web.app import create_app
from deadlines.web.entrance import Entrance
from deadlines.web.oidc import faults
from deadlines.wiring_entrance import build_provider
from tests.docket import samples
from tests.notify.receivers import answers, receiver
from tests.notify.servers import certificate
from tests.web.serving import NOW, ZONE

mock = pytest.importorskip(
    "oidc_provider_mock", reason="THE IDENTITY PROVIDER FOR TESTS IS MISSING: pip install '.[dev]'"
)

pytestmark = [
    pytest.mark.xdist_group("oidc"),
    # The provider is a program of its own; what it or its server leaves behind says nothing of ours.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Given:
    """The provider, with what it was asked at its token endpoint."""

    def __init__(self, issuer: str, app: Any) -> None:
        self.issuer, self.app, self.asked = issuer, app, list[dict[str, str]]()

    def user(self, email: str, *, verified: object = True) -> None:
        claims = {"email": email, "email_verified": verified}
        answer = httpx2.put(f"{self.issuer}/users/{email}", json=claims)
        assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def provider() -> Iterator[Given]:
    import flask
    from werkzeug.serving import make_server

    app = mock.app(require_nonce=True)
    server = make_server("localhost", 0, app, threaded=True)
    given = Given(f"http://localhost:{server.server_port}", app)

    def note() -> None:
        if flask.request.path == "/oauth2/token":
            given.asked.append(flask.request.form.to_dict())

    app.before_request(note)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield given
    server.shutdown()
    thread.join(60)
    server.server_close()


class Firm:
    """Ana and a server that knows the provider."""

    def __init__(self, database: Database, given: Given, **more: str) -> None:
        from deadlines.web.oidc import Provider

        self.database, self.given = database, given
        settings = {
            "name": "Firm login",
            "issuer": given.issuer,
            "client_id": "deadlines",
            "client_secret": "s",
            **more,
        }
        self.provider = Provider(**settings)  # type: ignore[arg-type]
        entrance = Entrance(provider=self.provider)
        self.app = create_app(database, zone=ZONE, now=lambda: NOW, address="http://testserver", entrance=entrance)
        with database.write() as session:
            self.ana = samples.person(session).id
        self.browser = self.another()

    def another(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False)

    def sent(self, browser: TestClient) -> str:
        answer = browser.get("/sign-in/elsewhere")
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def allowed(self, address: str, email: str) -> str:
        """What the provider answers once somebody has shown who they are: the way back."""
        answer = httpx2.post(address, data={"sub": email})
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        assert back.path == "/sign-in/back"
        return f"{back.path}?{back.query}"

    def enter(self, email: str = "ana@firm.test", browser: TestClient | None = None) -> int:
        one = browser or self.browser
        return one.get(self.allowed(self.sent(one), email)).status_code

    def is_in(self, browser: TestClient | None = None) -> bool:
        return (browser or self.browser).get("/").status_code == 200


@pytest.fixture
def kind_of_database() -> str:
    """What the provider says is the same on both."""
    return "sqlite"


@pytest.fixture
def firm(database: Database, provider: Given) -> Firm:
    provider.user("ana@firm.test")
    return Firm(database, provider)


def test_whom_the_provider_knows_is_let_in(firm: Firm) -> None:
    assert "Sign in with Firm login" in firm.browser.get("/sign-in").text
    address = firm.sent(firm.browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert asked["redirect_uri"] == "http://testserver/sign-in/back"
    back = firm.allowed(address, "ana@firm.test")
    assert firm.browser.get(back).status_code == 303
    assert firm.is_in()
    verifier = firm.given.asked[-1]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    with firm.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "login.sign-in")).one()
        assert (row.actor, row.detail) == (firm.ana, {"way": "oidc"})
    assert firm.another().get(back).status_code == 403, "the answer of the provider is worth nothing elsewhere"
    assert firm.browser.get(back).status_code == 403, "nor a second time"


def test_the_answer_must_come_back_to_the_browser_that_was_sent(firm: Firm) -> None:
    attacker = firm.another()
    back = firm.allowed(firm.sent(attacker), "ana@firm.test")
    victim = firm.another()
    firm.sent(victim)
    assert victim.get(back).status_code == 403
    assert not firm.is_in(victim)
    for forged in ("?code=x&state=y", "", "?error=access_denied", "?code=x"):
        assert firm.another().get(f"/sign-in/back{forged}").status_code == 403
    garbled = firm.another()
    garbled.cookies.set("deadlines-elsewhere", "e30=garbage")
    assert garbled.get("/sign-in/back?code=x&state=y").status_code == 403


@pytest.mark.parametrize(
    "state",
    [
        {"data": 5},
        {"data": 5, "exp": 9e9},
        {"data": [], "exp": 9e9},
        {"data": {"redirect_uri": 5, "code_verifier": {}}, "exp": 9e9},
        {"data": {"nonce": None}, "exp": 9e9},
        {"data": {}, "exp": "soon"},
        {"data": {}},
        {},
        None,
        "data",
    ],
)
def test_a_journey_that_was_made_by_hand_is_refused_as_a_wrong_one(firm: Firm, state: object) -> None:
    browser = firm.another()
    kept = base64.urlsafe_b64encode(json.dumps({"_state_firm_y": state}).encode()).decode()
    browser.cookies.set("deadlines-elsewhere", kept)
    answer, wrong = browser.get("/sign-in/back?code=x&state=y"), firm.another().get("/sign-in/back?code=x&state=y")
    assert (answer.status_code, answer.text) == (wrong.status_code, wrong.text)
    assert wrong.status_code == 403


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_lets_nobody_in(firm: Firm, verified: object) -> None:
    firm.given.user("ana@firm.test", verified=verified)
    assert firm.enter() == 403
    assert not firm.is_in()


def test_nobody_is_made_a_person_and_who_left_stays_out(firm: Firm) -> None:
    firm.given.user("stranger@firm.test")
    assert firm.enter("stranger@firm.test") == 403
    with firm.database.write() as session:
        assert [person.email for person in session.scalars(select(Person))] == ["ana@firm.test"]
        person = session.get_one(Person, firm.ana)
        deactivate_person(
            session,
            person,
            successor=None,
            actor="t",
            today=(NOW + timedelta(minutes=1)).date(),
            now=NOW + timedelta(minutes=1),
        )
    assert firm.enter() == 403
    assert not firm.is_in()


def test_a_token_for_another_program_or_of_another_issuer_is_refused(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from joserfc import jwt

    real = jwt.decode

    def changed(name: str, value: object) -> None:
        def decode(*args: Any, **more: Any) -> Any:
            token = real(*args, **more)
            token.claims[name] = value
            return token

        monkeypatch.setattr(jwt, "decode", decode)

    for name, value in (("aud", "another"), ("iss", "https://evil.test"), ("nonce", "another"), ("exp", 1)):
        changed(name, value)
        assert firm.enter(browser=firm.another()) == 403, name
    monkeypatch.setattr(jwt, "decode", real)
    assert firm.enter() == 303


def test_a_token_signed_with_another_key_is_refused(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    from joserfc.jwk import KeySet, RSAKey

    ours = RSAKey.generate_key(2048, parameters={"kid": "x"})
    keys = KeySet([ours])
    monkeypatch.setattr(KeySet, "import_key_set", lambda _found: keys)
    assert firm.enter() == 403
    assert not firm.is_in()


def test_another_issuer_than_the_configured_one_is_refused(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firm.provider, "_issuer", "https://login.firm.test")
    assert firm.browser.get("/sign-in/elsewhere").status_code == 403


def test_a_provider_that_is_down_is_told_in_a_sentence(database: Database, provider: Given) -> None:
    firm = Firm(database, provider, issuer="http://127.0.0.1:9")
    answer = firm.browser.get("/sign-in/elsewhere")
    assert (answer.status_code, "Begin again at the door" in answer.text) == (403, True)


def test_only_key_pairs_sign(firm: Firm) -> None:
    from deadlines.web.oidc import SAFE_ALGORITHMS

    firm.enter()
    client = firm.provider._client
    assert client.server_metadata["id_token_signing_alg_values_supported"] == ["RS256"]
    client.server_metadata["id_token_signing_alg_values_supported"] = ["none", "HS256", "ES256", "RS256"]
    assert firm.enter(browser=firm.another()) == 303
    assert client.server_metadata["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    assert not any(name == "none" or name.startswith("HS") for name in SAFE_ALGORITHMS)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_provider_with_a_certificate_of_the_firms_own_authority_is_trusted_where_it_is_named(
    tmp_path: Path, trusted: bool
) -> None:
    with receiver(certificate(tmp_path)[0], answers(404)) as outside:
        issuer = f"https://{outside.host}"
        said = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
        outside.becomes(answers(200, json.dumps(said).encode(), Content_Type="application/json"))
        (tmp_path / "secret").write_text("a secret")
        (tmp_path / "secret").chmod(0o600)
        (tmp_path / "deadlines.toml").write_text(
            f'[oidc]\nissuer = "{issuer}"\nclient_id = "deadlines"\nclient_secret_file = "secret"\n'
            + ('[channels]\nca_file = "certificate.pem"\n' if trusted else "")
        )
        provider = build_provider(load_settings(environ={}, folder=tmp_path))
        asked = Request({"type": "http", "method": "GET", "headers": [], "session": {}})
        if not trusted:
            with pytest.raises(faults()):
                asyncio.run(provider.start(asked, "https://docket.test/sign-in/back"))
            assert outside.requests == []
            return
        answer = asyncio.run(provider.start(asked, "https://docket.test/sign-in/back"))
    assert answer.headers["location"].startswith(f"{issuer}/authorize?")
