"""The machine contract over HTTP: facts in, results out, nothing stored."""

from typing import Any

import msgspec

from deadlines import decoding
from deadlines.compute import Result
from deadlines.compute.contract import Facts, read_facts, ref_of
from deadlines.compute.engine import engine_for
from deadlines.docket.intake import Desk
from deadlines.errors import DeadlinesError
from deadlines.web.api.asked import Asked, Reply
from deadlines.web.api.problems import Problem, Refused, problem
from deadlines.web.api.shapes import MOST_COMPUTED, Failed, Failure

KEYS = Facts.__struct_fields__
NEITHER = "The body must be one facts object, or a list of them."


def compute(asked: Asked) -> Reply:
    """The windows of one notice, or of each in a list, by the firm's law and policy."""
    desk = asked.desk()
    if isinstance(asked.body, bytes):
        return Reply(engine_for(desk.law).compute(read_facts(asked.body), desk.policy))
    return Reply([_line(desk, line) for line in asked.body])


def read(text: bytes) -> bytes | list[bytes]:
    """One facts object, or those of a list, as text: each is read by the contract itself. Raises Refused."""
    try:
        found: Any = decoding.decode(text, dict[str, msgspec.Raw] | list[msgspec.Raw])
    except msgspec.ValidationError:
        raise Refused(problem(422, "bad-value", NEITHER, pointer="#")) from None
    if isinstance(found, dict):
        return text
    if len(found) > MOST_COMPUTED:
        raise Refused(problem(422, "bad-value", f"A list holds at most {MOST_COMPUTED} facts objects.", pointer="#"))
    lines = [bytes(line) for line in found]
    for number, line in enumerate(lines):
        if not line.startswith(b"{"):
            raise Refused(_not_an_object(number))
    return lines


def _not_an_object(number: int) -> Problem:
    return problem(422, "bad-value", "Each line of the list must be a facts object.", pointer=f"#/{number}")


def _line(desk: Desk, line: bytes) -> Result | Failed:
    try:
        return engine_for(desk.law).compute(read_facts(line), desk.policy)
    except DeadlinesError as error:
        return Failed(ref_of(line), Failure(error.code, error.fact))
