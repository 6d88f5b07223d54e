//! One way of a forward as a value: what becomes of the next thing that passes?

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::conditions::Conditions;
use crate::dice::Dice;

/// When something leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    /// Later ones may leave before it.
    pub(crate) overtaken: bool,
}

/// What has passed so far. Packets are datagrams, or pieces of a TCP stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Came in.
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    /// Went out.
    pub(crate) passed: u64,
    pub(crate) passed_bytes: u64,
    /// Lost by `drop`, `bursts` and `cut`.
    pub(crate) dropped: u64,
    /// Lost because a queue was full.
    pub(crate) overflowed: u64,
    /// Overtaken by design.
    pub(crate) reordered: u64,
}

/// The state of a link, one way.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) conditions: Conditions,
    pub(crate) counts: Counts,
    dice: Dice,
    /// When a capped link has sent what was given to it.
    free: Option<Instant>,
    /// In the bad one of the two states.
    bad: bool,
}

impl Way {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            conditions: Conditions::default(),
            counts: Counts::default(),
            dice: Dice::new(seed),
            free: None,
            bad: false,
        }
    }

    /// From now on it is like this. The dice go on where they are.
    pub(crate) fn set(&mut self, conditions: Conditions) {
        if conditions.cap_bps != self.conditions.cap_bps {
            self.free = None;
        }
        self.bad &= conditions.bursts.is_some();
        self.conditions = conditions;
    }

    /// A datagram has come: when it leaves, or `None` if it is lost.
    pub(crate) fn admit(&mut self, now: Instant, bytes: usize) -> Option<Due> {
        self.count(bytes);
        if self.conditions.cut || self.loses() {
            self.counts.dropped += 1;
            return None;
        }
        let room = usize::try_from(self.conditions.queue_bytes).unwrap_or(usize::MAX);
        if self.backlog(now) + bytes > room {
            self.counts.overflowed += 1;
            return None;
        }
        let mut due = self.delayed(now, bytes);
        if self.dice.happens(self.conditions.reorder) {
            self.counts.reordered += 1;
            due.at += milliseconds(self.conditions.reorder_ms);
            due.overtaken = true;
        }
        Some(due)
    }

    /// A piece of a stream has come: when it leaves. Nothing of a stream is lost.
    pub(crate) fn schedule(&mut self, now: Instant, bytes: usize) -> Due {
        self.count(bytes);
        self.delayed(now, bytes)
    }

    /// Something has left.
    pub(crate) fn passed(&mut self, bytes: usize) {
        self.counts.passed += 1;
        self.counts.passed_bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    fn count(&mut self, bytes: usize) {
        self.counts.packets += 1;
        self.counts.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    fn loses(&mut self) -> bool {
        let mut share = self.conditions.drop;
        if let Some(bursts) = self.conditions.bursts {
            let turn = if self.bad { bursts.leave } else { bursts.enter };
            self.bad ^= self.dice.happens(turn);
            if self.bad {
                share = bursts.lose;
            }
        }
        self.dice.happens(share)
    }

    /// Bytes that wait for the capped link.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn backlog(&self, now: Instant) -> usize {
        let (Some(cap), Some(free)) = (self.conditions.cap_bps, self.free) else {
            return 0;
        };
        (free.saturating_duration_since(now).as_secs_f64() * per_second(cap)).round() as usize
    }

    /// A token bucket, told by the moment at which it would be full again.
    #[allow(clippy::cast_precision_loss)]
    fn delayed(&mut self, now: Instant, bytes: usize) -> Due {
        let mut at = now;
        if let Some(cap) = self.conditions.cap_bps {
            let takes = Duration::from_secs_f64(bytes as f64 / per_second(cap));
            let burst =
                Duration::from_secs_f64(f64::from(self.conditions.burst_bytes) / per_second(cap));
            let idle = now.checked_sub(burst).unwrap_or(now);
            let free = self.free.map_or(idle, |free| free.max(idle)) + takes;
            self.free = Some(free);
            at = at.max(free);
        }
        at += milliseconds(self.conditions.delay_ms);
        if self.conditions.jitter_ms > 0.0 {
            at += milliseconds(self.conditions.jitter_ms * self.dice.throw());
        }
        Due {
            at,
            overtaken: false,
        }
    }
}

fn milliseconds(ms: f64) -> Duration {
    Duration::from_secs_f64(ms / 1000.0)
}

/// Bytes a second.
#[allow(clippy::cast_precision_loss)]
fn per_second(cap_bps: u64) -> f64 {
    cap_bps as f64 / 8.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::Bursts;

    fn way(conditions: Conditions) -> Way {
        let mut it = Way::new(3);
        it.set(conditions);
        it
    }

    fn clear() -> Conditions {
        Conditions::default()
    }

    #[test]
    fn a_clear_link_lets_pass_at_once() {
        let now = Instant::now();
        let due = Way::new(3).admit(now, 1_200);
        assert_eq!(
            due,
            Some(Due {
                at: now,
                overtaken: false
            })
        );
    }

    #[test]
    fn delay_and_jitter_are_added_within_their_bounds() {
        let now = Instant::now();
        let mut it = way(Conditions {
            delay_ms: 100.0,
            jitter_ms: 50.0,
            ..clear()
        });
        let delays: Vec<_> = (0..1_000)
            .filter_map(|_| it.admit(now, 100))
            .map(|due| (due.at - now).as_secs_f64() * 1_000.0)
            .collect();
        assert_eq!(delays.len(), 1_000);
        let least = delays.iter().copied().fold(f64::MAX, f64::min);
        let most = delays.iter().copied().fold(f64::MIN, f64::max);
        assert!((100.0..102.0).contains(&least), "{least}");
        assert!((148.0..=150.0).contains(&most), "{most}");
    }

    #[test]
    fn loss_has_its_share_and_is_counted() {
        let now = Instant::now();
        let mut it = way(Conditions {
            drop: 0.05,
            ..clear()
        });
        let passed = (0..10_000).filter(|_| it.admit(now, 1).is_some()).count();
        assert!((9_430..=9_570).contains(&passed), "{passed}");
        assert_eq!(it.counts.packets, 10_000);
        assert_eq!(usize::try_from(it.counts.dropped).unwrap(), 10_000 - passed);
    }

    #[test]
    fn bursts_have_their_share_and_their_length() {
        let now = Instant::now();
        let bursts = Some(Bursts {
            enter: 0.01,
            leave: 0.25,
            lose: 1.0,
        });
        let mut it = way(Conditions { bursts, ..clear() });
        let lost: Vec<_> = (0..100_000).map(|_| it.admit(now, 1).is_none()).collect();
        let share = lost.iter().filter(|lost| **lost).count();
        let starts = lost.windows(2).filter(|it| !it[0] && it[1]).count();
        // enter / (enter + leave) = 3.8 %, in bursts of 1 / leave = 4
        assert!((3_500..=4_200).contains(&share), "{share}");
        assert!((35..=45).contains(&(share * 10 / starts)), "{starts}");
        it.set(clear());
        assert!(it.admit(now, 1).is_some());
    }

    #[test]
    fn a_cap_spreads_a_burst_and_loses_the_tail() {
        let now = Instant::now();
        let mut it = way(Conditions {
            cap_bps: Some(8_000_000), // a byte a microsecond
            burst_bytes: 2_000,
            queue_bytes: 3_000,
            ..clear()
        });
        let took: Vec<_> = (0..8)
            .map(|_| it.admit(now, 1_000).map(|due| (due.at - now).as_micros()))
            .collect();
        let passed = [0, 0, 1_000, 2_000, 3_000].map(Some);
        assert_eq!(took[..5], passed);
        assert_eq!(took[5..], [None, None, None]);
        assert_eq!(it.counts.overflowed, 3);
        // What was lost took no time of the link.
        let later = now + Duration::from_millis(3);
        assert_eq!(
            it.admit(later, 1_000).map(|due| due.at),
            Some(now + Duration::from_millis(4))
        );
    }

    #[test]
    fn the_late_ones_are_marked() {
        let now = Instant::now();
        let mut it = way(Conditions {
            reorder: 0.2,
            reorder_ms: 30.0,
            ..clear()
        });
        let late = (0..1_000)
            .filter_map(|_| it.admit(now, 1))
            .filter(|due| due.overtaken && due.at == now + Duration::from_millis(30))
            .count();
        assert!((160..=240).contains(&late), "{late}");
        assert_eq!(usize::try_from(it.counts.reordered).unwrap(), late);
    }

    #[test]
    fn nothing_of_a_stream_is_lost() {
        let now = Instant::now();
        let mut it = way(Conditions {
            drop: 1.0,
            delay_ms: 5.0,
            ..clear()
        });
        assert_eq!(it.schedule(now, 1).at, now + Duration::from_millis(5));
        assert!(it.admit(now, 1).is_none());
    }
}
