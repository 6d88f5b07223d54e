"""Errors in HTTP: one envelope for every one of them.

    {"requestError": {"serviceException":
        {"messageId": …, "text": …, "validationErrors": {field: [sentence]}}}}

The shape and the ids of 400, 401, 403, 404, 429 and 500 are the reference's
(`api/calls-api.md` section 1); the rest of the ids are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from ringway.domain.causes import Refused
from ringway.ports.fields import WrongFields
from ringway.ports.provisioning import InUse
from ringway.ports.shelves import Missing, Taken, TooMany
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.application import NoSuchCall, NoSuchMeeting

log = structlog.get_logger("rest")

MESSAGE_IDS: Final[Mapping[int, str]] = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    429: "TOO_MANY_REQUESTS",
    500: "GENERAL_ERROR",
}
TEXTS: Final[Mapping[int, str]] = {
    400: "The request can not be understood.",
    403: "This is not allowed.",
    404: "There is nothing here.",
    405: "This path does not take this method.",
    413: "The body is too large.",
}
NOT_NOW: Final = "The server can not read or write its data now."
FAULT: Final = "Something went wrong in the server."


class ApiError(Exception):
    """A request that is not obeyed, and what its sender is told."""

    def __init__(
        self,
        status: HTTPStatus,
        text: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        message_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.fields = fields or {}
        self.message_id = message_id or MESSAGE_IDS[status]
        self.headers = headers or {}


def too_many(text: str, wait_s: int) -> ApiError:
    """Say that somebody asks too often, and how many seconds to wait."""
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS, text, headers={"Retry-After": str(wait_s)}
    )


def bad_request(text: str, /, **fields: str) -> ApiError:
    """Say what is wrong with a body; one sentence for each wrong field."""
    wrong = {field: [sentence] for field, sentence in fields.items()}
    return ApiError(HTTPStatus.BAD_REQUEST, text, fields=wrong)


@dataclass(frozen=True, slots=True)
class Told:
    """A response in JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def told(error: ApiError) -> Told:
    """Write the error in the envelope."""
    said: dict[str, object] = {"messageId": error.message_id, "text": error.text}
    if error.fields:
        said["validationErrors"] = error.fields
    return Told(
        error.status,
        {"Cache-Control": "no-store", **error.headers},
        msgspec.json.encode({"requestError": {"serviceException": said}}),
    )


def envelope(error: ApiError) -> Response[bytes]:
    """Write the error as a response."""
    it = told(error)
    return Response(
        it.body,
        status_code=it.status,
        media_type=MediaType.JSON,
        headers=dict(it.headers),
    )


def translated(error: Exception, path: str) -> ApiError:
    """Say in HTTP what was raised; what is our fault stays in our log."""
    match error:
        case ApiError():
            return error
        case Refused():
            return ApiError(HTTPStatus.BAD_REQUEST, error.text)
        case NoSuchCall() | NoSuchMeeting() | Missing():
            return ApiError(HTTPStatus.NOT_FOUND, str(error))
        case WrongFields():
            fields = {name: [sentence] for name, sentence in error.fields.items()}
            text = "Some fields are not valid."
            return ApiError(HTTPStatus.BAD_REQUEST, text, fields=fields)
        case Taken():
            return ApiError(HTTPStatus.CONFLICT, str(error))
        case TooMany() | InUse():
            return ApiError(HTTPStatus.BAD_REQUEST, str(error))
        case StorageUnavailable():
            log.error("storage unavailable", path=path, trouble=error.trouble)
            return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, NOT_NOW)
        case _:
            log.error("fault in a request", path=path, exc_info=error)
            return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, FAULT)


def on_api_error(_: Request[Any, Any, Any], error: ApiError) -> Response[bytes]:
    """Respond to what our own handlers raise."""
    return envelope(error)


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Respond to what the framework raises; its own words stay inside."""
    status = HTTPStatus(error.status_code)
    if status not in MESSAGE_IDS:
        status = (
            HTTPStatus.BAD_REQUEST
            if 400 <= status < 500  # noqa: PLR2004 -- the class of errors
            else HTTPStatus.INTERNAL_SERVER_ERROR
        )
    headers = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return envelope(ApiError(status, TEXTS.get(status, FAULT), headers=headers))


def on_storage_error(
    request: Request[Any, Any, Any], error: StorageUnavailable
) -> Response[bytes]:
    """Respond when data can not be read or written; the reason is in our log."""
    return envelope(translated(error, request.url.path))


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Respond to a fault of ours; what it is stays in our log."""
    return envelope(translated(error, request.url.path))


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    ApiError: on_api_error,
    HTTPException: on_http_error,
    StorageUnavailable: on_storage_error,
    Exception: on_fault,
}
