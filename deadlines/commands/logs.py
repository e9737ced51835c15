"""The log of the long-running commands: one line an event, on stderr, never with a feed's secret."""

import logging
import re
from datetime import UTC, datetime

from deadlines.web.tokens import TokenRedactor

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What steers a terminal or a reader of logs, and belongs in no line."""
BEYOND = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What of it JSON lets stand as it is."""
SECRET = re.compile(r"/f/[^/\s\"'?]+")


class Line(logging.Formatter):
    """Time in UTC, level, name, message. Feed addresses lose their secret, line breaks are joined."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The moment in UTC, to the second."""
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, with the secret of every feed address replaced."""
        line = SECRET.sub("/f/…", super().format(record)).replace("\r", "")
        return CONTROL.sub("?", line).replace("\n", "\n  ")


class JsonLine(logging.Formatter):
    """The same as one JSON object a line: `at`, `level`, `name`, `message`, and `trace` of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished line; nothing in it can begin another one."""
        import msgspec

        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "name": record.name, "message": record.getMessage()}
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        if trace:
            line["trace"] = trace
        safe = {
            key: BEYOND.sub("?", SECRET.sub("/f/…", value)).encode("utf-8", "replace").decode()
            for key, value in line.items()
        }
        return msgspec.json.encode(safe).decode()


def start_log(style: str = "text") -> None:
    """Send every log to stderr, as `text` or `json`.

    The web server's own access log stays off: it would hold secrets.
    """
    handler = logging.StreamHandler()
    text = Line("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLine() if style == "json" else text)
    handler.addFilter(TokenRedactor())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for quiet in ("apscheduler", "alembic", "uvicorn.access"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
