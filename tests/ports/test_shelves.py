"""The shelves: what every adapter promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.adapters.catalog_memory import MemoryCatalog
from ringway.adapters.shelves_memory import MemoryShelves
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.shelves import SqlShelves
from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.configurations import (
    CONFIGURATION,
    MAX_ID,
    MAX_NAME,
    configuration,
    exists,
    renamed,
)
from ringway.ports.fields import WrongFields
from ringway.ports.shelves import Kind, Missing, Shelf, Shelves, Taken, TooMany, the

MAIN, OTHER = AccountId("main"), AccountId("other")
NOON = 1_763_726_400_000_000


@dataclass(frozen=True, slots=True)
class Jar:
    """Something to keep."""

    what: str
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Bottle:
    """Another thing to keep."""

    what: str


JAR = Kind("jar", Jar, 5, "jar")
BOTTLE = Kind("bottle", Bottle, 5, "bottle")


@pytest.fixture(params=["memory", "sqlite"])
async def shelves(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Shelves]:
    if request.param == "memory":
        await prepare(MemoryCatalog())
        yield MemoryShelves()
        return
    database = await Database.open(tmp_path)
    await prepare(SqlCatalog(database))
    yield SqlShelves(database)
    await database.close()


async def prepare(catalog: MemoryCatalog | SqlCatalog) -> None:
    await catalog.open_account(MAIN, "Main", NOON)
    await catalog.open_account(OTHER, "Other", NOON)


async def keep(
    shelves: Shelves, id_: str, value: Jar, account: AccountId = MAIN, label: str = ""
) -> None:
    await shelves.write(account, lambda shelf: shelf.add(JAR, id_, value, NOON, label))


async def test_what_is_kept_is_found(shelves: Shelves) -> None:
    await keep(shelves, "a", Jar("plums", b"\x00\xff"))
    found = await shelves.read(MAIN, lambda shelf: shelf.get(JAR, "a"))
    assert found == Jar("plums", b"\x00\xff")
    assert await shelves.read(MAIN, lambda shelf: shelf.get(JAR, "A")) is None
    with pytest.raises(Missing, match="There is no jar 'b'"):
        await shelves.read(MAIN, lambda shelf: the(shelf, JAR, "b"))


async def test_accounts_and_kinds_know_nothing_of_each_other(shelves: Shelves) -> None:
    await keep(shelves, "a", Jar("plums"))
    await keep(shelves, "a", Jar("pears"), OTHER)

    def bottle(shelf: Shelf) -> None:
        assert shelf.get(BOTTLE, "a") is None
        shelf.add(BOTTLE, "a", Bottle("juice"), NOON)

    await shelves.write(MAIN, bottle)
    assert await shelves.read(MAIN, lambda s: the(s, JAR, "a")) == Jar("plums")
    assert await shelves.read(OTHER, lambda s: the(s, JAR, "a")) == Jar("pears")
    assert await shelves.read(OTHER, lambda s: s.get(BOTTLE, "a")) is None
    assert sorted(await shelves.accounts(JAR)) == [MAIN, OTHER]
    assert await shelves.accounts(BOTTLE) == [MAIN]
    page = await shelves.read(MAIN, lambda shelf: shelf.page(JAR, 0, 10))
    assert (page.values, page.total) == ((Jar("plums"),), 1)


async def test_an_id_is_taken_once(shelves: Shelves) -> None:
    await keep(shelves, "a", Jar("plums"))
    with pytest.raises(Taken, match="a jar 'a' already"):
        await keep(shelves, "a", Jar("pears"))
    assert await shelves.read(MAIN, lambda s: the(s, JAR, "a")) == Jar("plums")


async def test_values_are_replaced_and_removed(shelves: Shelves) -> None:
    await keep(shelves, "a", Jar("plums"))
    await shelves.write(MAIN, lambda shelf: shelf.put(JAR, "a", Jar("pears")))
    removed = await shelves.write(MAIN, lambda shelf: shelf.remove(JAR, "a"))
    assert removed == Jar("pears")
    with pytest.raises(Missing):
        await shelves.write(MAIN, lambda shelf: shelf.remove(JAR, "a"))
    with pytest.raises(Missing):
        await shelves.write(MAIN, lambda shelf: shelf.put(JAR, "a", Jar("plums")))
    await keep(shelves, "a", Jar("again"))


async def test_pages_have_the_newest_first(shelves: Shelves) -> None:
    for number, id_ in enumerate("abcde"):
        await keep(shelves, id_, Jar(id_), label="even" if number % 2 == 0 else "odd")
    await shelves.write(MAIN, lambda s: s.put(JAR, "a", Jar("A"), "even"))

    async def whats(number: int, size: int, label: str | None = None) -> str:
        page = await shelves.read(MAIN, lambda s: s.page(JAR, number, size, label))
        assert page.total == {None: 5, "even": 3, "odd": 2}.get(label, 0)
        return "".join(it.what for it in page.values)

    assert await whats(0, 2) == "ed"
    assert await whats(1, 2) == "cb"
    assert await whats(2, 2) == "A"
    assert await whats(3, 2) == ""
    assert await whats(0, 2, "even") == "ec"
    assert await whats(1, 2, "even") == "A"
    assert await whats(0, 9, "odd") == "db"
    assert await whats(0, 9, "none") == ""


async def test_a_kind_has_a_limit_for_each_account(shelves: Shelves) -> None:
    for id_ in "abcde":
        await keep(shelves, id_, Jar(id_))
    with pytest.raises(TooMany, match="at most 5"):
        await keep(shelves, "f", Jar("f"))
    await keep(shelves, "f", Jar("f"), OTHER)
    await shelves.write(MAIN, lambda shelf: shelf.remove(JAR, "a"))
    await keep(shelves, "f", Jar("f"))


async def test_work_is_done_as_a_whole_or_not_at_all(shelves: Shelves) -> None:
    await keep(shelves, "a", Jar("plums"))

    def breaks_off(shelf: Shelf) -> None:
        shelf.remove(JAR, "a")
        shelf.add(JAR, "b", Jar("pears"), NOON)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await shelves.write(MAIN, breaks_off)
    page = await shelves.read(MAIN, lambda shelf: shelf.page(JAR, 0, 10))
    assert page.values == (Jar("plums"),)


# ---------------------------------------------------------- configurations


async def test_a_configuration_exists_for_its_account_only(shelves: Shelves) -> None:
    it = configuration("desk", "The desk")

    def add(shelf: Shelf) -> None:
        shelf.add(CONFIGURATION, it.id, it, NOON)

    await shelves.write(MAIN, add)
    assert await exists(shelves, MAIN, it.id)
    assert not await exists(shelves, OTHER, it.id)
    assert not await exists(shelves, MAIN, ConfigurationId("cellar"))


def test_a_configuration_has_an_id_of_ours_or_of_the_customers() -> None:
    ours = configuration(None, None)
    assert len(ours.id) == 24
    assert set(ours.id) <= set("0123456789abcdef")
    assert ours.id != configuration(None, None).id
    assert ours.name == ours.id
    theirs = configuration("my-desk_1", "Desk")
    assert (theirs.id, theirs.name) == ("my-desk_1", "Desk")
    assert renamed(theirs, "Cellar").name == "Cellar"
    assert renamed(theirs, None).name == theirs.id


@pytest.mark.parametrize(
    "id_", ["", "x" * (MAX_ID + 1), "two words", "ä", "a\n", "conversations"]
)
def test_ids_that_a_configuration_can_not_have(id_: str) -> None:
    with pytest.raises(WrongFields, match="id ") as wrong:
        configuration(id_, None)
    assert wrong.value.fields.keys() == {"id"}


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1)])
def test_names_that_a_configuration_can_not_have(name: str) -> None:
    with pytest.raises(WrongFields, match="name is 1 to"):
        configuration(None, name)


@given(st.text(min_size=1, max_size=MAX_NAME))
def test_any_other_text_is_a_name(name: str) -> None:
    assert configuration(None, name).name == name
