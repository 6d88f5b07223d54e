"""The official Python client does each of its 104 operations, over real HTTP.

The other five go by plain HTTP.  Behind the calls are people, as far as there can be.
"""

from __future__ import annotations

import asyncio
import io
import socket
import uuid
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from infobip_api_client import ApiClient, Configuration, models
from infobip_api_client.api.calls_api import CallsApi
from infobip_api_client.exceptions import ApiException

from ringway.app.http import HttpServer
from ringway.domain.values import LegId
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.rtc import messages as wire
from tests.app.whole import OFFER, Client, Whole, whole
from tests.contract.reference import OPERATIONS

CODES = {
    it["id"].replace("-", "_"): int(next(iter(it["success"]))) for it in OPERATIONS
}
THEIRS = {it["id"].replace("-", "_") for it in OPERATIONS if "P" in it["clients"]}
OTHERS = {it["id"] for it in OPERATIONS if "P" not in it["clients"]}
WEBRTC = "WEBRTC"
SHOP = "shop"
AUDIO = {"type": "URL", "fileUrl": "https://example.test/a.wav"}
SAY = {"text": "hi", "language": "en"}
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


def person(identity: str) -> dict[str, str]:
    return {"type": WEBRTC, "identity": identity}


def a_second_of_silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as it:
        it.setnchannels(1)
        it.setsampwidth(2)
        it.setframerate(8000)
        it.writeframes(bytes(16000))
    return file.getvalue()


class Customer:
    """A backend that uses the official client."""

    def __init__(self, it: Whole, url: str) -> None:
        self.it, self.url = it, url
        configuration = Configuration(host=url, api_key=it.key.secret)
        self._api = CallsApi(ApiClient(configuration))
        self.done: set[str] = set()

    async def ask(self, name: str, /, *given: Any, **bodies: Any) -> Any:
        """Do an operation that works; give what the client has read."""
        response = await self._asked(name, given, bodies)
        assert response.status_code == CODES[name], name
        assert response.data is not None, name
        return response.data

    async def refused(
        self, name: str, status: int, /, *given: Any, **bodies: Any
    ) -> str:
        """Do an operation that can not be done now; give the text."""
        with pytest.raises(ApiException) as caught:
            await self._asked(name, given, bodies)
        assert caught.value.status == status, name
        return str(caught.value.body)

    async def _asked(self, name: str, given: Any, bodies: dict[str, Any]) -> Any:
        self.done.add(name)
        operation = getattr(self._api, f"{name}_with_http_info")
        read = {
            key: self._model(key).from_dict(value) if isinstance(value, dict) else value
            for key, value in bodies.items()
        }
        return await asyncio.to_thread(operation, *given, **read)

    @staticmethod
    def _model(argument: str) -> Any:
        return getattr(models, "".join(it.title() for it in argument.split("_")))

    async def call(self, identity: str, **more: Any) -> str:
        body = {"endpoint": person(identity), "callsConfigurationId": SHOP, **more}
        return str((await self.ask("create_call", call_request=body)).id)

    async def taken(self, identity: str, client: Client, **more: Any) -> str:
        call = await self.call(identity, **more)
        await took(client, call)
        return call

    async def called(self, client: Client) -> str:
        """Let somebody call the application."""
        call = str(uuid.uuid4())
        sending = [wire.Sending("0", "MICROPHONE")]
        client.say(wire.CallApplication(call, SHOP, OFFER, sending))
        await self.it.ringway.house.tasks.quiet()
        while True:
            page = await self.ask("get_calls", direction="INBOUND")
            if [it for it in page.results if it.id == call]:
                return call


async def took(client: Client, call: str) -> None:
    told = await client.hear("incoming_application")
    assert told["call"] == call
    client.say(wire.Ringing(call))
    await client.accept(call)
    await client.hear("established")


@asynccontextmanager
async def customer() -> AsyncIterator[Customer]:
    """Serve a Ringway on a port of this machine."""
    async with whole() as it:
        listening = socket.create_server(("127.0.0.1", 0))
        server = HttpServer(it.app)
        serving = asyncio.create_task(server.serve_on([listening]))
        await server.is_serving.wait()
        port = listening.getsockname()[1]
        try:
            yield Customer(it, f"http://127.0.0.1:{port}")
        finally:
            server.end()
            await serving


async def test_every_operation_of_the_official_client() -> None:
    async with customer() as it:
        await configurations(it)
        await media_streams(it)
        await files(it)
        await trunks(it)
        await recordings(it)
        await calls(it)
        await actions(it)
        await dialogs(it)
        await conferences(it)
        await transfers(it)
        await bulks(it)
        assert it.done == THEIRS


async def configurations(it: Customer) -> None:
    body = {"id": SHOP, "name": "The shop"}
    await it.ask("create_calls_configuration", calls_configuration_create_request=body)
    spare = await it.ask(
        "create_calls_configuration", calls_configuration_create_request={}
    )
    found = await it.ask("get_calls_configurations")
    assert [each.id for each in found.results] == [spare.id, SHOP]
    assert (await it.ask("get_calls_configuration", SHOP)).name == "The shop"
    renamed = await it.ask(
        "update_calls_configuration",
        spare.id,
        calls_configuration_update_request={"name": "spare"},
    )
    assert renamed.name == "spare"
    assert (await it.ask("delete_calls_configuration", spare.id)).id == spare.id


async def media_streams(it: Customer) -> None:
    body = {"type": "MEDIA_STREAMING", "name": "n1", "url": "wss://example.test/ws"}
    made = await it.ask(
        "create_media_stream_config", calls_media_stream_config_request=body
    )
    assert (await it.ask("get_media_stream_config", made.id)).url == body["url"]
    assert (await it.ask("get_media_stream_configs")).paging.total_results == 1
    await it.ask(
        "update_media_stream_config",
        made.id,
        calls_media_stream_config_request={**body, "name": "n2"},
    )
    gone = await it.ask("delete_media_stream_config", made.id)
    assert gone.name == "n2"


async def files(it: Customer) -> None:
    file = await it.ask("upload_calls_audio_file", a_second_of_silence())
    assert file.file_format.value == "WAV"
    assert (await it.ask("get_calls_file", file.id)).size == file.size
    assert (await it.ask("get_calls_files")).results[0].id == file.id
    await it.ask("delete_calls_file", file.id)


async def trunks(it: Customer) -> None:
    address = {
        "name": "home",
        "street": "x",
        "city": "x",
        "postCode": "x",
        "countryCode": (await it.ask("get_countries"))[0].code,
    }
    request = {"calls_public_sip_trunk_service_address_request": address}
    regions = await it.ask("get_regions", address["countryCode"])
    if regions:
        address["countryRegionCode"] = regions[0].code
    made = await it.ask("create_sip_trunk_service_address", **request)
    assert (await it.ask("get_sip_trunk_service_address", made.id)).name == "home"
    await it.ask("get_sip_trunk_service_addresses")
    await it.ask("update_sip_trunk_service_address", made.id, **request)
    await it.ask("delete_sip_trunk_service_address", made.id)
    trunk = {
        "type": "REGISTERED",
        "name": "n1",
        "channelLimit": 10,
        "billingPackage": {"packageType": "METERED"},
    }
    new = await it.ask("create_sip_trunk", calls_sip_trunk_request=trunk)
    assert (await it.ask("get_sip_trunk", new.id)).name == "n1"
    assert (await it.ask("get_sip_trunks", name="n1")).results[0].id == new.id
    reset = await it.ask("reset_sip_trunk_password", new.id)
    assert reset.password
    await it.ask("get_sip_trunk_status", new.id)
    status = {"adminStatus": "DISABLED"}
    await it.ask("set_sip_trunk_status", new.id, calls_sip_trunk_status_request=status)
    await it.ask(
        "update_sip_trunk",
        new.id,
        calls_sip_trunk_update_request={"type": "REGISTERED", "name": "n2"},
    )
    await it.ask("delete_sip_trunk", new.id)


async def recordings(it: Customer) -> None:
    """There are none yet: lists are empty, and what has a name is not found."""
    for kind in ("calls", "conferences", "dialogs"):
        found = await it.ask(f"get_{kind}_recordings")
        assert found.paging.total_results == 0
        await it.refused(f"get_{kind[:-1]}_recordings", 404, "none")
        await it.refused(f"delete_{kind[:-1]}_recordings", 404, "none")
        if kind != "calls":
            body: dict[str, Any] = {"calls_on_demand_composition": {}}
            await it.refused(f"compose_{kind[:-1]}_recording", 404, "none", **body)
    await it.refused("download_recording_file", 404, "none")
    await it.refused("delete_recording_file", 404, "none")


async def calls(it: Customer) -> None:
    ada, bob = await it.it.client("ada"), await it.it.client("bob")
    call = await it.taken("ada", ada, customData={"order": "7"}, externalId="x")
    found = await it.ask("get_call", call)
    assert (found.state.value, found.custom_data) == ("ESTABLISHED", {"order": "7"})
    over = await it.ask(
        "hangup_call", call, calls_hangup_request={"errorCode": "NORMAL_HANGUP"}
    )
    assert over.state.value == "FINISHED"
    log = await it.ask("get_call_history", call)
    assert log.hangup_source.value == "API"
    history = await it.ask("get_calls_history", to="ada")
    assert [each.call_id for each in history.results] == [call]
    inbound = await it.called(bob)
    await it.ask("send_ringing", inbound)
    await bob.hear("rang")
    await it.ask("pre_answer_call", inbound, calls_pre_answer_request={})
    await bob.hear("early_media")
    await it.ask(
        "answer_call", inbound, calls_answer_request={"customData": {"desk": "1"}}
    )
    await bob.hear("established")
    assert (await it.ask("get_call", inbound)).custom_data == {"desk": "1"}
    await it.ask("hangup_call", inbound, calls_hangup_request={})


async def actions(it: Customer) -> None:
    """What can not be done yet is accepted, and fails as an event."""
    eve = await it.it.client("eve")
    call = await it.taken("eve", eve)
    for name, body in (
        ("call_play_file", {"calls_play_request": {"content": AUDIO}}),
        ("call_say_text", {"calls_say_request": SAY}),
        ("call_send_dtmf", {"calls_dtmf_send_request": {"dtmf": "1"}}),
        (
            "call_capture_dtmf",
            {"calls_dtmf_capture_request": {"maxLength": 4, "timeout": 5000}},
        ),
        (
            "call_capture_speech",
            {"calls_speech_capture_request": {"language": "en-US", "timeout": 5}},
        ),
        (
            "call_start_transcription",
            {
                "calls_start_transcription_request": {
                    "transcription": {"language": "en-US"}
                }
            },
        ),
        (
            "call_start_recording",
            {
                "calls_recording_start_request": {
                    "recording": {"recordingType": "AUDIO"}
                }
            },
        ),
        (
            "start_media_stream",
            {
                "calls_start_media_stream_request": {
                    "mediaStream": {"audioProperties": {"mediaStreamConfigId": "m"}}
                }
            },
        ),
    ):
        assert (await it.ask(name, call, **body)).status.value == "PENDING"
    stop: dict[str, Any] = {"calls_stop_play_request": {}}
    await it.refused("call_stop_playing_file", 400, call, **stop)
    await it.refused("call_stop_recording", 400, call)
    await it.refused("call_stop_transcription", 400, call)
    await it.refused("stop_media_stream", 400, call)
    await it.ask("hangup_call", call, calls_hangup_request={})


async def dialogs(it: Customer) -> None:
    people = {name: await it.it.client(name) for name in ("fay", "gus", "hal")}
    parent = await it.taken("fay", people["fay"])
    body = {"parentCallId": parent, "childCallRequest": {"endpoint": person("gus")}}
    dialog = await it.ask("create_dialog", calls_dialog_request=body)
    await took(people["gus"], dialog.child_call.id)
    await people["gus"].hear("dialog_joined")
    assert (await it.ask("get_dialog", dialog.id)).state.value == "ESTABLISHED"
    assert (await it.ask("get_dialogs")).results[0].id == dialog.id
    one = dialog.id
    await it.ask("dialog_play_file", one, calls_dialog_play_request={"content": AUDIO})
    await it.ask("dialog_say_text", one, calls_dialog_say_request=SAY)
    recording = {"recordingType": "AUDIO"}
    await it.ask(
        "dialog_start_recording", one, calls_dialog_recording_request=recording
    )
    await it.refused("dialog_stop_playing_file", 400, one)
    await it.refused("dialog_stop_recording", 400, one)
    await it.ask(
        "dialog_broadcast_webrtc_text",
        one,
        calls_dialog_broadcast_webrtc_text_request={"text": "hello"},
    )
    await people["gus"].hear("broadcast_text")
    over = await it.ask("hangup_dialog", one)
    assert over.state.value == "FINISHED"
    assert (await it.ask("get_dialog_history", one)).hangup_source.value == "API"
    assert (await it.ask("get_dialogs_history")).paging.total_results == 1
    for name in ("fay", "gus"):
        await people[name].hear("ended")
    first = await it.taken("fay", people["fay"])
    second = await it.taken("hal", people["hal"], parentCallId=first)
    dialog = await it.ask(
        "create_dialog_with_existing_calls",
        first,
        second,
        calls_dialog_with_existing_call_request={},
    )
    await people["hal"].hear("dialog_joined")
    await it.ask("hangup_dialog", dialog.id)


async def conferences(it: Customer) -> None:
    people = {name: await it.it.client(name) for name in ("ida", "joe", "kim")}
    first = await it.taken("ida", people["ida"])
    made = await it.ask("connect_calls", calls_connect_request={"callIds": [first]})
    await people["ida"].hear("conference_joined")
    await it.ask("hangup_conference", made.id)
    first = await it.taken("ida", people["ida"])
    both = await it.ask(
        "connect_with_new_call",
        first,
        calls_connect_with_new_call_request={
            "callRequest": {"endpoint": person("joe")}
        },
    )
    await took(people["joe"], both.call.id)
    await people["joe"].hear("conference_joined")
    await it.ask("hangup_conference", both.conference.id)
    body = {"callsConfigurationId": SHOP, "name": "desk"}
    one = (await it.ask("create_conference", calls_conference_request=body)).id
    assert (await it.ask("get_conference", one)).name == "desk"
    assert (await it.ask("get_conferences")).results[0].id == one
    added = await it.ask(
        "add_new_conference_call",
        one,
        calls_add_new_call_request={"callRequest": {"endpoint": person("kim")}},
    )
    second = added.call.id
    await took(people["kim"], second)
    await people["kim"].hear("conference_joined")
    first = await it.taken("ida", people["ida"])
    await it.ask(
        "add_existing_conference_call",
        one,
        first,
        calls_add_existing_call_request={},
    )
    await people["ida"].hear("conference_joined")
    await it.ask("update_conference", one, calls_update_request={"muted": False})
    role = {"muted": True, "role": {"type": "MONITOR"}}
    await it.ask("update_conference_call", one, first, calls_update_call_request=role)
    told = (await it.ask("get_conference", one)).participants
    found = {each.call_id: each for each in told}
    assert found[first].media.audio.muted
    assert found[first].role.type.value == "MONITOR"
    await it.ask(
        "conference_play_file", one, calls_conference_play_request={"content": AUDIO}
    )
    await it.ask("conference_say_text", one, calls_conference_say_request=SAY)
    recording = {"recordingType": "AUDIO"}
    await it.ask(
        "conference_start_recording",
        one,
        calls_conference_recording_request=recording,
    )
    await it.refused("conference_stop_playing_file", 400, one)
    await it.refused("conference_stop_recording", 400, one)
    await it.ask(
        "conference_broadcast_webrtc_text",
        one,
        calls_conference_broadcast_webrtc_text_request={"text": "hello"},
    )
    await people["kim"].hear("broadcast_text")
    await it.ask("remove_conference_call", one, first)
    await it.ask("hangup_conference", one)
    assert (await it.ask("get_conference_history", one)).name == "desk"
    assert (await it.ask("get_conferences_history")).paging.total_results == 3


async def transfers(it: Customer) -> None:
    lea = await it.it.client("lea")
    call = await it.taken("lea", lea)
    body: dict[str, Any] = {"id": "desk"}
    await it.ask("create_calls_configuration", calls_configuration_create_request=body)
    body = {"destinationCallsConfigurationId": "desk"}
    for answer in ("reject", "accept"):
        await it.ask(
            "application_transfer", call, calls_application_transfer_request=body
        )
        leg = it.it.ringway.desk.call(FIRST_ACCOUNT, LegId(call))
        assert leg.transfer is not None
        await it.ask(f"application_transfer_{answer}", call, leg.transfer.id)
    assert (await it.ask("get_call", call)).calls_configuration_id == "desk"


async def bulks(it: Customer) -> None:
    """One that has not begun, and one that is on its way: a call a day."""
    number = {"type": "PHONE", "phoneNumber": "41790000000"}
    item: dict[str, Any] = {"callRequests": [{"endpoint": number}] * 3}

    async def create(**options: Any) -> str:
        body = {"callsConfigurationId": SHOP, "items": [{**item, **options}]}
        return str((await it.ask("create_bulk", call_bulk_request=body)).bulk_id)

    async def state(name: str, bulk: str, **bodies: Any) -> str:
        return str((await it.ask(name, bulk, **bodies)).status.value)

    later = {"startTime": "2126-01-15T12:00:00.000+0000"}
    waiting = await create(schedulingOptions=later)
    assert await state("get_bulk_status", waiting) == "PENDING"
    later = {"startTime": "2127-01-15T12:00:00.000+0000"}
    bodies: dict[str, Any] = {"calls_reschedule_request": later}
    assert await state("reschedule_bulk", waiting, **bodies) == "PENDING"
    assert await state("cancel_bulk", waiting) == "CANCELED"
    now = {"startTime": "2020-01-15T12:00:00.000+0000"}
    rate = {"maxCalls": 1, "timeUnit": "DAYS"}
    going = await create(schedulingOptions=now, callRate=rate)
    assert await state("pause_bulk", going) == "PAUSED"
    assert await state("resume_bulk", going) == "PROCESSING"
    assert await state("cancel_bulk", going) == "CANCELED"


async def test_the_other_five_by_plain_http() -> None:
    async with customer() as it:
        await it.ask(
            "create_calls_configuration",
            calls_configuration_create_request={"id": SHOP},
        )
        ada, bob = await it.it.client("ada"), await it.it.client("bob")
        parent = await it.taken("ada", ada)
        done = set()

        async def post(operation: str, path: str, code: int, body: Any) -> None:
            done.add(operation)
            response = await it.it.http.post(
                f"/calls/1{path}",
                json=body,
                headers={"Authorization": f"App {it.it.key.secret}"},
            )
            assert response.status_code == code, response.text

        hello = {"message": "hello"}
        await post("call-send-message", f"/calls/{parent}/send-message", 200, hello)
        assert (await ada.hear("message_received"))["message"] == "hello"
        child = {"endpoint": person("bob")}
        body = {"parentCallId": parent, "childCallRequest": child}
        dialog = await it.ask("create_dialog", calls_dialog_request=body)
        await took(bob, dialog.child_call.id)
        await bob.hear("dialog_joined")
        path = f"/dialogs/{dialog.id}"
        await post("dialog-send-message", f"{path}/send-message", 200, hello)
        await bob.hear("message_received")
        # Nobody has asked for a transfer: that takes a SIP phone.
        target = {"targetCallRequest": child}
        await post("dialog-transfer-accept", f"{path}/transfer/accept", 400, target)
        await post("dialog-transfer-reject", f"{path}/transfer/reject", 400, {})
        await it.ask("hangup_dialog", dialog.id)
        await ada.hear("ended")
        call = await it.taken("ada", ada)
        made = await it.ask("connect_calls", calls_connect_request={"callIds": [call]})
        await ada.hear("conference_joined")
        path = f"/conferences/{made.id}"
        await post("conference-send-message", f"{path}/send-message", 200, hello)
        await ada.hear("message_received")
        assert done == OTHERS


async def test_who_has_no_key_is_told_so_in_the_clients_words() -> None:
    async with customer() as it:
        stranger = CallsApi(ApiClient(Configuration(host=it.url, api_key="wrong")))
        with pytest.raises(ApiException) as caught:
            await asyncio.to_thread(stranger.get_calls)
        assert caught.value.status == 401
