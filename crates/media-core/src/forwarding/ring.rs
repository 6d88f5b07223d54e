//! The packets of one track, stored once, for as long as somebody may ask for them.

use std::time::{Duration, Instant};

use crate::relay::Packet;

const FIRST_SLOTS: usize = 64;
const MAX_SLOTS: usize = 4096;
const FIRST_BYTES: usize = 8 * 1024;

/// A stored packet and where its payload is.
#[derive(Debug, Clone, Copy)]
struct Stored {
    packet: Packet,
    /// Position in the stream of all payload bytes ever written.
    at: u64,
}

/// A table of packets by sequence number over a ring of their payload bytes.
///
/// It covers a time, not a count: both grow while they would forget what is younger than `keep`, up
/// to a limit. So a microphone costs a few kilobytes, and a camera no more than its bitrate demands.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: Vec<Option<Stored>>,
    bytes: Vec<u8>,
    /// Where the next byte goes, in the stream of all bytes.
    written: u64,
    /// Nothing before this position is held.
    floor: u64,
    /// When the first byte of the buffer was last written.
    lap: Option<Instant>,
    keep: Duration,
    max_bytes: usize,
}

impl Ring {
    /// `max_bytes` is rounded down to a power of two, and is at least 8 KiB.
    pub(crate) fn new(keep: Duration, max_bytes: usize) -> Self {
        let max_bytes = max_bytes.max(FIRST_BYTES);
        Self {
            slots: vec![None; FIRST_SLOTS],
            bytes: vec![0; FIRST_BYTES],
            written: 0,
            floor: 0,
            lap: None,
            keep,
            max_bytes: 1 << max_bytes.ilog2(),
        }
    }

    /// Store a packet. A payload of more than 8 KiB is not stored.
    pub(crate) fn push(&mut self, packet: Packet, payload: &[u8]) {
        if payload.len() > FIRST_BYTES {
            return;
        }
        let now = packet.arrived;
        self.make_room(now, payload.len());
        let start = self.offset(self.written);
        let Some(room) = self.bytes.get_mut(start..start + payload.len()) else {
            return;
        };
        room.copy_from_slice(payload);
        let stored = Stored {
            packet,
            at: self.written,
        };
        self.written += payload.len() as u64;
        while self.would_forget(packet.sequence, now) && self.slots.len() < MAX_SLOTS {
            self.grow_slots();
        }
        let index = self.index(packet.sequence);
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Some(stored);
        }
    }

    /// A packet and its payload, if still held.
    pub(crate) fn get(&self, sequence: u64) -> Option<(&Packet, &[u8])> {
        let stored = self.slots.get(self.index(sequence))?.as_ref()?;
        let held = stored.packet.sequence == sequence
            && stored.at >= self.floor
            && self.written - stored.at <= self.bytes.len() as u64;
        if !held {
            return None;
        }
        let start = self.offset(stored.at);
        let payload = self
            .bytes
            .get(start..start + usize::from(stored.packet.length))?;
        Some((&stored.packet, payload))
    }

    #[allow(clippy::cast_possible_truncation)] // masked by a usize
    fn index(&self, sequence: u64) -> usize {
        sequence as usize & (self.slots.len() - 1)
    }

    #[allow(clippy::cast_possible_truncation)] // masked by a usize
    fn offset(&self, position: u64) -> usize {
        position as usize & (self.bytes.len() - 1)
    }

    fn would_forget(&self, sequence: u64, now: Instant) -> bool {
        self.slots
            .get(self.index(sequence))
            .and_then(Option::as_ref)
            .is_some_and(|old| {
                old.packet.sequence != sequence
                    && now.saturating_duration_since(old.packet.arrived) < self.keep
            })
    }

    fn grow_slots(&mut self) {
        let size = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![None; size]);
        for stored in old.into_iter().flatten() {
            let index = self.index(stored.packet.sequence);
            if let Some(slot) = self.slots.get_mut(index) {
                *slot = Some(stored);
            }
        }
    }

    /// See that `length` bytes fit without a break at the current position.
    fn make_room(&mut self, now: Instant, length: usize) {
        let capacity = self.bytes.len();
        let start = self.offset(self.written);
        if start + length > capacity {
            self.written += (capacity - start) as u64;
        }
        if self.offset(self.written) == 0 {
            let short = self
                .lap
                .is_some_and(|lap| now.saturating_duration_since(lap) < self.keep);
            if short && capacity < self.max_bytes {
                self.grow_bytes();
            }
            self.lap = Some(now);
        }
    }

    /// Double the buffer. Called at the end of a lap, so the whole of the last one is kept.
    fn grow_bytes(&mut self) {
        let capacity = self.bytes.len();
        self.floor = self.written.saturating_sub(capacity as u64);
        let old = std::mem::replace(&mut self.bytes, vec![0; capacity * 2]);
        let start = self.offset(self.floor);
        if let Some(room) = self.bytes.get_mut(start..start + capacity) {
            room.copy_from_slice(&old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;

    fn packet(sequence: u64, arrived: Instant, length: usize) -> Packet {
        Packet {
            sequence,
            timestamp: 0,
            arrived,
            length: u16::try_from(length).unwrap(),
            primary: u16::try_from(length).unwrap(),
            codec: Codec::Vp8,
            marker: false,
            key_frame: false,
            audio_level: None,
            orientation: None,
        }
    }

    fn payload(sequence: u64, length: usize) -> Vec<u8> {
        (0..length)
            .map(|i| (sequence as usize * 31 + i) as u8)
            .collect()
    }

    /// Push `count` packets of varying size `gap` apart; return how many of the newest are held.
    fn held(ring: &mut Ring, count: u64, size: usize, gap: Duration) -> u64 {
        let begin = Instant::now();
        for n in 0..count {
            let length = size - (n as usize * 7) % 50;
            ring.push(
                packet(n, begin + gap * n as u32, length),
                &payload(n, length),
            );
        }
        let mut held = 0;
        for n in (0..count).rev() {
            let Some((packet, bytes)) = ring.get(n) else {
                break;
            };
            assert_eq!(packet.sequence, n);
            assert_eq!(bytes, payload(n, bytes.len()), "packet {n}");
            held += 1;
        }
        held
    }

    #[test]
    fn covers_its_time_at_any_rate() {
        let keep = Duration::from_secs(1);
        for (size, per_second) in [(160, 50), (1200, 50), (1200, 200), (1200, 1000), (60, 2000)] {
            let mut ring = Ring::new(keep, 4 << 20);
            let held = held(&mut ring, per_second * 6, size, keep / per_second as u32);
            assert!(held >= per_second, "{size} bytes, {per_second}/s: {held}");
        }
    }

    #[test]
    fn a_microphone_is_cheap_and_no_limit_is_passed() {
        let mut small = Ring::new(Duration::from_millis(500), 1 << 20);
        held(&mut small, 500, 120, Duration::from_millis(20));
        assert!(small.bytes.len() <= 8 * 1024 && small.slots.len() == FIRST_SLOTS);
        let mut large = Ring::new(Duration::from_secs(1), 100_000);
        held(&mut large, 20_000, 1200, Duration::from_micros(10));
        assert!(large.bytes.len() <= 65_536 && large.slots.len() <= MAX_SLOTS);
    }

    #[test]
    fn late_packets_and_jumps_are_found_and_unknown_ones_are_not() {
        let now = Instant::now();
        let mut ring = Ring::new(Duration::from_secs(1), 1 << 20);
        for n in [100, 102, 101, 70_000, 5_000_000] {
            ring.push(packet(n, now, 10), &payload(n, 10));
        }
        for n in [100, 101, 102, 70_000, 5_000_000] {
            assert_eq!(ring.get(n).unwrap().1, payload(n, 10));
        }
        assert!(ring.get(103).is_none());
        ring.push(packet(103, now, 9000), &payload(1, 9000));
        assert!(ring.get(103).is_none());
    }
}
