"""Whose form it is, in a real browser: over plain http it says less of that to a name than to the machine's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.driving import Browser, Window, driven
from tests.browser.furnished import NOW
from tests.browser.house import PASSWORD, PAULA, House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
HOSTS = ("firm.test", "127.0.0.1")
HIDDEN = """<!doctype html><meta name="referrer" content="no-referrer"><title>Elsewhere</title>
<form id="f" method="post" action="{site}/incoming"><input name="title" value="Forged"><input name="received_on"
value="2026-11-23"><input name="at" value="mail"></form><script>document.getElementById("f").submit()</script>"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with driven(tmp_path) as found:
        yield found


@contextmanager
def page_of_another_port(text: str) -> Iterator[int]:
    """The port on which somebody else's server on this machine shows a page."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def come_in(house: House, window: Window) -> None:
    """By the one-time link, whose page hides where it stands, and the door."""
    window.go(house.data("person", "sign-in", PAULA)["link"].removeprefix(house.site))
    window.fill(password=PASSWORD, again=PASSWORD)
    assert "Your password is chosen" in window.press("Choose this password")
    window.fill(email=PAULA, password=PASSWORD)
    assert "Sign out" in window.press("Sign in")


@pytest.mark.parametrize("host", HOSTS)
def test_our_own_forms_are_taken_and_those_of_another_port_are_not(browser: Browser, tmp_path: Path, host: str) -> None:
    house = House(tmp_path, f"sqlite:///{tmp_path / 'foreign.sqlite3'}", NOW)
    site = f"http://{host}:{house.port}"
    with house.serving(), page_of_another_port(HIDDEN.format(site=site)) as port:
        paula = browser.window("Paula", site)
        come_in(house, paula)
        paula.go("/incoming")
        paula.fill(title="USCIS denial I-140")
        assert "1 paper not docketed yet" in paula.press("Register")
        invited = house.data("feed", "add", "--person", PAULA, "--label", "Outlook", "--link")
        paula.go(invited["link"].removeprefix(house.site))
        paula.press("Show my calendar address")
        assert "/f/" in paula.act({"css": "#address"}, "inputValue")
        browser.order("page", who="Paula", method="goto", args=[f"http://{host}:{port}/"])
        paula.act({"role": "heading", "name": "That did not come from our page"}, "waitFor")
        assert "USCIS denial I-140" in paula.go("/incoming")
        assert "Forged" not in paula.text
