"""Secrets that have to be usable again: sealed while they are stored.

What only has to be recognised (API keys) is hashed.  A trunk's password, the key of
a push service or of a WebSocket's signature is needed as it was: SIP digests
(RFC 8760) and outbound registration want it by realm and algorithm of the other
side, so no hash of ours would do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret that nobody can read or change without the key."""

    key: str
    """The id of the key it was sealed with."""
    box: bytes = field(repr=False)


class Unsealable(Exception):
    """The key is not here, or the sealed secret was changed or put elsewhere."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key {key!r} of this folder opens no such secret.")


class Seal(Protocol):
    """Seals secrets and opens them again."""

    def close(self, secret: bytes, place: str) -> Sealed:
        """Seal a secret for the place where it is kept, as ``main/trunk/ID/password``.

        Only from there can it be opened: one row's secret is no good in another.
        """
        ...

    def open(self, sealed: Sealed, place: str) -> bytes:
        """Give the secret.  Or `Unsealable`."""
        ...
