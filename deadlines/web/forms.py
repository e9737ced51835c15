"""What a person filled in: an ordinary form, read whole or not at all."""

from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 20_000
"""Bytes; no form of ours comes near."""
FIELDS = 50
TYPE = "application/x-www-form-urlencoded"


async def read_form(request: Request, fields: int = FIELDS) -> dict[str, str] | None:
    """The fields by name, the last of each; None for what is no form of ours, or too large a one.
    A NUL comes from no keyboard, and a database takes none.

    `fields` is how many there may be; each brings its share of bytes.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST * fields // FIELDS:
            return None
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=fields, errors="strict"))
    except ValueError:
        return None
    return None if any("\0" in text for pair in form.items() for text in pair) else form
