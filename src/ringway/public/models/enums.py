"""Closed lists of names on the wire."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class ActionStatus(StrEnum):
    """How far an action is."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@unique
class AudioEncoding(StrEnum):
    """How a media stream writes its samples."""

    RAW = "RAW"
    BASE64 = "BASE64"


@unique
class BulkEndpointType(StrEnum):
    """What a bulk can call."""

    PHONE = "PHONE"


@unique
class BulkState(StrEnum):
    """How far a bulk is."""

    PENDING = "PENDING"
    PAUSED = "PAUSED"
    PROCESSING = "PROCESSING"
    CANCELED = "CANCELED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"


@unique
class CallDirection(StrEnum):
    """Who rang whom, seen from the house."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


@unique
class CallEndpointType(StrEnum):
    """What kind of party a call reaches."""

    PHONE = "PHONE"
    SIP = "SIP"
    WEBRTC = "WEBRTC"
    VIBER = "VIBER"
    WHATSAPP = "WHATSAPP"
    WEBSOCKET = "WEBSOCKET"


@unique
class CallState(StrEnum):
    """Where a call is in its life."""

    CALLING = "CALLING"
    RINGING = "RINGING"
    PRE_ESTABLISHED = "PRE_ESTABLISHED"
    ESTABLISHED = "ESTABLISHED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"


@unique
class DayOfWeek(StrEnum):
    """Days of a calling window."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


@unique
class DetectionResult(StrEnum):
    """Who has answered."""

    HUMAN = "HUMAN"
    MACHINE = "MACHINE"


@unique
class DialogHangupSource(StrEnum):
    """Who has ended a dialog."""

    API = "API"
    PARENT_ENDPOINT = "PARENT_ENDPOINT"
    CHILD_ENDPOINT = "CHILD_ENDPOINT"
    PLATFORM = "PLATFORM"


@unique
class DialogState(StrEnum):
    """Where a dialog is in its life."""

    CREATED = "CREATED"
    PRE_ESTABLISHED = "PRE_ESTABLISHED"
    ESTABLISHED = "ESTABLISHED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    TRANSFERRING = "TRANSFERRING"


@unique
class FileFormat(StrEnum):
    """What a file holds."""

    MP3 = "MP3"
    WAV = "WAV"
    MP4 = "MP4"


@unique
class Gender(StrEnum):
    """Of a voice."""

    FEMALE = "FEMALE"
    MALE = "MALE"


@unique
class HangupErrorCode(StrEnum):
    """Reasons that an application may give to end a call."""

    NORMAL_HANGUP = "NORMAL_HANGUP"
    MACHINE_DETECTED = "MACHINE_DETECTED"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    FORBIDDEN = "FORBIDDEN"
    DESTINATION_NOT_FOUND = "DESTINATION_NOT_FOUND"
    DESTINATION_UNAVAILABLE = "DESTINATION_UNAVAILABLE"
    INVALID_DESTINATION = "INVALID_DESTINATION"
    INVALID_REQUEST = "INVALID_REQUEST"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


@unique
class HangupSource(StrEnum):
    """Who has ended a call."""

    ENDPOINT = "ENDPOINT"
    API = "API"
    PLATFORM = "PLATFORM"


@unique
class HmacAlgorithm(StrEnum):
    """How a text is signed."""

    HMAC_MD5 = "HMAC_MD5"
    HMAC_SHA_1 = "HMAC_SHA_1"
    HMAC_SHA_224 = "HMAC_SHA_224"
    HMAC_SHA_256 = "HMAC_SHA_256"
    HMAC_SHA_384 = "HMAC_SHA_384"
    HMAC_SHA_512 = "HMAC_SHA_512"


@unique
class ParticipantState(StrEnum):
    """Where a participant is in a conference."""

    JOINING = "JOINING"
    JOINED = "JOINED"
    LEFT = "LEFT"


@unique
class PlayContentType(StrEnum):
    """What is played."""

    FILE = "FILE"
    URL = "URL"
    RECORDING = "RECORDING"
    TEXT = "TEXT"
    TTY = "TTY"


@unique
class RecordingChannels(StrEnum):
    """How the two sides are laid out in a file."""

    MONO = "MONO"
    STEREO = "STEREO"


@unique
class RecordingFileLocation(StrEnum):
    """Where a recording is kept."""

    SFTP = "SFTP"
    HOSTED = "HOSTED"


@unique
class RecordingLocation(StrEnum):
    """Places where recordings are kept."""

    SAO_PAULO = "SAO_PAULO"
    BOGOTA = "BOGOTA"
    FRANKFURT = "FRANKFURT"
    JOHANNESBURG = "JOHANNESBURG"
    NEW_YORK = "NEW_YORK"
    PORTLAND = "PORTLAND"
    MOSCOW = "MOSCOW"
    SINGAPORE = "SINGAPORE"
    ISTANBUL = "ISTANBUL"
    KUALA_LUMPUR = "KUALA_LUMPUR"
    JAKARTA = "JAKARTA"
    MUMBAI = "MUMBAI"
    HONG_KONG = "HONG_KONG"
    RIYADH = "RIYADH"
    CHENNAI = "CHENNAI"
    HONG_KONG_1 = "HONG_KONG_1"
    JOHANNESBURG_1 = "JOHANNESBURG_1"


@unique
class RecordingStatus(StrEnum):
    """What has become of a recording."""

    SUCCESSFUL = "SUCCESSFUL"
    PARTIALLY_FAILED = "PARTIALLY_FAILED"
    FAILED = "FAILED"


@unique
class RecordingType(StrEnum):
    """What is recorded."""

    AUDIO = "AUDIO"
    AUDIO_AND_VIDEO = "AUDIO_AND_VIDEO"


@unique
class RequestMediaStreamConfigType(StrEnum):
    """What a stream is for, when asked for."""

    MEDIA_STREAMING = "MEDIA_STREAMING"
    WEBSOCKET_ENDPOINT = "WEBSOCKET_ENDPOINT"


@unique
class ResponseMediaStreamConfigType(StrEnum):
    """What a stream is for, when told."""

    MEDIA_STREAMING = "MEDIA_STREAMING"
    WEBSOCKET_ENDPOINT = "WEBSOCKET_ENDPOINT"


@unique
class RoleType(StrEnum):
    """What a participant may hear, and who hears it."""

    DEFAULT = "DEFAULT"
    ADVISOR = "ADVISOR"
    MONITOR = "MONITOR"
    LISTENER = "LISTENER"
    AUDITOR = "AUDITOR"


@unique
class SampleRate(StrEnum):
    """Samples a second, as a text."""

    HZ_8000 = "8000"
    HZ_16000 = "16000"
    HZ_24000 = "24000"
    HZ_32000 = "32000"


@unique
class SftpUploadStatus(StrEnum):
    """How far the upload of a recording is."""

    UPLOADING = "UPLOADING"
    UPLOADED = "UPLOADED"
    FAILED = "FAILED"


@unique
class TerminationType(StrEnum):
    """What ends an action early."""

    DTMF = "DTMF"


@unique
class TimeUnit(StrEnum):
    """What a rate is counted in."""

    SECONDS = "SECONDS"
    MINUTES = "MINUTES"
    HOURS = "HOURS"
    DAYS = "DAYS"


@unique
class TranscriptionProvider(StrEnum):
    """Who turns speech into text."""

    GOOGLE = "GOOGLE"
    AZURE = "AZURE"
    DEEPGRAM = "DEEPGRAM"


@unique
class UrlSecurityConfigType(StrEnum):
    """How a WebSocket is opened."""

    BASIC = "BASIC"
    HMAC = "HMAC"
