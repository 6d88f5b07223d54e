"""The catalog in the database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, update
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters import catalog_keys
from ringway.adapters.sql.counters import count
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import (
    accounts,
    api_keys,
    demo_identities,
    identities,
    signing_keys,
)
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

T = TypeVar("T")

MOST_RECOGNISED = 1000
"""Keys that are remembered until something changes in the file."""


class SqlCatalog:
    """Each question is one statement; each change is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recognised: dict[tuple[bytes, str | None], ApiKey] = {}
        """Keys by what was shown, by its SHA-256, as of `_version`."""
        self._version: int | None = None

    async def open_account(
        self, account: AccountId, name: str, at: int, settings: Settings | None = None
    ) -> Account:
        check_name(name)
        new = Account(account, name, at, settings or Settings())

        def work(connection: Connection) -> Account:
            row = {
                "id": new.id,
                "name": new.name,
                "created_at": new.created_at,
                "settings": json.dumps(asdict(new.settings)),
            }
            connection.execute(insert(accounts).values(row).on_conflict_do_nothing())
            return _the(connection, account)

        if (found := await self.account(account)) is not None:
            return found
        return await self._database.write(work)

    async def account(self, account: AccountId) -> Account | None:
        rows = await self._database.rows(_account(account))
        return _one(rows, _read_account)

    async def change_settings(self, account: AccountId, settings: Settings) -> Account:
        def work(connection: Connection) -> Account:
            connection.execute(
                update(accounts)
                .where(accounts.c.id == account)
                .values(settings=json.dumps(asdict(settings)))
            )
            return _the(connection, account)

        return await self._database.write(work)

    async def create_key(
        self,
        account: AccountId,
        name: str,
        at: int,
        scopes: Collection[str] | None = None,
    ) -> MintedKey:
        check_name(name)
        id_, secret = catalog_keys.mint()
        ordered = None if scopes is None else tuple(sorted(set(scopes)))

        def work(connection: Connection) -> MintedKey:
            _the(connection, account)
            live = connection.scalar(
                select(func.count())
                .select_from(api_keys)
                .where(
                    api_keys.c.account_id == account, api_keys.c.revoked_at.is_(None)
                )
            )
            if live is not None and live >= MAX_KEYS:
                raise TooManyKeys
            connection.execute(
                insert(api_keys).values(
                    id=id_,
                    account_id=account,
                    name=name,
                    sha256=catalog_keys.digest(secret),
                    created_at=at,
                    scopes=None if ordered is None else json.dumps(ordered),
                )
            )
            return MintedKey(ApiKey(id_, account, name, at, scopes=ordered), secret)

        return await self._database.write(work)

    async def keys(self, account: AccountId) -> list[ApiKey]:
        rows = await self._database.rows(
            select(api_keys)
            .where(api_keys.c.account_id == account)
            .order_by(api_keys.c.created_at, api_keys.c.id)
        )
        return [_key(row) for row in rows]

    async def revoke_key(self, account: AccountId, key: str, at: int) -> ApiKey:
        mine = (api_keys.c.account_id == account) & (api_keys.c.id == key)

        def work(connection: Connection) -> ApiKey:
            connection.execute(
                update(api_keys)
                .where(mine, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=at)
            )
            row = connection.execute(select(api_keys).where(mine)).one_or_none()
            if row is None:
                raise NoSuchKey(key)
            return _key(row)

        return await self._database.write(work)

    async def recognise(self, presented: str, key: str | None = None) -> ApiKey | None:
        shown = catalog_keys.digest(presented), key
        version = self._database.version()
        if version != self._version or len(self._recognised) >= MOST_RECOGNISED:
            self._recognised, self._version = {}, version
        if version is not None and (known := self._recognised.get(shown)) is not None:
            return known
        found = await self._recognise(presented, key)
        # While it was read, somebody may have revoked it.
        if found is not None and version == self._version:
            self._recognised[shown] = found
        return found

    async def _recognise(self, presented: str, key: str | None) -> ApiKey | None:
        read = catalog_keys.read(presented, key)
        if read is None:
            return None
        id_, whole = read
        for row in await self._database.rows(
            select(api_keys).where(api_keys.c.id == id_)
        ):
            if catalog_keys.same(whole, row.sha256) and row.revoked_at is None:
                return _key(row)
        return None

    async def key(self, key: str) -> ApiKey | None:
        rows = await self._database.rows(
            select(api_keys).where(
                api_keys.c.id == key, api_keys.c.revoked_at.is_(None)
            )
        )
        return _one(rows, _key)

    async def meet(
        self, account: AccountId, identity: str, display_name: str | None, at: int
    ) -> Known:
        def work(connection: Connection) -> Known:
            _the(connection, account)
            done = connection.execute(
                insert(identities)
                .values(
                    account_id=account,
                    identity=identity,
                    display_name=display_name,
                    first_seen_at=at,
                    last_seen_at=at,
                )
                .on_conflict_do_update(
                    index_elements=[identities.c.account_id, identities.c.identity],
                    set_={"display_name": display_name, "last_seen_at": at},
                )
                .returning(identities)
            )
            return _known(done.one())

        return await self._database.write(work)

    async def known(self, account: AccountId, identity: str) -> Known | None:
        rows = await self._database.rows(
            select(identities).where(
                identities.c.account_id == account,
                identities.c.identity == identity,
            )
        )
        return _one(rows, _known)

    async def hold_demo_name(
        self, account: AccountId, slug: str, holder: bytes, at: int
    ) -> bool:
        name = demo_identities.c
        mine_or_free: ColumnElement[bool] = (name.holder == holder) | (
            name.used_at <= at - DEMO_NAME_LAPSES_US
        )

        def work(connection: Connection) -> bool:
            _the(connection, account)
            done = connection.execute(
                insert(demo_identities)
                .values(account_id=account, slug=slug, holder=holder, used_at=at)
                .on_conflict_do_update(
                    index_elements=[name.account_id, name.slug],
                    set_={"holder": holder, "used_at": at},
                    where=mine_or_free,
                )
                .returning(name.slug)
            )
            return done.one_or_none() is not None

        return await self._database.write(work)

    async def signing_keys(self, at: int) -> list[SigningKey]:
        newest_first = select(signing_keys).order_by(
            signing_keys.c.created_at.desc(), signing_keys.c.id
        )

        def work(connection: Connection) -> list[SigningKey]:
            found = connection.execute(newest_first).all()
            if not found:
                connection.execute(
                    insert(signing_keys).values(
                        id=secrets.token_hex(8),
                        secret=secrets.token_bytes(32),
                        created_at=at,
                    )
                )
                found = connection.execute(newest_first).all()
            return [SigningKey(row.id, row.secret, row.created_at) for row in found]

        return await self._database.write(work)

    async def next_fence(self) -> int:
        return await self._database.write(lambda connection: count(connection, "fence"))


def _account(account: AccountId) -> Select[Any]:
    return select(accounts).where(accounts.c.id == account)


def _the(connection: Connection, account: AccountId) -> Account:
    found = _one(connection.execute(_account(account)).all(), _read_account)
    if found is None:
        raise NoSuchAccount(account)
    return found


def _one(rows: Sequence[Row[Any]], read: Callable[[Row[Any]], T]) -> T | None:
    return read(rows[0]) if rows else None


def _read_account(row: Row[Any]) -> Account:
    known = {field.name for field in fields(Settings)}
    given = json.loads(row.settings)
    settings = Settings(**{name: given[name] for name in given if name in known})
    return Account(AccountId(row.id), row.name, row.created_at, settings)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.id,
        AccountId(row.account_id),
        row.name,
        row.created_at,
        row.revoked_at,
        None if row.scopes is None else tuple(json.loads(row.scopes)),
    )


def _known(row: Row[Any]) -> Known:
    return Known(
        AccountId(row.account_id),
        row.identity,
        row.display_name,
        row.first_seen_at,
        row.last_seen_at,
    )
