//! Where a decoder can begin in an H.264 stream (RFC 6184 §5).

use crate::bytes::Reader;

const IDR: u8 = 5;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Whether a payload of packetization mode 0 or 1 begins something that a decoder can
/// start with: a sequence parameter set, or the first slice of an IDR picture, alone,
/// inside a STAP-A, or as the first fragment of an FU-A.
#[must_use]
pub fn starts_key_frame(payload: &[u8]) -> bool {
    match payload {
        [indicator, rest @ ..] if indicator & 0x1f == STAP_A => aggregate_starts(rest),
        [indicator, header, slice @ ..] if indicator & 0x1f == FU_A => {
            header & 0x80 != 0 && begins(header & 0x1f, slice)
        }
        [header, slice @ ..] => begins(header & 0x1f, slice),
        [] => false,
    }
}

fn aggregate_starts(units: &[u8]) -> bool {
    let mut reader = Reader::new(units);
    while let Ok(len) = reader.u16() {
        match reader.take(usize::from(len)) {
            Ok([header, slice @ ..]) if begins(header & 0x1f, slice) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// The first slice of a picture has `first_mb_in_slice` 0, which ue(v) codes as a set
/// bit (ITU-T H.264 §7.3.3).
fn begins(kind: u8, slice: &[u8]) -> bool {
    match kind {
        SPS => true,
        IDR => slice.first().is_some_and(|byte| byte & 0x80 != 0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_units() {
        assert!(starts_key_frame(&[0x67, 0x42]));
        assert!(starts_key_frame(&[0x65, 0x88]));
        assert!(!starts_key_frame(&[0x65, 0x48]), "a later slice");
        assert!(!starts_key_frame(&[0x65]));
        assert!(!starts_key_frame(&[0x41, 0x9a]), "not IDR");
        assert!(!starts_key_frame(&[0x68, 0xce]), "PPS only");
        assert!(!starts_key_frame(&[]));
    }

    #[test]
    fn aggregates() {
        assert!(starts_key_frame(&[
            0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce
        ]));
        assert!(starts_key_frame(&[
            0x78, 0, 1, 0x09, 0, 0, 0, 2, 0x65, 0x88
        ]));
        assert!(!starts_key_frame(&[0x78, 0, 2, 0x68, 0xce]));
        assert!(!starts_key_frame(&[0x78, 0, 9, 0x67]), "truncated unit");
        assert!(!starts_key_frame(&[0x78]));
    }

    #[test]
    fn fragments() {
        assert!(starts_key_frame(&[0x7c, 0x85, 0x88]));
        assert!(!starts_key_frame(&[0x7c, 0x05, 0x88]), "a later fragment");
        assert!(!starts_key_frame(&[0x7c, 0x85, 0x08]), "a later slice");
        assert!(!starts_key_frame(&[0x7c, 0x81, 0x9a]), "not IDR");
        assert!(!starts_key_frame(&[0x7c]));
    }
}
