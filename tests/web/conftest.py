"""Pages and doors wait for the database as long as it takes: on a machine with other work too each test is the same."""

from collections.abc import Iterator

import pytest

from deadlines.docket import logins
from deadlines.store.database import Database
from deadlines.web.asking import THREADS, Asking
from tests.web.hashing import FAST, HASHER, NOBODY
from tests.web.office import Office

SECONDS = 300.0
"""How long a question may take is tried in `test_asking`, with seconds of its own."""


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """No question that is under way is given up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Asking.__init__, "__kwdefaults__", {"threads": THREADS, "seconds": SECONDS})
        yield


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    """How slowly they are hashed by design is tested where `slow_passwords` asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logins, "_hasher", lambda: FAST)
        patch.setattr(logins, "_nobody", lambda: FAST.hash("nobody"))
        yield


@pytest.fixture
def slow_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in a firm."""
    monkeypatch.setattr(logins, "_hasher", HASHER)
    monkeypatch.setattr(logins, "_nobody", NOBODY)


@pytest.fixture
def office(database: Database) -> Office:
    """A firm at its pages."""
    return Office(database)
