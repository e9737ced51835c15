"""The machine contract: facts in as JSON, results out as JSON, every bad line answered with a sentence.

One facts object is one notice. Unknown keys, kinds and fact names are errors; dates are ISO dates.
"""

import json
import re
from collections import Counter
from datetime import date
from typing import get_args

import msgspec
from msgspec import Struct

from deadlines import decoding
from deadlines.compute.dates import parse_day
from deadlines.compute.notice import Notice, Service
from deadlines.compute.result import Result
from deadlines.compute.words import listed
from deadlines.errors import DeadlinesError, InputError
from deadlines.law.counting import Method


class ServiceFacts(Struct, forbid_unknown_fields=True):
    """`service` of a facts object."""

    method: Method = "unknown"
    on: str | None = None


class Facts(Struct, forbid_unknown_fields=True, kw_only=True):
    """A facts object as it comes in."""

    kind: str
    decided_on: str
    ref: str | int | None = None
    form: str | None = None
    service: ServiceFacts | None = None
    received_on: str | None = None
    printed_deadline: str | None = None
    facts: dict[str, str | int | list[str] | None] | None = None
    as_of: str | None = None
    filed_on: str | None = None


TOO_DEEP = "The JSON is nested too deeply to be read."
_encoder = msgspec.json.Encoder()
_FORM = re.compile(r"(?:FORM\s+)?([A-Z]{1,4})[\s-]*(\d{1,4})([A-Z]{0,2})")


def read_facts(text: bytes) -> Notice:
    """A facts object as a notice. Raises InputError with what is wrong and where."""
    try:
        facts = decoding.decode(text, Facts)
        require_once(text)
    except msgspec.ValidationError as wrong:
        raise InputError(_sentence(str(wrong)), code=_code(str(wrong))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise InputError(f"Not a JSON object: {wrong}.", code="bad-json") from None
    except RecursionError:
        raise InputError(TOO_DEEP, code="bad-json") from None
    return to_notice(facts)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A key that stands twice would be answered by whichever comes last: refuse it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise InputError(f"{twice}: the key stands twice in the object.", code="duplicate-key")
    return found


def require_once(text: bytes) -> None:
    """Raises InputError where an object names a key twice: which of the two is meant, RFC 8259 leaves open."""
    json.loads(text, object_pairs_hook=_once)


def to_notice(facts: Facts) -> Notice:
    """Facts with their dates and form checked."""
    service = facts.service or ServiceFacts()
    return Notice(
        kind=facts.kind,
        decided_on=_day("decided_on", facts.decided_on),
        form=normal_form(facts.form),
        service=Service(service.method, _maybe("service.on", service.on)),
        received_on=_maybe("received_on", facts.received_on),
        printed_deadline=_maybe("printed_deadline", facts.printed_deadline),
        facts={name: _plain(value) for name, value in (facts.facts or {}).items() if value is not None},
        as_of=_maybe("as_of", facts.as_of),
        filed_on=_maybe("filed_on", facts.filed_on),
        ref=None if facts.ref is None else str(facts.ref),
    )


def _plain(value: str | int | list[str]) -> str:
    """A number, or several words, as the one text that facts are."""
    return ",".join(value) if isinstance(value, list) else str(value)


def write_result(result: Result) -> bytes:
    """One line of JSON."""
    return _encoder.encode(result)


def write_error(ref: str | None, error: DeadlinesError) -> bytes:
    """The answer to a line that could not be computed."""
    return _encoder.encode({"ref": ref, "error": {"code": error.code, "message": error.sentence}})


def ref_of(text: bytes) -> str | None:
    """The reference of a line that is otherwise wrong, so that its error can be matched."""
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    ref = data.get("ref") if isinstance(data, dict) else None
    return ref if ref is None or isinstance(ref, str) else str(ref)


def normal_form(form: str | None) -> str | None:
    """`i485` and `Form I-485` are `I-485`; anything else is left for the check that names it."""
    if form is None or not form.strip():
        return None
    text = form.strip().upper()
    found = _FORM.fullmatch(text)
    return f"{found[1]}-{found[2]}{found[3]}" if found else text


def _day(key: str, text: str) -> date:
    try:
        return parse_day(text)
    except InputError as wrong:
        raise InputError(f"{key}: {wrong.sentence}", code=wrong.code) from None


def _maybe(key: str, text: str | None) -> date | None:
    return _day(key, text) if text else None


def _sentence(wrong: str) -> str:
    """The decoder's message as a sentence that names the key."""
    what, _, where = wrong.partition(" - at ")
    place = where.strip("`$").lstrip(".")
    method = place == "service.method" and what.startswith("Invalid enum value")
    known = (
        f"The ways of service are {listed(get_args(Method))}"
        if method
        else f"The keys are {listed(Facts.__struct_fields__)}"
    )
    return f"{place + ': ' if place else ''}{what}. {known}."


def _code(wrong: str) -> str:
    if "unknown field" in wrong:
        return "unknown-key"
    return "missing-key" if "missing required field" in wrong else "bad-value"
