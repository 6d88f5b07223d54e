//! The transforms of one direction with their session keys, and what they have in common.

use crate::cm_sha1::CmSha1;
use crate::derive::Derivation;
use crate::gcm::Gcm;
use crate::layout::{ENCRYPTED, RTCP_WORD};
use crate::{Error, MasterKey, Profile};

/// The labels of RTP are what they are; those of RTCP are higher by three (RFC 3711 §4.3.2).
const RTP_LABELS: u8 = 0;
const RTCP_LABELS: u8 = 3;

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
            rtp: Cipher::derive(profile, &derivation, RTP_LABELS)?,
            rtcp: Cipher::derive(profile, &derivation, RTCP_LABELS)?,
        })
    }
}

/// One transform with its session key. All work in place.
pub(crate) enum Cipher {
    Gcm(Gcm),
    /// Boxed, as its expanded keys are some 800 bytes, and most peers have the other.
    CmSha1(Box<CmSha1>),
}

impl Cipher {
    fn derive(profile: Profile, derivation: &Derivation<'_>, labels: u8) -> Result<Self, Error> {
        match profile {
            Profile::AeadAes128Gcm => Gcm::derive::<16>(derivation, labels).map(Self::Gcm),
            Profile::AeadAes256Gcm => Gcm::derive::<32>(derivation, labels).map(Self::Gcm),
            Profile::Aes128CmSha1_80 => {
                Ok(Self::CmSha1(Box::new(CmSha1::derive(derivation, labels)?)))
            }
        }
    }

    /// Encrypts `packet[header_len..len]` and puts the tag behind it. Gives the new length.
    pub(crate) fn seal_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        match self {
            Self::Gcm(gcm) => gcm.seal_rtp(packet, header_len, len, index),
            Self::CmSha1(cm) => cm.seal_rtp(packet, header_len, len, index),
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
            Self::Gcm(gcm) => gcm.open_rtp(packet, header_len, index),
            Self::CmSha1(cm) => cm.open_rtp(packet, header_len, index),
        }
    }

    /// Encrypts the RTCP packet `packet[..len]` but for its first eight bytes, and adds index and tag. Gives the new length.
    ///
    /// `index` has no more than 31 bits.
    pub(crate) fn seal_rtcp(
        &self,
        packet: &mut [u8],
        len: usize,
        index: u32,
    ) -> Result<usize, Error> {
        match self {
            Self::Gcm(gcm) => gcm.seal_rtcp(packet, len, index),
            Self::CmSha1(cm) => cm.seal_rtcp(packet, len, index),
        }
    }

    /// The index that an SRTCP packet carries; not authenticated yet.
    pub(crate) fn rtcp_index(&self, packet: &[u8]) -> Result<u32, Error> {
        let word = match self {
            Self::Gcm(_) => packet.last_chunk::<RTCP_WORD>(),
            Self::CmSha1(_) => CmSha1::rtcp_word(packet),
        };
        Ok(u32::from_be_bytes(*word.ok_or(Error::Malformed)?) & !ENCRYPTED)
    }

    /// Authenticates an SRTCP packet and decrypts it if its E bit says so. Gives the length of the RTCP packet.
    pub(crate) fn open_rtcp(&self, packet: &mut [u8]) -> Result<usize, Error> {
        match self {
            Self::Gcm(gcm) => gcm.open_rtcp(packet),
            Self::CmSha1(cm) => cm.open_rtcp(packet),
        }
    }
}
