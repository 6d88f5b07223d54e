"""All that brings public events to customers, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ringway.app.ports import Ports
from ringway.app.version import VERSION
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Egress
from ringway.hooks.signatures import written
from ringway.hooks.trial import trial
from ringway.ports.subscriptions import Certificate
from ringway.public.operations.subscriptions import SUBSCRIPTIONS
from ringway.rest.calls.door import Admit, Door
from ringway.rest.recognition import Keys
from ringway.rest.subscriptions.handlers import Desk
from ringway.rest.visitors import Network
from ringway.runtime.tail import Tail

AGENT: Final = f"Ringway/{VERSION}"
"""What receivers read in User-Agent."""


class Hooks:
    """Tail, way out and dispatch of one house; `open` it, `close` it."""

    def __init__(self, ports: Ports, allowed: Sequence[Network]) -> None:
        self._ports = ports
        self.tail = Tail(ports.outbox)
        self.egress = Egress(AGENT, allowed)
        self.dispatch = Dispatch(
            tail=self.tail,
            outbox=ports.outbox,
            subscriptions=ports.subscriptions,
            deliveries=ports.deliveries,
            egress=self.egress,
            clock=ports.clock,
        )

    def door(self, keys: Keys, admit: Admit) -> Door:
        """Make the door to the Subscriptions API."""
        desk = Desk(
            books=self._ports.subscriptions,
            outbox=self._ports.outbox,
            deliveries=self._ports.deliveries,
            clock=self._ports.clock,
            changed=self.dispatch.changed,
            write_secret=written,
            connect=self._connect,
        )
        return Door(SUBSCRIPTIONS, desk.handlers(), keys, admit)

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
