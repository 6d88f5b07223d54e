//! How long a busy shard leaves its socket alone, so that reports come in batches.
//!
//! A thousand listeners report thousands of times a second, each in a datagram of its own. To wake up for
//! each costs more than to read it, and no report is in a hurry.

use std::time::{Duration, Instant};

/// Between two looks at a socket that brings nothing but reports. Media that comes meanwhile waits for as
/// long, which is less than a packet is held for the rest of its frame.
const REST_US: u64 = 500;
const REST: Duration = Duration::from_micros(REST_US);

/// What the last look at the socket has brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Brought {
    /// Reports alone.
    Reports,
    /// Something that must not wait, or nothing.
    Other,
}

/// Tells how long not to look.
#[derive(Debug)]
pub(crate) struct Rest {
    /// When the socket was looked at last.
    looked: Instant,
    length: Duration,
}

impl Rest {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            looked: now,
            length: Duration::ZERO,
        }
    }

    /// The socket was looked at. Only who comes back at once, and for reports alone, is to rest: the first
    /// report after a while is read when it comes.
    pub(crate) fn looked(&mut self, now: Instant, brought: Brought) {
        let again = now.saturating_duration_since(self.looked) < 2 * REST;
        self.looked = now;
        self.length = match brought {
            Brought::Reports if again => REST,
            _ => Duration::ZERO,
        };
    }

    /// How long to rest now, at most for as long as nothing else is due.
    pub(crate) fn take(&mut self, now: Instant, patience: Duration) -> Duration {
        let until = self.looked + std::mem::take(&mut self.length);
        until.saturating_duration_since(now).min(patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(1);

    fn us(us: u64) -> Duration {
        Duration::from_micros(us)
    }

    #[test]
    fn reports_that_follow_each_other_are_left_to_gather() {
        let begin = Instant::now();
        let mut rest = Rest::new(begin);
        rest.looked(begin + LONG, Brought::Reports);
        assert_eq!(rest.take(begin + LONG, LONG), Duration::ZERO, "the first");
        let soon = begin + LONG + us(999);
        rest.looked(soon, Brought::Reports);
        assert_eq!(rest.take(soon + us(20), LONG), us(480));
        assert_eq!(rest.take(soon + us(20), LONG), Duration::ZERO, "once");
        let later = soon + us(1_000);
        rest.looked(later, Brought::Reports);
        assert_eq!(rest.take(later, LONG), Duration::ZERO, "few");
    }

    #[test]
    fn whoever_brings_anything_else_is_looked_for_at_once() {
        let now = Instant::now();
        let mut rest = Rest::new(now);
        rest.looked(now, Brought::Reports);
        rest.looked(now, Brought::Other);
        assert_eq!(rest.take(now, LONG), Duration::ZERO);
    }

    #[test]
    fn what_is_due_is_not_slept_through() {
        let now = Instant::now();
        let mut rest = Rest::new(now);
        rest.looked(now, Brought::Reports);
        assert_eq!(rest.take(now, us(70)), us(70));
        rest.looked(now, Brought::Reports);
        assert_eq!(rest.take(now + LONG, LONG), Duration::ZERO);
    }
}
