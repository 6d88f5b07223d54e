//! The body for RTCP: all kinds are read, written and read again.

use media_wire::rtcp::twcc::{self, Arrival};
use media_wire::rtcp::{self, Packet, packets};
use media_wire::{ParseError, seq};

/// Every packet of a compound can be walked, and what is written from it is read the same.
pub fn rtcp(data: &[u8]) {
    let mut count = 0;
    for packet in packets(data) {
        count += 1;
        if let Ok(packet) = packet {
            check(&packet);
        }
    }
    assert!(count <= data.len().div_ceil(4));
}

fn check(packet: &Packet<'_>) {
    let mut bytes = Vec::new();
    match packet {
        Packet::SenderReport(report) => {
            let blocks: Vec<_> = report.blocks().collect();
            rtcp::write_sender_report(&mut bytes, report.ssrc, &report.info, &blocks);
            let Packet::SenderReport(again) = only(&bytes) else {
                panic!("an SR was written")
            };
            assert_eq!((again.ssrc, again.info), (report.ssrc, report.info));
            assert!(again.blocks().eq(blocks));
        }
        Packet::ReceiverReport(report) => {
            let blocks: Vec<_> = report.blocks().collect();
            rtcp::write_receiver_report(&mut bytes, report.ssrc, &blocks);
            let Packet::ReceiverReport(again) = only(&bytes) else {
                panic!("an RR was written")
            };
            assert_eq!(again.ssrc, report.ssrc);
            assert!(again.blocks().eq(blocks));
        }
        Packet::Description(description) => {
            for item in description.items() {
                let Some(name) = description.cname(item.ssrc) else {
                    continue;
                };
                bytes.clear();
                rtcp::write_cname(&mut bytes, item.ssrc, name).expect("a name that was read");
                let Packet::Description(again) = only(&bytes) else {
                    panic!("an SDES was written")
                };
                assert_eq!(again.cname(item.ssrc), Some(name));
            }
        }
        Packet::Goodbye(goodbye) => {
            let sources: Vec<_> = goodbye.sources().collect();
            let reason = std::str::from_utf8(goodbye.reason).unwrap_or_default();
            rtcp::write_goodbye(&mut bytes, &sources, reason).expect("a BYE that was read");
            let Packet::Goodbye(again) = only(&bytes) else {
                panic!("a BYE was written")
            };
            assert!(again.sources().eq(sources));
            assert_eq!(again.reason, reason.as_bytes());
        }
        Packet::Nack(nack) => {
            let mut lost: Vec<_> = nack.lost().collect();
            lost.sort_unstable();
            lost.dedup();
            rtcp::write_nack(&mut bytes, nack.sender, nack.media, lost.iter().copied());
            let mut again: Vec<_> = packets(&bytes)
                .flat_map(|packet| match packet {
                    Ok(Packet::Nack(nack)) => nack.lost(),
                    other => panic!("NACKs were written: {other:?}"),
                })
                .collect();
            again.sort_unstable();
            assert_eq!(again, lost);
        }
        Packet::Arrivals(feedback) => arrivals(feedback),
        Packet::PictureLoss(loss) => {
            rtcp::write_picture_loss(&mut bytes, loss.sender, loss.media);
            let Packet::PictureLoss(again) = only(&bytes) else {
                panic!("a PLI was written")
            };
            assert_eq!(again, *loss);
        }
        Packet::FullIntra(request) => {
            let entries: Vec<_> = request.entries().collect();
            rtcp::write_full_intra(&mut bytes, request.sender, &entries);
            let again = packets(&bytes).flat_map(|packet| match packet {
                Ok(Packet::FullIntra(request)) => request.entries(),
                other => panic!("FIRs were written: {other:?}"),
            });
            assert!(again.eq(entries));
        }
        Packet::Bitrate(bitrate) => {
            let sources: Vec<_> = bitrate.sources().collect();
            let rate = bitrate.bits_per_second;
            rtcp::write_bitrate(&mut bytes, bitrate.sender, rate, &sources).expect("as was read");
            let Packet::Bitrate(again) = only(&bytes) else {
                panic!("a REMB was written")
            };
            assert_eq!(
                (again.sender, again.bits_per_second),
                (bitrate.sender, rate)
            );
            assert!(again.sources().eq(sources));
        }
        Packet::Other { count, .. } => assert!(*count < 32),
    }
}

fn only(bytes: &[u8]) -> Packet<'_> {
    let mut all = packets(bytes);
    let first: Result<_, ParseError> = all.next().expect("something was written");
    assert!(all.next().is_none());
    first.expect("what is written can be read")
}

/// Arrivals are told again, in as many packets as it takes.
fn arrivals(feedback: &twcc::Feedback<'_>) {
    // Far enough from zero that no delta can reach it.
    let mut units = (1 << 34) + i64::from(feedback.reference_time) * 256;
    let mut count = 0u64;
    let mut arrivals = Vec::new();
    for status in feedback.statuses() {
        let sequence = 0x1_0000 + u64::from(feedback.base) + count;
        assert_eq!(status.sequence, seq::wire(sequence));
        count += 1;
        if let Some(delta) = status.delta {
            units += i64::from(delta);
            let at = u64::try_from(units).expect("far from zero") * twcc::DELTA_UNIT;
            arrivals.push(Arrival { sequence, at });
        }
    }
    assert_eq!(count, u64::from(feedback.count));
    let mut rest = arrivals.as_slice();
    while let Some(first) = rest.first() {
        let mut bytes = Vec::new();
        let told = twcc::write(
            &mut bytes,
            feedback.sender,
            feedback.media,
            0,
            first.sequence,
            rest,
        );
        assert!(told > 0 && bytes.len() <= twcc::MAX_LEN);
        let Packet::Arrivals(again) = only(&bytes) else {
            panic!("a feedback was written")
        };
        let received = again.statuses().filter(|status| status.delta.is_some());
        let sequences = rest[..told]
            .iter()
            .map(|arrival| seq::wire(arrival.sequence));
        assert!(received.map(|status| status.sequence).eq(sequences));
        rest = &rest[told..];
    }
}
