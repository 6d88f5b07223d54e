//! The shard as a value: packets and time in, packets and news out.
//!
//! A [`Shard`] owns some of the engine's pipes. It has no socket, no clock and no thread: it is given
//! datagrams, [`Order`]s and [`Relay`]s with the time they came at, and leaves [`Outgoing`] datagrams,
//! [`News`] and relays for other shards to be taken away after each call.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap
    )
)]

mod clock;
mod codec;
mod config;
mod counters;
mod forwarding;
mod name;
mod news;
mod order;
mod outgoing;
mod part;
mod pipe;
mod random;
mod reception;
mod relay;
mod shard;

#[cfg(test)]
mod tests;

pub use codec::{Codec, CodecSet, Kind};
pub use config::{Limits, ShardConfig};
pub use media_transport::{Identity, Path, Protocol};
pub use media_wire::ntp::NtpTime;
pub use name::Name;
pub use news::{
    CloseReason, Load, News, PipeStatistics, Received, ReceivedStatistics, Section, SentStatistics,
};
pub use order::{Order, Sending, Source};
pub use outgoing::{Message, Outgoing};
pub use part::{Audience, Part, Way};
pub use relay::{Burst, Packet, Relay, Text, TrackId};
pub use shard::Shard;
pub use shard::handshakes::{Done, Work};
