//! Orders and news as they are on the wire; generated, don't edit.
//!
//! Made from `src/ringway/ports/engine_messages.py` by `make generate`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Protocol, major.minor.
pub const PROTOCOL: &str = "1.2";

/// Max frame, bytes.
pub const MAX_FRAME: usize = 1_048_576;

/// Max audience, pipes.
pub const MAX_AUDIENCE: usize = 4_096;

/// What a track shows or plays: the client says so, the engine only carries it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    Microphone,
    Camera,
    Screen,
}

/// What a pipe does in its bridge. Texts go both ways in any case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Way {
    /// Its tracks are seen; it sees none.
    Send,
    /// It sees tracks; its own, if it has any, are not seen.
    Receive,
}

/// Why a pipe is gone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CloseReason {
    /// The control plane said so.
    Ordered,
    /// The offer or answer could not be read, or breaks the rules.
    BadOffer,
    /// No codec in common with the engine, or with the other party.
    NoCodec,
    /// ICE or DTLS did not finish within 15 s.
    NotConnected,
    /// No valid consent check for 30 s (RFC 7675).
    TimedOut,
    /// Fatal alert, or a certificate that the offer did not announce.
    DtlsFailed,
    /// The client sent close_notify.
    RemoteClosed,
    /// A fault in the engine; only this pipe is lost.
    Panic,
    /// The engine has no room for another pipe.
    Capacity,
}

/// First frame of the control plane.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ControlHello {
    pub protocol: String,
    pub build: String,
    /// Grows with each start of the control plane on the same log.
    pub fence: u64,
}

/// What the client sends in one section of its offer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Sending {
    pub mid: String,
    pub source: Source,
}

/// Make a pipe from a client's complete offer. Answered, or PipeClosed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct OpenPipe {
    pub pipe: String,
    pub generation: u64,
    pub offer: String,
    pub sending: Vec<Sending>,
    /// Where it shall live; the engine chooses if None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u64>,
}

/// Forget every generation of the pipe up to this one. PipeClosed if held.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ClosePipe {
    pub pipe: String,
    pub generation: u64,
}

/// Let the pipe's tracks be seen by the bridge, and the bridge's by the pipe.
///
/// A pipe is in one bridge at most; it leaves the former one. Bridges come into being with their
/// first pipe. One order says the whole of what a pipe does there: told again with other values,
/// they hold before the next packet. Who may get what both sides must allow; `heard_by` and
/// `seen_by` are sets of pipes, which need not be there yet, and say nothing of texts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Attach {
    pub pipe: String,
    pub bridge: String,
    /// One way only; both ways if None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// Shown with each of its texts; opaque to the engine, at most 1 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who may get its sound: everybody if None, nobody if empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_by: Option<Vec<String>>,
    /// Who may get its pictures: everybody if None, nobody if empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Vec<String>>,
    /// It gets no sound.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deaf: bool,
    /// It gets no pictures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blind: bool,
}

/// Take the pipe out of its bridge.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Detach {
    pub pipe: String,
}

/// Detach everybody and forget the bridge.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct CloseBridge {
    pub bridge: String,
}

/// The client wants to send these sources too: Offered follows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Renegotiate {
    pub pipe: String,
    pub generation: u64,
    pub sources: Vec<Source>,
}

/// The client's answer to an offer of the engine.
///
/// An answer to another negotiation than the open one is ignored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct AnswerPipe {
    pub pipe: String,
    pub generation: u64,
    pub negotiation: u64,
    pub answer: String,
}

/// The client's path may be another (RFC 8445 section 9): Offered follows.
///
/// The offer has new ICE credentials. The old ones hold until a check with the new ones has been
/// nominated; DTLS and SRTP go on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RestartIce {
    pub pipe: String,
    pub generation: u64,
}

/// All terminal news up to this number are safe in the log.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Acknowledge {
    pub epoch: u64,
    pub number: u64,
}

/// Ask for a Pong that has been through every shard.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ping {
    pub number: u64,
}

/// Close every pipe and exit.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Shutdown {}

/// First frame of the engine.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct EngineHello {
    pub protocol: String,
    pub build: String,
    pub engine: String,
    /// Microseconds since 1970 at which this engine process began.
    pub epoch: u64,
    pub shards: u64,
}

/// A pipe the engine has.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct HeldPipe {
    pub pipe: String,
    pub generation: u64,
    pub bridge: Option<String>,
    pub connected: bool,
    /// Its last `Interrupted` was not followed by `Restored`.
    #[serde(default)]
    pub interrupted: bool,
}

/// Everything the engine has, told once after the hellos.
///
/// After it come, for each pipe, the last Answered, Connected, Mapped and, if it was not answered,
/// Offered: who connects late may not have heard them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Holding {
    pub pipes: Vec<HeldPipe>,
    /// Another Holding follows: there are more pipes than fit one frame.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// Whose track the client receives in a section.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Received {
    pub pipe: String,
    pub source: Source,
}

/// What a section of an offer is for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Section {
    pub mid: String,
    /// What the client shall send in it.
    #[serde(default)]
    pub sends: Option<Source>,
    /// What the client will receive in it.
    #[serde(default)]
    pub receives: Option<Received>,
}

/// The engine's answer to the client's first offer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Answered {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub answer: String,
    pub sections: Vec<Section>,
}

/// ICE and DTLS are through: media flows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Connected {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    /// The nominated remote address.
    pub remote: String,
    /// The SRTP profile, by its IANA name.
    pub profile: String,
    /// RFC 6544; else UDP.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_tcp: bool,
}

/// Nothing authentic came from the client for 5 s; the pipe stays for a while.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Interrupted {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
}

/// The client of an interrupted pipe is heard again.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Restored {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
}

/// The client's microphone carries, or no longer carries, speech (RFC 6464).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Talking {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub talking: bool,
}

/// The engine has an offer for the client; one at a time for each pipe.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Offered {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub negotiation: u64,
    pub offer: String,
    pub sections: Vec<Section>,
}

/// The meaning of the pipe's sections changed, and no offer was needed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Mapped {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub sections: Vec<Section>,
}

/// Two pipes of a bridge have no codec in common for a source.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Incompatible {
    pub number: u64,
    pub pipe: String,
    /// The pipe that should receive.
    pub generation: u64,
    pub sender: String,
    pub source: Source,
    /// A sentence for a person: what one sends and what the other can receive.
    pub text: String,
}

/// A track the engine receives from the client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReceivedStatistics {
    pub source: Source,
    pub codec: String,
    /// RTP packets accepted, retransmissions not counted twice.
    pub packets: u64,
    /// Payload bytes of these, without header and padding, as getStats counts.
    pub bytes: u64,
    /// Still missing: expected - received (RFC 3550 section 6.4.1).
    pub lost: i64,
    pub jitter_ms: f64,
    /// Came back after a NACK.
    pub repaired: u64,
    pub nacks: u64,
    pub plis: u64,
}

/// A track the engine sends to the client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SentStatistics {
    pub sender: String,
    pub source: Source,
    pub codec: String,
    /// Without retransmissions.
    pub packets: u64,
    /// Payload bytes, without header and padding, without retransmissions.
    pub bytes: u64,
    /// As the client reports (RFC 3550).
    pub lost: i64,
    pub retransmitted_packets: u64,
    pub retransmitted_bytes: u64,
    /// Packets the client asked for again.
    pub nacks: u64,
    pub plis: u64,
}

/// What went through one pipe since it opened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PipeStatistics {
    pub received: Vec<ReceivedStatistics>,
    pub sent: Vec<SentStatistics>,
    #[serde(default)]
    pub round_trip_ms: Option<f64>,
    /// How it goes now.
    #[serde(default)]
    pub over_tcp: bool,
    /// Messages of the data channel taken from the client.
    #[serde(default)]
    pub texts_received: u64,
    #[serde(default)]
    pub texts_sent: u64,
    /// Not sent, as the client reads too slowly.
    #[serde(default)]
    pub texts_dropped: u64,
}

/// Sent every 2 s for each connected pipe, of many less often; may be dropped.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Statistics {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub statistics: PipeStatistics,
}

/// Terminal: the pipe is gone. Repeated after reconnects until acknowledged.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PipeClosed {
    pub number: u64,
    pub pipe: String,
    pub generation: u64,
    pub reason: CloseReason,
    /// A sentence for a person.
    pub text: String,
    pub statistics: PipeStatistics,
    /// Microseconds since 1970, UTC: when it was closed, or, when its client fell silent, when that was
    /// heard last.
    pub at: u64,
}

/// What one shard has moved since the engine began, and what it holds now.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ShardLoad {
    pub shard: u64,
    /// Whatever came, over UDP or TCP.
    pub packets_received: u64,
    /// RTP, also again, and RTCP.
    pub packets_sent: u64,
    /// Over UDP.
    pub bytes_received: u64,
    /// Over UDP.
    pub bytes_sent: u64,
    /// Packets that were not taken or not sent, for whatever reason.
    pub dropped: u64,
    pub pipes: u64,
}

/// Counters of the engine since it began, every 2 s; may be dropped.
///
/// Names are Prometheus-like without prefix, e.g. `rtp_packets_received`, `drop_unknown_address`,
/// `panics`; gauges are `pipes`, `bridges`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Load {
    pub number: u64,
    pub counters: BTreeMap<String, u64>,
    pub gauges: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<ShardLoad>,
}

/// Every shard is alive and has seen the ping.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Pong {
    pub number: u64,
    pub ping: u64,
}

/// The engine does not know this order, or could not read it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Unsupported {
    pub number: u64,
    pub order: String,
    pub text: String,
}

/// A newer control plane has taken over, or this one is too old.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Fenced {
    pub text: String,
}

/// Every frame of order, named by its field `t`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "t")]
pub enum Order {
    /// See [`ControlHello`].
    #[serde(rename = "control_hello")]
    ControlHello(ControlHello),
    /// See [`OpenPipe`].
    #[serde(rename = "open_pipe")]
    OpenPipe(OpenPipe),
    /// See [`ClosePipe`].
    #[serde(rename = "close_pipe")]
    ClosePipe(ClosePipe),
    /// See [`Attach`].
    #[serde(rename = "attach")]
    Attach(Attach),
    /// See [`Detach`].
    #[serde(rename = "detach")]
    Detach(Detach),
    /// See [`CloseBridge`].
    #[serde(rename = "close_bridge")]
    CloseBridge(CloseBridge),
    /// See [`Renegotiate`].
    #[serde(rename = "renegotiate")]
    Renegotiate(Renegotiate),
    /// See [`AnswerPipe`].
    #[serde(rename = "answer_pipe")]
    AnswerPipe(AnswerPipe),
    /// See [`RestartIce`].
    #[serde(rename = "restart_ice")]
    RestartIce(RestartIce),
    /// See [`Acknowledge`].
    #[serde(rename = "acknowledge")]
    Acknowledge(Acknowledge),
    /// See [`Ping`].
    #[serde(rename = "ping")]
    Ping(Ping),
    /// See [`Shutdown`].
    #[serde(rename = "shutdown")]
    Shutdown(Shutdown),
}

/// Every frame of news, named by its field `t`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "t")]
pub enum News {
    /// See [`EngineHello`].
    #[serde(rename = "engine_hello")]
    EngineHello(EngineHello),
    /// See [`Holding`].
    #[serde(rename = "holding")]
    Holding(Holding),
    /// See [`Answered`].
    #[serde(rename = "answered")]
    Answered(Answered),
    /// See [`Connected`].
    #[serde(rename = "connected")]
    Connected(Connected),
    /// See [`Interrupted`].
    #[serde(rename = "interrupted")]
    Interrupted(Interrupted),
    /// See [`Restored`].
    #[serde(rename = "restored")]
    Restored(Restored),
    /// See [`Talking`].
    #[serde(rename = "talking")]
    Talking(Talking),
    /// See [`Offered`].
    #[serde(rename = "offered")]
    Offered(Offered),
    /// See [`Mapped`].
    #[serde(rename = "mapped")]
    Mapped(Mapped),
    /// See [`Incompatible`].
    #[serde(rename = "incompatible")]
    Incompatible(Incompatible),
    /// See [`Statistics`].
    #[serde(rename = "statistics")]
    Statistics(Statistics),
    /// See [`PipeClosed`].
    #[serde(rename = "pipe_closed")]
    PipeClosed(PipeClosed),
    /// See [`Load`].
    #[serde(rename = "load")]
    Load(Load),
    /// See [`Pong`].
    #[serde(rename = "pong")]
    Pong(Pong),
    /// See [`Unsupported`].
    #[serde(rename = "unsupported")]
    Unsupported(Unsupported),
    /// See [`Fenced`].
    #[serde(rename = "fenced")]
    Fenced(Fenced),
}
