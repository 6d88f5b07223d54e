//! The media engine's program: orders in, news out, and shards that move media.
//!
//! [`program`] is the loop; [`engine`] the conversation with control planes as a value;
//! [`frame`] and [`connection`] their bytes; [`protocol`] is generated from its declaration.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod arguments;
pub mod connection;
pub mod door;
pub mod engine;
pub mod frame;
pub mod log;
mod names;
pub mod pipes;
pub mod program;
/// Orders and news as they are on the wire; their sentences are those of the declaration.
#[allow(missing_docs, clippy::doc_markdown)]
#[path = "generated/protocol.rs"]
pub mod protocol;
pub mod told;
mod visitors;
pub mod wall_clock;
pub mod wire;
