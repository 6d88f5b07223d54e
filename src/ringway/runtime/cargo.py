"""What is carried between lines and pipes, and never logged: offers and texts.

A leg's cargo is dropped when the leg is over; all of it is lost in a crash, and
so are the lines that could use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import LegId, TextKey
from ringway.ports.engine_messages import Sending

MAX_BYTES: Final = 64 << 20
"""Of all cargo together; an offer has 10 KiB, custom data at most 270 KiB."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A client's complete offer, and what it sends in which section."""

    sdp: str = field(repr=False)
    sending: Sequence[Sending]


@dataclass(frozen=True, slots=True)
class Load:
    """What a client brings with a call, or with its acceptance."""

    offer: Offer
    key: TextKey | None
    custom_data: Mapping[str, str] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes, nearly: characters count as one."""
        texts = sum(len(k) + len(v) for k, v in self.custom_data.items())
        return len(self.offer.sdp) + texts


class Cargo:
    """Loads by leg; a leg is loaded at most once."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._loads: dict[LegId, Load] = {}
        self._texts: dict[TextKey, Mapping[str, str]] = {}
        self._notes: dict[LegId, tuple[TextKey, int]] = {}
        self._bytes = 0
        self._max_bytes = max_bytes

    def check(self, load: Load) -> None:
        """Refuse a load for which there is no room."""
        if self._bytes + load.size > self._max_bytes:
            text = "Too many calls are being set up: try again soon."
            raise Refused(Cause.SERVICE_UNAVAILABLE, text)

    def put(self, leg: LegId, load: Load) -> None:
        """Keep the load until the leg is over."""
        self._unload(leg)
        self._loads[leg] = load
        self._bytes += load.size
        if load.key is not None:
            self._texts[load.key] = load.custom_data

    def replace_offer(self, leg: LegId, offer: Offer) -> None:
        """Keep this offer of the leg instead of the last; its texts stay."""
        last = self._loads.get(leg)
        key, said = (None, {}) if last is None else (last.key, last.custom_data)
        self.put(leg, Load(offer, key, said))

    def offer(self, leg: LegId) -> Offer | None:
        """Give the leg's offer if there is one."""
        load = self._loads.get(leg)
        return None if load is None else load.offer

    def custom_data(self, key: TextKey | None) -> Mapping[str, str]:
        """Give what was said under this key; nothing if it is not there."""
        nothing: Mapping[str, str] = MappingProxyType({})
        return nothing if key is None else self._texts.get(key, nothing)

    def note(self, leg: LegId, key: TextKey, said: Mapping[str, str]) -> None:
        """Keep what an application says of the leg, until it says something else.

        Not if there is no room: the log has it too.
        """
        self._erase(leg)
        size = sum(len(name) + len(value) for name, value in said.items())
        if self._bytes + size <= self._max_bytes:
            self._notes[leg] = key, size
            self._texts[key] = said
            self._bytes += size

    def drop(self, leg: LegId) -> None:
        """Forget all that was brought with the leg."""
        self._unload(leg)
        self._erase(leg)

    def _erase(self, leg: LegId) -> None:
        key, size = self._notes.pop(leg, (None, 0))
        self._bytes -= size
        if key is not None:
            self._texts.pop(key, None)

    def _unload(self, leg: LegId) -> None:
        load = self._loads.pop(leg, None)
        if load is not None:
            self._bytes -= load.size
            if load.key is not None:
                self._texts.pop(load.key, None)

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._bytes
