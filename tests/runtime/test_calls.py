"""Calls through the exchange: what people do, and what they and the engine hear."""

from __future__ import annotations

import asyncio

import pytest

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import LegId, Look, Picture
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from tests.runtime.world import THEM, US, World, proposal, talking


async def test_a_call_from_offer_to_hangup() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    callee = world.incoming(blue)
    assert world.engine.orders == [
        wire.OpenPipe(caller, 0, "sdp of offer", [wire.Sending("0", "MICROPHONE")])
    ]
    assert world.lines.said[blue.id] == [
        lines.SayIncoming(callee, red.endpoint, False, {})
    ]
    await world.exchange.ringing(blue, callee)
    await world.quiet()
    assert world.heard(red) == ["SayRang"]
    await world.connected(caller)
    await world.accept(blue, {"mood": "good"})
    assert world.last(red) == lines.SayEstablished(
        caller, world.clock.now(), Look(), {"mood": "good"}
    )
    attached = world.engine.of(wire.Attach)
    assert {order.pipe for order in attached if isinstance(order, wire.Attach)} == {
        caller,
        callee,
    }
    assert world.heard(blue) == ["SayIncoming"]
    await world.connected(callee)
    assert world.heard(blue) == ["SayIncoming", "SayEstablished"]
    world.clock.move(7_900_000)
    await world.exchange.hangup(red, caller)
    await world.quiet()
    for device, leg in ((red, caller), (blue, callee)):
        assert world.last(device) == lines.SayEnded(
            leg, Cause.NORMAL_HANGUP, world.clock.now(), 7
        )
    assert {type(order).__name__ for order in world.engine.orders[-3:]} == {
        "ClosePipe",
        "CloseBridge",
    }
    assert world.views.all_legs() == ()
    assert world.house.effects.cargo.size == 0
    assert await world.log.live_streams() == ()


async def test_what_the_engine_describes_goes_to_the_line() -> None:
    world = World()
    red, _, caller, callee = await talking(world)
    received = wire.Received(callee, "CAMERA")
    sections = [wire.Section("1", None, received)]
    world.newsroom.hear(wire.Offered(90, caller, 0, 3, "an offer", sections))
    assert world.last(red) == lines.SayOffer(
        caller,
        0,
        3,
        "an offer",
        (lines.Section("1", None, lines.Receiving(callee, "CAMERA")),),
    )
    world.exchange.answer(red, caller, 0, 3, "an answer")
    world.exchange.renegotiate(red, caller, 0, ["CAMERA", "CAMERA"])
    assert world.engine.orders[-2:] == [
        wire.AnswerPipe(caller, 0, 3, "an answer"),
        wire.Renegotiate(caller, 0, ["CAMERA"]),
    ]
    with pytest.raises(Refused, match="no such pipe"):
        world.exchange.answer(red, caller, 1, 3, "an answer")
    before = len(world.lines.said[red.id])
    world.newsroom.hear(wire.Mapped(91, caller, 1, sections))
    assert len(world.lines.said[red.id]) == before


async def test_the_other_side_is_told_what_changes() -> None:
    world = World()
    red, blue, caller, callee = await talking(world)
    await world.exchange.mute(red, caller, muted=True)
    await world.exchange.show(red, caller, Picture.CAMERA, on=True)
    await world.exchange.show(red, caller, Picture.CAMERA, on=True)
    await world.quiet()
    assert world.lines.said[blue.id][-2:] == [
        lines.SayRemoteMuted(callee, True),
        lines.SayRemoteShows(callee, Picture.CAMERA, True),
    ]
    assert world.heard(blue).count("SayRemoteShows") == 1


ENDINGS = {
    "nobody": Cause.DESTINATION_NOT_FOUND,
    "blue": Cause.DESTINATION_UNAVAILABLE,
    "red": Cause.DESTINATION_UNAVAILABLE,
}


@pytest.mark.parametrize("to", ENDINGS)
async def test_where_nobody_is(to: str) -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    await world.call(red, to)
    assert world.last(red) == lines.SayEnded(
        LegId("cccccccc"), ENDINGS[to], world.clock.now(), 0
    )


async def test_busy_when_every_device_is_in_a_call() -> None:
    world = World()
    await talking(world)
    green = world.lines.connect("green-1", "green")
    await world.call(green, "blue", "d" * 8)
    ended = world.last(green)
    assert isinstance(ended, lines.SayEnded)
    assert ended.cause is Cause.BUSY
    other = world.lines.connect("blue-2", "blue")
    await world.call(green, "blue", "e" * 8)
    assert world.heard(other) == ["SayIncoming"]


async def test_two_callers_at_once_get_one_device() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    green = world.lines.connect("green-1", "green")
    blue = world.lines.connect("blue-1", "blue")
    await world.exchange.call(red, LegId("r"), "blue", proposal("r"))
    await world.exchange.call(green, LegId("g"), "blue", proposal("g"))
    await world.quiet()
    assert world.heard(blue) == ["SayIncoming"]
    heard = [world.heard(red), world.heard(green)]
    assert sorted(heard) == [[], ["SayEnded"]]


async def test_my_own_name_rings_my_other_devices() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    other = world.lines.connect("red-2", "red")
    await world.call(red, "red")
    assert world.heard(red) == []
    assert world.heard(other) == ["SayIncoming"]


async def test_nobody_answers_for_sixty_seconds() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    await world.call(red)
    await world.pass_time(59.999)
    assert world.heard(blue) == ["SayIncoming"]
    await world.pass_time(0.001)
    for device in (red, blue):
        ended = world.last(device)
        assert isinstance(ended, lines.SayEnded)
        assert ended.cause is Cause.NO_ANSWER
        assert world.heard(device).count("SayEnded") == 1


async def test_an_answered_call_without_media_ends() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    await world.call(red)
    await world.accept(blue)
    await world.pass_time(20)
    assert world.views.ended == {Cause.MEDIA_ERROR: 2}


async def test_lost_media_ends_the_call_after_fifteen_seconds() -> None:
    world = World()
    _, _, caller, _ = await talking(world)
    await world.closed(caller, "REMOTE_CLOSED")
    await world.pass_time(14)
    assert world.views.ended == {}
    await world.pass_time(1)
    assert world.views.ended == {Cause.MEDIA_ERROR: 2}


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("BAD_OFFER", Cause.MEDIA_ERROR),
        ("NO_CODEC", Cause.MEDIA_ERROR),
        ("NOT_CONNECTED", Cause.MEDIA_ERROR),
        ("DTLS_FAILED", Cause.MEDIA_ERROR),
        ("CAPACITY", Cause.SERVICE_UNAVAILABLE),
    ],
)
async def test_a_pipe_that_never_connects(
    reason: wire.CloseReason, cause: Cause
) -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    world.hello()
    number = await world.closed(caller, reason)
    assert world.views.ended == {cause: 2}
    assert wire.Acknowledge(1, number) in world.engine.orders


async def test_no_common_codec_ends_both() -> None:
    world = World()
    red, blue, caller, callee = await talking(world)
    world.newsroom.hear(wire.Incompatible(80, callee, 0, caller, "CAMERA", "VP8 only"))
    await world.quiet()
    assert world.views.ended == {Cause.MEDIA_ERROR: 2}
    for device in (red, blue):
        last = world.last(device)
        assert isinstance(last, lines.SayEnded)
        assert last.detail == "VP8 only"


async def test_a_lost_line_ends_the_call() -> None:
    world = World()
    red, blue, *_ = await talking(world)
    world.drop(blue)
    await world.quiet()
    assert world.views.ended == {Cause.NETWORK_ERROR: 2}
    assert world.heard(red)[-1] == "SayEnded"


async def test_the_same_call_again_is_the_same_call() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    await world.call(red)
    assert world.heard(blue) == ["SayIncoming"]
    assert len(world.engine.of(wire.OpenPipe)) == 1
    await world.exchange.hangup(red, caller)
    await world.quiet()
    with pytest.raises(Refused, match="taken"):
        await world.call(red)
    assert world.views.leg_of(red.id) is None
    await world.call(red, call_id="another")
    assert world.heard(blue)[-1] == "SayIncoming"


async def test_a_caller_that_cancels_at_once_is_heard_as_that() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = LegId("c" * 8)
    await world.exchange.call(red, caller, "blue", proposal("offer"))
    await world.exchange.hangup(red, caller)
    await world.quiet()
    assert set(world.views.ended) == {Cause.CANCELLED}
    assert world.heard(blue)[1:] in ([], ["SayEnded"])


async def test_accepting_what_is_cancelled_at_the_same_time() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    callee = world.incoming(blue)
    await asyncio.gather(
        world.exchange.accept(blue, callee, proposal("accept")),
        world.exchange.hangup(red, caller),
    )
    await world.quiet()
    ended = [world.last(red), world.last(blue)]
    assert [e.cause for e in ended if isinstance(e, lines.SayEnded)] == [
        Cause.CANCELLED,
        Cause.CANCELLED,
    ]


async def test_two_devices_accept_at_the_same_time() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    blues = [world.lines.connect(f"blue-{n}", "blue") for n in (1, 2)]
    caller = await world.call(red)
    await world.connected(caller)
    legs = [world.incoming(blue) for blue in blues]
    await asyncio.gather(
        *(
            world.exchange.accept(blue, leg, proposal("accept"))
            for blue, leg in zip(blues, legs, strict=True)
        )
    )
    await world.connected(*legs)
    assert world.views.ended == {Cause.ANSWERED_ELSEWHERE: 1}
    assert sorted(world.heard(blue)[-1] for blue in blues) == [
        "SayEnded",
        "SayEstablished",
    ]


# ------------------------------------------------------------- whose call it is


async def test_nobody_touches_what_is_not_theirs() -> None:
    world = World()
    _, _, caller, callee = await talking(world)
    thief = world.lines.connect("blue-2", "blue")
    stranger = world.lines.connect("x-1", "blue", THEM)
    exchange = world.exchange
    logged = await world.log.last_position()
    for who in (thief, stranger):
        for leg in (caller, callee, LegId("no such call")):
            attempts = [
                exchange.ringing(who, leg),
                exchange.accept(who, leg, proposal("evil")),
                exchange.decline(who, leg, everywhere=True),
                exchange.hangup(who, leg),
                exchange.mute(who, leg, muted=True),
                exchange.show(who, leg, Picture.SCREEN, on=True),
            ]
            for attempt in attempts:
                with pytest.raises(Refused, match="There is no such call"):
                    await attempt
            with pytest.raises(Refused, match="There is no such call"):
                exchange.answer(who, leg, 0, 1, "evil")
            with pytest.raises(Refused, match="There is no such call"):
                exchange.renegotiate(who, leg, 0, ["CAMERA"])
    assert await world.log.last_position() == logged


async def test_the_same_id_in_another_account_harms_nobody() -> None:
    world = World()
    red, _, caller, _ = await talking(world)
    stranger = world.lines.connect("x-1", "red", THEM)
    with pytest.raises(Refused, match="taken"):
        await world.call(stranger, "blue", caller)
    assert world.views.leg(US, caller) is not None
    assert world.views.leg(THEM, caller) is None
    assert world.views.leg_of(stranger.id) is None
    await world.exchange.mute(red, caller, muted=True)


async def test_accounts_do_not_reach_each_other() -> None:
    world = World()
    stranger = world.lines.connect("x-1", "stranger", THEM)
    blue = world.lines.connect("blue-1", "blue")
    await world.call(stranger, "blue")
    ended = world.last(stranger)
    assert isinstance(ended, lines.SayEnded)
    assert ended.cause is Cause.DESTINATION_NOT_FOUND
    assert world.heard(blue) == []


# ------------------------------------------------------------------- bad input


@pytest.mark.parametrize("to", ["", "ab", "x" * 65, "a b c", "me@home", "a:b:c"])
async def test_an_impossible_destination(to: str) -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    with pytest.raises(Refused) as refused:
        await world.call(red, to)
    assert refused.value.code is Cause.INVALID_DESTINATION
    assert await world.log.last_position() == 0


async def test_one_call_at_a_time() -> None:
    world = World()
    red, *_ = await talking(world)
    with pytest.raises(Refused, match="in a call already"):
        await world.call(red, "blue", "another")


async def test_too_much_custom_data() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    much = proposal("x", {"a": "b" * 70_000})
    with pytest.raises(Refused, match="65536 characters"):
        await world.exchange.call(red, LegId("r"), "blue", much)


async def test_a_device_that_is_gone_cannot_call() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    world.drop(red)
    with pytest.raises(Refused, match="not connected"):
        await world.call(red)


async def test_custom_data_is_beside_the_log_and_can_be_erased() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    world.lines.connect("blue-1", "blue")
    secret = proposal("r", {"note": "my secret"})
    await world.exchange.call(red, LegId("r"), "blue", secret)
    await world.quiet()
    rows = await world.log.read_after(0, 100)
    assert not any(b"secret" in row.entry.payload for row in rows)
    assert not any(b"sdp" in row.entry.payload for row in rows)
    leg = world.views.leg(US, LegId("r"))
    assert leg is not None
    assert leg.wishes.custom_data is not None
    key = leg.wishes.custom_data
    assert await world.log.text(US, key) == '{"note":"my secret"}'
    assert await world.log.text(THEM, key) is None
    assert await world.log.erase_text(US, key)
    assert await world.log.text(US, key) is None
