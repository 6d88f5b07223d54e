"""`ringway room`: the live rooms of a data folder, as its log tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringway.app.control import server_of
from ringway.app.records import Records, open_records
from ringway.app.stops import Stop
from ringway.domain.bridge_state import Bridge, room
from ringway.domain.effects import Kind
from ringway.runtime.recovery import relive

ROOM: Final = room(2).name
"""What the policy of every room is called."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What there is, by name."""

    rooms: Sequence[Bridge]
    server: int | None
    """The process that serves the folder."""


async def live(data: Path, account: str | None) -> Rooms:
    """Give the rooms somebody is in.  Or `Stop`."""
    async with open_records(data, account) as records:
        return Rooms(await _live(records), server_of(data))


async def named(data: Path, account: str | None, name: str) -> Rooms:
    """Give the one room of this name.  Or `Stop`."""
    async with open_records(data, account) as records:
        found = [it for it in await _live(records) if it.name == name]
    if not found:
        raise Stop(f"Nobody is in a room {name!r}: `ringway room list` shows what is.")
    if len(found) > 1:
        raise Stop(f"Several accounts have a room {name!r}: say which with --account.")
    return Rooms(found, server_of(data))


async def _live(records: Records) -> list[Bridge]:
    found: list[Bridge] = []
    for stream in await records.log.live_streams():
        if stream.kind != Kind.BRIDGE or stream.account not in records.accounts:
            continue
        bridge = relive(stream, await records.log.read_stream(stream)).state
        if isinstance(bridge, Bridge) and bridge.policy.name == ROOM:
            found.append(bridge)
    return sorted(found, key=lambda it: (it.name or "", it.account))
