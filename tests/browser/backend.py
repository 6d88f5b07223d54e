"""A customer's program: makes requests about its calls, and looks what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.browser.server import Server

PATIENCE_S = 15.0
PAUSE_S = 0.05


class Backend:
    """One application, by its calls configuration."""

    def __init__(self, http: httpx.AsyncClient, configuration: str) -> None:
        self.configuration = configuration
        self._http = http

    async def request(self, method: str, path: str, body: object = None) -> Any:
        """Ask `/calls/1`; give the answer's JSON."""
        answer = await self._http.request(method, f"/calls/1{path}", json=body or {})
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def sees(self, path: str, **wanted: object) -> dict[str, Any]:
        """Look until it is there with these values, and give it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self._http.get(f"/calls/1{path}")
                if answer.is_success and wanted.items() <= answer.json().items():
                    found: dict[str, Any] = answer.json()
                    return found
                await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def backend(
    server: Server, configuration: str, *, new: bool = True
) -> AsyncIterator[Backend]:
    """Be the program of this calls configuration, which is made if it is new."""
    headers = {"Authorization": f"App {server.key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as http:
        it = Backend(http, configuration)
        if new:
            made = {"id": configuration, "name": configuration}
            await it.request("POST", "/configurations", made)
        yield it
