"""The envelope of every error on the wire."""

from __future__ import annotations

from ringway.public.models.scalars import Wire


class ApiRequestErrorDetails(Wire, kw_only=True):
    """A code, a sentence, and a sentence for each wrong field."""

    message_id: str | None = None
    text: str | None = None
    validation_errors: dict[str, list[str]] | None = None


class ApiRequestError(Wire, kw_only=True):
    """What is wrong with a request."""

    service_exception: ApiRequestErrorDetails | None = None


class ApiException(Wire, kw_only=True):
    """An error."""

    request_error: ApiRequestError | None = None
