//! Where an SRTP and an SRTCP packet keep what every transform needs (RFC 3711 §3.1, §3.4).

use crate::Error;

/// RTP header up to and including the SSRC, in bytes.
pub(crate) const RTP_FIXED: usize = 12;
/// RTCP header up to and including the sender's SSRC, in bytes: never encrypted.
pub(crate) const RTCP_CLEAR: usize = 8;
/// The E bit and the 31-bit SRTCP index, in bytes.
pub(crate) const RTCP_WORD: usize = 4;
/// The bit of that word which says that the packet is encrypted (RFC 3711 §3.4).
pub(crate) const ENCRYPTED: u32 = 1 << 31;

pub(crate) fn rtp_ssrc(header: &[u8]) -> Result<[u8; 4], Error> {
    header
        .first_chunk::<RTP_FIXED>()
        .and_then(|fixed| fixed.last_chunk())
        .copied()
        .ok_or(Error::Malformed)
}

pub(crate) fn rtcp_ssrc(packet: &[u8]) -> Result<[u8; 4], Error> {
    packet
        .first_chunk::<RTCP_CLEAR>()
        .and_then(|clear| clear.last_chunk())
        .copied()
        .ok_or(Error::Malformed)
}
