//! What can be wrong with a description.

use thiserror::Error;

/// A problem and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} of the description: {problem}")]
pub struct SdpError {
    /// Line number from 1; 0 when it is not about one line.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a line, or with all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// See [`super::limits::TEXT`].
    #[error("the description has more than {} bytes", super::limits::TEXT)]
    TextTooLong,
    /// See [`super::limits::LINE`].
    #[error("the line has more than {} bytes", super::limits::LINE)]
    LineTooLong,
    /// More of something than [`super::limits`] allow.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// Not a letter, `=` and a value.
    #[error("it is not of the form <letter>=<value>")]
    NotALine,
    /// NUL, or CR inside a line (RFC 8866 §5).
    #[error("it has a byte that no line may have")]
    ForbiddenByte,
    /// The first line is not `v=0`.
    #[error("a description begins with v=0")]
    NoVersion,
    /// There is no `o=` line.
    #[error("there is no o= line")]
    NoOrigin,
    /// A known line whose value is not of its form.
    #[error("the value of {0} cannot be read")]
    BadValue(&'static str),
    /// A payload type stands in the section's `m=` line twice.
    #[error("payload type {0} is there twice")]
    DuplicatePayloadType(u8),
    /// Two sections have one mid.
    #[error("two sections have the same mid")]
    DuplicateMid,
    /// A BUNDLE group has a mid that no section has.
    #[error("a BUNDLE group names a mid that no section has")]
    UnknownMid,
}

impl Problem {
    /// A short name for metrics and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TextTooLong => "text_too_long",
            Self::LineTooLong => "line_too_long",
            Self::TooMany { .. } => "too_many",
            Self::NotALine => "not_a_line",
            Self::ForbiddenByte => "forbidden_byte",
            Self::NoVersion => "no_version",
            Self::NoOrigin => "no_origin",
            Self::BadValue(_) => "bad_value",
            Self::DuplicatePayloadType(_) => "duplicate_payload_type",
            Self::DuplicateMid => "duplicate_mid",
            Self::UnknownMid => "unknown_mid",
        }
    }
}
