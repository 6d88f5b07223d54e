"""The small parts of the runtime, each by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.domain import leg_messages as lm
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Effect, Kind
from ringway.domain.leg_state import CallState
from ringway.domain.values import VOICE_ONLY, AccountId, DeviceId, LegId, TextKey
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from ringway.ports.event_log import Text
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.runtime.cargo import Cargo, Load, Offer
from ringway.runtime.exchange import Proposal
from ringway.runtime.machines import MACHINES
from ringway.runtime.progress import Progress
from ringway.runtime.tasks import Tasks
from ringway.runtime.views import MAX_STATISTICS, Views
from tests.runtime.world import US, World, talking

# ----------------------------------------------------------------- progress


def test_progress_stops_before_what_is_under_way() -> None:
    progress = Progress()
    for position in (1, 2, 3):
        progress.begin(position)
    progress.finish(1)
    progress.finish(3)
    assert progress.done == 1
    progress.finish(2)
    assert progress.done == 3


def test_progress_waits_for_positions_that_are_being_given_out() -> None:
    """Another append may get a lower position, and be heard of later."""
    progress = Progress(5)
    ticket = progress.expect()
    progress.begin(7)
    progress.finish(7)
    assert progress.done == 5
    progress.begin(6)
    progress.finish(ticket)
    assert progress.done == 5
    progress.finish(6)
    assert progress.done == 7


@given(st.lists(st.integers(1, 30), min_size=1, unique=True))
def test_progress_is_never_ahead(positions: list[int]) -> None:
    progress, open_ones = Progress(), set(positions)
    for position in sorted(positions):
        progress.begin(position)
    for position in positions:
        assert progress.done < min(open_ones)
        progress.finish(position)
        open_ones.discard(position)
    assert progress.done == max(positions)


# -------------------------------------------------------------------- cargo


def load(size: int, key: str | None = None) -> Load:
    text = TextKey(key) if key else None
    return Load(Offer("x" * size, []), text, {"a": "b"} if key else {})


def test_cargo_has_a_limit_and_is_dropped() -> None:
    cargo = Cargo(max_bytes=100)
    cargo.check(load(100))
    with pytest.raises(Refused) as refused:
        cargo.check(load(101))
    assert refused.value.code is Cause.SERVICE_UNAVAILABLE
    cargo.put(LegId("a"), load(60, "key"))
    assert cargo.custom_data(TextKey("key")) == {"a": "b"}
    assert cargo.size == 62
    with pytest.raises(Refused):
        cargo.check(load(39))
    cargo.put(LegId("a"), load(10))
    assert cargo.size == 10
    assert cargo.custom_data(TextKey("key")) == {}
    cargo.drop(LegId("a"))
    cargo.drop(LegId("a"))
    assert cargo.size == 0
    assert cargo.offer(LegId("a")) is None


# -------------------------------------------------------------------- views


def test_a_device_has_one_leg() -> None:
    views = Views()
    device, one, two = DeviceId("d"), LegId("1"), LegId("2")
    assert views.hold(US, one, device)
    assert views.hold(US, one, device)
    assert not views.hold(US, two, device)
    views.release(US, two)
    assert views.leg_of(device) == one
    views.release(AccountId("them"), one)
    assert views.is_busy(device)
    views.release(US, one)
    assert not views.is_busy(device)


async def test_views_count_states_and_forget_old_statistics() -> None:
    world = World()
    _, _, caller, callee = await talking(world)
    assert world.views.states() == {CallState.ESTABLISHED: 2}
    assert {leg.id for leg in world.views.legs(US)} == {caller, callee}
    assert not list(world.views.legs(AccountId("them")))
    assert world.views.created == 2
    measured = wire.PipeStatistics([], [], 12.5)
    world.newsroom.hear(wire.Statistics(50, caller, 0, measured))
    assert world.views.statistics(caller) == measured
    for number in range(MAX_STATISTICS):
        world.views.measured(LegId(str(number)), measured)
    assert world.views.statistics(caller) is None


def test_what_people_say_is_not_printed() -> None:
    """So it can not get into a log with a traceback."""
    data = {"note": "secret"}
    offer = Offer("secret", [])
    printed = [
        Load(offer, TextKey("key"), data),
        Proposal("secret", [], data),
        Text(US, TextKey("key"), "secret"),
        lines.SayPipeAnswer(LegId("1"), 0, "secret", ()),
        lines.SayOffer(LegId("1"), 0, 1, "secret", ()),
        lines.SayEstablished(LegId("1"), 0, VOICE_ONLY, data),
    ]
    assert not [value for value in printed if "secret" in repr(value)]


# -------------------------------------------------------------------- tasks


async def test_a_failing_task_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = Tasks()

    async def fail() -> None:
        raise ValueError("on purpose")

    tasks.start(fail(), "failing")
    await tasks.quiet()
    assert tasks.faults == 1
    assert "on purpose" in capsys.readouterr().out


async def test_tasks_can_be_cancelled() -> None:
    tasks = Tasks()
    tasks.start(asyncio.Event().wait(), "waiting")  # type: ignore[arg-type]
    await tasks.cancel()
    await tasks.quiet()
    assert tasks.faults == 0


# ------------------------------------------------------------------- faults


async def test_a_fault_in_a_machine_hurts_only_the_asker() -> None:
    world = World()
    red, _, caller, _ = await talking(world)
    actor = world.house.actor(US, Address(Kind.LEG, caller))
    assert actor is not None

    def broken(leg: object, event: object) -> Iterator[Effect]:
        raise ZeroDivisionError

    actor.machine = replace(MACHINES[Kind.LEG], react=broken)
    before = await world.log.last_position()
    with pytest.raises(ZeroDivisionError):
        await world.exchange.mute(red, caller, muted=True)
    assert await world.log.last_position() == before
    actor.machine = MACHINES[Kind.LEG]
    await world.exchange.mute(red, caller, muted=True)
    leg = world.views.pipe(caller)
    assert leg is not None
    assert leg.look.muted


async def test_a_fault_in_hearing_news_leaves_us_hearing() -> None:
    world = World()
    _, _, caller, _ = await talking(world)
    rest = asyncio.Event()
    batches = [[None], [wire.Statistics(9, caller, 0, wire.PipeStatistics([], []))]]

    async def news() -> object:
        if batches:
            return batches.pop(0)
        rest.set()
        return await asyncio.Event().wait()

    world.engine.news = news  # type: ignore[assignment,method-assign]
    hearing = asyncio.ensure_future(world.newsroom.run())
    await rest.wait()
    hearing.cancel()
    assert world.views.statistics(caller) is not None


async def test_acknowledging_again_after_a_reconnection() -> None:
    world = World()
    world.hello(1)
    number = await world.closed(LegId("stranger"), "ORDERED")
    acknowledged = wire.Acknowledge(1, number)
    assert world.engine.orders == [acknowledged]
    nothing = wire.PipeStatistics([], [])
    again = wire.PipeClosed(number, "stranger", 0, "ORDERED", "Gone.", nothing, 0)
    world.newsroom.hear(again)
    assert world.engine.orders == [acknowledged]
    world.hello(1)
    world.newsroom.hear(again)
    assert world.engine.orders == [acknowledged, acknowledged]


async def test_being_fenced_is_seen() -> None:
    world = World()
    world.newsroom.hear(wire.Fenced("A newer one is here."))
    assert world.newsroom.fenced == "A newer one is here."
    world.hello(2)
    assert world.newsroom.fenced is None


# ------------------------------------------------------------------ routing


async def test_routing_asks_again_while_the_catalog_is_away() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    trouble = [StorageUnavailable(Trouble.LOCKED, "Not now.")]
    known = world.is_known

    async def sometimes(account: AccountId, identity: str) -> bool:
        if trouble:
            raise trouble.pop()
        return await known(account, identity)

    world.is_known = sometimes  # type: ignore[method-assign]
    await world.call(red, "blue")
    assert world.views.ended == {}
    await world.pass_time(1)
    assert world.views.ended == {Cause.DESTINATION_UNAVAILABLE: 1}


async def test_a_fault_in_routing_ends_the_call() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")

    async def broken(account: AccountId, identity: str) -> bool:
        raise ZeroDivisionError

    world.is_known = broken  # type: ignore[method-assign]
    await world.call(red, "blue")
    assert world.views.ended == {Cause.SERVICE_UNAVAILABLE: 1}


async def test_a_signal_to_nobody_falls_silent() -> None:
    world = World()
    done: list[bool] = []
    address = Address(Kind.LEG, "nobody")
    world.house.signal(US, address, lm.LineLost(), lambda: done.append(True))
    await world.quiet()
    assert done == [True]
    assert await world.log.last_position() == 0
