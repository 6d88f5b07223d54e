//! The RTP header of one viewer's packets, prepared once and stamped for each.

use media_wire::extension::{Ids, Kind};
use media_wire::rtp::{FIXED_LEN, ONE_BYTE};

/// Room for the fixed header and every element the engine writes.
pub(crate) const MAX_HEADER: usize = 48;
/// A MID of more characters does not fit a one-byte element (RFC 8285 section 4.2).
const MAX_MID: usize = 16;

/// What differs from packet to packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) padded: bool,
    pub(crate) transport_sequence: u16,
    pub(crate) send_time: [u8; 3],
    pub(crate) audio_level: Option<u8>,
    pub(crate) orientation: Option<u8>,
}

/// A header with its extension block (RFC 3550 section 5.1, RFC 8285 section 4.2).
///
/// Its length is the same for every packet of the view, so that equal payloads make equal
/// datagrams: an element that a packet does not have is left as padding.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    bytes: [u8; MAX_HEADER],
    len: usize,
    transport_sequence: Option<(usize, u8)>,
    send_time: Option<(usize, u8)>,
    audio_level: Option<(usize, u8)>,
    orientation: Option<(usize, u8)>,
}

impl Header {
    /// `timed` includes what depends on when a packet is sent. A viewer that gets packets again
    /// as they were must not have these: the same packet has to have the same bytes, because AEAD
    /// keys do not survive two packets under one nonce (RFC 7714 section 8.1).
    ///
    /// Sound is not numbered across the transport: nothing is decided by how it arrives, and each
    /// listener would tell it ten times a second.
    pub(crate) fn new(ids: Ids, mid: &str, audio: bool, timed: bool) -> Self {
        let mut header = Self {
            bytes: [0; MAX_HEADER],
            len: FIXED_LEN,
            transport_sequence: None,
            send_time: None,
            audio_level: None,
            orientation: None,
        };
        let mut at = FIXED_LEN + 4;
        if mid.len() <= MAX_MID && !mid.is_empty() {
            header.element(ids, Kind::Mid, mid.as_bytes(), &mut at);
        }
        if timed && !audio {
            header.transport_sequence =
                header.element(ids, Kind::TransportSequence, &[0; 2], &mut at);
        }
        if timed {
            header.send_time = header.element(ids, Kind::AbsoluteSendTime, &[0; 3], &mut at);
        }
        if audio {
            header.audio_level = header.element(ids, Kind::AudioLevel, &[0], &mut at);
        } else {
            header.orientation = header.element(ids, Kind::VideoOrientation, &[0], &mut at);
        }
        let used = at - FIXED_LEN - 4;
        if used > 0 {
            let words = used.div_ceil(4);
            header.len = FIXED_LEN + 4 + words * 4;
            header.put(FIXED_LEN, &ONE_BYTE.to_be_bytes());
            header.put(FIXED_LEN + 3, &[u8::try_from(words).unwrap_or(0)]);
        }
        header
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(at..at + bytes.len()) {
            room.copy_from_slice(bytes);
        }
    }

    fn element(
        &mut self,
        ids: Ids,
        kind: Kind,
        value: &[u8],
        at: &mut usize,
    ) -> Option<(usize, u8)> {
        let id = ids.id(kind).filter(|id| *id <= 14)?;
        let place = *at;
        let first = id << 4 | u8::try_from(value.len().checked_sub(1)?).ok()?;
        self.put(place, &[first]);
        self.put(place + 1, value);
        *at += 1 + value.len();
        Some((place, first))
    }

    /// Length in bytes, the same for every packet.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether packets carry a transport-wide number.
    pub(crate) fn counts(&self) -> bool {
        self.transport_sequence.is_some()
    }

    /// Write the header to the front of `into`, which has room for it.
    pub(crate) fn write(&self, stamp: &Stamp, into: &mut [u8]) {
        let Some(into) = into.first_chunk_mut::<MAX_HEADER>() else {
            return;
        };
        into.copy_from_slice(&self.bytes);
        let extension = if self.len > FIXED_LEN { 0x10 } else { 0 };
        let padding = if stamp.padded { 0x20 } else { 0 };
        let marker = if stamp.marker { 0x80 } else { 0 };
        let [s0, s1] = stamp.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = stamp.timestamp.to_be_bytes();
        let [c0, c1, c2, c3] = stamp.ssrc.to_be_bytes();
        let fixed = [
            0x80 | extension | padding,
            marker | stamp.payload_type,
            s0,
            s1,
            t0,
            t1,
            t2,
            t3,
            c0,
            c1,
            c2,
            c3,
        ];
        if let Some(front) = into.first_chunk_mut::<FIXED_LEN>() {
            *front = fixed;
        }
        let mut put = |at: usize, bytes: &[u8]| {
            if let Some(room) = into.get_mut(at..at + bytes.len()) {
                room.copy_from_slice(bytes);
            }
        };
        if let Some((at, _)) = self.transport_sequence {
            put(at + 1, &stamp.transport_sequence.to_be_bytes());
        }
        if let Some((at, _)) = self.send_time {
            put(at + 1, &stamp.send_time);
        }
        for (place, value) in [
            (self.audio_level, stamp.audio_level),
            (self.orientation, stamp.orientation),
        ] {
            if let Some((at, first)) = place {
                put(at, &value.map_or([0, 0], |value| [first, value]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_wire::rtp;

    const STAMP: Stamp = Stamp {
        marker: true,
        payload_type: 96,
        sequence: 0x1234,
        timestamp: 0x0102_0304,
        ssrc: 0xcafe_babe,
        padded: false,
        transport_sequence: 0x4321,
        send_time: [7, 8, 9],
        audio_level: None,
        orientation: Some(3),
    };

    fn ids() -> Ids {
        let mut ids = Ids::default();
        for (id, kind) in (1..).zip(Kind::ALL) {
            ids.set(kind, id);
        }
        ids
    }

    fn write(header: &Header, stamp: &Stamp) -> Vec<u8> {
        let mut bytes = vec![0xff; 100];
        header.write(stamp, &mut bytes);
        bytes.truncate(header.len());
        bytes
    }

    #[test]
    fn what_is_written_is_read_back() {
        let header = Header::new(ids(), "video", false, true);
        let bytes = write(&header, &STAMP);
        let parsed = rtp::Header::parse(&bytes).unwrap();
        assert_eq!(parsed.header_len, header.len());
        assert_eq!(parsed.sequence, STAMP.sequence);
        assert_eq!(parsed.timestamp, STAMP.timestamp);
        assert_eq!(parsed.ssrc, STAMP.ssrc);
        assert_eq!((parsed.marker, parsed.payload_type), (true, 96));
        let found: Vec<_> = parsed
            .elements(&bytes)
            .map(|element| (element.id, element.value.to_vec()))
            .collect();
        let expected = [
            (1, b"video".to_vec()),
            (2, vec![0x43, 0x21]),
            (3, vec![7, 8, 9]),
            (5, vec![3]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_length_is_the_same_without_an_element() {
        let header = Header::new(ids(), "0123456789abcdef", true, true);
        let without = write(&header, &STAMP);
        let with = write(
            &header,
            &Stamp {
                audio_level: Some(20),
                ..STAMP
            },
        );
        assert_eq!(without.len(), with.len());
        assert!(header.len() <= MAX_HEADER);
        let level = |bytes: &[u8]| {
            let parsed = rtp::Header::parse(bytes).unwrap();
            parsed.element(bytes, 4).map(<[u8]>::to_vec)
        };
        assert_eq!(level(&without), None);
        assert_eq!(level(&with), Some(vec![20]));
    }

    #[test]
    fn sound_is_not_numbered_across_the_transport() {
        assert!(Header::new(ids(), "video", false, true).counts());
        let sound = Header::new(ids(), "audio", true, true);
        assert!(!sound.counts());
        let bytes = write(&sound, &STAMP);
        let parsed = rtp::Header::parse(&bytes).unwrap();
        assert_eq!(parsed.element(&bytes, 2), None);
        assert_eq!(parsed.element(&bytes, 3), Some(&[7, 8, 9][..]));
    }

    #[test]
    fn nothing_negotiated_is_a_plain_header() {
        let header = Header::new(Ids::default(), "video", false, true);
        assert_eq!(header.len(), FIXED_LEN);
        assert_eq!(write(&header, &STAMP)[0], 0x80);
        let untimed = Header::new(ids(), "v", false, false);
        assert!(!untimed.counts());
        let bytes = write(&untimed, &STAMP);
        let later = write(
            &untimed,
            &Stamp {
                transport_sequence: 9,
                send_time: [1; 3],
                ..STAMP
            },
        );
        assert_eq!(bytes, later);
    }
}
