"""What it costs to keep rows of a call and to tell its customer of it.

A call of an application from its begin to its end: its events are appended, the
follower makes rows and public events of them, and writes these.  Once with nothing
in the log, and once behind a million events of other calls.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import uvloop

from bench.figures import Figure
from bench.storage import RESULTS
from ringway.adapters.clock_system import SystemClock
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.adapters.sql.meetings import SqlMeetings
from ringway.adapters.sql.outbox import SqlOutbox
from ringway.domain.causes import Cause
from ringway.domain.effects import Kind
from ringway.domain.leg_events import (
    Accepted,
    Created,
    Ended,
    Established,
    MediaOpened,
    Rang,
    Reached,
)
from ringway.domain.leg_state import CallState, Phase
from ringway.domain.values import (
    NO_WISHES,
    SECOND,
    VOICE_ONLY,
    AccountId,
    ConfigurationId,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
    Source,
)
from ringway.ports.calls import WantedCalls
from ringway.ports.event_log import Entry, Stream
from ringway.ports.outbox import BEGINNING
from ringway.public.events import publisher
from ringway.runtime.call_follower import CallFollower
from ringway.runtime.codec import encode

RUNS = 5
CALLS = 200
"""Calls of one run."""
TOGETHER = 20
"""Calls whose events are appended before the follower looks."""
FILL = 1_000_000
"""Events of the calls before."""
AT_ONCE = 2000
"""Calls that are filled in at once."""
ACCOUNT = AccountId("bench")
OWNER = Owner(ConfigurationId("bench"), "web")
NOON = 1_763_726_400 * SECOND
PAGES = 50


@dataclass(frozen=True, eq=False)
class Place:
    """An open database, and who follows its log."""

    log: SqlEventLog
    calls: SqlCalls
    outbox: SqlOutbox
    follower: CallFollower


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    """Give an empty one, on the disk where the results are kept."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        database = await Database.open(Path(folder))
        log, calls = SqlEventLog(database), SqlCalls(database)
        follower = CallFollower(
            log,
            calls,
            SqlMeetings(database),
            SystemClock(),
            publish=publisher(lambda: "https://ringway.example"),
        )
        try:
            yield Place(log, calls, SqlOutbox(database), follower)
        finally:
            await follower.close()
            await log.close()
            await database.close()


def measure() -> Sequence[Figure]:
    """With an empty log and with a full one, in turns: the machine is the same."""
    return uvloop.run(_measured())


async def _measured() -> Sequence[Figure]:
    async with place() as full, place() as empty:
        numbers = count()
        events = len(list(_story(0)))
        for _ in range(FILL // events // AT_ONCE):
            await _written(full, numbers, AT_ONCE, AT_ONCE)
        if await full.log.last_position() < FILL - AT_ONCE * events:
            raise RuntimeError("The log is not full.")
        costs: dict[Place, list[float]] = {empty: [], full: []}
        pages: dict[Place, list[float]] = {empty: [], full: []}
        for run in range(RUNS + 1):
            for it in (empty, full):
                cost, page = await _cost(it, numbers), await _page(it)
                if run:  # what is done once is done by then
                    costs[it].append(cost)
                    pages[it].append(page)
        if not await full.outbox.read_of(ACCOUNT, BEGINNING, 1):
            raise RuntimeError("Nobody was told.")
        return (
            Figure("rows and events of a call, empty log", "ms", costs[empty]),
            Figure("rows and events of a call, a million events", "ms", costs[full]),
            Figure("page of a history, few calls", "ms", pages[empty]),
            Figure(f"page of a history, {FILL // events} calls", "ms", pages[full]),
        )


async def _cost(it: Place, numbers: Iterator[int]) -> float:
    began = time.perf_counter()
    await _written(it, numbers, CALLS)
    return (time.perf_counter() - began) * 1000 / CALLS


async def _written(
    it: Place, numbers: Iterator[int], calls: int, together: int = TOGETHER
) -> None:
    for _ in range(calls // together):
        some = (next(numbers) for _ in range(together))
        entries = [entry for number in some for entry in _story(number)]
        await it.log.append(entries)
        await it.follower.catch_up()


async def _page(it: Place) -> float:
    wanted: list[Callable[[], WantedCalls]] = [
        WantedCalls,
        lambda: WantedCalls(state=CallState.FINISHED),
        lambda: WantedCalls(configuration=OWNER.configuration),
    ]
    began = time.perf_counter()
    for number in range(PAGES):
        page = await it.calls.history(ACCOUNT, wanted[number % 3](), size=20)
        if len(page.rows) < 20 or not page.total:  # noqa: PLR2004 -- what was asked
            raise RuntimeError("The page is not full.")
    return (time.perf_counter() - began) * 1000 / PAGES


def _story(number: int) -> Iterator[Entry]:
    """Give the events of one call, from its begin to its end."""
    name = f"{number:08x}-0000-8000-8000-{number:012x}"
    begins = NOON + number * SECOND
    party = Endpoint(EndpointType.WEBRTC, f"somebody-{number % 1000}", "Somebody")
    device = DeviceId(f"device-{number}")
    events = (
        Created(
            LegId(name),
            ACCOUNT,
            Direction.OUTBOUND,
            party,
            Endpoint(EndpointType.APPLICATION, "shop line"),
            None,
            begins,
            False,
            NO_WISHES,
            VOICE_ONLY,
            VOICE_ONLY,
            None,
            None,
            OWNER,
        ),
        Reached((device,)),
        Rang(begins + SECOND),
        Accepted(begins + 5 * SECOND, NO_WISHES, VOICE_ONLY, device),
        MediaOpened(0),
        Established(begins + 6 * SECOND),
        Ended(
            Phase.FINISHED,
            Cause.NORMAL_HANGUP,
            begins + 66 * SECOND,
            begins + 6 * SECOND,
            60,
            None,
            source=Source.API,
        ),
    )
    stream = Stream(ACCOUNT, Kind.LEG, name)
    for version, event in enumerate(events, 1):
        type_, type_version, payload = encode(Kind.LEG, event)
        ends = isinstance(event, Ended)
        yield Entry(
            stream, version, type_, type_version, begins, "0" * 32, payload, ends
        )
