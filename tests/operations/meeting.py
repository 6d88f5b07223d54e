"""One real call of two people without browsers, and what may go wrong around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from ringway.rtc import messages as wire
from tests.browser.relayed import Host
from tests.headless import Look, Person, arriving, people

CLIPS: dict[str, dict[wire.Source, str]] = {
    "ada": {"MICROPHONE": "520", "CAMERA": "c850c8"},
    "bob": {"MICROPHONE": "600", "CAMERA": "505028"},
}


@dataclass(frozen=True, slots=True)
class Two:
    """Who is connected."""

    ada: Person
    bob: Person

    async def call(self) -> None:
        """Let ada call bob, and wait until both have media."""
        await self.ada.dial("bob")
        for it in (self.ada, self.bob):
            await it.until(lambda it=it: it.has(wire.Established), "the call")  # type: ignore[misc]

    async def hang_up(self) -> None:
        """Let ada end it, and wait until bob knows."""
        await self.ada.hangup()
        await self.bob.until(lambda: self.bob.has(wire.Ended), "the end")


@asynccontextmanager
async def two(host: Host) -> AsyncIterator[Two]:
    """Let ada and bob arrive."""
    async with AsyncExitStack() as stack:
        media = await stack.enter_async_context(people())
        came = []
        for name, clips in CLIPS.items():
            network = host.network()
            token = host.server.token(name, f"{name} the visible")
            came.append(
                await stack.enter_async_context(
                    arriving(
                        media, network.url, token, Look(name, clips), network.detours
                    )
                )
            )
        yield Two(*came)
