//! Which protocol a datagram belongs to (RFC 7983 §7, RFC 5761 §4).

/// What shares the one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// First byte 0..=3.
    Stun,
    /// First byte 20..=63.
    Dtls,
    /// First byte 128..=191.
    Rtp,
    /// As RTP, with a packet type of 192..=223 in the second byte.
    Rtcp,
    /// Nothing Ringway speaks: ZRTP, TURN channels, junk, or an empty datagram.
    Other,
}

/// Looks at the first two bytes only.
#[must_use]
pub const fn protocol(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=3, ..] => Protocol::Stun,
        [20..=63, ..] => Protocol::Dtls,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, ..] => Protocol::Rtp,
        _ => Protocol::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_rfc_7983_holds() {
        for first in 0..=255u8 {
            let expected = match first {
                0..=3 => Protocol::Stun,
                20..=63 => Protocol::Dtls,
                128..=191 => Protocol::Rtp,
                _ => Protocol::Other,
            };
            assert_eq!(protocol(&[first, 96]), expected, "first byte {first}");
            assert_eq!(protocol(&[first]), expected, "only byte {first}");
        }
        assert_eq!(protocol(&[]), Protocol::Other);
    }

    #[test]
    fn rtcp_is_told_from_rtp_by_its_packet_type() {
        for kind in 0..=255u8 {
            let expected = if (192..=223).contains(&kind) {
                Protocol::Rtcp
            } else {
                Protocol::Rtp
            };
            assert_eq!(protocol(&[0x80, kind]), expected, "second byte {kind}");
        }
    }
}
