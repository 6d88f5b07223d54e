"""Tokens: who somebody is, signed by this installation (RFC 7519).

TokenRejected
├── TokenInvalid   INVALID_TOKEN: not ours, altered, or no token at all
└── TokenExpired   TOKEN_EXPIRED: was good once
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, unique
from typing import Literal, Protocol

from ringway.domain.values import AccountId, DeviceId

MAX_TOKEN = 8192
"""Characters of a token that is looked at."""
DEFAULT_TTL_S = 28_800
MAX_TTL_S = 86_400


@unique
class Capability(IntEnum):
    """The numbers in the claim ``caps``; 2 is the one the reference shows."""

    RECORDING_ON_DEMAND = 1
    RECORDING_ALWAYS = 2
    RECORDING_DISABLED = 3
    PRESENCE = 4
    """To see who of the account is there."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for."""

    account: AccountId
    identity: str
    display_name: str | None = None
    capabilities: frozenset[Capability] = frozenset()


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and its end."""

    token: str = field(repr=False)
    id: str
    """The claim ``jti``."""
    expires_at: int
    """Microseconds since 1970, UTC; a whole second, as in the claim ``exp``."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a good token says."""

    bearer: Bearer
    id: str
    issued_at: int
    """Microseconds since 1970, UTC, like the next."""
    expires_at: int


@dataclass(frozen=True, slots=True)
class Resumption:
    """Which line somebody may go on with, once."""

    device: DeviceId
    account: AccountId
    identity: str
    serial: int
    """Grows with each token of the line: only the last one is good."""


@dataclass(frozen=True, slots=True)
class Access:
    """Which API key a program may act for, and until when."""

    key: str
    """The key's id."""
    id: str
    """The claim ``jti``."""
    expires_at: int
    """Microseconds since 1970, UTC; a whole second."""


class TokenRejected(Exception):
    """The token does not open the door."""

    code: Literal["INVALID_TOKEN", "TOKEN_EXPIRED"]


class TokenInvalid(TokenRejected):
    """Not signed by this installation, altered, or not a token."""

    code = "INVALID_TOKEN"


class TokenExpired(TokenRejected):
    """A token of ours whose time is over."""

    code = "TOKEN_EXPIRED"


class Tokens(Protocol):
    """Issues and verifies; computes only, waits for nothing."""

    def issue(self, bearer: Bearer, ttl_s: int, at: int) -> Issued:
        """Sign a token for `ttl_s` seconds, 1 to `MAX_TTL_S`, or `ValueError`.

        `at` is now, in microseconds since 1970, UTC.
        """
        ...

    def verify(self, token: str, at: int, *, late: bool = False) -> Verified:
        """Read the token, if it is ours and its time is not over at `at`.

        Or `TokenInvalid`, `TokenExpired`.  The signature is checked first: only a
        token that was once good is called expired, and taken if it may be late.
        """
        ...

    def issue_resumption(self, resumption: Resumption) -> str:
        """Sign what lets a line go on.  It is good as long as the line is kept."""
        ...

    def verify_resumption(self, token: str) -> Resumption:
        """Read what was signed.  Or `TokenInvalid`."""
        ...

    def issue_access(self, key: str, ttl_s: int, at: int) -> Issued:
        """Sign what a program shows instead of its key, for `ttl_s` seconds."""
        ...

    def verify_access(self, token: str, at: int) -> Access:
        """Read what was signed.  Or `TokenInvalid`, `TokenExpired`."""
        ...
