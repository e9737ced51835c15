"""Chromium without a screen, driven through Playwright: one window for each person, asked and told in few words."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.installed import node_modules, require_program

HERE = Path(__file__).parent
REQUIRED = "DEADLINES_REQUIRE_BROWSER"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
SERIOUS = ("serious", "critical")


class BrowserError(Exception):
    """The browser could not do what it was told."""


class Stop(NamedTuple):
    """One place at which the keyboard stops: what stands there, and whether somebody sees that it stopped."""

    tag: str
    text: str
    shown: bool


class Browser:
    """The process that drives the browser."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._read()

    def order(self, order: str, **more: Any) -> Any:
        """What it answers; raises BrowserError."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"order": order, **more}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if "fault" in answer:
            raise BrowserError(answer["fault"])
        return answer["value"]

    def window(
        self, who: str, site: str, *, scripts: bool = True, dark: bool = False, size: dict[str, int] = DESK
    ) -> "Window":
        """A new window with no cookies. Without `scripts` no page can run one."""
        scheme = "dark" if dark else "light"
        options = {"javaScriptEnabled": scripts, "colorScheme": scheme, "viewport": size, "locale": "en-US"}
        self.order("open", who=who, options=options)
        return Window(self, who, site)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError("The browser ended.")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Window:
    """One person's browser: a page is opened, read, filled in, and its buttons are pressed."""

    def __init__(self, browser: Browser, who: str, site: str) -> None:
        self._browser, self.who, self._site = browser, who, site

    def go(self, path: str) -> str:
        """Open a page of the docket; what it shows."""
        status = self._browser.order("go", who=self.who, address=self._site + path)
        assert status == 200, (path, status)
        return self.text

    @property
    def text(self) -> str:
        """What the page shows, each run of white space as one blank."""
        return " ".join(self._page("innerText", "body").split())

    @property
    def path(self) -> str:
        """The address below the site."""
        address: str = self._page("url")
        return address.removeprefix(self._site)

    def fill(self, **fields: str) -> None:
        """Write into fields by their names."""
        for name, value in fields.items():
            self.act({"css": f'[name="{name}"]:not([type="hidden"])', "first": True}, "fill", value)

    def choose(self, **fields: str) -> None:
        """Choose from lists by their names."""
        for name, value in fields.items():
            self.act({"css": f'select[name="{name}"]', "first": True}, "selectOption", value)

    def press(self, button: str, *, exact: bool = True, within: str = "") -> str:
        """Press a button; what the page shows after it."""
        return self._follow("button", button, exact, within)

    def follow(self, link: str, *, exact: bool = True, within: str = "") -> str:
        """Follow a link; what the page shows after it."""
        return self._follow("link", link, exact, within)

    def check(self, label: str) -> None:
        """Tick a box."""
        self.act({"label": label}, "check")

    def value(self, name: str) -> str:
        """What stands in a field."""
        found: str = self.act({"css": f'[name="{name}"]', "first": True}, "inputValue")
        return found

    def links(self, css: str) -> list[str]:
        """Where the links lead that fit."""
        script = f"[...document.querySelectorAll({json.dumps(css)})].map((one) => one.getAttribute('href'))"
        found: list[str] = self._page("evaluate", script)
        return found

    def act(self, at: dict[str, Any], method: str, *args: Any) -> Any:
        """Anything that Playwright does with one place of the page."""
        return self._browser.order("act", who=self.who, at=at, method=method, args=args)

    def barriers(self) -> list[str]:
        """What axe finds that keeps people out, serious or critical."""
        found = self._browser.order("barriers", who=self.who)
        return [
            f"{self.path}: {one['id']}: {one['help']}: {one['where'][:3]}" for one in found if one["impact"] in SERIOUS
        ]

    def overflow(self) -> list[str]:
        """What stands out of the page on the right, so that a person on a telephone must push it about."""
        script = (HERE / "overflow.js").read_text()
        found: list[str] = self._page("evaluate", script)
        return [f"{self.path}: {one}" for one in found]

    def scrolling(self) -> list[str]:
        """The names of what must be pushed sideways to be read."""
        wide = "[...document.querySelectorAll('.wide')].filter((one) => one.scrollWidth > one.clientWidth + 1)"
        found: list[str] = self._page("evaluate", f"{wide}.map((one) => one.getAttribute('aria-label'))")
        return found

    def column_names(self, path: str) -> list[str]:
        """What a page shows before each cell of its first table of cards."""
        self.go(path)
        cells = "[...document.querySelector('table.cards tbody tr').children]"
        found: list[str] = self._page("evaluate", f"{cells}.map((one) => getComputedStyle(one, '::before').content)")
        return [one.partition(" / ")[0] for one in found]

    def tabs(self, most: int = 120) -> list[Stop]:
        """Where the keyboard stops, from the top of the page on."""
        return [Stop(**one) for one in self._browser.order("tabs", who=self.who, most=most)]

    def resize(self, size: dict[str, int]) -> None:
        """The window has another size from now on."""
        self._page("setViewportSize", size)

    def turn(self, *, dark: bool) -> None:
        """The colours of day or night."""
        self._page("emulateMedia", {"colorScheme": "dark" if dark else "light"})

    def picture(self, path: Path, height: int) -> None:
        """A picture of the upper part of the page, as wide as the window."""
        size = {"x": 0, "y": 0, "width": self._page("evaluate", "window.innerWidth"), "height": height}
        self._page("screenshot", {"path": str(path), "clip": size, "fullPage": True})

    def faults(self) -> list[str]:
        """What the browser complained of since it was asked last: refused scripts, missing files."""
        found: list[str] = self._browser.order("faults", who=self.who)
        return found

    def close(self) -> None:
        """Close the window."""
        self._browser.order("close", who=self.who)

    def _follow(self, role: str, name: str, exact: bool, within: str) -> str:
        at = {"role": role, "name": name, "exact": exact, "first": True, **({"within": within} if within else {})}
        self._browser.order("follow", who=self.who, at=at)
        return self.text

    def _page(self, method: str, *args: Any) -> Any:
        return self._browser.order("page", who=self.who, method=method, args=args)


@contextmanager
def driven(folder: Path) -> Iterator[Browser]:
    """A browser; skips the test where there is none."""
    program = require_program("chromium", "chromium", REQUIRED)
    node = require_program("node", "nodejs npm", REQUIRED)
    modules = node_modules(HERE / "node", REQUIRED)
    command = [node, str(HERE / "driver.cjs"), str(modules), program]
    settings = {**os.environ, "HOME": str(folder), "TZ": "America/New_York", "NO_PROXY": "*", "no_proxy": "*"}
    with (folder / "browser.log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=settings
        )
        try:
            yield Browser(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
