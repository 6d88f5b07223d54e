//! Pairs of real peers on a fake network with a fake clock.
//!
//! A test-support crate: it may panic where a test would.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod labour;
pub mod network;
pub mod peer;
pub mod source;
pub mod world;
