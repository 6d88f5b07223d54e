//! SRTP and SRTCP: key derivation, ciphers, replay windows.
//!
//! A [`Sealer`] protects what one side sends, an [`Opener`] what it receives; each is made from the [`MasterKey`] of its
//! direction, whose session keys are derived once (RFC 3711 §4.3 with a key derivation rate of zero). Packets are changed in
//! place, nothing is allocated for one, and no input makes this crate panic.
//!
//! The roll-over counter is the caller's: packets are sealed and opened with the 48-bit index of RFC 3711 §3.3.1 (counter ×
//! 65,536 + sequence number). For what is received a [`ReplayWindow`] per SSRC estimates it; for what is sent the caller numbers
//! its streams with extended sequence numbers anyway. SRTCP keeps its own index on both sides.

#![forbid(unsafe_code)]

mod cipher;
mod cm_sha1;
mod derive;
mod error;
mod gcm;
mod key;
mod layout;
mod opener;
mod profile;
mod replay;
mod sealer;

pub use error::Error;
pub use key::{MasterKey, split_keying_material};
pub use opener::{MAX_RTCP_SENDERS, Opener};
pub use profile::Profile;
pub use replay::{ReplayWindow, WINDOW};
pub use sealer::Sealer;
