"""The catalog in memory: for tests of the floors above, gone with the process."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace

from ringway.adapters import catalog_keys
from ringway.domain.values import AccountId
from ringway.ports.catalog import (
    DEMO_NAME_LAPSES_US,
    MAX_KEYS,
    Account,
    ApiKey,
    Known,
    MintedKey,
    NoSuchAccount,
    NoSuchKey,
    Settings,
    SigningKey,
    TooManyKeys,
    check_name,
)


class MemoryCatalog:
    """Dictionaries; nothing here waits, so nothing needs a lock."""

    def __init__(self) -> None:
        self._accounts: dict[AccountId, Account] = {}
        self._keys: dict[str, tuple[ApiKey, bytes]] = {}
        self._known: dict[tuple[AccountId, str], Known] = {}
        self._demo: dict[tuple[AccountId, str], tuple[bytes, int]] = {}
        self._signing: list[SigningKey] = []
        self._fence = 0

    async def open_account(
        self, account: AccountId, name: str, at: int, settings: Settings | None = None
    ) -> Account:
        check_name(name)
        new = Account(account, name, at, settings or Settings())
        return self._accounts.setdefault(account, new)

    async def account(self, account: AccountId) -> Account | None:
        return self._accounts.get(account)

    async def change_settings(self, account: AccountId, settings: Settings) -> Account:
        self._accounts[account] = replace(self._the(account), settings=settings)
        return self._accounts[account]

    async def create_key(
        self,
        account: AccountId,
        name: str,
        at: int,
        scopes: Collection[str] | None = None,
    ) -> MintedKey:
        check_name(name)
        self._the(account)
        live = [key for key in await self.keys(account) if key.revoked_at is None]
        if len(live) >= MAX_KEYS:
            raise TooManyKeys
        id_, secret = catalog_keys.mint()
        ordered = None if scopes is None else tuple(sorted(set(scopes)))
        key = ApiKey(id_, account, name, at, scopes=ordered)
        self._keys[id_] = key, catalog_keys.digest(secret)
        return MintedKey(key, secret)

    async def keys(self, account: AccountId) -> list[ApiKey]:
        mine = [key for key, _ in self._keys.values() if key.account == account]
        return sorted(mine, key=lambda key: (key.created_at, key.id))

    async def revoke_key(self, account: AccountId, key: str, at: int) -> ApiKey:
        found = self._keys.get(key)
        if found is None or found[0].account != account:
            raise NoSuchKey(key)
        if found[0].revoked_at is None:
            self._keys[key] = replace(found[0], revoked_at=at), found[1]
        return self._keys[key][0]

    async def recognise(self, presented: str, key: str | None = None) -> ApiKey | None:
        read = catalog_keys.read(presented, key)
        if read is None or (found := self._keys.get(read[0])) is None:
            return None
        known, stored = found
        good = catalog_keys.same(read[1], stored) and known.revoked_at is None
        return known if good else None

    async def key(self, key: str) -> ApiKey | None:
        found = self._keys.get(key)
        return found[0] if found is not None and found[0].revoked_at is None else None

    async def meet(
        self, account: AccountId, identity: str, display_name: str | None, at: int
    ) -> Known:
        self._the(account)
        before = self._known.get((account, identity))
        first = before.first_seen_at if before else at
        now = Known(account, identity, display_name, first, at)
        self._known[account, identity] = now
        return now

    async def known(self, account: AccountId, identity: str) -> Known | None:
        return self._known.get((account, identity))

    async def hold_demo_name(
        self, account: AccountId, slug: str, holder: bytes, at: int
    ) -> bool:
        self._the(account)
        held = self._demo.get((account, slug))
        if held and held[0] != holder and at - held[1] < DEMO_NAME_LAPSES_US:
            return False
        self._demo[account, slug] = holder, at
        return True

    async def signing_keys(self, at: int) -> list[SigningKey]:
        if not self._signing:
            self._signing = [
                SigningKey(secrets.token_hex(8), secrets.token_bytes(32), at)
            ]
        return list(self._signing)

    async def next_fence(self) -> int:
        self._fence += 1
        return self._fence

    def _the(self, account: AccountId) -> Account:
        if (found := self._accounts.get(account)) is None:
            raise NoSuchAccount(account)
        return found
