"""The engine's descriptions that a device may still need: for one that was away.

An answer is kept until the pipe is connected, an offer until it is answered, and
what the sections mean as long as the leg lives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringway.domain.values import LegId
from ringway.ports.lines import SayOffer, SayPipeAnswer, SaySections


@dataclass(slots=True)
class _Kept:
    answer: SayPipeAnswer | None = None
    offer: SayOffer | None = None
    sections: SaySections | None = None


class Descriptions:
    """By leg; those of the newest generation only."""

    def __init__(self) -> None:
        self._kept: dict[LegId, _Kept] = {}

    def describe(self, said: SayPipeAnswer | SayOffer | SaySections) -> None:
        """Keep what is said; the older one of its kind is no longer needed."""
        if isinstance(said, SayPipeAnswer):
            self._kept[said.leg] = _Kept(answer=said)
            return
        kept = self._kept.setdefault(said.leg, _Kept())
        if isinstance(said, SayOffer):
            kept.offer = said
        else:
            kept.sections = said

    def connected(self, leg: LegId) -> None:
        """Forget the answer: its client has it."""
        kept = self._kept.get(leg)
        if kept is not None and kept.answer is not None:
            it = kept.answer
            if kept.sections is None:
                kept.sections = SaySections(it.leg, it.generation, it.sections)
            kept.answer = None

    def answered(self, leg: LegId, negotiation: int) -> None:
        """Forget the offer: its client has answered."""
        kept = self._kept.get(leg)
        if kept is not None and kept.offer is not None:
            it = kept.offer
            if it.negotiation == negotiation:
                kept.sections = SaySections(it.leg, it.generation, it.sections)
                kept.offer = None

    def drop(self, leg: LegId) -> None:
        """Forget all of the leg."""
        self._kept.pop(leg, None)

    def of(self, leg: LegId) -> Iterator[SayPipeAnswer | SayOffer | SaySections]:
        """Give what is kept, in the order in which it was said."""
        kept = self._kept.get(leg)
        if kept is not None:
            for said in (kept.answer, kept.sections, kept.offer):
                if said is not None:
                    yield said
