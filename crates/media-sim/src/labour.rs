//! Who does the work that shards hand out, and how long that takes.

use std::time::{Duration, Instant};

use media_core::{Done, Work};

use crate::network::Dice;

/// Enough hands for everything at once: each work takes as long as the dice say, so what is begun later may be done sooner.
#[derive(Debug)]
pub struct Labour {
    /// How long a work takes at least.
    pub takes: Duration,
    /// Added to that, evenly drawn from zero to this: what changes the order.
    pub spread: Duration,
    /// Works that were done so far.
    pub done: u64,
    dice: Dice,
    /// When it will be done, on which shard.
    begun: Vec<(Instant, usize, Work)>,
}

impl Labour {
    /// All work is done at once, until told otherwise.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            takes: Duration::ZERO,
            spread: Duration::ZERO,
            done: 0,
            dice: Dice::new(seed),
            begun: Vec::new(),
        }
    }

    /// Takes on work of a shard.
    pub fn begin(&mut self, now: Instant, shard: usize, work: Work) {
        let at = now + self.takes + self.dice.within(self.spread);
        self.begun.push((at, shard, work));
    }

    /// When the next work will be done.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.begun.iter().map(|(at, ..)| *at).min()
    }

    /// What is done by now, one after the other, and whose it is.
    pub fn finish(&mut self, now: Instant) -> Option<(usize, Done)> {
        let first = self.next().filter(|at| *at <= now)?;
        let place = self.begun.iter().position(|(at, ..)| *at == first)?;
        let (_, shard, work) = self.begun.remove(place);
        self.done += 1;
        Some((shard, work.run()))
    }
}
