"""Tells whether a form was sent from one of our own pages."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

OURS = ("same-origin", "none")
NAMELESS = "null"
"""What browsers say of a page that does not tell where it stands."""


def is_foreign(headers: Headers, address: str, *, by_secret: bool = False) -> bool:
    """Whether the browser says that another site sent the form, or hides where it came from. Nothing said: not foreign.

    Sec-Fetch-Site, which browsers leave out where the connection is not secure, goes before Origin. `by_secret`: the
    form goes to an address that is a secret. Its page sends no referrer, so that browsers hide its origin, and no other
    site knows where to send one.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in OURS
    if origin is None:
        return False
    if origin == NAMELESS:
        return not by_secret
    return _host(origin) not in (_host(address), headers.get("host", "").lower())


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()
