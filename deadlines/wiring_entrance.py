"""Builds from the settings what decides about signing in."""

from typing import TYPE_CHECKING

from deadlines.config import Settings, read_key, read_secret
from deadlines.errors import ConfigError

if TYPE_CHECKING:
    from deadlines.store.vault import Vault
    from deadlines.web.entrance import Entrance
    from deadlines.web.oidc import Provider


def build_entrance(settings: Settings) -> "Entrance":
    """What the firm decides about signing in; raises ConfigError for a key file that cannot be used."""
    from deadlines.web.entrance import Entrance

    return Entrance(
        required=settings.web.second_factor == "required",
        vault=build_vault(settings),
        provider=build_provider(settings) if settings.oidc.issuer else None,
    )


def build_vault(settings: Settings) -> "Vault":
    """What hides small secrets in the database; raises ConfigError for a key file that cannot be used."""
    from deadlines.store.vault import Vault

    return Vault(read_key(settings.keeping.key_file))


def build_provider(settings: Settings) -> "Provider":
    """The firm's identity provider; raises ConfigError where something of it is missing."""
    from deadlines.web.oidc import Provider
    from deadlines.wiring_channels import trusting

    given = settings.oidc
    secret = read_secret(None, given.client_secret_file, "secret")
    if not given.client_id or secret is None:
        raise ConfigError("oidc.issuer needs oidc.client_id and oidc.client_secret_file beside it.")
    return Provider(
        name=given.name,
        issuer=given.issuer,
        client_id=given.client_id,
        client_secret=secret.reveal(),
        context=trusting(settings),
    )
