"""From the log to a living house, and from a living house to a quiet end.

After a crash every leg that was alive is remembered, what the effects' cursor
has not passed is done again, and the devices of its legs are awaited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from ringway.domain import bridge_messages as bridge
from ringway.domain import leg_messages as leg
from ringway.domain.causes import Cause
from ringway.domain.effects import Address, Kind, Tell
from ringway.domain.leg_state import Leg
from ringway.domain.values import Device, DeviceId
from ringway.ports.event_log import Recorded, Stream
from ringway.runtime.codec import decode
from ringway.runtime.effects import CONSUMER
from ringway.runtime.house import House
from ringway.runtime.letters import Happened
from ringway.runtime.machines import MACHINES

log = structlog.get_logger(__name__)

LATEST: Final = (leg.RemoteLooks, bridge.LegLooks)
"""What is told of something that changes: the last one counts."""
BATCH: Final = 1000
"""Events read at once."""


@dataclass(frozen=True, slots=True)
class Life:
    """A stream of the log, told to its end."""

    stream: Stream
    state: Any
    version: int
    happened: tuple[Happened, ...]
    trace: str
    """The one it began in."""


def relive(stream: Stream, recorded: Sequence[Recorded]) -> Life:
    """Fold the events of a stream; recompute what they asked for."""
    kind = Kind(stream.kind)
    machine, address = MACHINES[kind], Address(kind, stream.id)
    state: Any = None
    happened = []
    for each in recorded:
        event = decode(each.entry)
        before, state = state, machine.evolve(state, event)
        effects = tuple(machine.react(state, event))
        happened.append(
            Happened(
                stream.account,
                address,
                each.position,
                each.entry.trace_id,
                before,
                state,
                event,
                effects,
            )
        )
    trace = recorded[0].entry.trace_id if recorded else ""
    return Life(stream, state, len(recorded), tuple(happened), trace)


def newest_only(repeated: Iterable[Happened]) -> list[Happened]:
    """Put what is repeated in order, and say of what changes only what is so now.

    An older look told again after a newer one would be a change of its own.
    """
    told: set[tuple[Address, Address, type]] = set()
    newest: list[Happened] = []
    for each in sorted(repeated, key=lambda happened: -happened.position):
        effects = []
        for effect in reversed(each.effects):
            if isinstance(effect, Tell) and isinstance(effect.given, LATEST):
                what = each.address, effect.to, type(effect.given)
                if what in told:
                    continue
                told.add(what)
            effects.append(effect)
        newest.append(replace(each, effects=tuple(reversed(effects))))
    return newest[::-1]


async def recover(house: House) -> None:
    """Remember the living, repeat what may not have been done, await the lines.

    Must be done before anything else is given to the house.
    """
    cursor = await house.log.cursor(CONSUMER)
    house.effects.resume(cursor)
    streams = dict.fromkeys(await house.log.live_streams())
    alive = frozenset(streams)
    position = cursor
    while batch := await house.log.read_after(position, BATCH):
        position = batch[-1].position
        streams.update(dict.fromkeys(each.entry.stream for each in batch))
    repeated: list[Happened] = []
    for stream in streams:
        life = relive(stream, await house.log.read_stream(stream))
        if stream in alive:
            house.adopt(stream, life.state, life.version, life.trace)
        repeated += (each for each in life.happened if each.position > cursor)
    for each in newest_only(repeated):
        house.effects.carry_out(each)
    for known in house.views.all_legs():
        for device in known.devices:
            if not house.lines.is_connected(device):
                house.lines.expect(_of_party(device, known))
                address = Address(Kind.LEG, known.id)
                house.signal(known.account, address, leg.LineLost(device))
    if alive or repeated:
        log.info("recovered", alive=len(alive), repeated=len(repeated))


def _of_party(device: DeviceId, known: Leg) -> Device:
    party = known.endpoint
    return Device(device, known.account, party.address, party.display_name)


async def wind_up(house: House) -> None:
    """End every leg, wait until all is done, and remember how far."""
    for known in house.views.all_legs():
        address = Address(Kind.LEG, known.id)
        house.signal(known.account, address, leg.End(Cause.SERVICE_UNAVAILABLE))
    await house.tasks.quiet()
    await house.effects.save()
