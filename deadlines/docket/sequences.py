"""By what calendar entries are told apart over time: the words that are stored, and sequences that only grow."""

from datetime import UTC, datetime

DEFAULT_REDACTION = "matter"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def sequence_at(moment: datetime) -> int:
    """A sequence that is later than every earlier moment's: seconds since 2026 (RFC 5545 3.8.7.4 wants it to grow)."""
    return max(int((moment - FIRST).total_seconds()), 0)
