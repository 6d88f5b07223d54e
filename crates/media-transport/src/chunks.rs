//! What SCTP packets have inside, as far as bounds need to know it (RFC 9260 §3).

/// Ports and checksum of a packet come before its chunks.
const COMMON: usize = 12;

const DATA: u8 = 0;
const INIT: u8 = 1;
const SACK: u8 = 3;
const ABORT: u8 = 6;
const RE_CONFIG: u8 = 130;

/// A chunk's header, and with that of DATA what stands before the bytes of the message.
const CHUNK: usize = 4;
const DATA_HEADER: usize = 16;

/// The chunks of a packet, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// It begins an association.
    pub(crate) init: bool,
    /// DATA chunks.
    pub(crate) pieces: usize,
    /// One of them has no bytes, which ends an association (RFC 9260 §6.2).
    pub(crate) empty_piece: bool,
    /// It ends an association.
    pub(crate) abort: bool,
    /// RE-CONFIG chunks (RFC 6525 §3.1).
    pub(crate) resets: usize,
}

/// Ports and verification tag of a packet.
pub(crate) type Header = [u8; 8];

/// Looks through a packet; `None` if it is not one.
pub(crate) fn contents(packet: &[u8]) -> Option<Contents> {
    let mut contents = Contents::default();
    for (kind, chunk) in split(packet) {
        let chunk = chunk?;
        match kind {
            DATA => {
                contents.pieces += 1;
                contents.empty_piece |= chunk.len() <= DATA_HEADER;
            }
            INIT => contents.init = true,
            ABORT => contents.abort = true,
            RE_CONFIG => contents.resets += 1,
            _ => {}
        }
    }
    (packet.len() > COMMON).then_some(contents)
}

/// Whether a packet tells that everything that came is in order and taken: all of the window is free, and there are no gaps.
pub(crate) fn acknowledges_all(packet: &[u8], window: u32) -> bool {
    split(packet).any(|(kind, chunk)| {
        let free = chunk.and_then(|chunk| chunk.get(8..12));
        let gaps = chunk.and_then(|chunk| chunk.get(12..14));
        kind == SACK && free == Some(window.to_be_bytes().as_slice()) && gaps == Some(&[0, 0])
    })
}

/// Ports and verification tag of a packet.
pub(crate) fn header(packet: &[u8]) -> Option<Header> {
    packet.first_chunk().copied()
}

/// A packet that ends an association at once (RFC 9260 §3.3.7).
pub(crate) fn abort(header: Header) -> Vec<u8> {
    let chunk = [ABORT, 0, 0, 4];
    let sum = checksum(&[&header, &[0; 4], &chunk]);
    [&header[..], &sum.to_le_bytes(), &chunk].concat()
}

/// The chunks of a packet, each with its kind; `None` in place of the first that is cut off, and none after it.
fn split(packet: &[u8]) -> impl Iterator<Item = (u8, Option<&[u8]>)> {
    let mut rest = packet.get(COMMON..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [kind, _, high, low] = match rest.first_chunk::<CHUNK>() {
            Some(header) => *header,
            None if rest.is_empty() => return None,
            None => {
                rest = &[];
                return Some((u8::MAX, None));
            }
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let chunk = rest.get(..length).filter(|_| length >= CHUNK);
        // The last one may come without its padding.
        let padded = length.next_multiple_of(CHUNK);
        rest = chunk.and_then(|_| rest.get(padded..)).unwrap_or_default();
        Some((kind, chunk))
    })
}

/// The sum with the Castagnoli polynomial (RFC 9260 appendix A), bit by bit: it is for one packet of an association.
pub(crate) fn checksum(parts: &[&[u8]]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    !bytes.fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 & (sum & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720 appendix B.4: 32 bytes of zeros, and of ones.
        assert_eq!(
            checksum(&[&[0; 32]]).to_be_bytes(),
            [0x8a, 0x91, 0x36, 0xaa]
        );
        assert_eq!(
            checksum(&[&[0xff; 16], &[0xff; 16]]).to_be_bytes(),
            [0x62, 0xa8, 0xab, 0x43]
        );
    }

    fn packet(chunks: &[&[u8]]) -> Vec<u8> {
        let mut packet = vec![7; COMMON];
        for chunk in chunks {
            packet.extend_from_slice(chunk);
        }
        packet
    }

    #[test]
    fn chunks_are_counted() {
        let piece = [&[DATA, 3, 0, 17][..], &[1; 12], b"x\0\0\0"].concat();
        let reset = [RE_CONFIG, 0, 0, 4];
        let contents = |chunks: &[&[u8]]| contents(&packet(chunks));
        let counted = contents(&[&piece, &reset, &piece]).unwrap();
        assert_eq!((counted.pieces, counted.resets), (2, 1));
        assert!(!counted.init && !counted.empty_piece && !counted.abort);
        // Without its padding, if it is the last.
        assert_eq!(contents(&[&piece[..17]]).unwrap().pieces, 1);
        let empty = [&[DATA, 3, 0, 16][..], &[1; 12]].concat();
        assert!(contents(&[&empty]).unwrap().empty_piece);
        assert!(contents(&[&[INIT, 0, 0, 4]]).unwrap().init);
        assert!(super::contents(&abort([7; 8])).unwrap().abort);
    }

    #[test]
    fn what_is_cut_off_is_no_packet() {
        for chunk in [
            &[][..],
            &[DATA],
            &[DATA, 0, 0],
            &[DATA, 0, 0, 3],
            &[DATA, 0, 0, 0],
            &[DATA, 0, 0, 5],
        ] {
            assert_eq!(contents(&packet(&[chunk])), None, "{chunk:?}");
        }
        assert_eq!(contents(&[0; 11]), None);
    }

    #[test]
    fn only_a_free_window_without_gaps_acknowledges_all() {
        let sack = |free: u32, gaps: u16| {
            let free = free.to_be_bytes();
            let gaps = gaps.to_be_bytes();
            packet(&[&[SACK, 0, 0, 16], &[0; 4], &free, &gaps, &[0, 0]])
        };
        assert!(acknowledges_all(&sack(5000, 0), 5000));
        assert!(!acknowledges_all(&sack(4999, 0), 5000));
        assert!(!acknowledges_all(&sack(5000, 1), 5000));
        assert!(!acknowledges_all(&packet(&[&[SACK, 0, 0, 4]]), 5000));
    }
}
