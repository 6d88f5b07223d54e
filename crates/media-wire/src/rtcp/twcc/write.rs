//! Writes which transport-wide sequence numbers have arrived, and when.

use super::super::{TRANSPORT_FEEDBACK, append_feedback};
use super::{DELTA_UNIT, FORMAT, LARGE, NOT_RECEIVED, REFERENCE_UNIT, SMALL};
use crate::seq;

/// Longest packet that [`write()`] appends, so that it fits one datagram with reports.
pub const MAX_LEN: usize = 1_100;

const MAX_RUN: usize = 0x1fff;
const ONE_BIT_SYMBOLS: usize = 14;
const TWO_BIT_SYMBOLS: usize = 7;

/// A packet that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Transport-wide sequence number, extended by [`crate::seq::extend`].
    pub sequence: u64,
    /// When, in microseconds of any clock that does not jump.
    pub at: u64,
}

/// Appends a feedback about as many of the first arrivals as it can carry, and returns how
/// many: drop these and call again while any are left.
///
/// `arrivals` ascend by sequence number, each at most once. `base` is the first sequence
/// number not told yet, so that losses in front of the first arrival are told as well; an
/// arrival before it (one that came late) moves it back. `feedback_count` is one more for
/// each packet.
pub fn write(
    into: &mut Vec<u8>,
    sender: u32,
    media: u32,
    feedback_count: u8,
    base: u64,
    arrivals: &[Arrival],
) -> usize {
    let Some(first) = arrivals.first() else {
        return 0;
    };
    let base = match first.sequence.checked_sub(base) {
        Some(0x8000..) | None => first.sequence,
        Some(_) => base,
    };
    let reference = first.at / REFERENCE_UNIT;
    let told = fitting(base, reference, arrivals);
    let arrivals = arrivals.get(..told).unwrap_or_default();
    let count = arrivals.last().map_or(0, |last| last.sequence - base + 1);
    let symbols = Symbols::new(base, reference, arrivals);
    let [.., r0, r1, r2] = reference.to_be_bytes();
    append_feedback(into, TRANSPORT_FEEDBACK, FORMAT, sender, media, |body| {
        body.extend_from_slice(&seq::wire(base).to_be_bytes());
        body.extend_from_slice(&seq::wire(count).to_be_bytes());
        body.extend_from_slice(&[r0, r1, r2, feedback_count]);
        write_chunks(body, symbols.clone().map(|(symbol, _)| symbol));
        for (symbol, delta) in symbols {
            let [high, low] = delta.to_be_bytes();
            match symbol {
                SMALL => body.push(low),
                LARGE => body.extend_from_slice(&[high, low]),
                _ => {}
            }
        }
    });
    told
}

/// How many arrivals one packet can carry: at least the first.
fn fitting(base: u64, reference: u64, arrivals: &[Arrival]) -> usize {
    let mut clock = reference * (REFERENCE_UNIT / DELTA_UNIT);
    let mut next = base;
    // Sevenths of a byte, and all that is not chunks or deltas, rounded up.
    let mut size = 7 * (20 + 2 + 3);
    for (index, arrival) in arrivals.iter().enumerate() {
        let Some(gap) = arrival.sequence.checked_sub(next) else {
            return index;
        };
        let at = arrival.at / DELTA_UNIT;
        let delta = at.wrapping_sub(clock).cast_signed();
        // Every chunk but the last covers 7 statuses; what is longer than a few is a run.
        let runs = if gap > 21 { 1 + gap / 0x1fff } else { 0 };
        size += 2 * (gap.min(21) + 1) + 14 * runs;
        size += if small(delta).is_some() { 7 } else { 14 };
        if i16::try_from(delta).is_err()
            || arrival.sequence - base >= u64::from(u16::MAX)
            || size > 7 * MAX_LEN as u64
        {
            return index;
        }
        clock = at;
        next = arrival.sequence + 1;
    }
    arrivals.len()
}

fn small(delta: i64) -> Option<u8> {
    u8::try_from(delta).ok()
}

/// A symbol and a delta for each sequence number.
#[derive(Clone)]
struct Symbols<'a> {
    next: u64,
    clock: u64,
    arrivals: &'a [Arrival],
}

impl<'a> Symbols<'a> {
    const fn new(base: u64, reference: u64, arrivals: &'a [Arrival]) -> Self {
        Self {
            next: base,
            clock: reference * (REFERENCE_UNIT / DELTA_UNIT),
            arrivals,
        }
    }
}

impl Iterator for Symbols<'_> {
    type Item = (u8, i16);

    fn next(&mut self) -> Option<(u8, i16)> {
        let (arrival, rest) = self.arrivals.split_first()?;
        let sequence = self.next;
        self.next += 1;
        if arrival.sequence > sequence {
            return Some((NOT_RECEIVED, 0));
        }
        self.arrivals = rest;
        let at = arrival.at / DELTA_UNIT;
        let delta = at.wrapping_sub(self.clock).cast_signed();
        self.clock = at;
        let symbol = if small(delta).is_some() { SMALL } else { LARGE };
        Some((symbol, i16::try_from(delta).unwrap_or(0)))
    }
}

fn write_chunks(body: &mut Vec<u8>, mut symbols: impl Iterator<Item = u8> + Clone) {
    while let Some(first) = symbols.clone().next() {
        let run = symbols
            .clone()
            .take(MAX_RUN)
            .take_while(|symbol| *symbol == first)
            .count();
        let ahead = symbols.clone().take(ONE_BIT_SYMBOLS);
        let narrow = ahead.clone().all(|symbol| symbol <= SMALL);
        let chunk = if run >= ONE_BIT_SYMBOLS || run >= TWO_BIT_SYMBOLS && !narrow {
            symbols.by_ref().take(run).for_each(drop);
            u16::from(first) << 13 | u16::try_from(run).unwrap_or(0)
        } else if narrow {
            vector(&mut symbols, ONE_BIT_SYMBOLS, 1) | 0x8000
        } else {
            vector(&mut symbols, TWO_BIT_SYMBOLS, 2) | 0xc000
        };
        body.extend_from_slice(&chunk.to_be_bytes());
    }
}

fn vector(symbols: &mut impl Iterator<Item = u8>, count: usize, width: u32) -> u16 {
    (0..count).fold(0, |bits, _| {
        bits << width | u16::from(symbols.next().unwrap_or(NOT_RECEIVED))
    })
}
