//! Tells a sender when each of its packets arrived, so that it can estimate its path.

use std::time::{Duration, Instant};

use media_wire::rtcp::twcc::{self, Arrival};
use media_wire::seq;

/// How often a sender is told.
const INTERVAL: Duration = Duration::from_millis(100);
/// It is told earlier when so many packets have come.
const MAX_ARRIVALS: usize = 128;
/// Where extended sequence numbers begin, so that late packets have room below the first.
const ORIGIN: u64 = 1 << 16;

/// Arrivals of one pipe (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#[derive(Debug, Default)]
pub(crate) struct Feedback {
    arrivals: Vec<Arrival>,
    newest: Option<u64>,
    /// The first number not told yet.
    base: u64,
    count: u8,
    due: Option<Instant>,
}

impl Feedback {
    /// A packet arrived. Tells when [`Feedback::write`] should be called, if that is news.
    pub(crate) fn arrived(
        &mut self,
        now: Instant,
        since_start: Duration,
        sequence: u16,
    ) -> Option<Instant> {
        let reference = self.newest.unwrap_or(ORIGIN + u64::from(sequence));
        let sequence = seq::extend(reference, sequence);
        if self.newest.is_none() {
            self.base = sequence;
        }
        self.newest = Some(reference.max(sequence));
        let at = u64::try_from(since_start.as_micros()).unwrap_or(u64::MAX);
        let place = match self.arrivals.last() {
            Some(last) if last.sequence >= sequence => self
                .arrivals
                .binary_search_by_key(&sequence, |arrival| arrival.sequence)
                .err()?,
            _ => self.arrivals.len(),
        };
        self.arrivals.insert(place, Arrival { sequence, at });
        if self.arrivals.len() >= MAX_ARRIVALS {
            self.due = Some(now);
            return self.due;
        }
        if self.due.is_none() {
            self.due = Some(now + INTERVAL);
            return self.due;
        }
        None
    }

    /// When [`Feedback::write`] will have something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Call `send` with each feedback packet that is due.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        sender: u32,
        media: u32,
        mut send: impl FnMut(&mut Vec<u8>),
    ) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        let mut packet = Vec::with_capacity(256);
        while let Some(last) = self.arrivals.last().copied() {
            packet.clear();
            let told = twcc::write(
                &mut packet,
                sender,
                media,
                self.count,
                self.base,
                &self.arrivals,
            );
            let told = told.clamp(1, self.arrivals.len());
            self.count = self.count.wrapping_add(1);
            self.base = self
                .arrivals
                .get(told)
                .map_or(last.sequence + 1, |next| next.sequence);
            self.arrivals.drain(..told);
            send(&mut packet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_wire::rtcp::{Packet, packets};

    fn told(feedback: &mut Feedback, now: Instant) -> Vec<(u16, bool)> {
        let mut told = Vec::new();
        feedback.write(now, 1, 2, |bytes| {
            for packet in packets(bytes) {
                let Ok(Packet::Arrivals(arrivals)) = packet else {
                    panic!("{packet:?}")
                };
                told.extend(
                    arrivals
                        .statuses()
                        .map(|status| (status.sequence, status.delta.is_some())),
                );
            }
        });
        told
    }

    #[test]
    fn losses_and_reordering_are_told_once() {
        let begin = Instant::now();
        let mut feedback = Feedback::default();
        for (n, sequence) in [65_534, 0, 65_535, 3, 3].into_iter().enumerate() {
            let at = Duration::from_millis(5 * n as u64);
            feedback.arrived(begin + at, at, sequence);
        }
        assert_eq!(told(&mut feedback, begin), []);
        let first = told(&mut feedback, begin + INTERVAL);
        assert_eq!(
            first,
            [
                (65_534, true),
                (65_535, true),
                (0, true),
                (1, false),
                (2, false),
                (3, true)
            ]
        );
        let later = begin + INTERVAL * 2;
        feedback.arrived(later, INTERVAL * 2, 6);
        assert_eq!(
            told(&mut feedback, later + INTERVAL),
            [(4, false), (5, false), (6, true)]
        );
        assert_eq!(feedback.due(), None);
    }

    #[test]
    fn many_packets_do_not_wait() {
        let now = Instant::now();
        let mut feedback = Feedback::default();
        for sequence in 0..128 {
            feedback.arrived(now, Duration::ZERO, sequence);
        }
        assert_eq!(feedback.due(), Some(now));
        assert_eq!(told(&mut feedback, now).len(), 128);
    }
}
