"""Subscriptions, events and a dispatch in memory, with a clock that is moved."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from ringway.adapters.clock_manual import ManualClock
from ringway.adapters.deliveries_memory import MemoryDeliveries
from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.adapters.subscriptions_memory import MemorySubscriptions
from ringway.domain.values import AccountId, ConfigurationId
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Egress
from ringway.ports.outbox import Mark, PublicEvent
from ringway.ports.subscriptions import (
    Book,
    Credentials,
    Profile,
    Security,
    Subscription,
)
from ringway.runtime.tail import Tail

MAIN = AccountId("main")
HERE = [ipaddress.ip_network("127.0.0.0/8")]
SECRET = bytes(range(32))
PATIENCE_S = 30.0


def profile(url: str, **more: object) -> Profile:
    made = Profile("p", 1, SECRET, url, connect_timeout=2000, read_timeout=2000)
    return msgspec.structs.replace(made, **more)


def subscription(name: str = "s", **more: object) -> Subscription:
    made = Subscription(name, f"course-{name}", Mark(0, 0), 1, "p", ("CALL_RECEIVED",))
    return msgspec.structs.replace(made, **more)


def book(
    to: Profile, *these: Subscription, credentials: Credentials | None = None
) -> Book:
    security = {}
    if credentials is not None:
        to = msgspec.structs.replace(to, security="how")
        security = {"how": Security("how", 1, credentials)}
    of = these or (subscription(),)
    return Book({it.id: it for it in of}, {to.id: to}, security)


@dataclass(slots=True)
class World:
    """All that lies around a dispatch; it can be stopped and started again."""

    clock: ManualClock = field(default_factory=ManualClock)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    subscriptions: MemorySubscriptions = field(default_factory=MemorySubscriptions)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    position: int = 0

    def event(self, subject: str = "call-1", **more: object) -> PublicEvent:
        self.position += 1
        made = PublicEvent(
            account=MAIN,
            position=self.position,
            index=0,
            type="CALL_RECEIVED",
            configuration=ConfigurationId("c1"),
            application=None,
            entity=None,
            subject=subject,
            at=self.clock.now(),
            trace="0af7651916cd43dd8448eb211c80319c",
            payload=b'{"callId":"%s","n":%d}' % (subject.encode(), self.position),
        )
        fields = {name: getattr(made, name) for name in made.__slots__}
        return PublicEvent(**{**fields, **more})

    async def define(self, it: Book) -> None:
        await self.subscriptions.edit(MAIN, lambda _: it)

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[Running]:
        egress = Egress("Ringway/1", HERE)
        tail = Tail(self.outbox)
        dispatch = Dispatch(
            tail=tail,
            outbox=self.outbox,
            subscriptions=self.subscriptions,
            deliveries=self.deliveries,
            egress=egress,
            clock=self.clock,
            random=lambda: 0.0,
        )
        await tail.open()
        await dispatch.open()
        try:
            yield Running(self, dispatch, tail)
        finally:
            await dispatch.close()
            await egress.close()
            assert dispatch.tasks.faults == 0


@dataclass(slots=True)
class Running:
    """A dispatch at work."""

    world: World
    dispatch: Dispatch
    tail: Tail

    def tell(self, *events: PublicEvent) -> None:
        self.world.outbox.put(events)
        self.tail.grown()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the house work until it is so; time stands still."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 -- any step of the house may do it
                await asyncio.sleep(0)

    async def until_attempts(self, count: int) -> None:
        await self.until(lambda: self.dispatch.depot.attempts.total() >= count)

    async def quiet(self) -> None:
        """Wait until nothing is under way, and all is written down."""
        async with asyncio.timeout(PATIENCE_S):
            await self.dispatch.tasks.quiet()
            await self.dispatch.depot.ledger.write()
