"""The catalog: what every adapter promises."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.adapters import catalog_keys, catalog_memory
from ringway.adapters.catalog_memory import MemoryCatalog
from ringway.adapters.sql import catalog as catalog_sql
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import FILE, Database
from ringway.domain.values import AccountId
from ringway.ports.catalog import (
    DEMO_NAME_LAPSES_US,
    MAX_NAME,
    Account,
    Catalog,
    NoSuchAccount,
    NoSuchKey,
    Settings,
    TooManyKeys,
)

MAIN, OTHER, NOBODY = AccountId("main"), AccountId("other"), AccountId("nobody")
NOON = 1_763_726_400_000_000
ANNA, BERT = sha256(b"anna's cookie").digest(), sha256(b"bert's cookie").digest()


@pytest.fixture(params=["memory", "sqlite"])
async def catalog(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Catalog]:
    if request.param == "memory":
        memory = MemoryCatalog()
        await prepare(memory)
        yield memory
        return
    database = await Database.open(tmp_path)
    sql = SqlCatalog(database)
    await prepare(sql)
    yield sql
    await database.close()


async def prepare(catalog: Catalog) -> None:
    await catalog.open_account(MAIN, "Main", NOON)
    await catalog.open_account(OTHER, "Other", NOON)


# ---------------------------------------------------------------- accounts


async def test_an_account_is_opened_once(catalog: Catalog) -> None:
    again = await catalog.open_account(MAIN, "Another name", NOON + 1, Settings(7))
    assert again == Account(MAIN, "Main", NOON, Settings(100))
    assert await catalog.account(MAIN) == again
    assert await catalog.account(NOBODY) is None


async def test_settings_are_a_value(catalog: Catalog) -> None:
    changed = await catalog.change_settings(MAIN, Settings(max_room_size=12))
    assert changed.settings.max_room_size == 12
    assert await catalog.account(MAIN) == changed
    other = await catalog.account(OTHER)
    assert other is not None
    assert other.settings == Settings(max_room_size=100)
    with pytest.raises(NoSuchAccount):
        await catalog.change_settings(NOBODY, Settings())


@pytest.mark.parametrize("size", [-1, 0, 1, 10_001])
def test_settings_have_limits(size: int) -> None:
    with pytest.raises(ValueError, match="max_room_size"):
        Settings(max_room_size=size)


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1), "two\nlines", "\ud800"])
async def test_names_have_limits(catalog: Catalog, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        await catalog.open_account(NOBODY, name, NOON)
    with pytest.raises(ValueError, match="name"):
        await catalog.create_key(MAIN, name, NOON)
    assert await catalog.account(NOBODY) is None
    assert await catalog.keys(MAIN) == []


# -------------------------------------------------------------------- keys


async def test_a_key_is_recognised_however_it_is_presented(catalog: Catalog) -> None:
    minted = await catalog.create_key(MAIN, "first", NOON)
    key, secret = minted.key, minted.secret
    assert re.fullmatch(rf"rw_{key.id}_[A-Za-z0-9_-]{{43}}", secret)
    assert (key.account, key.name, key.created_at, key.revoked_at) == (
        MAIN,
        "first",
        NOON,
        None,
    )
    random = secret.removeprefix(f"rw_{key.id}_")
    assert await catalog.recognise(secret) == key
    assert await catalog.recognise(secret, key.id) == key
    assert await catalog.recognise(random, key.id) == key


async def test_no_other_text_is_a_key(catalog: Catalog) -> None:
    minted = await catalog.create_key(MAIN, "first", NOON)
    other = await catalog.create_key(MAIN, "second", NOON)
    secret, id_ = minted.secret, minted.key.id
    last = "A" if secret[-1] != "A" else "B"
    for wrong in (
        "",
        secret[:-1],
        secret[:-1] + last,
        secret + "A",
        secret.upper(),
        f" {secret}",
        secret.removeprefix(f"rw_{id_}_"),
        secret.replace(id_, other.key.id),
        secret.replace(id_, "0" * 12),
        "rw_" + "ä" * 12 + "_" + "ä" * 43,
        "x" * 1_000_000,
    ):
        assert await catalog.recognise(wrong) is None
    assert await catalog.recognise(secret, other.key.id) is None
    assert await catalog.recognise(secret, "") is None
    assert await catalog.recognise(secret, "rw") is None
    assert await catalog.recognise("", id_) is None


@given(st.text(), st.none() | st.text())
def test_anything_can_be_read_as_a_key(presented: str, key: str | None) -> None:
    assert catalog_keys.read(presented, key) is None


def test_keys_are_never_the_same() -> None:
    keys = [catalog_keys.mint() for _ in range(100)]
    assert len({id_ for id_, _ in keys}) == len({secret for _, secret in keys}) == 100
    assert all(catalog_keys.read(secret) == (id_, secret) for id_, secret in keys)


async def test_a_revoked_key_opens_nothing(catalog: Catalog) -> None:
    minted = await catalog.create_key(MAIN, "first", NOON)
    stays = await catalog.create_key(MAIN, "second", NOON + 1)
    for _ in range(2):
        assert await catalog.recognise(minted.secret) == minted.key
    revoked = await catalog.revoke_key(MAIN, minted.key.id, NOON + 5)
    assert revoked.revoked_at == NOON + 5
    assert await catalog.recognise(minted.secret) is None
    assert await catalog.recognise(stays.secret) == stays.key
    assert await catalog.revoke_key(MAIN, minted.key.id, NOON + 9) == revoked
    assert await catalog.keys(MAIN) == [revoked, stays.key]


async def test_what_another_process_revokes_opens_nothing_at_once(
    tmp_path: Path,
) -> None:
    ours, theirs = await Database.open(tmp_path), await Database.open(tmp_path)
    try:
        here, there = SqlCatalog(ours), SqlCatalog(theirs)
        await prepare(here)
        minted = await here.create_key(MAIN, "first", NOON)
        for _ in range(2):
            assert await here.recognise(minted.secret) == minted.key
        await there.revoke_key(MAIN, minted.key.id, NOON)
        assert await here.recognise(minted.secret) is None
    finally:
        await ours.close()
        await theirs.close()


async def test_keys_belong_to_an_account(catalog: Catalog) -> None:
    minted = await catalog.create_key(MAIN, "first", NOON)
    assert await catalog.keys(OTHER) == []
    for account, key in ((OTHER, minted.key.id), (MAIN, "0" * 12), (MAIN, "")):
        with pytest.raises(NoSuchKey):
            await catalog.revoke_key(account, key, NOON)
    assert await catalog.recognise(minted.secret) == minted.key
    with pytest.raises(NoSuchAccount):
        await catalog.create_key(NOBODY, "first", NOON)


async def test_an_account_has_so_many_keys_and_no_more(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (catalog_memory, catalog_sql):
        monkeypatch.setattr(module, "MAX_KEYS", 2)
    first = await catalog.create_key(MAIN, "1", NOON)
    await catalog.create_key(MAIN, "2", NOON)
    with pytest.raises(TooManyKeys):
        await catalog.create_key(MAIN, "3", NOON)
    await catalog.create_key(OTHER, "1", NOON)
    await catalog.revoke_key(MAIN, first.key.id, NOON)
    await catalog.create_key(MAIN, "3", NOON)


async def test_a_secret_is_shown_nowhere_and_stored_nowhere(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    catalog = SqlCatalog(database)
    await prepare(catalog)
    minted = await catalog.create_key(MAIN, "first", NOON)
    signing = await catalog.signing_keys(NOON)
    await database.close()
    random = minted.secret.split("_", 2)[2]
    assert random not in repr(minted)
    assert repr(signing[0].secret) not in repr(signing)
    stored = (tmp_path / FILE).read_bytes()
    assert random.encode() not in stored
    assert sha256(minted.secret.encode()).digest() in stored


async def test_another_process_can_make_a_key_while_the_server_runs(
    tmp_path: Path,
) -> None:
    database = await Database.open(tmp_path)
    catalog = SqlCatalog(database)
    await prepare(catalog)
    program = """
import asyncio, sys
from pathlib import Path
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database

async def main():
    database = await Database.open(Path(sys.argv[1]))
    print((await SqlCatalog(database).create_key("main", "from outside", 1)).secret)
    await database.close()

asyncio.run(main())
"""
    done = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    recognised = await catalog.recognise(done.stdout.strip())
    assert recognised is not None
    assert recognised.name == "from outside"
    await database.close()


# -------------------------------------------------------------- identities


async def test_a_person_is_known_from_the_first_token_on(catalog: Catalog) -> None:
    assert await catalog.known(MAIN, "anna") is None
    await catalog.meet(MAIN, "anna", "Anna", NOON)
    known = await catalog.meet(MAIN, "anna", "Anna Lee", NOON + 5)
    assert (known.first_seen_at, known.last_seen_at) == (NOON, NOON + 5)
    assert known.display_name == "Anna Lee"
    assert await catalog.known(MAIN, "anna") == known
    assert await catalog.known(MAIN, "Anna") is None
    nameless = await catalog.meet(MAIN, "anna", None, NOON + 6)
    assert nameless.display_name is None


async def test_people_are_known_to_their_account_only(catalog: Catalog) -> None:
    await catalog.meet(MAIN, "anna", None, NOON)
    assert await catalog.known(OTHER, "anna") is None
    with pytest.raises(NoSuchAccount):
        await catalog.meet(NOBODY, "anna", None, NOON)


# -------------------------------------------------------------------- demo


async def test_the_first_browser_holds_a_demo_name(catalog: Catalog) -> None:
    assert await catalog.hold_demo_name(MAIN, "anna", ANNA, NOON)
    assert not await catalog.hold_demo_name(MAIN, "anna", BERT, NOON + 1)
    assert await catalog.hold_demo_name(MAIN, "anna", ANNA, NOON + 2)
    assert await catalog.hold_demo_name(MAIN, "bert", BERT, NOON)
    assert await catalog.hold_demo_name(OTHER, "anna", BERT, NOON)
    with pytest.raises(NoSuchAccount):
        await catalog.hold_demo_name(NOBODY, "anna", ANNA, NOON)


async def test_a_demo_name_that_is_not_used_is_free_again(catalog: Catalog) -> None:
    assert await catalog.hold_demo_name(MAIN, "anna", ANNA, NOON)
    used = NOON + DEMO_NAME_LAPSES_US - 1
    assert await catalog.hold_demo_name(MAIN, "anna", ANNA, used)
    early = used + DEMO_NAME_LAPSES_US - 1
    assert not await catalog.hold_demo_name(MAIN, "anna", BERT, early)
    assert await catalog.hold_demo_name(MAIN, "anna", BERT, early + 1)
    assert not await catalog.hold_demo_name(MAIN, "anna", ANNA, early + 2)


async def test_of_many_browsers_at_once_one_holds_the_name(catalog: Catalog) -> None:
    held = await asyncio.gather(
        *(
            catalog.hold_demo_name(MAIN, "anna", bytes([number]) * 32, NOON)
            for number in range(20)
        )
    )
    assert held.count(True) == 1


# ------------------------------------------------------ keys of the house


async def test_signing_keys_are_made_once(catalog: Catalog) -> None:
    first, again = await asyncio.gather(
        catalog.signing_keys(NOON), catalog.signing_keys(NOON + 1)
    )
    assert first == again == await catalog.signing_keys(NOON + 2)
    (key,) = first
    assert len(key.secret) == 32
    assert key.created_at == NOON


async def test_the_fence_grows(catalog: Catalog) -> None:
    assert [await catalog.next_fence() for _ in range(3)] == [1, 2, 3]


async def test_all_of_it_is_there_after_a_restart(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    catalog = SqlCatalog(database)
    await prepare(catalog)
    await catalog.change_settings(MAIN, Settings(max_room_size=12))
    minted = await catalog.create_key(MAIN, "first", NOON)
    known = await catalog.meet(MAIN, "anna", "Anna", NOON)
    await catalog.hold_demo_name(MAIN, "anna", ANNA, NOON)
    signing = await catalog.signing_keys(NOON)
    fence = await catalog.next_fence()
    await database.close()

    database = await Database.open(tmp_path)
    catalog = SqlCatalog(database)
    account = await catalog.account(MAIN)
    assert account == Account(MAIN, "Main", NOON, Settings(12))
    assert await catalog.recognise(minted.secret) == minted.key
    assert await catalog.known(MAIN, "anna") == known
    assert not await catalog.hold_demo_name(MAIN, "anna", BERT, NOON)
    assert await catalog.signing_keys(NOON + 1) == signing
    assert await catalog.next_fence() == fence + 1
    await database.close()
