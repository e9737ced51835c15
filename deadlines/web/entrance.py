"""What the firm decides about signing in."""

from typing import TYPE_CHECKING

from msgspec import Struct

from deadlines.store.vault import Vault

if TYPE_CHECKING:
    from deadlines.web.oidc import Provider


class Entrance(Struct, frozen=True, kw_only=True):
    """Whether everybody needs a second factor, what hides its secrets, and the firm's identity provider, if any."""

    required: bool = False
    vault: Vault = Vault()
    provider: "Provider | None" = None
