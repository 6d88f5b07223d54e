//! Who wants to be woken when: one alarm for each pipe.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Alarms by slot number. Setting one on the packet path is a comparison.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    due: Vec<Option<Instant>>,
    /// Also holds what has been overtaken by an earlier alarm; such entries find no match in `due`.
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl Alarms {
    /// Wake this slot at that time, or earlier if an earlier alarm is set.
    pub(crate) fn set(&mut self, slot: usize, at: Instant) {
        if slot >= self.due.len() {
            self.due.resize(slot + 1, None);
        }
        if let Some(due) = self.due.get_mut(slot)
            && due.is_none_or(|due| at < due)
        {
            *due = Some(at);
            self.heap.push(Reverse((at, slot)));
        }
    }

    /// Forget the alarm of a slot.
    pub(crate) fn forget(&mut self, slot: usize) {
        if let Some(due) = self.due.get_mut(slot) {
            *due = None;
        }
    }

    /// A slot whose time has come; its alarm is off then.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<usize> {
        while let Some(Reverse((at, slot))) = self.heap.peek().copied() {
            let current = self.due.get(slot).copied().flatten() == Some(at);
            if current && at > now {
                return None;
            }
            self.heap.pop();
            if current {
                self.forget(slot);
                return Some(slot);
            }
        }
        None
    }

    /// When the first alarm goes off.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_earliest_counts_and_rings_once() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut alarms = Alarms::default();
        alarms.set(3, at(50));
        alarms.set(3, at(20));
        alarms.set(3, at(40));
        alarms.set(1, at(30));
        alarms.set(2, at(10));
        alarms.forget(2);
        assert_eq!(alarms.pop(at(15)), None);
        assert_eq!(alarms.next(), Some(at(20)));
        assert_eq!(alarms.pop(at(100)), Some(3));
        assert_eq!(alarms.pop(at(100)), Some(1));
        assert_eq!(alarms.pop(at(100)), None);
        assert_eq!(alarms.next(), None);
    }
}
