//! Why a packet was not sealed or not opened.

/// Why a packet was not sealed or not opened. The packet's bytes are of no use afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A packet or its header is shorter than its kind can be, or longer than its buffer.
    #[error("the packet is too short or its lengths contradict each other")]
    Malformed,
    /// The buffer has no room for the authentication tag (and the SRTCP index).
    #[error("the buffer has no room for the authentication tag")]
    NoRoom,
    /// The sequence number in the header is not the low half of the index it is sealed with.
    #[error("the sequence number and the packet index differ")]
    Index,
    /// The authentication tag does not fit the packet: forged, damaged, or another key or roll-over counter.
    #[error("the packet is not authentic")]
    Unauthentic,
    /// The index was seen before (RFC 3711 §3.3.2).
    #[error("the packet was received before")]
    Replayed,
    /// The index is older than the replay window reaches.
    #[error("the packet is older than the replay window")]
    TooOld,
    /// All 2^48 RTP or 2^31 RTCP indices of a key are used (RFC 3711 §9.2).
    #[error("the key is used up")]
    KeyExhausted,
    /// Key or salt do not have the lengths of the profile.
    #[error("key or salt do not have the lengths of the profile")]
    KeyLength,
    /// The cryptographic library refused to work.
    #[error("the cryptographic library failed")]
    Library,
}

impl Error {
    /// A short constant name for logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NoRoom => "no_room",
            Self::Index => "index",
            Self::Unauthentic => "unauthentic",
            Self::Replayed => "replayed",
            Self::TooOld => "too_old",
            Self::KeyExhausted => "key_exhausted",
            Self::KeyLength => "key_length",
            Self::Library => "library",
        }
    }
}
