//! Generic NACK: which packets are missing (RFC 4585 §6.2.1).

use super::{TRANSPORT_FEEDBACK, append_feedback};
use crate::ParseError;
use crate::bytes::Reader;

pub(super) const FORMAT: u8 = 1;

/// Entries of one packet that is written, each of up to 17 sequence numbers.
pub const MAX_NACK_ENTRIES: usize = 128;

/// Generic NACK.
#[derive(Clone, Copy, Debug)]
pub struct Nack<'a> {
    /// Who misses them.
    pub sender: u32,
    /// Whose packets are missing.
    pub media: u32,
    entries: &'a [u8],
}

impl<'a> Nack<'a> {
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Self, ParseError> {
        let nack = Self {
            sender: body.u32()?,
            media: body.u32()?,
            entries: body.rest(),
        };
        if nack.entries.is_empty() {
            return Err(ParseError::Truncated);
        }
        Ok(nack)
    }

    /// The missing sequence numbers, in the order they are told. The same one may be told
    /// more than once; one packet cannot name more than 17 for each 4 bytes.
    pub fn lost(&self) -> impl Iterator<Item = u16> + use<'a> {
        let mut reader = Reader::new(self.entries);
        let entries = std::iter::from_fn(move || Some((reader.u16().ok()?, reader.u16().ok()?)));
        entries.flat_map(|(first, following)| {
            let others = (1..=16u16)
                .filter(move |step| following >> (step - 1) & 1 == 1)
                .map(move |step| first.wrapping_add(step));
            std::iter::once(first).chain(others)
        })
    }
}

/// Appends NACKs for `lost`, best given in ascending order. Writes nothing when it is empty,
/// and another packet for each [`MAX_NACK_ENTRIES`].
pub fn write_nack(
    into: &mut Vec<u8>,
    sender: u32,
    media: u32,
    lost: impl IntoIterator<Item = u16>,
) {
    let mut lost = lost.into_iter().peekable();
    while lost.peek().is_some() {
        append_feedback(into, TRANSPORT_FEEDBACK, FORMAT, sender, media, |body| {
            for _ in 0..MAX_NACK_ENTRIES {
                let Some(first) = lost.next() else { break };
                let mut following = 0u16;
                while let Some(step) = lost
                    .peek()
                    .map(|next| next.wrapping_sub(first))
                    .filter(|step| *step <= 16)
                {
                    following |= 1u16
                        .checked_shl(u32::from(step).wrapping_sub(1))
                        .unwrap_or(0);
                    lost.next();
                }
                body.extend_from_slice(&first.to_be_bytes());
                body.extend_from_slice(&following.to_be_bytes());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::{Packet, packets};
    use super::*;

    fn lost(bytes: &[u8]) -> Vec<u16> {
        packets(bytes)
            .flat_map(|packet| match packet {
                Ok(Packet::Nack(nack)) => {
                    assert_eq!((nack.sender, nack.media), (1, 2));
                    nack.lost().collect::<Vec<_>>()
                }
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn neighbours_share_an_entry() {
        let mut bytes = Vec::new();
        write_nack(&mut bytes, 1, 2, [100, 101, 116, 117, 65535, 0]);
        assert_eq!(
            bytes,
            [
                0x81, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 100, 0x80, 0x01, 0, 117, 0, 0, 0xff,
                0xff, 0, 1
            ]
        );
        assert_eq!(lost(&bytes), [100, 101, 116, 117, 65535, 0]);
    }

    #[test]
    fn the_same_number_twice_is_told_once() {
        let mut bytes = Vec::new();
        write_nack(&mut bytes, 1, 2, [7, 7, 8]);
        assert_eq!(lost(&bytes), [7, 8]);
    }

    #[test]
    fn nothing_lost_writes_nothing() {
        let mut bytes = Vec::new();
        write_nack(&mut bytes, 1, 2, []);
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_nack_of_nothing_is_malformed() {
        let bytes = [0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        assert!(packets(&bytes).next().unwrap().is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in prop::collection::btree_set(any::<u16>(), 0..600)) {
            let mut bytes = Vec::new();
            write_nack(&mut bytes, 1, 2, numbers.iter().copied());
            prop_assert_eq!(lost(&bytes).into_iter().collect::<BTreeSet<_>>(), numbers);
        }
    }
}
