"""Headers that customers want to be sent: which can be (RFC 9110 section 5)."""

from __future__ import annotations

import re
from typing import Final

MAX_HEADERS: Final = 50
"""Of one profile or token URL."""
MAX_VALUE: Final = 4096
"""Characters."""
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_OURS: Final = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "te"),
        *("trailer", "upgrade", "expect", "keep-alive", "proxy-connection"),
    }
)
"""What says how a message is sent, and to whom."""


def wrong_header(name: str, value: str) -> str | None:
    """Say what is wrong with a header; None if it can be sent."""
    if _NAME.fullmatch(name) is None:
        return "is no name of a header"
    if name.lower() in _OURS:
        return "can not be chosen: it says how a request is sent"
    if len(value) > MAX_VALUE or not (value.isascii() and value.isprintable()):
        return f"has a value of at most {MAX_VALUE} printable ASCII characters"
    return None
