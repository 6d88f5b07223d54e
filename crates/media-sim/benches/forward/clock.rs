//! The time that this thread has been on a core.
//!
//! Other work on the machine counts less here than by the clock on the wall.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Since the thread began.
pub(crate) fn busy() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a thread never ran for less than nothing")
}

/// Since `busy` gave this.
pub(crate) fn busy_since(start: Duration) -> Duration {
    busy().saturating_sub(start)
}
