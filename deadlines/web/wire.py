"""A request of a calendar program as far as it matters, and an answer with its headers."""

from msgspec import Struct
from starlette.types import Scope, Send

from deadlines.web.fetches import plain_agent
from deadlines.web.strangers import place_of

WANTED = (b"if-none-match", b"accept-encoding", b"user-agent", b"x-forwarded-for")
LONGEST_NAME = 255

Headers = list[tuple[bytes, bytes]]
COMMON: Headers = [
    (b"cache-control", b"private, max-age=0, must-revalidate"),
    (b"vary", b"Accept-Encoding"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
CALENDAR: Headers = [
    (b"content-type", b"text/calendar; charset=utf-8"),
    (b"content-disposition", b'inline; filename="deadlines.ics"'),
    *COMMON,
]
PLAIN: Headers = [(b"content-type", b"text/plain; charset=utf-8"), *COMMON]
NOT_FOUND = b"Not found.\n"
TOO_MANY = b"Too many unknown addresses. Try again in a minute.\n"
GONE = b"This calendar address has ended. Remove the calendar, and ask for a new address.\n"
NOT_ALLOWED = b"A calendar is read with GET or HEAD.\n"


class Asked(Struct, frozen=True):
    """What of a request matters. Authorization, cookies, Accept and dates are ignored."""

    method: str
    if_none_match: str
    accept_encoding: str
    agent: str
    place: str


class Answer(Struct, frozen=True):
    """A whole answer, built before its first byte is sent."""

    status: int
    headers: Headers
    body: bytes = b""


def asked_of(scope: Scope) -> Asked:
    """What of a request matters."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in WANTED:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    agent = plain_agent(found.get(b"user-agent", ""))
    client = scope.get("client")
    return Asked(
        method=scope["method"],
        if_none_match=found.get(b"if-none-match", ""),
        accept_encoding=found.get(b"accept-encoding", ""),
        agent=agent,
        place=place_of(client[0] if client else "", found.get(b"x-forwarded-for", "")),
    )


def plain_answer(status: int, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """An answer that is no calendar."""
    return Answer(status, [*PLAIN, length_of(body), *more], body)


def length_of(body: bytes) -> tuple[bytes, bytes]:
    """The header that tells the length."""
    return b"content-length", str(len(body)).encode()


def is_name(name: str) -> bool:
    """Whether it names a calendar: people rename what they subscribe to, in any script."""
    stem, dot, ending = name.rpartition(".")
    plain = name.isprintable() and "/" not in name and len(name) <= LONGEST_NAME
    return bool(stem and dot) and ending.lower() == "ics" and plain


async def send_answer(send: Send, answer: Answer, method: str) -> None:
    """Send the whole answer; HEAD has no body."""
    body = b"" if method == "HEAD" else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": body})
