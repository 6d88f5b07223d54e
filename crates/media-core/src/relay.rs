//! What shards tell each other so that a bridge may span them.

use std::sync::Arc;
use std::time::Instant;

use media_transport::Path;
use media_wire::ntp::NtpTime;

use crate::codec::{Codec, CodecSet};
use crate::name::Name;
use crate::order::Source;
use crate::part::Audience;

/// A track of any shard of this engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId {
    /// The shard that receives it from the client.
    pub shard: u16,
    /// Counts the tracks of that shard; never used again.
    pub number: u64,
}

/// A message from one shard to another. Between two shards they arrive in order.
#[derive(Debug, Clone)]
pub enum Relay {
    /// A datagram whose ICE user name belongs to a pipe of yours.
    Datagram {
        /// Where it came from and to.
        path: Path,
        /// What it was.
        bytes: Vec<u8>,
    },
    /// I have pipes in this bridge; tell me of your tracks in it.
    Join {
        /// The bridge.
        bridge: Name,
    },
    /// I have no pipes in this bridge any more.
    Leave {
        /// The bridge.
        bridge: Name,
    },
    /// A track of mine is in the bridge; told again when its codecs or its audience change.
    Announce {
        /// The bridge.
        bridge: Name,
        /// The track.
        track: TrackId,
        /// The pipe that sends it.
        pipe: Name,
        /// What it carries.
        source: Source,
        /// What it may be encoded with.
        codecs: CodecSet,
        /// Who may get it.
        audience: Audience,
    },
    /// A track of mine has left the bridge.
    Withdraw {
        /// The bridge.
        bridge: Name,
        /// The track.
        track: TrackId,
    },
    /// Send me the bursts of this track of yours.
    Want {
        /// The track.
        track: TrackId,
        /// What all my viewers of it can decode.
        codecs: CodecSet,
    },
    /// Send me no more of it.
    Unwant {
        /// The track.
        track: TrackId,
    },
    /// Ask the sender of this track of yours for a key frame.
    AskKeyFrame {
        /// The track.
        track: TrackId,
    },
    /// When packets of this track of mine were captured.
    Clock {
        /// The track.
        track: TrackId,
        /// A time on the engine's wall clock.
        wall: NtpTime,
        /// The RTP timestamp of that time.
        timestamp: u32,
    },
    /// Decrypted packets of a track of mine.
    Burst(Arc<Burst>),
    /// A pipe of mine in the bridge takes texts.
    Enter {
        /// The bridge.
        bridge: Name,
        /// The pipe.
        pipe: Name,
    },
    /// It takes no texts any more, or is in the bridge no more.
    Exit {
        /// The bridge.
        bridge: Name,
        /// The pipe.
        pipe: Name,
    },
    /// A text of a pipe of mine for these pipes of yours; a `Receipt` is to follow for each.
    Text {
        /// The pipes.
        to: Vec<Name>,
        /// What they are sent.
        text: Arc<Text>,
    },
    /// A pipe of mine has got a text of a pipe of yours, or never will.
    Receipt {
        /// The pipe that sent the text.
        to: Name,
        /// The text.
        id: Name,
        /// Whether it has got it.
        got: bool,
    },
}

impl Relay {
    /// Whether this may be dropped when the other shard is slow. The sender of a text hears in time that nobody got it.
    #[must_use]
    pub fn is_droppable(&self) -> bool {
        matches!(
            self,
            Relay::Datagram { .. } | Relay::Burst(_) | Relay::Text { .. }
        )
    }
}

/// A text on its way to others in a bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What the recipients' clients are sent: JSON.
    pub message: String,
    /// Where it was said: who is there no more does not get it.
    pub bridge: Name,
    /// The pipe that sent it.
    pub from: Name,
    /// Its own among the texts of that pipe.
    pub id: Name,
}

/// Decrypted packets of one track, at most 16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// The track.
    pub track: TrackId,
    /// The packets in the order in which they came.
    pub packets: Vec<Packet>,
    /// Their payloads, one after the other.
    pub payloads: Vec<u8>,
}

/// What is known of a packet besides its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Extended sequence number.
    pub sequence: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// When it reached the engine.
    pub arrived: Instant,
    /// Length of its payload in bytes.
    pub length: u16,
    /// How many of these, at its end, are new: less than all if the payload is redundant (RFC 2198).
    pub primary: u16,
    /// What the payload is.
    pub codec: Codec,
    /// RTP marker.
    pub marker: bool,
    /// Whether a key frame begins with it.
    pub key_frame: bool,
    /// RFC 6464 octet, if any.
    pub audio_level: Option<u8>,
    /// 3GPP TS 26.114 video orientation octet, if any.
    pub orientation: Option<u8>,
}

impl Packet {
    /// Whether its payload is redundant (RFC 2198).
    pub(crate) fn is_redundant(&self) -> bool {
        self.primary < self.length
    }
}
