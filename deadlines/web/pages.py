"""Makes the pages that people see: templates, and the headers that every page has."""

from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from deadlines.docket.roles import may, who_may
from deadlines.ical.wording import day_text
from deadlines.web.assets import Assets
from deadlines.web.once import mark
from deadlines.web.plain import begun

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # else browsers hide the origin of our own forms; see `origins`
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class Pages:
    """`address` is the one under which people reach the server, `firm` the name that stands on every page."""

    def __init__(self, assets: Assets, *, address: str, firm: str) -> None:
        self._assets, self._root = assets, urlsplit(address).path.rstrip("/")
        self._environment = Environment(
            loader=PackageLoader("deadlines.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "firm": firm,
            "static": self._static,
            "may": may,
            "who_may": who_may,
            "once": mark,
        }
        self._environment.filters |= {"days": _days, "day": _day, "sentence": begun}

    def make(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The whole page, ready to be sent."""
        return HTMLResponse(self.text(template, **values), status, HEADERS)

    def text(self, template: str, **values: object) -> str:
        """The page as text, for a file."""
        return self._environment.get_template(template).render(values)

    def notice(self, status: int, heading: str, *sentences: str, **frame: object) -> HTMLResponse:
        """A page that only says something; without the frame of who is signed in it leads to the docket."""
        values = {"root": self._root, **frame}
        return self.make("notice.html", status=status, heading=heading, sentences=sentences, **values)

    def _static(self, name: str) -> str:
        return f"{self._root}{self._assets.link(name)}"


def _day(on: date | None) -> Markup:
    """`Fri 18 Dec 2026`, on one line, and for programs as 2026-12-18; a dash for none."""
    return Markup('<time datetime="{}">{}</time>').format(on, day_text(on)) if on is not None else Markup("–")


def moment_text(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the firm's clock on the wall shows it; a dash for none."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at is not None else "–"


def _days(count: int) -> str:
    """`today`, `tomorrow`, `in 9 days`, `2 days ago`."""
    words = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return words.get(count) or (f"in {count} days" if count > 0 else f"{-count} days ago")
