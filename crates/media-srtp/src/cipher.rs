//! The two transforms of SRTP and SRTCP with expanded session keys, in place.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::EncryptingKey;
use aws_lc_rs::{constant_time, hmac};

use crate::derive::{Derivation, Label, RTCP, apply_stream, counter_mode};
use crate::{Error, MasterKey, Profile};

/// RTP header up to and including the SSRC.
pub(crate) const RTP_FIXED: usize = 12;
/// RTCP header up to and including the sender's SSRC: never encrypted.
pub(crate) const RTCP_CLEAR: usize = 8;
/// The E bit and the 31-bit SRTCP index.
pub(crate) const RTCP_INDEX: usize = 4;
/// The bit of the index word that says that the packet is encrypted (RFC 3711 §3.4).
pub(crate) const ENCRYPTED: u32 = 1 << 31;

const GCM_TAG: usize = 16;
const SHA1_TAG: usize = 10;

/// The session keys of one direction.
pub(crate) struct Keys {
    pub(crate) rtp: Cipher,
    pub(crate) rtcp: Cipher,
}

impl Keys {
    pub(crate) fn derive(profile: Profile, master: &MasterKey) -> Result<Self, Error> {
        if master.profile() != profile {
            return Err(Error::KeyLength);
        }
        let derivation = Derivation::new(master)?;
        Ok(Self {
            rtp: Cipher::derive(profile, &derivation, 0)?,
            rtcp: Cipher::derive(profile, &derivation, RTCP)?,
        })
    }
}

/// One transform with its session key.
pub(crate) enum Cipher {
    /// AES in Galois/counter mode (RFC 7714).
    Gcm { key: LessSafeKey, salt: [u8; 12] },
    /// AES in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1).
    CmSha1 {
        key: EncryptingKey,
        authentication: hmac::Key,
        salt: [u8; 14],
    },
}

impl Cipher {
    fn derive(profile: Profile, derivation: &Derivation<'_>, offset: u8) -> Result<Self, Error> {
        match profile {
            Profile::AeadAes128Gcm => {
                let key = derivation.bytes::<16>(Label::Encryption, offset)?;
                Self::gcm(&*key, *derivation.bytes(Label::Salt, offset)?)
            }
            Profile::AeadAes256Gcm => {
                let key = derivation.bytes::<32>(Label::Encryption, offset)?;
                Self::gcm(&*key, *derivation.bytes(Label::Salt, offset)?)
            }
            Profile::Aes128CmSha1_80 => {
                let key = derivation.bytes::<16>(Label::Encryption, offset)?;
                let authentication = derivation.bytes::<20>(Label::Authentication, offset)?;
                Self::cm_sha1(
                    &*key,
                    &*authentication,
                    *derivation.bytes(Label::Salt, offset)?,
                )
            }
        }
    }

    fn gcm(key: &[u8], salt: [u8; 12]) -> Result<Self, Error> {
        let algorithm = if key.len() == 32 {
            &aead::AES_256_GCM
        } else {
            &aead::AES_128_GCM
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| Error::Library)?;
        Ok(Self::Gcm {
            key: LessSafeKey::new(key),
            salt,
        })
    }

    fn cm_sha1(key: &[u8], authentication: &[u8], salt: [u8; 14]) -> Result<Self, Error> {
        let authentication = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, authentication);
        Ok(Self::CmSha1 {
            key: counter_mode(key)?,
            authentication,
            salt,
        })
    }

    /// Encrypts `packet[header_len..len]` and puts the tag behind it. Gives the new length.
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
        match self {
            Self::Gcm { key, salt } => {
                let room = room.first_chunk_mut::<GCM_TAG>().ok_or(Error::NoRoom)?;
                let nonce = Nonce::assume_unique_for_key(rtp_nonce(salt, ssrc, index));
                let tag = key
                    .seal_in_place_separate_tag(nonce, Aad::from(header), payload)
                    .map_err(|_| Error::Library)?;
                room.copy_from_slice(tag.as_ref());
                Ok(len + GCM_TAG)
            }
            Self::CmSha1 {
                key,
                authentication,
                salt,
            } => {
                let room = room.first_chunk_mut::<SHA1_TAG>().ok_or(Error::NoRoom)?;
                apply_stream(key, counter(salt, ssrc, index), payload)?;
                room.copy_from_slice(&sha1_tag(authentication, plain, &roll_over(index))?);
                Ok(len + SHA1_TAG)
            }
        }
    }

    /// Authenticates a packet and decrypts what is behind its header. Gives the length without the tag.
    pub(crate) fn open_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        match self {
            Self::Gcm { key, salt } => {
                let (plain, tag) = packet
                    .split_last_chunk_mut::<GCM_TAG>()
                    .ok_or(Error::Malformed)?;
                let (header, payload) = plain
                    .split_at_mut_checked(header_len)
                    .ok_or(Error::Malformed)?;
                let nonce = Nonce::assume_unique_for_key(rtp_nonce(salt, rtp_ssrc(header)?, index));
                key.open_in_place_separate_tag(nonce, Aad::from(header), tag, payload)
                    .map_err(|_| Error::Unauthentic)?;
                Ok(plain.len())
            }
            Self::CmSha1 {
                key,
                authentication,
                salt,
            } => {
                let (plain, tag) = packet
                    .split_last_chunk_mut::<SHA1_TAG>()
                    .ok_or(Error::Malformed)?;
                let (header, _) = plain.split_at_checked(header_len).ok_or(Error::Malformed)?;
                let ssrc = rtp_ssrc(header)?;
                verify_sha1(authentication, plain, &roll_over(index), tag)?;
                apply_stream(
                    key,
                    counter(salt, ssrc, index),
                    plain.get_mut(header_len..).ok_or(Error::Malformed)?,
                )?;
                Ok(plain.len())
            }
        }
    }

    /// Encrypts the RTCP packet `packet[..len]` but for its first eight bytes, and adds index and tag. Gives the new length.
    ///
    /// `index` has less than 31 bits.
    pub(crate) fn seal_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        index: u32,
    ) -> Result<usize, Error> {
        let (plain, room) = packet.split_at_mut_checked(len).ok_or(Error::Malformed)?;
        let ssrc = rtcp_ssrc(plain)?;
        let word = (index | ENCRYPTED).to_be_bytes();
        match self {
            Self::Gcm { key, salt } => {
                let (tag_room, rest) = room
                    .split_first_chunk_mut::<GCM_TAG>()
                    .ok_or(Error::NoRoom)?;
                let word_room = rest.first_chunk_mut::<RTCP_INDEX>().ok_or(Error::NoRoom)?;
                let (header, payload) = plain
                    .split_first_chunk_mut::<RTCP_CLEAR>()
                    .ok_or(Error::Malformed)?;
                let nonce = Nonce::assume_unique_for_key(rtcp_nonce(salt, ssrc, index));
                let aad = Aad::from(rtcp_aad(*header, word));
                let tag = key
                    .seal_in_place_separate_tag(nonce, aad, payload)
                    .map_err(|_| Error::Library)?;
                tag_room.copy_from_slice(tag.as_ref());
                *word_room = word;
                Ok(len + GCM_TAG + RTCP_INDEX)
            }
            Self::CmSha1 {
                key,
                authentication,
                salt,
            } => {
                let (word_room, rest) = room
                    .split_first_chunk_mut::<RTCP_INDEX>()
                    .ok_or(Error::NoRoom)?;
                let tag_room = rest.first_chunk_mut::<SHA1_TAG>().ok_or(Error::NoRoom)?;
                let payload = plain.get_mut(RTCP_CLEAR..).ok_or(Error::Malformed)?;
                apply_stream(key, counter(salt, ssrc, u64::from(index)), payload)?;
                *word_room = word;
                *tag_room = sha1_tag(authentication, plain, &word)?;
                Ok(len + RTCP_INDEX + SHA1_TAG)
            }
        }
    }

    /// The E bit and index that an SRTCP packet carries; not authenticated yet.
    pub(crate) fn rtcp_word(&self, packet: &[u8]) -> Result<u32, Error> {
        let end = match self {
            Self::Gcm { .. } => packet,
            Self::CmSha1 { .. } => {
                packet
                    .split_last_chunk::<SHA1_TAG>()
                    .ok_or(Error::Malformed)?
                    .0
            }
        };
        end.last_chunk::<RTCP_INDEX>()
            .map(|word| u32::from_be_bytes(*word))
            .ok_or(Error::Malformed)
    }

    /// Authenticates an SRTCP packet and decrypts it if its E bit says so. Gives the length of the RTCP packet.
    pub(crate) fn open_rtcp(&self, packet: &mut [u8]) -> Result<usize, Error> {
        let word = self.rtcp_word(packet)?;
        let index = word & !ENCRYPTED;
        match self {
            Self::Gcm { key, salt } => {
                let (rest, word_bytes) = packet
                    .split_last_chunk_mut::<RTCP_INDEX>()
                    .ok_or(Error::Malformed)?;
                let (plain, tag) = rest
                    .split_last_chunk_mut::<GCM_TAG>()
                    .ok_or(Error::Malformed)?;
                let nonce =
                    Nonce::assume_unique_for_key(rtcp_nonce(salt, rtcp_ssrc(plain)?, index));
                let len = plain.len();
                if word & ENCRYPTED != 0 {
                    let (header, payload) = plain
                        .split_first_chunk_mut::<RTCP_CLEAR>()
                        .ok_or(Error::Malformed)?;
                    let aad = Aad::from(rtcp_aad(*header, *word_bytes));
                    key.open_in_place_separate_tag(nonce, aad, tag, payload)
                        .map_err(|_| Error::Unauthentic)?;
                    return Ok(len);
                }
                // Only authenticated: the tag covers packet and index, which the tag itself keeps apart (RFC 7714 §9.3).
                let (tag, word_bytes) = (*tag, *word_bytes);
                *rest
                    .get_mut(len..)
                    .and_then(<[u8]>::first_chunk_mut)
                    .ok_or(Error::Malformed)? = word_bytes;
                let covered = rest.get(..len + RTCP_INDEX).ok_or(Error::Malformed)?;
                key.open_in_place_separate_tag(nonce, Aad::from(covered), &tag, &mut [])
                    .map_err(|_| Error::Unauthentic)?;
                Ok(len)
            }
            Self::CmSha1 {
                key,
                authentication,
                salt,
            } => {
                let (rest, tag) = packet
                    .split_last_chunk_mut::<SHA1_TAG>()
                    .ok_or(Error::Malformed)?;
                let (plain, word_bytes) = rest
                    .split_last_chunk_mut::<RTCP_INDEX>()
                    .ok_or(Error::Malformed)?;
                let ssrc = rtcp_ssrc(plain)?;
                verify_sha1(authentication, plain, word_bytes, tag)?;
                if word & ENCRYPTED != 0 {
                    let payload = plain.get_mut(RTCP_CLEAR..).ok_or(Error::Malformed)?;
                    apply_stream(key, counter(salt, ssrc, u64::from(index)), payload)?;
                }
                Ok(plain.len())
            }
        }
    }
}

fn rtp_ssrc(header: &[u8]) -> Result<[u8; 4], Error> {
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

/// The upper 32 of the 48 bits of an index.
fn roll_over(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

/// Two zero bytes, SSRC, roll-over counter and sequence number, XOR salt (RFC 7714 §8.1).
fn rtp_nonce(salt: &[u8; 12], [s0, s1, s2, s3]: [u8; 4], index: u64) -> [u8; 12] {
    let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
    xor([0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5], salt)
}

/// Two zero bytes, SSRC, two zero bytes and the SRTCP index, XOR salt (RFC 7714 §9.1).
fn rtcp_nonce(salt: &[u8; 12], [s0, s1, s2, s3]: [u8; 4], index: u32) -> [u8; 12] {
    let [i0, i1, i2, i3] = index.to_be_bytes();
    xor([0, 0, s0, s1, s2, s3, 0, 0, i0, i1, i2, i3], salt)
}

/// What the tag of an encrypted SRTCP packet covers besides the ciphertext (RFC 7714 §9.2).
fn rtcp_aad(
    [a, b, c, d, e, f, g, h]: [u8; RTCP_CLEAR],
    [i, j, k, l]: [u8; RTCP_INDEX],
) -> [u8; 12] {
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// The first counter block of a packet: (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16) (RFC 3711 §4.1.1).
fn counter(salt: &[u8; 14], [s0, s1, s2, s3]: [u8; 4], index: u64) -> [u8; 16] {
    let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
    let mut counter = [0, 0, 0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5, 0, 0];
    for (byte, salt) in counter.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    counter
}

fn xor<const N: usize>(mut bytes: [u8; N], salt: &[u8; N]) -> [u8; N] {
    for (byte, salt) in bytes.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    bytes
}

/// HMAC-SHA1 of `packet` and `suffix`, its first 80 bits.
fn sha1_tag(key: &hmac::Key, packet: &[u8], suffix: &[u8; 4]) -> Result<[u8; SHA1_TAG], Error> {
    let mut context = hmac::Context::with_key(key);
    context.update(packet);
    context.update(suffix);
    context
        .sign()
        .as_ref()
        .first_chunk()
        .copied()
        .ok_or(Error::Library)
}

fn verify_sha1(
    key: &hmac::Key,
    packet: &[u8],
    suffix: &[u8; 4],
    tag: &[u8; SHA1_TAG],
) -> Result<(), Error> {
    let expected = sha1_tag(key, packet, suffix)?;
    constant_time::verify_slices_are_equal(&expected, tag).map_err(|_| Error::Unauthentic)
}

#[cfg(test)]
#[path = "cipher_tests.rs"]
pub(crate) mod tests;
