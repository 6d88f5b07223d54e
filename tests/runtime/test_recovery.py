"""Crashes: whenever the process dies, every leg ends once, and nothing strands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.domain.causes import Cause, Refused
from ringway.domain.values import Device, DeviceId, LegId
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from ringway.ports.event_log import Entry, Recorded
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.effects import CONSUMER
from ringway.runtime.recovery import recover, relive, wind_up
from tests.runtime.world import FullLog, World, proposal, talking


async def rows(log: MemoryEventLog) -> tuple[Recorded, ...]:
    return await log.read_after(0, 10_000)


async def ends(log: MemoryEventLog) -> Counter[str]:
    entries = [row.entry for row in await rows(log)]
    return Counter(e.stream.id for e in entries if e.type == "Ended")


async def created(log: MemoryEventLog) -> set[str]:
    entries = [row.entry for row in await rows(log)]
    return {
        e.stream.id for e in entries if e.type == "Created" and e.stream.kind == "leg"
    }


async def cut(log: MemoryEventLog, length: int, cursor: int = 0) -> FullLog:
    """Give the log as it was when it had so many events."""
    copy = FullLog()
    for row in (await rows(log))[:length]:
        await copy.append([row.entry])
    await copy.move_cursor(CONSUMER, cursor)
    return copy


def label_of(identity: str) -> str:
    return f'{{"identity":"{identity}","displayName":"{identity.title()}"}}'


async def check(world: World) -> None:
    """Nobody comes back: every leg ends exactly once, and every machine is over."""
    await world.pass_time(60)
    assert await ends(world.log) == dict.fromkeys(await created(world.log), 1)
    assert await world.log.live_streams() == ()


async def whole_call() -> World:
    world = World()
    red, *_ = await talking(world)
    await world.exchange.mute(red, LegId("cccccccc"), muted=True)
    await world.quiet()
    return world


async def test_after_a_crash_at_any_event_every_leg_ends_once() -> None:
    """With every cursor that may have been saved by then."""
    before = await whole_call()
    reached = before.log.reached
    assert max(reached.values()) > 10
    for at, most in reached.items():
        for cursor in range(most + 1):
            world = World(before)
            world.log = await cut(before.log, at, cursor)
            world = World(world)
            await world.recover()
            await check(world)
            assert set(world.views.ended) <= {
                Cause.NETWORK_ERROR,
                Cause.NORMAL_HANGUP,
                Cause.NO_ANSWER,
                Cause.DESTINATION_UNAVAILABLE,
                Cause.MEDIA_ERROR,
            }


async def test_recovering_twice_changes_nothing() -> None:
    before = await whole_call()
    world = World(before)
    await world.recover()
    logged = await rows(world.log)
    again = World(world)
    await again.recover()
    assert await rows(again.log) == logged
    assert all(leg.line_lost_at for leg in again.views.all_legs())
    assert {device.id for device in again.lines.expected} == {"red-1", "blue-1"}


async def test_a_crash_during_recovery() -> None:
    before = await whole_call()
    before.log.reached.clear()
    first = World(before)
    await first.recover()
    await first.pass_time(60)
    assert len(first.log.reached) > 3
    for at in first.log.reached:
        world = World(first)
        world.log = await cut(first.log, at)
        world = World(world)
        await world.recover()
        await check(world)


async def test_what_is_repeated_says_the_same() -> None:
    """Effects come from the log alone: a repetition gives the orders again."""
    before = await whole_call()
    recorded: dict[str, list[Recorded]] = {}
    for row in await rows(before.log):
        recorded.setdefault(row.entry.stream.id, []).append(row)
    for parts in recorded.values():
        stream = parts[0].entry.stream
        assert relive(stream, parts) == relive(stream, parts)
        assert relive(stream, parts).version == len(parts)


async def test_the_cursor_spares_what_is_done() -> None:
    before = await whole_call()
    await before.pass_time(1)
    assert await before.log.cursor(CONSUMER) == await before.log.last_position()
    world = World(before)
    await world.recover()
    assert not world.engine.of(wire.Attach)
    await check(world)


async def test_a_ring_that_a_restart_interrupts_ends_in_time() -> None:
    """A device that is connected keeps its leg; its deadline is absolute."""
    before = World()
    red = before.lines.connect("red-1", "red")
    before.lines.connect("blue-1", "blue")
    await before.call(red)
    before.clock.move(50_000_000)
    world = World(before)
    for name, identity in (("red-1", "red"), ("blue-1", "blue")):
        world.lines.connect(name, identity)
    await world.recover()
    await world.pass_time(9.9)
    assert world.views.ended == {}
    await world.pass_time(0.1)
    assert world.views.ended == {Cause.NO_ANSWER: 2}
    await check(world)


async def test_a_deadline_passed_while_we_were_dead() -> None:
    before = World()
    red = before.lines.connect("red-1", "red")
    before.lines.connect("blue-1", "blue")
    await before.call(red)
    before.clock.move(3_600_000_000)
    world = World(before)
    for name, identity in (("red-1", "red"), ("blue-1", "blue")):
        world.lines.connect(name, identity)
    await world.recover()
    await world.pass_time(0)
    assert world.views.ended == {Cause.NO_ANSWER: 2}


async def test_what_the_engine_holds_is_adopted_or_closed() -> None:
    before = World()
    _, _, caller, callee = await talking(before)
    leg = before.views.pipe(caller)
    assert leg is not None
    world = World(before)
    world.lines.connect("red-1", "red")
    world.lines.connect("blue-1", "blue")
    await world.recover()
    world.engine.orders.clear()
    world.hello(
        1,
        wire.HeldPipe(caller, 0, None, True),
        wire.HeldPipe(callee, 0, leg.bridge, True),
        wire.HeldPipe("stranger", 0, None, True),
    )
    await world.quiet()
    assert world.engine.orders == [
        wire.ClosePipe("stranger", 0),
        wire.Attach(caller, str(leg.bridge), None, label_of("red")),
    ]
    assert len(world.views.all_legs()) == 2


async def test_an_engine_that_begins_anew_has_lost_the_pipes() -> None:
    world = World()
    await talking(world)
    world.hello(2)
    await world.quiet()
    await world.pass_time(15)
    assert world.views.ended == {Cause.MEDIA_ERROR: 2}


async def test_orders_lost_on_the_way_are_given_again() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    world.engine.orders.clear()
    world.hello(2)
    assert [type(o) for o in world.engine.orders] == [wire.OpenPipe]
    world.hello(2, wire.HeldPipe(caller, 0, None, True))
    await world.quiet()
    assert len(world.engine.orders) == 1
    await world.accept(world.lines.devices[DeviceId("blue-1")])
    assert "SayEstablished" in world.heard(red)


async def test_winding_up_ends_all_and_remembers_it() -> None:
    world = World()
    red, blue, *_ = await talking(world)
    await wind_up(world.house)
    assert world.heard(red)[-1] == "SayEnded"
    assert world.heard(blue)[-1] == "SayEnded"
    assert world.views.ended == {Cause.SERVICE_UNAVAILABLE: 2}
    await check(world)
    assert await world.log.cursor(CONSUMER) == await world.log.last_position()


# -------------------------------------------------------------- a full disk


async def test_a_full_disk_refuses_and_changes_nothing() -> None:
    world = World()
    red, blue, caller, _ = await talking(world)
    world.log.full = True
    with pytest.raises(StorageUnavailable):
        await world.exchange.mute(red, caller, muted=True)
    leg = world.views.pipe(caller)
    assert leg is not None
    assert not leg.look.muted
    assert world.heard(blue)[-1] == "SayEstablished"
    world.log.full = False
    await world.exchange.mute(red, caller, muted=True)
    await world.quiet()
    assert world.heard(blue)[-1] == "SayRemoteMuted"


async def test_a_call_that_cannot_be_logged_never_was() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    world.log.full = True
    with pytest.raises(StorageUnavailable):
        await world.call(red)
    assert world.engine.orders == []
    assert world.house.effects.cargo.size == 0
    world.log.full = False
    await world.call(red)
    assert world.heard(blue) == ["SayIncoming"]


async def test_signals_wait_for_room_on_the_disk() -> None:
    world = World()
    _, _, caller, _ = await talking(world)
    world.hello(1, *(wire.HeldPipe(p, 0, None, True) for p in (caller,)))
    world.engine.orders.clear()
    world.log.full = True
    number = await world.closed(caller, "PANIC")
    await world.pass_time(5)
    assert not world.engine.of(wire.Acknowledge)
    world.log.full = False
    await world.pass_time(1)
    assert wire.Acknowledge(1, number) in world.engine.orders
    await world.pass_time(15)
    assert world.views.ended == {Cause.MEDIA_ERROR: 2}


async def test_a_line_lost_while_the_disk_is_full() -> None:
    world = World()
    red, *_ = await talking(world)
    world.log.full = True
    world.drop(red)
    await world.quiet()
    world.log.full = False
    await world.pass_time(1)
    await world.pass_time(1)
    await check(world)


async def test_an_append_that_happened_although_it_failed() -> None:
    world = World()
    red, blue, caller, _ = await talking(world)
    world.log.lies = True
    with pytest.raises(StorageUnavailable):
        await world.exchange.mute(red, caller, muted=True)
    await world.exchange.mute(red, caller, muted=False)
    await world.quiet()
    assert world.heard(blue)[-2:] == ["SayRemoteMuted", "SayRemoteMuted"]
    await world.exchange.hangup(red, caller)
    await world.quiet()
    await check(world)


# ---------------------------------------------------------- anything at all


class DyingLog(FullLog):
    """Takes so many appends, and then the process is dead to it."""

    def __init__(self, appends: int) -> None:
        super().__init__()
        self.left = appends

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[object] = ()
    ) -> tuple[int, ...]:
        if self.left == 0:
            self.full = True
        self.left -= 1
        return await super().append(entries)


DEEDS = (
    "call",
    "ringing",
    "accept",
    "decline",
    "everywhere",
    "hangup red",
    "hangup blue",
    "mute",
    "up",
    "down",
    "incompatible",
    "drop red",
    "drop blue",
    "second",
    "quiet",
    "save",
)


class Story:
    """People, the engine and the network doing things in any order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.red = world.lines.connect("red-1", "red")
        self.blues = [world.lines.connect(f"blue-{n}", "blue") for n in (1, 2)]

    def leg(self, device: Device) -> LegId:
        return self.world.views.leg_of(device.id) or LegId("none")

    async def do(self, deed: str, which: int) -> None:
        world, blue = self.world, self.blues[which]
        exchange = world.exchange
        legs = [self.leg(device) for device in (self.red, *self.blues)]
        match deed:
            case "call":
                await exchange.call(self.red, LegId("c" * 8), "blue", proposal("c"))
            case "ringing":
                await exchange.ringing(blue, self.leg(blue))
            case "accept":
                await exchange.accept(blue, self.leg(blue), proposal("a"))
            case "decline":
                await exchange.decline(blue, self.leg(blue))
            case "everywhere":
                await exchange.decline(blue, self.leg(blue), everywhere=True)
            case "hangup red":
                await exchange.hangup(self.red, self.leg(self.red))
            case "hangup blue":
                await exchange.hangup(blue, self.leg(blue))
            case "mute":
                await exchange.mute(self.red, self.leg(self.red), muted=bool(which))
            case "up":
                for leg in legs:
                    world.newsroom.hear(wire.Connected(1, leg, 0, "", ""))
            case "down":
                nothing = wire.PipeStatistics([], [])
                world.newsroom.hear(
                    wire.PipeClosed(2, legs[which], 0, "PANIC", "", nothing, 0)
                )
            case "incompatible":
                world.newsroom.hear(
                    wire.Incompatible(3, legs[which], 0, legs[0], "CAMERA", "")
                )
            case "drop red" | "drop blue":
                device = self.red if deed == "drop red" else blue
                if world.lines.is_connected(device.id):
                    world.drop(device)
            case "second":
                world.clock.move(7_000_000)
            case "save":
                await world.house.effects.save()
            case _:
                await world.house.tasks.quiet()


@settings(max_examples=300, deadline=None)
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 1)), min_size=1, max_size=14
    ),
    appends=st.integers(1, 40),
)
async def test_any_story_that_is_cut_anywhere(
    deeds: list[tuple[str, int]], appends: int
) -> None:
    before = World()
    before.log = DyingLog(appends)
    before = World(before)
    story = Story(before)
    for deed, which in [("call", 0), *deeds]:
        try:
            await story.do(deed, which)
        except (Refused, StorageUnavailable):
            continue
    await before.house.tasks.cancel()
    survivors = await rows(before.log)
    world = World(before)
    world.log = await cut(before.log, len(survivors), await before.log.cursor(CONSUMER))
    world = World(world)
    await recover(world.house)
    await world.quiet()
    await check(world)
    told = Counter(
        (device, said.leg)
        for device, heard in before.lines.said.items()
        for said in heard
        if isinstance(said, lines.SayEnded)
    )
    assert not told or max(told.values()) == 1
