//! Arrival times of all packets of a transport, told to their sender.
//!
//! draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1. Statuses come as run-length
//! chunks or vectors of one or two bits each; arrival deltas in units of 250 µs follow.

use super::{TRANSPORT_FEEDBACK, append_feedback};
use crate::ParseError;
use crate::bytes::Reader;
use crate::seq;

pub(super) const FORMAT: u8 = 15;

/// Microseconds of one unit of arrival deltas.
pub const DELTA_UNIT: u64 = 250;

/// Microseconds of one unit of the reference time.
pub const REFERENCE_UNIT: u64 = 64_000;

/// Longest packet that [`write`] appends, so that it fits one datagram with reports.
pub const MAX_LEN: usize = 1_100;

const MAX_RUN: usize = 0x1fff;
const ONE_BIT_SYMBOLS: usize = 14;
const TWO_BIT_SYMBOLS: usize = 7;

/// Received statuses of consecutive transport-wide sequence numbers.
#[derive(Clone, Debug)]
pub struct Feedback<'a> {
    /// Who receives.
    pub sender: u32,
    /// One of the received sources, or 0.
    pub media: u32,
    /// The first sequence number.
    pub base: u16,
    /// How many sequence numbers are reported.
    pub count: u16,
    /// What the first delta is relative to, in units of 64 ms, 24 bits with sign.
    pub reference_time: i32,
    /// Counts feedback packets, to tell when one is lost.
    pub feedback_count: u8,
    statuses: Statuses<'a>,
}

/// What became of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its transport-wide sequence number.
    pub sequence: u16,
    /// Units of 250 µs since the previous received packet of the feedback, or since the
    /// reference time; nothing if it has not been received.
    pub delta: Option<i16>,
}

impl<'a> Feedback<'a> {
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Self, ParseError> {
        let sender = body.u32()?;
        let media = body.u32()?;
        let base = body.u16()?;
        let count = body.u16()?;
        let reference_time = (body.u24()? << 8).cast_signed() >> 8;
        let feedback_count = body.u8()?;
        let chunks = *body;
        let mut told = 0;
        while told < usize::from(count) {
            told += Chunk::read(body.u16()?).len();
        }
        let statuses = Statuses {
            chunks,
            chunk: Chunk::EMPTY,
            deltas: *body,
            sequence: base,
            left: count,
        };
        let mut check = statuses.clone();
        while check.step()?.is_some() {}
        Ok(Self {
            sender,
            media,
            base,
            count,
            reference_time,
            feedback_count,
            statuses,
        })
    }

    /// One status for each sequence number from `base`.
    #[must_use]
    pub fn statuses(&self) -> Statuses<'a> {
        self.statuses.clone()
    }
}

/// Iterates over the statuses of a feedback.
#[derive(Clone, Debug)]
pub struct Statuses<'a> {
    chunks: Reader<'a>,
    chunk: Chunk,
    deltas: Reader<'a>,
    sequence: u16,
    left: u16,
}

impl Statuses<'_> {
    fn step(&mut self) -> Result<Option<Status>, ParseError> {
        if self.left == 0 {
            return Ok(None);
        }
        let symbol = loop {
            if let Some(symbol) = self.chunk.next() {
                break symbol;
            }
            self.chunk = Chunk::read(self.chunks.u16()?);
            if self.chunk.len() == 0 {
                return Err(ParseError::Value);
            }
        };
        let delta = match symbol {
            NOT_RECEIVED => None,
            SMALL => Some(i16::from(self.deltas.u8()?)),
            LARGE => Some(self.deltas.u16()?.cast_signed()),
            _ => return Err(ParseError::Value),
        };
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.left -= 1;
        Ok(Some(Status { sequence, delta }))
    }
}

impl Iterator for Statuses<'_> {
    type Item = Status;

    fn next(&mut self) -> Option<Status> {
        // `Feedback::read` has walked all of it already.
        self.step().ok().flatten()
    }
}

const NOT_RECEIVED: u8 = 0;
const SMALL: u8 = 1;
const LARGE: u8 = 2;

/// What is left of a chunk.
#[derive(Clone, Copy, Debug)]
enum Chunk {
    Run { symbol: u8, left: u16 },
    Vector { bits: u16, width: u8, left: u8 },
}

impl Chunk {
    const EMPTY: Self = Self::Run { symbol: 0, left: 0 };

    const fn read(chunk: u16) -> Self {
        match chunk >> 14 {
            0 | 1 => Self::Run {
                symbol: (chunk >> 13 & 3) as u8,
                left: chunk & 0x1fff,
            },
            2 => Self::Vector {
                bits: chunk << 2,
                width: 1,
                left: 14,
            },
            _ => Self::Vector {
                bits: chunk << 2,
                width: 2,
                left: 7,
            },
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Run { left, .. } => usize::from(left),
            Self::Vector { left, .. } => usize::from(left),
        }
    }

    fn next(&mut self) -> Option<u8> {
        match self {
            Self::Run { left: 0, .. } | Self::Vector { left: 0, .. } => None,
            Self::Run { symbol, left } => {
                *left -= 1;
                Some(*symbol)
            }
            Self::Vector { bits, width, left } => {
                let [high, _] = bits.to_be_bytes();
                let symbol = high >> (8 - *width);
                *bits <<= *width;
                *left -= 1;
                Some(symbol)
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Packet, packets};
    use super::*;

    fn read(bytes: &[u8]) -> Result<Feedback<'_>, ParseError> {
        match packets(bytes).next().unwrap()? {
            Packet::Arrivals(feedback) => Ok(feedback),
            other => panic!("{other:?}"),
        }
    }

    /// A packet of this count, base 10 and reference time 1, with chunks and deltas.
    fn feedback(count: u16, chunks: &[u16], deltas: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_feedback(&mut bytes, TRANSPORT_FEEDBACK, FORMAT, 1, 2, |body| {
            body.extend_from_slice(&[0, 10]);
            body.extend_from_slice(&count.to_be_bytes());
            body.extend_from_slice(&[0, 0, 1, 7]);
            for chunk in chunks {
                body.extend_from_slice(&chunk.to_be_bytes());
            }
            body.extend_from_slice(deltas);
        });
        bytes
    }

    fn deltas(bytes: &[u8]) -> Result<Vec<Option<i16>>, ParseError> {
        Ok(read(bytes)?.statuses().map(|status| status.delta).collect())
    }

    #[test]
    fn each_kind_of_chunk_is_read() {
        // §3.1.3: runs of 221 packets not received, and of 24 received.
        assert_eq!(deltas(&feedback(221, &[0x00dd], &[])), Ok(vec![None; 221]));
        let large = [0xff, 0xfe].repeat(24);
        assert_eq!(
            deltas(&feedback(24, &[0x4018], &large)),
            Ok(vec![Some(-2); 24])
        );
        // §3.1.4: one not, five received, three not, three received, two not.
        let expected: Vec<_> = [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]
            .map(|received| (received == 1).then_some(3))
            .to_vec();
        assert_eq!(deltas(&feedback(14, &[0x9f1c], &[3; 8])), Ok(expected));
        // One not, one small, three not, two large.
        assert_eq!(
            deltas(&feedback(7, &[0xc40a], &[9, 1, 0, 0x80, 0])),
            Ok(vec![
                None,
                Some(9),
                None,
                None,
                None,
                Some(256),
                Some(-32768)
            ])
        );
    }

    #[test]
    fn the_fields_are_read() {
        let mut bytes = feedback(2, &[0x2002], &[1, 2]);
        bytes[16..19].fill(0xff);
        let found = read(&bytes).unwrap();
        assert_eq!((found.sender, found.media), (1, 2));
        assert_eq!((found.base, found.count), (10, 2));
        assert_eq!((found.reference_time, found.feedback_count), (-1, 7));
        let sequences: Vec<_> = found.statuses().map(|status| status.sequence).collect();
        assert_eq!(sequences, [10, 11]);
    }

    #[test]
    fn bad_chunks_and_missing_deltas_are_refused() {
        let reserved_run = feedback(3, &[0x6003], &[0; 6]);
        assert_eq!(deltas(&reserved_run), Err(ParseError::Value));
        let reserved_vector = feedback(7, &[0xffff], &[0; 16]);
        assert_eq!(deltas(&reserved_vector), Err(ParseError::Value));
        let no_delta = feedback(3, &[0x2003], &[]);
        assert_eq!(deltas(&no_delta), Err(ParseError::Truncated));
        let no_chunk = feedback(100, &[0x2002], &[1, 2]);
        assert_eq!(deltas(&no_chunk), Err(ParseError::Truncated));
        let empty_run = feedback(2, &[0x2000, 0x2002], &[1, 2]);
        assert_eq!(deltas(&empty_run), Err(ParseError::Value));
    }

    #[test]
    fn a_run_may_be_longer_than_the_count() {
        assert_eq!(deltas(&feedback(1, &[0x2009], &[5])), Ok(vec![Some(5)]));
    }

    #[test]
    fn one_arrival_is_written_as_the_draft_says() {
        let mut bytes = Vec::new();
        let arrival = Arrival {
            sequence: 0x1_0005,
            at: 64_000 * 3 + 250 * 9,
        };
        assert_eq!(write(&mut bytes, 1, 2, 4, 0x1_0003, &[arrival]), 1);
        assert_eq!(
            bytes,
            [
                0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3, 0, 3, 0, 0, 3, 4, 0x88, 0, 9, 0
            ]
        );
    }

    #[test]
    fn nothing_received_is_nothing_written() {
        let mut bytes = Vec::new();
        assert_eq!(write(&mut bytes, 1, 2, 0, 5, &[]), 0);
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_late_arrival_moves_the_base_back_and_a_far_one_forward() {
        let at = 1_000_000;
        for (base, sequence) in [(50, 40), (50, 50 + 0x8000)] {
            let mut bytes = Vec::new();
            write(&mut bytes, 1, 2, 0, base, &[Arrival { sequence, at }]);
            let found = read(&bytes).unwrap();
            assert_eq!((found.base, found.count), (seq::wire(sequence), 1));
        }
    }

    #[test]
    fn what_a_delta_cannot_tell_is_left_for_the_next_packet() {
        let at = 1_000_000;
        let later = at + 250 * 32_800;
        let arrivals =
            [(1, at), (2, later), (2, later)].map(|(sequence, at)| Arrival { sequence, at });
        let mut bytes = Vec::new();
        assert_eq!(write(&mut bytes, 1, 2, 0, 1, &arrivals), 1);
        assert_eq!(write(&mut bytes, 1, 2, 1, 2, &arrivals[1..]), 1);
    }

    fn any_arrivals() -> impl Strategy<Value = Vec<Arrival>> {
        let gap = prop_oneof![20 => Just(0u64), 3 => 0u64..30, 1 => 0u64..20_000];
        let wait = prop_oneof![20 => 0i64..50_000, 2 => -70_000i64..900_000, 1 => Just(9_000_000)];
        (0u64..1 << 40, prop::collection::vec((gap, wait), 1..1500)).prop_map(|(start, steps)| {
            let mut sequence = 0x1_0000 + start;
            let mut at = 100_000_000_000 + start;
            steps
                .into_iter()
                .map(|(gap, wait)| {
                    sequence += 1 + gap;
                    at = at.saturating_add_signed(wait);
                    Arrival { sequence, at }
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(arrivals in any_arrivals(), lead in 0u64..100) {
            let mut base = arrivals[0].sequence - lead;
            let mut rest = &arrivals[..];
            let mut feedback_count = 0u8;
            while !rest.is_empty() {
                let mut bytes = Vec::new();
                let told = write(&mut bytes, 1, 2, feedback_count, base, rest);
                prop_assert!(told > 0);
                prop_assert!(bytes.len() <= MAX_LEN && bytes.len() % 4 == 0);
                let found = read(&bytes).unwrap();
                prop_assert_eq!(found.feedback_count, feedback_count);
                let mut clock = i64::from(found.reference_time) * 256;
                let mut sequence = seq::extend(rest[0].sequence, found.base);
                let mut expected = rest[..told].iter();
                for status in found.statuses() {
                    if let Some(delta) = status.delta {
                        clock += i64::from(delta);
                        let arrival = expected.next().unwrap();
                        prop_assert_eq!(arrival.sequence, sequence);
                        let truth = i64::try_from(arrival.at / DELTA_UNIT).unwrap();
                        prop_assert_eq!((clock - truth).rem_euclid(1 << 32), 0);
                    }
                    sequence += 1;
                }
                prop_assert!(expected.next().is_none());
                base = sequence;
                rest = &rest[told..];
                feedback_count = feedback_count.wrapping_add(1);
            }
        }
    }
}
