"""Actions on a call on the wire: play, say, digits, speech, streams."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from ringway.public.models.enums import Gender, TranscriptionProvider
from ringway.public.models.languages import SpeechLanguage, TtsLanguage
from ringway.public.models.scalars import (
    MAX_INT32,
    MAX_INT64,
    Clash,
    Texts,
    VoiceName,
    Wire,
)


class StopPlayRequest(Wire, kw_only=True):
    """Data to keep when a sound is stopped."""

    custom_data: Texts | None = None


class FilePlayContent(Wire, kw_only=True, tag_field="type", tag="FILE"):
    """An uploaded file."""

    file_id: str


class UrlPlayContent(Wire, kw_only=True, tag_field="type", tag="URL"):
    """A wav or mp3 at an address; kept for `cacheDuration` by older clients' wish."""

    file_url: str
    cache_duration: Annotated[int, Meta(ge=0, le=MAX_INT32)] | None = None


class RecordingPlayContent(Wire, kw_only=True, tag_field="type", tag="RECORDING"):
    """A file of a recording."""

    file_id: str


class TtyPlayContent(Wire, kw_only=True, tag_field="type", tag="TTY"):
    """A text in the tones of a text telephone."""

    text: str


class DtmfTermination(Wire, kw_only=True, tag_field="type", tag="DTMF"):
    """Any of these digits; any digit at all if none is named."""

    terminator: str | None = None


Termination: TypeAlias = DtmfTermination
"""What ends an action early."""


class VoicePreferences(Wire, kw_only=True):
    """Which voice speaks."""

    voice_gender: Gender | None = None
    voice_name: VoiceName | None = None


class TextPlayContent(Wire, kw_only=True, tag_field="type", tag="TEXT"):
    """A text to speak; SSML is one."""

    text: str
    language: TtsLanguage
    speech_rate: Annotated[float, Meta(ge=0.5, le=2)] | None = None
    preferences: VoicePreferences | None = None


PlayContent: TypeAlias = (
    FilePlayContent
    | UrlPlayContent
    | RecordingPlayContent
    | TextPlayContent
    | TtyPlayContent
)
"""What to play."""


class PlayRequest(Wire, kw_only=True):
    """A sound to play; times in milliseconds."""

    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    timeout: Annotated[int, Meta(ge=1, le=MAX_INT64)] | None = None
    offset: Annotated[int, Meta(ge=0, le=MAX_INT64)] | None = None
    content: PlayContent
    stop_on: Termination | None = None
    custom_data: Texts | None = None


class SayRequest(Wire, kw_only=True):
    """A text to speak; SSML is one."""

    text: str
    language: TtsLanguage
    speech_rate: Annotated[float, Meta(ge=0.5, le=2)] | None = None
    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    preferences: VoicePreferences | None = None
    stop_on: Termination | None = None
    custom_data: Texts | None = None


class DtmfSendRequest(Wire, kw_only=True):
    """Digits to send."""

    custom_data: Texts | None = None
    dtmf: str


class DtmfCaptureRequest(Wire, kw_only=True):
    """Digits to wait for; times in milliseconds."""

    max_length: Annotated[int, Meta(ge=1, le=MAX_INT32)]
    timeout: Annotated[int, Meta(ge=1, le=MAX_INT32)]
    terminator: str | None = None
    digit_timeout: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    play_content: PlayContent | None = None
    custom_data: Texts | None = None


class SpeechCaptureRequest(Wire, kw_only=True):
    """Speech to wait for; times in seconds."""

    language: SpeechLanguage
    timeout: Annotated[int, Meta(ge=1, le=30)]
    max_silence: Annotated[int, Meta(ge=1, le=5)] | None = None
    key_phrases: (
        Annotated[list[str], Meta(extra_json_schema={"uniqueItems": True})] | None
    ) = None
    terminate_on_key_phrase: bool = True
    custom_dictionary: list[str] | None = None
    advanced_formatting: bool = False

    def __post_init__(self) -> None:
        if self.key_phrases is not None and len(set(self.key_phrases)) < len(
            self.key_phrases
        ):
            raise Clash("keyPhrases", "names something twice")


class Transcription(Wire, kw_only=True):
    """How speech is turned into text."""

    language: SpeechLanguage
    send_interim_results: bool = False
    custom_dictionary: list[str] | None = None
    advanced_formatting: bool = False
    provider: TranscriptionProvider = TranscriptionProvider.AZURE


class StartTranscriptionRequest(Wire, kw_only=True):
    """A transcript to begin."""

    transcription: Transcription | None = None


class MediaStreamMultiChannel(Wire, kw_only=True):
    """Both directions in one stream: left the party, right what it hears."""

    enabled: bool


class MediaStreamAudioProperties(Wire, kw_only=True):
    """Where a stream leads to, and whether what comes back is heard."""

    media_stream_config_id: str
    replace_media: bool | None = None
    multi_channel: MediaStreamMultiChannel | None = None


class MediaStream(Wire, kw_only=True):
    """What is streamed."""

    audio_properties: MediaStreamAudioProperties | None = None


class StartMediaStreamRequest(Wire, kw_only=True):
    """A stream of a call's sound to begin."""

    media_stream: MediaStream
