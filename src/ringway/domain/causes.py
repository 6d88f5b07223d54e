"""Why calls end and commands are refused: the 33 codes of the public API.

Names and numbers are the reference's (`sdk/js-sdk.md` section 9,
`api/calls-api.md` section 5); the descriptions are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import auto, unique
from typing import Final

from ringway.domain.values import PublicName


@unique
class Cause(PublicName):
    """A reason, by its public name; `id` is its public number."""

    NORMAL_HANGUP = "NORMAL_HANGUP"
    ANSWERED_ELSEWHERE = "ANSWERED_ELSEWHERE"
    MACHINE_DETECTED = "MACHINE_DETECTED"
    HUMAN_DETECTED = "HUMAN_DETECTED"
    MAX_DURATION_REACHED = "MAX_DURATION_REACHED"
    DEVICE_FORBIDDEN = "DEVICE_FORBIDDEN"
    DEVICE_NOT_FOUND = "DEVICE_NOT_FOUND"
    DEVICE_UNAVAILABLE = "DEVICE_UNAVAILABLE"
    MEDIA_ERROR = "MEDIA_ERROR"
    FORBIDDEN_DISPLAY_SURFACE = "FORBIDDEN_DISPLAY_SURFACE"
    SCREEN_SHARING_CONTROL_UNSUPPORTED = "SCREEN_SHARING_CONTROL_UNSUPPORTED"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    TEMPORARILY_UNAVAILABLE = "TEMPORARILY_UNAVAILABLE"
    FORBIDDEN = "FORBIDDEN"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    DESTINATION_NOT_FOUND = "DESTINATION_NOT_FOUND"
    DESTINATION_UNAVAILABLE = "DESTINATION_UNAVAILABLE"
    INVALID_DESTINATION = "INVALID_DESTINATION"
    INVALID_REQUEST = "INVALID_REQUEST"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    NETWORK_ERROR = "NETWORK_ERROR"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    UNKNOWN = "UNKNOWN"
    FEATURE_UNAVAILABLE = "FEATURE_UNAVAILABLE"
    CONGESTION = "CONGESTION"
    UNAUTHORIZED = "UNAUTHORIZED"
    URL_NOT_FOUND = "URL_NOT_FOUND"
    URL_UNREACHABLE = "URL_UNREACHABLE"
    INVALID_RESPONSE = "INVALID_RESPONSE"

    @property
    def id(self) -> int:
        """The public number."""
        return _CODES[self][0]

    @property
    def description(self) -> str:
        """A sentence for a person."""
        return _CODES[self][1]

    @property
    def for_the_other(self) -> Cause:
        """What the other party of the call hears when one ends with this.

        The state of somebody's own microphone or camera is a media error to
        everybody else.
        """
        return Cause.MEDIA_ERROR if self in OWN_DEVICES else self


_CODES: Final[dict[Cause, tuple[int, str]]] = {
    Cause.NORMAL_HANGUP: (10000, "The call was hung up."),
    Cause.ANSWERED_ELSEWHERE: (10001, "Another device has answered the call."),
    Cause.MACHINE_DETECTED: (10002, "An answering machine has picked up."),
    Cause.HUMAN_DETECTED: (10003, "A person has picked up."),
    Cause.MAX_DURATION_REACHED: (10004, "The call has lasted as long as it may."),
    Cause.DEVICE_FORBIDDEN: (10100, "Camera or microphone may not be used."),
    Cause.DEVICE_NOT_FOUND: (10101, "There is no such camera or microphone."),
    Cause.DEVICE_UNAVAILABLE: (10102, "Camera or microphone is taken or broken."),
    Cause.MEDIA_ERROR: (10103, "Sound or picture could not be carried."),
    Cause.FORBIDDEN_DISPLAY_SURFACE: (10104, "This kind of surface is not allowed."),
    Cause.SCREEN_SHARING_CONTROL_UNSUPPORTED: (
        10105,
        "The browser cannot limit what is shared.",
    ),
    Cause.NO_ANSWER: (10200, "Nobody has answered in time."),
    Cause.BUSY: (10201, "The other side is in another call."),
    Cause.CANCELLED: (10202, "The caller has given up."),
    Cause.REJECTED: (10203, "The call was declined."),
    Cause.TEMPORARILY_UNAVAILABLE: (10204, "The other side cannot be reached now."),
    Cause.FORBIDDEN: (10300, "This is not allowed."),
    Cause.INSUFFICIENT_FUNDS: (10301, "The account has no credit left."),
    Cause.UNAUTHENTICATED: (10302, "Who is calling is not known."),
    Cause.DESTINATION_NOT_FOUND: (10303, "Nobody of that name is known."),
    Cause.DESTINATION_UNAVAILABLE: (10304, "The other side is not connected."),
    Cause.INVALID_DESTINATION: (10305, "This cannot be a destination."),
    Cause.INVALID_REQUEST: (10306, "The request makes no sense here."),
    Cause.REQUEST_TIMEOUT: (10307, "No response has come in time."),
    Cause.NETWORK_ERROR: (10308, "The connection was lost."),
    Cause.SERVICE_UNAVAILABLE: (10309, "The service cannot do this now."),
    Cause.UNKNOWN: (10310, "The reason is not known."),
    Cause.FEATURE_UNAVAILABLE: (10311, "This feature is not switched on."),
    Cause.CONGESTION: (10312, "There is too much going on for this."),
    Cause.UNAUTHORIZED: (10313, "The other side does not allow this."),
    Cause.URL_NOT_FOUND: (10400, "There is no address to ask."),
    Cause.URL_UNREACHABLE: (10401, "The address does not respond."),
    Cause.INVALID_RESPONSE: (10402, "The address has responded with nonsense."),
}

OWN_DEVICES: Final = frozenset(
    {Cause.DEVICE_FORBIDDEN, Cause.DEVICE_NOT_FOUND, Cause.DEVICE_UNAVAILABLE}
)
"""What may be wrong with a client's own microphone and camera."""

HANGUP_CAUSES: Final = frozenset({Cause.NORMAL_HANGUP, Cause.MEDIA_ERROR} | OWN_DEVICES)
"""What a client may give as its reason to hang up."""


@unique
class ReleaseRule(PublicName):
    """Which calls an application may end with a cause."""

    ESTABLISHED = auto()
    ESTABLISHED_OUTBOUND = auto()
    NOT_ESTABLISHED = auto()
    ANY = auto()


RELEASE_RULES: Final[Mapping[Cause, ReleaseRule]] = {
    Cause.NORMAL_HANGUP: ReleaseRule.ESTABLISHED,
    Cause.MACHINE_DETECTED: ReleaseRule.ESTABLISHED_OUTBOUND,
    Cause.NO_ANSWER: ReleaseRule.NOT_ESTABLISHED,
    Cause.BUSY: ReleaseRule.NOT_ESTABLISHED,
    Cause.CANCELLED: ReleaseRule.NOT_ESTABLISHED,
    Cause.REJECTED: ReleaseRule.NOT_ESTABLISHED,
    Cause.FORBIDDEN: ReleaseRule.NOT_ESTABLISHED,
    Cause.DESTINATION_NOT_FOUND: ReleaseRule.NOT_ESTABLISHED,
    Cause.DESTINATION_UNAVAILABLE: ReleaseRule.NOT_ESTABLISHED,
    Cause.INVALID_DESTINATION: ReleaseRule.NOT_ESTABLISHED,
    Cause.SERVICE_UNAVAILABLE: ReleaseRule.NOT_ESTABLISHED,
    Cause.INVALID_REQUEST: ReleaseRule.ANY,
    Cause.REQUEST_TIMEOUT: ReleaseRule.ANY,
}
"""What an application may end a call with (HangupErrorCode)."""


class Refused(Exception):
    """The house understood the command and will not obey it now."""

    def __init__(self, code: Cause, text: str, ended: Cause | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.ended = ended
        """Why the machine is over, when that is the reason."""
