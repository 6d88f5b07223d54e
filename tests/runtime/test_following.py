"""Rows of meetings, public events and asides: one transaction, in order, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.clock_manual import ManualClock
from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.adapters.meetings_memory import MemoryMeetings
from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.meetings import SqlMeetings
from ringway.adapters.sql.outbox import SqlOutbox
from ringway.domain import bridge_messages as bm
from ringway.domain import leg_requests as lr
from ringway.domain.bridge_state import DialogState
from ringway.domain.causes import Cause
from ringway.domain.values import LegId, Meeting, TextKey
from ringway.ports.calls import Batch, WantedCalls
from ringway.ports.event_log import Text
from ringway.ports.meetings import ParticipantState, WantedMeetings
from ringway.ports.outbox import BEGINNING, PublicEvent
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.public.events import publisher, talked
from ringway.runtime import call_follower
from ringway.runtime.actor import RETRY
from ringway.runtime.call_follower import GATHER_TIME, MAX_ASIDES, CallFollower
from tests.public.walk import NOON, SHOP, US, Walk

MUCH = 9999


class Failing(MemoryCalls):
    """Fails as often as the test says: before the commit, or after it."""

    failures: tuple[str, ...] = ()

    async def apply(self, batch: Batch) -> bool:
        failure, self.failures = "".join(self.failures[:1]), self.failures[1:]
        if failure == "before":
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        done = await super().apply(batch)
        if failure == "after":
            raise StorageUnavailable(Trouble.LOCKED, "Nobody knows.")
        return done


class Following:
    """A follower in memory, and the log it follows."""

    def __init__(self) -> None:
        self.log, self.clock = MemoryEventLog(), ManualClock()
        self.meetings, self.outbox = MemoryMeetings(), MemoryOutbox()
        self.calls = Failing(self.meetings, self.outbox)
        self.follower = CallFollower(
            self.log,
            self.calls,
            self.meetings,
            self.clock,
            publish=publisher(lambda: "https://api.example.test"),
        )
        self.woken = 0
        self.follower.written = self._wake

    def _wake(self) -> None:
        self.woken += 1

    async def hear(self, walk: Walk, *texts: Text) -> None:
        """Bring what is new of the walk into the log."""
        known = await self.log.last_position()
        new = [it.entry for it in walk.recorded[known:]]
        if new:
            (*_, last) = await self.log.append(new, texts)
            self.follower.appended(last)

    async def told(self) -> tuple[PublicEvent, ...]:
        return await self.outbox.read_after(BEGINNING, MUCH)


def story() -> Walk:
    """A conference of two, of whom one is muted and leaves, and a dialog."""
    walk = Walk()
    for name in ("ann", "bob"):
        walk.comes(name)
        walk.leg(name, lr.PickUp())
        walk.connected(name)
    walk.confers("room", "ann", "bob")
    walk.bridge("room", bm.Restrain(LegId("ann"), muted=True))
    walk.bridge("room", bm.Remove(LegId("ann")))
    walk.bridge("room", bm.Close(Cause.NORMAL_HANGUP))
    walk.pairs("pair", "ann", "cyd", new=True)
    walk.rings("cyd")
    walk.accepts("cyd")
    walk.connected("cyd")
    walk.leg("cyd", lr.Release())
    return walk


async def test_a_story_has_true_rows_and_events() -> None:
    it = Following()
    await it.hear(story(), Text(US, TextKey("ann/custom-data"), '{"cart": "7"}'))
    await it.follower.catch_up()
    wanted = WantedMeetings(kind=Meeting.CONFERENCE)
    (room,) = (await it.meetings.history(US, wanted)).rows
    assert (room.owner, room.name) == (SHOP, "the room")
    stays = room.participants
    assert [stay.state for stay in stays] == [ParticipantState.LEFT] * 2
    assert [stay.leg for stay in stays] == ["ann", "bob"]
    assert all(stay.joined_at and stay.left_at for stay in stays)
    pairs = WantedMeetings(kind=Meeting.DIALOG, child=LegId("cyd"))
    (pair,) = (await it.meetings.history(US, pairs)).rows
    assert (pair.state, pair.parent) == (DialogState.FINISHED, "ann")
    ended = await it.calls.history(US, WantedCalls(dialog=pair.id))
    assert {row.id for row in ended.rows} == {"ann", "cyd"}
    told = await it.told()
    assert [event.type for event in told][:2] == ["CALL_RECEIVED", "CALL_ESTABLISHED"]
    first = json.loads(told[0].payload)
    assert first["properties"]["call"]["customData"] == {"cart": "7"}
    assert it.woken == 1


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
async def test_batches_make_no_difference(
    batch: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also when each follower dies after one, and the rows are in a database."""
    walk, whole = story(), Following()
    await whole.hear(walk)
    await whole.follower.catch_up()
    monkeypatch.setattr(call_follower, "BATCH", batch)
    database = await Database.open(tmp_path)
    calls, meetings = SqlCalls(database), SqlMeetings(database)
    for _ in range(len(walk.recorded)):
        dies = CallFollower(
            whole.log,
            calls,
            meetings,
            whole.clock,
            publish=publisher(lambda: "https://api.example.test"),
        )
        await dies.apply_some()
        await dies.close()
    assert await SqlOutbox(database).read_after(BEGINNING, MUCH) == await whole.told()
    for kind in (Meeting.CONFERENCE, Meeting.DIALOG):
        wanted = WantedMeetings(kind=kind)
        expected = await whole.meetings.history(US, wanted)
        assert expected.total == 1
        assert await meetings.history(US, wanted) == expected
    expected_calls = await whole.calls.list(US)
    assert await calls.list(US) == expected_calls
    await database.close()


async def test_what_follows_one_that_goes_on_needs_no_look_at_the_rows() -> None:
    """It remembers what is live: a batch reads nothing that it wrote itself."""
    it, walk = Following(), Walk()
    walk.comes("ann")
    await it.hear(walk)
    await it.follower.catch_up()
    asked: list[object] = []
    known = it.calls.known

    async def noted(keys: object) -> object:
        asked.append(keys)
        return await known(keys)  # type: ignore[arg-type]

    it.calls.known = noted  # type: ignore[method-assign, assignment]
    walk.leg("ann", lr.PickUp())
    await it.hear(walk)
    await it.follower.catch_up()
    assert [bool(keys) for keys in asked] == [False]


@pytest.mark.parametrize("failure", ["before", "after"])
async def test_a_write_that_fails_tells_nothing_twice(failure: str) -> None:
    it, expected = Following(), Following()
    for one in (it, expected):
        await one.hear(story())
    await expected.follower.catch_up()
    it.calls.failures = (failure,)
    await it.follower.open()
    it.clock.move(GATHER_TIME)
    await it.follower.tasks.quiet()
    it.clock.move(RETRY)
    await it.follower.tasks.quiet()
    assert it.follower.lag == 0
    assert await it.told() == await expected.told()


async def test_talking_is_behind_what_is_in_the_log_already() -> None:
    it, walk = Following(), Walk()
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.connected("ann")
    walk.confers("room", "ann")
    await it.hear(walk)
    for started in (True, False):
        make = talked(walk.bridges[0], LegId("ann"), started, NOON, "0" * 32)
        it.follower.aside(make)
    assert await it.told() == ()
    it.clock.move(GATHER_TIME)
    await it.follower.tasks.quiet()
    types = [event.type for event in await it.told()]
    assert types[-3:] == [
        "PARTICIPANT_JOINED",
        "PARTICIPANT_STARTED_TALKING",
        "PARTICIPANT_STOPPED_TALKING",
    ]
    # Later ones of the same position, and what comes next in the log, are behind.
    it.follower.aside(talked(walk.bridges[0], LegId("ann"), True, NOON, "0" * 32))
    await it.follower.catch_up()
    walk.bridge("room", bm.Close(Cause.NORMAL_HANGUP))
    await it.hear(walk)
    await it.follower.catch_up()
    types = [event.type for event in await it.told()]
    assert types[-4] == "PARTICIPANT_STARTED_TALKING"
    marks = [event.mark for event in await it.told()]
    assert marks == sorted(set(marks))


async def test_of_too_many_asides_the_new_ones_are_dropped() -> None:
    it, walk = Following(), Walk()
    walk.comes("ann")
    walk.leg("ann", lr.PickUp())
    walk.confers("room", "ann")
    make = talked(walk.bridges[0], LegId("ann"), True, NOON, "0" * 32)
    for _ in range(MAX_ASIDES + 1):
        it.follower.aside(make)
    await it.follower.catch_up()
    assert len(await it.told()) == MAX_ASIDES


async def test_an_erased_text_is_not_told() -> None:
    it, walk = Following(), Walk()
    walk.comes("ann")
    key = TextKey("ann/custom-data")
    await it.hear(walk, Text(US, key, '{"cart": "7"}'))
    assert await it.log.erase_text(US, key)
    await it.follower.catch_up()
    (received,) = await it.told()
    assert b"customData" not in received.payload
