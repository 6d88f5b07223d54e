//! Datagrams on a stream: each behind its length in 16 bits (RFC 4571 §2).

use thiserror::Error;

/// Bytes of a length.
pub const HEADER: usize = 2;

/// A frame announces more bytes than are taken. What follows cannot be read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a frame is too long")]
pub struct TooLong;

/// What goes before a datagram of this many bytes; none is longer than 65,535.
#[must_use]
pub fn header(length: usize) -> Option<[u8; HEADER]> {
    u16::try_from(length).ok().map(u16::to_be_bytes)
}

/// The length that `bytes` begin with; `None` while it has not all come.
#[must_use]
pub fn length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk().copied()?;
    Some(usize::from(u16::from_be_bytes(header)))
}

/// The datagram that `bytes` begin with; `None` while it has not all come. The next one is [`HEADER`] and its own length
/// further on.
///
/// An empty datagram is a frame like all others.
///
/// # Errors
/// [`TooLong`] for more than `longest` bytes, as soon as that is announced.
pub fn first(bytes: &mut [u8], longest: usize) -> Result<Option<&mut [u8]>, TooLong> {
    let Some(length) = length(bytes) else {
        return Ok(None);
    };
    if length > longest {
        return Err(TooLong);
    }
    let rest = bytes.get_mut(HEADER..).unwrap_or_default();
    Ok(rest.get_mut(..length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_and_half_ones_waited_for() {
        let mut bytes = *b"\0\x03abc\0\0\0\x01d\0\x02e";
        let mut at = 0;
        for expected in [&b"abc"[..], b"", b"d"] {
            let datagram = first(&mut bytes[at..], 3).unwrap().unwrap();
            assert_eq!(datagram, expected);
            at += HEADER + datagram.len();
        }
        for end in at..=bytes.len() {
            assert_eq!(first(&mut bytes[at..end], 3), Ok(None));
        }
    }

    #[test]
    fn a_frame_that_is_too_long_is_told_by_its_length_alone() {
        assert_eq!(first(&mut [0, 4], 3), Err(TooLong));
        assert_eq!(first(&mut [0, 4], 4), Ok(None));
        assert_eq!(header(0x0102), Some([1, 2]));
        assert_eq!(header(65_536), None);
    }
}
