"""Turns: what belongs together is decided, logged and undone together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ringway.domain.bridge_state import Standing
from ringway.domain.values import Device, LegId, Way
from ringway.ports import engine_messages as wire
from ringway.ports.event_log import Entry, Text
from ringway.ports.lines import SayRoomJoined
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.runtime.actor import MOST_TOGETHER
from ringway.runtime.exchange import Proposal
from tests.runtime.world import US, FullLog, World, proposal

LISTENER = Proposal("sdp", [], way=Way.RECEIVE, participant_events=False)


class GatedLog(FullLog):
    """Counts appends, and lets them wait, or fail, when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.appended: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.failures = 0

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        self.asked.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        positions = await super().append(entries, texts)
        self.appended.append([entry.type for entry in entries])
        return positions


class Hall(World):
    """A world whose log has a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gated = self.log = self.house.log = GatedLog()
        self.house.effects._log = self.log  # noqa: SLF001
        self.room_size = 10_000

    def listener(self, number: int) -> tuple[Device, LegId]:
        name = f"ear-{number}"
        return self.lines.connect(name, name), LegId(f"leg-{number}")

    async def join(self, device: Device, leg: LegId) -> None:
        await self.exchange.join(device, leg, "hall", LISTENER)

    async def filled(self, people: int) -> list[tuple[Device, LegId]]:
        guests = [self.listener(number) for number in range(people)]
        for device, leg in guests:
            await self.join(device, leg)
            await self.connected(leg)
        return guests

    def members(self) -> list[tuple[str, Standing]]:
        room = self.views.room(US, "hall")
        return [] if room is None else [(it.leg, it.standing) for it in room.members]


async def test_a_join_is_one_append_and_its_media_another() -> None:
    hall = Hall()
    await hall.filled(1)
    hall.gated.appended.clear()
    hall.engine.orders.clear()
    device, leg = hall.listener(1)
    await hall.join(device, leg)
    assert hall.gated.appended == [["Created", "SeatTaken", "Answered", "Attached"]]
    assert [type(order) for order in hall.engine.orders] == [wire.OpenPipe, wire.Attach]
    await hall.connected(leg)
    assert hall.gated.appended[1:] == [["MediaOpened", "Established", "Joined"]]
    assert isinstance(hall.last(device), SayRoomJoined)
    await hall.exchange.hangup(device, leg)
    assert hall.gated.appended[2:] == [["Ended", "Left"]]


async def test_nothing_leaves_the_house_before_it_is_in_the_log() -> None:
    hall = Hall()
    await hall.filled(1)
    hall.engine.orders.clear()
    hall.lines.said.clear()
    hall.gated.gate.clear()
    hall.gated.asked.clear()
    device, leg = hall.listener(1)
    joining = asyncio.ensure_future(hall.join(device, leg))
    await hall.gated.asked.wait()
    assert (hall.engine.orders, dict(hall.lines.said)) == ([], {})
    assert len(hall.members()) == 1
    hall.gated.gate.set()
    await joining
    assert len(hall.engine.orders) == 2
    assert len(hall.members()) == 2


async def test_who_meets_a_busy_room_is_told_by_letter() -> None:
    hall = Hall()
    hall.gated.gate.clear()
    guests = [hall.listener(number) for number in range(5)]
    joining = [asyncio.ensure_future(hall.join(*guest)) for guest in guests]
    await hall.gated.asked.wait()
    hall.gated.gate.set()
    await asyncio.gather(*joining)
    await hall.quiet()
    assert sorted(leg for leg, _ in hall.members()) == [leg for _, leg in guests]
    (created,) = (batch for batch in hall.gated.appended if batch.count("Created") == 2)
    assert created[:3] == ["Created", "Created", "SeatTaken"]


async def test_many_letters_of_a_mailbox_are_one_append() -> None:
    hall = Hall()
    people = 3 * MOST_TOGETHER
    guests = await hall.filled(people)
    hall.gated.gate.clear()
    hall.gated.asked.clear()
    leaving = [asyncio.ensure_future(hall.exchange.hangup(*guest)) for guest in guests]
    await hall.gated.asked.wait()
    hall.gated.appended.clear()
    hall.gated.gate.set()
    await asyncio.gather(*leaving)
    await hall.quiet()
    of_the_room = [batch for batch in hall.gated.appended if "Ended" not in batch]
    assert sum(batch.count("Left") for batch in of_the_room) == people - 1
    assert len(of_the_room) <= people // MOST_TOGETHER + 1
    assert hall.members() == []
    assert await hall.log.live_streams() == ()


async def test_a_room_that_could_not_begin_leaves_its_name_free() -> None:
    hall = Hall()
    hall.gated.failures = 1
    device, leg = hall.listener(0)
    with pytest.raises(StorageUnavailable):
        await hall.join(device, leg)
    await hall.quiet()
    assert (await hall.log.last_position(), hall.engine.orders) == (0, [])
    assert hall.views.leg_of(device.id) is None
    other, hers = hall.listener(1)
    await hall.join(other, hers)
    await hall.connected(hers)
    assert hall.members() == [(hers, Standing.JOINED)]


async def test_who_comes_to_a_room_that_could_not_begin_begins_it() -> None:
    hall = Hall()
    hall.gated.gate.clear()
    hall.gated.failures = 1
    first, second = hall.listener(0), hall.listener(1)
    joining = asyncio.ensure_future(hall.join(*first))
    await hall.gated.asked.wait()
    also = asyncio.ensure_future(hall.join(*second))
    for _ in range(20):
        await asyncio.sleep(0)  # one turn of the event loop
    hall.gated.gate.set()
    with pytest.raises(StorageUnavailable):
        await joining
    await also
    await hall.quiet()
    await hall.connected(second[1])
    assert hall.members() == [(second[1], Standing.JOINED)]


async def test_a_turn_that_was_logged_although_it_failed_is_caught_up() -> None:
    hall = Hall()
    await hall.filled(1)
    device, leg = hall.listener(1)
    await hall.join(device, leg)
    hall.log.lies = True
    await hall.connected(leg)
    assert hall.members()[1] == (leg, Standing.JOINING)
    await hall.pass_time(1)
    assert hall.members()[1] == (leg, Standing.JOINED)
    assert hall.heard(device) == ["SayRoomJoined"]
    await hall.exchange.hangup(device, leg)
    await hall.quiet()
    assert len(hall.members()) == 1


async def test_one_that_is_too_many_is_refused_in_the_turn_of_its_joining() -> None:
    hall = Hall()
    hall.room_size = 1
    await hall.filled(1)
    device, leg = hall.listener(1)
    hall.gated.appended.clear()
    await hall.join(device, leg)
    assert hall.gated.appended == [["Created", "Ended"]]
    assert hall.heard(device) == ["SayEnded"]


async def test_a_call_reaches_the_other_device_with_one_append() -> None:
    hall = Hall()
    red = hall.lines.connect("red-1", "red")
    blue = hall.lines.connect("blue-1", "blue")
    await hall.exchange.call(red, LegId("r"), "blue", proposal("r"))
    assert hall.heard(blue) == ["SayIncoming"]
    assert len(hall.gated.appended) == 1
