"""A customer's program: hears of its calls from the event stream, and makes requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.browser.server import Server

PATIENCE_S = 15.0


class Backend:
    """One application: what it has heard, and what it may ask for."""

    def __init__(self, http: httpx.AsyncClient, configuration: str) -> None:
        self.configuration = configuration
        self.events: list[dict[str, Any]] = []
        self._http = http
        self._heard = asyncio.Condition()

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Ask `/calls/1`; give the answer's JSON."""
        answer = await self._http.request(method, f"/calls/1{path}", json=body or {})
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def event(self, kind: str, **wanted: object) -> dict[str, Any]:
        """Wait for the event of this type with these values."""

        def found() -> dict[str, Any] | None:
            for it in self.events:
                if it["type"] == kind and wanted.items() <= it.items():
                    return it
            return None

        async with self._heard, asyncio.timeout(PATIENCE_S):
            await self._heard.wait_for(found)
        event = found()
        assert event is not None
        return event

    def told(self, **wanted: object) -> list[str]:
        """Give the types of the events with these values, in order."""
        return [it["type"] for it in self.events if wanted.items() <= it.items()]

    async def listen(self, ready: asyncio.Event) -> None:
        """Read the stream until it is closed."""
        asked = {"callsConfigurationId": self.configuration}
        stream = self._http.stream(
            "GET", "/events/1/stream", params=asked, timeout=None
        )
        async with stream as answer:
            assert answer.status_code == httpx.codes.OK, answer.status_code
            ready.set()
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    async with self._heard:
                        self.events.append(json.loads(line.removeprefix("data:")))
                        self._heard.notify_all()


@asynccontextmanager
async def backend(
    server: Server, configuration: str, *, new: bool = True
) -> AsyncIterator[Backend]:
    """Make the calls configuration if it is new, and hear what happens to its calls."""
    headers = {"Authorization": f"App {server.key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as http:
        it = Backend(http, configuration)
        if new:
            made = {"id": configuration, "name": configuration}
            await it.request("POST", "/configurations", made)
        ready = asyncio.Event()
        listening = asyncio.create_task(it.listen(ready))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await ready.wait()
            yield it
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
