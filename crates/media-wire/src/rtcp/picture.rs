//! Requests for a key frame: PLI (RFC 4585 §6.3.1) and FIR (RFC 5104 §4.3.1).

use super::{PAYLOAD_FEEDBACK, append_feedback};
use crate::ParseError;
use crate::bytes::Reader;

pub(super) const PLI_FORMAT: u8 = 1;
pub(super) const FIR_FORMAT: u8 = 4;

/// Entries of one FIR that is written.
const MAX_ENTRIES: usize = 64;

/// PLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLoss {
    /// Who asks.
    pub sender: u32,
    /// Whose picture is lost.
    pub media: u32,
}

impl PictureLoss {
    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            sender: body.u32()?,
            media: body.u32()?,
        })
    }
}

/// Appends a PLI.
pub fn write_picture_loss(into: &mut Vec<u8>, sender: u32, media: u32) {
    append_feedback(into, PAYLOAD_FEEDBACK, PLI_FORMAT, sender, media, |_| {});
}

/// FIR.
#[derive(Clone, Copy, Debug)]
pub struct FullIntra<'a> {
    /// Who asks.
    pub sender: u32,
    entries: &'a [u8],
}

/// A source that is asked for a key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullIntraEntry {
    /// The source.
    pub ssrc: u32,
    /// Number of the request; the same one is a repetition.
    pub sequence: u8,
}

impl<'a> FullIntra<'a> {
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Self, ParseError> {
        let sender = body.u32()?;
        body.u32()?;
        let entries = body.rest();
        if entries.is_empty() || !entries.len().is_multiple_of(8) {
            return Err(ParseError::Truncated);
        }
        Ok(Self { sender, entries })
    }

    /// Whose pictures are wanted.
    pub fn entries(&self) -> impl Iterator<Item = FullIntraEntry> + use<'a> {
        let mut reader = Reader::new(self.entries);
        std::iter::from_fn(move || {
            let ssrc = reader.u32().ok()?;
            let [sequence, ..] = reader.array::<4>().ok()?;
            Some(FullIntraEntry { ssrc, sequence })
        })
    }
}

/// Appends FIRs, 64 entries each; nothing when there are none.
pub fn write_full_intra(into: &mut Vec<u8>, sender: u32, entries: &[FullIntraEntry]) {
    for entries in entries.chunks(MAX_ENTRIES) {
        append_feedback(into, PAYLOAD_FEEDBACK, FIR_FORMAT, sender, 0, |body| {
            for entry in entries {
                body.extend_from_slice(&entry.ssrc.to_be_bytes());
                body.extend_from_slice(&[entry.sequence, 0, 0, 0]);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets};
    use super::*;

    #[test]
    fn picture_loss_is_laid_out_as_in_rfc_4585() {
        let mut bytes = Vec::new();
        write_picture_loss(&mut bytes, 0x11, 0x22);
        assert_eq!(bytes, [0x81, 206, 0, 2, 0, 0, 0, 0x11, 0, 0, 0, 0x22]);
        let Some(Ok(Packet::PictureLoss(loss))) = packets(&bytes).next() else {
            panic!("not a PLI");
        };
        assert_eq!((loss.sender, loss.media), (0x11, 0x22));
    }

    #[test]
    fn full_intra_requests_come_back() {
        let entries: Vec<_> = (0..70u8)
            .map(|n| FullIntraEntry {
                ssrc: u32::from(n) << 20,
                sequence: n,
            })
            .collect();
        let mut bytes = Vec::new();
        write_full_intra(&mut bytes, 9, &entries);
        let found: Vec<_> = packets(&bytes)
            .flat_map(|packet| match packet {
                Ok(Packet::FullIntra(request)) => request.entries().collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, entries);
    }

    #[test]
    fn odd_entries_are_malformed() {
        for words in [2u8, 3] {
            let mut bytes = vec![0x84, 206, 0, words];
            bytes.resize(4 + usize::from(words) * 4, 0);
            assert_eq!(
                packets(&bytes).next().unwrap().map(|_| ()),
                Err(ParseError::Truncated)
            );
        }
    }
}
