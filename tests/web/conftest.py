"""Pages and doors wait for the database as long as it takes: on a machine with other work too each test is the same."""

from collections.abc import Iterator

import pytest

from deadlines.web.asking import THREADS, Asking

SECONDS = 300.0
"""How long a question may take is tried in `test_asking`, with seconds of its own."""


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """No question that is under way is given up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Asking.__init__, "__kwdefaults__", {"threads": THREADS, "seconds": SECONDS})
        yield
