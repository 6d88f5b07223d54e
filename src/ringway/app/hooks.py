"""All that brings public events to customers, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from ringway.app.control import Follow, Happened
from ringway.app.ports import Ports
from ringway.app.version import VERSION
from ringway.domain.values import AccountId, ConfigurationId
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Egress
from ringway.hooks.signatures import written
from ringway.hooks.trial import trial
from ringway.ports.outbox import mark_of
from ringway.ports.subscriptions import Certificate
from ringway.public.operations.subscriptions import SUBSCRIPTIONS
from ringway.rest.calls.door import Admit, Door, Entrance
from ringway.rest.event_stream import PART, EventStream
from ringway.rest.recognition import Keys
from ringway.rest.subscriptions.handlers import Desk
from ringway.rest.visitors import Network
from ringway.runtime.tail import Reader, Tail

AGENT: Final = f"Ringway/{VERSION}"
"""What receivers read in User-Agent."""


class Hooks:
    """Tail, way out and dispatch of one house; `open` it, `close` it."""

    def __init__(self, ports: Ports, allowed: Sequence[Network], keys: Keys) -> None:
        self._ports, self._keys = ports, keys
        self.tail = Tail(ports.outbox)
        self.stream = EventStream(self.tail, keys, ports.clock)
        self.egress = Egress(AGENT, allowed)
        self.dispatch = Dispatch(
            tail=self.tail,
            outbox=ports.outbox,
            subscriptions=ports.subscriptions,
            deliveries=ports.deliveries,
            egress=self.egress,
            clock=ports.clock,
        )

    def doors(self, admit: Admit) -> Sequence[Entrance]:
        """Make the door to the Subscriptions API, and that to the stream."""
        desk = Desk(
            books=self._ports.subscriptions,
            outbox=self._ports.outbox,
            deliveries=self._ports.deliveries,
            clock=self._ports.clock,
            changed=self.dispatch.changed,
            write_secret=written,
            connect=self._connect,
        )
        return Door(SUBSCRIPTIONS, desk.handlers(), self._keys, admit), self.stream

    async def follow(self, asked: Follow) -> AsyncIterator[Happened]:
        """Give what an account is told, from a place on or from now."""
        after = mark_of(asked.after) if asked.after is not None else None
        configuration = asked.configuration
        reader = Reader(
            self.tail,
            AccountId(asked.account),
            await self.tail.newest() if after is None else after,
            None if configuration is None else ConfigurationId(configuration),
        )
        try:
            while True:
                for it in await reader.next(PART):
                    yield Happened(str(it.mark), msgspec.Raw(it.payload))
        finally:
            reader.close()

    async def open(self) -> None:
        """Take up every subscription.  Or `StorageUnavailable`."""
        await self.tail.open()
        await self.dispatch.open()

    async def close(self) -> None:
        """Stop; what was not delivered is delivered after the next start."""
        self.stream.close()
        await self.dispatch.close()
        await self.egress.close()

    async def _connect(self, certificate: Certificate, url: str) -> str | None:
        return await trial(self.egress, certificate, url)
