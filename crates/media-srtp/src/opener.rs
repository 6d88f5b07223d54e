//! What one side receives: authenticates and decrypts RTP and RTCP in place.

use std::fmt;

use crate::cipher::Keys;
use crate::layout::rtcp_ssrc;
use crate::{Error, MasterKey, Profile, ReplayWindow};

/// Senders of RTCP that are told apart for replay protection. A peer has one for each of its streams at most; beyond that the one
/// not heard for the longest time is forgotten.
pub const MAX_RTCP_SENDERS: usize = 64;

/// Opens the packets of one direction.
pub struct Opener {
    profile: Profile,
    keys: Keys,
    /// The last heard is the last.
    rtcp_senders: Vec<RtcpSender>,
}

struct RtcpSender {
    ssrc: [u8; 4],
    window: ReplayWindow,
}

impl Opener {
    /// Derives the session keys of the direction that `key` is for.
    ///
    /// # Errors
    /// [`Error::KeyLength`] when `key` is one of another profile, [`Error::Library`].
    pub fn new(profile: Profile, key: &MasterKey) -> Result<Self, Error> {
        Ok(Self {
            profile,
            keys: Keys::derive(profile, key)?,
            rtcp_senders: Vec::new(),
        })
    }

    /// The profile that packets are opened with.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Opens a whole SRTP packet, whose header with contributing sources and extensions has `header_len` bytes.
    ///
    /// `index` is what the [`ReplayWindow`] of its SSRC estimated; check it there before and commit it afterwards. Gives the
    /// length of the RTP packet with its header.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Unauthentic`], [`Error::Library`].
    pub fn open_rtp(
        &self,
        packet: &mut [u8],
        header_len: usize,
        index: u64,
    ) -> Result<usize, Error> {
        self.keys.rtp.open_rtp(packet, header_len, index)
    }

    /// Opens a whole SRTCP packet and gives the length of the RTCP packet, which begins where it began.
    ///
    /// A packet that is only authenticated (E bit 0, RFC 3711 §3.4) is accepted as well.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Replayed`], [`Error::TooOld`], [`Error::Unauthentic`], [`Error::Library`].
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Error> {
        let ssrc = rtcp_ssrc(packet)?;
        let index = u64::from(self.keys.rtcp.rtcp_index(packet)?);
        let known = self
            .rtcp_senders
            .iter()
            .position(|sender| sender.ssrc == ssrc);
        if let Some(sender) = known.and_then(|at| self.rtcp_senders.get(at)) {
            sender.window.check(index)?;
        }
        let len = self.keys.rtcp.open_rtcp(packet)?;
        let mut sender = match known {
            Some(at) => self.rtcp_senders.remove(at),
            None => RtcpSender {
                ssrc,
                window: ReplayWindow::new(),
            },
        };
        sender.window.commit(index);
        if self.rtcp_senders.len() >= MAX_RTCP_SENDERS {
            self.rtcp_senders.remove(0);
        }
        self.rtcp_senders.push(sender);
        Ok(len)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("profile", &self.profile)
            .field("rtcp_senders", &self.rtcp_senders.len())
            .finish_non_exhaustive()
    }
}
