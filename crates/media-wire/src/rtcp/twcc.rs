//! Arrival times of all packets of a transport, told to their sender.
//!
//! draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1. Statuses come as run-length
//! chunks or vectors of one or two bits each; arrival deltas in units of 250 µs follow.

mod read;
mod write;

pub use read::{Feedback, Status, Statuses};
pub use write::{Arrival, MAX_LEN, write};

pub(super) const FORMAT: u8 = 15;

/// Microseconds of one unit of arrival deltas.
pub const DELTA_UNIT: u64 = 250;

/// Microseconds of one unit of the reference time.
pub const REFERENCE_UNIT: u64 = 64_000;

// Symbols of the chunks; the fourth is reserved.
const NOT_RECEIVED: u8 = 0;
const SMALL: u8 = 1;
const LARGE: u8 = 2;

#[cfg(test)]
mod tests;
