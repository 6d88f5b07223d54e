//! A recording that is sent again and again: encoded frames of an IVF file.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

/// The header of a file, and that of each frame.
const FILE_HEADER: usize = 32;
const FRAME_HEADER: usize = 12;
/// The longest part of a frame in one packet.
const MOST_PART: usize = 1_100;
/// Frames that are late by more than this are skipped: the machine had other things to do.
const MOST_LATE: Duration = Duration::from_millis(500);

/// What the frames are, which tells how they are packed and timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Opus, 20 ms a frame: a packet is a frame (RFC 7587 §4).
    Sound,
    /// VP8, 15 frames a second: key frames only, so that it can be joined anywhere.
    Picture,
}

impl Kind {
    fn every(self) -> Duration {
        match self {
            Self::Sound => Duration::from_millis(20),
            Self::Picture => Duration::from_nanos(1_000_000_000 / 15),
        }
    }

    /// Ticks of the RTP clock from one frame to the next.
    fn ticks(self) -> u32 {
        match self {
            Self::Sound => 960,
            Self::Picture => 6_000,
        }
    }
}

/// A packet to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Vec<u8>,
}

/// Makes the packets of a clip, at its pace and without end.
#[derive(Debug)]
pub(crate) struct Clip {
    kind: Kind,
    frames: Vec<Vec<u8>>,
    turn: usize,
    next: Instant,
    timestamp: u32,
    sequence: u64,
    picture: u16,
}

impl Clip {
    /// # Errors
    /// The file's, or that it is no IVF file with frames in it.
    pub(crate) fn read(path: &Path, kind: Kind, now: Instant) -> io::Result<Self> {
        Self::parse(&fs::read(path)?, kind, now).ok_or_else(|| {
            let text = format!("{} is no IVF file with frames in it", path.display());
            io::Error::new(io::ErrorKind::InvalidData, text)
        })
    }

    fn parse(file: &[u8], kind: Kind, now: Instant) -> Option<Self> {
        let mut rest = file.strip_prefix(b"DKIF")?.get(FILE_HEADER - 4..)?;
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_le_bytes(*rest.first_chunk()?);
            let end = FRAME_HEADER.checked_add(usize::try_from(length).ok()?)?;
            frames.push(rest.get(FRAME_HEADER..end)?.to_vec());
            rest = rest.get(end..)?;
        }
        (!frames.is_empty()).then_some(Self {
            kind,
            frames,
            turn: 0,
            next: now,
            timestamp: 0,
            sequence: 0,
            picture: 0,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// When the next frame is due.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    /// Let the time until `now` pass in silence.
    pub(crate) fn skip(&mut self, now: Instant) {
        while self.next <= now {
            self.step();
        }
    }

    /// The packets of the next frame that is due at `now`.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Made> {
        if let Some(late) = now.checked_sub(MOST_LATE)
            && self.next < late
        {
            self.skip(late);
        }
        if now < self.next {
            return Vec::new();
        }
        let frame = self.frames.get(self.turn).map_or(&[][..], Vec::as_slice);
        let payloads = match self.kind {
            Kind::Sound => vec![frame.to_vec()],
            Kind::Picture => packed(frame, self.picture),
        };
        let last = payloads.len().saturating_sub(1);
        let made = payloads.into_iter().enumerate().map(|(n, payload)| {
            self.sequence += 1;
            Made {
                sequence: self.sequence,
                timestamp: self.timestamp,
                marker: self.kind == Kind::Picture && n == last,
                payload,
            }
        });
        let made = made.collect();
        self.step();
        made
    }

    fn step(&mut self) {
        self.turn = (self.turn + 1) % self.frames.len();
        self.next += self.kind.every();
        self.timestamp = self.timestamp.wrapping_add(self.kind.ticks());
        self.picture = (self.picture + 1) & 0x7fff;
    }
}

/// A VP8 frame in parts, with a picture id of 15 bits (RFC 7741 §4.2).
fn packed(frame: &[u8], picture: u16) -> Vec<Vec<u8>> {
    let [high, low] = picture.to_be_bytes();
    let parts = frame.chunks(MOST_PART).enumerate();
    parts
        .map(|(n, part)| {
            let begins = if n == 0 { 0x10 } else { 0 };
            let mut payload = vec![0x80 | begins, 0x80, 0x80 | high, low];
            payload.extend_from_slice(part);
            payload
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(frames: &[&[u8]]) -> Vec<u8> {
        let mut it = b"DKIF".to_vec();
        it.resize(FILE_HEADER, 0);
        for (n, frame) in (0_u64..).zip(frames) {
            it.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
            it.extend(n.to_le_bytes());
            it.extend_from_slice(frame);
        }
        it
    }

    #[test]
    fn sound_is_a_packet_a_frame_and_begins_again() {
        let now = Instant::now();
        let mut clip = Clip::parse(&file(&[b"one", b"two"]), Kind::Sound, now).unwrap();
        let later = now + Duration::from_millis(45);
        let made: Vec<_> = (0..4).flat_map(|_| clip.due(later)).collect();
        let payloads: Vec<_> = made.iter().map(|it| it.payload.as_slice()).collect();
        assert_eq!(payloads, [b"one", b"two", b"one"]);
        let times: Vec<_> = made.iter().map(|it| (it.sequence, it.timestamp)).collect();
        assert_eq!(times, [(1, 0), (2, 960), (3, 1_920)]);
        assert_eq!(clip.next(), now + Duration::from_millis(60));
    }

    #[test]
    fn a_picture_is_cut_into_parts() {
        let now = Instant::now();
        let frame = [7; 2_500];
        let mut clip = Clip::parse(&file(&[&frame]), Kind::Picture, now).unwrap();
        let made = clip.due(now);
        let heads: Vec<_> = made.iter().map(|it| it.payload[0]).collect();
        assert_eq!(heads, [0x90, 0x80, 0x80]);
        let markers: Vec<_> = made.iter().map(|it| it.marker).collect();
        assert_eq!(markers, [false, false, true]);
        let whole: usize = made.iter().map(|it| it.payload.len() - 4).sum();
        assert_eq!(whole, frame.len());
        assert_eq!(clip.due(now), []);
    }

    #[test]
    fn what_is_very_late_is_not_sent_at_once() {
        let now = Instant::now();
        let mut clip = Clip::parse(&file(&[b"one"]), Kind::Sound, now).unwrap();
        let later = now + Duration::from_secs(60);
        let mut sent = 0;
        while !clip.due(later).is_empty() {
            sent += 1;
        }
        assert!((25..=26).contains(&sent), "{sent}");
        assert!(clip.next() > later);
    }

    #[test]
    fn what_is_no_clip_is_refused() {
        let now = Instant::now();
        let mut cut = file(&[b"one"]);
        cut.pop();
        for bad in [&b""[..], b"DKIF", b"RIFF", &file(&[]), &cut] {
            assert!(Clip::parse(bad, Kind::Sound, now).is_none(), "{bad:?}");
        }
    }
}
