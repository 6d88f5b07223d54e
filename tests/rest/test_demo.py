from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, ip_network

import httpx
import pytest
from structlog.testing import capture_logs

from ringway.app.house import Front
from ringway.ports.catalog import DEMO_ACCOUNT, DEMO_NAME_LAPSES_US
from ringway.ports.tokens import Capability
from ringway.rest import demo, invitations
from tests.app.whole import Whole, whole

PATH = "/demo/token"
CODE = "abcdefgh12345678"
INVITING = Front(invitation=lambda: CODE)


async def take(it: Whole, name: object, cookie: str | None = None) -> httpx.Response:
    it.http.cookies.clear()
    headers = {"Cookie": cookie} if cookie else {}
    asked = {"name": name, "invitation": CODE}
    return await it.http.post(PATH, json=asked, headers=headers)


async def bring(
    it: Whole, invitation: object, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Ask with a code; give the status, and the id of the error."""
    asked = {"name": "Dana", "invitation": invitation}
    it.http.cookies.clear()
    response = await it.http.post(PATH, json=asked, headers=headers)
    if response.status_code in {200, 409}:
        return 200, ""
    told = response.json()["requestError"]["serviceException"]
    assert told["text"].endswith(".")
    return response.status_code, told["messageId"]


def cookie_of(response: httpx.Response) -> str:
    return response.headers["set-cookie"].split(";")[0]


async def test_a_visitor_takes_a_name() -> None:
    async with whole(INVITING) as it:
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
        assert said.bearer.capabilities == {Capability.PRESENCE}
        assert told["sharing"] is None


async def test_the_first_browser_holds_the_name_and_its_tabs_share_it() -> None:
    async with whole(INVITING) as it:
        first = await take(it, "Dana")
        assert (await take(it, "dana", cookie_of(first))).status_code == 200
        second = await take(it, "DANA")
        assert second.status_code == 409
        told = second.json()["requestError"]["serviceException"]
        assert told["messageId"] == "NAME_TAKEN"
        it.clock.move(DEMO_NAME_LAPSES_US + 1)
        assert (await take(it, "Dana")).status_code == 200


async def test_a_cookie_of_another_make_is_replaced() -> None:
    async with whole(INVITING) as it:
        mine = await take(it, "Dana", f"{demo.COOKIE}=guess")
        assert cookie_of(mine) != f"{demo.COOKIE}=guess"


@pytest.mark.parametrize("name", [None, 7, "", "  ", "!!", "ab", "x" * 51, ["Dana"]])
async def test_a_name_nothing_can_be_made_of(name: object) -> None:
    async with whole(INVITING) as it:
        response = await take(it, name)
        assert response.status_code == 400
        told = response.json()["requestError"]["serviceException"]
        assert list(told["validationErrors"]) == ["name"]


async def test_the_demo_can_be_off() -> None:
    async with whole(Front(demo=False)) as it:
        assert (await take(it, "Dana")).status_code == 404


async def test_pages_of_other_sites_get_nothing() -> None:
    async with whole(INVITING) as it:
        response = await it.http.post(
            PATH, json={"name": "Dana"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert response.status_code == 403


async def test_one_address_asks_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "BURST", 3)
    async with whole(INVITING) as it:
        for _ in range(3):
            assert (await take(it, "!")).status_code == 400
        refused = await take(it, "Dana")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        told = refused.json()["requestError"]["serviceException"]
        assert told["messageId"] == "TOO_MANY_REQUESTS"


async def test_behind_https_the_cookie_is_for_https_only() -> None:
    async with whole(replace(INVITING, public_url="https://ringway.test")) as it:
        cookie = (await take(it, "Dana")).headers["set-cookie"].lower()
        assert "secure" in cookie


LOCAL = {"Host": "localhost:8080"}


async def test_visitors_from_elsewhere_are_let_in_by_the_code() -> None:
    async with whole(INVITING) as it:
        for nothing in (None, ""):
            assert await bring(it, nothing) == (401, "INVITATION_REQUIRED")
        for wrong in ("x", CODE + "x", CODE[:-1], CODE.upper(), 7, [CODE], "é" * 16):
            assert await bring(it, wrong) == (403, "INVITATION_UNKNOWN")
        assert await bring(it, CODE) == (200, "")


async def test_visitors_on_this_machine_need_none() -> None:
    async with whole(INVITING, peer="127.0.0.1") as it:
        assert await bring(it, None, LOCAL) == (200, "")
        assert await bring(it, "wrong", LOCAL) == (200, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"},
        {**LOCAL, "X-Forwarded-For": "127.0.0.1"},
        {**LOCAL, "X-Forwarded-For": ""},
        {**LOCAL, "Forwarded": "for=127.0.0.1"},
        {**LOCAL, "Via": "1.1 proxy"},
    ],
)
@pytest.mark.parametrize("trusted", [(), (ip_network("127.0.0.0/8"),)])
async def test_who_comes_through_a_proxy_is_not_on_this_machine(
    headers: dict[str, str], trusted: tuple[IPv4Network, ...]
) -> None:
    front = replace(INVITING, trusted_proxies=trusted)
    async with whole(front, peer="127.0.0.1") as it:
        assert await bring(it, None, headers) == (401, "INVITATION_REQUIRED")


async def test_who_guesses_is_not_listened_to_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invitations, "WRONG_AT_ONCE", 3)
    async with whole(INVITING) as it:
        assert await bring(it, CODE) == (200, "")
        for _ in range(3):
            assert await bring(it, "wrong") == (403, "INVITATION_UNKNOWN")
        assert await bring(it, "wrong") == (429, "TOO_MANY_REQUESTS")
        response = await it.http.post(PATH, json={"name": "Dana", "invitation": CODE})
        assert response.status_code == 429, "also the right one: it may be a guess"
        seconds = int(response.headers["retry-after"])
        assert 1 <= seconds <= 1 / invitations.WRONG_PER_S


async def test_each_address_guesses_for_itself_and_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(invitations, "WRONG_AT_ONCE", 2)
    monkeypatch.setattr(invitations, "ALL_WRONG_AT_ONCE", 5)
    front = replace(INVITING, trusted_proxies=(ip_network("192.0.2.7"),))

    def from_(number: int) -> dict[str, str]:
        return {"X-Forwarded-For": f"198.51.100.{number}"}

    async with whole(front) as it:
        for number in (1, 1, 2, 2, 3):
            assert (await bring(it, "wrong", from_(number)))[0] == 403
        assert (await bring(it, "wrong", from_(1)))[0] == 429
        assert (await bring(it, CODE, from_(4)))[0] == 429
        assert (await bring(it, None, from_(4)))[0] == 401


async def test_a_new_code_is_good_at_once_and_the_old_one_is_not() -> None:
    codes = [CODE]
    async with whole(Front(invitation=lambda: codes[-1])) as it:
        assert (await bring(it, CODE))[0] == 200
        codes.append("87654321hgfedcba")
        assert (await bring(it, CODE))[0] == 403
        assert (await bring(it, codes[-1]))[0] == 200


async def test_visitors_can_share_the_demo_where_https_reaches_it() -> None:
    url = "https://192.0.2.9:8443/demo/"
    async with whole(replace(INVITING, reached=lambda: url)) as it:
        told = (await take(it, "Dana")).json()
        assert told["sharing"] == {"url": url, "invitation": CODE}


async def test_over_https_the_cookie_is_for_https_only() -> None:
    async with whole(INVITING) as it:
        it.http.base_url = httpx.URL("https://ringway.test")
        cookie = (await take(it, "Dana")).headers["set-cookie"].lower()
        assert "secure" in cookie


async def test_codes_are_in_no_log() -> None:
    with capture_logs() as logged:
        async with whole(INVITING) as it:
            await bring(it, CODE)
            await bring(it, "wrong-code-of-a-guest")
    assert any(it.get("path") == PATH for it in logged)
    assert CODE not in str(logged)
    assert "wrong-code" not in str(logged)
