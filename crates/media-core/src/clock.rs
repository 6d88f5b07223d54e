//! Time since the shard began, and the wall clock that goes with it.

use std::time::{Duration, Instant};

use media_wire::ntp::NtpTime;

/// Ties the monotonic clock to the wall clock once, so that the latter never jumps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    wall: NtpTime,
}

impl Clock {
    pub(crate) fn new(start: Instant, wall: NtpTime) -> Self {
        Self { start, wall }
    }

    pub(crate) fn since_start(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.start)
    }

    pub(crate) fn wall(&self, now: Instant) -> NtpTime {
        self.wall.plus(self.since_start(now))
    }
}
