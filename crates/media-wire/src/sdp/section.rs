//! A media section: an `m=` line and everything below it.

use super::{Attributes, Codec, Msid, Rid, Ssrc, SsrcGroup};

/// What a section is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Sound.
    #[default]
    Audio,
    /// Picture.
    Video,
    /// Data channels.
    Application,
    /// Anything else, by its name.
    Other(String),
}

impl MediaKind {
    /// The name in the `m=` line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Application => "application",
            Self::Other(name) => name,
        }
    }

    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "audio" => Self::Audio,
            "video" => Self::Video,
            "application" => Self::Application,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A media section.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute that is there or not, independent of the others"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What it is for.
    pub kind: MediaKind,
    /// 0 rejects it, unless it is bundle-only; otherwise of no meaning with ICE.
    pub port: u16,
    /// Transport protocol, e.g. `UDP/TLS/RTP/SAVPF`.
    pub protocol: String,
    /// Its codecs in order of preference, retransmission included.
    pub codecs: Vec<Codec>,
    /// Formats that are no codecs: `webrtc-datachannel`, payload types without a meaning.
    pub formats: Vec<String>,
    /// The text of its `c=` line, if it tells an address: not `IN IP4 0.0.0.0`, which is
    /// what is written instead of nothing.
    pub connection: Option<String>,
    /// What sections are known by (RFC 5888 §4).
    pub mid: Option<String>,
    /// What it may also inherit; read these through [`super::Description`].
    pub attributes: Attributes,
    /// Sources that the writer will send.
    pub ssrcs: Vec<Ssrc>,
    /// How these belong together.
    pub ssrc_groups: Vec<SsrcGroup>,
    /// Streams it belongs to.
    pub msids: Vec<Msid>,
    /// RTP and RTCP share a port (RFC 5761 §5.1.1).
    pub rtcp_mux: bool,
    /// RTCP packets may be of reduced size (RFC 5506 §5).
    pub rtcp_rsize: bool,
    /// It has no transport of its own (RFC 9143 §6).
    pub bundle_only: bool,
    /// Its candidates, as written after `candidate:`.
    pub candidates: Vec<String>,
    /// There are no more candidates (RFC 8840 §8.2).
    pub end_of_candidates: bool,
    /// `b=AS`: kbit/s that the writer will receive, lower layers included.
    pub bandwidth_as: Option<u64>,
    /// `b=TIAS`: bit/s of payload that the writer will receive (RFC 3890).
    pub bandwidth_tias: Option<u64>,
    /// Milliseconds of sound in a packet.
    pub ptime: Option<u32>,
    /// The most of them.
    pub max_ptime: Option<u32>,
    /// Layers.
    pub rids: Vec<Rid>,
    /// The text of `a=simulcast` (RFC 8853 §5.1).
    pub simulcast: Option<String>,
    /// Port inside the association of data channels (RFC 8841 §5).
    pub sctp_port: Option<u16>,
    /// The largest data channel message the writer takes, in bytes (RFC 8841 §6).
    pub max_message_size: Option<u64>,
}

impl Section {
    /// Whether it carries RTP.
    #[must_use]
    pub fn is_rtp(&self) -> bool {
        self.protocol.contains("RTP/")
    }

    /// Whether it is rejected or has been stopped (RFC 3264 §6, §8.2).
    #[must_use]
    pub const fn is_rejected(&self) -> bool {
        self.port == 0 && !self.bundle_only
    }

    /// The codec of a payload type.
    #[must_use]
    pub fn codec(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs
            .iter()
            .find(|codec| codec.payload_type == payload_type)
    }

    /// The codec that retransmits a payload type.
    #[must_use]
    pub fn retransmission_of(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs
            .iter()
            .find(|codec| codec.retransmits() == Some(payload_type))
    }

    /// The codec that carries a payload type with redundancy, all blocks of that type (RFC 2198
    /// section 5).
    #[must_use]
    pub fn redundancy_of(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs.iter().find(|codec| {
            let blocks = codec.parameters.first();
            codec.is("red")
                && blocks.is_some_and(|blocks| {
                    let mut types = blocks.name.split('/').map(str::parse);
                    types.all(|block| block == Ok(payload_type))
                })
        })
    }

    /// The source that retransmits a source (RFC 4588 §8.3).
    #[must_use]
    pub fn retransmission_ssrc(&self, ssrc: u32) -> Option<u32> {
        self.ssrc_groups
            .iter()
            .filter(|group| group.semantics == "FID")
            .find_map(|group| match group.ssrcs[..] {
                [first, second] if first == ssrc => Some(second),
                _ => None,
            })
    }
}
