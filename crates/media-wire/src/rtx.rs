//! Retransmission payloads: the original sequence number, then the payload (RFC 4588 §4).

/// Length of the original sequence number (OSN).
pub const OSN_LEN: usize = 2;

/// Splits a retransmission's payload into the OSN and the original payload.
///
/// An empty payload is a bandwidth probe: there is nothing to restore.
#[must_use]
pub fn split(payload: &[u8]) -> Option<(u16, &[u8])> {
    let (osn, original) = payload.split_first_chunk::<OSN_LEN>()?;
    Some((u16::from_be_bytes(*osn), original))
}

/// The bytes to put between header and original payload.
#[must_use]
pub const fn osn(sequence: u16) -> [u8; OSN_LEN] {
    sequence.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_comes_back() {
        let mut payload = osn(0xfedc).to_vec();
        payload.extend_from_slice(b"picture");
        assert_eq!(split(&payload), Some((0xfedc, &b"picture"[..])));
        assert_eq!(split(&osn(7)), Some((7, &[][..])));
        assert_eq!(split(&[1]), None);
        assert_eq!(split(&[]), None);
    }
}
