//! ICE-lite, DTLS and SCTP behind one door, so that each library can be replaced.
//!
//! A [`Transport`] is one peer's connection as a value: datagrams and time go in, [`Event`]s come out. It answers the peer's
//! connectivity checks (RFC 8445, lite), is the server of its DTLS handshake (RFC 5763) and gives out the SRTP keys when the
//! peer's certificate is the one that signalling announced. What is slow in that, the handshake's cryptography, it hands out
//! as a [`Step`] that may be taken on any thread. RTP never passes here; the messages of a data channel do, if
//! one was accepted.
//!
//! Nothing is sent to an address before a check from it was authentic, and nothing but answers to checks before the peer has
//! nominated a path. What is not authentic is dropped in silence and counted in [`Drops`].

#![forbid(unsafe_code)]

mod chunks;
mod dtls;
mod error;
mod event;
mod fingerprint;
mod handshake;
mod hello;
mod ice;
mod identity;
mod path;
mod sctp;
mod transport;

pub use error::{Error, Reason};
pub use event::{Drops, Event};
pub use fingerprint::Fingerprint;
pub use handshake::{MAX_ARRIVED, MAX_HANDSHAKE, Outcome, Step};
pub use ice::{CONSENT, Credentials, LOST, MAX_PATHS};
pub use identity::Identity;
pub use path::{Path, Peer, Protocol};
pub use sctp::{Association, Heard, MAX_BUFFERED, MAX_MESSAGE, Unsent};
pub use transport::{CONNECT, Transport};
