"""The scopes that a key can be held to, by the reference's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SCOPES: Final = frozenset(
    {
        "application-entity:manage",
        "calls:bulk:manage",
        "calls:configuration:manage",
        "calls:logs:read",
        "calls:manage",
        "calls:media:manage",
        "calls:recording:delete",
        "calls:recording:read",
        "calls:traffic:receive",
        "calls:traffic:record",
        "calls:traffic:send",
        "subscriptions:manage",
        "webrtc:configuration:manage",
        "webrtc:identity:manage",
        "webrtc:manage",
        "webrtc:media:manage",
    }
)
"""`api/calls-api.md` section 2, `api/webrtc-api.md` section 2 and their like."""


def known(scopes: Sequence[str]) -> list[str]:
    """Give the scopes, each once, by name.  Or `ValueError` that names a wrong one."""
    for each in scopes:
        if each not in SCOPES:
            there = ", ".join(sorted(SCOPES))
            raise ValueError(f"There is no scope {each!r}; there are {there}.")
    return sorted(set(scopes))
