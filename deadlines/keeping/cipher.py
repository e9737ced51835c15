"""Encryption of backups: AES-256-GCM in pieces, so that a file of any size needs little memory.

Each piece carries its number and whether it is the last, so that none can be left out, moved or cut off.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.errors import BackupError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"deadlines-backup-1\n"
PIECE = 1 << 20
SALT, TAG = 8, 16


def encrypt(plain: Path, into: Path, key: bytes) -> None:
    """Write an encrypted copy of a file. The key has 32 bytes."""
    cipher, salt = _cipher(key), secrets.token_bytes(SALT)
    with plain.open("rb") as source, into.open("wb") as target:
        target.write(MAGIC + salt)
        number, piece = 0, source.read(PIECE)
        while True:
            following = source.read(PIECE)
            target.write(cipher.encrypt(_nonce(salt, number), piece, _mark(number, last=not following)))
            if not following:
                return
            number, piece = number + 1, following


def decrypt(encrypted: Path, into: Path, key: bytes) -> None:
    """Write the plain copy of an encrypted file; raises BackupError for another key or a damaged file."""
    from cryptography.exceptions import InvalidTag

    cipher = _cipher(key)
    with encrypted.open("rb") as source, into.open("wb") as target:
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupError(f"{encrypted} is not an encrypted backup.")
        salt, number, piece = source.read(SALT), 0, source.read(PIECE + TAG)
        while True:
            following = source.read(PIECE + TAG)
            try:
                target.write(cipher.decrypt(_nonce(salt, number), piece, _mark(number, last=not following)))
            except (InvalidTag, ValueError):
                sentence = "was encrypted with another key than that of keeping.backup_key_file, or is damaged."
                raise BackupError(f"{encrypted} {sentence}") from None
            if not following:
                return
            number, piece = number + 1, following


def _cipher(key: bytes) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError:
        raise BackupError("Encryption needs the extra [encryption]: install deadlines with it.") from None
    return AESGCM(key)


def _nonce(salt: bytes, number: int) -> bytes:
    return salt + number.to_bytes(4, "big")


def _mark(number: int, *, last: bool) -> bytes:
    return MAGIC + number.to_bytes(8, "big") + (b"last" if last else b"more")
