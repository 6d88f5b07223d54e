//! What a shard is told when it begins, and how much it will take.

use std::net::SocketAddr;
use std::sync::Arc;

use media_transport::Identity;
use media_wire::ntp::NtpTime;

/// How much a shard will take. Beyond a limit a request is refused, never half obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pipes on the shard.
    pub pipes: usize,
    /// Sections in one description.
    pub sections: usize,
    /// Bytes of a client's description.
    pub description: usize,
    /// Sources a pipe sends.
    pub tracks: usize,
    /// Bytes of payload kept of one track for retransmission.
    pub ring_bytes: usize,
    /// Pipes of one bridge on the shard. Unless said otherwise a bridge may have all pipes there are.
    pub members: usize,
}

const MOST_PIPES: usize = 4096;
const MOST_TRACKS: usize = 8;

impl Default for Limits {
    fn default() -> Self {
        Self {
            pipes: MOST_PIPES,
            sections: 256,
            description: 256 * 1024,
            tracks: MOST_TRACKS,
            ring_bytes: 1 << 20,
            members: MOST_PIPES,
        }
    }
}

/// What a shard is told when it begins.
#[derive(Debug, Clone)]
pub struct ShardConfig {
    /// Which shard it is, from 0.
    pub shard: u16,
    /// How many there are.
    pub shards: u16,
    /// The addresses clients should send to, each with this shard's port.
    pub advertised: Vec<SocketAddr>,
    /// Certificate of the engine.
    pub identity: Arc<Identity>,
    /// The wall clock at the `now` given to [`crate::Shard::new`]. The same clock for all shards.
    pub wall: NtpTime,
    /// Secret randomness, different for each shard and start: ICE passwords come from it.
    pub seed: [u8; 32],
    /// How much it will take.
    pub limits: Limits,
}
