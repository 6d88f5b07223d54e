"""What an application asks of its call: commands of the API, which may be refused.

A request with custom data makes it the call's: the key is where its text is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from ringway.domain.actions import Action
from ringway.domain.causes import Cause
from ringway.domain.values import SECOND, Owner, RecordingTerms, Source, TextKey

TRANSFER_TIME: Final = 30 * SECOND
"""So long another application may take to accept a call, unless it is told else."""


@dataclass(frozen=True, slots=True)
class SendRinging:
    """Let the caller hear that it rings."""


@dataclass(frozen=True, slots=True)
class PreAnswer:
    """Let media flow before the call is answered."""

    ringing: bool = False
    """The caller is also told that it rings."""
    custom_data: TextKey | None = None


@dataclass(frozen=True, slots=True)
class PickUp:
    """Answer the caller."""

    custom_data: TextKey | None = None
    recording: RecordingTerms | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """End the call, whatever it is doing."""

    cause: Cause | None = None
    """None: whichever fits."""
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class Annotate:
    """Have other custom data from now on."""

    custom_data: TextKey


@dataclass(frozen=True, slots=True)
class Act:
    """Do something that goes on beside the call's life."""

    action: Action

    @property
    def custom_data(self) -> TextKey | None:
        """The call's from now on."""
        return self.action.custom_data


@dataclass(frozen=True, slots=True)
class OfferTransfer:
    """Give the call to another application, if that takes it."""

    id: str
    to: Owner
    timeout: int = TRANSFER_TIME
    """Microseconds."""
    custom_data: TextKey | None = None


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    """The other application takes the call."""

    id: str


@dataclass(frozen=True, slots=True)
class RejectTransfer:
    """The other application does not take it."""

    id: str


Request: TypeAlias = (
    SendRinging
    | PreAnswer
    | PickUp
    | Release
    | Annotate
    | Act
    | OfferTransfer
    | AcceptTransfer
    | RejectTransfer
)
