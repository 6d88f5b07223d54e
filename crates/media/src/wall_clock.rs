//! The wall clock of the program and its shards.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The wall clock as it was once, and how long ago that is: it never jumps.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    /// When it was read.
    pub began: Instant,
    /// What it said: the time since 1970, UTC.
    pub since_1970: Duration,
}

impl WallClock {
    /// The clock of the machine, read now.
    #[must_use]
    pub fn read() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            began: Instant::now(),
            since_1970: since_1970.unwrap_or_default(),
        }
    }

    /// The time since 1970, UTC.
    #[must_use]
    pub fn at(&self, now: Instant) -> Duration {
        self.since_1970 + now.saturating_duration_since(self.began)
    }

    /// The same in microseconds.
    #[must_use]
    pub fn unix_micros(&self, now: Instant) -> u64 {
        u64::try_from(self.at(now).as_micros()).unwrap_or(u64::MAX)
    }
}
