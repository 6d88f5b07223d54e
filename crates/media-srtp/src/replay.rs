//! The replay window of one stream, and the estimate of a packet's index.

use crate::Error;

/// Indices behind the newest that are still told apart. RFC 3711 §3.3.2 asks for at least 64; at the 1,000 packets per second
/// that one video stream can reach this is a second of reordering, for 128 bytes per SSRC.
pub const WINDOW: u64 = 1024;

const WORDS: usize = (WINDOW / 64) as usize;

/// One past the largest index: a 32-bit roll-over counter and a 16-bit sequence number.
const END: u64 = 1 << 48;

/// What was received of one SSRC (RFC 3711 §3.3): estimates packet indices and tells repeated ones.
///
/// Per packet: [`estimate`](Self::estimate), [`check`](Self::check), open the packet with that index, and only when it was
/// authentic [`commit`](Self::commit).
#[derive(Debug, Clone, Default)]
pub struct ReplayWindow {
    /// The highest committed index; `None` until the first.
    newest: Option<u64>,
    /// A ring with one bit per index modulo [`WINDOW`]: set when it was received.
    seen: [u64; WORDS],
}

impl ReplayWindow {
    /// A window that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The highest index committed.
    #[must_use]
    pub const fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// The index that a sequence number most likely means (RFC 3711 §3.3.1, appendix A): the one next to the newest.
    ///
    /// The first packet of a stream has the roll-over counter 0, and there is none below.
    #[must_use]
    pub fn estimate(&self, sequence: u16) -> u64 {
        let Some(newest) = self.newest else {
            return u64::from(sequence);
        };
        // The signed distance modulo 2^16 picks the nearest of the three candidates that the appendix compares.
        let ahead = i64::from(sequence.wrapping_sub(low_half(newest)).cast_signed());
        newest
            .checked_add_signed(ahead)
            .unwrap_or(u64::from(sequence))
    }

    /// Whether a packet of this index may still be accepted; asked before it is opened.
    ///
    /// # Errors
    /// [`Error::Replayed`], [`Error::TooOld`], or [`Error::KeyExhausted`] beyond 48 bits.
    pub fn check(&self, index: u64) -> Result<(), Error> {
        if index >= END {
            return Err(Error::KeyExhausted);
        }
        let Some(newest) = self.newest else {
            return Ok(());
        };
        if index > newest {
            return Ok(());
        }
        if newest - index >= WINDOW {
            return Err(Error::TooOld);
        }
        let (word, bit) = position(index);
        if self.seen.get(word).is_some_and(|seen| seen & bit != 0) {
            return Err(Error::Replayed);
        }
        Ok(())
    }

    /// Remembers a packet that [`check`](Self::check) let pass and that was authentic.
    pub fn commit(&mut self, index: u64) {
        let newest = self.newest.unwrap_or(index);
        if index > newest {
            if index - newest >= WINDOW {
                self.seen = [0; WORDS];
            } else {
                for skipped in newest + 1..index {
                    self.forget(skipped);
                }
            }
        } else if newest - index >= WINDOW {
            return;
        }
        self.newest = Some(newest.max(index));
        let (word, bit) = position(index);
        if let Some(seen) = self.seen.get_mut(word) {
            *seen |= bit;
        }
    }

    fn forget(&mut self, index: u64) {
        let (word, bit) = position(index);
        if let Some(seen) = self.seen.get_mut(word) {
            *seen &= !bit;
        }
    }
}

/// The sequence number of an index.
pub(crate) fn low_half(index: u64) -> u16 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low half is what is asked for"
    )]
    let sequence = index as u16;
    sequence
}

fn position(index: u64) -> (usize, u64) {
    let bit = (index % WINDOW) as usize;
    (bit / 64, 1 << (bit % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn after(newest: u64) -> ReplayWindow {
        let mut window = ReplayWindow::new();
        window.commit(newest);
        window
    }

    #[test]
    fn the_index_is_estimated_across_roll_overs() {
        assert_eq!(ReplayWindow::new().estimate(65_535), 65_535);
        assert_eq!(after(65_535).estimate(0), 65_536);
        assert_eq!(after(65_536).estimate(65_535), 65_535);
        assert_eq!(
            after(5).estimate(65_535),
            65_535,
            "there is nothing below zero"
        );
        assert_eq!(after(10 << 16).estimate(0x7FFF), (10 << 16) + 0x7FFF);
        assert_eq!(after(10 << 16).estimate(0x8001), (9 << 16) + 0x8001);
        assert_eq!(
            after((10 << 16) + 0xFFFF).estimate(0x8000),
            (10 << 16) + 0x8000
        );
        assert_eq!(
            after((10 << 16) + 0xFFFF).estimate(0x7FFE),
            (11 << 16) + 0x7FFE
        );
    }

    #[test]
    fn the_last_index_is_the_end() {
        let window = after(END - 1);
        assert_eq!(window.check(window.estimate(0)), Err(Error::KeyExhausted));
        assert_eq!(window.check(u64::MAX), Err(Error::KeyExhausted));
        assert_eq!(window.check(END - 2), Ok(()));
    }

    #[test]
    fn the_window_ends_where_it_says() {
        let window = after(5000);
        assert_eq!(window.check(5000), Err(Error::Replayed));
        assert_eq!(window.check(5000 - WINDOW + 1), Ok(()));
        assert_eq!(window.check(5000 - WINDOW), Err(Error::TooOld));
    }

    proptest! {
        #[test]
        fn it_says_what_a_set_of_all_indices_says(
            start in 0..1_u64 << 40,
            steps in prop::collection::vec(prop_oneof![8 => -70..70_i64, 1 => -1100..1100_i64, 1 => 0..5000_i64], 1..300),
        ) {
            let mut window = ReplayWindow::new();
            let mut seen = BTreeSet::new();
            for step in steps {
                let newest = seen.last().copied();
                let index = newest.unwrap_or(start).saturating_add_signed(step);
                let expected = match newest {
                    Some(newest) if index + WINDOW <= newest => Err(Error::TooOld),
                    _ if seen.contains(&index) => Err(Error::Replayed),
                    _ => Ok(()),
                };
                prop_assert_eq!(window.check(index), expected);
                if let Some(newest) = newest {
                    prop_assume!(newest.abs_diff(index) < 1 << 15);
                    prop_assert_eq!(window.estimate(low_half(index)), index);
                }
                if expected.is_ok() {
                    window.commit(index);
                    seen.insert(index);
                }
                prop_assert_eq!(window.newest(), seen.last().copied());
            }
        }
    }
}
