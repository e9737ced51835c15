import json
import logging

import pytest

from deadlines.commands.logs import start_log

TOKEN = "dlf_" + "A1b2C3" + "x" * 37


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_of_a_feed_reaches_the_log(capsys: pytest.CaptureFixture[str], style: str) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        start_log(style)
        log = logging.getLogger("deadlines.test")
        log.info("asked for /f/%s/deadlines.ics", TOKEN)
        log.info("bare %s", TOKEN)
        try:
            raise RuntimeError(f"failed at {TOKEN}")
        except RuntimeError:
            log.exception("failed")
        log.info("one\n{two}\x1b[31m %s", "\ud800")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert TOKEN not in said
    assert "bare dlf_A1b2C3…" in said
    if style == "json":
        lines = [json.loads(line) for line in said.splitlines()]
        assert [line["level"] for line in lines] == ["info", "info", "error", "info"]
        assert "RuntimeError" in lines[2]["trace"]
        assert lines[3]["message"].startswith("one\n{two}\x1b[31m")
        assert "\x1b" not in said
