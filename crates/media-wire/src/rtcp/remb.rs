//! REMB: how much a receiver believes it can take (draft-alvestrand-rmcat-remb-03 §2.2).

use super::{PAYLOAD_FEEDBACK, append_feedback};
use crate::bytes::Reader;
use crate::{ParseError, WriteError};

/// Application layer feedback (RFC 4585 §6.4), of which REMB is one.
pub(super) const FORMAT: u8 = 15;

const NAME: [u8; 4] = *b"REMB";
const MANTISSA_BITS: u32 = 18;

/// REMB.
#[derive(Clone, Copy, Debug)]
pub struct Bitrate<'a> {
    /// Who receives.
    pub sender: u32,
    /// Bits per second for all sources together.
    pub bits_per_second: u64,
    sources: &'a [u8],
}

impl<'a> Bitrate<'a> {
    /// Nothing when the feedback is another application's.
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Option<Self>, ParseError> {
        let sender = body.u32()?;
        body.u32()?;
        if body.array() != Ok(NAME) {
            return Ok(None);
        }
        let count = body.u8()?;
        let rate = body.u24()?;
        let (exponent, mantissa) = (rate >> MANTISSA_BITS, u64::from(rate & 0x3_ffff));
        let bits_per_second = mantissa << exponent;
        if bits_per_second >> exponent != mantissa {
            return Err(ParseError::Value);
        }
        Ok(Some(Self {
            sender,
            bits_per_second,
            sources: body.take(usize::from(count) * 4)?,
        }))
    }

    /// Which sources share the rate.
    pub fn sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        let mut reader = Reader::new(self.sources);
        std::iter::from_fn(move || reader.u32().ok())
    }
}

/// Appends a REMB. The rate is cut to its 18 highest bits.
///
/// # Errors
/// [`WriteError::OutOfRange`] for more than 255 sources.
pub fn write_bitrate(
    into: &mut Vec<u8>,
    sender: u32,
    bits_per_second: u64,
    sources: &[u32],
) -> Result<(), WriteError> {
    let count = u8::try_from(sources.len()).map_err(|_| WriteError::OutOfRange)?;
    let exponent = (u64::BITS - bits_per_second.leading_zeros()).saturating_sub(MANTISSA_BITS);
    let mantissa = bits_per_second >> exponent;
    let rate = u64::from(exponent) << MANTISSA_BITS | mantissa;
    let [.., a, b, c] = rate.to_be_bytes();
    append_feedback(into, PAYLOAD_FEEDBACK, FORMAT, sender, 0, |body| {
        body.extend_from_slice(&NAME);
        body.extend_from_slice(&[count, a, b, c]);
        for source in sources {
            body.extend_from_slice(&source.to_be_bytes());
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Packet, packets};
    use super::*;

    #[test]
    fn a_rate_too_large_for_64_bits_is_refused() {
        let mut bytes = Vec::new();
        write_bitrate(&mut bytes, 1, 0, &[]).unwrap();
        bytes[17..20].fill(0xff);
        assert_eq!(
            packets(&bytes).next().unwrap().map(|_| ()),
            Err(ParseError::Value)
        );
    }

    #[test]
    fn missing_sources_are_truncated() {
        let mut bytes = Vec::new();
        write_bitrate(&mut bytes, 1, 5, &[]).unwrap();
        bytes[16] = 1;
        assert_eq!(
            packets(&bytes).next().unwrap().map(|_| ()),
            Err(ParseError::Truncated)
        );
        assert_eq!(
            write_bitrate(&mut bytes, 1, 5, &[0; 256]),
            Err(WriteError::OutOfRange)
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(sender: u32, rate: u64, sources in prop::collection::vec(any::<u32>(), 0..=255)) {
            let mut bytes = Vec::new();
            write_bitrate(&mut bytes, sender, rate, &sources).unwrap();
            let Some(Ok(Packet::Bitrate(found))) = packets(&bytes).next() else { panic!("not a REMB") };
            prop_assert_eq!(found.sender, sender);
            prop_assert!(found.bits_per_second <= rate);
            prop_assert!(rate - found.bits_per_second <= rate >> 17);
            prop_assert_eq!(found.sources().collect::<Vec<_>>(), sources);
        }
    }
}
