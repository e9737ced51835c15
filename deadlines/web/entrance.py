"""What the firm decides about signing in."""

from typing import Protocol

from msgspec import Struct

from deadlines.store.vault import Vault


class Elsewhere(Protocol):
    """The firm's identity provider; `name` stands on the button."""

    name: str


class Entrance(Struct, frozen=True, kw_only=True):
    """Whether everybody needs a second factor, what hides its secrets, and the firm's identity provider, if any."""

    required: bool = False
    vault: Vault = Vault()
    provider: Elsewhere | None = None
