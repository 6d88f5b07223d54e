"""A table that is a value: a changed copy shares all that has not changed.

Two levels of at most 64 branches lead to small leaves, so a change costs the same
for two entries and for thousands.  Two rolls with the same entries are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

BITS: Final = 6
_MASK: Final = (1 << BITS) - 1


class Roll(Generic[K, V]):
    """Entries by key, in no order that means anything."""

    __slots__ = ("_root", "_size")

    def __init__(
        self,
        root: Mapping[int, Mapping[int, Mapping[K, V]]] | None = None,
        size: int = 0,
    ) -> None:
        """Begin without an entry; others come from `put` and `without`."""
        self._root: Mapping[int, Mapping[int, Mapping[K, V]]] = root or {}
        self._size = size

    def get(self, key: K) -> V | None:
        """Give the entry, or None if there is none."""
        upper, lower = _way(key)
        return self._root.get(upper, {}).get(lower, {}).get(key)

    def put(self, key: K, value: V) -> Roll[K, V]:
        """Give the roll that has this entry too, or instead."""
        upper, lower = _way(key)
        branch = self._root.get(upper, {})
        leaf = branch.get(lower, {})
        grown = {**self._root, upper: {**branch, lower: {**leaf, key: value}}}
        return Roll(grown, self._size + (key not in leaf))

    def without(self, key: K) -> Roll[K, V]:
        """Give the roll that lacks this entry."""
        upper, lower = _way(key)
        branch = dict(self._root.get(upper, {}))
        leaf = dict(branch.pop(lower, {}))
        if key not in leaf:
            return self
        del leaf[key]
        if leaf:
            branch[lower] = leaf
        root = dict(self._root)
        if branch:
            root[upper] = branch
        else:
            del root[upper]
        return Roll(root, self._size - 1)

    def values(self) -> Iterator[V]:
        """Give every entry."""
        for branch in self._root.values():
            for leaf in branch.values():
                yield from leaf.values()

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roll) and self._root == other._root

    def __hash__(self) -> int:
        return hash(frozenset(self.values()))

    def __repr__(self) -> str:
        return f"Roll({list(self.values())})"


def _way(key: object) -> tuple[int, int]:
    bits = hash(key)
    return bits & _MASK, bits >> BITS & _MASK
