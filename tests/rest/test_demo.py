from __future__ import annotations

import httpx
import pytest

from ringway.app.house import Front
from ringway.ports.catalog import DEMO_ACCOUNT, DEMO_NAME_LAPSES_US
from ringway.rest import demo
from tests.app.whole import Whole, whole

PATH = "/demo/token"


async def take(it: Whole, name: object, cookie: str | None = None) -> httpx.Response:
    it.http.cookies.clear()
    headers = {"Cookie": cookie} if cookie else {}
    return await it.http.post(PATH, json={"name": name}, headers=headers)


def cookie_of(response: httpx.Response) -> str:
    return response.headers["set-cookie"].split(";")[0]


async def test_a_visitor_takes_a_name() -> None:
    async with whole() as it:
        response = await take(it, "  Dana   Scully ")
        assert response.status_code == 200
        told = response.json()
        assert told["identity"] == "dana-scully"
        assert told["displayName"] == "Dana Scully"
        said = it.tokens.verify(told["token"], it.clock.now())
        assert said.bearer.account == DEMO_ACCOUNT
        assert said.expires_at - said.issued_at == 3600 * 1_000_000
        cookie = response.headers["set-cookie"].lower()
        for part in ("httponly", "path=/demo", "samesite=strict", "max-age="):
            assert part in cookie
        assert "secure" not in cookie


async def test_the_first_browser_holds_the_name_and_its_tabs_share_it() -> None:
    async with whole() as it:
        first = await take(it, "Dana")
        assert (await take(it, "dana", cookie_of(first))).status_code == 200
        second = await take(it, "DANA")
        assert second.status_code == 409
        told = second.json()["requestError"]["serviceException"]
        assert told["messageId"] == "NAME_TAKEN"
        it.clock.move(DEMO_NAME_LAPSES_US + 1)
        assert (await take(it, "Dana")).status_code == 200


async def test_a_cookie_of_another_make_is_replaced() -> None:
    async with whole() as it:
        mine = await take(it, "Dana", f"{demo.COOKIE}=guess")
        assert cookie_of(mine) != f"{demo.COOKIE}=guess"


@pytest.mark.parametrize("name", [None, 7, "", "  ", "!!", "ab", "x" * 51, ["Dana"]])
async def test_a_name_nothing_can_be_made_of(name: object) -> None:
    async with whole() as it:
        response = await take(it, name)
        assert response.status_code == 400
        told = response.json()["requestError"]["serviceException"]
        assert list(told["validationErrors"]) == ["name"]


async def test_the_demo_can_be_off() -> None:
    async with whole(Front(demo=False)) as it:
        assert (await take(it, "Dana")).status_code == 404


async def test_pages_of_other_sites_get_nothing() -> None:
    async with whole() as it:
        response = await it.http.post(
            PATH, json={"name": "Dana"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert response.status_code == 403


async def test_one_address_asks_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "BURST", 3)
    async with whole() as it:
        for _ in range(3):
            assert (await take(it, "!")).status_code == 400
        refused = await take(it, "Dana")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        told = refused.json()["requestError"]["serviceException"]
        assert told["messageId"] == "TOO_MANY_REQUESTS"


async def test_behind_https_the_cookie_is_for_https_only() -> None:
    async with whole(Front(public_url="https://ringway.test")) as it:
        cookie = (await take(it, "Dana")).headers["set-cookie"].lower()
        assert "secure" in cookie
