//! Header extensions Ringway knows: their URIs, and what their bytes mean.

use crate::ntp::NtpTime;

/// A header extension by meaning. Its id on the wire is negotiated per pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Which section a packet belongs to (RFC 9143 §15).
    Mid,
    /// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    TransportSequence,
    /// When the packet was sent, 6.18 fixed-point seconds.
    AbsoluteSendTime,
    /// Loudness of the sound in the packet (RFC 6464).
    AudioLevel,
    /// How the picture is to be turned (3GPP TS 26.114 §7.4.5).
    VideoOrientation,
    /// Which layer of a section a packet belongs to (RFC 8852 §3.1).
    Rid,
    /// Which layer a retransmission belongs to (RFC 8852 §3.2).
    RepairedRid,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Mid,
        Self::TransportSequence,
        Self::AbsoluteSendTime,
        Self::AudioLevel,
        Self::VideoOrientation,
        Self::Rid,
        Self::RepairedRid,
    ];

    /// The name in `a=extmap`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Mid => "urn:ietf:params:rtp-hdrext:sdes:mid",
            Self::TransportSequence => {
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
            }
            Self::AbsoluteSendTime => "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            Self::AudioLevel => "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            Self::VideoOrientation => "urn:3gpp:video-orientation",
            Self::Rid => "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            Self::RepairedRid => "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.uri() == uri)
    }
}

/// Which id means what on one pipe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids([u8; Kind::ALL.len()]);

impl Ids {
    /// Gives `kind` an id, 1..=255; 0 takes it away.
    pub fn set(&mut self, kind: Kind, id: u8) {
        if let Some(slot) = self.0.get_mut(kind as usize) {
            *slot = id;
        }
    }

    /// The id of `kind`, if it was negotiated.
    #[must_use]
    pub fn id(&self, kind: Kind) -> Option<u8> {
        self.0.get(kind as usize).copied().filter(|id| *id != 0)
    }

    /// What `id` means.
    #[must_use]
    pub fn kind(&self, id: u8) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .find(|kind| self.id(*kind) == Some(id))
    }
}

/// Reads a transport-wide sequence number.
#[must_use]
pub fn read_transport_sequence(value: &[u8]) -> Option<u16> {
    value.try_into().ok().map(u16::from_be_bytes)
}

/// Writes a transport-wide sequence number.
#[must_use]
pub const fn write_transport_sequence(sequence: u16) -> [u8; 2] {
    sequence.to_be_bytes()
}

/// Reads abs-send-time: 24 bits of 6.18 fixed-point seconds.
#[must_use]
pub fn read_absolute_send_time(value: &[u8]) -> Option<u32> {
    let [a, b, c] = value.try_into().ok()?;
    Some(u32::from_be_bytes([0, a, b, c]))
}

/// Writes abs-send-time.
#[must_use]
pub const fn write_absolute_send_time(time: NtpTime) -> [u8; 3] {
    let [_, a, b, c] = time.absolute_send_time().to_be_bytes();
    [a, b, c]
}

/// Reads a MID or RID: 1 to 255 visible ASCII characters.
#[must_use]
pub fn read_text(value: &[u8]) -> Option<&str> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    std::str::from_utf8(value).ok()
}

/// Loudness of the sound in a packet (RFC 6464 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// Whether the sender believes that this is speech.
    pub voice: bool,
    /// dB below overload, 0 (loudest) to 127 (silence).
    pub below_overload: u8,
}

impl AudioLevel {
    /// Reads the one byte; the two-byte form may have padding after it.
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Self> {
        let byte = *value.first()?;
        Some(Self {
            voice: byte & 0x80 != 0,
            below_overload: byte & 0x7f,
        })
    }

    /// Its one byte.
    #[must_use]
    pub const fn write(self) -> [u8; 1] {
        let voice = if self.voice { 0x80 } else { 0 };
        [voice | (self.below_overload & 0x7f)]
    }
}

/// How a picture is to be shown (3GPP TS 26.114 §7.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoOrientation {
    /// The camera at the back of the device, or one of unknown place.
    pub back_camera: bool,
    /// Flip horizontally, before turning.
    pub flip: bool,
    /// Quarter turns clockwise that the receiver makes, 0..=3.
    pub quarter_turns: u8,
}

impl VideoOrientation {
    /// Reads the one byte.
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Self> {
        let byte = *value.first()?;
        Some(Self {
            back_camera: byte & 0x08 != 0,
            flip: byte & 0x04 != 0,
            quarter_turns: byte & 0x03,
        })
    }

    /// Its one byte.
    #[must_use]
    pub const fn write(self) -> [u8; 1] {
        let camera = if self.back_camera { 0x08 } else { 0 };
        let flip = if self.flip { 0x04 } else { 0 };
        [camera | flip | (self.quarter_turns & 0x03)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_name_kinds() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_uri(kind.uri()), Some(kind));
        }
        assert_eq!(Kind::from_uri("urn:example:other"), None);
    }

    #[test]
    fn ids_are_found_both_ways() {
        let mut ids = Ids::default();
        assert_eq!(ids.kind(0), None);
        ids.set(Kind::RepairedRid, 11);
        ids.set(Kind::Mid, 4);
        assert_eq!(ids.id(Kind::Mid), Some(4));
        assert_eq!(ids.kind(11), Some(Kind::RepairedRid));
        assert_eq!(ids.id(Kind::AudioLevel), None);
        ids.set(Kind::Mid, 0);
        assert_eq!(ids.id(Kind::Mid), None);
    }

    #[test]
    fn values_come_back() {
        assert_eq!(
            read_transport_sequence(&write_transport_sequence(0xabcd)),
            Some(0xabcd)
        );
        assert_eq!(read_transport_sequence(&[1]), None);
        let time = NtpTime(0x1234_5678_9abc_def0);
        assert_eq!(
            read_absolute_send_time(&write_absolute_send_time(time)),
            Some(time.absolute_send_time())
        );
        assert_eq!(read_absolute_send_time(&[1, 2]), None);
        assert_eq!(read_text(b"0"), Some("0"));
        assert_eq!(read_text(b""), None);
        assert_eq!(read_text(b"a b"), None);
        assert_eq!(read_text(&[0xc3, 0xa4]), None);
        for byte in 0..=255 {
            assert_eq!(
                AudioLevel::read(&[byte]).map(AudioLevel::write),
                Some([byte])
            );
            assert_eq!(
                VideoOrientation::read(&[byte]).map(VideoOrientation::write),
                Some([byte & 0x0f])
            );
        }
        assert_eq!(AudioLevel::read(&[]), None);
        assert_eq!(VideoOrientation::read(&[]), None);
    }
}
