//! A shard: some of the engine's pipes, and all that happens to them.

use std::time::Instant;

use media_transport::Path;

use crate::clock::Clock;
use crate::config::ShardConfig;
use crate::forwarding::Forwarding;
use crate::news::News;
use crate::order::Order;
use crate::outgoing::Outgoing;
use crate::relay::Relay;

/// Some of the engine's pipes. After each call that takes `&mut self` and a time, take what it left:
/// [`Shard::outgoing`], [`Shard::take_news`], [`Shard::take_relays`], and look at
/// [`Shard::next_timeout`] again.
#[derive(Debug)]
pub struct Shard {
    forwarding: Forwarding,
    news: Vec<News>,
}

impl Shard {
    /// A shard without pipes.
    #[must_use]
    pub fn new(config: ShardConfig, now: Instant) -> Self {
        Self {
            forwarding: Forwarding::new(Clock::new(now, config.wall)),
            news: Vec::new(),
        }
    }

    /// Do what the control plane wants.
    pub fn order(&mut self, _now: Instant, _order: Order) {}

    /// A datagram came. It is decrypted in place.
    pub fn datagram(&mut self, _now: Instant, _path: &Path, _datagram: &mut [u8]) {}

    /// Another shard says something.
    pub fn relay(&mut self, _now: Instant, _from: u16, _relay: Relay) {}

    /// Do what is due.
    pub fn timeout(&mut self, _now: Instant) {}

    /// When [`Shard::timeout`] has to be called, at the latest.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        None
    }

    /// What is to be sent; clear it when it has been.
    pub fn outgoing(&mut self) -> &mut Outgoing {
        &mut self.forwarding.outgoing
    }

    /// News since the last call.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Messages for other shards since the last call, each with the shard it is for.
    pub fn take_relays(&mut self) -> Vec<(u16, Relay)> {
        std::mem::take(&mut self.forwarding.relays)
    }
}
