"""API keys: how they are minted, read and compared.

A key is ``rw_<id>_<random>``: 12 letters and digits, then 32 random bytes in
base64url (RFC 4648 section 5, no padding: 43 characters).  So much randomness
needs no slow hash: its SHA-256 is what is stored.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from hmac import compare_digest

ID_LENGTH = 12
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"rw_([0-9a-z]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


def mint() -> tuple[str, str]:
    """Give the id and the whole text of a new key."""
    id_ = "".join(secrets.choice(_ALPHABET) for _ in range(ID_LENGTH))
    return id_, f"rw_{id_}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """Give what is stored of a key: 32 bytes."""
    return sha256(secret.encode()).digest()


def read(presented: str, key: str | None = None) -> tuple[str, str] | None:
    """Give the id and the whole key, or None if this can be none.

    With the id in `key`, `presented` may be the random part alone.
    """
    whole = presented
    if key is not None and not _KEY.fullmatch(presented):
        whole = f"rw_{key}_{presented}"
    found = _KEY.fullmatch(whole)
    if found is None or key not in (None, found[1]):
        return None
    return found[1], whole


def same(secret: str, stored: bytes) -> bool:
    """Compare in a time that tells nothing about how much is right."""
    return compare_digest(digest(secret), stored)
