import logging

import pytest

from deadlines.commands.logs import start_log

TOKEN = "dlf_" + "A1b2C3" + "x" * 37


def test_no_secret_of_a_feed_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        start_log()
        log = logging.getLogger("deadlines.test")
        log.info("asked for /f/%s/deadlines.ics", TOKEN)
        log.info("bare %s", TOKEN)
        try:
            raise RuntimeError(f"failed at {TOKEN}")
        except RuntimeError:
            log.exception("failed")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert TOKEN not in said
    assert "bare dlf_A1b2C3…" in said
