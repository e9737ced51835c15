"""What HTTP itself asks of a request, before anything is looked up: the parts of RFC 9110 that JSON needs."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request

from deadlines import decoding
from deadlines.web.api.days import odd_day
from deadlines.web.api.problems import Refused, of_query, problem

JSON = "application/json"
FIELDS = 20
KEY = '("[A-Za-z0-9._:-]{1,200}"|[A-Za-z0-9._:-]{1,200})'
"""An idempotency key, as programs write it: bare, or in quotes as structured fields are (RFC 9651)."""


def require_json_wanted(headers: Headers) -> None:
    """Raises Refused (406) where the program takes no JSON."""
    accept = headers.get("accept", "*/*")
    if not accept.strip():
        return
    for item in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        if kind in ("*/*", "application/*", JSON) and not any(_is_zero(parameter) for parameter in parameters):
            return
    raise Refused(problem(406, "not-acceptable", f"Answers are {JSON}: ask for that.", parameter="Accept"))


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip().rstrip("0").rstrip(".") in ("", "0")


def require_json_given(headers: Headers) -> None:
    """Raises Refused (415) where the body is no plain JSON."""
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charset_fits = all(part in ("", "charset=utf-8", 'charset="utf-8"') for part in parameters)
    if kind != JSON or not charset_fits:
        raise Refused(problem(415, "unsupported-type", f"The body must be {JSON} in UTF-8.", parameter="Content-Type"))
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Refused(problem(415, "unsupported-type", "The body must not be packed.", parameter="Content-Encoding"))


async def read_body(request: Request, largest: int) -> bytes:
    """The whole body; raises Refused (413) for a larger one."""
    too_large = Refused(problem(413, "too-large", f"The body holds at most {largest} bytes."), Connection="close")
    given = request.headers.get("content-length", "")
    if given.isascii() and given.isdigit() and int(given[:20]) > largest:
        raise too_large
    parts, size = [], 0
    async for chunk in request.stream():
        parts.append(chunk)
        size += len(chunk)
        if size > largest:
            raise too_large
    return b"".join(parts)


def read_query(text: bytes, kind: type[Struct] | None) -> Struct | None:
    """The query of an address by its type; raises Refused for what does not belong there or stands twice."""
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise Refused(problem(400, "bad-query", "The query of the address cannot be read as UTF-8.")) from None
    given = dict(pairs)
    if len(given) != len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise Refused(problem(422, "duplicate-key", "Give each part of the query once.", parameter=twice[:100]))
    if kind is None:
        _refuse(given)
        return None
    try:
        found = decoding.convert(given, kind, strict=False)
    except msgspec.ValidationError as wrong:
        raise Refused(of_query(wrong)) from None
    # The word `null` would be read as if nothing were asked for, and give more than was meant.
    if (empty := next((name for name in given if getattr(found, name) is None), None)) is not None:
        raise Refused(problem(422, "bad-value", "Give it a value, or leave it away.", parameter=empty))
    if (odd := odd_day(found)) is not None:
        raise Refused(problem(422, "bad-date", odd.sentence, parameter=odd.place))
    return found


def _refuse(names: Iterable[str]) -> None:
    for name in names:
        raise Refused(problem(422, "unknown-key", "This address takes no query.", parameter=name[:100]))


def read_key(headers: Headers) -> str | None:
    """The idempotency key; raises Refused for one that cannot be kept."""
    given = headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or re.fullmatch(KEY, given[0]) is None:
        sentence = "A key has 1 to 200 letters, digits or any of ._:- such as a random UUID."
        raise Refused(problem(400, "bad-key", sentence, parameter="Idempotency-Key"))
    return given[0].strip('"')


def bearer_of(headers: Headers) -> str | None:
    """The token in `Authorization: Bearer …`, the only place where one is looked for."""
    given = headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
