//! RTCP packets: iterate over a compound one, write each kind (RFC 3550 §6, RFC 4585).

mod describe;
mod nack;
mod picture;
mod remb;
mod report;
pub mod twcc;

pub use describe::{Description, DescriptionItem, Goodbye, MAX_TEXT, write_cname, write_goodbye};
pub use nack::{MAX_NACK_ENTRIES, Nack, write_nack};
pub use picture::{FullIntra, FullIntraEntry, PictureLoss, write_full_intra, write_picture_loss};
pub use remb::{Bitrate, write_bitrate};
pub use report::{
    MAX_BLOCKS, ReceiverReport, ReportBlock, SenderInfo, SenderReport, write_receiver_report,
    write_sender_report,
};

use crate::ParseError;
use crate::bytes::Reader;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

/// One packet of a compound.
#[derive(Clone, Debug)]
pub enum Packet<'a> {
    /// SR (RFC 3550 §6.4.1).
    SenderReport(SenderReport<'a>),
    /// RR (RFC 3550 §6.4.2).
    ReceiverReport(ReceiverReport<'a>),
    /// SDES (RFC 3550 §6.5).
    Description(Description<'a>),
    /// BYE (RFC 3550 §6.6).
    Goodbye(Goodbye<'a>),
    /// Generic NACK (RFC 4585 §6.2.1).
    Nack(Nack<'a>),
    /// Transport-wide arrival times.
    Arrivals(twcc::Feedback<'a>),
    /// PLI (RFC 4585 §6.3.1).
    PictureLoss(PictureLoss),
    /// FIR (RFC 5104 §4.3.1).
    FullIntra(FullIntra<'a>),
    /// REMB (draft-alvestrand-rmcat-remb-03).
    Bitrate(Bitrate<'a>),
    /// A well-framed packet of a kind that means nothing here: APP, XR, other feedback.
    Other {
        /// Packet type.
        kind: u8,
        /// The five bits of count, subtype or format.
        count: u8,
    },
}

/// The packets of a decrypted datagram, which may be of reduced size (RFC 5506).
///
/// An item is an error when that packet is malformed. Iteration goes on behind it as long
/// as lengths can be followed.
#[must_use]
pub const fn packets(datagram: &[u8]) -> Packets<'_> {
    Packets { rest: datagram }
}

/// Iterates over the packets of a compound.
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut reader = Reader::new(std::mem::take(&mut self.rest));
        let framed = frame(&mut reader);
        if framed.is_ok() {
            self.rest = reader.rest();
        }
        Some(framed.and_then(|frame| frame.read(reader.is_empty())))
    }
}

struct Frame<'a> {
    has_padding: bool,
    count: u8,
    kind: u8,
    body: &'a [u8],
}

fn frame<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, ParseError> {
    let [flags, kind] = reader.array()?;
    if flags >> 6 != 2 {
        return Err(ParseError::Version);
    }
    let words = reader.u16()?;
    Ok(Frame {
        has_padding: flags & 0x20 != 0,
        count: flags & 0x1f,
        kind,
        body: reader.take(usize::from(words) * 4)?,
    })
}

impl<'a> Frame<'a> {
    fn read(&self, is_last: bool) -> Result<Packet<'a>, ParseError> {
        let mut body = Reader::new(self.unpadded(is_last)?);
        let body = &mut body;
        Ok(match (self.kind, self.count) {
            (SENDER_REPORT, count) => Packet::SenderReport(SenderReport::read(count, body)?),
            (RECEIVER_REPORT, count) => Packet::ReceiverReport(ReceiverReport::read(count, body)?),
            (DESCRIPTION, count) => Packet::Description(Description::read(count, body)?),
            (GOODBYE, count) => Packet::Goodbye(Goodbye::read(count, body)?),
            (TRANSPORT_FEEDBACK, nack::FORMAT) => Packet::Nack(Nack::read(body)?),
            (TRANSPORT_FEEDBACK, twcc::FORMAT) => Packet::Arrivals(twcc::Feedback::read(body)?),
            (PAYLOAD_FEEDBACK, picture::PLI_FORMAT) => {
                Packet::PictureLoss(PictureLoss::read(body)?)
            }
            (PAYLOAD_FEEDBACK, picture::FIR_FORMAT) => Packet::FullIntra(FullIntra::read(body)?),
            (PAYLOAD_FEEDBACK, remb::FORMAT) => match Bitrate::read(body)? {
                Some(bitrate) => Packet::Bitrate(bitrate),
                None => self.other(),
            },
            _ => self.other(),
        })
    }

    const fn other(&self) -> Packet<'a> {
        Packet::Other {
            kind: self.kind,
            count: self.count,
        }
    }

    /// Only the last packet of a compound may be padded (RFC 3550 §6.4.1).
    ///
    /// The count should be a multiple of four, but what pads transport-wide feedback up to a
    /// word, libwebrtc among them, counts just these one to three bytes.
    fn unpadded(&self, is_last: bool) -> Result<&'a [u8], ParseError> {
        if !self.has_padding {
            return Ok(self.body);
        }
        let count = usize::from(*self.body.last().ok_or(ParseError::Padding)?);
        if !is_last || count == 0 {
            return Err(ParseError::Padding);
        }
        let len = self
            .body
            .len()
            .checked_sub(count)
            .ok_or(ParseError::Padding)?;
        self.body.get(..len).ok_or(ParseError::Padding)
    }
}

/// Appends a packet: its header, the body that `fill` appends, zeros up to 32 bits.
///
/// Callers bound the body far below the 256 KiB that its length field can tell.
fn append(into: &mut Vec<u8>, kind: u8, count: u8, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = into.len();
    into.extend_from_slice(&[0x80 | (count & 0x1f), kind, 0, 0]);
    fill(into);
    let len = (into.len() - start).next_multiple_of(4);
    into.resize(start + len, 0);
    let words = u16::try_from(len / 4 - 1).unwrap_or(u16::MAX);
    if let Some(field) = into.get_mut(start + 2..start + 4) {
        field.copy_from_slice(&words.to_be_bytes());
    }
}

fn append_feedback(
    into: &mut Vec<u8>,
    kind: u8,
    format: u8,
    sender: u32,
    media: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    append(into, kind, format, |body| {
        body.extend_from_slice(&sender.to_be_bytes());
        body.extend_from_slice(&media.to_be_bytes());
        fill(body);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compound_is_walked_in_order() {
        let mut bytes = Vec::new();
        write_receiver_report(&mut bytes, 1, &[]);
        write_cname(&mut bytes, 1, "ringway").unwrap();
        write_picture_loss(&mut bytes, 1, 2);
        let kinds: Vec<_> = packets(&bytes).map(Result::unwrap).collect();
        assert!(matches!(
            kinds[..],
            [
                Packet::ReceiverReport(_),
                Packet::Description(_),
                Packet::PictureLoss(_)
            ]
        ));
    }

    #[test]
    fn unknown_kinds_are_stepped_over() {
        let mut bytes = Vec::new();
        append(&mut bytes, 204, 3, |body| {
            body.extend_from_slice(b"\0\0\0\x01name");
        });
        append(&mut bytes, 207, 0, |body| body.extend_from_slice(&[0; 4]));
        append(&mut bytes, PAYLOAD_FEEDBACK, 15, |body| {
            body.extend_from_slice(b"\0\0\0\x01\0\0\0\0ELSE");
        });
        let kinds: Vec<_> = packets(&bytes)
            .map(|packet| match packet {
                Ok(Packet::Other { kind, count }) => (kind, count),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(kinds, [(204, 3), (207, 0), (206, 15)]);
    }

    #[test]
    fn a_malformed_packet_does_not_hide_the_next() {
        let mut bytes = vec![0x81, RECEIVER_REPORT, 0, 1, 0, 0, 0, 1];
        write_picture_loss(&mut bytes, 1, 2);
        let mut all = packets(&bytes);
        assert_eq!(
            all.next().unwrap().map(|_| ()).unwrap_err(),
            ParseError::Truncated
        );
        assert!(matches!(all.next(), Some(Ok(Packet::PictureLoss(_)))));
        assert!(all.next().is_none());
    }

    #[test]
    fn a_broken_frame_ends_the_walk() {
        for bytes in [
            &[0x80, 201, 0][..],
            &[0x80, 201, 0, 2, 0, 0, 0, 1],
            &[0x40, 201, 0, 0],
        ] {
            let mut all = packets(bytes);
            assert!(all.next().unwrap().is_err());
            assert!(all.next().is_none());
        }
        assert!(packets(&[]).next().is_none());
    }

    #[test]
    fn only_the_last_packet_may_be_padded() {
        let mut padded = vec![
            0xa1,
            PAYLOAD_FEEDBACK,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            2,
            0,
            0,
            0,
            4,
        ];
        assert!(matches!(
            packets(&padded).next(),
            Some(Ok(Packet::PictureLoss(_)))
        ));
        for count in [0, 16] {
            padded[15] = count;
            assert_eq!(
                packets(&padded).next().unwrap().map(|_| ()),
                Err(ParseError::Padding)
            );
        }
        padded[15] = 4;
        write_picture_loss(&mut padded, 1, 2);
        assert_eq!(
            packets(&padded).next().unwrap().map(|_| ()),
            Err(ParseError::Padding)
        );
    }
}
