"""Rooms of many silent listeners: what one of them costs does not depend on how many."""

from __future__ import annotations

from ringway.domain.leg_state import CallState
from ringway.domain.values import Device, LegId, Way
from ringway.ports import engine_messages as wire
from ringway.ports.lines import SayParticipant, SayParticipantLeft, SayRoomJoined
from ringway.runtime.exchange import Proposal
from tests.runtime.world import US, World, proposal

LISTENER = Proposal(
    "sdp", [], auto_reconnect=True, way=Way.RECEIVE, participant_events=False
)
PEOPLE = 200


class Hall(World):
    """One who speaks and is told of the others, and many who listen."""

    def __init__(self) -> None:
        super().__init__()
        self.room_size = PEOPLE + 1

    async def begin(self) -> tuple[Device, LegId]:
        speaker, leg = self.lines.connect("speaker", "speaker"), LegId("speaker")
        await self.exchange.join(speaker, leg, "hall", proposal("speaker"))
        await self.connected(leg)
        return speaker, leg

    async def listen(self, number: int) -> tuple[Device, LegId]:
        name = f"ear-{number}"
        device, leg = self.lines.connect(name, name), LegId(name)
        await self.exchange.join(device, leg, "hall", LISTENER)
        await self.connected(leg)
        return device, leg

    async def fill(self) -> list[tuple[Device, LegId]]:
        return [await self.listen(number) for number in range(PEOPLE)]

    def work(self) -> tuple[int, int, int]:
        """What was said, ordered and logged so far."""
        said = sum(map(len, self.lines.said.values()))
        return said, len(self.engine.orders), len(self.log._recorded)  # noqa: SLF001


async def test_the_last_listener_costs_what_the_first_did() -> None:
    hall = Hall()
    await hall.begin()
    costs = []
    for number in range(PEOPLE):
        before = hall.work()
        await hall.listen(number)
        after = hall.work()
        costs.append(tuple(b - a for a, b in zip(before, after, strict=True)))
    # Two to the speaker, one to the listener; a pipe opened, and attached when it is
    # seated and when it is connected; the leg's and the room's events.
    assert set(costs) == {(3, 3, 7)}


async def test_a_silent_listener_hears_of_nobody_and_is_told_of_by_who_wants() -> None:
    hall = Hall()
    speaker, _ = await hall.begin()
    listeners = await hall.fill()
    for device, _ in listeners:
        (joined,) = hall.lines.said[device.id]
        assert isinstance(joined, SayRoomJoined)
        assert joined.room.participants == ()
    device, leg = listeners[0]
    await hall.exchange.hangup(device, leg)
    await hall.quiet()
    told = hall.lines.said[speaker.id]
    assert sum(isinstance(it, SayParticipant) for it in told) == 2 * PEOPLE
    assert sum(isinstance(it, SayParticipantLeft) for it in told) == 1
    assert all(len(hall.lines.said[it.id]) == 1 for it, _ in listeners[1:])


async def test_who_speaks_and_is_muted_is_told_to_nobody_silent() -> None:
    hall = Hall()
    speaker, leg = await hall.begin()
    listeners = await hall.fill()
    before = hall.work()
    await hall.exchange.mute(speaker, leg, muted=True)
    hall.newsroom.hear(wire.Talking(1, leg, 0, talking=True))
    await hall.quiet()
    said, orders, _ = (b - a for a, b in zip(before, hall.work(), strict=True))
    assert (said, orders) == (1, 0), "it hears itself talk"
    assert all(len(hall.lines.said[it.id]) == 1 for it, _ in listeners)


async def test_counts_are_kept_not_made() -> None:
    hall = Hall()
    await hall.begin()
    listeners = await hall.fill()
    hall.newsroom.hear(wire.Interrupted(1, listeners[0][1], 0))
    await hall.quiet()
    assert hall.views.states() == {CallState.ESTABLISHED: PEOPLE + 1}
    assert hall.views.without_media == 1
    room = hall.views.room(US, "hall")
    assert room is not None
    assert room.size == PEOPLE + 1
    for device, leg in listeners:
        await hall.exchange.hangup(device, leg)
    await hall.quiet()
    assert hall.views.states() == {CallState.ESTABLISHED: 1}
    assert hall.views.without_media == 0
    (left,) = hall.views.rooms()
    assert left.size == 1
