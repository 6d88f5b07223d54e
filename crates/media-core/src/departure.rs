//! Bursts on their way to many viewers, who are served a slice at a time.
//!
//! A frame for a thousand viewers is milliseconds of work. In one piece it would delay everything
//! else by so much, and what was sealed first would have left the processor's cache before the
//! kernel reads it.

use std::collections::VecDeque;
use std::time::Instant;

use crate::burst::MAX_BURST;
use crate::codec::Kind;
use crate::outgoing::Outgoing;

/// Bytes in the arena at which a call lets the rest wait for the next.
pub(crate) const SLICE: usize = 512 << 10;
/// Messages at which it does so.
pub(crate) const SLICE_MESSAGES: usize = 256;

/// Whether a call has made as much as leaves at a time.
pub(crate) fn is_full(outgoing: &Outgoing) -> bool {
    outgoing.arena().len() >= SLICE || outgoing.messages().len() >= SLICE_MESSAGES
}

/// A burst of a track, and how many of its viewers have been served.
#[derive(Debug)]
pub(crate) struct Departure {
    /// When it was complete.
    pub(crate) since: Instant,
    /// The sequence numbers of its packets.
    packets: [u64; MAX_BURST],
    /// How many of these there are.
    count: usize,
    /// Views before this one have been served.
    pub(crate) next: usize,
}

impl Departure {
    /// Of at most 16 packets.
    pub(crate) fn new(since: Instant, pending: impl Iterator<Item = u64>) -> Self {
        let mut packets = [0; MAX_BURST];
        let mut count = 0;
        for (place, sequence) in packets.iter_mut().zip(pending) {
            *place = sequence;
            count += 1;
        }
        Self {
            since,
            packets,
            count,
            next: 0,
        }
    }

    /// The sequence numbers of its packets, in the order in which they came.
    pub(crate) fn packets(&self) -> impl Iterator<Item = u64> {
        self.packets.iter().copied().take(self.count)
    }
}

/// Tracks whose bursts are leaving: sound before pictures, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Departures {
    sound: VecDeque<(Instant, usize)>,
    pictures: VecDeque<(Instant, usize)>,
}

impl Departures {
    pub(crate) fn push(&mut self, since: Instant, kind: Kind, key: usize) {
        match kind {
            Kind::Audio => self.sound.push_back((since, key)),
            Kind::Video => self.pictures.push_back((since, key)),
        }
    }

    /// The key of the track whose turn it is, and since when it waits.
    pub(crate) fn first(&self) -> Option<(Instant, usize)> {
        self.sound.front().or(self.pictures.front()).copied()
    }

    /// The first one has left.
    pub(crate) fn pop(&mut self) {
        if self.sound.pop_front().is_none() {
            self.pictures.pop_front();
        }
    }
}
