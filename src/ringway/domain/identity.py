"""Which names people and rooms may have, and how a free text becomes one.

The character rules are the reference's: 3 to 64 letters or digits of any
script, or ``- _ + = / .`` (`api/webrtc-api.md` section 1).
"""

from __future__ import annotations

import unicodedata
from typing import Final

MIN_IDENTITY: Final = 3
MAX_IDENTITY: Final = 64
MAX_ROOM_NAME: Final = 250
SIGNS: Final = frozenset("-_+=/.")
MAX_SLUG: Final = 32


def is_identity(text: str) -> bool:
    """Say whether the text may be somebody's identity."""
    return MIN_IDENTITY <= len(text) <= MAX_IDENTITY and all(map(_allowed, text))


def is_room_name(text: str) -> bool:
    """Say whether the text may be a room's name (`sdk/js-sdk.md` section 4.2)."""
    return MIN_IDENTITY <= len(text) <= MAX_ROOM_NAME and all(map(_allowed, text))


def _allowed(sign: str) -> bool:
    return sign in SIGNS or unicodedata.category(sign)[0] in "LN"


def slug(name: str) -> str | None:
    """Make an identity from a name a person typed, or None if nothing is left.

    Small letters and digits joined by single hyphens, at most `MAX_SLUG` signs;
    names that look alike become the same (Unicode NFKC).
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = unicodedata.normalize("NFC", plain)
    kept = "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in plain)
    text = "-".join(kept.split())[:MAX_SLUG].strip("-")
    return text if is_identity(text) else None
