"""What goes into a machine's mailbox, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ringway.domain.causes import Refused
from ringway.domain.effects import Address, Effect
from ringway.domain.values import AccountId
from ringway.ports.event_log import Text


def _nothing() -> None:
    pass


@dataclass(slots=True)
class Letter:
    """A command or signal on its way to a machine."""

    given: Any
    trace: str
    reply: asyncio.Future[None] | None = None
    """Somebody waits for it; otherwise it is tried until it is logged."""
    texts: Sequence[Text] = ()
    logged: Callable[[], None] = _nothing
    """Called between log and deed, if it decided anything."""
    refused: Callable[[Refused], None] | None = None
    """Called when it is refused, and nobody waits."""
    done: Callable[[], None] = _nothing
    """Called when the machine is through with it."""
    span: str = ""
    """The work in the same trace that it comes from, if anybody looks at spans."""

    def settle(self, trouble: Exception | None) -> None:
        """Tell whoever wants to know what came of it."""
        if isinstance(trouble, Refused) and self.refused is not None:
            self.refused(trouble)
        if self.reply is None or self.reply.done():
            return
        if trouble is None:
            self.reply.set_result(None)
        else:
            self.reply.set_exception(trouble)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that was logged, and what came of it."""

    account: AccountId
    address: Address
    position: int
    trace: str
    before: Any
    after: Any
    event: Any
    effects: tuple[Effect, ...]
    span: str = ""
    """The turn it happened in, if anybody looks at spans."""
