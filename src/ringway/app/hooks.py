"""All that brings public events to customers, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ringway.app.version import VERSION
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Egress
from ringway.hooks.signatures import written
from ringway.hooks.trial import trial
from ringway.ports.catalog import Catalog
from ringway.ports.clock import Clock
from ringway.ports.deliveries import Deliveries
from ringway.ports.outbox import Outbox
from ringway.ports.subscriptions import Certificate, Subscriptions
from ringway.public.operations.subscriptions import SUBSCRIPTIONS
from ringway.rest.calls.door import Admit, Door
from ringway.rest.subscriptions.handlers import Desk
from ringway.rest.visitors import Network
from ringway.runtime.tail import Tail

AGENT: Final = f"Ringway/{VERSION}"
"""What receivers read in User-Agent."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where public events and their subscriptions are kept."""

    outbox: Outbox
    subscriptions: Subscriptions
    deliveries: Deliveries


class Hooks:
    """Tail, way out and dispatch of one house; `open` it, `close` it."""

    def __init__(self, kept: Kept, clock: Clock, allowed: Sequence[Network]) -> None:
        self._kept, self._clock = kept, clock
        self.tail = Tail(kept.outbox)
        self.egress = Egress(AGENT, allowed)
        self.dispatch = Dispatch(
            tail=self.tail,
            outbox=kept.outbox,
            subscriptions=kept.subscriptions,
            deliveries=kept.deliveries,
            egress=self.egress,
            clock=clock,
        )

    def door(self, catalog: Catalog, admit: Admit) -> Door:
        """Make the door to the Subscriptions API."""
        desk = Desk(
            books=self._kept.subscriptions,
            outbox=self._kept.outbox,
            deliveries=self._kept.deliveries,
            clock=self._clock,
            changed=self.dispatch.changed,
            write_secret=written,
            connect=self._connect,
        )
        return Door(SUBSCRIPTIONS, desk.handlers(), catalog, admit)

    async def open(self) -> None:
        """Take up every subscription.  Or `StorageUnavailable`."""
        await self.tail.open()
        await self.dispatch.open()

    async def close(self) -> None:
        """Stop; what was not delivered is delivered after the next start."""
        await self.dispatch.close()
        await self.egress.close()

    async def _connect(self, certificate: Certificate, url: str) -> str | None:
        return await trial(self.egress, certificate, url)
