//! What one side sends: seals RTP and RTCP in place.

use std::fmt;

use crate::cipher::Keys;
use crate::layout::RTP_FIXED;
use crate::replay::low_half;
use crate::{Error, MasterKey, Profile};

/// One past the largest packet index of SRTP.
const RTP_END: u64 = 1 << 48;
/// One past the largest index of SRTCP.
const RTCP_END: u32 = 1 << 31;

/// Seals the packets of one direction.
///
/// A packet index must never be used twice for one SSRC with different contents: in GCM that gives the key stream away and lets
/// others forge packets. So there is one sealer per key, and what it seals comes from streams that number their packets once.
pub struct Sealer {
    profile: Profile,
    keys: Keys,
    next_rtcp: u32,
}

impl Sealer {
    /// Derives the session keys of the direction that `key` is for.
    ///
    /// # Errors
    /// [`Error::KeyLength`] when `key` is one of another profile, [`Error::Library`].
    pub fn new(profile: Profile, key: &MasterKey) -> Result<Self, Error> {
        Ok(Self {
            profile,
            keys: Keys::derive(profile, key)?,
            next_rtcp: 0,
        })
    }

    /// The profile that packets are sealed with.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Seals the RTP packet in `packet[..len]`, whose header with contributing sources and extensions has `header_len` bytes.
    ///
    /// Behind it `packet` has room for [`Profile::rtp_overhead`] bytes. `index` is roll-over counter × 65,536 + sequence number.
    /// Gives the length of the SRTP packet.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::NoRoom`], [`Error::Index`], [`Error::KeyExhausted`], [`Error::Library`].
    pub fn seal_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        if index >= RTP_END {
            return Err(Error::KeyExhausted);
        }
        let [_, _, high, low, ..] = packet.first_chunk::<RTP_FIXED>().ok_or(Error::Malformed)?;
        if u16::from_be_bytes([*high, *low]) != low_half(index) {
            return Err(Error::Index);
        }
        self.keys.rtp.seal_rtp(packet, header_len, len, index)
    }

    /// Seals the RTCP packet (compound or reduced-size) in `packet[..len]`, encrypted.
    ///
    /// Behind it `packet` has room for [`Profile::rtcp_overhead`] bytes. Gives the length of the SRTCP packet.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::NoRoom`], [`Error::KeyExhausted`], [`Error::Library`].
    pub fn seal_rtcp(&mut self, packet: &mut [u8], len: usize) -> Result<usize, Error> {
        if self.next_rtcp >= RTCP_END {
            return Err(Error::KeyExhausted);
        }
        let sealed = self.keys.rtcp.seal_rtcp(packet, len, self.next_rtcp)?;
        self.next_rtcp += 1;
        Ok(sealed)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("profile", &self.profile)
            .field("next_rtcp", &self.next_rtcp)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sealer() -> Sealer {
        let key = MasterKey::new(Profile::AeadAes128Gcm, &[1; 16], &[2; 12]).unwrap();
        Sealer::new(Profile::AeadAes128Gcm, &key).unwrap()
    }

    #[test]
    fn the_indices_of_a_key_end() {
        let mut sealer = sealer();
        let mut packet = [0; 64];
        assert_eq!(
            sealer.seal_rtp(&mut packet, 12, 20, 1 << 48),
            Err(Error::KeyExhausted)
        );
        sealer.next_rtcp = RTCP_END - 1;
        assert_eq!(sealer.seal_rtcp(&mut packet, 20), Ok(40));
        assert_eq!(sealer.seal_rtcp(&mut packet, 20), Err(Error::KeyExhausted));
    }

    #[test]
    fn a_packet_is_not_sealed_with_the_index_of_another() {
        assert_eq!(
            sealer().seal_rtp(&mut [0; 64], 12, 20, 1),
            Err(Error::Index)
        );
    }

    #[test]
    fn contradicting_lengths_are_refused() {
        let mut sealer = sealer();
        for (header, len) in [
            (11, 20),
            (21, 20),
            (12, 65),
            (usize::MAX, 20),
            (12, usize::MAX),
        ] {
            assert_eq!(
                sealer.seal_rtp(&mut [0; 64], header, len, 0),
                Err(Error::Malformed),
                "{header} {len}"
            );
        }
        assert_eq!(
            sealer.seal_rtp(&mut [0; 11], 12, 12, 0),
            Err(Error::Malformed)
        );
        assert_eq!(sealer.seal_rtp(&mut [0; 64], 12, 49, 0), Err(Error::NoRoom));
        assert_eq!(sealer.seal_rtp(&mut [0; 64], 12, 48, 0), Ok(64));
        assert_eq!(sealer.seal_rtcp(&mut [0; 64], 7), Err(Error::Malformed));
        assert_eq!(sealer.seal_rtcp(&mut [0; 64], 65), Err(Error::Malformed));
        assert_eq!(sealer.seal_rtcp(&mut [0; 64], 45), Err(Error::NoRoom));
        assert_eq!(sealer.seal_rtcp(&mut [0; 64], 44), Ok(64));
    }
}
