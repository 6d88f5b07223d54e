//! What can be wrong with a packet that is read or written.

use thiserror::Error;

/// Why bytes from the network are not what they claim to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// A length field, or the format itself, asks for more bytes than there are.
    #[error("the packet ends before what it announces")]
    Truncated,
    /// RTP and RTCP know version 2 only (RFC 3550 §5.1).
    #[error("the packet is not of RTP version 2")]
    Version,
    /// The padding count is zero, uneven where it must not be, or too large.
    #[error("the padding count does not fit the packet")]
    Padding,
    /// A field has a value that its specification reserves.
    #[error("the packet has a reserved or impossible value")]
    Value,
}

impl ParseError {
    /// A short name for metrics and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Version => "version",
            Self::Padding => "padding",
            Self::Value => "value",
        }
    }
}

/// Why something cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// The buffer is too short.
    #[error("the buffer is too short for the packet")]
    NoRoom,
    /// A value is outside what its field can carry.
    #[error("a value does not fit its field")]
    OutOfRange,
}
