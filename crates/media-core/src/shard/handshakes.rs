//! Steps of handshakes: handed out as work, and what came of them taken back.
//!
//! A shard never takes such a step itself, so joins do not stop media: whoever drives it runs the work where there is time
//! for it, and brings the result back. Pipes take turns, a step each. Where the work is done, in which order it comes
//! back, and how late, changes nothing but when the clients connect.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use media_transport::{Outcome, Step};

use crate::counters::Counter;
use crate::news::CloseReason;
use crate::shard::Shard;

/// Steps that are away at once: as many as a thread takes while the shard is busy with one batch of media. Others wait, one for
/// each pipe.
pub(crate) const MOST_AWAY: usize = 64;

/// Who waits for a step, and what is away.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    /// Slots of pipes whose transport has a step to take, each once.
    waiting: VecDeque<usize>,
    away: usize,
    /// Number of the last step that was handed out.
    last: u64,
}

/// A step of a pipe's handshake. It touches nothing of the shard, and may be run on any thread.
#[derive(Debug)]
pub struct Work {
    slot: usize,
    number: u64,
    step: Step,
    #[cfg(test)]
    pub(crate) sabotaged: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Done {
    slot: usize,
    number: u64,
    /// Nothing after a panic.
    outcome: Option<Outcome>,
}

impl Work {
    /// Panic if a test has marked it.
    #[cfg(test)]
    fn sabotage(&self) {
        assert!(!self.sabotaged, "sabotage");
    }

    /// Where the pipe is that it is for.
    #[cfg(test)]
    pub(crate) const fn slot(&self) -> usize {
        self.slot
    }

    /// Does the work: some 100 µs. Its result is for the shard that it is from, always.
    #[must_use]
    pub fn run(self) -> Done {
        let (slot, number) = (self.slot, self.number);
        let taken = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            self.sabotage();
            self.step.take()
        }));
        Done {
            slot,
            number,
            outcome: taken.ok(),
        }
    }
}

impl Handshakes {
    /// Steps that are to be taken and are not away.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The pipe in this slot is gone.
    pub(crate) fn forget(&mut self, slot: usize) {
        self.waiting.retain(|waiting| *waiting != slot);
    }
}

impl Shard {
    /// The next work, unless enough of it is away.
    pub fn work(&mut self, now: Instant) -> Option<Work> {
        while self.handshakes.away < MOST_AWAY {
            let slot = self.handshakes.waiting.pop_front()?;
            let Some(pipe) = self.pipes.get_mut(slot) else {
                continue;
            };
            pipe.turn.waits = false;
            let Some(step) = pipe.transport.step(now) else {
                continue;
            };
            self.handshakes.away += 1;
            self.handshakes.last += 1;
            pipe.turn.away = Some(self.handshakes.last);
            self.forwarding.counters.count(Counter::HandshakeSteps);
            return Some(Work {
                slot,
                number: self.handshakes.last,
                step,
                #[cfg(test)]
                sabotaged: false,
            });
        }
        None
    }

    /// Work is done. What a pipe that has ended since would have been told is dropped.
    pub fn done(&mut self, now: Instant, done: Done) {
        let Done {
            slot,
            number,
            outcome,
        } = done;
        self.handshakes.away = self.handshakes.away.saturating_sub(1);
        let pipe = self.pipes.get_mut(slot);
        if let Some(pipe) = pipe.filter(|pipe| pipe.turn.away == Some(number)) {
            pipe.turn.away = None;
            self.guarded(now, Some(slot), |shard| shard.stepped(now, slot, outcome));
        }
        self.settle(now);
    }

    fn stepped(&mut self, now: Instant, slot: usize, outcome: Option<Outcome>) {
        let Some(outcome) = outcome else {
            self.forwarding.counters.count(Counter::Panics);
            let text = "A fault in the engine ended it.";
            self.close(now, slot, CloseReason::Panic, text);
            return;
        };
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.transport.stepped(now, outcome);
            self.drain(now, slot);
        }
    }

    /// Lets a pipe wait for its turn if its handshake has a step to take.
    pub(crate) fn queue_step(&mut self, slot: usize) {
        let pipe = self.pipes.get_mut(slot);
        if let Some(pipe) = pipe.filter(|pipe| !pipe.turn.waits && pipe.transport.has_step()) {
            pipe.turn.waits = true;
            self.handshakes.waiting.push_back(slot);
        }
    }
}

/// Where the next step of a pipe's handshake is.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Among those that wait.
    waits: bool,
    /// Away, under this number.
    away: Option<u64>,
}

impl Turn {
    /// Whether it is among those that wait.
    pub(crate) const fn waits(&self) -> bool {
        self.waits
    }
}
