"""How far a consumer has come when things end in another order than they begin.

What is done is everything up to the last position before the first one that is
still under way.  A crash repeats what lies beyond, so it must never be too far.
"""

from __future__ import annotations

from heapq import heappop, heappush


class Progress:
    """Counts what is under way, by position.

    Whatever is asked or said costs the logarithm of what is under way: thousands of
    things may begin at once.
    """

    def __init__(self, done: int = 0) -> None:
        self._highest = done
        self._under_way: dict[int, int] = {}
        self._order: list[int] = []
        """A heap of the positions, also of some that are done."""

    @property
    def done(self) -> int:
        """The position up to which nothing is under way."""
        while self._order and self._order[0] not in self._under_way:
            heappop(self._order)
        return self._order[0] - 1 if self._order else self._highest

    def expect(self) -> int:
        """Hold progress where it is, while positions are being given out.

        Gives the ticket for `finish`: a position that no later one precedes.
        """
        ticket = self._highest + 1
        self._add(ticket)
        return ticket

    def begin(self, position: int) -> None:
        """One more thing of this position is under way."""
        self._highest = max(self._highest, position)
        self._add(position)

    def finish(self, position: int) -> None:
        """One of them is done."""
        left = self._under_way[position] - 1
        if left:
            self._under_way[position] = left
        else:
            del self._under_way[position]
        if not self._under_way:
            self._order.clear()

    def _add(self, position: int) -> None:
        if position not in self._under_way:
            heappush(self._order, position)
        self._under_way[position] = self._under_way.get(position, 0) + 1
