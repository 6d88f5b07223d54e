"""What one client says: texts to messages, messages to commands."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Final, assert_never

import msgspec
import structlog

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import (
    ConfigurationId,
    Device,
    LegId,
    Owner,
    Picture,
    Recording,
    Way,
)
from ringway.ports import engine_messages as engine
from ringway.ports.storage import StorageUnavailable
from ringway.rtc import messages as wire
from ringway.rtc.presence import Presence
from ringway.rtc.speech import error_code
from ringway.runtime.exchange import Exchange, Proposal

log = structlog.get_logger("rtc")

MAX_COMPLAINT: Final = 300
"""Characters of what we say about a text that can not be understood."""
Response = wire.Refused | None

_decoder: Final[msgspec.json.Decoder[wire.FromClient]] = msgspec.json.Decoder(
    wire.FromClient
)


class Unreadable(Exception):
    """A text that is none of our messages."""


def read(text: str) -> wire.FromClient:
    """Read a message; unknown members are ignored.  Or `Unreadable`."""
    if len(text) > wire.MAX_TEXT:
        raise Unreadable(f"A message has at most {wire.MAX_TEXT} characters.")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise Unreadable(str(error)[:MAX_COMPLAINT]) from None


class Inbox:
    """Obeys the messages of connected devices, one at a time for each."""

    def __init__(self, exchange: Exchange, presence: Presence) -> None:
        self._exchange, self._presence = exchange, presence

    async def obey(self, device: Device, message: wire.FromClient) -> Response:
        """Do what is said.  Gives what to respond at once, if there is anything."""
        call = LegId(getattr(message, "call", ""))
        try:
            with self._exchange.at_work(device, call, f"signal {wire.tag(message)}"):
                return await self._obey(device, message)
        except Refused as refused:
            return _refused(message, refused.code, refused.text)
        except StorageUnavailable as error:
            log.error("command not logged", trouble=error.trouble)  # noqa: TRY400
            text = "The server can not take commands now."
            return _refused(message, Cause.SERVICE_UNAVAILABLE, text)
        except Exception as error:
            log.exception("fault in a command", command=wire.tag(message))
            text = f"A fault in the server ({type(error).__name__})."
            return _refused(message, Cause.UNKNOWN, text)

    async def _obey(self, device: Device, message: wire.FromClient) -> Response:
        match message:
            case wire.Connect() | wire.Ping():
                raise Refused(Cause.INVALID_REQUEST, "This connection is connected.")
            case wire.WatchPeople():
                self._presence.watch(device)
            case wire.RestartIce(call, generation):
                self._exchange.restart_ice(device, LegId(call), generation)
            case wire.Quality(call, level):
                self._exchange.quality(device, LegId(call), level)
            case wire.Renegotiate(call, generation, sources):
                self._exchange.renegotiate(device, LegId(call), generation, sources)
            case wire.Answer(call, generation, negotiation, answer):
                self._exchange.answer(
                    device, LegId(call), generation, negotiation, answer
                )
            case _:
                await self._command(device, message)
        return None

    def _command(
        self,
        device: Device,
        message: wire.Call
        | wire.CallApplication
        | wire.Join
        | wire.Reopen
        | wire.Ringing
        | wire.Accept
        | wire.Decline
        | wire.Hangup
        | wire.Mute
        | wire.Show,
    ) -> Awaitable[None]:
        exchange, call = self._exchange, LegId(message.call)
        match message:
            case wire.Call():
                return exchange.call(
                    device, call, message.to, _proposal(message), video=message.video
                )
            case wire.CallApplication():
                return exchange.call_application(
                    device,
                    call,
                    _owner(message),
                    _proposal(message),
                    video=message.video,
                )
            case wire.Join():
                proposal = replace(
                    _proposal(message),
                    way=None if message.way is None else Way[message.way],
                    participant_events=message.participant_events,
                )
                return exchange.join(device, call, message.room, proposal)
            case wire.Reopen():
                sending = [engine.Sending(it.mid, it.source) for it in message.sending]
                proposal = Proposal(message.offer, sending)
                return exchange.reopen(device, call, message.generation, proposal)
            case wire.Ringing():
                return exchange.ringing(device, call)
            case wire.Accept():
                return exchange.accept(device, call, _proposal(message))
            case wire.Decline():
                return exchange.decline(device, call, everywhere=message.everywhere)
            case wire.Hangup():
                return exchange.hangup(device, call, Cause[message.code])
            case wire.Mute():
                return exchange.mute(device, call, muted=message.muted)
            case wire.Show():
                picture = Picture[message.source]
                return exchange.show(device, call, picture, on=message.on)
            case _:
                assert_never(message)


def _proposal(
    message: wire.Call | wire.CallApplication | wire.Accept | wire.Join,
) -> Proposal:
    return Proposal(
        message.offer,
        [engine.Sending(it.mid, it.source) for it in message.sending],
        message.custom_data,
        Recording.UNDEFINED
        if isinstance(message, wire.CallApplication)
        else Recording[message.recording],
        message.auto_reconnect,
    )


def _owner(message: wire.CallApplication) -> Owner:
    configuration = ConfigurationId(message.configuration)
    return Owner(configuration, message.application_id, message.entity_id)


def _refused(message: wire.FromClient, code: Cause, text: str) -> wire.Refused:
    return wire.Refused(
        wire.tag(message), error_code(code), text, getattr(message, "call", None)
    )
