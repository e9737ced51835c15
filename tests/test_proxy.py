"""The example for nginx before the program, started as it stands but for its ports, its host and its folders."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from deadlines.store.database import Database
from deadlines.web.app import create_app
from tests.notify.servers import certificate
from tests.test_deploy import NGINX
from tests.web.serving import NOW, ZONE, Subscribed, serving, subscribe

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not on this machine")
WHOLE = """daemon off;
pid {folder}/pid;
{user}
error_log {folder}/main-error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
    include {folder}/deadlines.conf;
}}
"""


class Answer(NamedTuple):
    """What nginx answered: None for the status where it cut the connection."""

    status: int | None
    headers: list[tuple[str, str]]
    body: bytes


class Proxy:
    """A running nginx, with one port in clear and one under TLS."""

    def __init__(self, folder: Path, upstream: int) -> None:
        _, self._trust = certificate(folder)
        self.folder, self.clear, self.tls = folder, _free(), _free()
        changed = {
            "server 127.0.0.1:8099": f"server 127.0.0.1:{upstream}",
            "listen 80;": f"listen 127.0.0.1:{self.clear};",
            "listen 443 ssl": f"listen 127.0.0.1:{self.tls} ssl",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "calendar.firm.example": "localhost",
            "/etc/ssl/deadlines/fullchain.pem": f"{folder}/certificate.pem",
            "/etc/ssl/deadlines/key.pem": f"{folder}/key.pem",
            "/var/log/nginx/": f"{folder}/",
        }
        text = NGINX
        for before, after in changed.items():
            assert before in text
            text = text.replace(before, after)
        (folder / "deadlines.conf").write_text(text, encoding="utf-8")
        user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
        (folder / "nginx.conf").write_text(WHOLE.format(folder=folder, user=user), encoding="utf-8")

    def ask(self, path: str, method: str = "GET", *, clear: bool = False, body: bytes = b"", **headers: str) -> Answer:
        asked = (
            HTTPConnection("localhost", self.clear, timeout=60)
            if clear
            else HTTPSConnection("localhost", self.tls, timeout=10, context=self._trust)
        )
        try:
            asked.request(method, path, body=body or None, headers=headers)
            found = asked.getresponse()
            return Answer(found.status, found.getheaders(), found.read())
        except (HTTPException, ConnectionError, ssl.SSLError):
            return Answer(None, [], b"")
        finally:
            asked.close()

    def written(self) -> str:
        """Everything that nginx wrote into its logs."""
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in self.folder.glob("*.log"))


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    command = [str(PROGRAM), "-p", str(proxy.folder), "-c", str(proxy.folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            _reached(proxy.tls, process)
            yield proxy
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture
def kind_of_database() -> str:
    return "sqlite"


@pytest.fixture
def feed(database: Database) -> Subscribed:
    return subscribe(database)


@pytest.fixture
def proxy(database: Database, tmp_path: Path) -> Iterator[Proxy]:
    app = create_app(database, zone=ZONE, now=lambda: NOW)
    with serving(app) as port, running(Proxy(tmp_path, port)) as started:
        yield started


def test_a_calendar_is_answered_and_its_address_stands_in_no_log(feed: Subscribed, proxy: Proxy) -> None:
    answer = proxy.ask(feed.path)
    assert answer.status == 200
    assert answer.body.startswith(b"BEGIN:VCALENDAR")
    assert [value for name, value in answer.headers if name.lower() == "strict-transport-security"] == [
        "max-age=31536000; includeSubDomains"
    ]
    token = feed.token
    for path in (
        f"/%66/{token}/deadlines.ics",
        f"//f/{token}/",
        f"/static/../f/{token}",
        f"/F/{token}",
        f"/x?y={token}",
    ):
        proxy.ask(path)
    proxy.ask("/healthz", Referer=f"https://localhost{feed.path}")
    proxy.ask(f"/subscribe/{token}")
    proxy.ask(feed.path, "POST", body=b"x" * 27_000_000)
    assert '"GET /healthz ' in proxy.written()
    assert token not in proxy.written()


def test_what_came_in_clear_is_not_sent_on(feed: Subscribed, proxy: Proxy) -> None:
    for path in (feed.path, f"/subscribe/{feed.token}", f"/welcome/{feed.token}", "/api/v1/docket"):
        answer = proxy.ask(path, clear=True)
        assert (answer.status, [name for name, _ in answer.headers if name.lower() == "location"]) == (404, [])
    page = proxy.ask("/sign-in", clear=True)
    assert (page.status, dict(page.headers)["Location"]) == (301, "https://localhost/sign-in")
    assert feed.token not in proxy.written()


def test_while_the_program_is_away_a_calendar_s_connection_is_cut(tmp_path: Path) -> None:
    with running(Proxy(tmp_path, _free())) as proxy:
        assert proxy.ask("/f/0123456789abcdef/deadlines.ics").status is None
        assert proxy.ask("/").status == 502
        assert "0123456789abcdef" not in proxy.written()


def test_the_figures_stay_inside_and_a_large_paper_passes(proxy: Proxy) -> None:
    assert proxy.ask("/metrics").status == 404
    passed, refused = (proxy.ask("/add", "POST", body=b"x" * size) for size in (22_000_000, 27_000_000))
    assert b"<center>nginx" not in passed.body
    assert passed.body
    assert b"<center>nginx" in refused.body or refused.status is None


def _free() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


def _reached(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    process.terminate()
    raise AssertionError(process.communicate(timeout=60)[1].decode())
