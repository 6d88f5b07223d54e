//! The codecs the engine carries, and sets of them.

use std::fmt;

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

    const fn bit(self) -> u16 {
        1 << (self as u16)
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
