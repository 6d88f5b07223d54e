"""Our OpenAPI document against the reference: nothing missing, nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ringway.public.models.envelope import PROPERTIES
from ringway.public.openapi import SHAPES, document
from ringway.public.operations import OPERATIONS as ROWS
from tests.contract.reference import (
    ENUMS,
    ENVELOPE,
    EVENTS,
    MODELS,
    MORE_MEMBERS,
    MORE_NAMES,
    OPERATIONS,
    STRICTER,
    members,
)

DOCUMENT: dict[str, Any] = json.loads(
    json.dumps(document(ROWS, "1", "http://127.0.0.1"))
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
INT = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
KEYWORDS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "readOnly",
    "deprecated",
    "default",
)
TAGS = {shape for model in MODELS.values() for shape in model.get("oneOf", {}).values()}


def reference_name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).removeprefix("#/components/schemas/")


def same(name: str, wanted: dict[str, Any], found: dict[str, Any]) -> None:
    """Compare one member, whatever is in it."""
    if wanted.get("minLength") == 0:
        found = {"minLength": 0, **found}  # which says nothing
    if "ref" in wanted:
        if wanted["ref"] == "VoiceName":
            assert found["type"] == "string"
        else:
            assert reference_name(found) == wanted["ref"]
    elif wanted["type"] == "array":
        assert found["type"] == "array"
        same(name, wanted["items"], found["items"])
    elif "values" in wanted:
        assert found["type"] == "object"
        same(name, wanted["values"], found["additionalProperties"])
    elif "enum" in wanted:
        assert set(SCHEMAS[reference_name(found)]["enum"]) == set(wanted["enum"])
    else:
        assert found["type"] == wanted["type"]
        assert found.get("format") == wanted.get("format")
    if "pattern" in wanted:
        assert found["pattern"] == wanted["pattern"] + r"(?!\n)"
    for keyword in KEYWORDS:
        assert found.get(keyword) == wanted.get(keyword), keyword
    if wanted.get("type") == "integer":
        least, most = INT[wanted["format"]]
        for keyword, own in (("minimum", least), ("maximum", most)):
            allowed = {wanted.get(keyword, own)}
            ours = STRICTER.get(name, {})
            if keyword not in wanted and keyword in ours:
                allowed.add(ours[keyword])
            assert found[keyword] in allowed, keyword


def test_there_are_109_operations_and_65_events() -> None:
    assert len(OPERATIONS) == 109
    assert len(EVENTS) == 65
    described = {
        operation["operationId"]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
    }
    assert described == {it["id"] for it in OPERATIONS}
    assert set(DOCUMENT["webhooks"]) == set(EVENTS)


@pytest.mark.parametrize("wanted", OPERATIONS, ids=lambda it: it["id"])
def test_an_operation(wanted: dict[str, Any]) -> None:
    found = DOCUMENT["paths"][wanted["path"]][wanted["method"].lower()]
    assert found["operationId"] == wanted["id"]
    assert found["x-rate-limit"] == wanted["rate"]
    assert found["x-scopes-any-of"] == wanted["scopes"]
    codes = {*wanted["success"], *map(str, wanted["errors"])}
    assert set(found["responses"]) == codes
    for code, answer in wanted["success"].items():
        [content] = found["responses"][code]["content"].items()
        media, told = content
        if "media" in answer:
            assert media == answer["media"]
        elif "array" in answer:
            assert told["schema"]["type"] == "array"
            assert reference_name(told["schema"]["items"]) == answer["array"]
        else:
            assert media == "application/json"
            assert reference_name(told["schema"]) == answer["model"]
    assert ("requestBody" in found) == (wanted["body"] is not None)
    if wanted["body"] is not None:
        body = found["requestBody"]
        assert body["required"] == wanted["body"]["required"]
        [content] = body["content"].items()
        media, told = content
        if "multipart" in wanted["body"]:
            assert media == "multipart/form-data"
            assert told["schema"]["required"] == [wanted["body"]["multipart"]]
        else:
            assert reference_name(told["schema"]) == wanted["body"]["model"]


@pytest.mark.parametrize("wanted", OPERATIONS, ids=lambda it: it["id"])
def test_the_parameters_of_an_operation(wanted: dict[str, Any]) -> None:
    found = DOCUMENT["paths"][wanted["path"]][wanted["method"].lower()]["parameters"]
    in_path = [it["name"] for it in found if it["in"] == "path"]
    assert in_path == re.findall(r"\{(\w+)\}", wanted["path"])
    rest = {it["name"]: it for it in found if it["in"] != "path"}
    assert set(rest) == {it["name"] for it in wanted["query"]}
    for it in wanted["query"]:
        told, schema = rest[it["name"]], rest[it["name"]]["schema"]
        assert told["in"] == it.get("in", "query")
        assert told.get("required", False) == it.get("required", False)
        if it["type"] in ENUMS:
            names = {*ENUMS[it["type"]]["values"], *MORE_NAMES.get(it["type"], ())}
            assert set(schema["enum"]) == names
        elif it["type"] == "date-time":
            assert schema["format"] == "date-time"
        elif it["type"] == "int32":
            assert schema["default"] == it["default"]
            assert schema["minimum"] == it["minimum"]
            assert schema["maximum"] == it.get("maximum", 2**31 - 1)
        else:
            assert schema["type"] == it["type"]


@pytest.mark.parametrize("name", MODELS)
def test_a_model(name: str) -> None:
    model, found = MODELS[name], SCHEMAS[name]
    if "oneOf" in model:
        assert name in SHAPES
        assert [reference_name(it) for it in found["oneOf"]] == [
            *model["oneOf"].values()
        ]
        for tag, shape in model["oneOf"].items():
            assert SCHEMAS[shape]["properties"]["type"] == {"enum": [tag]}
        return
    wanted = members(name)
    told = {
        it: schema
        for it, schema in found["properties"].items()
        if (name, it) not in MORE_MEMBERS
    }
    tagged = {"type"} if name in TAGS else set()
    assert set(told) - tagged == set(wanted) - tagged
    required = {it for it, rule in wanted.items() if rule.get("required")} - tagged
    assert set(found.get("required", ())) - tagged == required
    for it in set(wanted) - tagged:
        same(it, wanted[it], told[it])


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum(name: str) -> None:
    by_tag = {
        "UrlSecurityConfigType": "UrlSecurityConfig",
        "PlayContentType": "PlayContent",
        "RoleType": "Role",
        "TerminationType": "Termination",
        "BulkEndpointType": "BulkEndpoint",
        "RequestMediaStreamConfigType": "MediaStreamConfigRequest",
        "ResponseMediaStreamConfigType": "MediaStreamConfigResponse",
        "SipTrunkProviderType": "SipTrunkProvider",
        "SipTrunkType": "SipTrunkResponse",
        "CallEndpointType": "CallEndpoint",
    }
    wanted = {*ENUMS[name]["values"], *MORE_NAMES.get(name, ())}
    if name in by_tag:
        shapes = SCHEMAS[by_tag[name]]["oneOf"]
        [*tags] = (
            SCHEMAS[reference_name(it)]["properties"]["type"]["enum"][0]
            for it in shapes
        )
        assert set(tags) == wanted
    elif name == "RecordingLocation":
        return  # a parameter alone: looked at with the operations
    else:
        assert set(SCHEMAS[name]["enum"]) == wanted


@pytest.mark.parametrize("name", EVENTS)
def test_an_event(name: str) -> None:
    wanted = EVENTS[name]
    content = DOCUMENT["webhooks"][name]["post"]["requestBody"]["content"]
    found = content["application/json"]["schema"]["properties"]
    assert found["type"] == {"const": name}
    assert {*ENVELOPE, *wanted.get("top", {})} == set(found) - {"properties"}
    for it, rule in ENVELOPE.items():
        if it != "type":
            same(it, rule, found[it])
    for it, model in wanted.get("top", {}).items():
        assert reference_name(found[it]) == model
    says = reference_name(found["properties"]) if "properties" in found else None
    assert says == wanted["properties"]


def test_what_older_clients_send_is_described_too() -> None:
    for model, member in MORE_MEMBERS:
        assert member in SCHEMAS[model]["properties"]


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/components/(\w+/\w+)"', json.dumps(DOCUMENT)))
    for it in named:
        kind, _, name = it.partition("/")
        assert name in DOCUMENT["components"][kind]
    assert len(PROPERTIES) == 65
