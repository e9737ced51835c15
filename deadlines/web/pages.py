"""Makes the pages that people see: templates, and the headers that every page has."""

from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from deadlines.web.assets import Assets

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class Pages:
    """`address` is the one under which people reach the server, `firm` the name that stands on every page."""

    def __init__(self, assets: Assets, *, address: str, firm: str) -> None:
        self._assets, self._root = assets, urlsplit(address).path
        self._environment = Environment(
            loader=PackageLoader("deadlines.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"firm": firm, "static": self._static}

    def make(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The whole page, ready to be sent."""
        return HTMLResponse(self._environment.get_template(template).render(values), status, HEADERS)

    def notice(self, status: int, heading: str, *sentences: str) -> HTMLResponse:
        """A page that only says something."""
        return self.make("notice.html", status=status, heading=heading, sentences=sentences)

    def _static(self, name: str) -> str:
        return f"{self._root}{self._assets.link(name)}"
