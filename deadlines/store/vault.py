"""Hides small secrets in the database: AES-256-GCM with a key that lies outside of it.

The key is made of the one that seals the dates, and used for nothing else; what is hidden is bound to whose it is, so
that a second factor and the secret of a webhook are never taken for one another. Without that key, or without the extra
[encryption], a secret is kept as it is; docs/security.md says what that means.
"""

import base64
import hashlib
import hmac
import secrets

from deadlines.errors import ConfigError

HIDDEN, PLAIN = "v1.", "plain."
PURPOSE = b"deadlines: second factors"
"""Webhooks came later; another word here would be another key."""
NONCE = 12


class Vault:
    """Hides and shows with one key; `seals` says whether it can hide."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = hmac.new(key, PURPOSE, hashlib.sha256).digest() if key is not None else None

    @property
    def seals(self) -> bool:
        """Whether what is kept is encrypted."""
        return self._key is not None and _has_cipher()

    def hide(self, secret: str, about: str) -> str:
        """What is kept of a secret. `about` names whose it is: in another place it cannot be shown."""
        if self._key is None or not _has_cipher():
            return PLAIN + secret
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, secret.encode(), about.encode())
        return HIDDEN + base64.urlsafe_b64encode(nonce + sealed).decode()

    def show(self, kept: str, about: str) -> str:
        """The secret; raises ConfigError where it was hidden with another key, or cannot be shown here."""
        if kept.startswith(PLAIN):
            return kept.removeprefix(PLAIN)
        if self._key is None or not _has_cipher() or not kept.startswith(HIDDEN):
            raise ConfigError(_LOST)
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            content = base64.urlsafe_b64decode(kept.removeprefix(HIDDEN))
            return AESGCM(self._key).decrypt(content[:NONCE], content[NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise ConfigError(_LOST) from None


_LOST = (
    "The secrets of second factors and webhooks were hidden with another key than that of keeping.key_file, or the "
    "extra [encryption] is missing. Restore the key, or begin anew: `deadlines person sign-in ADDRESS "
    "--reset-second-factor`, `deadlines webhook add`."
)


def _has_cipher() -> bool:
    from importlib.util import find_spec

    return find_spec("cryptography") is not None
