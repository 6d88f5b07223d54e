"""`ringway call`: the calls of a data folder, read; and ended by its server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ringway.app.control import already_ended, ask_to_end, server_of
from ringway.app.records import Records, open_records
from ringway.app.stops import Stop
from ringway.domain.effects import Kind
from ringway.domain.values import LegId
from ringway.ports.calls import MAX_SIZE, Call, CallKey
from ringway.ports.event_log import Stream

MAX_LISTED: Final = 1000
"""Calls in a list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What there is, newest first."""

    calls: Sequence[Call]
    are_all: bool
    """Whether there are no more than were asked for."""
    server: int | None
    """The process that serves the folder."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a call, as the log has it."""

    at: int
    """Microseconds since 1970, UTC."""
    type: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Story:
    """A call, and all that happened to it."""

    call: Call
    events: Sequence[Event]
    server: int | None


async def live(data: Path, account: str | None, most: int) -> Listed:
    """Give the calls that have not ended.  Or `Stop`."""
    async with open_records(data, account) as records:
        keys = [
            (stream.account, LegId(stream.id))
            for stream in await records.log.live_streams()
            if stream.kind == Kind.LEG and stream.account in records.accounts
        ]
        newest = keys[-most:]
        # One that has just begun is in the log before it is among the calls.
        found = [call for call in await _known(records, newest) if not call.ended_at]
        return _listed(found, data, are_all=len(keys) <= most)


async def latest(data: Path, account: str | None, most: int) -> Listed:
    """Give the newest calls, also those that have ended.  Or `Stop`."""
    async with open_records(data, account) as records:
        found: list[Call] = []
        for each in records.accounts:
            for page in range(-(-(most + 1) // MAX_SIZE)):
                some = await records.calls.list(each, page=page)
                found += some
                if len(some) < MAX_SIZE:
                    break
        listed = _listed(found, data, are_all=len(found) <= most)
        return Listed(listed.calls[:most], listed.are_all, listed.server)


async def story(data: Path, account: str | None, beginning: str) -> Story:
    """Give the one call whose id begins so, and its events.  Or `Stop`."""
    async with open_records(data, account) as records:
        call = await _the(records, beginning)
        recorded = await records.log.read_stream(
            Stream(call.account, Kind.LEG, call.id)
        )
        events = [
            Event(it.entry.at_us, it.entry.type, json.loads(it.entry.payload))
            for it in recorded
        ]
        return Story(call, events, server_of(data))


async def end(data: Path, account: str | None, beginning: str) -> Call:
    """Have the running server end the call; give it as it was.  Or `Stop`."""
    async with open_records(data, account) as records:
        call = await _the(records, beginning)
    if call.ended_at is not None:
        raise Stop(already_ended(call.id, call.cause))
    await ask_to_end(data, call.account, call.id)
    return call


async def _known(records: Records, keys: Sequence[CallKey]) -> list[Call]:
    found: list[Call] = []
    for first in range(0, len(keys), MAX_SIZE):
        some = keys[first : first + MAX_SIZE]
        found += (await records.calls.known(some)).values()
    return found


async def _the(records: Records, beginning: str) -> Call:
    found = [
        call
        for account in records.accounts
        for call in await records.calls.beginning_with(account, beginning)
    ]
    if not found:
        raise Stop(
            f"There is no call {beginning!r}: `ringway call list --all` shows what is."
        )
    if len(found) > 1:
        exact = [call for call in found if call.id == beginning]
        if len(exact) != 1:
            raise Stop(f"Several calls begin with {beginning!r}: give more of the id.")
        found = exact
    return found[0]


def _listed(found: Sequence[Call], data: Path, *, are_all: bool) -> Listed:
    newest = sorted(found, key=lambda it: (it.created_at, it.id), reverse=True)
    return Listed(newest, are_all, server_of(data))
