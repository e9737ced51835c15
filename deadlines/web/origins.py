"""Tells whether a form was sent from one of our own pages."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

OURS = ("same-origin", "none")


def is_foreign(headers: Headers, address: str) -> bool:
    """Whether the browser says that another site sent the form. Nothing said: not foreign.

    Our pages send no referrer, and so browsers say `Origin: null` of our own forms; only Sec-Fetch-Site, which they
    leave out where the connection is not secure, tells those from others.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", "null")
    if site is not None:
        return site not in OURS
    return origin != "null" and _host(origin) not in (_host(address), headers.get("host", "").lower())


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()
