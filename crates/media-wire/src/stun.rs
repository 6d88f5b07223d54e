//! The user name of a STUN Binding request, read before it is authenticated.
//!
//! It tells whose request this is, and so whose password its MESSAGE-INTEGRITY must be
//! checked with. Nothing else may be concluded from it.

use crate::bytes::Reader;

const BINDING_REQUEST: u16 = 0x0001;
const MAGIC_COOKIE: u32 = 0x2112_a442;
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;

/// USERNAME values are shorter than 513 bytes (RFC 8489 §14.3).
const MAX_USERNAME: usize = 512;

/// The USERNAME of a well-formed Binding request (RFC 8489 §5, §14), else nothing.
///
/// Attributes after MESSAGE-INTEGRITY are not looked at.
#[must_use]
pub fn peek_username(packet: &[u8]) -> Option<&str> {
    let mut reader = Reader::new(packet);
    let kind = reader.u16().ok()?;
    let len = usize::from(reader.u16().ok()?);
    let cookie = reader.u32().ok()?;
    reader.take(12).ok()?;
    if kind != BINDING_REQUEST || cookie != MAGIC_COOKIE || len != reader.rest().len() {
        return None;
    }
    while !reader.is_empty() {
        let kind = reader.u16().ok()?;
        let len = usize::from(reader.u16().ok()?);
        let value = reader.take(len).ok()?;
        match kind {
            USERNAME if len <= MAX_USERNAME => return std::str::from_utf8(value).ok(),
            USERNAME | MESSAGE_INTEGRITY => return None,
            _ => reader.take(len.next_multiple_of(4) - len).ok()?,
        };
    }
    None
}

/// The receiver's part of an ICE user name, before the colon (RFC 8445 §7.2.2).
#[must_use]
pub fn local_ufrag(username: &str) -> Option<&str> {
    username.split_once(':').map(|(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample request of RFC 5769 §2.1.
    const SAMPLE: &[u8] = b"\x00\x01\x00\x58\
        \x21\x12\xa4\x42\
        \xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
        \x80\x22\x00\x10STUN test client\
        \x00\x24\x00\x04\x6e\x00\x01\xff\
        \x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\
        \x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20\
        \x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\
        \xb2\xd3\xf2\x49\xc1\xb5\x71\xa2\
        \x80\x28\x00\x04\xe5\x7a\x3b\xcf";

    #[test]
    fn the_sample_request_of_rfc_5769_is_read() {
        let username = peek_username(SAMPLE).unwrap();
        assert_eq!(username, "evtj:h6vY");
        assert_eq!(local_ufrag(username), Some("evtj"));
    }

    #[test]
    fn truncated_requests_have_no_name() {
        for len in 0..SAMPLE.len() {
            assert_eq!(peek_username(&SAMPLE[..len]), None, "{len} bytes");
        }
    }

    #[test]
    fn other_messages_have_no_name() {
        for (at, value) in [(0, 1), (1, 0x11), (4, 0), (3, 0x54)] {
            let mut other = SAMPLE.to_vec();
            other[at] = value;
            assert_eq!(peek_username(&other), None, "byte {at}");
        }
    }

    #[test]
    fn a_name_after_the_integrity_is_not_believed() {
        let mut moved = SAMPLE[..20].to_vec();
        moved.extend_from_slice(&SAMPLE[76..100]);
        moved.extend_from_slice(&SAMPLE[60..76]);
        moved[3] = 40;
        assert_eq!(peek_username(&moved), None);
        moved[21] = 0x09;
        assert_eq!(peek_username(&moved), Some("evtj:h6vY"));
    }

    #[test]
    fn a_name_that_is_not_text_or_too_long_is_none() {
        let mut bad = SAMPLE.to_vec();
        bad[64] = 0xff;
        assert_eq!(peek_username(&bad), None);
        let mut long = SAMPLE[..20].to_vec();
        long[2..4].copy_from_slice(&520u16.to_be_bytes());
        long.extend_from_slice(&[0, 6, 2, 1]);
        long.extend_from_slice(&[b'a'; 516]);
        assert_eq!(peek_username(&long), None);
        long[23] = 0;
        assert_eq!(peek_username(&long).map(str::len), Some(512));
    }
}
