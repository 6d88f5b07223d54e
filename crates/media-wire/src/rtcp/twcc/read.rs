//! Reads which transport-wide sequence numbers have arrived, and when.

use super::{LARGE, NOT_RECEIVED, SMALL};
use crate::ParseError;
use crate::bytes::Reader;

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
    pub(in crate::rtcp) fn read(body: &mut Reader<'a>) -> Result<Self, ParseError> {
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
