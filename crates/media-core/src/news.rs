//! News: what the engine tells the control plane.

use std::net::SocketAddr;

use media_wire::ntp::NtpTime;

use crate::name::Name;
use crate::order::Source;

/// Why a pipe is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The control plane said so.
    Ordered,
    /// The offer or answer could not be read, or breaks the rules.
    BadOffer,
    /// No codec in common with the engine.
    NoCodec,
    /// ICE or DTLS did not finish in time.
    NotConnected,
    /// No valid consent check for too long (RFC 7675).
    TimedOut,
    /// Fatal alert, or a certificate that the offer did not announce.
    DtlsFailed,
    /// The client sent `close_notify`.
    RemoteClosed,
    /// A fault in the engine.
    Panic,
    /// The engine has no room for another pipe.
    Capacity,
}

/// Whose track the client receives in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The pipe that sends it.
    pub pipe: Name,
    /// What it carries.
    pub source: Source,
}

/// What a section of the description is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its `a=mid`.
    pub mid: String,
    /// What the client sends in it.
    pub sends: Option<Source>,
    /// What the client receives in it.
    pub receives: Option<Received>,
}

/// A track the engine receives from the client.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedStatistics {
    /// What it carries.
    pub source: Source,
    /// Name of the codec last received, e.g. `VP8`; empty before the first packet.
    pub codec: &'static str,
    /// RTP packets accepted, retransmissions not counted twice.
    pub packets: u64,
    /// Payload bytes of these, without header and padding.
    pub bytes: u64,
    /// Still missing: expected - received (RFC 3550 section 6.4.1).
    pub lost: i64,
    /// Interarrival jitter in milliseconds (RFC 3550 section 6.4.1).
    pub jitter_ms: f64,
    /// Packets that came back after a NACK.
    pub repaired: u64,
    /// Packets asked for again.
    pub nacks: u64,
    /// Key frames asked for.
    pub plis: u64,
}

/// A track the engine sends to the client.
#[derive(Debug, Clone, PartialEq)]
pub struct SentStatistics {
    /// The pipe it comes from.
    pub sender: Name,
    /// What it carries.
    pub source: Source,
    /// Name of the codec last sent; empty before the first packet.
    pub codec: &'static str,
    /// Without retransmissions.
    pub packets: u64,
    /// Payload bytes, without header and padding, without retransmissions.
    pub bytes: u64,
    /// As the client reports (RFC 3550 section 6.4.1).
    pub lost: i64,
    /// Packets sent again.
    pub retransmitted_packets: u64,
    /// Their payload bytes.
    pub retransmitted_bytes: u64,
    /// Packets the client asked for again.
    pub nacks: u64,
    /// Key frames the client asked for.
    pub plis: u64,
}

/// What went through one pipe since it opened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PipeStatistics {
    /// Tracks received from the client.
    pub received: Vec<ReceivedStatistics>,
    /// Tracks sent to the client, also those that have ended.
    pub sent: Vec<SentStatistics>,
    /// From reports of the client (RFC 3550 section 6.4.1).
    pub round_trip_ms: Option<f64>,
    /// How it goes now: over TCP (RFC 6544), not UDP.
    pub over_tcp: bool,
    /// Messages of the data channel taken from the client.
    pub texts_received: u64,
    /// Messages of the data channel sent to the client.
    pub texts_sent: u64,
    /// Messages not sent, as the client reads too slowly.
    pub texts_dropped: u64,
}

/// Counters and gauges of one shard since it began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Load {
    /// Things that only grow, by name.
    pub counters: Vec<(&'static str, u64)>,
    /// Things there are now, by name.
    pub gauges: Vec<(&'static str, u64)>,
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The engine's answer to the client's first offer.
    Answered {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// SDP.
        answer: String,
        /// What each section is for.
        sections: Vec<Section>,
    },
    /// ICE and DTLS are through: media flows.
    Connected {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// The nominated remote address.
        remote: SocketAddr,
        /// IANA name of the SRTP profile.
        profile: &'static str,
        /// Over TCP (RFC 6544), not UDP.
        over_tcp: bool,
    },
    /// Nothing authentic came from the client for a while; the pipe stays.
    Interrupted {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
    },
    /// The client of an interrupted pipe is heard again.
    Restored {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
    },
    /// The client's microphone carries, or no longer carries, speech. Told of pipes in a bridge only;
    /// who leaves it talks no more.
    Talking {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// Whether it does.
        talking: bool,
    },
    /// The engine has an offer for the client.
    Offered {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// Grows with each offer of the pipe, from 1.
        negotiation: u64,
        /// SDP.
        offer: String,
        /// What each section is for.
        sections: Vec<Section>,
    },
    /// The meaning of the pipe's sections changed, and no offer was needed.
    Mapped {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// What each section is for.
        sections: Vec<Section>,
    },
    /// Two pipes of a bridge have no codec in common for a source.
    Incompatible {
        /// The pipe that should receive.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// The pipe that sends.
        sender: Name,
        /// What it sends.
        source: Source,
        /// A sentence for a person.
        text: String,
    },
    /// What went through a connected pipe; told every 2 s, in a shard of many pipes
    /// less often. May be dropped.
    Statistics {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// The numbers.
        statistics: PipeStatistics,
    },
    /// Terminal: the pipe is gone.
    PipeClosed {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// Why.
        reason: CloseReason,
        /// A sentence for a person.
        text: String,
        /// The last numbers.
        statistics: PipeStatistics,
        /// When: of a client that fell silent, when it was heard last.
        at: NtpTime,
    },
    /// Counters of this shard; told every 2 s. May be dropped.
    Load(Load),
}

impl News {
    /// Whether this may be dropped when the control plane is slow.
    #[must_use]
    pub fn is_droppable(&self) -> bool {
        matches!(self, News::Statistics { .. } | News::Load(_))
    }
}
