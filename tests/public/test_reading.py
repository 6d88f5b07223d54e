"""Bodies and parameters: what is read, and that every wrong member is named."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.public.models.actions import SpeechCaptureRequest
from ringway.public.models.bulks import BulkRequest, RescheduleRequest
from ringway.public.models.calls import CallRequest, CallSendMessageRequest
from ringway.public.models.conferences import AddNewCallRequest, ConnectRequest
from ringway.public.models.configurations import (
    CallsConfigurationCreateRequest,
    MediaStreamConfigRequest,
    MediaStreamingConfigRequest,
)
from ringway.public.models.queries import CallsQuery, ConferenceRecordingsQuery
from ringway.public.operations import OPERATIONS
from ringway.public.reading import MOST_WRONG, Reader, Unreadable, Wrong

CALL = {
    "endpoint": {"type": "WEBRTC", "identity": "ada"},
    "callsConfigurationId": "shop",
}


def read(model: Any, it: object) -> Any:
    return Reader(model).body(json.dumps(it).encode())


def wrong(model: Any, it: object) -> dict[str, list[str]]:
    with pytest.raises(Wrong) as caught:
        read(model, it)
    return caught.value.fields


def test_what_is_not_given_has_its_default() -> None:
    it = read(CallRequest, CALL)
    assert it.max_duration == 28800
    assert it.connect_timeout is None
    assert it.from_ is None


def test_unknown_members_are_nothing() -> None:
    assert read(CallRequest, {**CALL, "colour": "red"}) == read(CallRequest, CALL)


def test_null_is_nothing_where_nothing_may_be() -> None:
    nulls = {**CALL, "maxDuration": None, "platform": None}
    assert read(CallRequest, nulls) == read(CallRequest, CALL)
    assert wrong(CallRequest, {**CALL, "endpoint": None}) == {
        "endpoint": ["is required"]
    }


def test_every_wrong_member_is_named_at_once() -> None:
    assert wrong(
        CallRequest,
        {
            "endpoint": {"type": "WEBRTC", "identity": 5},
            "connectTimeout": 61,
            "maxDuration": "1",
            "recording": {"recordingType": "SOUND", "filePrefix": "ä"},
            "customData": {"a": 1},
            "platform": [],
            "parentCallId": "x" * 129,
            "machineDetection": {"enabled": 1, "detectionTime": 6},
        },
    ) == {
        "endpoint.identity": ["is a text"],
        "connectTimeout": ["is a whole number from 1 to 60"],
        "maxDuration": ["is a whole number from 1 to 2147483647"],
        "recording.recordingType": ["is one of AUDIO, AUDIO_AND_VIDEO"],
        "recording.filePrefix": [
            r"is a text of 1 to 214 characters that matches ^[a-zA-Z0-9_\-]*$(?!\n)"
        ],
        "customData.a": ["is a text"],
        "platform": ["is an object"],
        "parentCallId": ["is a text of 0 to 128 characters"],
        "machineDetection.enabled": ["is true or false"],
        "machineDetection.detectionTime": ["is a number from 1 to 5"],
        "callsConfigurationId": ["is required"],
    }


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ({}, "is required: one of PHONE, SIP, WEBRTC, VIBER, WHATSAPP, WEBSOCKET"),
        ({"type": "FAX"}, "is one of PHONE, SIP, WEBRTC, VIBER, WHATSAPP, WEBSOCKET"),
        ({"type": 1}, "is one of PHONE, SIP, WEBRTC, VIBER, WHATSAPP, WEBSOCKET"),
    ],
)
def test_the_shape_is_told_by_its_type(endpoint: object, sentence: str) -> None:
    found = wrong(CallRequest, {**CALL, "endpoint": endpoint})
    assert found == {"endpoint.type": [sentence]}


def test_a_list_is_looked_at_entry_by_entry() -> None:
    item = {"callRequests": [{"endpoint": {"type": "PHONE", "phoneNumber": "1"}}]}
    bulk = {"callsConfigurationId": "shop", "items": [item, {"callRequests": []}, 3]}
    assert wrong(BulkRequest, bulk) == {
        "items[1].callRequests": ["is a list with at least 1 entries"],
        "items[2]": ["is an object"],
    }
    assert wrong(BulkRequest, {**bulk, "items": "many"}) == {
        "items": ["is a list with at least 1 entries"]
    }


def test_there_is_an_end_to_what_is_named() -> None:
    many = [3] * (MOST_WRONG + 50)
    found = wrong(BulkRequest, {"callsConfigurationId": "shop", "items": many})
    assert len(found) == MOST_WRONG


@pytest.mark.parametrize(
    ("model", "body", "fields"),
    [
        (
            ConnectRequest,
            {"callIds": ["a", "b", "a"]},
            {"callIds": ["names a call twice"]},
        ),
        (
            SpeechCaptureRequest,
            {"language": "en-US", "timeout": 5, "keyPhrases": ["a", "a"]},
            {"keyPhrases": ["names something twice"]},
        ),
        (
            CallRequest,
            {**CALL, "endpoint": {"type": "VIBER", "phoneNumber": "1"}},
            {"from": ["is required to call VIBER"]},
        ),
        (
            AddNewCallRequest,
            {
                "callRequest": {
                    **CALL,
                    "machineDetection": {
                        "enabled": True,
                        "detectionTime": 3,
                        "messageDetectionTimeout": 3,
                    },
                }
            },
            {
                "callRequest.machineDetection.detectionTime": [
                    "is less than messageDetectionTimeout"
                ]
            },
        ),
        (
            AddNewCallRequest,
            {
                "callRequest": CALL,
                "connectOnEarlyMedia": True,
                "ringbackGeneration": {"enabled": True},
            },
            {
                "ringbackGeneration": [
                    "can not be used together with connectOnEarlyMedia"
                ]
            },
        ),
        (
            RescheduleRequest,
            {"startTime": "2026-02-30T00:00:00Z"},
            {"startTime": ["is a time like 2026-01-15T11:59:30.000+0000"]},
        ),
        (
            CallsConfigurationCreateRequest,
            {"id": "shop\n"},
            {
                "id": [
                    r"is a text of 1 to 128 characters that matches ^[a-zA-Z0-9_-]*$(?!\n)"
                ]
            },
        ),
    ],
)
def test_members_that_are_right_alone_can_be_wrong_together(
    model: Any, body: object, fields: dict[str, list[str]]
) -> None:
    assert wrong(model, body) == fields


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-15T11:59:30.000+0000",
        "2026-01-15T12:00:00+00:00",
        "2026-01-15T12:00:00Z",
        "2026-01-02T03:04:05.678000+0000",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.1-0730",
    ],
)
def test_times_as_every_client_writes_them(at: str) -> None:
    assert read(RescheduleRequest, {"startTime": at}).start_time == at
    found = Reader(CallsQuery).parameters(
        {"startTimeAfter": at.replace("+", " ")}.items()
    )
    assert found.start_time_after == at


def test_names_of_older_clients_are_understood() -> None:
    older = {"endpoint": CALL["endpoint"], "applicationId": "shop"}
    assert read(CallRequest, older) == read(CallRequest, CALL)
    assert read(CallSendMessageRequest, {"text": "hi"}).message == "hi"
    it = read(
        MediaStreamConfigRequest,
        {
            "type": "MEDIA_STREAMING",
            "name": "n",
            "url": "wss://example.test",
            "audioEncoding": "RAW",
        },
    )
    assert isinstance(it, MediaStreamingConfigRequest)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":"\xff"}'])
def test_what_is_no_json_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(Unreadable, match="no JSON"):
        Reader(CallRequest).body(text)


@pytest.mark.parametrize("text", [b"[]", b"1", b'"a"', b"null"])
def test_what_is_no_object_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(Unreadable, match="no JSON object"):
        Reader(CallRequest).body(text)


def test_parameters_are_read_as_what_they_are() -> None:
    it = Reader(ConferenceRecordingsQuery).parameters(
        {
            "page": "2",
            "size": "5",
            "composition": "TRUE",
            "location": "HONG_KONG_1",
        }.items()
    )
    assert (it.page, it.size, it.composition, it.location) == (
        2,
        5,
        True,
        "HONG_KONG_1",
    )
    with pytest.raises(Wrong) as caught:
        Reader(ConferenceRecordingsQuery).parameters(
            {
                "page": "-1",
                "size": "101",
                "composition": "maybe",
                "location": "MARS",
            }.items()
        )
    assert set(caught.value.fields) == {"page", "size", "composition", "location"}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["WEBRTC", "AUDIO", "FILE", "2026-01-15T11:59:30.000+0000"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=5,
)
MODELS = {it.body for it in OPERATIONS if it.body not in (None, bytes)}


def shaped(model: Any) -> st.SearchStrategy[Any]:
    """Bodies with the members of the model, and anything at all in them."""
    infos = msgspec.inspect.type_info(model)
    one = getattr(infos, "types", (infos,))
    return st.one_of(
        [
            st.fixed_dictionaries(
                {"type": st.just(it.tag)} if it.tag else {},
                optional={field.encode_name: VALUES for field in it.fields},
            )
            for it in one
            if isinstance(it, msgspec.inspect.StructType)
        ]
    )


@pytest.mark.parametrize("model", sorted(MODELS, key=str), ids=str)
def test_a_body_is_read_or_its_wrong_members_are_named(model: Any) -> None:
    reader = Reader(model)

    @settings(max_examples=30, deadline=None)
    @given(shaped(model))
    def look(body: object) -> None:
        found: dict[str, list[str]] = {}
        try:
            it = reader.body(json.dumps(body).encode())
        except Wrong as error:
            found = error.fields
        else:
            assert reader.body(msgspec.json.encode(it)) == it
            return
        assert found
        for name, sentences in found.items():
            assert name
            assert [it[:3] for it in sentences] == ["is "], sentences

    look()
