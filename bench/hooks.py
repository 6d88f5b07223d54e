"""How many signed webhooks a second leave, to a receiver on the other core.

Outbox, courses and delivery log are in SQLite, requests go over TCP on loopback; the
receiver reads each and answers 200.  Every event is there before the clock starts, ten
of each of many calls, so order within a call holds and calls go side by side.
*beside a dead one*: another subscription wants the same events, and nobody listens
where it leads.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from bench.figures import Figure
from bench.storage import RESULTS
from ringway.adapters.clock_system import SystemClock
from ringway.adapters.sealing_aes import AesSeal, new_key
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.deliveries import SqlDeliveries
from ringway.adapters.sql.outbox import SqlOutbox, put_events
from ringway.adapters.sql.subscriptions import SqlSubscriptions
from ringway.domain.values import AccountId
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Egress
from ringway.ports.deliveries import Result
from ringway.ports.outbox import Mark, PublicEvent
from ringway.ports.subscriptions import Book, Profile, Subscription
from ringway.runtime.tail import Tail

RUNS = 5
CALLS = 400
EACH = 10
"""Events of each call."""
WINDOW = 100
BODY = b'{"type":"CALL_RECEIVED","filler":"%s"}' % (b"x" * 1_000)
ACCOUNT = AccountId("bench")
HERE = [ipaddress.ip_network("127.0.0.1")]
RECEIVER = """
import asyncio, os, sys, uvloop

class Receiver(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.heard = transport, b""

    def data_received(self, data):
        self.heard += data
        while True:
            head, found, rest = self.heard.partition(b"\\r\\n\\r\\n")
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            if len(rest) < length:
                return
            self.heard = rest[length:]
            self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
uvloop.run(main())
"""


def measure() -> Sequence[Figure]:
    """One receiver; then another one beside it that is dead."""
    alone, cost, beside = [], [], []
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        for _ in range(RUNS):
            rate, used = uvloop.run(_delivered(dead=False))
            alone.append(rate)
            cost.append(used)
            beside.append(uvloop.run(_delivered(dead=True))[0])
    finally:
        os.sched_setaffinity(0, cores)
    return (
        Figure("webhooks, signed", "1/s", alone),
        Figure("webhooks: time on a core of each", "µs", cost),
        Figure("webhooks, beside a dead one", "1/s", beside),
    )


async def _delivered(*, dead: bool) -> tuple[float, float]:
    """Give webhooks a second, and microseconds on a core for each."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        database = await Database.open(Path(folder))
        try:
            async with _receiver() as port:
                return await _measured(database, port, dead=dead)
        finally:
            await database.close()


@asynccontextmanager
async def _receiver() -> AsyncIterator[int]:
    process = subprocess.Popen(  # noqa: ASYNC220, S603 -- before the clock starts
        [sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(await asyncio.to_thread(process.stdout.readline))
    finally:
        process.kill()
        process.wait()


async def _measured(
    database: Database, port: int, *, dead: bool
) -> tuple[float, float]:
    await SqlCatalog(database).open_account(ACCOUNT, "Bench", 1)
    books = SqlSubscriptions(database, AesSeal(dict([new_key()])))
    ports = {"works": port}
    if dead:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            ports["dead"] = unused.getsockname()[1]
    await books.edit(ACCOUNT, lambda _: _book(ports))
    clock = SystemClock()
    outbox = SqlOutbox(database)
    tail = Tail(outbox)
    await tail.open()
    egress = Egress("Ringway/bench", HERE)
    dispatch = Dispatch(
        tail=tail,
        outbox=outbox,
        subscriptions=books,
        deliveries=SqlDeliveries(database),
        egress=egress,
        clock=clock,
    )
    count = CALLS * EACH
    events = [_event(number, clock.now()) for number in range(count)]
    await database.write(lambda c: put_events(c, events))
    began, used = time.perf_counter(), time.process_time()
    await dispatch.open()
    tail.grown()
    while dispatch.depot.attempts[Result.DELIVERED] < count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await dispatch.depot.ledger.write()
    took, used = time.perf_counter() - began, time.process_time() - used
    await dispatch.close()
    await egress.close()
    if dispatch.tasks.faults:
        raise RuntimeError("The dispatch has had a fault.")
    return count / took, used / count * 1e6


def _book(ports: dict[str, int]) -> Book:
    profiles, subscriptions = {}, {}
    for name, port in ports.items():
        url = f"http://127.0.0.1:{port}/events"
        profiles[name] = Profile(name, 1, bytes(32), url, window_size=WINDOW)
        subscriptions[name] = Subscription(
            name, name, Mark(0, 0), 1, name, ("CALL_RECEIVED",)
        )
    return Book(subscriptions, profiles)


def _event(number: int, at: int) -> PublicEvent:
    return PublicEvent(
        account=ACCOUNT,
        position=number + 1,
        index=0,
        type="CALL_RECEIVED",
        configuration=None,
        application=None,
        entity=None,
        subject=f"call-{number % CALLS}",
        at=at,
        trace="0" * 31 + "1",
        payload=BODY,
    )
