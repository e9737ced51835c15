"""Ids for calendars that must not tell which entry they belong to, nor which of its dates they are."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from deadlines.store.tables import Instance

Veil = Callable[[str, str], str]
"""From an entry's id and a slot to an id of the same form."""
LENGTH = 26


def veil_of(session: Session) -> Veil:
    """The veil of this docket: the same id for the same date for ever, and nobody else can work it out."""
    secret = session.scalars(select(Instance.instance_id)).one().encode()

    def veiled(entry_id: str, slot: str) -> str:
        digest = hmac.new(secret, f"{entry_id}/{slot}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:LENGTH]

    return veiled
