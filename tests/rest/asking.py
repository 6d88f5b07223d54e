"""Requests of a customer's program, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import httpx

from ringway.ports.catalog import MintedKey
from tests.app.whole import DEMO_ACCOUNT, Whole


async def ask(
    it: Whole, method: str, path: str, *, key: MintedKey | None = None, **more: Any
) -> httpx.Response:
    """Send a request with the key of the house, or another one."""
    shown = {"Authorization": f"App {(key or it.key).secret}"}
    return await it.http.request(method, path, headers=shown, **more)


async def somebody_else(it: Whole) -> MintedKey:
    """Give the key of another account."""
    catalog = it.ringway.ports.catalog
    return await catalog.create_key(DEMO_ACCOUNT, "other", it.clock.now())


def error(response: httpx.Response) -> dict[str, Any]:
    """Give what the envelope of an error holds."""
    told: dict[str, Any] = response.json()["requestError"]["serviceException"]
    return told


def fields(response: httpx.Response) -> dict[str, list[str]]:
    """Give the sentences about each wrong field."""
    told: dict[str, list[str]] = error(response).get("validationErrors", {})
    return told
