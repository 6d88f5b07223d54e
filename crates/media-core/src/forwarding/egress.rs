//! The way out to one peer: keys, path and the transport-wide count.

use std::time::{Duration, Instant};

use media_srtp::Sealer;
use media_transport::Path;

/// Retransmissions to one peer may take this many bytes a second…
const REPAIR_RATE: u64 = 250_000;
/// …and this many at once.
const REPAIR_BURST: u64 = 125_000;

/// What is needed to send to a peer; dense, by the slot number of its pipe.
#[derive(Debug)]
pub(crate) struct Egress {
    pub(crate) path: Path,
    pub(crate) sealer: Sealer,
    /// Bytes that sealing adds to an RTP packet.
    pub(crate) overhead: usize,
    /// The next transport-wide number.
    pub(crate) transport_sequence: u16,
    allowance: u64,
    filled: Instant,
}

impl Egress {
    pub(crate) fn new(path: Path, sealer: Sealer, now: Instant) -> Self {
        Self {
            path,
            overhead: sealer.profile().rtp_overhead(),
            sealer,
            transport_sequence: 0,
            allowance: REPAIR_BURST,
            filled: now,
        }
    }

    /// Take a transport-wide number.
    pub(crate) fn number(&mut self) -> u16 {
        let number = self.transport_sequence;
        self.transport_sequence = number.wrapping_add(1);
        number
    }

    /// Whether this many more bytes may be sent again now.
    pub(crate) fn allows(&mut self, now: Instant, bytes: usize) -> bool {
        self.takes(now, bytes, 0)
    }

    /// The same for what is of less use: half of what may be sent at once is left for the rest.
    pub(crate) fn spares(&mut self, now: Instant, bytes: usize) -> bool {
        self.takes(now, bytes, REPAIR_BURST / 2)
    }

    fn takes(&mut self, now: Instant, bytes: usize, rest: u64) -> bool {
        let passed = now.saturating_duration_since(self.filled);
        self.allowance = REPAIR_BURST.min(self.allowance + refill(passed));
        self.filled = now;
        let left = self.allowance.checked_sub(bytes as u64);
        let left = left.filter(|left| *left >= rest);
        self.allowance = left.unwrap_or(self.allowance);
        left.is_some()
    }
}

fn refill(passed: Duration) -> u64 {
    u64::try_from(passed.as_micros())
        .unwrap_or(u64::MAX)
        .saturating_mul(REPAIR_RATE)
        / 1_000_000
}
