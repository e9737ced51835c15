"""Keeps the secrets of feed addresses, programs and webhooks out of the log."""

import logging
import re

_TOKEN = re.compile(r"(dl[acf]_[A-Za-z0-9_-]{6})[A-Za-z0-9_-]+|(whsec_)[A-Za-z0-9+/=]+")
_EXCEPTIONS = logging.Formatter()


def redact(text: str) -> str:
    """The text with every token cut down to its hint, which tells addresses apart and opens none."""
    return _TOKEN.sub(r"\1\2…", text)


class TokenRedactor(logging.Filter):
    """Redacts message, arguments, exception and stack of every record that passes. Belongs on handlers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        message = _message(record)
        record.msg, record.args = redact(message), None
        if record.exc_info:
            # The formatter uses the text when there is one, and does not format the exception again.
            record.exc_text = record.exc_text or _EXCEPTIONS.formatException(record.exc_info)
            if (redacted := redact(record.exc_text)) != record.exc_text:
                record.exc_text, record.exc_info = redacted, None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name, value in vars(record).items():
            if isinstance(value, str) and name not in ("msg", "exc_text", "stack_info"):
                setattr(record, name, redact(value))
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"  # a wrong format is the logger's own trouble, not a reason to leak
