//! Redundant audio: what was sent before comes again before what is new (RFC 2198).

use crate::ParseError;
use crate::bytes::Reader;

/// The most that a block can be earlier than its packet, in units of the clock.
pub const EARLIEST: u16 = (1 << 14) - 1;
/// Length of the header of a block that is not the last.
const HEADER: usize = 4;
/// First bit of a header: another follows.
const MORE: u8 = 0x80;

/// A block of a redundant payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it is encoded as.
    pub payload_type: u8,
    /// How much earlier than the packet's its timestamp is, in units of the clock; 0 of the primary.
    pub earlier: u16,
    /// What a packet of its own would carry.
    pub payload: &'a [u8],
}

/// A redundant payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redundant<'a> {
    headers: &'a [u8],
    blocks: &'a [u8],
    /// The newest block: what the packet would carry without redundancy, and the end of its payload.
    pub primary: Block<'a>,
}

impl<'a> Redundant<'a> {
    /// Reads the headers of a payload.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] if a header or a block is not all there, [`ParseError::Value`] if
    /// nothing is left for the primary block.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(payload);
        let mut earlier = 0;
        let payload_type = loop {
            let first = reader.u8()?;
            if first & MORE == 0 {
                break first;
            }
            earlier += length(reader.u24()?);
        };
        let headers = payload.len() - reader.rest().len();
        let blocks = reader.take(earlier)?;
        match reader.rest() {
            [] => Err(ParseError::Value),
            rest => Ok(Self {
                headers: payload.get(..headers).unwrap_or_default(),
                blocks,
                primary: Block {
                    payload_type,
                    earlier: 0,
                    payload: rest,
                },
            }),
        }
    }

    /// The blocks before the primary, the oldest first; some may be empty.
    pub fn earlier(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut blocks = Reader::new(self.blocks);
        self.headers.chunks_exact(HEADER).map_while(move |header| {
            let (first, rest) = header.split_first()?;
            let rest = Reader::new(rest).u24().ok()?;
            Some(Block {
                payload_type: first & !MORE,
                earlier: u16::try_from(rest >> 10).ok()?,
                payload: blocks.take(length(rest)).ok()?,
            })
        })
    }
}

/// The lower ten bits of a header: how long its block is.
fn length(header: u32) -> usize {
    usize::from(u16::try_from(header & 0x3ff).unwrap_or(0))
}

/// Gives all blocks of a payload this type. What is not redundant stays as it is.
pub fn retype(payload: &mut [u8], payload_type: u8) {
    let mut at = 0;
    while let Some(first) = payload.get_mut(at) {
        let more = *first & MORE;
        *first = more | payload_type & !MORE;
        if more == 0 {
            return;
        }
        at += HEADER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two earlier blocks, of 2 and 0 bytes, and a primary of 3.
    const THREE: [u8; 14] = [
        128 + 111,
        0x1e,
        0x00,
        0x02, // 1920 earlier
        128 + 112,
        0x0f,
        0x00,
        0x00, // 960 earlier
        111,
        b'a',
        b'b',
        b'x',
        b'y',
        b'z',
    ];

    #[test]
    fn blocks_come_in_order() {
        let redundant = Redundant::parse(&THREE).unwrap();
        let earlier: Vec<_> = redundant.earlier().collect();
        let block = |payload_type, earlier, payload| Block {
            payload_type,
            earlier,
            payload,
        };
        assert_eq!(earlier, [block(111, 1920, b"ab"), block(112, 960, b"")]);
        assert_eq!(redundant.primary, block(111, 0, b"xyz"));
    }

    #[test]
    fn the_longest_block_is_1023_bytes() {
        let mut payload = vec![128 + 96, 0xff, 0xff, 0xff, 96];
        payload.resize(5 + 1023, 7);
        assert_eq!(Redundant::parse(&payload), Err(ParseError::Value));
        payload.push(8);
        let redundant = Redundant::parse(&payload).unwrap();
        let earlier = redundant.earlier().next().unwrap();
        assert_eq!((earlier.earlier, earlier.payload.len()), (EARLIEST, 1023));
        assert_eq!(redundant.primary.payload, [8]);
    }

    #[test]
    fn without_earlier_blocks_it_is_one_byte_more() {
        let redundant = Redundant::parse(&[111, 1, 2]).unwrap();
        assert_eq!(redundant.earlier().count(), 0);
        assert_eq!(redundant.primary.payload, [1, 2]);
    }

    #[test]
    fn what_is_not_all_there_is_refused() {
        for end in 0..11 {
            assert_eq!(
                Redundant::parse(&THREE[..end]),
                Err(ParseError::Truncated),
                "{end}"
            );
        }
        assert_eq!(Redundant::parse(&THREE[..11]), Err(ParseError::Value));
        assert_eq!(Redundant::parse(&[0x80; 64]), Err(ParseError::Truncated));
    }

    #[test]
    fn types_are_changed_and_nothing_else() {
        let mut changed = THREE;
        retype(&mut changed, 63);
        let redundant = Redundant::parse(&changed).unwrap();
        assert!(redundant.earlier().all(|block| block.payload_type == 63));
        assert_eq!(redundant.primary.payload_type, 63);
        retype(&mut changed, 111);
        let mut same = THREE;
        same[4] = 128 + 111;
        assert_eq!(changed, same);
        retype(&mut [], 1);
    }
}
