"""The OpenAPI file: valid, the one that the code makes, served, and true of the running server."""

import json
import shutil
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deadlines.docket.events import EVENTS
from deadlines.store.database import Database
from deadlines.web.api.openapi import as_file
from deadlines.web.api.operations import OPERATIONS
from tests.web.api_firm import ApiFirm, Program
from tests.web.fuzzing import FILE, fuzz


def test_the_file_is_what_the_code_says() -> None:
    """`make openapi` writes it anew."""
    assert FILE.read_bytes() == as_file()


def test_the_file_is_valid() -> None:
    OpenAPIV31SpecValidator(json.loads(FILE.read_text())).validate()


def test_every_operation_and_event_is_in_the_file_and_the_guide() -> None:
    found, guide = json.loads(FILE.read_text()), (FILE.parent / "api.md").read_text()
    assert sorted((path, method) for path, item in found["paths"].items() for method in item) == sorted(
        (operation.path, operation.method.lower()) for operation in OPERATIONS
    )
    assert found["webhooks"]["event"]["post"]["requestBody"]
    missing = [word for word in (*EVENTS, *(operation.path for operation in OPERATIONS)) if f"`{word}`" not in guide]
    assert missing == []


def firm_on_sqlite(template: Path, folder: Path) -> ApiFirm:
    shutil.copy2(template, folder / "docket.sqlite3")
    return ApiFirm(Database.open(f"sqlite:///{folder / 'docket.sqlite3'}"))


def test_the_file_is_served_without_a_token(sqlite_template: Path, tmp_path: Path) -> None:
    answer = Program(firm_on_sqlite(sqlite_template, tmp_path).app, None).get("/openapi.json")
    assert answer.json() == json.loads(FILE.read_text())
    again = Program(firm_on_sqlite(sqlite_template, tmp_path).app, None)
    assert again.get("/openapi.json", If_None_Match=answer.headers["etag"]).status_code == 304


@pytest.mark.slow
def test_schemathesis_finds_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    """A short look; `make api-fuzz` looks for longer."""
    firm = firm_on_sqlite(sqlite_template, tmp_path)
    status, said = fuzz(firm, FILE, tmp_path, "--phases", "fuzzing", "--max-examples", "5", "--no-shrink")
    assert status == 0, said
    assert f"Tested: {len(OPERATIONS)}" in said
