//! Sender and receiver reports (RFC 3550 §6.4).

use super::{RECEIVER_REPORT, SENDER_REPORT, append};
use crate::ParseError;
use crate::bytes::Reader;
use crate::ntp::NtpTime;

/// Report blocks that fit one packet: its count has five bits.
pub const MAX_BLOCKS: usize = 31;

const BLOCK_LEN: usize = 24;

/// What a sender tells about its own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    /// Wall clock when this was sent.
    pub ntp: NtpTime,
    /// The same instant in the stream's timestamps.
    pub timestamp: u32,
    /// RTP packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far, without headers and padding.
    pub octets: u32,
}

/// How one stream is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream.
    pub ssrc: u32,
    /// Loss since the previous report, in 1/256.
    pub fraction_lost: u8,
    /// Expected less received since the beginning, 24 bits; negative with duplicates.
    pub lost: i32,
    /// Cycles in the upper, highest sequence number in the lower 16 bits.
    pub highest: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// Middle 32 bits of the last SR's NTP time, 0 if there was none.
    pub last_report: u32,
    /// Time since that SR, 1/65536 s.
    pub delay: u32,
}

impl ReportBlock {
    fn read(bytes: [u8; BLOCK_LEN]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(&bytes);
        Ok(Self {
            ssrc: reader.u32()?,
            fraction_lost: reader.u8()?,
            // 24 bits with sign, moved up and down again to extend it.
            lost: (reader.u24()? << 8).cast_signed() >> 8,
            highest: reader.u32()?,
            jitter: reader.u32()?,
            last_report: reader.u32()?,
            delay: reader.u32()?,
        })
    }

    fn write(&self, into: &mut Vec<u8>) {
        let [_, a, b, c] = self.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        into.extend_from_slice(&self.ssrc.to_be_bytes());
        into.extend_from_slice(&[self.fraction_lost, a, b, c]);
        into.extend_from_slice(&self.highest.to_be_bytes());
        into.extend_from_slice(&self.jitter.to_be_bytes());
        into.extend_from_slice(&self.last_report.to_be_bytes());
        into.extend_from_slice(&self.delay.to_be_bytes());
    }
}

fn blocks_of<'a>(count: u8, body: &mut Reader<'a>) -> Result<&'a [u8], ParseError> {
    body.take(usize::from(count) * BLOCK_LEN)
}

fn read_blocks(blocks: &[u8]) -> impl Iterator<Item = ReportBlock> + use<'_> {
    let mut reader = Reader::new(blocks);
    std::iter::from_fn(move || reader.array().and_then(ReportBlock::read).ok())
}

/// SR.
#[derive(Clone, Copy, Debug)]
pub struct SenderReport<'a> {
    /// Who sends.
    pub ssrc: u32,
    /// About its own stream.
    pub info: SenderInfo,
    blocks: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn read(count: u8, body: &mut Reader<'a>) -> Result<Self, ParseError> {
        Ok(Self {
            ssrc: body.u32()?,
            info: SenderInfo {
                ntp: NtpTime(body.u64()?),
                timestamp: body.u32()?,
                packets: body.u32()?,
                octets: body.u32()?,
            },
            blocks: blocks_of(count, body)?,
        })
    }

    /// About streams it receives.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        read_blocks(self.blocks)
    }
}

/// RR.
#[derive(Clone, Copy, Debug)]
pub struct ReceiverReport<'a> {
    /// Who receives.
    pub ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn read(count: u8, body: &mut Reader<'a>) -> Result<Self, ParseError> {
        Ok(Self {
            ssrc: body.u32()?,
            blocks: blocks_of(count, body)?,
        })
    }

    /// About streams it receives.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        read_blocks(self.blocks)
    }
}

/// Appends an SR; blocks beyond [`MAX_BLOCKS`] go into RRs behind it (RFC 3550 §6.4.1).
pub fn write_sender_report(
    into: &mut Vec<u8>,
    ssrc: u32,
    about: &SenderInfo,
    blocks: &[ReportBlock],
) {
    let (first, more) = blocks.split_at(blocks.len().min(MAX_BLOCKS));
    append(into, SENDER_REPORT, count(first), |body| {
        body.extend_from_slice(&ssrc.to_be_bytes());
        body.extend_from_slice(&about.ntp.0.to_be_bytes());
        body.extend_from_slice(&about.timestamp.to_be_bytes());
        body.extend_from_slice(&about.packets.to_be_bytes());
        body.extend_from_slice(&about.octets.to_be_bytes());
        for block in first {
            block.write(body);
        }
    });
    if !more.is_empty() {
        write_receiver_report(into, ssrc, more);
    }
}

/// Appends as many RRs as the blocks need, one if there are none.
pub fn write_receiver_report(into: &mut Vec<u8>, ssrc: u32, blocks: &[ReportBlock]) {
    let (first, more) = blocks.split_at(blocks.len().min(MAX_BLOCKS));
    append(into, RECEIVER_REPORT, count(first), |body| {
        body.extend_from_slice(&ssrc.to_be_bytes());
        for block in first {
            block.write(body);
        }
    });
    if !more.is_empty() {
        write_receiver_report(into, ssrc, more);
    }
}

fn count(blocks: &[ReportBlock]) -> u8 {
    u8::try_from(blocks.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Packet, packets};
    use super::*;

    fn any_block() -> impl Strategy<Value = ReportBlock> {
        (
            any::<u32>(),
            any::<u8>(),
            -0x80_0000i32..0x80_0000,
            any::<[u32; 4]>(),
        )
            .prop_map(
                |(ssrc, fraction_lost, lost, [highest, jitter, last_report, delay])| ReportBlock {
                    ssrc,
                    fraction_lost,
                    lost,
                    highest,
                    jitter,
                    last_report,
                    delay,
                },
            )
    }

    #[test]
    fn a_receiver_report_is_laid_out_as_in_rfc_3550() {
        let mut bytes = Vec::new();
        let block = ReportBlock {
            ssrc: 0x0102_0304,
            fraction_lost: 64,
            lost: -2,
            highest: 0x0001_ffff,
            jitter: 7,
            last_report: 0xb705_2000,
            delay: 0x0005_4000,
        };
        write_receiver_report(&mut bytes, 9, &[block]);
        assert_eq!(
            bytes,
            [
                0x81, 201, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 64, 0xff, 0xff, 0xfe, 0, 1, 0xff, 0xff, 0,
                0, 0, 7, 0xb7, 5, 0x20, 0, 0, 5, 0x40, 0
            ]
        );
    }

    #[test]
    fn impossible_losses_are_clamped() {
        let mut bytes = Vec::new();
        let block = ReportBlock {
            ssrc: 1,
            fraction_lost: 0,
            lost: i32::MAX,
            highest: 0,
            jitter: 0,
            last_report: 0,
            delay: 0,
        };
        write_receiver_report(&mut bytes, 9, &[block]);
        let Some(Ok(Packet::ReceiverReport(report))) = packets(&bytes).next() else {
            panic!("not a report");
        };
        assert_eq!(report.blocks().next().unwrap().lost, 0x7f_ffff);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            ssrc: u32, ntp: u64, timestamp: u32, sent: u32, octets: u32,
            blocks in prop::collection::vec(any_block(), 0..70),
        ) {
            let info = SenderInfo { ntp: NtpTime(ntp), timestamp, packets: sent, octets };
            let mut bytes = Vec::new();
            write_sender_report(&mut bytes, ssrc, &info, &blocks);
            let mut found = Vec::new();
            for packet in packets(&bytes) {
                match packet.unwrap() {
                    Packet::SenderReport(report) => {
                        prop_assert_eq!((report.ssrc, report.info), (ssrc, info));
                        found.extend(report.blocks());
                    }
                    Packet::ReceiverReport(report) => {
                        prop_assert_eq!(report.ssrc, ssrc);
                        found.extend(report.blocks());
                    }
                    other => panic!("{other:?}"),
                }
            }
            prop_assert_eq!(found, blocks);
        }
    }
}
