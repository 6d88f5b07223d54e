//! Packets of one track that leave together, and the messages they are cut into.

use std::ops::Range;
use std::time::Duration;

/// Packets in a burst.
pub(crate) const MAX_BURST: usize = 16;
/// How long a packet waits for the rest of its frame.
pub(crate) const HOLD: Duration = Duration::from_millis(1);
/// A packet is padded by up to this many bytes to be as long as the others of its message.
///
/// Sealing these costs some 10 ns; another message costs some 500.
pub(crate) const MAX_PADDING: usize = 64;

/// Cut packets of these sizes into messages whose datagrams can be made equal.
///
/// In each all but the last can be padded to the largest by at most `padding` bytes, and the last
/// is not longer than that.
pub(crate) fn runs(sizes: &[usize], padding: usize) -> impl Iterator<Item = (Range<usize>, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let mut rest = sizes.get(start..)?.iter().copied();
        let mut last = rest.next()?;
        let (mut largest, mut smallest) = (last, usize::MAX);
        let mut end = start + 1;
        for size in rest {
            let (larger, smaller) = (largest.max(size), smallest.min(last));
            if larger - smaller > padding {
                break;
            }
            (largest, smallest, last) = (larger, smaller, size);
            end += 1;
        }
        let run = start..end;
        start = end;
        Some((run, largest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_is_one_message() {
        let cut = |sizes: &[usize], padding| runs(sizes, padding).collect::<Vec<_>>();
        assert_eq!(cut(&[], 64), []);
        assert_eq!(cut(&[100], 64), [(0..1, 100)]);
        assert_eq!(cut(&[1100, 1101, 1100, 300], 64), [(0..4, 1101)]);
        assert_eq!(
            cut(&[1100, 1101, 1100, 300], 0),
            [(0..1, 1100), (1..3, 1101), (3..4, 300)]
        );
        assert_eq!(cut(&[300, 1100, 1100], 64), [(0..1, 300), (1..3, 1100)]);
        assert_eq!(cut(&[1100, 300, 1100], 64), [(0..2, 1100), (2..3, 1100)]);
        assert_eq!(cut(&[1100, 1164, 1165], 64), [(0..2, 1164), (2..3, 1165)]);
    }

    proptest! {
        #[test]
        fn every_packet_is_in_one_message_that_holds_it(
            sizes in proptest::collection::vec(0..1500usize, 0..40),
            padding in 0..300usize,
        ) {
            let mut next = 0;
            for (run, segment) in runs(&sizes, padding) {
                prop_assert_eq!(run.start, next);
                prop_assert!(run.end > run.start);
                next = run.end;
                let (last, body) = sizes[run].split_last().unwrap();
                prop_assert!(*last <= segment);
                for size in body {
                    prop_assert!(*size <= segment && segment - size <= padding);
                }
            }
            prop_assert_eq!(next, sizes.len());
        }
    }
}
