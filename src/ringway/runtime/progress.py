"""How far a consumer has come when things end in another order than they begin.

What is done is everything up to the last position before the first one that is
still under way.  A crash repeats what lies beyond, so it must never be too far.
"""

from __future__ import annotations

from collections import Counter


class Progress:
    """Counts what is under way, by position."""

    def __init__(self, done: int = 0) -> None:
        self._highest = done
        self._under_way: Counter[int] = Counter()

    @property
    def done(self) -> int:
        """The position up to which nothing is under way."""
        if not self._under_way:
            return self._highest
        return min(self._under_way) - 1

    def expect(self) -> int:
        """Hold progress where it is, while positions are being given out.

        Gives the ticket for `finish`: a position that no later one precedes.
        """
        ticket = self._highest + 1
        self._under_way[ticket] += 1
        return ticket

    def begin(self, position: int) -> None:
        """One more thing of this position is under way."""
        self._highest = max(self._highest, position)
        self._under_way[position] += 1

    def finish(self, position: int) -> None:
        """One of them is done."""
        self._under_way[position] -= 1
        if self._under_way[position] <= 0:
            del self._under_way[position]
