"""The OpenAPI 3.1 file, made from the table of operations and the types of requests and answers."""

from http import HTTPStatus
from typing import Any

import msgspec

from deadlines.docket.events import EVENTS, Event
from deadlines.web.api.operations import OPERATIONS, Operation
from deadlines.web.api.problems import TYPE, Problem
from deadlines.web.api.wire import JSON, KEY
from deadlines.web.api.writing import ROOT

VERSION = "1.0.0"
"""Of the API itself: a field may be added to an answer, nothing is taken away within 1."""
REF = "#/components/schemas/{name}"
ABOUT = (
    "The docket of an immigration law firm for its other programs. A token stands for a person: it sees what that "
    "person may see, and does what their role allows. Dates are calendar days, instants are UTC. Unknown keys are "
    "refused. Whatever is refused is answered with problem details (RFC 9457). Not legal advice."
)
ALWAYS = (400, 401, 406, 429, 503)
WITH_BODY = (413, 415, 422)
MEANS = {
    400: "It cannot be read.",
    401: "No live token.",
    403: "The token only reads, or the role of its person may not do that.",
    404: "It does not exist, or is not the person's to see.",
    406: "The program takes no JSON.",
    409: "It exists already, has changed meanwhile, or the idempotency key came with another request.",
    413: "The body is too large.",
    415: "The body is no JSON in UTF-8.",
    422: "It was read, and cannot be used: `code` and `detail` say why, `pointer` or `parameter` where.",
    429: "Too many requests without a live token. A live one is never limited.",
    503: "The database cannot be reached just now.",
}
ETAG = {"ETag": {"description": "The hash of the answer.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "The address of what was made.", "schema": {"type": "string"}}}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Chosen by the program, such as a UUID. The same key with the same request changes nothing more and "
    "gives the same answer for 30 days, while the token's person sees what it is about (else 404); with another "
    "request it is refused (409).",
    "schema": {"type": "string", "pattern": f"^{KEY}$"},
}
NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that the program has: 304 while it is the same.",
    "schema": {"type": "string"},
}
ID = {"type": "string", "pattern": "^[a-z2-7]{26}$"}


def document() -> dict[str, Any]:
    """The whole file."""
    kinds = [kind for operation in OPERATIONS for kind in (operation.body, operation.answer, *operation.listed)]
    schemas, components = msgspec.json.schema_components([*kinds, Problem, Event], ref_template=REF)
    components["Event"]["properties"]["type"] = {"enum": list(EVENTS)}
    shapes = iter(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        body, answer = next(shapes), next(shapes)
        listed = [next(shapes) for _ in operation.listed]
        if listed:
            answer = {"anyOf": [answer, {"type": "array", "items": {"anyOf": listed}}]}
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, body, answer)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deadlines",
            "version": VERSION,
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.tag for operation in OPERATIONS)],
        "paths": paths,
        "webhooks": {"event": {"post": _event()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "`deadlines token add`"}},
            "responses": {f"Problem{status}": _problem(text) for status, text in MEANS.items()},
            "schemas": dict(sorted(components.items())),
        },
    }


def as_file() -> bytes:
    """The file as it lies in docs/openapi.json."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n"


def _operation(operation: Operation, body: Any, answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": [{"token": [operation.scope]}],
        "parameters": _parameters(operation),
        "responses": _responses(operation, answer),
    }
    if operation.text:
        found["description"] = operation.text
    if operation.body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    return found


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    found: list[dict[str, Any]] = [{"name": name, "in": "path", "required": True, "schema": ID} for name in names]
    if operation.query is not None:
        found += _query(operation.query)
    if operation.changing:
        found.append(IDEMPOTENCY)
    if operation.method == "GET":
        found.append(NONE_MATCH)
    return found


def _query(kind: type[msgspec.Struct]) -> list[dict[str, Any]]:
    _, components = msgspec.json.schema_components([kind], ref_template=REF)
    properties = components[kind.__name__]["properties"]
    return [{"name": name, "in": "query", "required": False, **_plain(schema)} for name, schema in properties.items()]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: there is no way to write that there is none but to leave it out."""
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
    plain = {**choices[0]}
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    about = plain.pop("description", None)
    return {"schema": plain, **({"description": about} if about else {})}


def _responses(operation: Operation, answer: Any) -> dict[str, Any]:
    good: dict[str, Any] = {"description": operation.summary, "content": {JSON: {"schema": answer}}}
    found = {str(operation.status): good}
    if operation.method == "GET":
        good["headers"] = ETAG
        found["304"] = {"description": "The answer is the one that the program has."}
    elif operation.status == HTTPStatus.CREATED:
        good["headers"] = LOCATION
    statuses = {*ALWAYS, *operation.problems, 422}
    statuses |= set(WITH_BODY) if operation.body is not None else set()
    statuses |= {403} if operation.act != "read" else set()
    for status in sorted(statuses):
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def _event() -> dict[str, Any]:
    """What a webhook of ours is sent (`deadlines webhook add`)."""
    names = {
        "webhook-id": "The same in every repeat of an event.",
        "webhook-timestamp": "When it was sent, in seconds since 1970.",
        "webhook-signature": "`v1,` and HMAC-SHA-256 over id, timestamp and body, in base64 (Standard Webhooks).",
    }
    return {
        "operationId": "event",
        "summary": "Something happened on the docket",
        "description": "At least once, in any order. Answer 2xx once it is kept; 410 ends the webhook.",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in names.items()
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": REF.format(name="Event")}}}},
        "responses": {"2XX": {"description": "Taken."}, "410": {"description": "The address is no more."}},
    }


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {TYPE: {"schema": {"$ref": REF.format(name="Problem")}}}}
