"""Style sheet, script and picture of the pages: `GET|HEAD /static/<name>?v=<hash>`, from the package itself.

Only the files read when the program starts are there, so that no path leads anywhere else.
"""

import hashlib
from importlib.resources import files

from msgspec import Struct
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from deadlines.web.conditional import matches

PREFIX = "/static/"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HASH_LENGTH = 16
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NOSNIFF = {"X-Content-Type-Options": "nosniff"}


class Asset(Struct, frozen=True):
    """One file; `version` is the beginning of its hash."""

    body: bytes
    media_type: str
    version: str


class Assets:
    """Answers everything under `/static/`."""

    def __init__(self) -> None:
        self._found = dict(_read())

    def link(self, name: str) -> str:
        """The address of a file, another one for other content. Raises KeyError for a name that is not there."""
        return f"{PREFIX}{name}?v={self._found[name].version}"

    def text(self, name: str) -> str:
        """The content of a file, for a page that must stand alone. Raises KeyError for a name that is not there."""
        return self._found[name].body.decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, by the ASGI protocol."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Read only.\n", 405, {"Allow": "GET, HEAD", **NOSNIFF})
        asset = self._found.get(request.scope["path"].removeprefix(PREFIX))
        if asset is None:
            return PlainTextResponse("Not found.\n", 404, NOSNIFF)
        return _file(asset, request)


def _file(asset: Asset, request: Request) -> Response:
    etag = f'"{asset.version}"'
    headers = {"Cache-Control": _freshness(asset, request.query_params), "ETag": etag, **NOSNIFF}
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    answer = Response(asset.body, 200, headers, asset.media_type)
    if request.method == "HEAD":
        answer.body = b""  # its length stays in the headers
    return answer


def _freshness(asset: Asset, query: QueryParams) -> str:
    return FOR_EVER if query.get("v") == asset.version else ASK_AGAIN


def _read() -> list[tuple[str, Asset]]:
    found = []
    for file in (files("deadlines.web") / "static").iterdir():
        kind = TYPES.get(f".{file.name.rpartition('.')[2]}")
        if kind is not None:
            body = file.read_bytes()
            version = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
            found.append((file.name, Asset(body, kind, version)))
    return found
