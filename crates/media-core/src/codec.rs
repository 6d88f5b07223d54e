//! The codecs the engine carries, and sets of them.

use std::fmt;

use media_wire::sdp::{self, H264Profile, Parameter};

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// One way to encode a track. The order is the engine's order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// Opus (RFC 7587).
    Opus,
    /// G.711 µ-law (RFC 3551).
    Pcmu,
    /// G.711 A-law (RFC 3551).
    Pcma,
    /// VP8 (RFC 7741).
    Vp8,
    /// H.264 Constrained Baseline, packetization mode 1 (RFC 6184).
    H264ConstrainedBaseline,
    /// H.264 Baseline, packetization mode 1.
    H264Baseline,
    /// H.264 Main, packetization mode 1.
    H264Main,
    /// H.264 High, packetization mode 1.
    H264High,
}

impl Codec {
    /// All of them, by preference.
    pub const ALL: [Codec; 8] = [
        Codec::Opus,
        Codec::Pcmu,
        Codec::Pcma,
        Codec::Vp8,
        Codec::H264ConstrainedBaseline,
        Codec::H264Baseline,
        Codec::H264Main,
        Codec::H264High,
    ];

    /// Sound or picture.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Codec::Opus | Codec::Pcmu | Codec::Pcma => Kind::Audio,
            _ => Kind::Video,
        }
    }

    /// Its name in `a=rtpmap`, as IANA has registered it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Opus => "opus",
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::Vp8 => "VP8",
            _ => "H264",
        }
    }

    /// RTP clock rate in Hz.
    #[must_use]
    pub const fn clock(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Pcmu | Codec::Pcma => 8_000,
            _ => 90_000,
        }
    }

    /// Audio channels; 1 for pictures.
    #[must_use]
    pub const fn channels(self) -> u8 {
        match self {
            Codec::Opus => 2,
            _ => 1,
        }
    }

    /// Which one a description means, if the engine carries it.
    pub(crate) fn of(described: &sdp::Codec) -> Option<Self> {
        let found = Codec::ALL.into_iter().find(|codec| {
            described.is(codec.name())
                && described.clock == codec.clock()
                && described.channels == codec.channels()
        })?;
        if found != Codec::H264ConstrainedBaseline {
            return Some(found);
        }
        if described.parameter("packetization-mode") != Some("1") {
            return None;
        }
        match described.profile_level_id()?.profile {
            H264Profile::ConstrainedBaseline => Some(Codec::H264ConstrainedBaseline),
            H264Profile::Baseline => Some(Codec::H264Baseline),
            H264Profile::Main => Some(Codec::H264Main),
            H264Profile::High => Some(Codec::H264High),
            _ => None,
        }
    }

    /// What the engine says of it in `a=fmtp`, in answer to `offered`.
    ///
    /// The level of H.264 is that of the offer: the engine decodes nothing and has no limit of its own.
    pub(crate) fn parameters(self, offered: Option<&sdp::Codec>) -> Vec<Parameter> {
        let profile = match self {
            Codec::Opus => {
                return vec![parameter("minptime", "10"), parameter("useinbandfec", "1")];
            }
            Codec::Pcmu | Codec::Pcma | Codec::Vp8 => return Vec::new(),
            Codec::H264ConstrainedBaseline => "42e01f",
            Codec::H264Baseline => "42001f",
            Codec::H264Main => "4d001f",
            Codec::H264High => "64001f",
        };
        let profile = offered
            .and_then(|offered| offered.parameter("profile-level-id"))
            .unwrap_or(profile);
        vec![
            parameter("level-asymmetry-allowed", "1"),
            parameter("packetization-mode", "1"),
            parameter("profile-level-id", profile),
        ]
    }

    const fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: Some(value.to_owned()),
    }
}

/// A set of codecs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CodecSet(u16);

impl CodecSet {
    /// No codec.
    pub const NONE: CodecSet = CodecSet(0);

    /// Every codec of a kind that the engine carries.
    #[must_use]
    pub fn all(kind: Kind) -> Self {
        Codec::ALL
            .into_iter()
            .filter(|codec| codec.kind() == kind)
            .collect()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is there.
    #[must_use]
    pub const fn contains(self, codec: Codec) -> bool {
        self.0 & codec.bit() != 0
    }

    /// With this one too.
    #[must_use]
    pub const fn with(self, codec: Codec) -> Self {
        Self(self.0 | codec.bit())
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: CodecSet) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: CodecSet) -> Self {
        Self(self.0 | other.0)
    }

    /// By preference.
    pub fn iter(self) -> impl Iterator<Item = Codec> {
        Codec::ALL
            .into_iter()
            .filter(move |codec| self.contains(*codec))
    }
}

impl FromIterator<Codec> for CodecSet {
    fn from_iter<T: IntoIterator<Item = Codec>>(codecs: T) -> Self {
        codecs.into_iter().fold(Self::NONE, CodecSet::with)
    }
}

impl fmt::Display for CodecSet {
    /// The names, each once: `VP8, H264`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for codec in self.iter() {
            if codec.name() != last {
                if !last.is_empty() {
                    f.write_str(", ")?;
                }
                f.write_str(codec.name())?;
                last = codec.name();
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CodecSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
