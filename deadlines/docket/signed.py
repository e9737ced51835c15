"""The digest of what was signed: another one as soon as a single word of it is another."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def digest_of(*content: Any) -> str:
    """SHA-256 over the content in canonical JSON: keys sorted, moments in UTC."""
    plain = [item.astimezone(UTC).isoformat() if isinstance(item, datetime) else item for item in content]
    return hashlib.sha256(_encoder.encode(plain)).hexdigest()
