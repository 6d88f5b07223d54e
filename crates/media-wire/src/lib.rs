//! RTP, RTCP, header extensions and SDP: parse and write.
//!
//! Pure functions over bytes and text: no sockets, no clock, no allocation when RTP
//! or RTCP is read, and no panic on any input.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod bytes;
mod error;

pub mod demux;
pub mod extension;
pub mod framing;
pub mod h264;
pub mod ntp;
pub mod red;
pub mod rtcp;
pub mod rtp;
pub mod rtx;
pub mod sdp;
pub mod seq;
pub mod stun;
pub mod vp8;

pub use error::{ParseError, WriteError};
