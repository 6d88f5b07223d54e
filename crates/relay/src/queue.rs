//! What is on its way: leaves when its time has come, in order unless overtaken.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::way::Due;

/// Things that wait for their moments.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    waiting: BTreeMap<(Instant, u64), (T, usize)>,
    /// The latest moment of those that keep the order.
    latest: Option<Instant>,
    number: u64,
    bytes: usize,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            latest: None,
            number: 0,
            bytes: 0,
        }
    }

    /// Let it leave at its moment, and not before those that came earlier.
    pub(crate) fn push(&mut self, due: Due, it: T, bytes: usize) {
        let mut at = self.latest.map_or(due.at, |latest| due.at.max(latest));
        if due.overtaken {
            at = due.at;
        } else {
            self.latest = Some(at);
        }
        self.number += 1;
        self.bytes += bytes;
        self.waiting.insert((at, self.number), (it, bytes));
    }

    /// The next whose time has come.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<T> {
        let first = self.waiting.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let (it, bytes) = first.remove();
        self.bytes -= bytes;
        Some(it)
    }

    /// When the next one leaves.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Let everything leave now, in the order in which it would have left.
    pub(crate) fn hurry(&mut self, now: Instant) {
        let waiting = std::mem::take(&mut self.waiting);
        for (number, it) in (0..).zip(waiting.into_values()) {
            self.waiting.insert((now, number), it);
        }
        self.latest = None;
    }

    /// Lose everything; tells how many that were.
    pub(crate) fn clear(&mut self) -> usize {
        let lost = self.waiting.len();
        self.waiting.clear();
        self.latest = None;
        self.bytes = 0;
        lost
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn drained(queue: &mut Queue<u8>, now: Instant) -> Vec<u8> {
        std::iter::from_fn(|| queue.pop(now)).collect()
    }

    #[test]
    fn a_shorter_delay_does_not_overtake_but_the_late_one_is_overtaken() {
        let now = Instant::now();
        let after = |ms| now + Duration::from_millis(ms);
        let due = |ms, overtaken| Due {
            at: after(ms),
            overtaken,
        };
        let mut queue = Queue::new();
        queue.push(due(30, false), 1, 1);
        queue.push(due(10, false), 2, 1);
        queue.push(due(50, true), 3, 1);
        queue.push(due(40, false), 4, 1);
        assert_eq!(queue.next(), Some(after(30)));
        assert!(drained(&mut queue, after(29)).is_empty());
        assert_eq!(drained(&mut queue, after(49)), [1, 2, 4]);
        assert_eq!((queue.len(), queue.bytes()), (1, 1));
        assert_eq!(drained(&mut queue, after(50)), [3]);
    }

    #[test]
    fn in_a_hurry_the_order_stays() {
        let now = Instant::now();
        let mut queue = Queue::new();
        for it in 1..=3 {
            let at = now + Duration::from_secs(u64::from(it));
            let overtaken = false;
            queue.push(Due { at, overtaken }, it, 10);
        }
        queue.hurry(now);
        let overtaken = false;
        queue.push(Due { at: now, overtaken }, 4, 10);
        assert_eq!(drained(&mut queue, now), [1, 2, 3, 4]);
        assert_eq!(queue.bytes(), 0);
    }
}
