"""No log line ever carries a token."""

import logging
import sys

import pytest
from starlette.testclient import TestClient

from deadlines.store.database import Database
from deadlines.web.app import create_app
from deadlines.web.tokens import TokenRedactor, redact
from tests.web.serving import NOW, ZONE, ask, raw, serving, subscribe

TOKEN = "dlf_" + "AbCd12-_" * 5 + "xyz"


def formatted(record: logging.LogRecord) -> str:
    assert TokenRedactor().filter(record)
    return logging.Formatter("%(message)s").format(record) + str(vars(record))


def record(message: object, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, "f.py", 1, message, arguments, None)
    vars(made).update(more)
    return made


def test_a_token_is_cut_to_its_hint() -> None:
    assert redact(f"GET /f/{TOKEN}/d.ics and {TOKEN}") == "GET /f/dlf_AbCd12…/d.ics and dlf_AbCd12…"
    assert redact("dlf_AbCd12… is a hint") == "dlf_AbCd12… is a hint"
    assert redact("Bearer dla_AbCd12xyz, whsec_a+b/c==") == "Bearer dla_AbCd12…, whsec_…"
    assert redact("nothing") == "nothing"


@pytest.mark.parametrize(
    "made",
    [
        record(f"in the message {TOKEN}"),
        record("in an argument %s", TOKEN),
        record("in a list %s", [TOKEN]),
        record("in a mapping %(token)s", {"token": TOKEN}),
        record(ValueError(TOKEN)),
        record("wrong format %s", TOKEN, TOKEN),
        record("in more", path=f"/f/{TOKEN}/d.ics"),
        record("stack", stack_info=f"File x, {TOKEN}"),
    ],
)
def test_wherever_it_stands(made: logging.LogRecord) -> None:
    assert TOKEN[12:] not in formatted(made)


def test_also_in_an_exception_and_what_caused_it() -> None:
    try:
        try:
            raise KeyError(TOKEN)
        except KeyError as fault:
            raise RuntimeError(f"while asking for {TOKEN}") from fault
    except RuntimeError:
        text = formatted(record("failed", exc_info=sys.exc_info()))
    assert "RuntimeError" in text
    assert TOKEN[12:] not in text


def test_an_exception_without_a_token_stays_as_it_is() -> None:
    try:
        raise KeyError("x")
    except KeyError:
        made = record("failed", exc_info=sys.exc_info())
    TokenRedactor().filter(made)
    assert made.exc_info is not None
    assert "KeyError" in logging.Formatter().format(made)


def test_no_line_at_any_level_has_it(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    feed = subscribe(database)
    unknown = "dlf_" + "u" * 43
    with serving(create_app(database, zone=ZONE, now=lambda: NOW)) as port:
        for path in (feed.path, f"/f/{unknown}/d.ics", f"/f/{feed.token}", f"{feed.path}%0d%0aX:y"):
            for method in ("GET", "HEAD", "PUT", "PROPFIND"):
                ask(port, path, method, User_Agent="evil")
        raw(port, b"GET " + feed.path.encode() + b" HTTP/9.9\r\n\r\n")
        raw(port, b"BROKEN " + feed.path.encode() + b"\r\n\r\n")
    access = [found.getMessage() for found in caplog.records if found.name == "deadlines.access"]
    assert len(access) >= 16
    assert any(line.startswith(f"GET dlf_{feed.hint}… 200 ") for line in access)
    assert any(line.startswith("GET - 404 ") for line in access)
    for found in caplog.records:
        everything = f"{found.getMessage()} {vars(found)}"
        assert feed.token[11:] not in everything
        assert unknown[11:] not in everything


def test_no_header_or_body_of_any_answer_has_it(database: Database) -> None:
    feed = subscribe(database)
    with TestClient(create_app(database, zone=ZONE, now=lambda: NOW)) as client:
        for path in (feed.path, f"{feed.path}x", f"/f/{feed.token}"):
            for method in ("GET", "HEAD", "PUT", "OPTIONS"):
                answer = client.request(method, path)
                assert feed.token not in answer.text + str(answer.headers)
