"""The OpenAPI 3.1 document, made from the table of operations and the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from ringway.public.models import (
    actions,
    bulks,
    conferences,
    configurations,
    endpoints,
    trunk_answers,
    trunk_parts,
    trunk_requests,
)
from ringway.public.models.envelope import PROPERTIES, Event
from ringway.public.models.errors import ApiException
from ringway.public.models.event_enums import EventType
from ringway.public.models.scalars import MAX_INT32
from ringway.public.operations import ALWAYS, OCTETS, Operation

Json = dict[str, Any]
SHAPES: Final[Mapping[str, Any]] = {
    "BulkEndpoint": bulks.BulkEndpoint,
    "CallEndpoint": endpoints.CallEndpoint,
    "CreateSipTrunkResponse": trunk_answers.CreateSipTrunkResponse,
    "MediaStreamConfigRequest": configurations.MediaStreamConfigRequest,
    "MediaStreamConfigResponse": configurations.MediaStreamConfigResponse,
    "PlayContent": actions.PlayContent,
    "Role": conferences.Role,
    "SipTrunkProvider": trunk_parts.SipTrunkProvider,
    "SipTrunkRequest": trunk_requests.SipTrunkRequest,
    "SipTrunkResetPasswordResponse": trunk_answers.SipTrunkResetPasswordResponse,
    "SipTrunkResponse": trunk_answers.SipTrunkResponse,
    "SipTrunkUpdateRequest": trunk_requests.SipTrunkUpdateRequest,
    "Termination": actions.Termination,
    "UrlSecurityConfig": configurations.UrlSecurityConfig,
}
"""Models that are several, told apart by `type`."""
ERRORS: Final[Mapping[int, str]] = {
    400: "The request is not valid, or not possible now.",
    401: "No valid key is shown.",
    403: "The key does not allow this.",
    404: "There is no such thing in this account.",
    416: "There is no such part of the file.",
    429: "Too many requests; `Retry-After` says when the next is taken.",
    500: "The server can not do it now.",
}
_REF: Final = "#/components/schemas/"
_ONLY: Final = {
    f"{_REF}{shape.__name__}": _REF + name
    for name, shape in SHAPES.items()
    if isinstance(shape, type)
}
"""Where a model that is several has one shape only."""
_HEADER: Final = {"type": "apiKey", "in": "header", "name": "Authorization"}
SCHEMES: Final[Mapping[str, Json]] = {
    "App": {**_HEADER, "description": "`App <key>`"},
    "Ibsso": {**_HEADER, "description": "`IBSSO <token>`"},
    "Basic": {"type": "http", "scheme": "basic"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}


def document(operations: Iterable[Operation], version: str, url: str) -> Json:
    """Describe these operations, and all events, for who asks at `url`."""
    rows = tuple(operations)
    models = [*_models(rows), *SHAPES.values(), ApiException]
    events = [it for it in PROPERTIES.values() if it is not None]
    _, components = msgspec.json.schema_components(
        [*models, *events, Event], ref_template=f"{_REF}{{name}}"
    )
    schemas: Json = {name: _tidy(it) for name, it in components.items()}
    for name, shapes in SHAPES.items():
        schemas[name] = _shape(shapes)
    event = schemas.pop("Event")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ringway Calls API", "version": version},
        "servers": [{"url": url}],
        "security": [{name: []} for name in SCHEMES],
        "paths": _paths(rows),
        "webhooks": {name: _webhook(name, event) for name in PROPERTIES},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": dict(SCHEMES),
            "responses": {f"E{code}": _error(code) for code in ERRORS},
        },
    }


def _models(rows: Iterable[Operation]) -> Iterator[Any]:
    for row in rows:
        for it in (row.body, row.answer):
            if it not in (None, bytes):
                yield it


def _paths(rows: Iterable[Operation]) -> Json:
    paths: Json = {}
    for row in rows:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    return paths


def _operation(row: Operation) -> Json:
    told: Json = {
        "operationId": row.id,
        "tags": [row.family],
        "summary": row.id.replace("-", " ").capitalize(),
        "parameters": list(_parameters(row)),
        "responses": {str(row.code): _answer(row, row.code)},
        "x-rate-limit": str(row.rate),
        "x-scopes-any-of": list(row.scopes),
    }
    if row.ranged:
        told["responses"]["206"] = _answer(row, 206)
    for code in sorted({*ALWAYS, *row.errors}):
        told["responses"][str(code)] = {"$ref": f"#/components/responses/E{code}"}
    if row.body is bytes:
        file = {"type": "string", "contentMediaType": OCTETS}
        form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
        content: Json = {"multipart/form-data": {"schema": form}}
        told["requestBody"] = {"required": True, "content": content}
    elif row.body is not None:
        content = {"application/json": {"schema": _reference(row.body)}}
        told["requestBody"] = {"required": row.body_needed, "content": content}
    if row.deprecated:
        told["deprecated"] = True
    return told


def _parameters(row: Operation) -> Iterator[Json]:
    for name in row.names:
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        }
    if row.query is not None:
        _, components = msgspec.json.schema_components(
            [row.query], ref_template=f"{_REF}{{name}}"
        )
        model = components[row.query.__name__]
        needed = model.get("required", [])
        for name, schema in model["properties"].items():
            inner = _inlined(_tidy(schema), components)
            told = {"name": name, "in": "query", "schema": inner}
            yield {**told, "required": True} if name in needed else told
    if row.ranged:
        yield {"name": "Range", "in": "header", "schema": {"type": "string"}}


def _inlined(schema: Json, components: Mapping[str, Json]) -> Json:
    name = schema.get("$ref", "").removeprefix(_REF)
    return _tidy(components[name]) if name else schema


def _answer(row: Operation, code: int) -> Json:
    if row.answer is bytes:
        content: Json = {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": _reference(row.answer)}}
    said = "Done." if code == row.code else "A part of it."
    return {"description": said, "content": content}


def _error(code: int) -> Json:
    content = {"application/json": {"schema": _reference(ApiException)}}
    return {"description": ERRORS[code], "content": content}


def _reference(model: Any) -> Json:
    """Give the reference to a model, to several that have a name, or to a list."""
    for name, shapes in SHAPES.items():
        if model == shapes:
            return {"$ref": _REF + name}
    [schema], _ = msgspec.json.schema_components(
        [model], ref_template=f"{_REF}{{name}}"
    )
    told: Json = _tidy(schema)
    return told


def _webhook(name: EventType, event: Json) -> Json:
    """Describe one type of event: its envelope, and what it says."""
    members = {**event["properties"], "type": {"const": name}}
    says = PROPERTIES[name]
    del members["properties"]
    if says is not None:
        members["properties"] = {"$ref": _REF + says.__name__}
    if name != "CALL_STARTED":
        del members["retryProperties"]
    body = {
        "type": "object",
        "properties": members,
        "required": ["type", "timestamp"],
    }
    return {
        "post": {
            "operationId": name,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": body}},
            },
            "responses": {"2XX": {"description": "Taken; the body is not read."}},
        }
    }


def _shape(shapes: Any) -> Json:
    """Describe a model that is several."""
    [schema], _ = msgspec.json.schema_components(
        [shapes], ref_template=f"{_REF}{{name}}"
    )
    if "anyOf" not in schema:
        return {"oneOf": [schema], "discriminator": {"propertyName": "type"}}
    told: Json = {"oneOf": schema["anyOf"]}
    return {**told, "discriminator": schema["discriminator"]}


def _tidy(schema: Any) -> Any:
    """Name what has a name, and leave out what only says that nothing may be."""
    if isinstance(schema, list):
        return [_tidy(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _tidy(it) for name, it in schema.items()}
    if told.get("type") == "integer":
        told["format"] = "int32" if told["maximum"] <= MAX_INT32 else "int64"
    if told.get("type") == "number":
        told["format"] = "double"
    if told.get("$ref") in _ONLY:
        told["$ref"] = _ONLY[told["$ref"]]
    if "anyOf" not in told:
        return told
    some = [it for it in told["anyOf"] if it != {"type": "null"}]
    if len(some) == 1:
        del told["anyOf"]
        return {**_said(told), **some[0]}
    refs = {it.get("$ref") for it in some}
    for name, shape in SHAPES.items():
        if refs == {it.get("$ref") for it in _shape(shape)["oneOf"]}:
            return {**_said(told, "anyOf", "discriminator"), "$ref": _REF + name}
    return {**told, "anyOf": some}


def _said(schema: Json, *others: str) -> Json:
    """Leave out a default of null: it says no more than that nothing was given."""
    return {
        name: it
        for name, it in schema.items()
        if name not in others and not (name == "default" and it is None)
    }
