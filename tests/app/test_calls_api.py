"""The Calls API over HTTP, with people behind the calls."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ringway.public.operations import OPERATIONS
from ringway.rtc import messages as wire
from tests.app.whole import Client, Whole, whole

SHOP = "shop"


class Shop:
    """A customer's backend."""

    def __init__(self, it: Whole) -> None:
        self.it = it
        self._shown = {"Authorization": f"App {it.key.secret}"}

    async def ask(
        self, method: str, path: str, code: int = 200, **more: Any
    ) -> dict[str, Any]:
        response: httpx.Response = await self.it.http.request(
            method, f"/calls/1{path}", headers=self._shown, **more
        )
        assert response.status_code == code, response.text
        told: dict[str, Any] = response.json()
        return told

    async def post(
        self, path: str, body: Any = None, code: int = 200
    ) -> dict[str, Any]:
        return await self.ask("POST", path, code, json={} if body is None else body)

    async def get(self, path: str, code: int = 200, **query: Any) -> dict[str, Any]:
        return await self.ask("GET", path, code, params=query)

    async def open(self) -> None:
        await self.post("/configurations", {"id": SHOP}, 201)

    async def call(self, identity: str, **more: Any) -> str:
        body = {
            "endpoint": {"type": "WEBRTC", "identity": identity},
            "callsConfigurationId": SHOP,
            "from": "shop",
            **more,
        }
        return str((await self.post("/calls", body, 201))["id"])

    async def taken(self, identity: str, client: Client, **more: Any) -> str:
        """Call somebody who takes it; give the call when it is established."""
        call = await self.call(identity, **more)
        await self.took(client, call)
        return call

    async def took(self, client: Client, call: str) -> None:
        told = await client.hear("incoming_application")
        assert told["call"] == call
        client.say(wire.Ringing(call))
        await client.accept(call)
        await client.hear("established")


def text(told: dict[str, Any]) -> str:
    return str(told["requestError"]["serviceException"]["text"])


async def test_a_call_from_its_beginning_to_its_history() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.call("ada", customData={"order": "7"}, externalId="x-1")
        live = await shop.get(f"/calls/{call}")
        assert live["state"] in ("CALLING", "RINGING")
        assert live["endpoint"] == {
            "type": "WEBRTC",
            "identity": "ada",
        }
        assert live["direction"] == "OUTBOUND"
        assert (live["from"], live["to"]) == ("shop", "ada")
        assert live["customData"] == {"order": "7"}
        assert live["externalId"] == "x-1"
        assert live["callsConfigurationId"] == SHOP
        await shop.took(ada, call)
        assert (await shop.get(f"/calls/{call}"))["state"] == "ESTABLISHED"
        page = await shop.get("/calls", status="ESTABLISHED", to="ada")
        assert [found["id"] for found in page["results"]] == [call]
        assert page["paging"]["totalResults"] == 1
        await shop.get(f"/calls/{call}/history", 404)
        over = await shop.post(f"/calls/{call}/hangup")
        assert over["state"] == "FINISHED"
        assert (await ada.hear("ended"))["code"]["name"] == "NORMAL_HANGUP"
        await shop.get(f"/calls/{call}", 404)
        assert (await shop.get("/calls"))["results"] == []
        log = await shop.get(f"/calls/{call}/history")
        assert log["errorCode"]["name"] == "NORMAL_HANGUP"
        assert log["hangupSource"] == "API"
        assert log["customData"] == {"order": "7"}
        assert log["callsConfigurationIds"] == [SHOP]
        page = await shop.get("/calls/history")
        assert [found["callId"] for found in page["results"]] == [call]


async def test_nothing_of_another_account_is_there() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        await it.client("ada")
        call = await shop.call("ada")
        catalog = it.ringway.ports.catalog
        await catalog.open_account("other", "Other", 0)  # type: ignore[arg-type]
        key = await catalog.create_key("other", "test", 0)  # type: ignore[arg-type]
        other = Shop(it)
        other._shown = {"Authorization": f"App {key.secret}"}  # noqa: SLF001
        await other.get(f"/calls/{call}", 404)
        await other.post(f"/calls/{call}/hangup", code=404)
        assert (await other.get("/calls"))["results"] == []
        body = {
            "endpoint": {"type": "WEBRTC", "identity": "ada"},
            "callsConfigurationId": SHOP,
        }
        await other.post("/calls", body, 404)
        conference = await shop.post(
            "/conferences", {"callsConfigurationId": SHOP}, 201
        )
        await other.get(f"/conferences/{conference['id']}", 404)


async def test_a_call_that_can_not_be_placed_fails_as_a_call() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        body = {
            "endpoint": {"type": "PHONE", "phoneNumber": "41790000000"},
            "callsConfigurationId": SHOP,
        }
        call = await shop.post("/calls", body, 201)
        await it.ringway.house.tasks.quiet()
        log = await shop.get(f"/calls/{call['id']}/history")
        assert log["state"] == "FAILED"
        assert log["errorCode"]["name"] == "FEATURE_UNAVAILABLE"
        assert log["endpoint"] == body["endpoint"]


async def test_what_can_not_be_done_yet_is_accepted_and_what_makes_no_sense_is_not() -> (
    None
):
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        say = {"text": "hello", "language": "en"}
        assert await shop.post(f"/calls/{call}/say", say) == {"status": "PENDING"}
        told = await shop.post(f"/calls/{call}/stop-play", code=400)
        assert "nothing" in text(told).lower()
        for path, member in (
            ("start-recording", "recording"),
            ("start-transcription", "transcription"),
            ("start-media-stream", "mediaStream"),
        ):
            told = await shop.post(f"/calls/{call}/{path}", code=400)
            fields = told["requestError"]["serviceException"]["validationErrors"]
            assert fields == {member: ["is required"]}


async def test_a_text_to_one_and_to_all() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        people = {name: await it.client(name) for name in ("ada", "bob")}
        calls = [await shop.taken(name, it_) for name, it_ in people.items()]
        body = {"message": "hello"}
        told = await shop.post(f"/calls/{calls[0]}/send-message", body)
        assert told == {"status": "COMPLETED"}
        assert (await people["ada"].hear("message_received"))["message"] == "hello"
        conference = (await shop.post("/connect", {"callIds": calls}))["id"]
        for client in people.values():
            await client.hear("conference_joined")
        path = f"/conferences/{conference}"
        await shop.post(f"{path}/send-message", {"message": "all"})
        for client in people.values():
            assert (await client.hear("message_received"))["message"] == "all"
        await shop.post(f"{path}/broadcast-webrtc-text", {"text": "older"})
        await shop.post(f"{path}/broadcast-webrtc-text", {"message": "newer"})
        await shop.post(f"{path}/broadcast-webrtc-text", {}, 400)


async def test_a_conference_from_its_beginning_to_its_history() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada, bob = await it.client("ada"), await it.client("bob")
        first = await shop.taken("ada", ada)
        told = await shop.post(
            "/conferences", {"callsConfigurationId": SHOP, "name": "desk"}, 201
        )
        conference, path = told["id"], f"/conferences/{told['id']}"
        assert (told["name"], told["participants"]) == ("desk", [])
        told = await shop.ask("PUT", f"{path}/call/{first}", json={})
        assert [part["callId"] for part in told["participants"]] == [first]
        await ada.hear("conference_joined")
        both = await shop.post(
            f"{path}/call",
            {
                "callRequest": {"endpoint": {"type": "WEBRTC", "identity": "bob"}},
                "role": {"type": "MONITOR"},
            },
        )
        second = both["call"]["id"]
        assert both["conference"]["id"] == conference
        assert both["call"]["callsConfigurationId"] == SHOP
        await shop.took(bob, second)
        await bob.hear("conference_joined")
        told = await shop.get(path)
        roles = {part["callId"]: part["role"] for part in told["participants"]}
        assert roles == {first: {"type": "DEFAULT"}, second: {"type": "MONITOR"}}
        advise = {"role": {"type": "ADVISOR", "advise": [first]}, "muted": True}
        await shop.ask("PATCH", f"{path}/call/{second}", json=advise)
        await shop.ask("PATCH", path, json={"deaf": True})
        told = await shop.get(path)
        found = {part["callId"]: part for part in told["participants"]}
        assert found[second]["role"] == advise["role"]
        assert found[second]["media"]["audio"]["muted"] is True
        assert found[first]["media"]["audio"]["deaf"] is True
        page = await shop.get("/conferences", name="desk", callId=first)
        assert [each["id"] for each in page["results"]] == [conference]
        await shop.ask("DELETE", f"{path}/call/{first}")
        assert "conferenceId" not in await shop.get(f"/calls/{first}")
        await shop.ask("DELETE", f"{path}/call/{first}", 404)
        await shop.post(f"{path}/hangup")
        await shop.get(path, 404)
        await bob.hear("ended")
        log = await shop.get(f"{path}/history")
        assert [each["callId"] for each in log["sessions"]] == [first, second]
        page = await shop.get("/conferences/history", name="desk")
        assert page["paging"]["totalResults"] == 1
        assert (await shop.get(f"/calls/{first}"))["state"] == "ESTABLISHED"


async def test_a_dialog_from_its_beginning_to_its_history() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada, bob = await it.client("ada"), await it.client("bob")
        parent = await shop.taken("ada", ada)
        told = await shop.post("/dialogs", {"parentCallId": parent}, 400)
        assert "validationErrors" in told["requestError"]["serviceException"]
        child = {"endpoint": {"type": "WEBRTC", "identity": "bob"}, "from": "ada"}
        body = {"parentCallId": parent, "childCallRequest": child}
        told = await shop.post("/dialogs", body, 201)
        path = f"/dialogs/{told['id']}"
        assert told["state"] == "CREATED"
        assert told["parentCall"]["id"] == parent
        second = told["childCall"]["id"]
        assert told["childCall"]["parentCallId"] == parent
        await shop.took(bob, second)
        await bob.hear("dialog_joined")
        assert (await shop.get(path))["state"] == "ESTABLISHED"
        page = await shop.get("/dialogs", parentCallId=parent, state="ESTABLISHED")
        assert page["paging"]["totalResults"] == 1
        assert await shop.post(f"{path}/say", {"text": "hi", "language": "en"}) == {
            "status": "PENDING"
        }
        await shop.post(f"{path}/transfer/reject", code=400)
        over = await shop.post(f"{path}/hangup")
        assert over["state"] == "FINISHED"
        await ada.hear("ended")
        log = await shop.get(f"{path}/history")
        assert (log["parentCallId"], log["childCallId"]) == (parent, second)
        assert log["hangupSource"] == "API"
        page = await shop.get("/dialogs/history", childCallId=second)
        assert page["paging"]["totalResults"] == 1


async def test_a_call_changes_its_owner() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        path = f"/calls/{call}/application-transfer"
        body = {"destinationCallsConfigurationId": "desk"}
        await shop.post(path, body, 404)
        await shop.post("/configurations", {"id": "desk"}, 201)
        assert await shop.post(path, body) == {"status": "PENDING"}
        await shop.post(f"{path}/none/accept", code=400)
        leg = it.ringway.desk.call(it.key.key.account, call)  # type: ignore[arg-type]
        assert leg.transfer is not None
        await shop.post(f"{path}/{leg.transfer.id}/accept")
        assert (await shop.get(f"/calls/{call}"))["callsConfigurationId"] == "desk"


async def test_every_operation_has_its_handler() -> None:
    async with whole() as it:
        served = {row.id for door in it.ringway.doors for row in door.operations}
        assert {row.id for row in OPERATIONS} <= served


async def test_the_document_has_what_is_served() -> None:
    async with whole() as it:
        told = await it.http.get("/openapi.json")
        assert told.headers["content-type"] == "application/json"
        described = {
            operation["operationId"]
            for path in told.json()["paths"].values()
            for operation in path.values()
        }
        served = {row.id for door in it.ringway.doors for row in door.operations}
        assert described == served
        assert len(told.json()["webhooks"]) == 65
        tag = {"If-None-Match": told.headers["etag"]}
        assert (await it.http.get("/openapi.json", headers=tag)).status_code == 304


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/calls/none/answer", {}),
        ("POST", "/calls/none/send-ringing", None),
        ("POST", "/calls/none/say", {"text": "a", "language": "en"}),
        ("POST", "/connect", {"callIds": ["none"]}),
        ("POST", "/dialogs", {"parentCallId": "none"}),
        ("POST", "/dialogs/none/hangup", None),
        ("POST", "/conferences/none/hangup", None),
        ("PATCH", "/conferences/none", {}),
        ("GET", "/dialogs/none/history", None),
        ("GET", "/conferences/none/history", None),
    ],
)
async def test_what_is_not_there_is_not_found(
    method: str, path: str, body: Any
) -> None:
    async with whole() as it:
        told = await Shop(it).ask(method, path, 404, json=body)
        assert told["requestError"]["serviceException"]["messageId"] == "NOT_FOUND"
