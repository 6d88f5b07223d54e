//! Synthetic speech and pictures: packets whose payload says who and which they are.
//!
//! Audio is one packet each 20 ms. Video is VP8 as RFC 7741 packs it, 20 frames
//! a second of four packets; a frame asked for, and the first, is a key frame.
//! The last eight bytes of each payload count the packets of the source.

use std::time::{Duration, Instant};

use media_core::Source;

const AUDIO_EVERY: Duration = Duration::from_millis(20);
const FRAME_EVERY: Duration = Duration::from_millis(50);
const PACKETS_OF_A_FRAME: u16 = 4;
const VIDEO_BYTES: usize = 1000;
const AUDIO_BYTES: usize = 80;

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
    let tail = payload.last_chunk::<8>()?;
    Some(u64::from_be_bytes(*tail))
}

/// Whether a VP8 payload made here begins a key frame.
#[must_use]
pub fn begins_key_frame(payload: &[u8]) -> bool {
    matches!(payload, [first, _, _, _, frame, ..] if first & 0x10 != 0 && frame & 1 == 0)
}

/// Makes the packets of one source.
#[derive(Debug)]
pub struct Generator {
    video: bool,
    next: Instant,
    every: Duration,
    sequence: u64,
    timestamp: u32,
    picture: u16,
    part: u16,
    key: bool,
    key_asked: bool,
    made: u64,
}

impl Generator {
    /// Begins at `now`, with a key frame.
    #[must_use]
    pub fn new(source: Source, now: Instant) -> Self {
        let video = source != Source::Microphone;
        Self {
            video,
            next: now,
            every: if video { FRAME_EVERY } else { AUDIO_EVERY },
            // Near the roll-over, so that each run of a second or two crosses it.
            sequence: 65_500,
            timestamp: u32::MAX - 40_000,
            picture: 0x7ff0,
            part: 0,
            key: true,
            key_asked: true,
            made: 0,
        }
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
            self.next = now + self.every;
        }
    }

    /// The next packet that is due at `now`.
    pub fn due(&mut self, now: Instant) -> Option<Made> {
        if now < self.next {
            return None;
        }
        let made = if self.video {
            self.picture()
        } else {
            self.speech()
        };
        self.sequence += 1;
        self.made += 1;
        Some(made)
    }

    fn speech(&mut self) -> Made {
        let made = self.packet(vec![0xfc; AUDIO_BYTES], false);
        self.timestamp = self.timestamp.wrapping_add(960);
        self.next += self.every;
        made
    }

    fn picture(&mut self) -> Made {
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
        payload.resize(VIDEO_BYTES, 0x55);
        self.part += 1;
        let last = self.part == PACKETS_OF_A_FRAME;
        let made = self.packet(payload, last);
        if last {
            self.part = 0;
            self.picture = (self.picture + 1) & 0x7fff;
            self.timestamp = self.timestamp.wrapping_add(4500);
            self.next += self.every;
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
