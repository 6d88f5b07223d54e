//! AES in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1), in place.

use aws_lc_rs::cipher::EncryptingKey;
use aws_lc_rs::{constant_time, hmac};

use crate::Error;
use crate::derive::{Derivation, Label, apply_stream, counter_mode};
use crate::layout::{ENCRYPTED, RTCP_CLEAR, RTCP_WORD, rtcp_ssrc, rtp_ssrc};

const TAG: usize = 10;

/// The transform with one session key.
pub(crate) struct CmSha1 {
    key: EncryptingKey,
    authentication: hmac::Key,
    salt: [u8; 14],
}

impl CmSha1 {
    pub(crate) fn derive(derivation: &Derivation<'_>, labels: u8) -> Result<Self, Error> {
        let key = derivation.bytes::<16>(Label::Encryption, labels)?;
        let authentication = derivation.bytes::<20>(Label::Authentication, labels)?;
        Ok(Self {
            key: counter_mode(&*key)?,
            authentication: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &*authentication),
            salt: *derivation.bytes(Label::Salt, labels)?,
        })
    }

    pub(crate) fn seal_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        let (plain, room) = packet.split_at_mut_checked(len).ok_or(Error::Malformed)?;
        let (header, payload) = plain
            .split_at_mut_checked(header_len)
            .ok_or(Error::Malformed)?;
        let ssrc = rtp_ssrc(header)?;
        let room = room.first_chunk_mut().ok_or(Error::NoRoom)?;
        apply_stream(&self.key, self.counter(ssrc, index), payload)?;
        *room = self.tag(plain, roll_over(index))?;
        Ok(len + TAG)
    }

    pub(crate) fn open_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        let (plain, tag) = packet.split_last_chunk_mut().ok_or(Error::Malformed)?;
        let ssrc = rtp_ssrc(plain.get(..header_len).ok_or(Error::Malformed)?)?;
        self.verify(plain, roll_over(index), tag)?;
        let payload = plain.get_mut(header_len..).ok_or(Error::Malformed)?;
        apply_stream(&self.key, self.counter(ssrc, index), payload)?;
        Ok(plain.len())
    }

    pub(crate) fn seal_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        index: u32,
    ) -> Result<usize, Error> {
        let (plain, room) = packet.split_at_mut_checked(len).ok_or(Error::Malformed)?;
        let ssrc = rtcp_ssrc(plain)?;
        let (word, rest) = room.split_first_chunk_mut().ok_or(Error::NoRoom)?;
        let tag = rest.first_chunk_mut().ok_or(Error::NoRoom)?;
        let payload = plain.get_mut(RTCP_CLEAR..).ok_or(Error::Malformed)?;
        apply_stream(&self.key, self.counter(ssrc, u64::from(index)), payload)?;
        *word = (index | ENCRYPTED).to_be_bytes();
        *tag = self.tag(plain, *word)?;
        Ok(len + RTCP_WORD + TAG)
    }

    /// The E bit and the index of an SRTCP packet, which are before the tag here.
    pub(crate) fn rtcp_word(packet: &[u8]) -> Option<&[u8; RTCP_WORD]> {
        packet
            .split_last_chunk::<TAG>()
            .and_then(|(rest, _)| rest.last_chunk())
    }

    pub(crate) fn open_rtcp(&self, packet: &mut [u8]) -> Result<usize, Error> {
        let (rest, tag) = packet.split_last_chunk_mut().ok_or(Error::Malformed)?;
        let (plain, word) = rest
            .split_last_chunk_mut::<RTCP_WORD>()
            .ok_or(Error::Malformed)?;
        let ssrc = rtcp_ssrc(plain)?;
        self.verify(plain, *word, tag)?;
        let bits = u32::from_be_bytes(*word);
        if bits & ENCRYPTED != 0 {
            let payload = plain.get_mut(RTCP_CLEAR..).ok_or(Error::Malformed)?;
            apply_stream(
                &self.key,
                self.counter(ssrc, u64::from(bits & !ENCRYPTED)),
                payload,
            )?;
        }
        Ok(plain.len())
    }

    /// The first 80 bits of the HMAC of a packet and what is taken to be behind it.
    fn tag(&self, packet: &[u8], suffix: [u8; 4]) -> Result<[u8; TAG], Error> {
        let mut context = hmac::Context::with_key(&self.authentication);
        context.update(packet);
        context.update(&suffix);
        context
            .sign()
            .as_ref()
            .first_chunk()
            .copied()
            .ok_or(Error::Library)
    }

    fn verify(&self, packet: &[u8], suffix: [u8; 4], tag: &[u8; TAG]) -> Result<(), Error> {
        let expected = self.tag(packet, suffix)?;
        constant_time::verify_slices_are_equal(&expected, tag).map_err(|_| Error::Unauthentic)
    }

    /// The first counter block of a packet: (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16).
    fn counter(&self, [s0, s1, s2, s3]: [u8; 4], index: u64) -> [u8; 16] {
        let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
        let mut counter = [0, 0, 0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5, 0, 0];
        for (byte, salt) in counter.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        counter
    }
}

/// The upper 32 of the 48 bits of an index.
fn roll_over(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::{MasterKey, Profile};

    #[test]
    fn rtcp_in_the_clear_is_authenticated() {
        let master = MasterKey::new(Profile::Aes128CmSha1_80, &[1; 16], &[2; 14]).unwrap();
        let cipher = CmSha1::derive(&Derivation::new(&master).unwrap(), 3).unwrap();
        let (plain, word) = ([0x80, 200, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8], [0, 0, 0, 9]);
        let sealed = [&plain[..], &word, &cipher.tag(&plain, word).unwrap()].concat();
        let mut packet = sealed.clone();
        assert_eq!(cipher.open_rtcp(&mut packet), Ok(plain.len()));
        assert_eq!(packet, sealed, "nothing was encrypted");
        packet[plain.len()] |= 0x80;
        assert_eq!(
            cipher.open_rtcp(&mut packet),
            Err(Error::Unauthentic),
            "the E bit is authenticated"
        );
    }
}
