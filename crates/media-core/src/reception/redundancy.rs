//! Redundant audio from a client: what is new in it, and what it brings back (RFC 2198).

use media_wire::red::Redundant;

use crate::counters::Counter;

/// A payload as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content<'a> {
    pub(crate) payload: &'a [u8],
    /// Bytes at its end that are new.
    pub(crate) primary: usize,
    /// What it repeats, if that is of use.
    pub(crate) redundant: Option<Redundant<'a>>,
}

impl<'a> Content<'a> {
    /// A payload that repeats nothing.
    pub(crate) fn plain(payload: &'a [u8]) -> Self {
        Self {
            payload,
            primary: payload.len(),
            redundant: None,
        }
    }

    /// A redundant payload whose blocks should be of type `media`. Only what is new is kept when
    /// something else is repeated.
    pub(crate) fn redundant(payload: &'a [u8], media: u8) -> Result<Self, Counter> {
        let redundant = Redundant::parse(payload).map_err(|_| Counter::DropRtpMalformed)?;
        let primary = redundant.primary;
        if primary.payload_type != media {
            return Err(Counter::DropRtpPayloadType);
        }
        let mut types = redundant.earlier().map(|block| block.payload_type);
        let repeats = redundant.earlier().next().is_some();
        if !repeats || types.any(|payload_type| payload_type != media) {
            return Ok(Self::plain(primary.payload));
        }
        Ok(Self {
            payload,
            primary: primary.payload.len(),
            redundant: Some(redundant),
        })
    }
}

/// Where a packet is in its track: its extended sequence number and its timestamp.
pub(crate) type Position = (u64, u32);

/// What a redundant packet at `now` repeats of what is missing since the packet at `before`.
///
/// A block tells its timestamp and not its number. That follows where packets were evenly spaced from
/// `before` to `now`; elsewhere, as after a silence that was not sent, nothing is concluded.
pub(crate) fn recovered<'a>(
    before: Position,
    now: Position,
    redundant: &Redundant<'a>,
) -> impl Iterator<Item = (Position, &'a [u8])> {
    let step = redundant.earlier().last().map_or(0, |block| block.earlier);
    let distance = now.0.saturating_sub(before.0);
    let passed = u64::from(now.1.wrapping_sub(before.1));
    let even = step > 0 && u64::from(step).checked_mul(distance) == Some(passed);
    redundant
        .earlier()
        .filter(move |block| even && block.earlier.checked_rem(step) == Some(0))
        .filter(|block| block.earlier > 0 && !block.payload.is_empty())
        .filter_map(move |block| {
            let back = u64::from(block.earlier.checked_div(step)?);
            let sequence = now.0.checked_sub(back)?;
            let timestamp = now.1.wrapping_sub(u32::from(block.earlier));
            (sequence > before.0).then_some(((sequence, timestamp), block.payload))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Vec<(Position, &'static [u8])>;

    /// Blocks of so much earlier and of this content, then `new`.
    fn payload(blocks: &[(u8, u32, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (payload_type, earlier, block) in blocks {
            let header = earlier << 10 | block.len() as u32;
            bytes.push(0x80 | payload_type);
            bytes.extend_from_slice(&header.to_be_bytes()[1..]);
        }
        bytes.push(111);
        for (_, _, block) in blocks {
            bytes.extend_from_slice(block);
        }
        bytes.extend_from_slice(b"new");
        bytes
    }

    #[test]
    fn what_repeats_something_else_is_cut_to_what_is_new() {
        let both = payload(&[(111, 960, b"old")]);
        let content = Content::redundant(&both, 111).unwrap();
        assert_eq!((content.payload, content.primary), (&both[..], 3));
        for cut in [
            payload(&[]),
            payload(&[(13, 1920, b"x"), (111, 960, b"old")]),
        ] {
            let content = Content::redundant(&cut, 111).unwrap();
            assert_eq!(content, Content::plain(b"new"));
        }
        assert_eq!(
            Content::redundant(&both, 96),
            Err(Counter::DropRtpPayloadType)
        );
        assert_eq!(
            Content::redundant(&both[..7], 111),
            Err(Counter::DropRtpMalformed)
        );
    }

    #[test]
    fn blocks_are_placed_where_packets_are_even() {
        let one = payload(&[(111, 960, b"1")]);
        let three = payload(&[(111, 2880, b"3"), (111, 1920, b""), (111, 960, b"1")]);
        let far = payload(&[(111, 1920, b"2")]);
        // A roll-over of the timestamp lies between.
        let now = (100, 500);
        let at = |back: u32| (100 - u64::from(back), 500_u32.wrapping_sub(960 * back));
        let table: [(&str, &[u8], Position, Found); 7] = [
            ("one lost", &one, at(2), vec![(at(1), b"1")]),
            ("two lost", &one, at(3), vec![(at(1), b"1")]),
            ("none lost", &one, at(1), vec![]),
            (
                "three lost",
                &three,
                at(4),
                vec![(at(3), b"3"), (at(1), b"1")],
            ),
            ("a silence between", &one, (98, at(7).1), vec![]),
            ("a longer packet between", &one, (98, at(3).1), vec![]),
            ("only the one before the last", &far, at(3), vec![]),
        ];
        for (case, payload, before, expected) in table {
            let redundant = Redundant::parse(payload).unwrap();
            let found: Vec<_> = recovered(before, now, &redundant).collect();
            assert_eq!(found, expected, "{case}");
        }
    }
}
