//! Whether a viewer loses much, by what had to be sent again.

/// One repair for so many packets is much: 2 %.
const MUCH: u64 = 50;
/// Packets by which a viewer's loss is judged, at least…
const MIN_WINDOW: u64 = 64;
/// …and about at most.
const MAX_WINDOW: u64 = 512;

/// How many packets of a view had to be sent again, of late.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Loss {
    /// Packets sent when the count began.
    since: u64,
    repaired: u64,
}

impl Loss {
    /// One had to be sent again, when so many had been sent.
    pub(crate) fn repaired(&mut self, sent: u64) {
        let window = sent.saturating_sub(self.since);
        if window > MAX_WINDOW {
            let kept = MAX_WINDOW / 2;
            self.since = sent - kept;
            self.repaired = self.repaired * kept / window;
        }
        self.repaired += 1;
    }

    /// Whether that is much, now that so many have been sent.
    pub(crate) fn is_much(&self, sent: u64) -> bool {
        let window = sent.saturating_sub(self.since).max(MIN_WINDOW);
        self.repaired * MUCH >= window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_in_a_hundred_are_much() {
        let mut loss = Loss::default();
        assert!(!loss.is_much(0));
        loss.repaired(20);
        assert!(!loss.is_much(20), "one alone is chance");
        loss.repaired(30);
        assert!(loss.is_much(100));
        assert!(!loss.is_much(101));
    }

    #[test]
    fn what_was_lost_long_ago_counts_less() {
        let steady = |every: u64, from: u64, to: u64, loss: &mut Loss| {
            for sent in (from..to).step_by(usize::try_from(every).unwrap()) {
                loss.repaired(sent);
            }
        };
        let mut loss = Loss::default();
        steady(20, 0, 10_000, &mut loss);
        assert!(loss.is_much(10_000));
        steady(200, 10_000, 12_000, &mut loss);
        assert!(!loss.is_much(12_000));
        steady(40, 12_000, 14_000, &mut loss);
        assert!(loss.is_much(14_000));
        assert!(!loss.is_much(20_000), "none for long");
    }
}
