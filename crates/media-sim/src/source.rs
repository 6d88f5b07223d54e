//! Synthetic speech and pictures: packets whose payload says whose and which they are.
//!
//! Audio is one packet each 20 ms. Video is VP8 as RFC 7741 packs it, in [`Frames`];
//! a frame asked for, and the first, is a key frame.
//! The last eight bytes of each payload count the packets of the source, and the byte before is its voice.

use std::time::{Duration, Instant};

use media_core::Source;

const AUDIO_EVERY: Duration = Duration::from_millis(20);
const AUDIO_BYTES: usize = 80;
/// Of the count at the end of each payload.
const COUNT_BYTES: usize = 8;

/// How a picture's packets come.
#[derive(Debug, Clone, Copy)]
pub struct Frames {
    /// From one frame to the next.
    pub every: Duration,
    /// Packets of each frame.
    pub packets: u16,
    /// Bytes of each payload.
    pub bytes: usize,
}

impl Frames {
    /// 20 frames a second of four packets.
    pub const SMALL: Self = Self {
        every: Duration::from_millis(50),
        packets: 4,
        bytes: 1008,
    };
    /// 30 frames a second of five packets, 1.3 Mbit/s: what a camera at its limit sends.
    pub const CAMERA: Self = Self {
        every: Duration::from_micros(33_333),
        packets: 5,
        bytes: 1100,
    };
}

/// A packet to send.
#[derive(Debug, Clone)]
pub struct Made {
    /// Extended sequence number.
    pub sequence: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker: last of a frame.
    pub marker: bool,
    /// Payload; see the module.
    pub payload: Vec<u8>,
}

/// The number that [`Generator`] wrote at the end of a payload.
#[must_use]
pub fn count_of(payload: &[u8]) -> Option<u64> {
    let tail = payload.last_chunk::<COUNT_BYTES>()?;
    Some(u64::from_be_bytes(*tail))
}

/// The voice of the [`Generator`] that wrote a payload.
#[must_use]
pub fn voice_of(payload: &[u8]) -> Option<u8> {
    let (head, _) = payload.split_last_chunk::<COUNT_BYTES>()?;
    head.last().copied()
}

/// Whether a VP8 payload made here begins a key frame.
#[must_use]
pub fn begins_key_frame(payload: &[u8]) -> bool {
    matches!(payload, [first, _, _, _, frame, ..] if first & 0x10 != 0 && frame & 1 == 0)
}

/// Makes the packets of one source.
#[derive(Debug)]
pub struct Generator {
    frames: Option<Frames>,
    next: Instant,
    sequence: u64,
    timestamp: u32,
    picture: u16,
    part: u16,
    key: bool,
    key_asked: bool,
    made: u64,
    voice: u8,
}

impl Generator {
    /// Speech, or pictures in small frames.
    #[must_use]
    pub fn new(source: Source, now: Instant) -> Self {
        let video = source != Source::Microphone;
        Self::begin(video.then_some(Frames::SMALL), now)
    }

    /// Pictures in frames like these.
    #[must_use]
    pub fn pictures(frames: Frames, now: Instant) -> Self {
        Self::begin(Some(frames), now)
    }

    /// Begins at `now`, with a key frame.
    fn begin(frames: Option<Frames>, now: Instant) -> Self {
        Self {
            frames,
            next: now,
            // Near the roll-over, so that each run of a second or two crosses it.
            sequence: 65_500,
            timestamp: u32::MAX - 40_000,
            picture: 0x7ff0,
            part: 0,
            key: true,
            key_asked: true,
            made: 0,
            voice: 0x55,
        }
    }

    /// The same with this voice.
    #[must_use]
    pub fn voiced(self, voice: u8) -> Self {
        Self { voice, ..self }
    }

    /// When the next packet is due.
    #[must_use]
    pub fn next(&self) -> Instant {
        self.next
    }

    /// How many were made.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.made
    }

    /// The next frame shall be a key frame.
    pub fn key_frame(&mut self) {
        self.key_asked = true;
    }

    /// Nothing is due before `now`.
    pub fn skip_to(&mut self, now: Instant) {
        self.next = self.next.max(now);
        if self.next == now {
            self.next = now + self.frames.map_or(AUDIO_EVERY, |frames| frames.every);
        }
    }

    /// The next packet that is due at `now`.
    pub fn due(&mut self, now: Instant) -> Option<Made> {
        if now < self.next {
            return None;
        }
        let made = match self.frames {
            Some(frames) => self.picture(frames),
            None => self.speech(),
        };
        self.sequence += 1;
        self.made += 1;
        Some(made)
    }

    fn speech(&mut self) -> Made {
        let made = self.packet(vec![self.voice; AUDIO_BYTES], false);
        self.timestamp = self.timestamp.wrapping_add(960);
        self.next += AUDIO_EVERY;
        made
    }

    fn picture(&mut self, frames: Frames) -> Made {
        if self.part == 0 {
            self.key = std::mem::take(&mut self.key_asked);
        }
        let first = self.part == 0;
        let [high, low] = self.picture.to_be_bytes();
        // X and S; I; 15-bit picture id; then the frame, whose first bit says "not a key frame".
        let mut payload = vec![if first { 0x90 } else { 0x80 }, 0x80, high | 0x80, low];
        if first && self.key {
            payload.extend([0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
        } else if first {
            payload.extend([0x11, 0x02, 0x00]);
        }
        payload.resize(frames.bytes.saturating_sub(COUNT_BYTES), self.voice);
        self.part += 1;
        let last = self.part == frames.packets;
        let made = self.packet(payload, last);
        if last {
            self.part = 0;
            self.picture = (self.picture + 1) & 0x7fff;
            let ticks = frames.every.as_micros() * 9 / 100;
            let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
            self.timestamp = self.timestamp.wrapping_add(ticks);
            self.next += frames.every;
        }
        made
    }

    fn packet(&self, mut payload: Vec<u8>, marker: bool) -> Made {
        payload.extend(self.made.to_be_bytes());
        Made {
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker,
            payload,
        }
    }
}
