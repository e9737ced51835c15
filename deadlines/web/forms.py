"""What a person filled in: an ordinary form, read whole or not at all."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from deadlines.errors import InputError

LARGEST = 20_000
"""Characters; no form of ours comes near."""
FIELDS = 50
LONGEST_WORD = 40
TYPE = "application/x-www-form-urlencoded"
SPARE = 1_000_000
"""Bytes that are read beyond, so that a form comes back as it was typed; what is larger is not read to its end."""


class TooLong(InputError):
    """More than a form holds. `fields` is what was typed, as far as it was read; `faults` names the longest field."""

    code = "too-long"
    http_status = 413

    def __init__(self, fact: str, fields: Mapping[str, str] | None = None, field: str = "") -> None:
        super().__init__(fact)
        self.fields, self.faults = dict(fields or {}), {field: fact}


async def read_form(request: Request, fields: int = FIELDS) -> dict[str, str] | None:
    """The fields by name, the last of each; None for what is no form of ours. Raises TooLong.
    A NUL comes from no keyboard, and a database takes none.

    `fields` is how many there may be; each brings its share of characters.
    """
    kind, most = type_of(request), LARGEST * fields // FIELDS
    if kind not in ("", TYPE):
        return None
    body = await _body(request, most)
    if not kind:
        return None if body else {}
    if body.count(b"&") >= fields:
        raise too_many(fields)
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError:
        return None
    require_short(form, most)
    return None if any("\0" in text for pair in form.items() for text in pair) else form


async def _body(request: Request, most: int) -> bytes:
    """What was sent; a length that is said to be too large is believed, and nothing read."""
    given, body = request.headers.get("content-length", ""), b""
    if given.isascii() and given.isdigit() and int(given[:20]) > most + SPARE:
        raise too_long(most)
    async for chunk in request.stream():
        body += chunk
        if len(body) > most + SPARE:
            raise too_long(most)
    return body


def type_of(request: Request) -> str:
    """Of what kind a body is; nothing where that is not said, as of one that is empty."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_short(form: Mapping[str, str], most: int) -> None:
    """Raises TooLong where all fields together hold more characters than `most`."""
    if sum(len(name) + len(value) for name, value in form.items()) <= most:
        return
    name = max(form, key=lambda one: len(form[one]))
    what, size = name[:LONGEST_WORD].replace("_", " "), len(form[name])
    fact = f'What stands in "{what}" is too long: {size:,} characters. All fields together may have {most:,}.'
    raise TooLong(fact, form, name)


def too_long(most: int) -> TooLong:
    """Of a form that is not even read to its end."""
    return TooLong(f"What was sent is too long. All fields together may have {most:,} characters.")


def too_many(most: int) -> TooLong:
    """Of a form with more fields than any page of ours has."""
    return TooLong(f"What was sent has too many fields. A form of this page has {most:,} at most.")
