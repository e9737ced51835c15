"""Style sheet, script and picture: served from the package, and nothing else is."""

import pytest
from starlette.testclient import TestClient

from deadlines.store.database import Database
from deadlines.web.app import create_app
from deadlines.web.assets import Assets
from tests.web.serving import NOW, ZONE, raw, serving

TYPES = {
    "page.css": "text/css; charset=utf-8",
    "address.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"  # nothing is asked of it


@pytest.fixture
def client(database: Database) -> TestClient:
    return TestClient(create_app(database, zone=ZONE, now=lambda: NOW), follow_redirects=False)


@pytest.mark.parametrize("name", TYPES)
def test_a_file_may_be_kept_as_long_as_its_hash_is_asked_for(client: TestClient, name: str) -> None:
    answer = client.get(Assets().link(name))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[name]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    for other in (f"/static/{name}", f"/static/{name}?v=0"):
        again = client.get(other, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
    head = client.head(Assets().link(name))
    assert (head.content, head.headers["content-length"]) == (b"", str(len(answer.content)))


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static",
        "/static/none.css",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/page.css/",
        "/static/page.css%00",
    ],
)
def test_nothing_else_is_there(database: Database, path: str) -> None:
    with serving(create_app(database, zone=ZONE, now=lambda: NOW)) as port:
        answer = raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404")


def test_it_is_only_read(client: TestClient) -> None:
    assert client.post("/static/page.css").status_code == 405
