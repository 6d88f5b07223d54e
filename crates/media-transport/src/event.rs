//! What a transport has to say, and what it has dropped.

use media_srtp::{MasterKey, Profile};

use crate::sctp::Heard;
use crate::{Path, Reason};

/// What a transport has to say.
#[derive(Debug)]
pub enum Event {
    /// Send these bytes along `path`.
    Transmit {
        /// The way to go.
        path: Path,
        /// A whole datagram.
        bytes: Vec<u8>,
    },
    /// Media goes this way from now on: the path that the peer nominated.
    Selected(Path),
    /// No path has been checked for [`CONSENT`](crate::CONSENT): nothing may be sent until the next `Selected`.
    Silent,
    /// The peer is who signalling said, and these are the keys. Comes once.
    Established {
        /// The profile that both know.
        profile: Profile,
        /// For what we send.
        send: MasterKey,
        /// For what we receive.
        receive: MasterKey,
    },
    /// Something of the peer's channel; only if channels were accepted.
    Channel(Heard),
    /// The connection is over. Nothing comes after it.
    Failed(Reason),
    /// The peer has closed the connection. Nothing comes after it.
    RemoteClosed,
}

/// Datagrams that were dropped in silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// STUN that is not an authentic binding request.
    pub stun: u64,
    /// DTLS from an address that ICE has not validated, or more of it than waits for a step of the handshake.
    pub dtls: u64,
    /// Neither STUN nor DTLS, too large, or after the end.
    pub other: u64,
}
