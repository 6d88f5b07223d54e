//! What has come in one section: counted, and the longest time without.

use std::time::Instant;

use serde::Serialize;

/// The counters of one section of the description.
#[derive(Debug)]
pub(crate) struct Seen {
    packets: u64,
    bytes: u64,
    frames: u64,
    /// Extended sequence numbers.
    first: u64,
    highest: u64,
    counted: u64,
    last: Instant,
    longest_ms: u64,
}

/// The counters as they are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Told {
    pub(crate) mid: String,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// Packets with the marker: of video, the last of a frame.
    pub(crate) frames: u64,
    /// Sequence numbers that have not come, between the first and the highest.
    pub(crate) lost: u64,
    /// The longest time without a packet since the mark; the one that lasts counts.
    pub(crate) longest_ms: u64,
    /// How long there has been none.
    pub(crate) silent_ms: u64,
}

impl Seen {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            packets: 0,
            bytes: 0,
            frames: 0,
            first: 0,
            highest: 0,
            counted: 0,
            last: now,
            longest_ms: 0,
        }
    }

    /// A packet has come.
    pub(crate) fn take(&mut self, now: Instant, sequence: u64, bytes: usize, marker: bool) {
        if self.counted == 0 {
            (self.first, self.highest) = (sequence, sequence);
        }
        self.highest = self.highest.max(sequence);
        self.counted += u64::from(sequence >= self.first);
        self.packets += 1;
        self.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        self.frames += u64::from(marker);
        self.longest_ms = self.longest_ms.max(self.silent(now));
        self.last = now;
    }

    /// From now on the times without are counted anew; packets go on.
    pub(crate) fn mark(&mut self, now: Instant) {
        self.longest_ms = 0;
        self.last = now;
    }

    pub(crate) fn tell(&self, mid: &str, now: Instant) -> Told {
        let expected = match self.counted {
            0 => 0,
            _ => self.highest - self.first + 1,
        };
        let silent_ms = self.silent(now);
        Told {
            mid: mid.to_owned(),
            packets: self.packets,
            bytes: self.bytes,
            frames: self.frames,
            lost: expected.saturating_sub(self.counted),
            longest_ms: self.longest_ms.max(silent_ms),
            silent_ms,
        }
    }

    fn silent(&self, now: Instant) -> u64 {
        let silent = now.saturating_duration_since(self.last).as_millis();
        u64::try_from(silent).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn losses_and_gaps_are_counted() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut seen = Seen::new(begin);
        for (ms, sequence) in [(20, 10), (40, 11), (140, 14), (150, 13)] {
            seen.take(at(ms), sequence, 100, false);
        }
        let told = seen.tell("3", at(160));
        assert_eq!((told.packets, told.bytes, told.lost), (4, 400, 1));
        assert_eq!((told.longest_ms, told.silent_ms), (100, 10));
        seen.mark(at(200));
        assert_eq!(seen.tell("3", at(270)).longest_ms, 70);
        seen.take(at(300), 9, 1, true);
        let told = seen.tell("3", at(300));
        assert_eq!((told.packets, told.lost, told.frames), (5, 1, 1));
        assert_eq!(told.longest_ms, 100);
    }
}
