//! Fuzz bodies for everything that meets the network, and their corpus.
//!
//! A body is a plain function of bytes that panics when something that must always hold does
//! not. Any fuzzer can call one; [`run`] is the one that needs nothing but stable Rust.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a panic is how a body tells what it found"
)]

mod channel;
mod frames;
mod mutation;
mod packets;
mod random;
mod reports;
mod runner;
mod sctp;
mod secrets;
mod shard;
mod text;
mod transport;

pub use channel::channel;
pub use frames::framing;
pub use packets::{h264, red, rtp, stun, vp8};
pub use reports::rtcp;
pub use runner::run;
pub use sctp::sctp;
pub use secrets::srtp;
pub use shard::shard;
pub use text::sdp;
pub use transport::transport;
