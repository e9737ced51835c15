"""What went wrong, as problem details (RFC 9457): a stable code, one sentence, and where in the request."""

import re
from http import HTTPStatus

import msgspec
from msgspec import Struct

from deadlines.errors import DeadlinesError
from deadlines.web.plain import ended

TYPE = "application/problem+json"
_PLACE = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
_KEY = re.compile(r"([a-z_]+(?:\.[a-z_]+)*): ")
OF_CODES = {
    "unknown-kind": "kind",
    "no-rule": "kind",
    "before-known-law": "decided_on",
    "unknown-form": "form",
    "unknown-service-method": "service/method",
    "unknown-fact": "facts",
    "unknown-fact-value": "facts",
}
"""Where in the facts of a notice the fault lies that the computation found, by the code of its sentence."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused. `code` is the stable name for programs, `detail` a sentence for people.

    `pointer` is where in the body the fault lies, as the fragment of a JSON pointer (RFC 6901) such as
    `#/service/method`; `parameter` is the part of the address or the header at fault.
    """

    type: str = msgspec.field(default="about:blank")
    title: str
    status: int
    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Refused(Exception):
    """A request that is answered with a problem. `headers` go with it."""

    def __init__(self, problem: Problem, **headers: str) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem(
    status: int, code: str, detail: str, *, pointer: str | None = None, parameter: str | None = None
) -> Problem:
    """A problem with the words that HTTP has for its status."""
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, code=code, detail=detail, pointer=pointer, parameter=parameter)


def of_error(error: DeadlinesError, keys: tuple[str, ...] = ()) -> Problem:
    """The problem that the program's own error is. `keys` are those of the body, one of which it may begin with."""
    return problem(error.http_status, error.code, ended(error.fact), pointer=_pointer(error, keys))


def _pointer(error: DeadlinesError, keys: tuple[str, ...]) -> str | None:
    found = _KEY.match(error.fact)
    if found and found[1].partition(".")[0] in keys:
        return f"#/{found[1].replace('.', '/')}"
    place = OF_CODES.get(error.code)
    return f"#/{place}" if place and place.partition("/")[0] in keys else None


def of_validation(error: msgspec.ValidationError) -> Problem:
    """The problem of a body that is not as its schema says."""
    what, _, where = str(error).partition(" - at `$")
    parts = [(name or number) for name, number in _PLACE.findall(where.rstrip("`"))]
    pointer = "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts) if parts else "#"
    return problem(422, _code(what), f"{what}.", pointer=pointer)


def of_query(error: msgspec.ValidationError) -> Problem:
    """The problem of an address whose query is not as its schema says."""
    what, _, where = str(error).partition(" - at `$")
    name = next((name for name, _ in _PLACE.findall(where.rstrip("`"))), None)
    unknown = re.search(r"unknown field `([^`]*)`", what)
    return problem(422, _code(what), f"{what}.", parameter=unknown[1] if unknown else name)


def _code(what: str) -> str:
    if "unknown field" in what:
        return "unknown-key"
    return "missing-key" if "missing required field" in what else "bad-value"
