"""Application transfers on the wire: a call changes its owner."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ringway.public.models.parts import Platform
from ringway.public.models.scalars import MAX_INT32, Texts, Wire


class RecordingTransferOptions(Wire, kw_only=True):
    """Whether a recording goes on under the new owner."""

    continue_call_recording: bool = False


class ApplicationTransferPropagationOptions(Wire, kw_only=True):
    """What of a call goes over to its new owner."""

    recording_transfer_options: RecordingTransferOptions | None = None


class ApplicationTransferRequest(Wire, kw_only=True):
    """A new owner for a call, and how many seconds it has to accept."""

    destination_calls_configuration_id: str
    platform: Platform | None = None
    timeout: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 30
    custom_data: Texts | None = None
    propagation_options: ApplicationTransferPropagationOptions | None = None
