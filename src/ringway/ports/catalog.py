"""The rows of the house: accounts, API keys, identities, names of the demo.

Plain rows, not event-sourced.  Every question names its account, so nothing of
one account is visible to another.  Times are microseconds since 1970, UTC, and
are given by the caller.  Everything here may raise `StorageUnavailable`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from ringway.domain.values import AccountId

FIRST_ACCOUNT = AccountId("main")
"""Whom the first API key belongs to."""
DEMO_ACCOUNT = AccountId("demo")
"""Strangers at the demo page; nobody else's calls can be seen from there."""
DAY_US = 24 * 60 * 60 * 1_000_000
DEMO_NAME_LAPSES_US = 7 * DAY_US
"""A name of the demo is free again when its holder has not used it for so long."""
MAX_NAME = 128
"""Characters in the name of an account or a key."""
MAX_KEYS = 1000
"""Keys of one account that are not revoked."""
ROOM_SIZES = range(2, 10_001)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an account may do, as a value; a missing one has its default."""

    max_room_size: int = 100

    def __post_init__(self) -> None:
        if self.max_room_size not in ROOM_SIZES:
            raise ValueError("max_room_size is from 2 to 10000.")


@dataclass(frozen=True, slots=True)
class Account:
    """A customer."""

    id: AccountId
    name: str
    created_at: int
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the key itself is stored as its SHA-256 only."""

    id: str
    account: AccountId
    name: str
    created_at: int
    revoked_at: int | None = None
    scopes: tuple[str, ...] | None = None
    """What it may be used for, by the names of the API; None: everything."""

    def may(self, any_of: Collection[str]) -> bool:
        """Say whether one of these scopes, which are enough each, is the key's."""
        return self.scopes is None or any(it in self.scopes for it in any_of)


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key and its secret, which can be read here and never again."""

    key: ApiKey
    secret: str = field(repr=False)
    """The whole key as clients send it: ``rw_<id>_<32 random bytes, base64url>``."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person of an account, known since a first token was issued."""

    account: AccountId
    identity: str
    display_name: str | None
    first_seen_at: int
    last_seen_at: int
    """When a token was issued last."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret that signs tokens; `id` is the ``kid`` (RFC 7515 section 4.1.4)."""

    id: str
    secret: bytes = field(repr=False)
    """32 random bytes."""
    created_at: int


class NoSuchAccount(Exception):
    """No account has this id."""

    def __init__(self, account: str) -> None:
        super().__init__(f"There is no account {account!r}.")


class NoSuchKey(Exception):
    """The account has no key of this id."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no key {key!r} in this account.")


class TooManyKeys(Exception):
    """The account has as many keys as it may have."""

    def __init__(self) -> None:
        super().__init__(f"An account has at most {MAX_KEYS} keys: revoke one first.")


def check_name(name: str) -> None:
    """Raise `ValueError` unless an account or a key may have this name."""
    if not (1 <= len(name) <= MAX_NAME and name.isprintable()):
        raise ValueError(f"A name has 1 to {MAX_NAME} printable characters.")


class Catalog(Protocol):
    """Who is known to the house, and what opens its doors."""

    async def open_account(
        self, account: AccountId, name: str, at: int, settings: Settings | None = None
    ) -> Account:
        """Give the account of this id; make it first if there is none.

        An account that exists stays as it is.  Or `ValueError` (name).
        """
        ...

    async def account(self, account: AccountId) -> Account | None: ...

    async def change_settings(self, account: AccountId, settings: Settings) -> Account:
        """Put other settings in force.  Or `NoSuchAccount`."""
        ...

    async def create_key(
        self,
        account: AccountId,
        name: str,
        at: int,
        scopes: Collection[str] | None = None,
    ) -> MintedKey:
        """Mint a key.  Or `NoSuchAccount`, `TooManyKeys`, `ValueError` (name)."""
        ...

    async def keys(self, account: AccountId) -> list[ApiKey]:
        """All keys of the account, also revoked ones, oldest first."""
        ...

    async def revoke_key(self, account: AccountId, key: str, at: int) -> ApiKey:
        """No longer accept the key; the first time counts.  Or `NoSuchKey`."""
        ...

    async def recognise(self, presented: str, key: str | None = None) -> ApiKey | None:
        """Say whose key it is; None for one that is unknown, wrong or revoked.

        `presented` is a whole key; or, with the id in `key` (HTTP Basic), a whole
        key of that id or its random part alone.  Compared in constant time.
        """
        ...

    async def key(self, key: str) -> ApiKey | None:
        """Give the key of this id, of whatever account, unless it is revoked."""
        ...

    async def meet(
        self, account: AccountId, identity: str, display_name: str | None, at: int
    ) -> Known:
        """Remember that a token was issued; the name given last is the name.

        Or `NoSuchAccount`.
        """
        ...

    async def known(self, account: AccountId, identity: str) -> Known | None:
        """Give the person, or None if no token was ever issued for this identity."""
        ...

    async def hold_demo_name(
        self, account: AccountId, slug: str, holder: bytes, at: int
    ) -> bool:
        """Take or keep a name of the demo for the browser with this cookie.

        `holder` is the SHA-256 of the cookie.  False: another browser has it, and
        has used it within `DEMO_NAME_LAPSES_US`.  Or `NoSuchAccount`.
        """
        ...

    async def signing_keys(self, at: int) -> list[SigningKey]:
        """Give the keys of this installation, newest first; the first is made here."""
        ...

    async def next_fence(self) -> int:
        """Count one more start of the control plane on these data, from 1."""
        ...
