"""The calls of applications, from the desk and from the devices they ring."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ringway.domain import leg_events
from ringway.domain.actions import Action, ActionKind
from ringway.domain.causes import Cause, Refused
from ringway.domain.leg_requests import (
    AcceptTransfer,
    Act,
    Annotate,
    OfferTransfer,
    PickUp,
    PreAnswer,
    Release,
    SendRinging,
)
from ringway.domain.leg_state import Leg, Phase
from ringway.domain.values import (
    SECOND,
    ConfigurationId,
    Device,
    Endpoint,
    EndpointType,
    LegId,
    Look,
    Owner,
    Recording,
    RecordingRight,
    RecordingTerms,
    Source,
    Terms,
    TextKey,
)
from ringway.ports import engine_messages as wire
from ringway.ports import lines
from ringway.runtime.application import MAX_MESSAGE, NewCall, NoSuchCall
from ringway.runtime.codec import decode
from tests.runtime.world import THEM, US, World, proposal

SHOP = Owner(ConfigurationId("shop"), "app", "entity")
BLUE = Endpoint(EndpointType.WEBRTC, "blue")
TO_BLUE = NewCall(BLUE, SHOP, "shop", "The shop")
CALL = LegId("c" * 8)
NOTHING_ON_IT = TextKey("")


def live(world: World, call: LegId) -> Leg:
    found = world.views.leg(US, call)
    assert found is not None, f"{call} is over"
    return found


async def received(world: World, device: Device, to: str = "shop") -> LegId:
    """Let a device call an application."""
    owner = replace(SHOP, configuration=ConfigurationId(to))
    offer = proposal("offer", {"order": "7"})
    await world.exchange.call_application(device, CALL, owner, offer)
    await world.quiet()
    return CALL


async def dialled(world: World, call: NewCall = TO_BLUE) -> LegId:
    made = await world.desk.create_call(US, call)
    await world.quiet()
    return made


async def told(world: World) -> list[str]:
    """Give what is in the log of the only call."""
    recorded = await world.log.read_after(0, 1000)
    return [each.entry.type for each in recorded]


# ----------------------------------------------------------------- inbound


async def test_a_call_to_an_application_waits_for_it() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    call = await received(world, red)
    leg = live(world, call)
    assert (leg.owner, leg.phase) == (SHOP, Phase.CALLING)
    data = await world.desk.custom_data(US, leg.custom_data)
    assert data == {"order": "7"}
    await world.desk.command(US, call, SendRinging())
    assert world.heard(red) == ["SayRang"]
    await world.desk.command(US, call, PreAnswer(), {"order": "8"})
    assert live(world, call).phase is Phase.RINGING, "media is not there yet"
    await world.connected(call)
    assert live(world, call).phase is Phase.PRE_ESTABLISHED
    assert world.last(red) == lines.SayEarlyMedia(call)
    key = live(world, call).custom_data
    assert await world.desk.custom_data(US, key) == {"order": "8"}
    await world.desk.command(US, call, PickUp())
    assert world.last(red) == lines.SayEstablished(call, world.clock.now(), Look(), {})
    await world.desk.command(US, call, Release())
    ended = world.last(red)
    assert isinstance(ended, lines.SayEnded)
    assert ended.cause is Cause.NORMAL_HANGUP
    assert world.house.effects.cargo.size == 0
    with pytest.raises(NoSuchCall):
        await world.desk.command(US, call, Release())


async def test_who_calls_no_application_hears_why() -> None:
    for to, cause in (
        ("nobody", Cause.DESTINATION_NOT_FOUND),
        ("conversations", Cause.FEATURE_UNAVAILABLE),
    ):
        world = World()
        red = world.lines.connect("red-1", "red")
        await received(world, red, to)
        ended = world.last(red)
        assert isinstance(ended, lines.SayEnded)
        assert ended.cause is cause
        assert ended.detail.endswith(".")
        assert world.views.all_legs() == ()


async def test_an_application_that_says_nothing_has_not_answered() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    await received(world, red)
    await world.pass_time(60)
    ended = world.last(red)
    assert isinstance(ended, lines.SayEnded)
    assert ended.cause is Cause.NO_ANSWER


async def test_an_application_that_cannot_be_looked_up_is_looked_up_again() -> None:
    world = World()
    world.shelf_full = True
    call = await received(world, world.lines.connect("red-1", "red"))
    assert live(world, call).owner is None
    after = World(world)
    after.lines.devices = world.lines.devices
    after.shelf_full = True
    await after.recover()
    after.shelf_full = False
    await after.pass_time(1)
    assert live(after, call).owner == SHOP, "with the names its caller has tagged it"


# ---------------------------------------------------------------- outbound


async def test_every_free_device_of_a_person_rings_with_one_call() -> None:
    world = World()
    one, two, three = (world.lines.connect(f"blue-{n}", "blue") for n in (1, 2, 3))
    call = await dialled(world, replace(TO_BLUE, custom_data={"order": "7"}))
    for device in (one, two, three):
        incoming = lines.SayIncomingApplication(
            call,
            SHOP.configuration,
            Endpoint(EndpointType.APPLICATION, "shop", "The shop"),
            False,
            {"order": "7"},
        )
        assert world.lines.said[device.id] == [incoming]
        assert world.views.is_busy(device.id)
    await world.exchange.ringing(two, call)
    await world.quiet()
    assert live(world, call).phase is Phase.RINGING
    await world.exchange.decline(one, call)
    await world.quiet()
    assert isinstance(world.last(one), lines.SayEnded)
    assert not world.views.is_busy(one.id), "it can be called again at once"
    await world.exchange.accept(two, call, proposal("accept"))
    await world.quiet()
    elsewhere = world.last(three)
    assert isinstance(elsewhere, lines.SayEnded)
    assert elsewhere.cause is Cause.ANSWERED_ELSEWHERE
    assert not world.views.is_busy(three.id)
    assert live(world, call).device == two.id
    with pytest.raises(Refused, match="no such call"):
        await world.exchange.accept(three, call, proposal("late"))
    await world.connected(call)
    assert isinstance(world.last(two), lines.SayEstablished)
    await world.exchange.hangup(two, call)
    assert world.views.all_legs() == ()
    assert await world.log.live_streams() == ()


async def test_two_who_accept_at_once_are_one() -> None:
    world = World()
    one, two = (world.lines.connect(f"blue-{n}", "blue") for n in (1, 2))
    call = await dialled(world)
    came = await asyncio.gather(
        *(world.exchange.accept(it, call, proposal(it.id)) for it in (one, two)),
        return_exceptions=True,
    )
    assert [type(it) for it in came].count(Refused) == 1
    opened = world.engine.of(wire.OpenPipe)
    assert len(opened) == 1
    assert live(world, call).device == (two.id if came[0] else one.id)


async def test_the_last_device_that_goes_ends_the_call_with_the_best_reason() -> None:
    world = World()
    one, two = (world.lines.connect(f"blue-{n}", "blue") for n in (1, 2))
    call = await dialled(world)
    await world.exchange.decline(one, call)
    world.drop(two)
    await world.quiet()
    assert world.views.cause(US, call) is Cause.REJECTED


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (TO_BLUE, Cause.DESTINATION_UNAVAILABLE),
        (
            replace(TO_BLUE, endpoint=Endpoint(EndpointType.WEBRTC, "grey")),
            Cause.DESTINATION_NOT_FOUND,
        ),
        (
            replace(TO_BLUE, endpoint=Endpoint(EndpointType.WEBRTC, "?")),
            Cause.INVALID_DESTINATION,
        ),
        *(
            (
                replace(TO_BLUE, endpoint=Endpoint(kind, "41793026727")),
                Cause.FEATURE_UNAVAILABLE,
            )
            for kind in (
                EndpointType.PHONE,
                EndpointType.SIP,
                EndpointType.VIBER,
                EndpointType.WHATSAPP,
                EndpointType.WEBSOCKET,
            )
        ),
    ],
)
async def test_who_cannot_be_reached(call: NewCall, cause: Cause) -> None:
    world = World()
    made = await dialled(world, call)
    assert world.views.cause(US, made) is cause
    assert await told(world) == ["Created", "Ended"]


async def test_a_person_in_a_call_is_busy_and_a_second_device_is_not() -> None:
    world = World()
    world.lines.connect("blue-1", "blue")
    first = await dialled(world)
    assert world.views.cause(US, await dialled(world)) is Cause.BUSY
    new = world.lines.connect("blue-2", "blue")
    second = await dialled(world)
    assert live(world, second).ringing == (new.id,)
    assert live(world, first).ringing == ("blue-1",)


async def test_an_application_says_how_long_it_rings_and_lasts() -> None:
    world = World()
    blue = world.lines.connect("blue-1", "blue")
    terms = Terms(connect_time=10 * SECOND, max_duration=30 * SECOND)
    call = await dialled(world, replace(TO_BLUE, terms=terms))
    await world.pass_time(10)
    assert world.views.cause(US, call) is Cause.NO_ANSWER
    call = await dialled(world, replace(TO_BLUE, terms=terms))
    await world.exchange.accept(blue, call, proposal("accept"))
    await world.connected(call)
    await world.pass_time(29)
    live(world, call)
    await world.pass_time(1)
    ended = world.last(blue)
    assert isinstance(ended, lines.SayEnded)
    assert (ended.cause, ended.duration) == (Cause.MAX_DURATION_REACHED, 30)


async def test_the_same_call_made_again_is_the_same() -> None:
    world = World()
    blue = world.lines.connect("blue-1", "blue")
    for _ in range(2):
        await world.desk.create_call(US, TO_BLUE, CALL)
        await world.quiet()
    assert world.heard(blue) == ["SayIncomingApplication"]
    with pytest.raises(Refused, match="taken"):
        await world.desk.create_call(US, replace(TO_BLUE, source="other"), CALL)


async def test_a_call_that_could_not_be_logged_holds_no_device() -> None:
    world = World()
    blue = world.lines.connect("blue-1", "blue")
    world.log.full = True
    with pytest.raises(Exception, match="full"):
        await world.desk.create_call(US, TO_BLUE)
    await world.quiet()
    assert not world.views.is_busy(blue.id)
    world.log.full = False
    await dialled(world)
    assert world.heard(blue) == ["SayIncomingApplication"]


# --------------------------------------------------- what it may ask, and hear


async def established(world: World, terms: Terms | None = None) -> tuple[Device, LegId]:
    blue = world.lines.connect("blue-1", "blue")
    call = await dialled(world, replace(TO_BLUE, terms=terms or TO_BLUE.terms))
    await world.exchange.accept(blue, call, proposal("accept"))
    await world.connected(call)
    return blue, call


async def test_what_this_server_cannot_do_fails_as_an_event() -> None:
    world = World()
    _, call = await established(world)
    play = Act(Action(ActionKind.PLAY, detail="file-7"))
    await world.desk.command(US, call, play, {"step": "greeting"})
    recorded = (await world.log.read_after(0, 1000))[-2:]
    annotated, failed = (decode(each.entry) for each in recorded)
    assert isinstance(annotated, leg_events.Annotated)
    assert isinstance(failed, leg_events.ActionFailed)
    assert failed.cause is Cause.FEATURE_UNAVAILABLE
    assert failed.action == Action(ActionKind.PLAY, annotated.custom_data, "file-7")
    said = await world.desk.custom_data(US, failed.action.custom_data)
    assert said == {"step": "greeting"}
    with pytest.raises(Refused, match="nothing to stop"):
        await world.desk.command(US, call, Act(Action(ActionKind.STOP_PLAY)))


async def test_what_was_asked_for_with_the_call_fails_when_it_would_begin() -> None:
    world = World()
    terms = Terms(recording=RecordingTerms(Recording.AUDIO))
    await established(world, terms)
    assert (await told(world))[-1] == "ActionFailed"


async def test_each_change_of_custom_data_is_a_text_of_its_own() -> None:
    world = World()
    _, call = await established(world)
    keys = []
    for step in ("one", "two"):
        annotate = Annotate(NOTHING_ON_IT)
        await world.desk.command(US, call, annotate, {"step": step})
        key = live(world, call).custom_data
        assert key is not None
        keys.append(key)
    world.house.effects.cargo.drop(call)
    said = [await world.desk.custom_data(US, key) for key in keys]
    assert said == [{"step": "one"}, {"step": "two"}]
    annotate = Annotate(NOTHING_ON_IT)
    with pytest.raises(Refused, match="at most 65536"):
        await world.desk.command(US, call, annotate, {"k": "x" * 65536})
    with pytest.raises(Refused, match="no custom data"):
        await world.desk.command(US, call, Release(), {"k": "x"})


async def test_a_call_changes_hands() -> None:
    world = World()
    _, call = await established(world)
    other = Owner(ConfigurationId("other"))
    await world.desk.command(US, call, OfferTransfer("t1", other))
    await world.desk.command(US, call, OfferTransfer("t1", other))
    with pytest.raises(Refused, match="being transferred"):
        await world.desk.command(US, call, OfferTransfer("t2", other))
    await world.desk.command(US, call, AcceptTransfer("t1"))
    assert live(world, call).owner == other
    with pytest.raises(Refused, match="no such transfer"):
        await world.desk.command(US, call, AcceptTransfer("t1"))
    await world.desk.command(US, call, OfferTransfer("t3", SHOP, 5 * SECOND))
    await world.pass_time(5)
    assert (await told(world))[-1] == "TransferFailed"
    assert live(world, call).owner == other


async def test_messages_reach_the_client_and_nobody_elses() -> None:
    world = World()
    blue, call = await established(world)
    world.desk.say_message(US, [call], "Hello")
    assert world.last(blue) == lines.SayMessage(call, "Hello")
    with pytest.raises(NoSuchCall):
        world.desk.say_message(THEM, [call], "Hello")
    for bad in ("", "x" * (MAX_MESSAGE + 1)):
        with pytest.raises(Refused, match=str(MAX_MESSAGE)):
            world.desk.say_message(US, [call], bad)
    world.lines.connect("blue-2", "blue")
    ringing = await dialled(world)
    with pytest.raises(Refused, match="not established"):
        world.desk.say_message(US, [call, ringing], "Hello")
    assert world.heard(blue).count("SayMessage") == 1


async def test_the_calls_of_people_and_of_others_are_none() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    world.lines.connect("blue-1", "blue")
    person = await world.call(red, call_id="p" * 8)
    for account, call in ((US, person), (US, LegId("nobody"))):
        with pytest.raises(NoSuchCall):
            await world.desk.command(account, call, Release())
    world.lines.connect("blue-2", "blue")
    call = await dialled(world)
    with pytest.raises(NoSuchCall):
        await world.desk.command(THEM, call, Release())


# ------------------------------------------------------- when a party drops


async def test_a_lost_party_is_told_at_once_and_may_be_dialled_again() -> None:
    world = World()
    blue, call = await established(world)
    world.exchange.line_lost(blue)
    await world.quiet()
    world.newsroom.hear(wire.Interrupted(90, call, 0))
    await world.quiet()
    assert (await told(world)).count("Disconnected") == 1
    again = world.lines.connect("blue-2", "blue")
    second = await dialled(world)
    assert world.heard(again) == ["SayIncomingApplication"]
    assert live(world, second).ringing == (again.id,)
    world.exchange.line_back(blue)
    await world.quiet()
    assert "Reconnected" not in await told(world), "its media is not back"
    world.newsroom.hear(wire.Restored(91, call, 0))
    await world.quiet()
    assert (await told(world))[-1] == "Reconnected"


async def test_who_has_ended_a_call() -> None:
    for how, source in (
        ("hangup", Source.ENDPOINT),
        ("release", Source.API),
        ("gone", Source.ENDPOINT),
        ("overdue", Source.PLATFORM),
    ):
        world = World()
        terms = Terms(max_duration=30 * SECOND)
        blue, call = await established(world, terms)
        if how == "hangup":
            await world.exchange.hangup(blue, call)
        elif how == "release":
            await world.desk.command(US, call, Release())
        elif how == "gone":
            world.drop(blue)
        else:
            await world.pass_time(30)
        await world.quiet()
        last = decode((await world.log.read_after(0, 1000))[-1].entry)
        assert isinstance(last, leg_events.Ended)
        assert (last.source, last.phase) == (source, Phase.FINISHED), how


async def test_a_ringing_call_outlives_the_house() -> None:
    world = World()
    one, two = (world.lines.connect(f"blue-{n}", "blue") for n in (1, 2))
    call = await dialled(world)
    after = World(world)
    await after.recover()
    assert {it.id for it in after.lines.expected} == {one.id, two.id}
    for device in (one, two):
        after.lines.devices[device.id] = device
    await after.exchange.accept(one, call, proposal("accept"))
    await after.quiet()
    assert live(after, call).device == one.id
    await after.connected(call)
    assert live(after, call).phase is Phase.ESTABLISHED


async def test_what_a_token_says_of_recording_goes_with_the_call() -> None:
    world = World()
    red = world.lines.connect("red-1", "red")
    allowed = replace(red, recording=RecordingRight.ON_DEMAND)
    await received(world, allowed)
    assert live(world, CALL).wishes.capability is RecordingRight.ON_DEMAND
    blue = world.lines.connect("blue-1", "blue")
    call = await dialled(world)
    always = replace(blue, recording=RecordingRight.ALWAYS)
    await world.exchange.accept(always, call, proposal("accept"))
    assert live(world, call).wishes.capability is RecordingRight.ALWAYS
