//! Why a transport cannot be made, and why one ended.

/// Why an identity or a transport cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An ICE user name has 4 to 256, a password 22 to 256 letters, digits, `+` or `/` (RFC 8839 §5.4).
    #[error("ICE user name or password has a wrong length or character")]
    Credentials,
    /// The peer has other credentials than before, but no restart was offered (RFC 8839 §4.4.1.1.1).
    #[error("the ICE user name or password changed without a restart")]
    NoRestart,
    /// A fingerprint is not a hash function's name and as many hexadecimal bytes as it has.
    #[error("the certificate fingerprint cannot be read")]
    Fingerprint,
    /// There is no fingerprint of SHA-256, SHA-384 or SHA-512.
    #[error("there is no certificate fingerprint of a known hash function")]
    NoFingerprint,
    /// The certificate or the DTLS configuration could not be made.
    #[error("the DTLS library could not make a certificate")]
    Identity,
}

impl Error {
    /// A short constant name for logs, metrics and news.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Credentials => "ice_credentials",
            Self::NoRestart => "ice_no_restart",
            Self::Fingerprint => "fingerprint_syntax",
            Self::NoFingerprint => "fingerprint_missing",
            Self::Identity => "identity",
        }
    }
}

/// Why a transport failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// ICE and DTLS were not done within [`CONNECT`](crate::CONNECT).
    #[error("the peer did not connect in time")]
    NotConnected,
    /// The peer's connectivity checks were absent for [`LOST`](crate::LOST) (RFC 7675).
    #[error("the peer was not heard any more")]
    TimedOut,
    /// The peer's certificate is not one that signalling announced (RFC 8122 §5).
    #[error("the peer's certificate has another fingerprint than announced")]
    Fingerprint,
    /// The handshake sent more than [`MAX_HANDSHAKE`](crate::MAX_HANDSHAKE) bytes.
    #[error("the DTLS handshake was longer than allowed")]
    HandshakeTooLong,
    /// DTLS ended with a connection but no SRTP profile that both know.
    #[error("no SRTP profile in common")]
    NoProfile,
    /// The handshake or the connection broke DTLS.
    #[error("the DTLS handshake failed")]
    Dtls,
}

impl Reason {
    /// A short constant name for logs, metrics and news.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::TimedOut => "timed_out",
            Self::Fingerprint => "fingerprint_mismatch",
            Self::HandshakeTooLong => "handshake_too_long",
            Self::NoProfile => "no_srtp_profile",
            Self::Dtls => "dtls_failed",
        }
    }
}
