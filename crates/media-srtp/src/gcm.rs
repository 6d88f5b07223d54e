//! AES in Galois/counter mode (RFC 7714), in place.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::Error;
use crate::derive::{Derivation, Label};
use crate::layout::{ENCRYPTED, RTCP_CLEAR, RTCP_WORD, rtcp_ssrc, rtp_ssrc};

const TAG: usize = 16;

/// The transform with one session key.
pub(crate) struct Gcm {
    key: LessSafeKey,
    salt: [u8; 12],
}

impl Gcm {
    /// `N` is the length of the key, 16 or 32 bytes.
    pub(crate) fn derive<const N: usize>(
        derivation: &Derivation<'_>,
        labels: u8,
    ) -> Result<Self, Error> {
        let key = derivation.bytes::<N>(Label::Encryption, labels)?;
        Self::new(&*key, *derivation.bytes(Label::Salt, labels)?)
    }

    fn new(key: &[u8], salt: [u8; 12]) -> Result<Self, Error> {
        let algorithm = if key.len() == 32 {
            &AES_256_GCM
        } else {
            &AES_128_GCM
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| Error::Library)?;
        Ok(Self {
            key: LessSafeKey::new(key),
            salt,
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
        let room = room.first_chunk_mut::<TAG>();
        let nonce = self.rtp_nonce(rtp_ssrc(header)?, index);
        self.seal(nonce, header, payload, room.ok_or(Error::NoRoom)?)?;
        Ok(len + TAG)
    }

    pub(crate) fn open_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        let (plain, tag) = packet
            .split_last_chunk_mut::<TAG>()
            .ok_or(Error::Malformed)?;
        let (header, payload) = plain
            .split_at_mut_checked(header_len)
            .ok_or(Error::Malformed)?;
        self.open(
            self.rtp_nonce(rtp_ssrc(header)?, index),
            header,
            payload,
            tag,
        )?;
        Ok(plain.len())
    }

    pub(crate) fn seal_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        index: u32,
    ) -> Result<usize, Error> {
        let (plain, room) = packet.split_at_mut_checked(len).ok_or(Error::Malformed)?;
        let nonce = self.rtcp_nonce(rtcp_ssrc(plain)?, index);
        let (header, payload) = plain.split_first_chunk_mut().ok_or(Error::Malformed)?;
        let (tag, rest) = room.split_first_chunk_mut::<TAG>().ok_or(Error::NoRoom)?;
        let word = rest.first_chunk_mut().ok_or(Error::NoRoom)?;
        *word = (index | ENCRYPTED).to_be_bytes();
        self.seal(nonce, &rtcp_aad(*header, *word), payload, tag)?;
        Ok(len + TAG + RTCP_WORD)
    }

    pub(crate) fn open_rtcp(&self, packet: &mut [u8]) -> Result<usize, Error> {
        let (rest, word) = packet
            .split_last_chunk_mut::<RTCP_WORD>()
            .ok_or(Error::Malformed)?;
        let (plain, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(Error::Malformed)?;
        let bits = u32::from_be_bytes(*word);
        let nonce = self.rtcp_nonce(rtcp_ssrc(plain)?, bits & !ENCRYPTED);
        let len = plain.len();
        if bits & ENCRYPTED != 0 {
            let (header, payload) = plain.split_first_chunk_mut().ok_or(Error::Malformed)?;
            self.open(nonce, &rtcp_aad(*header, *word), payload, tag)?;
        } else {
            // Only authenticated (§9.3): what the tag covers must be in one piece, so the word takes the tag's place.
            let (tag, word) = (*tag, *word);
            let covered = rest.get_mut(..len + RTCP_WORD).ok_or(Error::Malformed)?;
            *covered.last_chunk_mut().ok_or(Error::Malformed)? = word;
            self.open(nonce, covered, &mut [], &tag)?;
        }
        Ok(len)
    }

    fn seal(
        &self,
        nonce: Nonce,
        aad: &[u8],
        payload: &mut [u8],
        room: &mut [u8; TAG],
    ) -> Result<(), Error> {
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(aad), payload);
        room.copy_from_slice(tag.map_err(|_| Error::Library)?.as_ref());
        Ok(())
    }

    fn open(
        &self,
        nonce: Nonce,
        aad: &[u8],
        payload: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<(), Error> {
        let opened = self
            .key
            .open_in_place_separate_tag(nonce, Aad::from(aad), tag, payload);
        opened.map(|_| ()).map_err(|_| Error::Unauthentic)
    }

    /// Two zero bytes, SSRC, roll-over counter and sequence number, XOR salt (§8.1).
    fn rtp_nonce(&self, [s0, s1, s2, s3]: [u8; 4], index: u64) -> Nonce {
        let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
        self.nonce([0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5])
    }

    /// Two zero bytes, SSRC, two zero bytes and the SRTCP index, XOR salt (§9.1).
    fn rtcp_nonce(&self, [s0, s1, s2, s3]: [u8; 4], index: u32) -> Nonce {
        let [i0, i1, i2, i3] = index.to_be_bytes();
        self.nonce([0, 0, s0, s1, s2, s3, 0, 0, i0, i1, i2, i3])
    }

    fn nonce(&self, mut bytes: [u8; 12]) -> Nonce {
        for (byte, salt) in bytes.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        Nonce::assume_unique_for_key(bytes)
    }
}

/// What the tag of an encrypted SRTCP packet covers besides the ciphertext (§9.2): its clear header and its last word.
fn rtcp_aad(header: [u8; RTCP_CLEAR], word: [u8; RTCP_WORD]) -> [u8; RTCP_CLEAR + RTCP_WORD] {
    let mut aad = [0; RTCP_CLEAR + RTCP_WORD];
    for (to, from) in aad.iter_mut().zip(header.into_iter().chain(word)) {
        *to = from;
    }
    aad
}

#[cfg(test)]
#[path = "gcm_tests.rs"]
mod tests;
