"""A table that is a value: what a change copies, and what it shares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ringway.domain.roll import BITS, Roll

MOST_BRANCHES = 1 << BITS


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers())))
def test_it_is_a_table(changes: list[tuple[bool, int, int]]) -> None:
    roll: Roll[int, int] = Roll()
    table: dict[int, int] = {}
    for puts, key, value in changes:
        before, was = roll, dict(table)
        if puts:
            roll = roll.put(key, value)
            table[key] = value
        else:
            roll = roll.without(key)
            table.pop(key, None)
        assert sorted(roll.values()) == sorted(table.values())
        assert len(roll) == len(table)
        assert roll.get(key) == table.get(key)
        assert sorted(before.values()) == sorted(was.values()), "it was a value"


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_the_same_entries_are_the_same_roll(order: list[int], gone: set[int]) -> None:
    one: Roll[int, str] = Roll()
    two: Roll[int, str] = Roll()
    for key in order:
        one = one.put(key, str(key))
    for key in gone:
        one = one.without(key)
    for key in range(12):
        if key not in gone:
            two = two.put(key, str(key))
    assert one == two
    assert hash(one) == hash(two)
    assert two.put(99, "x") != two


def copied(before: Roll[str, int], after: Roll[str, int]) -> int:
    """Entries of every table that the two do not share."""
    was, now = before._root, after._root  # noqa: SLF001  # what is shared is its point
    old = {id(branch) for branch in was.values()}
    old |= {id(leaf) for branch in was.values() for leaf in branch.values()}
    entries = len(now)
    for branch in now.values():
        entries += 0 if id(branch) in old else len(branch)
        entries += sum(len(leaf) for leaf in branch.values() if id(leaf) not in old)
    return entries


def test_a_change_among_thousands_copies_few() -> None:
    roll: Roll[str, int] = Roll()
    for number in range(3_000):
        roll = roll.put(f"leg-{number}", number)
    for changed in (
        roll.put("one more", 1),
        roll.put("leg-7", 8),
        roll.without("leg-7"),
    ):
        assert copied(roll, changed) < 3 * MOST_BRANCHES
