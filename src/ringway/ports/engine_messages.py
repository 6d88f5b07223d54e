"""Orders to the media engine and news from it: the wire types, declared once.

Frames on the socket are length-prefixed (u32, big endian) MessagePack maps of at
most 1 MiB whose field ``t`` names the type.  Unknown fields are ignored; an
unknown order is answered with `Unsupported`.  The Rust side is generated from
this module.

Rules of the conversation:

* The first frame in each direction is a hello.  The same major version works
  together.  A control plane with a lower `fence` than one the engine has already
  seen is refused; a newer one takes over and the older connection is closed.
* After its hello the engine sends `Holding` (what it has), then terminal news
  that were never acknowledged, then news as they happen.
* Orders are idempotent, keyed by ids that the control plane mints.  Nobody waits
  for an answer: what came of an order is news.
* News are numbered per epoch, from 1.  `Statistics` and `Load` may be dropped
  under pressure; nothing else may.
* SDP is cargo: only the engine reads or writes it.
* Texts of a data channel go from pipe to pipe within a bridge and never come here;
  ``docs/data-channel.md`` has what clients and the engine say to each other there.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

PROTOCOL = "1.2"
MAX_FRAME = 1 << 20
MAX_AUDIENCE = 4096
"""Pipes in `Attach.heard_by` or `Attach.seen_by`; with more it is `Unsupported`."""

Count: TypeAlias = Annotated[int, Meta(ge=0)]

Source: TypeAlias = Literal["MICROPHONE", "CAMERA", "SCREEN"]
"""What a track shows or plays: the client says so, the engine only carries it."""

Way: TypeAlias = Literal[
    "SEND",  # its tracks are seen; it sees none
    "RECEIVE",  # it sees tracks; its own, if it has any, are not seen
]
"""What a pipe does in its bridge.  Texts go both ways in any case."""

CloseReason: TypeAlias = Literal[
    "ORDERED",  # the control plane said so
    "BAD_OFFER",  # the offer or answer could not be read, or breaks the rules
    "NO_CODEC",  # no codec in common with the engine, or with the other party
    "NOT_CONNECTED",  # ICE or DTLS did not finish within 15 s
    "TIMED_OUT",  # no valid consent check for 30 s (RFC 7675)
    "DTLS_FAILED",  # fatal alert, or a certificate that the offer did not announce
    "REMOTE_CLOSED",  # the client sent close_notify
    "PANIC",  # a fault in the engine; only this pipe is lost
    "CAPACITY",  # the engine has no room for another pipe
]
"""Why a pipe is gone."""


class Frame(msgspec.Struct, frozen=True, tag_field="t", omit_defaults=True):
    """A map with the field ``t``."""


# ------------------------------------------------------------------ orders


class ControlHello(Frame, frozen=True, tag="control_hello"):
    """First frame of the control plane."""

    protocol: str
    build: str
    fence: Count
    """Grows with each start of the control plane on the same log."""


class Sending(msgspec.Struct, frozen=True):
    """What the client sends in one section of its offer."""

    mid: str
    source: Source


class OpenPipe(Frame, frozen=True, tag="open_pipe"):
    """Make a pipe from a client's complete offer.  Answered, or PipeClosed."""

    pipe: str
    generation: Count
    offer: str
    sending: list[Sending]
    shard: Count | None = None
    """Where it shall live; the engine chooses if None."""


class ClosePipe(Frame, frozen=True, tag="close_pipe"):
    """Forget every generation of the pipe up to this one.  PipeClosed if held."""

    pipe: str
    generation: Count


class Attach(Frame, frozen=True, tag="attach"):
    """Let the pipe's tracks be seen by the bridge, and the bridge's by the pipe.

    A pipe is in one bridge at most; it leaves the former one.  Bridges come into
    being with their first pipe.  One order says the whole of what a pipe does there:
    told again with other values, they hold before the next packet.  Who may get what
    both sides must allow; `heard_by` and `seen_by` are sets of pipes, which need not
    be there yet, and say nothing of texts.
    """

    pipe: str
    bridge: str
    way: Way | None = None
    """One way only; both ways if None."""
    label: str | None = None
    """Shown with each of its texts; opaque to the engine, at most 1 KiB."""
    heard_by: list[str] | None = None
    """Who may get its sound: everybody if None, nobody if empty."""
    seen_by: list[str] | None = None
    """Who may get its pictures: everybody if None, nobody if empty."""
    deaf: bool = False
    """It gets no sound."""
    blind: bool = False
    """It gets no pictures."""


class Detach(Frame, frozen=True, tag="detach"):
    """Take the pipe out of its bridge."""

    pipe: str


class CloseBridge(Frame, frozen=True, tag="close_bridge"):
    """Detach everybody and forget the bridge."""

    bridge: str


class Renegotiate(Frame, frozen=True, tag="renegotiate"):
    """The client wants to send these sources too: Offered follows."""

    pipe: str
    generation: Count
    sources: list[Source]


class AnswerPipe(Frame, frozen=True, tag="answer_pipe"):
    """The client's answer to an offer of the engine.

    An answer to another negotiation than the open one is ignored.
    """

    pipe: str
    generation: Count
    negotiation: Count
    answer: str


class RestartIce(Frame, frozen=True, tag="restart_ice"):
    """The client's path may be another (RFC 8445 section 9): Offered follows.

    The offer has new ICE credentials.  The old ones hold until a check with the new
    ones has been nominated; DTLS and SRTP go on.
    """

    pipe: str
    generation: Count


class Acknowledge(Frame, frozen=True, tag="acknowledge"):
    """All terminal news up to this number are safe in the log."""

    epoch: Count
    number: Count


class Ping(Frame, frozen=True, tag="ping"):
    """Ask for a Pong that has been through every shard."""

    number: Count


class Shutdown(Frame, frozen=True, tag="shutdown"):
    """Close every pipe and exit."""


Order: TypeAlias = (
    ControlHello
    | OpenPipe
    | ClosePipe
    | Attach
    | Detach
    | CloseBridge
    | Renegotiate
    | AnswerPipe
    | RestartIce
    | Acknowledge
    | Ping
    | Shutdown
)

# -------------------------------------------------------------------- news


class EngineHello(Frame, frozen=True, tag="engine_hello"):
    """First frame of the engine."""

    protocol: str
    build: str
    engine: str
    epoch: Count
    """Microseconds since 1970 at which this engine process began."""
    shards: Count


class HeldPipe(msgspec.Struct, frozen=True):
    """A pipe the engine has."""

    pipe: str
    generation: Count
    bridge: str | None
    connected: bool
    interrupted: bool = False
    """Its last `Interrupted` was not followed by `Restored`."""


class Holding(Frame, frozen=True, tag="holding"):
    """Everything the engine has, told once after the hellos.

    After it come, for each pipe, the last Answered, Connected, Mapped and, if it was
    not answered, Offered: who connects late may not have heard them.
    """

    pipes: list[HeldPipe]
    more: bool = False
    """Another Holding follows: there are more pipes than fit one frame."""


class Received(msgspec.Struct, frozen=True):
    """Whose track the client receives in a section."""

    pipe: str
    source: Source


class Section(msgspec.Struct, frozen=True):
    """What a section of an offer is for."""

    mid: str
    sends: Source | None = None
    """What the client shall send in it."""
    receives: Received | None = None
    """What the client will receive in it."""


class Answered(Frame, frozen=True, tag="answered"):
    """The engine's answer to the client's first offer."""

    number: Count
    pipe: str
    generation: Count
    answer: str
    sections: list[Section]


class Connected(Frame, frozen=True, tag="connected"):
    """ICE and DTLS are through: media flows."""

    number: Count
    pipe: str
    generation: Count
    remote: str
    """The nominated remote address."""
    profile: str
    """The SRTP profile, by its IANA name."""
    over_tcp: bool = False
    """RFC 6544; else UDP."""


class Interrupted(Frame, frozen=True, tag="interrupted"):
    """Nothing authentic came from the client for 5 s; the pipe stays for a while."""

    number: Count
    pipe: str
    generation: Count


class Restored(Frame, frozen=True, tag="restored"):
    """The client of an interrupted pipe is heard again."""

    number: Count
    pipe: str
    generation: Count


class Talking(Frame, frozen=True, tag="talking"):
    """The client's microphone carries, or no longer carries, speech (RFC 6464)."""

    number: Count
    pipe: str
    generation: Count
    talking: bool


class Offered(Frame, frozen=True, tag="offered"):
    """The engine has an offer for the client; one at a time for each pipe."""

    number: Count
    pipe: str
    generation: Count
    negotiation: Count
    offer: str
    sections: list[Section]


class Mapped(Frame, frozen=True, tag="mapped"):
    """The meaning of the pipe's sections changed, and no offer was needed."""

    number: Count
    pipe: str
    generation: Count
    sections: list[Section]


class Incompatible(Frame, frozen=True, tag="incompatible"):
    """Two pipes of a bridge have no codec in common for a source."""

    number: Count
    pipe: str
    generation: Count
    """The pipe that should receive."""
    sender: str
    source: Source
    text: str
    """A sentence for a person: what one sends and what the other can receive."""


class ReceivedStatistics(msgspec.Struct, frozen=True):
    """A track the engine receives from the client."""

    source: Source
    codec: str
    packets: Count
    """RTP packets accepted, retransmissions not counted twice."""
    bytes: Count
    """Payload bytes of these, without header and padding, as getStats counts."""
    lost: int
    """Still missing: expected - received (RFC 3550 section 6.4.1)."""
    jitter_ms: float
    repaired: Count
    """Came back after a NACK."""
    nacks: Count
    plis: Count


class SentStatistics(msgspec.Struct, frozen=True):
    """A track the engine sends to the client."""

    sender: str
    source: Source
    codec: str
    packets: Count
    """Without retransmissions."""
    bytes: Count
    """Payload bytes, without header and padding, without retransmissions."""
    lost: int
    """As the client reports (RFC 3550)."""
    retransmitted_packets: Count
    retransmitted_bytes: Count
    nacks: Count
    """Packets the client asked for again."""
    plis: Count


class PipeStatistics(msgspec.Struct, frozen=True):
    """What went through one pipe since it opened."""

    received: list[ReceivedStatistics]
    sent: list[SentStatistics]
    round_trip_ms: float | None = None
    over_tcp: bool = False
    """How it goes now."""
    texts_received: Count = 0
    """Messages of the data channel taken from the client."""
    texts_sent: Count = 0
    texts_dropped: Count = 0
    """Not sent, as the client reads too slowly."""


class Statistics(Frame, frozen=True, tag="statistics"):
    """Sent every 2 s for each connected pipe, of many less often; may be dropped."""

    number: Count
    pipe: str
    generation: Count
    statistics: PipeStatistics


class PipeClosed(Frame, frozen=True, tag="pipe_closed"):
    """Terminal: the pipe is gone.  Repeated after reconnects until acknowledged."""

    number: Count
    pipe: str
    generation: Count
    reason: CloseReason
    text: str
    """A sentence for a person."""
    statistics: PipeStatistics
    at: Count
    """Microseconds since 1970, UTC: when it was closed, or, when its client fell
    silent, when that was heard last."""


class ShardLoad(msgspec.Struct, frozen=True):
    """What one shard has moved since the engine began, and what it holds now."""

    shard: Count
    packets_received: Count
    """Whatever came, over UDP or TCP."""
    packets_sent: Count
    """RTP, also again, and RTCP."""
    bytes_received: Count
    """Over UDP."""
    bytes_sent: Count
    """Over UDP."""
    dropped: Count
    """Packets that were not taken or not sent, for whatever reason."""
    pipes: Count


class Load(Frame, frozen=True, tag="load"):
    """Counters of the engine since it began, every 2 s; may be dropped.

    Names are Prometheus-like without prefix, e.g. ``rtp_packets_received``,
    ``drop_unknown_address``, ``panics``; gauges are ``pipes``, ``bridges``.
    """

    number: Count
    counters: dict[str, Count]
    gauges: dict[str, Count]
    shards: list[ShardLoad] = []


class Pong(Frame, frozen=True, tag="pong"):
    """Every shard is alive and has seen the ping."""

    number: Count
    ping: Count


class Unsupported(Frame, frozen=True, tag="unsupported"):
    """The engine does not know this order, or could not read it."""

    number: Count
    order: str
    text: str


class Fenced(Frame, frozen=True, tag="fenced"):
    """A newer control plane has taken over, or this one is too old."""

    text: str


News: TypeAlias = (
    EngineHello
    | Holding
    | Answered
    | Connected
    | Interrupted
    | Restored
    | Talking
    | Offered
    | Mapped
    | Incompatible
    | Statistics
    | PipeClosed
    | Load
    | Pong
    | Unsupported
    | Fenced
)
